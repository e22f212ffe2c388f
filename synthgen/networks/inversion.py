"""Drawing rows from a generator's raw outputs by inverting distribution functions: the fast way when not training."""

from dataclasses import dataclass

import numpy as np
from keras import ops

from synthgen.backend import Tensor
from synthgen.encoding.layout import Block, Layout
from synthgen.networks.heads import bits, by_code, inside, shown
from synthgen.networks.links import Linked, LinkWeights

WIDEST_GROUP = 96
"""Features whose running sums are taken by one matrix product; wider costs more work, narrower more calls."""


@dataclass(frozen=True)
class _Group:
    """Neighbouring one-hot blocks whose codes are drawn together.

    Args:
        start: First feature.
        running: (features, features), sums up to each feature within its block.
        owner: (features, blocks), 1 where a feature belongs to a block.
        counted: The same without the last feature of each block, which is what is left when no other is drawn.
    """

    start: int
    running: np.ndarray
    owner: np.ndarray
    counted: np.ndarray

    @property
    def num_blocks(self) -> int:
        return self.owner.shape[1]

    def codes(self, weights: Tensor, chance: Tensor) -> Tensor:
        """Returns for each block how many categories the draw passed, (batch, blocks).

        Args:
            weights: (batch, features of the table), the probabilities but for a factor.
            chance: (batch, blocks), uniform in [0, 1).
        """
        own = weights[:, self.start : self.start + len(self.owner)]
        passed_at = ops.matmul(ops.matmul(own, self.owner) * chance, self.owner.T)  # (batch, features)
        passed = ops.cast(ops.matmul(own, self.running) <= passed_at, "float32")
        return ops.matmul(passed, self.counted)


