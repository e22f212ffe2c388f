"""What a column means: Numerical, Categorical, Boolean, Datetime, Identifier, Text.

A column object holds structure (kind, type, decimals, resolution), never a value of the data, unless the user declares
it: `categories`, `minimum` and `maximum` are the user's own words and count as public. Structure can give a patient
away too (one value of 37.25 makes two decimals, one empty cell makes a column that may be empty): what was guessed from
a table is marked `inferred`.

| kind | in the frame | what a synthesizer does with it |
|---|---|---|
| Numerical | integers or decimals | learned; emitted on the same grid |
| Categorical | a few repeated values | learned; rare values pooled unless declared |
| Boolean | true / false | learned |
| Datetime | dates and times, zoned or naive | learned; emitted at the same resolution |
| Identifier | names a row or patient | never learned; made anew in the same pattern |
| Text | free text, near-unique strings | never learned; dropped or replaced |
"""

from abc import ABC
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar

from pandas.api.types import is_integer_dtype, pandas_dtype

from synthgen import expected
from synthgen.data.dtypes import check_dtype, check_format, sort_of
from synthgen.data.patterns import DIGITS, alphabet
from synthgen.errors import SchemaError
from synthgen.expected import Characters, Each, Expected, Flag, Maybe, OneOf, Quantity, agree, refused_as

LARGEST = 1e100
"""Largest number that is learned or judged. The square of a difference of two such is 4e200, and no table has rows
enough to make a sum of them overflow; no quantity that was ever measured comes near. 1.8e308 and its like are codes."""


@dataclass(frozen=True, kw_only=True)
class Column(ABC):
    """What all kinds share.

    Args:
        dtype: The pandas type that synthetic data gets, as ``str(series.dtype)`` writes it, e.g. ``"int64"``.
        missing: Whether values may be missing.
        inferred: Whether this entry was guessed from a table and nobody has confirmed that it is known without one.
            It does not count as public then, whatever was changed in it since; it is no part of what columns mean, so
            that columns are equal with and without it.

    Raises:
        SchemaError: If a field is of another kind, or contradicts another; for all kinds of columns.
    """

    kind: ClassVar[str]
    learned: ClassVar[bool] = True
    held_in: ClassVar[tuple[str, ...]]
    """Sorts of types that the kind can be held in; see `synthgen.data.dtypes`."""
    expects: ClassVar[Mapping[str, Expected]] = {}
    """What the fields must be, besides those that all kinds share."""

    dtype: str = "object"
    missing: bool = False
    inferred: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        with refused_as(SchemaError, f"A {self.kind} column: "):
            known = _SHARED | dict(self.expects)
            for name in [field.name for field in fields(self) if field.name in known]:
                value = known[name].check(getattr(self, name), name)
                object.__setattr__(self, name, tuple(value) if isinstance(value, list) else value)
            check_dtype(self.dtype, self.held_in, examples=self._examples())
            self._agrees()

    def _examples(self) -> list[Any]:
        """Values that the type must be able to hold."""
        return []

    def _agrees(self) -> None:
        """Raises Unexpected where fields contradict each other."""

    def to_dict(self) -> dict[str, Any]:
        """Returns the column as plain types for YAML or JSON; fields at their default are left out.

        Example:
            >>> Numerical(dtype="int64", decimals=0).to_dict()
            {'kind': 'numerical', 'dtype': 'int64', 'decimals': 0}
        """
        defaults = {field.name: field.default for field in fields(self)}
        stored = {name: value for name, value in asdict(self).items() if name == "dtype" or value != defaults[name]}
        mark = {"inferred": stored.pop("inferred")} if "inferred" in stored else {}
        return {"kind": self.kind} | {n: list(v) if isinstance(v, tuple) else v for n, v in stored.items()} | mark


_SHARED: dict[str, Expected] = {"dtype": Characters(200), "missing": Flag(), "inferred": Flag()}

MOST_DECIMALS = 30
"""Digits behind the point: floats have fewer that mean anything, unless they are tiny."""


@dataclass(frozen=True, kw_only=True)
class Numerical(Column):
    """A number.

    Args:
        decimals: Digits behind the point that the data is written with; 0 for integers, None for full precision.
        minimum: Smallest possible value if that is public knowledge (a scale from 0 to 10), else None.
        maximum: Largest possible value if that is public knowledge, else None.

    Raises:
        SchemaError: If `minimum` exceeds `maximum`, or one is no number or beyond `LARGEST`.
    """

    kind: ClassVar[str] = "numerical"
    held_in: ClassVar[tuple[str, ...]] = ("number", "object", "text")
    expects: ClassVar[Mapping[str, Expected]] = {
        "decimals": Maybe(Quantity(whole=True, least=0, most=MOST_DECIMALS)),
        "minimum": Maybe(Quantity(least=-LARGEST, most=LARGEST)),
        "maximum": Maybe(Quantity(least=-LARGEST, most=LARGEST)),
    }  # fmt: skip

    dtype: str = "float64"
    decimals: int | None = None
    minimum: float | None = None
    maximum: float | None = None

    def _examples(self) -> list[Any]:
        return [0.0]

    def _agrees(self) -> None:
        low, high = self.minimum, self.maximum
        agree(low is None or high is None or low <= high,
              f"expected minimum <= maximum. Received minimum={low}, maximum={high}.")  # fmt: skip
        agree(not self.decimals or not is_integer_dtype(pandas_dtype(self.dtype)),
              f"dtype: {self.dtype!r} holds no decimals, and decimals is {self.decimals}. Expected decimals: 0, or a "
              "type such as float64.")  # fmt: skip

    @property
    def integer(self) -> bool:
        """Whether every value is a whole number."""
        return self.decimals == 0


