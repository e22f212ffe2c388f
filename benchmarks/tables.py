"""The data sets: a training table, a test table that no program sees, a schema, and the column to predict.

Those of `FOLDERS` are read from a folder of the user's (`--data`) with one subfolder each; those of `PACKAGED` come
with packages that synthgen's own development needs, so that the benchmark runs anywhere. Every program gets the same
CSV and the same schema. What was done to a table is written in its loader and nowhere else.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

import synthgen as sg
from synthgen.errors import did_you_mean

SPLIT_SEED = 0
"""Of the split, where a data set comes without one."""


@dataclass(frozen=True, eq=False, kw_only=True)
class DataSet:
    """What programs learn and judges compare with.

    Args:
        name: A word, also of files.
        title: What it is, in one line.
        target: The column that usefulness predicts.
        train: (rows, columns) what programs get.
        test: (rows, columns) what they never see.
        rows: Synthetic rows to draw; 0 for as many as training rows.
        rare_below: See `synthgen.Schema`.
    """

    name: str
    title: str
    target: str
    train: pd.DataFrame
    test: pd.DataFrame
    rows: int = 0
    rare_below: int = 10

    def write(self, folder: Path) -> dict[str, str]:
        """Writes train.csv, test.csv and schema.json; returns their paths by role.

        The schema is inferred from the file as it is read again, so that it fits what programs read.
        """
        paths = {"train": folder / "train.csv", "test": folder / "test.csv", "schema": folder / "schema.json"}
        self.train.to_csv(paths["train"], index=False)
        self.test.to_csv(paths["test"], index=False)
        schema = sg.Schema.infer(sg.read(paths["train"]), rare_below=self.rare_below)
        paths["schema"].write_text(json.dumps(schema.to_dict(), indent=1), encoding="utf-8")
        return {role: str(path) for role, path in paths.items()}


def adult(folder: Path) -> DataSet:
    """Census income (UCI, CC BY 4.0), with the publisher's split. A missing value stays the category ``?``."""
    train, test = (_read(folder / f"{part}.csv.gz") for part in ("train", "test"))
    return DataSet(name="adult", title="Adult: census income", target="income", train=train, test=test)


def magic(folder: Path) -> DataSet:
    """Gamma telescope (UCI, CC BY 4.0): ten continuous columns and a class, split as found, 90 to 10."""
    train, test = (_read(folder / f"{part}.csv.gz") for part in ("train", "test"))
    return DataSet(name="magic", title="Magic: gamma telescope", target="class", train=train, test=test)


DIABETES_CODES = ("admission_type_id", "discharge_disposition_id", "admission_source_id", "diag_1", "diag_2", "diag_3")
"""Codes that look like numbers."""


def diabetes130(folder: Path) -> DataSet:
    """Hospital encounters of diabetes patients (UCI, CC BY 4.0), split by patient.

    Both numbers that name an encounter or a patient are dropped after the split, and so are columns of one value; ``?``
    is missing; codes get a letter in front, so that every program and judge reads them as categories.
    """
    frame = pd.read_csv(folder / "encounters.csv.gz", dtype=dict.fromkeys(DIABETES_CODES, str), low_memory=False,
                        keep_default_na=False, na_values=["", "?"])  # fmt: skip
    frame[list(DIABETES_CODES)] = frame[list(DIABETES_CODES)].map(lambda code: f"c{code}", na_action="ignore")
    constant = [name for name in frame if frame[name].nunique(dropna=False) == 1]
    train, test = sg.split(frame.drop(columns=constant), by="patient_nbr", seed=SPLIT_SEED)
    train, test = (part.drop(columns=["encounter_id", "patient_nbr"]) for part in (train, test))
    return DataSet(name="diabetes130", title="Diabetes 130: hospital encounters", target="readmitted", train=train,
                   test=test)  # fmt: skip


SUPPORT_DROPPED = ("sno", "death", "d.time", "slos", "sfdm2")
"""A number of the row, and four columns that hold the outcome: death at any time, days to death or last sight, days in
hospital, and the state after two months, of which one is death."""

SUPPORT_BOOLEANS = ("hospdead", "diabetes", "dementia")


def support2(folder: Path) -> DataSet:
    """Seriously ill patients in hospital (UCI 880, CC BY 4.0), one row each; predicts death in hospital.

    Other columns that hold the outcome are dropped (`SUPPORT_DROPPED`); 0 and 1 become no and yes, so that every
    program and judge reads categories.
    """
    frame = _read(folder / "patients.csv.gz").drop(columns=list(SUPPORT_DROPPED))
    for name in SUPPORT_BOOLEANS:
        frame[name] = frame[name].map({0: "no", 1: "yes"})
    train, test = sg.split(frame, seed=SPLIT_SEED)
    return DataSet(name="support2", title="SUPPORT2: seriously ill patients", target="hospdead", train=train, test=test)


def packaged(name: str, *, title: str, target: str, key: str | None = None) -> DataSet:
    """A data set of `synthgen.load_dataset`, split by its key where it has one, which is then dropped.

    Args:
        name: Of the data set.
        title: See `DataSet`.
        target: See `DataSet`.
        key: The column that names the person.
    """
    train, test = sg.split(sg.load_dataset(name), by=key, seed=SPLIT_SEED)
    dropped = [] if key is None else [key]
    return DataSet(name=name, title=title, target=target, train=train.drop(columns=dropped),
                   test=test.drop(columns=dropped))  # fmt: skip


FOLDERS: dict[str, Callable[[Path], DataSet]] = {
    "adult": adult,
    "magic": magic,
    "diabetes130": diabetes130,
    "support2": support2,
}
"""Data sets of which the user has a folder, by its name."""

PACKAGED: dict[str, Callable[[], DataSet]] = {
    "rand_hie": partial(packaged, "rand_hie", title="RAND health insurance experiment", target="self_rated_health",
                        key="participant_id"),
    "breast_cancer": partial(packaged, "breast_cancer", title="Breast cancer: cell nuclei", target="diagnosis"),
    "diabetes": partial(packaged, "diabetes", title="Diabetes: progression after a year", target="progression"),
}  # fmt: skip
"""Data sets that packages ship."""


def load(name: str, *, data: Path) -> DataSet:
    """Returns a data set by name.

    Args:
        name: One of `FOLDERS` or `PACKAGED`.
        data: Folder that holds a subfolder for each of `FOLDERS`.

    Raises:
        KeyError: If there is no such data set.
        FileNotFoundError: If its folder or a file in it is absent; names it.
    """
    if name in PACKAGED:
        return PACKAGED[name]()
    if name not in FOLDERS:
        known = [*FOLDERS, *PACKAGED]
        raise KeyError(f"Expected a data set in {known}. Received {name!r}.{did_you_mean(name, known)}")
    if not (data / name).is_dir():
        raise FileNotFoundError(f"{name}: there is no folder {data / name}; name the one above it with --data.")
    return FOLDERS[name](data / name)


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, na_values=[""])