class Inversion:
    """Draws compact rows from raw outputs, on the device, so that few bytes go to the host.

    The same law as `heads.gumbel_rows`, with one random number a block instead of one a feature, and without
    one-hot rows in between.

    Args:
        layout: Of the table.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._groups = [_group(layout, blocks) for blocks in _neighbours(layout)]
        sizes = {"one_hot": 1, "number": 1, "scalar": 0}
        self.num_chances = sum(sizes.get(block.form, block.size) for block in layout.blocks)

    def __call__(self, logits: Tensor, scalar_logits: Tensor, chance: Tensor) -> tuple[Tensor, Tensor]:
        """Draws.

        Args:
            logits: (batch, features), raw outputs.
            scalar_logits: (batch, scalar blocks), those of the scalars alone, which need more digits than a draw does.
            chance: (batch, `num_chances`), uniform in [0, 1).

        Returns:
            Codes (batch, code blocks) int32, scalars (batch, scalar blocks) float32.
        """
        # of a softmax only ratios count, and float32 holds those of logits up to 80: no need to subtract the largest
        weights = ops.exp(ops.minimum(ops.cast(logits, "float32"), 80.0))
        one_hot: list[Tensor] = []
        used = 0
        for group in self._groups:
            drawn = ops.cast(group.codes(weights, chance[:, used : used + group.num_blocks]), "int32")
            one_hot += ops.unstack(drawn, group.num_blocks, axis=1)
            used += group.num_blocks
        codes: list[Tensor] = []
        scalars: list[Tensor] = []
        for block, start in zip(self._layout.blocks, self._layout.starts, strict=True):
            if block.form == "scalar":
                own = scalar_logits[:, len(scalars) :][:, :1]
                scalars.append(ops.tanh(own[:, 0]) * inside(codes[-1], block.refines))
            elif block.form == "one_hot":
                codes.append(one_hot.pop(0))
            elif block.form == "number":
                said = ops.cast(logits[:, start : start + block.size], "float32")
                codes.append(_code(block, said, chance[:, used : used + 1]))
                used += 1
            else:
                odds = weights[:, start : start + block.size]
                bits = ops.cast(odds > chance[:, used : used + block.size] * (1 + odds), "int32")
                codes.append(ops.sum(bits * (1 << np.arange(block.size, dtype="int32")), axis=-1))
                used += block.size
        return _stacked(logits, codes, scalars)

    def linked(
        self, logits: Tensor, scalar_logits: Tensor, chance: Tensor, *, links: LinkWeights
    ) -> tuple[Tensor, Tensor]:
        """Draws block by block, each with what the blocks before it say (`networks.links`).

        Args:
            logits: See `__call__`.
            scalar_logits: See `__call__`.
            chance: See `__call__`.
            links: See `networks.links`.

        Returns:
            See `__call__`.
        """
        rows = ops.shape(logits)[0]
        nothing = ops.zeros((rows, len(self._layout.code_blocks)), "int32"), ops.zeros((rows, 0))
        codes, scalars, _ = self._block_by_block(logits, scalar_logits, chance, links=links, known=nothing, told=None)
        return codes, scalars

    def completed(
        self,
        logits: Tensor,
        scalar_logits: Tensor,
        chance: Tensor,
        *,
        links: LinkWeights,
        known: tuple[Tensor, Tensor],
        told: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Draws what is not known of rows, and says how likely what is known was, given what was drawn before it.

        The second is the weight of a row that was drawn without a look at known blocks that come later: among many
        candidates, one chosen by it follows the law given all that is known (likelihood weighting; Fung and Chang 1990,
        Shachter and Peot 1990).

        Args:
            logits: See `__call__`.
            scalar_logits: See `__call__`.
            chance: See `__call__`.
            links: See `networks.links`.
            known: Codes (batch, code blocks) and scalars (batch, scalar blocks); anything where unknown.
            told: (batch, code blocks), 1 where known.

        Returns:
            Codes and scalars as `__call__` does, known ones in their places, and the logarithm of the weight, (batch,).
        """
        return self._block_by_block(logits, scalar_logits, chance, links=links, known=known, told=told)

    def _block_by_block(
        self,
        logits: Tensor,
        scalar_logits: Tensor,
        chance: Tensor,
        *,
        links: LinkWeights,
        known: tuple[Tensor, Tensor],
        told: Tensor | None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        row = Linked(self._layout, links)
        codes: list[Tensor] = []
        scalars: list[Tensor] = []
        weight = ops.zeros(ops.shape(logits)[:1])
        used = 0
        for position, (block, start) in enumerate(zip(self._layout.blocks, self._layout.starts, strict=True)):
            scalar = block.form == "scalar"
            own = scalar_logits[:, len(scalars) :][:, :1] if scalar else logits[:, start : start + block.size]
            part = row.told(position, ops.cast(own, "float32"))
            if scalar:
                has_inside = ops.sum(row.last[:, slice(*block.refines)], axis=1, keepdims=True)
                drawn = ops.tanh(part) * has_inside
                if told is not None:
                    drawn = _put(known[1][:, len(scalars) :][:, :1], told[:, len(codes) - 1 : len(codes)], drawn)
                scalars.append(drawn[:, 0])
                row.take(drawn)
                continue
            chances = block.size if block.form == "bits" else 1
            code, likely = _drawn(block, part, chance[:, used : used + chances],
                                  None if told is None else known[0][:, len(codes)])  # fmt: skip
            used += chances
            if told is not None:
                here = told[:, len(codes)]
                code = ops.where(here > 0, known[0][:, len(codes)], code)
                weight += here * likely
            codes.append(code)
            row.take(bits(code, block.size) if block.form == "bits" else shown(block, code))
        return *_stacked(logits, codes, scalars), weight


def _put(known: Tensor, told: Tensor, drawn: Tensor) -> Tensor:
    """What is known where it is, what was drawn elsewhere, (batch, 1)."""
    return ops.where(told > 0, known, drawn)


def _drawn(block: Block, part: Tensor, chance: Tensor, known: Tensor | None) -> tuple[Tensor, Tensor | float]:
    """A code drawn from a block's raw outputs, (batch,), and the logarithm of a known code's probability, (batch,)."""
    if block.form == "bits":
        odds = ops.cast(ops.sigmoid(part) > chance, "int32")
        code = ops.sum(odds * (1 << np.arange(block.size, dtype="int32")), axis=-1)
        if known is None:
            return code, 0.0
        seen = bits(known, block.size)
        return code, ops.sum(seen * part - ops.softplus(part), axis=1)
    code = _code(block, part, chance)
    if known is None:
        return code, 0.0
    likely = ops.log_softmax(by_code(block, part))
    return code, ops.take_along_axis(likely, known[:, None], axis=1)[:, 0]


def _code(block: Block, said: Tensor, chance: Tensor) -> Tensor:
    """A code of a one-hot block or a number drawn from its raw outputs, (batch,) int32."""
    outputs = by_code(block, said)
    if block.form == "number":  # sums of many products may be large
        outputs -= ops.max(outputs, axis=1, keepdims=True)
    return inverted(ops.exp(ops.minimum(outputs, 80.0)), chance)


def inverted(weights: Tensor, chance: Tensor) -> Tensor:
    """Returns the first category whose cumulative share of the weights exceeds `chance`, (batch,) int32.

    Args:
        weights: (batch, categories), at least 0: the probabilities but for a factor.
        chance: (batch, 1), uniform in [0, 1).
    """
    size = weights.shape[1]
    cumulative = ops.matmul(weights, np.triu(np.ones((size, size), "float32")))  # faster than a running sum
    return ops.sum(ops.cast(cumulative[:, :-1] <= chance * cumulative[:, -1:], "int32"), axis=1)


def _stacked(logits: Tensor, codes: list[Tensor], scalars: list[Tensor]) -> tuple[Tensor, Tensor]:
    rows = ops.shape(logits)[0]
    return (
        ops.stack(codes, axis=1) if codes else ops.zeros((rows, 0), "int32"),
        ops.stack(scalars, axis=1) if scalars else ops.zeros((rows, 0), "float32"),
    )


def _neighbours(layout: Layout) -> list[list[int]]:
    """Positions of the one-hot blocks, in runs that span at most `WIDEST_GROUP` features, or of one wider block."""
    runs: list[list[int]] = []
    for position, block in enumerate(layout.blocks):
        if block.form == "one_hot":
            end = layout.starts[position] + block.size
            if runs and end - layout.starts[runs[-1][0]] <= WIDEST_GROUP:
                runs[-1].append(position)
            else:
                runs.append([position])
    return runs


def _group(layout: Layout, blocks: list[int]) -> _Group:
    start = layout.starts[blocks[0]]
    features = layout.starts[blocks[-1]] + layout.blocks[blocks[-1]].size - start
    running = np.zeros((features, features), np.float32)
    owner = np.zeros((features, len(blocks)), np.float32)
    counted = np.zeros((features, len(blocks)), np.float32)
    for number, position in enumerate(blocks):
        first, size = layout.starts[position] - start, layout.blocks[position].size
        running[first : first + size, first : first + size] = np.triu(np.ones((size, size)))
        owner[first : first + size, number] = 1
        counted[first : first + size - 1, number] = 1
    return _Group(start, running, owner, counted)
