"""Links: what the blocks drawn so far say about the next.

A generator that draws its blocks apart must put everything that columns have to do with each other into its noise, and
near-certain raw outputs at that: where two columns say the same thing twice, each is drawn by chance of its own. With
links a block's raw outputs are its own plus a function of the blocks drawn before it, so that the row comes together as
in an autoregressive model. The function is linear, whose terms are pairs of columns, plus a layer of hidden units.
"""

from typing import Any, NamedTuple, Self

import keras
import numpy as np
from keras import layers, ops

from synthgen.backend import Tensor, programs
from synthgen.encoding.layout import Layout
from synthgen.networks.silu import silu

MOST_UNITS = 1_000
"""Hidden units of all blocks together."""

UNITS = 8, 64
"""Fewest and most of a block."""

WIDEST_GROUP = 128
"""Features of neighbouring blocks that all blocks before them speak to at once."""


class LinkWeights(NamedTuple):
    """The weights of links as tensors.

    Args:
        kernel: (features, features + hidden units): row, what speaks; column, what listens. Each block has as many
            hidden units as the others, in the order of the blocks.
        bias: (hidden units,).
        outputs: (hidden units of a block, features): what a block's own units say to it.
    """

    kernel: Tensor
    bias: Tensor
    outputs: Tensor

    @classmethod
    def of(cls, links: "Links") -> Self:
        """Returns the weights of a layer."""
        return cls(*(ops.convert_to_tensor(weight) for weight in (links.kernel, links.bias, links.outputs)))


