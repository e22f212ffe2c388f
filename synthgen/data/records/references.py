"""What columns that name rows mean: it follows from the rows, whatever was declared of the columns."""

from collections.abc import Mapping
from dataclasses import replace

from synthgen.data.columns import Categorical, Column, Identifier
from synthgen.data.records.linked_table import LinkedTable


def settled(table: LinkedTable, tables: Mapping[str, LinkedTable]) -> LinkedTable:
    """Returns a table with its own key, and what refers to others, as what they are: names, or public codes.

    Args:
        table: As it was declared.
        tables: All that it may refer to.
    """
    names = {column: tables[link.to].public is True for link in table.links for column in link.columns}
    if len(table.key) == 1:
        names[table.key[0]] = False
    columns = {name: _named(column, code=names[name], key=table.key == (name,)) if name in names else column
               for name, column in table.columns.items()}  # fmt: skip
    return replace(table, columns=columns)


def _named(column: Column, *, code: bool, key: bool) -> Column:
    """A column that refers to a row: a category where everybody may know the row, else a name that is made anew."""
    if isinstance(column, Categorical if code else Identifier):
        return column
    if code:
        return Categorical(dtype=column.dtype, missing=column.missing, inferred=column.inferred)
    return Identifier(dtype=column.dtype, missing=column.missing, inferred=column.inferred, unique=key)
