"""Which family learns under a privacy budget: chosen by the schema alone, which is public, since every look costs."""

from synthgen.data.columns import Boolean, Categorical
from synthgen.data.schema import Schema
from synthgen.synthesizers.tables.autoregressive import TabularAutoregressive
from synthgen.synthesizers.tables.base import TableSynthesizer
from synthgen.synthesizers.tables.marginals import MOST_CODES, DPMarginals
from synthgen.synthesizers.tables.private_encoding import ALWAYS_BINS

UNDECLARED_CATEGORIES = 30
"""Categories that a column is taken to have which does not declare them."""


def private_family(schema: Schema) -> tuple[type[TableSynthesizer], str]:
    """Returns the family to learn with under a privacy budget, and why.

    To fit several and compare would cost more of the budget than the choice is worth. At small budgets margins are
    ahead of networks; but all pairs of columns have them, and they grow with the square of the table's width.

    Args:
        schema: Of the table.

    Returns:
        A class and a sentence.

    Example:
        >>> from synthgen.data.columns import Numerical
        >>> private_family(Schema({"age": Numerical(), "ill": Boolean()}))[0].__name__
        'DPMarginals'
    """
    codes = sum(_codes(schema, name) for name in schema.learned)
    if codes <= MOST_CODES:
        return DPMarginals, "DPMarginals, since at small budgets margins are ahead of networks."
    return TabularAutoregressive, (
        f"TabularAutoregressive, since the schema speaks of some {codes} categories and bins: too many for the margins "
        f"of all pairs, which take {MOST_CODES}."
    )


def _codes(schema: Schema, name: str) -> int:
    column = schema.columns[name]
    if isinstance(column, Boolean):
        return 2
    if isinstance(column, Categorical):
        return len(column.categories or ()) or UNDECLARED_CATEGORIES
    return ALWAYS_BINS
