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


def constraint_from_dict(stored: dict[str, Any]) -> Constraint:
    """Returns the constraint that `to_dict` described.

    Args:
        stored: What stands in the schema file.

    Raises:
        ConstraintError: If the kind or a field is unknown, or a field is absent.

    Example:
        >>> constraint_from_dict({"kind": "range", "column": "age", "minimum": 0})
        Range(column='age', minimum=0, maximum=None, strict=False)
    """
    kind = stored.get("kind") if isinstance(stored, dict) else stored
    if kind not in KINDS or not isinstance(stored, dict):
        hint = did_you_mean(str(kind), KINDS)
        raise ConstraintError(f"Expected a constraint of kind {sorted(KINDS)}. Received {kind!r}.{hint}")
    known = {f.name: f.default is MISSING for f in fields(KINDS[kind]) if f.init}
    given = {name: value for name, value in stored.items() if name != "kind"}
    for name in given.keys() - known.keys():
        raise ConstraintError(f"{kind}: there is no field {name!r}.{did_you_mean(str(name), known)}")
    absent = [name for name, needed in known.items() if needed and name not in given]
    if absent:
        raise ConstraintError(f"{kind}: the fields {absent} are absent.")
    return KINDS[kind](**given)
