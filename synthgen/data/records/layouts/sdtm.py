"""CDISC SDTM: domains keyed by USUBJID, days counted from the subject's reference start (--DTC, --DY)."""

from typing import final

import numpy as np
import pandas as pd

from synthgen.data.moments import to_moments
from synthgen.data.records.known import Known
from synthgen.data.records.layouts.base import Frames, RecordLayout, column, has, measured, own_keys, own_links, table

ORDERS = ("{}stdy", "{}dy", "visitnum", "{}seq")
"""Columns by which the rows of a domain follow each other, the first that is there; visits by their number."""


@final
class Sdtm(RecordLayout):
    """Demographics (DM) with a row for each subject; all other domains refer to it."""

    name = "sdtm"

    def recognises(self, tables: Frames) -> bool:
        others = [name for name in tables if name.lower() != "dm" and has(tables, name.lower(), "usubjid")]
        of_study = has(tables, "dm", "usubjid") and (has(tables, "dm", "studyid") or has(tables, "dm", "armcd"))
        return of_study and bool(others)

    def known(self, tables: Frames) -> Known:
        links = {name: own_links(tables, name, [("usubjid", "dm")]) for name in tables if name.lower() != "dm"}
        told = {name.lower(): (f"{_prefix(name)}testcd", f"{_prefix(name)}stresn", f"{_prefix(name)}stresu")
                for name in tables}  # fmt: skip
        order = {name: (found,) for name, frame in tables.items() if (found := _order(name, frame)) is not None}
        return Known(root=table(tables, "dm"), keys=own_keys(tables, {"dm": "usubjid"}), links=links, order=order,
                     measured=measured(tables, told), layout=self.name)  # fmt: skip

    def finished(self, tables: Frames) -> dict[str, pd.DataFrame]:
        """Returns the domains with days that agree with dates: (--DTC less RFSTDTC), and one more from that day on.

        There is no day 0 (SDTM implementation guide, section 4.4.4). A day whose date is partial stays as it is.

        Args:
            tables: Name to data frame.
        """
        subjects = table(tables, "dm")
        if subjects is None or not has(tables, "dm", "usubjid", "rfstdtc"):
            return dict(tables)
        dm = tables[subjects]
        start = _days(dm[column(dm, "rfstdtc")])
        start.index = pd.Index(dm[column(dm, "usubjid")])
        start = start[~start.index.duplicated()]
        return {name: _agreed(frame, start) for name, frame in tables.items()}


def _prefix(name: str) -> str:
    """Two letters with which the columns of a domain begin; those of LBCH and the like are LB's."""
    return name.lower()[:2]


def _order(name: str, frame: pd.DataFrame) -> str | None:
    wanted = ["visitnum", "svstdy"] if name.lower() == "sv" else [one.format(_prefix(name)) for one in ORDERS]
    there = [own for one in wanted if (own := column(frame, one)) is not None]
    complete = [own for own in there if frame[own].notna().mean() >= 0.5]
    return next(iter(complete or there), None)


def _days(values: pd.Series) -> pd.Series:
    """Dates as days since 1970, missing where they are not whole: (rows,) floats."""
    text = values.astype(object).where(values.notna(), None).map(lambda cell: None if cell is None else str(cell)[:10])
    moments = to_moments(text.where(text.str.fullmatch(r"\d{4}-\d\d-\d\d", na=False), None), "%Y-%m-%d", lenient=True)
    days = moments.astype("datetime64[s]").to_numpy().astype("int64") // 86_400
    return pd.Series(np.where(moments.isna(), np.nan, days))


def _agreed(frame: pd.DataFrame, start: pd.Series) -> pd.DataFrame:
    whose = column(frame, "usubjid")
    if whose is None:
        return frame
    since = frame[whose].map(start).to_numpy(dtype=float)
    changed = {}
    for name in frame.columns.tolist():
        day = column(frame, f"{str(name).lower()[:-3]}dy") if str(name).lower().endswith("dtc") else None
        if day is None:
            continue
        passed = _days(frame[name]).to_numpy() - since
        counted = passed + (passed >= 0)
        kept = pd.to_numeric(frame[day]).to_numpy(dtype=float, na_value=np.nan)
        days = pd.Series(np.where(np.isnan(counted), kept, counted), index=frame.index)
        whole = pd.api.types.is_integer_dtype(frame[day].dtype) and days.notna().all()
        changed[day] = days.astype(frame[day].dtype) if whole else days
    return frame.assign(**changed)
