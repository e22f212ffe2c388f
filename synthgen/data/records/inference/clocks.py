"""Which times are counted by a clock of the patient's own, and which by the calendar."""

from collections.abc import Mapping

import pandas as pd

from synthgen.data.columns import Column, Datetime
from synthgen.data.records.inference.names import words_of

FUTURE = 0.01
"""Share of the rows that lie in the future, from which dates are taken to have been shifted."""

YEAR = 365.2425


def are_shifted(dates: Mapping[tuple[str, str], pd.Series], *, today: float) -> bool:
    """Returns whether dates were shifted for each patient, as those of MIMIC were: some lie more than a year ahead.

    That dates of patients spread over more than a life says nothing: archives do that too.

    Args:
        dates: Columns of dates, of all tables that say what happened when, as days since 1970.
        today: Days since 1970.
    """
    held = [values.dropna() for values in dates.values() if values.notna().any()]
    return any(float((values > today + YEAR).mean()) > FUTURE for values in held)


def find_clocks(times: Mapping[str, pd.Series], columns: Mapping[str, Column], *, shifted: bool) -> dict[str, str]:
    """Returns column of time to "patient" or "calendar".

    Numbers are the patient's own, unless they are years. Of dates that were shifted only differences mean something.

    Args:
        times: Columns of time as numbers.
        columns: What they mean.
        shifted: Whether dates were shifted; those of all tables of a set were, or none.
    """
    return {name: _clock(name, values, dated=isinstance(columns[name], Datetime), shifted=shifted)
            for name, values in times.items()}  # fmt: skip


def _clock(name: str, values: pd.Series, *, dated: bool, shifted: bool) -> str:
    if dated:
        return "patient" if shifted else "calendar"
    held = values.dropna()
    years = "year" in words_of(name) and len(held) > 0 and 1500 <= held.min() <= held.max() <= 2200
    return "calendar" if years else "patient"
