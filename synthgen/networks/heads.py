"""From a table's compact codes to features, and from a generator's raw outputs to rows, block by block."""

from collections.abc import Callable

import numpy as np
from keras import ops

from synthgen.backend import Tensor
from synthgen.encoding.layout import Block, Layout
from synthgen.networks.links import Linked, LinkWeights, split


def expand(layout: Layout, codes: Tensor, scalars: Tensor) -> Tensor:
    """Returns compact rows as features, on the device; the counterpart of `Layout.expand`.

    Args:
        layout: Of the table.
        codes: (batch, code blocks) int32.
        scalars: (batch, scalar blocks) float32.

    Returns:
        (batch, features) float32.
    """
    parts, codes_seen, scalars_seen = [], 0, 0
    for block in layout.blocks:
        if block.form == "scalar":
            parts.append(scalars[:, scalars_seen : scalars_seen + 1])
            scalars_seen += 1
            continue
        code = codes[:, codes_seen]
        codes_seen += 1
        parts.append(bits(code, block.size) if block.form == "bits" else shown(block, code))
    return ops.concatenate(parts, axis=1)  # (batch, features)


def shown(block: Block, code: Tensor) -> Tensor:
    """Returns codes of a one-hot block or a number as features, (batch, size) float32.

    Args:
        block: Of the codes.
        code: (batch,) int32.
    """
    if block.form == "one_hot":
        return ops.one_hot(code, block.size, dtype="float32")
    return ops.take(block.code_features, code, axis=0)


def by_code(block: Block, part: Tensor) -> Tensor:
    """Returns a raw output for each code of a one-hot block or a number, (batch, codes).

    Args:
        block: Of the outputs.
        part: (batch, size), a raw output for each feature.
    """
    return part if block.form == "one_hot" else ops.matmul(part, block.code_features.T)


Enforce = Callable[[Tensor, int], Tensor]
"""Given a drawn block (batch, size) and its first feature, returns it with known columns put in."""


def nothing_known(drawn: Tensor, start: int) -> Tensor:  # noqa: ARG001 - an `Enforce`
    """Returns the block as drawn."""
    return drawn


def gumbel_rows(
    layout: Layout,
    logits: Tensor,
    noise: Tensor,
    *,
    temperature: float,
    enforce: Enforce = nothing_known,
    hard: bool = True,
    links: LinkWeights | None = None,
) -> Tensor:
    """Returns rows drawn so that gradients pass to the logits: by the Gumbel-softmax (Jang et al. 2017).

    Hard rows are exact, and only backwards look like a softmax at `temperature` (straight-through, section 2.2 there):
    a critic then sees one-hot rows from both sides and cannot win by telling soft from hard. Soft ones are what CTGAN
    trains on (Xu et al. 2019, section 4.4).

    Args:
        layout: Of the table.
        logits: (batch, features), the generator's raw outputs.
        noise: (batch, `num_chances`), uniform in [0, 1).
        temperature: Above 0; small follows the draw closely, large gives smoother gradients. CTGAN's is 0.2.
        enforce: Puts in what is known.
        hard: Whether one-hot blocks are exactly one-hot; soft ones are positive and sum to one. Bits are exact in both.
        links: See `networks.links`; None: blocks are drawn apart.

    Returns:
        (batch, features) float32: one-hot blocks as said, bits exactly 0 or 1, scalars in [-1, 1] and 0 where they
        refine nothing.
    """
    one_hot = _hard_one_hot if hard else _softmax
    logits = ops.cast(logits, "float32")
    linked, gumbel = Linked(layout, links), _gumbel(noise)
    outputs = split(logits, [block.size for block in layout.blocks])
    used = 0
    for position, (block, start) in enumerate(zip(layout.blocks, layout.starts, strict=True)):
        part = linked.told(position, outputs[position])
        chances = slice(used, used + _chances(block))
        used = chances.stop
        if block.form == "scalar":
            first, end = block.refines
            has_inside = ops.sum(linked.last[:, first:end], axis=1, keepdims=True)
            drawn = ops.tanh(part) * ops.stop_gradient(has_inside)
        elif block.num_codes == 1:
            drawn = 1 + 0 * part  # a constant column has nothing to draw, and a gradient of zero
        elif block.form == "one_hot":
            drawn = one_hot(part + gumbel[:, chances], temperature)
        elif block.form == "number":
            code = one_hot(by_code(block, part) + gumbel[:, chances], temperature)
            drawn = ops.matmul(code, block.code_features)
        else:
            drawn = _hard_bits(part, noise[:, chances], temperature)
        linked.take(enforce(drawn, start))
    return linked.row()  # (batch, features)


def num_chances(layout: Layout) -> int:
    """Returns how many random numbers a row is drawn by.

    Args:
        layout: Of the row.
    """
    return sum(_chances(block) for block in layout.blocks)


def _chances(block: Block) -> int:
    return block.num_codes if block.form in ("one_hot", "number") else block.size


def _softmax(perturbed: Tensor, temperature: float) -> Tensor:
    return ops.softmax(perturbed / temperature)


def _hard_one_hot(perturbed: Tensor, temperature: float) -> Tensor:
    probabilities = _softmax(perturbed, temperature)
    drawn = ops.one_hot(ops.argmax(perturbed, axis=-1), perturbed.shape[-1], dtype="float32")
    return drawn + probabilities - ops.stop_gradient(probabilities)


def _hard_bits(logits: Tensor, noise: Tensor, temperature: float) -> Tensor:
    logistic = ops.log(noise + 1e-7) - ops.log(1 - noise + 1e-7)
    probabilities = ops.sigmoid((logits + logistic) / temperature)
    return ops.cast(probabilities > 0.5, "float32") + probabilities - ops.stop_gradient(probabilities)


def _gumbel(noise: Tensor) -> Tensor:
    return -ops.log(-ops.log(noise + 1e-7) + 1e-7)


def bits(code: Tensor, size: int) -> Tensor:
    """Returns the bits of codes, least first, (batch, size) float32.

    Args:
        code: (batch,) int32.
        size: Number of bits.
    """
    ones = ops.bitwise_and(ops.right_shift(code[:, None], np.arange(size, dtype="int32")[None]), 1)
    return ops.cast(ones, "float32")


def inside(code: Tensor, refines: tuple[int, int]) -> Tensor:
    """Returns 1 where a code has an inside that a scalar refines, else 0, (batch,) float32.

    Args:
        code: (batch,) int32.
        refines: The codes [first, end) that have one, see `Block.refines`.
    """
    first, end = refines
    return ops.cast(ops.logical_and(code >= first, code < end), "float32")
