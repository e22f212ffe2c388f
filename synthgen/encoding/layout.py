"""Layout: which features belong to which column, and in which form.

An encoded table is held compact: one integer code per block of categories and one number per position. A model sees the
same rows expanded to features, block by block:

| form | compact | as features | drawn by the generator through |
|---|---|---|---|
| one_hot | code in [0, size) | one-hot, `size` wide | straight-through Gumbel-softmax |
| number | code in [0, codes) | one-hot but for bins, which are shown by smooth features | the same, of their mix |
| bits | code in [0, 2**size) | `size` bits of the code | straight-through Bernoulli |
| scalar | number in [-1, 1] | itself, 1 wide | tanh |

A scalar refines the one-hot block before it: the place inside a bin. Where that block says something that has no inside
(a spike, a missing value) the scalar is 0, in data and in generated rows alike, so that a critic finds nothing there.

A block of form number has many fine bins and no scalar. Networks see and say of a bin only its smooth features
(`encoding.smooth`): few weights, shared by neighbours. A raw output for each feature makes one for each code.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self

import numpy as np

from synthgen.encoding.smooth import NUM_SMOOTH, bin_features

Form = Literal["one_hot", "number", "bits", "scalar"]


@dataclass(frozen=True)
class Block:
    """A run of features that belong together.

    Args:
        column: The column they encode.
        form: See the module.
        size: Features, at least 1; 1 for a scalar.
        condition: Whether CTGAN conditions on the block: whether the column itself is categorical.
        refines: For a scalar, the codes [first, last + 1) of the block before it that have an inside.
        bins: For a number, the codes [first, last + 1) that are bins.
    """

    column: str
    form: Form
    size: int
    condition: bool = False
    refines: tuple[int, int] = (0, 0)
    bins: tuple[int, int] = (0, 0)

    @property
    def num_codes(self) -> int:
        """How many codes there are; 0 for a scalar."""
        first, end = self.bins
        of_form = {"one_hot": self.size, "number": self.size - NUM_SMOOTH + end - first, "bits": 2**self.size}
        return of_form.get(self.form, 0)

    @property
    def code_features(self) -> np.ndarray:
        """Features of each code of a number, (codes, size) float32."""
        first, end = self.bins
        features = np.zeros((self.num_codes, self.size), np.float32)
        features[:first, :first] = np.eye(first)
        features[first:end, first : first + NUM_SMOOTH] = bin_features(end - first)
        features[end:, first + NUM_SMOOTH :] = np.eye(self.num_codes - end)
        return features


@dataclass(frozen=True)
class EncodedTable:
    """Rows as compact arrays.

    Args:
        codes: (rows, code blocks) int32, in the layout's order of one_hot and bits blocks.
        scalars: (rows, scalar blocks) float32 in [-1, 1], in the layout's order of scalar blocks.
    """

    codes: np.ndarray
    scalars: np.ndarray

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: np.ndarray | slice) -> "EncodedTable":
        """Returns some of the rows.

        Args:
            rows: (n,) integers, (rows,) booleans, or a slice.
        """
        return EncodedTable(self.codes[rows], self.scalars[rows])

    @classmethod
    def concatenate(cls, parts: "list[EncodedTable]") -> Self:
        """Returns the rows of all parts, in order."""
        return cls(np.concatenate([part.codes for part in parts]), np.concatenate([part.scalars for part in parts]))


@dataclass(frozen=True)
class Layout:
    """All blocks of a table, in the order of its features.

    Example:
        >>> age = Block("age", "one_hot", 3), Block("age", "scalar", 1, refines=(0, 3))
        >>> layout = Layout((Block("sex", "one_hot", 2), *age))
        >>> layout.num_features
        6
        >>> layout.expand(EncodedTable(np.array([[1, 2]], np.int32), np.array([[0.5]], np.float32)))
        array([[0. , 1. , 0. , 0. , 1. , 0.5]], dtype=float32)
    """

    blocks: tuple[Block, ...]

    @cached_property
    def num_features(self) -> int:
        """Width of an expanded row."""
        return sum(block.size for block in self.blocks)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """First feature of each block."""
        return tuple(int(start) for start in np.cumsum([0] + [block.size for block in self.blocks[:-1]]))

    @cached_property
    def code_blocks(self) -> tuple[int, ...]:
        """Positions in `blocks` of those held as codes; the k-th of them is column k of `EncodedTable.codes`."""
        return tuple(i for i, block in enumerate(self.blocks) if block.form != "scalar")

    @cached_property
    def scalar_blocks(self) -> tuple[int, ...]:
        """Positions in `blocks` of the scalars; the k-th of them is column k of `EncodedTable.scalars`."""
        return tuple(i for i, block in enumerate(self.blocks) if block.form == "scalar")

    @cached_property
    def scalar_features(self) -> np.ndarray:
        """Features that are scalars, in the order of `EncodedTable.scalars`, (scalar blocks,) int32."""
        return np.array([self.starts[i] for i in self.scalar_blocks], np.int32)

    @cached_property
    def insides(self) -> dict[int, tuple[int, int]]:
        """For each column of `EncodedTable.codes` that a scalar refines, in order: the codes that have an inside."""
        insides: dict[int, tuple[int, int]] = {}
        held = -1
        for block in self.blocks:
            if block.form == "scalar":
                insides[held] = block.refines
            else:
                held += 1
        return insides

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the encoded columns, in order."""
        return tuple(dict.fromkeys(block.column for block in self.blocks))

    def zeros(self, num_rows: int) -> EncodedTable:
        """Returns rows that hold zeros.

        Args:
            num_rows: At least 0.
        """
        codes = np.zeros((num_rows, len(self.code_blocks)), np.int32)
        return EncodedTable(codes, np.zeros((num_rows, len(self.scalar_blocks)), np.float32))

    def completed(self, drawn: EncodedTable, *, known: EncodedTable, mask: np.ndarray) -> EncodedTable:
        """Returns rows that hold known columns as told and the others as drawn.

        Args:
            drawn: Any rows.
            known: As many.
            mask: (rows, columns) booleans, True where known.
        """
        owners = [self.columns.index(block.column) for block in self.blocks]
        of_codes = mask[:, [owners[position] for position in self.code_blocks]]
        of_scalars = mask[:, [owners[position] for position in self.scalar_blocks]]
        return EncodedTable(
            np.where(of_codes, known.codes, drawn.codes), np.where(of_scalars, known.scalars, drawn.scalars)
        )

    def expand(self, table: EncodedTable) -> np.ndarray:
        """Returns the rows as features. Models do the same on the device (`networks.heads.expand`).

        Args:
            table: Compact rows.

        Returns:
            (rows, features) float32.
        """
        features = np.zeros((len(table), self.num_features), np.float32)
        rows = np.arange(len(table))
        for held, position in enumerate(self.code_blocks):
            block, start = self.blocks[position], self.starts[position]
            codes = table.codes[:, held]
            if block.form == "one_hot":
                features[rows, start + codes] = 1.0
            elif block.form == "number":
                features[:, start : start + block.size] = block.code_features[codes]
            else:
                features[:, start : start + block.size] = codes[:, None] >> np.arange(block.size) & 1
        for held, position in enumerate(self.scalar_blocks):
            features[:, self.starts[position]] = table.scalars[:, held]
        return features  # (rows, features)

    def compact(self, features: np.ndarray) -> EncodedTable:
        """The inverse of `expand`.

        Soft one-hot rows go to their largest entry, numbers to the nearest code, bits are cut at one half.

        Args:
            features: (rows, features).
        """
        codes = np.empty((len(features), len(self.code_blocks)), np.int32)
        for held, position in enumerate(self.code_blocks):
            block, start = self.blocks[position], self.starts[position]
            part = features[:, start : start + block.size]
            if block.form == "number":
                gaps = np.square(part[:, None] - block.code_features).sum(-1)  # (rows, codes)
                codes[:, held] = gaps.argmin(1)
            else:
                powers = 1 << np.arange(block.size)
                codes[:, held] = part.argmax(1) if block.form == "one_hot" else (part > 0.5) @ powers
        scalars = np.stack([features[:, self.starts[i]] for i in self.scalar_blocks], 1) if self.scalar_blocks else None
        return EncodedTable(codes, np.zeros((len(features), 0), np.float32) if scalars is None else scalars)
