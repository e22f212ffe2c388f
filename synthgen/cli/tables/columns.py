"""The columns of a table, a line each: what each seems to mean, and none of its values."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from rich.table import Table

    from synthgen.data.schema import Schema


def columns_table(schema: "Schema", frame: "pd.DataFrame", patients: "np.ndarray") -> "Table":
    """Returns what each column seems to mean, to be printed.

    Args:
        schema: Of the columns.
        frame: (rows, columns).
        patients: (rows,) whose each row is.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(show_edge=False, pad_edge=False)
    for heading in ("Column", "Kind", "Type", "Missing", "Note"):
        table.add_column(heading, justify="right" if heading == "Missing" else "left", overflow="fold")
    for name, column in schema.columns.items():
        missing = f"{100 * frame[name].isna().mean():.1f} %" if column.missing else ""
        cells = (name, column.kind, column.dtype, missing, _note(name, schema, frame, patients))
        table.add_row(*map(Text, cells), style=None if column.learned else "yellow")
    return table


def _note(name: str, schema: "Schema", frame: "pd.DataFrame", patients: "np.ndarray") -> str:
    """What is worth knowing of a column: its grid, its rare categories, why it is not learned."""
    from synthgen.data.columns import Boolean, Datetime, Identifier, Numerical, Text

    column = schema.columns[name]
    if isinstance(column, Identifier):
        key = " (patient key)" if name == schema.patient_key else ""
        return f"not learned: made anew as {column.pattern}{key}"
    if isinstance(column, Text):
        return "not learned, left out: most patients have a value of their own"
    if isinstance(column, Numerical):
        return {None: "full precision", 0: "whole numbers", 1: "1 decimal"}.get(
            column.decimals, f"{column.decimals} decimals"
        )
    if isinstance(column, Datetime):
        return f"steps of 1 {column.resolution}" + (f", written {column.format}" if column.format else "")
    return "" if isinstance(column, Boolean) else _categories(frame[name], patients, schema.rare_below)


def _categories(values: "pd.Series", patients: "np.ndarray", rare_below: int) -> str:
    import pandas as pd

    sharing = pd.Series(patients).groupby(values.reset_index(drop=True), observed=True).nunique()
    rare = int((sharing < rare_below).sum())
    noun = "category" if len(sharing) == 1 else "categories"
    return f"{len(sharing)} {noun}" + (f", {rare} of them rare (fewer than {rare_below} patients)" if rare else "")
