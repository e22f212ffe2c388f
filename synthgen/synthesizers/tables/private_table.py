"""A table under a privacy budget: one row of each patient, how many there are, and what a column may cost."""

import math
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthgen.data.columns import Boolean, Categorical, Column, Datetime, Numerical
from synthgen.data.schema import Schema, SchemaWarning
from synthgen.data.split import patient_codes
from synthgen.dp.budget import DifferentialPrivacy
from synthgen.dp.reader import Reader
from synthgen.errors import SettingsError

STRUCTURE = "kinds, types, decimals, missing values and patterns of"
"""What the schema says of columns beside their values."""

ENOUGH = 2.0
"""Deviations of the noise that the number of patients must be."""


@dataclass(frozen=True)
class PrivateTable:
    """Rows of which each patient has one, and what reads them.

    Args:
        frame: (patients, columns).
        schema: Declared by the user.
        reader: What reads the rows under a privacy budget.
        num_patients: About how many, as read with noise.
        places: (patients,) where the rows stood.
    """

    frame: pd.DataFrame
    schema: Schema
    reader: Reader
    num_patients: float
    places: np.ndarray

    @classmethod
    def of(
        cls, frame: pd.DataFrame, schema: Schema, budget: DifferentialPrivacy, *, each: str = "row"
    ) -> "PrivateTable":
        """Draws one row of each patient, and counts the patients.

        Args:
            frame: (rows, columns), valid under the schema.
            schema: Declared by the user.
            budget: To keep to.
            each: What is protected where patients are not known.

        Raises:
            SettingsError: If the budget's unit is no column, or the schema leaves to be read what the budget has
                nothing for.

        Warns:
            SchemaWarning: If the schema was guessed from a table, so that no epsilon can be stated.
        """
        unit = budget.unit or schema.patient_key
        if unit is not None and unit not in frame:
            raise SettingsError(f"DifferentialPrivacy: unit={unit!r} is not a column of the table.")
        _check_affordable(schema, budget)
        _check_dates(frame, schema)
        reader = Reader(budget, unit=each if unit is None else unit)
        _enter_structure(schema, reader)
        places = np.arange(len(frame))
        if unit is not None:
            codes = patient_codes(frame[unit])
            order = reader.rng.permutation(len(frame))  # without a patient's rows it is one of the others' rows
            places = order[np.unique(codes[order], return_index=True)[1]]
            frame = frame.iloc[places]
        count = reader.units(len(frame), share=column_share(schema, budget))
        return cls(frame.reset_index(drop=True), schema, reader, max(count, 1.0), places)


def _enter_structure(schema: Schema, reader: Reader) -> None:
    """Enters what the schema says of the columns: free where a person stands for it, else not counted."""
    guessed = schema.inferred
    if len(guessed) < len(schema.columns) or not guessed:
        reader.free(f"{STRUCTURE} {'other ' * bool(guessed)}columns")
    if not guessed:
        return
    reader.uncounted(f"{STRUCTURE} {', '.join(guessed)}: guessed from a table")
    warnings.warn(f"No epsilon will be stated: {unconfirmed(schema)}", SchemaWarning, stacklevel=2)


def unconfirmed(schema: Schema) -> str:
    """Returns a sentence on what was guessed and who can stand for it, and how.

    Args:
        schema: With columns that are marked as inferred.
    """
    names = schema.inferred
    more = f" and {len(names) - 5} more" * (len(names) > 5)
    return (
        f"what the schema says of {names[:5]}{more} was guessed from a table, so that single patients can show in it "
        "(one value of 37.25 makes two decimals). Read it; what is known without the table, confirm: "
        "schema.confirmed(), or 'synthgen confirm schema.yaml'."
    )


def check_enough_patients(table: PrivateTable) -> None:
    """Refuses a table of which the budget says next to nothing: not even how many patients it holds.

    Args:
        table: Counted with noise; the refusal follows from that count and costs nothing more.

    Raises:
        SettingsError: With the patients, or about the epsilon, that would do.
    """
    budget = table.reader.budget
    deviation = table.reader.noise(column_share(table.schema, budget))
    needed = ENOUGH * deviation
    if table.num_patients < needed:
        hidden = table.num_patients < deviation  # then an epsilon reckoned from the count could be far too large
        feasible = _rounded_up(2 * budget.epsilon * needed / (deviation if hidden else table.num_patients))
        raise SettingsError(
            f"DifferentialPrivacy: at epsilon={budget.epsilon:g} the table seems to hold {table.num_patients:.0f} "
            f"patients, give or take {deviation:.0f}: nothing can be learned of so few. Bring {math.ceil(2 * needed)} "
            f"patients or more, or set epsilon={feasible:g}{' or more: noise hides how much is enough' * hidden}."
        )


def _rounded_up(number: float) -> float:
    """The next number of one significant digit.

    Example:
        >>> _rounded_up(0.023), _rounded_up(4.0)
        (0.03, 4.0)
    """
    power = 10.0 ** math.floor(math.log10(number))
    return float(f"{math.ceil(round(number / power, 6)) * power:.6g}")


def column_share(schema: Schema, budget: DifferentialPrivacy) -> float:
    """Returns the part of the budget's precision that reading one column may take, and counting the patients."""
    return max(budget.preparation, 1e-3) / (len(schema.learned) + 1)


def _check_affordable(schema: Schema, budget: DifferentialPrivacy) -> None:
    if schema.constraints:
        learned = [rule.kind for rule in schema.constraints if rule.learns]
        if learned:
            raise SettingsError(
                f"DifferentialPrivacy: the constraints {learned} take what they allow from the data, which no budget "
                "covers. Remove them from the schema, or state what they allow there."
            )
    if budget.preparation:
        return
    undeclared = [name for name in schema.learned if not declared(schema.columns[name])]
    raise SettingsError(
        "DifferentialPrivacy: preparation=0 leaves nothing to read how often each value comes"
        + (f", nor what the schema does not declare of {undeclared[:5]}" if undeclared else "")
        + ". Set it to a share of the budget, e.g. 0.15."
    )


def _check_dates(frame: pd.DataFrame, schema: Schema) -> None:
    """Refuses dates as strings without a format: it would be guessed from one patient's, and read all others by it."""
    for name in schema.learned:
        column = schema.columns[name]
        guessed = isinstance(column, Datetime) and column.format is None
        if guessed and any(isinstance(value, str) for value in frame[name]):
            raise SettingsError(
                f"DifferentialPrivacy: column {name!r} holds dates as strings, and the schema does not say how they "
                "are written. Declare it, e.g. Datetime(format='%Y-%m-%d', ...), or convert the column by "
                "pandas.to_datetime."
            )


def declared(column: Column) -> bool:
    """Returns whether a column's possible values are known without looking."""
    if isinstance(column, Numerical):
        return column.minimum is not None and column.maximum is not None
    return isinstance(column, Boolean) or (isinstance(column, Categorical) and column.categories is not None)
