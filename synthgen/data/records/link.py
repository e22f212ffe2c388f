"""Link: columns of a table whose values name a row of another table, or of the same."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, final

from synthgen.errors import SchemaError
from synthgen.expected import Anything, Characters, Each, Expected, Fields, Flag, OneOf, agree, refused_as

ORPHANS = ("refuse", "drop", "keep")
"""What becomes of rows that name a row which is not there."""


@final
@dataclass(frozen=True)
class Link:
    """A foreign key.

    Args:
        columns: That hold the key of a row of another table, in the order of that table's key.
        to: Name of the table that they refer to; the table itself for a row that names another of its kind.
        implied: Whether it holds whenever the table's first link holds, as the patient of a diagnosis is the patient
            of its admission: then it is copied, never modelled.
        orphans: What becomes of values that name no row: "refuse" is an error that counts them, "drop" leaves their
            rows out and says so, "keep" takes the link as missing there.

    Raises:
        SchemaError: If a field is something else than expected.

    Example:
        >>> Link("hadm_id", to="admissions").columns
        ('hadm_id',)
    """

    columns: tuple[str, ...]
    to: str
    implied: bool = False
    orphans: str = "refuse"

    expects: ClassVar[Mapping[str, Expected]] = {
        "columns": Each(of=Characters(), least=1), "to": Characters(), "implied": Flag(), "orphans": OneOf(ORPHANS),
    }  # fmt: skip

    def __post_init__(self) -> None:
        if isinstance(self.columns, str):
            object.__setattr__(self, "columns", (self.columns,))
        with refused_as(SchemaError, "A link: "):
            for name, expected in self.expects.items():
                value = expected.check(getattr(self, name), name)
                object.__setattr__(self, name, tuple(value) if isinstance(value, list) else value)
            distinct = len(set(self.columns)) == len(self.columns)
            agree(distinct, f"columns: expected distinct names. Received {list(self.columns)}.")

    def __str__(self) -> str:
        return f"{', '.join(self.columns)} -> {self.to}"

    def to_dict(self) -> dict[str, Any]:
        """Returns the link as plain types for YAML; fields at their default are left out.

        Example:
            >>> Link("hadm_id", to="admissions").to_dict()
            {'columns': ['hadm_id'], 'to': 'admissions'}
        """
        stored: dict[str, Any] = {"columns": list(self.columns), "to": self.to}
        rest = [field for field in fields(self) if field.name not in stored]
        return stored | {f.name: getattr(self, f.name) for f in rest if getattr(self, f.name) != f.default}


def link_from_dict(stored: Any, where: str) -> Link:
    """Returns the link that `to_dict` described.

    Args:
        stored: What stands in the schema file; may be anything.
        where: It stands there, for messages.

    Raises:
        SchemaError: If a field is unknown, absent or something else than expected.

    Example:
        >>> link_from_dict({"columns": ["ward"], "to": "wards"}, "links[0]")
        Link(columns=('ward',), to='wards', implied=False, orphans='refuse')
    """
    needed = {"columns": Anything(), "to": Anything()}
    with refused_as(SchemaError):
        known = Fields(needed, {"implied": Anything(), "orphans": Anything()}).check(stored, where)
    try:
        return Link(**known)
    except SchemaError as error:
        raise SchemaError(f"{where}: {error}") from error
