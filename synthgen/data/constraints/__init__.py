"""Rules that every row obeys: Range, Inequality, FixedIncrements, Unique, FixedCombinations.

A constraint is a predicate over the rows of a finished table, after decoding and rounding, so that what holds is what
is written. It may offer a repair; where none would be honest, `repair` changes nothing and the row is drawn again.
One repair may undo another: check all rules after all repairs.

A missing value breaks no rule, as in a CHECK of SQL: a row is refused for what it says, not for what it leaves out.
"""

from dataclasses import MISSING, fields
from typing import Any

from synthgen.data.constraints.base import Constraint
from synthgen.data.constraints.combinations import FixedCombinations, Unique
from synthgen.data.constraints.order import FixedIncrements, Inequality, Range
from synthgen.errors import ConstraintError, did_you_mean
from synthgen.expected import Fields, OneOf, refused_as, said

__all__ = [
    "Constraint",
    "FixedCombinations",
    "FixedIncrements",
    "Inequality",
    "Range",
    "Unique",
    "constraint_from_dict",
]

KINDS: dict[str, type[Constraint]] = {
    rule.kind: rule for rule in (Range, Inequality, FixedIncrements, Unique, FixedCombinations)
}
"""Every kind of constraint by the word that schema files use for it."""


def constraint_from_dict(stored: Any) -> Constraint:
    """Returns the constraint that `to_dict` described.

    Args:
        stored: What stands in the schema file.

    Raises:
        ConstraintError: If the kind or a field is unknown, a field is absent, or something else than expected.

    Example:
        >>> constraint_from_dict({"kind": "range", "column": "age", "minimum": 0})
        Range(column='age', minimum=0, maximum=None, strict=False)
    """
    with refused_as(ConstraintError):
        kind = Fields({"kind": OneOf(tuple(sorted(KINDS)))}, others=True).check(stored, "a constraint")["kind"]
    known = {f.name: f.default is MISSING for f in fields(KINDS[kind]) if f.init}
    given = {name: value for name, value in stored.items() if name != "kind"}
    for name in given.keys() - known.keys():
        near = did_you_mean(name[:99], known) if isinstance(name, str) else ""
        raise ConstraintError(f"{kind}: there is no field {said(name)}.{near}")
    absent = [name for name, needed in known.items() if needed and name not in given]
    if absent:
        raise ConstraintError(f"{kind}: the fields {absent} are absent.")
    return KINDS[kind](**given)
