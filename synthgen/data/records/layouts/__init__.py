"""Layouts of linked tables that everybody knows, and the one list of them."""

from synthgen.data.records.layouts.base import Frames, RecordLayout
from synthgen.data.records.layouts.meds import Meds
from synthgen.data.records.layouts.mimic import Mimic
from synthgen.data.records.layouts.omop import Omop
from synthgen.data.records.layouts.sdtm import Sdtm

LAYOUTS: dict[str, RecordLayout] = {layout.name: layout for layout in (Omop(), Sdtm(), Mimic(), Meds())}
"""By name, in the order in which they are asked."""


def layout_of(tables: Frames) -> RecordLayout | None:
    """Returns the layout that tables are in, None where they are in none of them.

    Args:
        tables: Name to data frame.

    Example:
        >>> import pandas as pd
        >>> layout_of({"patients": pd.DataFrame({"id": [1]})}) is None
        True
    """
    return next((layout for layout in LAYOUTS.values() if layout.recognises(tables)), None)
