"""MEDS, the medical event data standard 0.4: events of (subject, time, code, value), codes and splits in metadata."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from synthgen.data.records.known import Known
from synthgen.data.records.layouts.base import Frames, RecordLayout
from synthgen.data.records.link import Link
from synthgen.data.tables.readers import read_table
from synthgen.errors import ReadError, WriteError
from synthgen.files.writing import appearing

VERSION = "0.4.1"
EVENTS, SUBJECTS, CODES = "events", "subjects", "codes"
"""Names of the three tables: MEDS has no names for them."""

EVENT_TYPES = {"subject_id": pa.int64(), "time": pa.timestamp("us"), "code": pa.string(), "numeric_value": pa.float32(),
               "text_value": pa.large_string()}  # fmt: skip
CODE_TYPES = {"code": pa.string(), "description": pa.string(), "parent_codes": pa.list_(pa.string())}


@final
class Meds(RecordLayout):
    """A folder with data/ (events, in one file or many) and metadata/ (what codes mean, who is in which split)."""

    name = "meds"

    def recognises(self, tables: Frames) -> bool:
        return set(tables) <= {EVENTS, SUBJECTS, CODES} and {"subject_id", "time", "code"} <= set(
            tables.get(EVENTS, pd.DataFrame()).columns
        )

    def known(self, tables: Frames) -> Known:
        links = (Link(("subject_id",), to=SUBJECTS), Link(("code",), to=CODES))
        measured = {EVENTS: ("code", "numeric_value", "")} if "numeric_value" in tables[EVENTS] else {}
        return Known(root=SUBJECTS, keys={SUBJECTS: ("subject_id",), CODES: ("code",)}, links={EVENTS: links},
                     public={CODES: True}, order={EVENTS: ("time",)}, measured=measured, layout=self.name)  # fmt: skip


def is_meds(folder: Path) -> bool:
    """Returns whether a folder is laid out as MEDS: Parquet below data/, and metadata/ beside it.

    Args:
        folder: That is looked into.
    """
    return (folder / "metadata").is_dir() and any((folder / "data").glob("**/*.parquet"))


def read_meds(folder: Path) -> dict[str, pd.DataFrame]:
    """Reads events, subjects, and codes where metadata/codes.parquet has them.

    Args:
        folder: See `is_meds`.

    Raises:
        ReadError: If a file cannot be read, or lacks a column.
    """
    shards = [read_table(path) for path in sorted((folder / "data").glob("**/*.parquet"))]
    for shard in shards:
        absent = [name for name in ("subject_id", "time", "code") if name not in shard]
        if absent:
            raise ReadError(f"{folder}: a file of data/ lacks the columns {absent}, which MEDS asks for.")
    events = pd.concat(shards, ignore_index=True)
    tables = {SUBJECTS: _subjects(folder, events), EVENTS: events}
    codes = folder / "metadata" / "codes.parquet"
    if codes.is_file():
        known = read_table(codes)
        lists = [name for name in known if known[name].map(lambda cell: isinstance(cell, np.ndarray | list)).any()]
        tables[CODES] = known.assign(**{str(name): known[name].map(_as_text) for name in lists})
    return tables


def _subjects(folder: Path, events: pd.DataFrame) -> pd.DataFrame:
    """Who has events, with the split that each is in, if that is said."""
    subjects = pd.DataFrame({"subject_id": events["subject_id"].drop_duplicates().to_numpy()})
    splits = folder / "metadata" / "subject_splits.parquet"
    return subjects.merge(read_table(splits), on="subject_id", how="left") if splits.is_file() else subjects


def _as_text(cell: Any) -> str | None:
    """A list as JSON: no kind of column holds lists."""
    return json.dumps(list(cell)) if isinstance(cell, np.ndarray | list) else None


def write_meds(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Writes events sorted by subject and time into one file, and the metadata, whole or not at all.

    Args:
        tables: Events; codes and subjects with their splits if there are some.
        folder: Must not exist.

    Raises:
        WriteError: If the folder exists or cannot be written, or a column is of another type than MEDS asks for.
    """
    events = tables[EVENTS]
    place = events["subject_id"].map({one: n for n, one in enumerate(pd.unique(events["subject_id"]))})
    order = pd.DataFrame({"place": place, "time": events["time"]}).sort_values(
        ["place", "time"], kind="stable", na_position="first"
    )
    with appearing(folder) as beside:
        for name in ("data", "metadata"):
            (beside / name).mkdir()
        pq.write_table(_typed(events.loc[order.index], EVENT_TYPES, folder), beside / "data" / "0.parquet")
        codes = tables.get(CODES, pd.DataFrame({"code": events["code"].drop_duplicates()}))
        codes = codes.reindex(columns=list(dict.fromkeys([*CODE_TYPES, *codes.columns])))
        parents = codes["parent_codes"].map(lambda cell: json.loads(cell) if isinstance(cell, str) else None)
        known = _typed(codes.assign(parent_codes=parents), CODE_TYPES, folder)
        pq.write_table(known, beside / "metadata" / "codes.parquet")
        subjects = tables.get(SUBJECTS, pd.DataFrame())
        if "split" in subjects:
            types = {"subject_id": pa.int64(), "split": pa.string()}
            splits = _typed(subjects[list(types)].dropna(), types, folder)
            pq.write_table(splits, beside / "metadata" / "subject_splits.parquet")
        said = {"meds_version": VERSION, "etl_name": "synthgen"}
        (beside / "metadata" / "dataset.json").write_text(json.dumps(said), encoding="utf-8")


def _typed(frame: pd.DataFrame, types: Mapping[str, pa.DataType], folder: Path) -> pa.Table:
    made = {name: values.astype(object).where(values.notna(), None) if name in types and values.dtype == "category"
            else values for name, values in frame.items()}  # fmt: skip
    try:
        arrays = {str(name): pa.array(values, type=types.get(str(name)), from_pandas=True)
                  for name, values in made.items()}  # fmt: skip
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise WriteError(f"{folder}: a column is of another type than MEDS asks for: {type(error).__name__}.") from None
    needed = {"subject_id", "code"} & set(types)
    fields = [pa.field(name, array.type, nullable=name not in needed) for name, array in arrays.items()]
    return pa.table(list(arrays.values()), schema=pa.schema(fields))