class Links(layers.Layer):
    """Holds the weights; passes raw outputs through. The heads that draw from the outputs apply them.

    Goes behind the last layer of a generator, so that they train, are averaged and saved with it.

    Args:
        num_blocks: Of the layout.
        units: Hidden units of each block.
        seed: Of the weights that hidden units listen by; all others start at zero.
        kwargs: Of the layer.
    """

    def __init__(self, *, num_blocks: int, units: int, seed: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_blocks = num_blocks
        self.units = units
        self.seed = seed

    def build(self, input_shape: Any) -> None:
        """Makes the weights, see `LinkWeights`.

        Args:
            input_shape: (batch, features).
        """
        size, hidden = input_shape[-1], self.num_blocks * self.units
        # of a row about as many features are not zero as there are blocks
        deviation = max(self.num_blocks, 1) ** -0.5

        def start(shape: tuple[int, int], dtype: Any = None) -> Tensor:
            listening = keras.random.normal((size, hidden), stddev=deviation, dtype=dtype, seed=self.seed)
            return ops.concatenate([ops.zeros((size, shape[1] - hidden), dtype), listening], axis=1)

        self.kernel = self.add_weight(shape=(size, size + hidden), initializer=start, name="kernel")
        self.bias = self.add_weight(shape=(hidden,), initializer="zeros", name="bias")
        self.outputs = self.add_weight(shape=(self.units, size), initializer="zeros", name="outputs")

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return super().get_config() | {"num_blocks": self.num_blocks, "units": self.units, "seed": self.seed}

    def call(self, inputs: Tensor) -> Tensor:
        """Returns raw outputs as they came.

        Args:
            inputs: (batch, features).
        """
        return inputs


def links_for(layout: Layout, *, seed: int) -> Links:
    """Returns links whose hidden units are few where there are many blocks: every unit hears all blocks before.

    Args:
        layout: Of the rows.
        seed: See `Links`.
    """
    units = int(np.clip(MOST_UNITS // len(layout.blocks), *UNITS))
    return Links(num_blocks=len(layout.blocks), units=units, seed=seed, name="links")


class Linked:
    """A row that comes together block by block, each told what the blocks before it say.

    What the blocks of earlier groups say goes to a whole group in one product; within a group each speaks to the next.

    Args:
        layout: Of the row.
        links: None: blocks say nothing to each other.
    """

    def __init__(self, layout: Layout, links: LinkWeights | None) -> None:
        self._layout = layout
        groups = _groups(layout)
        self._first_of = {first: number for number, (first, _) in enumerate(groups)}
        self._weights = [] if links is None else _GroupWeights.of_groups(layout, groups, links)
        self._group: _GroupWeights | None = None  # of the group whose blocks come now
        self._before: list[Tensor] = []  # rows of earlier groups
        self._parts: list[Tensor] = []  # blocks of this group
        self._said: list[tuple[Tensor, Tensor]] = []  # by earlier groups to the blocks of this one that are to come

    def told(self, position: int, own: Tensor) -> Tensor:
        """Returns the raw outputs of a block with what was said to it, (batch, size).

        Args:
            position: Of the block; blocks come in the layout's order.
            own: (batch, size), the generator's raw outputs.
        """
        if position in self._first_of:
            self._begin(position)
        if self._group is None:
            return own
        features, units, bias, outputs = self._group.blocks[len(self._parts)]
        if not (self._before or self._parts):
            return own
        said, heard = self._said.pop(0) if self._said else (ops.zeros(()), ops.zeros(()))
        if self._parts:
            row = _joined(self._parts)
            said += ops.matmul(row, features[: row.shape[1]])
            heard += ops.matmul(row, units[: row.shape[1]])
        return own + said + ops.matmul(silu(heard + bias), outputs)

    def take(self, drawn: Tensor) -> None:
        """Puts the drawn block into the row.

        Args:
            drawn: (batch, size), of the block that was told last.
        """
        self._parts.append(drawn)

    @property
    def last(self) -> Tensor:
        """The block drawn last, (batch, size)."""
        return self._parts[-1]

    def row(self) -> Tensor:
        """Returns all blocks drawn, (batch, features)."""
        return _joined(self._before + self._parts)

    def _begin(self, position: int) -> None:
        """Lets all earlier groups speak to the group that begins with a block."""
        if self._parts:
            self._before, self._parts = [_joined(self._before + self._parts)], []
        if not self._weights:
            return
        self._group = self._weights[self._first_of[position]]
        if self._before:
            to_features, to_units = (ops.matmul(self._before[0], part) for part in self._group.before)
            sizes = [features.shape[1] for features, *_ in self._group.blocks]
            units = [part.shape[1] for _, part, *_ in self._group.blocks]
            self._said = list(zip(split(to_features, sizes), split(to_units, units), strict=True))


class _GroupWeights(NamedTuple):
    """What a group of blocks listens by.

    Cut once: the gradient of a slice is as large as what it was cut from, that of a split only as large as the part.

    Args:
        before: What earlier groups say to features, (features before, features), and to units.
        blocks: Of each block: what the group's features say to its features and to its units, the bias of its units,
            and what they say to its features.
    """

    before: tuple[Tensor, Tensor]
    blocks: list[tuple[Tensor, Tensor, Tensor, Tensor]]

    @classmethod
    def of_groups(cls, layout: Layout, groups: list[tuple[int, int]], links: LinkWeights) -> "list[Self]":
        """Returns what each group listens by.

        Args:
            layout: Of the row.
            groups: Blocks [first, end) of each.
            links: The weights.
        """
        sizes = [sum(block.size for block in layout.blocks[first:end]) for first, end in groups]
        units = links.outputs.shape[0]
        of_units = [units * (end - first) for first, end in groups]
        columns = split(links.kernel, sizes + of_units)
        biases, outputs = split(links.bias, of_units, axis=0), split(links.outputs, sizes)
        weights, start = [], 0
        for number, (first, end) in enumerate(groups):
            rows = [start, sizes[number], layout.num_features - start - sizes[number]]
            own, heard = (split(columns[place], rows, axis=0) for place in (number, len(groups) + number))
            of_blocks, each = [block.size for block in layout.blocks[first:end]], [units] * (end - first)
            parts = split(own[1], of_blocks), split(heard[1], each), split(biases[number], each, axis=0)
            blocks = list(zip(*parts, split(outputs[number], of_blocks), strict=True))
            weights.append(cls((own[0], heard[0]), blocks))
            start += sizes[number]
        return weights


def split(tensor: Tensor, sizes: list[int], *, axis: int = 1) -> list[Tensor]:
    """Returns a tensor in parts.

    Args:
        tensor: Of any shape.
        sizes: Of the parts, which fill it.
        axis: Along which.
    """
    return [tensor] if len(sizes) == 1 else programs.split(tensor, sizes, axis=axis)


def _joined(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=1)


def _groups(layout: Layout) -> list[tuple[int, int]]:
    """Blocks [first, end) of groups of neighbours; a scalar stays with the block that it refines."""
    groups: list[tuple[int, int]] = []
    for position, (block, start) in enumerate(zip(layout.blocks, layout.starts, strict=True)):
        first = groups[-1][0] if groups else 0
        if groups and (block.form == "scalar" or start + block.size - layout.starts[first] <= WIDEST_GROUP):
            groups[-1] = first, position + 1
        else:
            groups.append((position, position + 1))
    return groups
