"""A Gaussian copula of encoded rows: every column a stretch of the normal law, all of them correlated."""

from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.expected import Array, Expected, Fields, agree
from synthgen.models.calls import what_is_known
from synthgen.models.tables.base import GenerativeModel

LEAST_EIGENVALUE = 1e-3
"""Of the correlation matrix: below, latent numbers would determine each other."""

MOST_CORRELATION = 0.98
"""Estimates beyond are noise scaled up."""

ONE = 1 + 1e-9
"""What a correlation of one may be after rounding."""

MOST_FEATURES = 3_000
"""Features up to which categories are put in order by what they go with: the work grows with the cube."""

MOST_ROWS = 50_000
"""Rows that put categories in order."""


class Copula(GenerativeModel):
    """Joint law of latent normal numbers, one a column, of which each code is an interval (Nelsen 2006, section 2.3).

    Numbers have an order of their own; categories get one, by the first axis of a factor analysis of mixed data (Pages
    2014), so that those that go with similar values of other columns are neighbours. Cutting a normal number into codes
    weakens its correlations; they are estimated between the codes' mean latent numbers and scaled back up.

    Args:
        layout: Layout of the encoded rows.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._orders: list[np.ndarray] = []  # codes of a column by rising latent number
        self._shares: list[np.ndarray] = []  # of each code, in that order
        self._correlation = np.eye(len(layout.code_blocks))

    @property
    def learns_conditions(self) -> bool:
        return True

    @property
    def copies_known(self) -> bool:
        return True

    def fit(self, table: EncodedTable) -> None:
        """Estimates shares, orders and correlations.

        Args:
            table: The training rows.
        """
        sizes = [self.layout.blocks[position].num_codes for position in self.layout.code_blocks]
        counts = [np.bincount(codes, minlength=size) for codes, size in zip(table.codes.T, sizes, strict=True)]
        self._orders = _orders(self.layout, table, counts)
        self._shares = [count[order] / len(table) for count, order in zip(counts, self._orders, strict=True)]
        means = np.stack([self._means(held, codes) for held, codes in enumerate(table.codes.T)], 1)  # (rows, columns)
        kept = means.var(0)
        scale = np.divide(1.0, kept, out=np.zeros_like(kept), where=kept > 1e-9)
        # of normal numbers with correlation r, the means of their codes have covariance r * kept * kept, to first order
        raw = np.cov(means, rowvar=False).reshape(len(kept), len(kept)) * np.outer(scale, scale)
        self._correlation = _nearest_correlation(np.clip(raw, -MOST_CORRELATION, MOST_CORRELATION))

    def _means(self, held: int, codes: np.ndarray) -> np.ndarray:
        """Mean latent number of each row's code, (rows,)."""
        shares = self._shares[held]
        edges = np.concatenate([[0.0], np.cumsum(shares)]).clip(0, 1)
        density = np.exp(-0.5 * ndtri(np.clip(edges, 1e-12, 1 - 1e-12)) ** 2) / np.sqrt(2 * np.pi)
        density[[0, -1]] = 0
        mean = np.divide(density[:-1] - density[1:], shares, out=np.zeros_like(shares), where=shares > 0)
        by_code = np.empty_like(mean)
        by_code[self._orders[held]] = mean
        return by_code[codes]

    def draw(
        self,
        num_rows: int,
        *,
        rng: np.random.Generator,
        known: EncodedTable | None = None,
        mask: np.ndarray | None = None,
        excluded: np.ndarray | None = None,
    ) -> EncodedTable:
        latent = np.empty((num_rows, len(self.layout.code_blocks)))
        known, mask = what_is_known(self.layout, num_rows, known=known, mask=mask)
        patterns, which = np.unique(mask, axis=0, return_inverse=True)
        for number, told in enumerate(patterns):
            rows = np.flatnonzero(which.ravel() == number)
            latent[rows] = self._conditional(known.take(rows), told, rng)
        drawn = self._rows(ndtr(latent), excluded)
        return self.layout.completed(drawn, known=known, mask=mask)

    def _conditional(self, known: EncodedTable, told: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Latent numbers given those of the known columns, (rows, columns); `told` says which those are."""
        latent = np.empty((len(known), len(told)))
        free = ~told
        latent[:, told] = self._latent(known, np.flatnonzero(told), rng)
        within = self._correlation[np.ix_(told, told)]
        across = self._correlation[np.ix_(free, told)]
        slopes = np.linalg.solve(within, across.T).T  # (free, told)
        left = self._correlation[np.ix_(free, free)] - slopes @ across.T
        factor = np.linalg.cholesky(left + 1e-9 * np.eye(len(left)))
        noise = rng.standard_normal((len(known), int(free.sum())))
        latent[:, free] = latent[:, told] @ slopes.T + noise @ factor.T
        return latent

    def _latent(self, known: EncodedTable, columns: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Latent numbers of known cells: at the place inside a bin, anywhere inside another code, (rows, columns)."""
        scalars = {held: place for place, held in enumerate(self.layout.insides)}
        latent = np.empty((len(known), len(columns)))
        for place, held in enumerate(columns):
            edges = np.concatenate([[0.0], np.cumsum(self._shares[held])])
            rank = np.empty(len(self._orders[held]), int)
            rank[self._orders[held]] = np.arange(len(rank))
            ranks, codes = rank[known.codes[:, held]], known.codes[:, held]
            inside = rng.random(len(known))
            if held in scalars:
                first, end = self.layout.insides[held]
                position = (known.scalars[:, scalars[held]] + 1) / 2
                inside = np.where((codes >= first) & (codes < end), position, inside)
            probability = edges[ranks] + inside * self._shares[held][ranks]
            latent[:, place] = ndtri(np.clip(probability, 1e-6, 1 - 1e-6))
        return latent

    def _rows(self, probability: np.ndarray, excluded: np.ndarray | None) -> EncodedTable:
        table = self.layout.zeros(len(probability))
        scalars = {held: place for place, held in enumerate(self.layout.insides)}
        for held, position in enumerate(self.layout.code_blocks):
            order, shares = self._orders[held], self._shares[held]
            block, start = self.layout.blocks[position], self.layout.starts[position]
            if excluded is not None and block.form == "one_hot":
                allowed = shares * ~excluded[start : start + block.size][order]
                shares = allowed / allowed.sum() if allowed.sum() > 0 else shares
            edges = np.cumsum(shares)
            some = np.flatnonzero(shares)
            place = np.minimum(np.searchsorted(edges[some], probability[:, held] * edges[-1], "right"), len(some) - 1)
            ranks = some[place]
            codes = order[ranks]
            table.codes[:, held] = codes
            if held in scalars:
                first, end = self.layout.insides[held]
                inside = (probability[:, held] * edges[-1] - edges[ranks] + shares[ranks]) / shares[ranks]
                inside = np.where((codes >= first) & (codes < end), 2 * inside - 1, 0)
                table.scalars[:, scalars[held]] = inside.clip(-1, 1)
        return table

    def weights_to_keep(self) -> list[np.ndarray]:
        return []

    def take_weights(self, weights: list[np.ndarray]) -> None:
        pass

    def expected_weights(self) -> list[Array]:
        return []

    def state(self) -> dict[str, np.ndarray]:
        stored = {"correlation": self._correlation}
        for held, (order, shares) in enumerate(zip(self._orders, self._shares, strict=True)):
            stored |= {f"order_{held}": order, f"shares_{held}": shares}
        return stored

    def restore(self, state: Any) -> None:
        sizes = [self.layout.blocks[position].num_codes for position in self.layout.code_blocks]
        expected: dict[str, Expected] = {"correlation": Array(len(sizes), len(sizes), least=-ONE, most=ONE)}
        for held, size in enumerate(sizes):
            expected[f"order_{held}"] = Array(size, whole=True, distinct=True, least=0, most=size - 1)
            expected[f"shares_{held}"] = Array(size, least=0, most=1, sums_to_one=True)
        known = Fields(expected).check(state, "arrays of the model")
        self._correlation = known["correlation"]
        agree(
            _is_correlation(self._correlation), "arrays of the model: correlation: expected a matrix of correlations."
        )
        self._orders = [known[f"order_{held}"] for held in range(len(sizes))]
        self._shares = [known[f"shares_{held}"] for held in range(len(sizes))]


def _is_correlation(matrix: np.ndarray) -> bool:
    """Whether it is symmetric, with ones along the diagonal and no eigenvalue below zero."""
    symmetric = np.allclose(matrix, matrix.T, atol=1e-9) and np.allclose(np.diag(matrix), 1, atol=1e-6)
    return bool(symmetric and np.linalg.eigvalsh(matrix).min(initial=1) > LEAST_EIGENVALUE / 10)


def _orders(layout: Layout, table: EncodedTable, counts: list[np.ndarray]) -> list[np.ndarray]:
    """For each column its codes by rising latent number: numbers as they are, categories by the first axis."""
    orders = [np.arange(len(count)) for count in counts]
    blocks = [layout.blocks[position] for position in layout.code_blocks]
    categories = [held for held, block in enumerate(blocks) if block.form == "one_hot" and block.condition]
    numbers = [held for held, block in enumerate(blocks) if block.form == "one_hot" and not block.condition]
    offsets = np.concatenate([[0], np.cumsum([len(counts[held]) for held in categories])]).astype(int)
    if len(categories) + len(numbers) < 2 or offsets[-1] > MOST_FEATURES:
        return orders
    some = table.codes[:MOST_ROWS]
    indicators = np.zeros((len(some), int(offsets[-1])), np.float32)
    for offset, held in zip(offsets, categories, strict=False):
        indicators[np.arange(len(some)), offset + some[:, held]] = 1
    shares = np.maximum(indicators.mean(0), 1e-9)
    codes = some[:, numbers].astype(np.float32)
    scaled = np.hstack([
        (indicators - shares) / np.sqrt(shares),
        (codes - codes.mean(0)) / np.maximum(codes.std(0), 1e-9),
    ])  # fmt: skip
    axis = np.linalg.eigh((scaled.T @ scaled / len(some)).astype(float))[1][:, -1]
    scores = axis[: offsets[-1]] / np.sqrt(shares)  # one number a category
    for offset, held in zip(offsets, categories, strict=False):
        orders[held] = np.argsort(scores[offset : offset + len(counts[held])], kind="stable")
    return orders


def _nearest_correlation(matrix: np.ndarray) -> np.ndarray:
    """A correlation matrix near a symmetric one: small eigenvalues raised, the diagonal put back to 1."""
    np.fill_diagonal(matrix, 1.0)
    values, vectors = np.linalg.eigh(matrix)
    raised = (vectors * np.maximum(values, LEAST_EIGENVALUE)) @ vectors.T
    scale = 1 / np.sqrt(np.diag(raised))
    return raised * np.outer(scale, scale)
