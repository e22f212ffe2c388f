"""Rows that name a row which is not there: left out, or their link taken as missing; said aloud and counted."""

import warnings

import numpy as np
import pandas as pd

from synthgen.data.records.link import Link


class RecordWarning(UserWarning):
    """Something about linked tables that a person should look at before they are learned; the message says what."""


def without_orphans(name: str, frame: pd.DataFrame, link: Link, orphans: np.ndarray, *, drop: bool) -> pd.DataFrame:
    """Returns a table in which a link names no row that is not there.

    Args:
        name: Of the table.
        frame: Its rows.
        link: Of the table.
        orphans: (rows,) which rows name one that is not there.
        drop: Whether they are left out; otherwise their link becomes missing.

    Warns:
        RecordWarning: How many.
    """
    count = int(orphans.sum())
    if drop:
        said, settled = f"{count} of {len(frame)} rows are left out", frame[~orphans]
    else:
        said = f"{list(link.columns)} is taken as missing in {count} of {len(frame)} rows"
        settled = frame.assign(**{column: frame[column].mask(orphans) for column in link.columns})
    warnings.warn(f"Table {name!r}: {said}: what they name is not in {link.to!r}.", RecordWarning, stacklevel=4)
    return settled