@dataclass(frozen=True, kw_only=True)
class Categorical(Column):
    """One of a set of repeated values.

    Args:
        categories: The possible values if they are public knowledge. Declared categories are never pooled as rare.
            None: the values are taken from the data, and those of fewer than ``schema.rare_below`` patients pooled.
        rare_label: What a synthetic row shows where the model drew the pool of rare categories.
        ordered: Whether the order of the categories means something (pandas' ordered categoricals).

    Raises:
        SchemaError: If a category is declared twice.
    """

    kind: ClassVar[str] = "categorical"
    held_in: ClassVar[tuple[str, ...]] = ("category", "object", "text", "number", "truth")
    expects: ClassVar[Mapping[str, Expected]] = {
        "categories": Maybe(Each(of=expected.Value(), least=1)), "rare_label": Characters(), "ordered": Flag(),
    }  # fmt: skip

    categories: tuple[str | int | float | bool, ...] | None = None
    rare_label: str = "(other)"
    ordered: bool = False

    def _examples(self) -> list[Any]:
        return list(self.categories or ())

    def _agrees(self) -> None:
        held = self.categories or ()
        agree(len(set(held)) == len(held), f"expected distinct categories. Received {len(held)}, some of them twice.")


@dataclass(frozen=True, kw_only=True)
class Boolean(Column):
    """True or false."""

    kind: ClassVar[str] = "boolean"
    held_in: ClassVar[tuple[str, ...]] = ("truth", "object", "number", "category")

    dtype: str = "bool"


@dataclass(frozen=True, kw_only=True)
class Datetime(Column):
    """A point in time.

    Args:
        resolution: The step of the data: "D", "h", "min", "s", "ms", "us" or "ns". Synthetic times lie on that grid,
            counted in local time where the column has a zone.
        format: The ``strftime`` pattern where the frame holds strings, else None.
    """

    kind: ClassVar[str] = "datetime"
    held_in: ClassVar[tuple[str, ...]] = ("date", "object", "text")
    expects: ClassVar[Mapping[str, Expected]] = {
        "resolution": OneOf(("D", "h", "min", "s", "ms", "us", "ns")), "format": Maybe(Characters(100)),
    }  # fmt: skip

    dtype: str = "datetime64[ns]"
    resolution: str = "ns"
    format: str | None = None

    def _agrees(self) -> None:
        if self.format is not None:
            check_format(self.format)


@dataclass(frozen=True, kw_only=True)
class Identifier(Column):
    """Names a row or a patient: never learned, made anew.

    Args:
        pattern: What an identifier looks like: literal characters and classes with counts, e.g. ``P-[0-9]{6}``.
        unique: Whether every row has its own.
    """

    kind: ClassVar[str] = "identifier"
    learned: ClassVar[bool] = False
    held_in: ClassVar[tuple[str, ...]] = ("object", "text", "number", "category")
    expects: ClassVar[Mapping[str, Expected]] = {"pattern": Characters(1_000), "unique": Flag()}

    pattern: str = "[0-9]{9}"
    unique: bool = True

    def _agrees(self) -> None:
        positions = alphabet(self.pattern)
        numbers = sort_of(pandas_dtype(self.dtype)) == "number"
        agree(not numbers or all(set(signs) <= set(DIGITS) for signs in positions),
              f"expected a pattern of digits alone for identifiers of type {self.dtype}.")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Text(Column):
    """Free text or near-unique strings: never learned.

    Args:
        replacement: What synthetic rows show instead. None: the column is left out of the synthetic table.
    """

    kind: ClassVar[str] = "text"
    learned: ClassVar[bool] = False
    held_in: ClassVar[tuple[str, ...]] = ("object", "text", "category")
    expects: ClassVar[Mapping[str, Expected]] = {"replacement": Maybe(Characters())}

    replacement: str | None = None


RESOLUTIONS = {"D": 86_400_000_000_000, "h": 3_600_000_000_000, "min": 60_000_000_000, "s": 1_000_000_000,
               "ms": 1_000_000, "us": 1_000, "ns": 1}  # fmt: skip
"""Length of each resolution in nanoseconds, coarsest first."""

KINDS: dict[str, type[Column]] = {
    column.kind: column for column in (Numerical, Categorical, Boolean, Datetime, Identifier, Text)
}
"""Every kind of column by the word that schema files use for it."""


def column_from_dict(name: str, stored: Any) -> Column:
    """Returns the column that `to_dict` described.

    Args:
        name: The column's name, for messages.
        stored: What stands in the schema file.

    Raises:
        SchemaError: If the kind or a field is unknown, or of another kind than expected.

    Example:
        >>> column_from_dict("age", {"kind": "numerical", "dtype": "int64", "decimals": 0}).integer
        True
    """
    with refused_as(SchemaError, f"Column {name!r}: "):
        fields_of = expected.Fields({"kind": OneOf(tuple(sorted(KINDS)))}, others=True)
        kind = fields_of.check(stored, "entry")["kind"]
        known = {field.name: expected.Anything() for field in fields(KINDS[kind])}
        given = expected.Fields({}, {"kind": OneOf((kind,)), **known}).check(stored, f"a {kind} column")
    given = {field: value for field, value in given.items() if field != "kind"}
    try:
        return KINDS[kind](**given)
    except SchemaError as error:
        raise SchemaError(f"Column {name!r}: {error}") from error
