"""Drawing rows until enough of them hold the conditions and obey the constraints, or saying how many did."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd

from synthgen.calibration.calibrator import Calibrator
from synthgen.data.constraints import Constraint, Unique
from synthgen.encoding.layout import EncodedTable
from synthgen.encoding.table import TableEncoder
from synthgen.errors import ConditionError, ConstraintError
from synthgen.models.tables.base import GenerativeModel
from synthgen.synthesizers.tables.conditions import Condition
from synthgen.synthesizers.tables.requests import Request

DRAWS_PER_ROW = 200
"""A request that is not filled after this many draws for each row (and `LEAST_DRAWS`) is given up; so is one of which
`LEAST_DRAWS` in a row fill nothing, for however many rows it asks."""

LEAST_DRAWS = 100_000
MOST_CELLS = 2**22
"""Cells drawn and decoded together, which bounds memory."""

PROPOSALS = 100_000
"""Values from which those that fit a condition are taken."""

PROPOSE_BELOW = 0.01
"""Below this share of fitting rows, ranges and sets are proposed to the model instead of waited for."""


def rows_at_once(num_columns: int, *, calibrated: bool) -> int:
    """Returns how many rows to draw and decode together.

    Args:
        num_columns: Of the learned table.
        calibrated: Whether many more rows are drawn than kept.
    """
    return int(np.clip(MOST_CELLS // max(num_columns, 1), 8192, 2**15 if calibrated else 2**18)) // 8192 * 8192


class Kept:
    """Keys of rows that were given out, so that later parts of the same table do not repeat them.

    Args:
        constraints: That forbid it.
    """

    def __init__(self, constraints: Sequence[Unique]) -> None:
        self._keys = {constraint: np.zeros(0, np.uint64) for constraint in constraints}

    @classmethod
    def of(cls, constraints: Sequence[Constraint]) -> Self | None:
        """Returns what nothing was given out of yet; None where no constraint forbids that rows come again.

        Args:
            constraints: Of a table.
        """
        unique = [constraint for constraint in constraints if isinstance(constraint, Unique)]
        return cls(unique) if unique else None

    def fresh(self, candidates: pd.DataFrame) -> np.ndarray:
        """Returns which rows were not given out, (rows,) bool.

        Args:
            candidates: (rows, columns).
        """
        fresh = np.ones(len(candidates), bool)
        for constraint, keys in self._keys.items():
            fresh &= ~np.isin(constraint.keys(candidates), keys)
        return fresh

    def add(self, taken: pd.DataFrame) -> None:
        """Remembers rows that are given out.

        Args:
            taken: (rows, columns).
        """
        for constraint, kept in self._keys.items():
            keys = constraint.keys(taken)
            self._keys[constraint] = np.append(kept, keys[keys > 0])


class RowSampler:
    """Draws decoded rows that satisfy a request.

    Args:
        encoder: Of the table.
        model: Fitted.
        constraints: Fitted; hold on what is returned, after decoding and rounding.
        calibrator: Chooses among rows of which nothing is asked; None: they come as the model draws them.
        kept: Rows of earlier parts that must not come again; None: any may.
    """

    def __init__(
        self,
        encoder: TableEncoder,
        model: GenerativeModel,
        constraints: tuple[Constraint, ...],
        *,
        calibrator: Calibrator | None,
        kept: Kept | None = None,
    ) -> None:
        self._encoder = encoder
        self._model = model
        self._constraints = constraints
        self._calibrator = calibrator
        self._missing = encoder.missing_features()
        self._names = [column.name for column in encoder.columns]
        self._most = rows_at_once(len(self._names), calibrated=calibrator is not None)
        self._kept = Kept.of(constraints) if kept is None else kept

    def draw(self, num_rows: int, request: Request, *, rng: np.random.Generator) -> pd.DataFrame:
        """Returns rows of the learned columns.

        Args:
            num_rows: At least 0.
            request: What they must hold.
            rng: Source of chance.

        Raises:
            ConditionError: If too few drawn rows hold the conditions; says how many did.
            ConstraintError: If too few obey the constraints.
        """
        pending = np.arange(num_rows)
        kept: list[pd.DataFrame] = []
        places: list[np.ndarray] = []
        drawn, share, propose, in_vain = 0, 1.0, False, 0
        while len(pending) and drawn < max(LEAST_DRAWS, DRAWS_PER_ROW * num_rows) and in_vain < LEAST_DRAWS:
            size = int(np.clip(1.1 * len(pending) / max(share, 1e-3) + 10, len(pending), self._most))
            if share == 1.0:
                size = min(len(pending), self._most)
            asked = np.resize(pending, size)
            candidates, conditions_hold = self._candidates(asked, request, propose=propose, rng=rng)
            fits = conditions_hold & self._obeys(candidates)
            drawn += size
            share = max(float(fits.mean()), 1.0 / drawn)
            in_vain = 0 if fits.any() else in_vain + size
            if not propose and conditions_hold.mean() < PROPOSE_BELOW and self._model.learns_conditions:
                propose, in_vain = True, 0
            taken = self._assign(asked, fits, pending, alike=request.known is None)
            if self._kept is not None:
                self._kept.add(candidates.iloc[taken])
            if len(taken) == num_rows and request.known is None:  # at once, as mostly: nothing to put in order
                return candidates if len(candidates) == num_rows else candidates.iloc[taken].reset_index(drop=True)
            kept.append(candidates.iloc[taken])
            filled = pending[: len(taken)] if request.known is None else asked[taken]
            places.append(filled)
            pending = np.setdiff1d(pending, filled, assume_unique=True)
        if len(pending):
            self._give_up(num_rows, num_rows - len(pending), drawn, request)
        if not kept:
            return self._candidates(pending, Request(), propose=False, rng=rng)[0]
        order = np.argsort(np.concatenate(places), kind="stable")
        return pd.concat(kept, ignore_index=True).iloc[order].reset_index(drop=True)

    def _assign(self, asked: np.ndarray, fits: np.ndarray, pending: np.ndarray, *, alike: bool) -> np.ndarray:
        """Positions of the candidates to keep: for rows that are alike the first, else one for each request."""
        fitting = np.flatnonzero(fits)
        if alike:
            return fitting[: len(pending)]
        return fitting[np.unique(asked[fitting], return_index=True)[1]]

    def _candidates(
        self, asked: np.ndarray, request: Request, *, propose: bool, rng: np.random.Generator
    ) -> tuple[pd.DataFrame, np.ndarray]:
        """Draws one row for each request in `asked`; returns them, and which hold what was asked."""
        cells = self._known_cells(asked, request, propose=propose, rng=rng)
        table = self._table(len(asked), cells, rng, excluded=self._missing if request.filled else None)
        frame = self._encoder.decode_learned(table, rng=rng)
        holds = np.ones(len(asked), bool)
        for name in cells:
            told = cells[name].notna().to_numpy(dtype=bool)
            if self._model.copies_known:  # the code was copied through; now the very value, which may lie inside a bin
                given = cells[name].astype(object).where(told, frame[name].astype(object))
                frame[name] = given.astype(frame[name].dtype)
            else:
                holds &= ~told | _equal(frame[name], cells[name])
        for constraint in self._constraints:
            frame = constraint.repair(frame)
        if request.filled:  # of a column with too many values for one code each, missing cannot be left out beforehand
            holds &= frame[list(request.filled)].notna().to_numpy().all(1)
        for condition in request.conditions:
            holds &= condition.satisfied(frame[condition.column])
        return frame, holds

    def _known_cells(
        self, asked: np.ndarray, request: Request, *, propose: bool, rng: np.random.Generator
    ) -> dict[str, pd.Series]:
        cells: dict[str, pd.Series] = {}
        if request.known is not None:
            rows = request.known.iloc[asked].reset_index(drop=True)
            cells = {name: rows[name] for name in rows.columns.tolist()}
        for condition in request.conditions:
            if condition.fixed:
                cells[condition.column] = pd.Series([condition.values[0]] * len(asked))
            elif propose:
                cells[condition.column] = self._propose(condition, len(asked), rng)
        return cells

    def _propose(self, condition: Condition, num_rows: int, rng: np.random.Generator) -> pd.Series:
        """Values of one column as training rows hold them, given its condition; missing where too few were found."""
        position = self._names.index(condition.column)
        column = self._encoder.columns[position]
        shares = column.shares / column.shares.sum()
        codes = rng.choice(len(shares), size=PROPOSALS, p=shares)
        scalars = rng.uniform(-1, 1, (PROPOSALS, len(column.blocks) - 1)).astype(np.float32)
        values = column.decode(codes, scalars, rng)
        fitting = values[condition.satisfied(values)]
        if fitting.empty:
            return pd.Series([None] * num_rows, dtype=object)
        return fitting.iloc[rng.integers(len(fitting), size=num_rows)].reset_index(drop=True)

    def _table(
        self,
        num_rows: int,
        cells: dict[str, pd.Series],
        rng: np.random.Generator,
        *,
        excluded: np.ndarray | None,
    ) -> EncodedTable:
        """Draws encoded rows that hold the given cells, as far as the model can, and no excluded category."""
        if cells:
            nothing = np.zeros(num_rows, bool)
            mask = np.stack([cells[name].notna() if name in cells else nothing for name in self._names], 1)
            return self._model.draw(num_rows, rng=rng, known=self._encode(cells, mask, rng), mask=mask,
                                    excluded=excluded)  # fmt: skip
        if self._calibrator is None:
            return self._model.draw(num_rows, rng=rng)
        return self._calibrator.choose(lambda rows: self._model.draw(rows, rng=rng), num_rows, rng=rng)

    def _encode(self, cells: dict[str, pd.Series], mask: np.ndarray, rng: np.random.Generator) -> EncodedTable:
        """Known cells as codes and scalars; zero elsewhere."""
        layout = self._encoder.layout
        codes = np.zeros((len(mask), len(layout.code_blocks)), np.int32)
        scalars = np.zeros((len(mask), len(layout.scalar_blocks)), np.float32)
        scalar = 0
        for position, column in enumerate(self._encoder.columns):
            width = len(column.blocks) - 1
            told = mask[:, position]
            if told.any():
                known = cells[column.name][told].reset_index(drop=True)
                codes[told, position], scalars[told, scalar : scalar + width] = column.encode(known, rng)
            scalar += width
        return EncodedTable(codes, scalars)

    def _obeys(self, candidates: pd.DataFrame) -> np.ndarray:
        obeys = np.ones(len(candidates), bool)
        for constraint in self._constraints:
            obeys &= constraint.satisfied(candidates)
        return obeys if self._kept is None else obeys & self._kept.fresh(candidates)

    def _give_up(self, num_rows: int, found: int, drawn: int, request: Request) -> None:
        said = f"{found} of {num_rows} rows were found in {drawn} draws"
        if request.conditions or request.known is not None:
            columns = [condition.column for condition in request.conditions] or list(request.known)  # type: ignore[arg-type]
            raise ConditionError(f"The conditions on {columns} are too rare: {said}. Ask for fewer rows, or for less.")
        names = [constraint.kind for constraint in self._constraints]
        raise ConstraintError(f"The constraints {names} are too strict for what was learned: {said}.")


def _equal(drawn: pd.Series, asked: pd.Series) -> np.ndarray:
    return (drawn.astype(object) == asked.astype(object)).to_numpy(dtype=bool, na_value=False)
