"""One patient less changes each read, and each step's sum of gradients, by no more than the ledger counts.

A table and its neighbour are read with the same secret chance, in which each patient has draws of their own, and
without noise; later reads of the neighbour are what the table's answers led to. The change of a read is measured
against the noise that the ledger says it got, so that 1 is all that is allowed.
"""

from collections.abc import Callable

import keras
import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.dp.reader import Reader
from synthgen.dp.training import PrivateTraining
from synthgen.models.images.encoding import EncodedImages
from synthgen.models.tables.margins import measured_margins
from synthgen.synthesizers.images import knowledge, private
from synthgen.synthesizers.images.form import Form
from synthgen.synthesizers.tables import private_table
from synthgen.synthesizers.tables.families import FAMILIES
from synthgen.synthesizers.tables.learned_parts import Parts

NUM_ROWS = 300
ROWS = {"first": 0, "middle": NUM_ROWS // 2, "last": NUM_ROWS - 1, "extreme": 77}
BUDGET = sg.DifferentialPrivacy(epsilon=30, delta=1e-5, noise_seed=0)
LONGEST, CAPACITY = 0.1, 12
NETWORKS = {
    "TabularGAN": {"width": 16},
    "TabularAutoregressive": {"width": 12, "dropout": 0.2},
    "TabularDiffusion": {"width": 16, "depth": 2},
    "TVAE": {"width": 16, "latent_dim": 5},
}
SLOTTED = {"TabularAutoregressive", "TabularDiffusion", "TVAE", "ImageVAE"}
"""Whose steps have chance of their own for each place of a batch."""


class Aligned(np.random.Generator):
    """Secret chance of all rows, of which those that are there get their own.

    Args:
        kept: From how many rows are there to how many there were, and which are left.
    """

    def __init__(self, kept: dict[int, tuple[int, np.ndarray]]) -> None:
        super().__init__(np.random.PCG64(7))
        self._kept = kept

    def random(self, size=None, dtype=np.float64, out=None):
        total, rows = self._kept.get(size, (size, slice(None)))
        return super().random(total)[rows]

    def permutation(self, x, axis=0):
        total, rows = self._kept.get(x, (x, np.arange(x)))
        places = {row: place for place, row in enumerate(rows)}
        return np.array([places[row] for row in super().permutation(total) if row in places])


class Recorded(Reader):
    """Keeps what is read, and answers without noise: with `answers`, where a table gave them before."""

    kept: dict[int, tuple[int, np.ndarray]]
    before: "Recorded | None" = None
    read: list[tuple[float, np.ndarray, np.ndarray]]
    answers: list[np.ndarray]

    def __init__(self, budget: sg.DifferentialPrivacy, *, unit: str) -> None:
        super().__init__(budget, unit=unit)
        self.rng, self.read, self.answers = Aligned(self.kept), [], []

    def _hidden(self, values: np.ndarray, deviations: np.ndarray) -> np.ndarray:
        values = np.asarray(values, float)
        answer = values.copy()
        if self.before is not None:
            _, true, _ = self.before.read[len(self.read)]
            answer = self.before.answers[len(self.read)]
            if len(answer) > len(values):
                answer = np.delete(answer, only_theirs(true, values))
        self.read.append((self.ledger.entries[-1].noise_multiplier, values, deviations))
        self.answers.append(answer)
        return answer


def only_theirs(values: np.ndarray, fewer: np.ndarray) -> int:
    """Where a category is counted that only the one who is gone has: a threshold hides it, and they change no other."""
    return next(place for place in np.flatnonzero(values == 1) if (np.delete(values, place) == fewer).all())


def read_by(monkeypatch, *, kept, before=None) -> None:
    """Makes what is fitted next be read by a recorder."""
    reader = type("Here", (Recorded,), {"kept": kept, "before": before})
    monkeypatch.setattr(private_table, "Reader", reader)


def changes(table: Recorded, neighbour: Recorded) -> dict[str, float]:
    """How far each read moves, over what the ledger counts."""
    found = {}
    purposes = [entry.purpose for entry in table.ledger.entries if entry.mechanism == "gaussian"]
    assert len(purposes) == len(table.read) == len(neighbour.read)
    for purpose, one, other in zip(purposes, table.read, neighbour.read, strict=True):
        (multiplier, values, deviations), (same, fewer, _) = one, other
        assert multiplier == same
        if len(values) > len(fewer):
            values = np.delete(values, only_theirs(values, fewer))
        found[purpose] = float(np.linalg.norm((values - fewer) / deviations) * multiplier)
    return found


def patients(num_rows=NUM_ROWS) -> pd.DataFrame:
    """Whole numbers, dates, many decimals, heaps, categories and missing cells; one row stands out."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({
        "patient": np.arange(num_rows),
        "age": rng.normal(50, 15, num_rows).round().astype(int),
        "visits": rng.poisson(2, num_rows),
        "admitted": (pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 400, num_rows), unit="D"))
        .strftime("%d.%m.%Y"),
        "cost": np.where(rng.random(num_rows) < 0.3, 0.0, rng.lognormal(5, 1, num_rows)),
        "dose": (rng.gamma(2, 20, num_rows)).round(4),
        "lactate": pd.Series(rng.gamma(2, 1.5, num_rows).round(1)).mask(rng.random(num_rows) < 0.3),
        "grade": pd.Series(rng.integers(1, 4, num_rows)).astype(float),
        "ward": rng.choice(["north", "south", "east"], num_rows),
        "sex": rng.choice(["F", "M"], num_rows),
        "died": rng.random(num_rows) < 0.2,
    })  # fmt: skip
    frame.loc[ROWS["extreme"], ["age", "visits", "cost", "dose", "lactate", "grade", "ward"]] = [
        119, 4_000, 98_765_432.1, 1e-4, 900.0, np.nan, "ward of one patient",
    ]  # fmt: skip
    return frame


SCHEMA = sg.Schema(patient_key="patient", rare_below=2, columns={
    "patient": sg.Identifier(dtype="int64"),
    "age": sg.Numerical(dtype="int64", decimals=0, minimum=0, maximum=120),
    "visits": sg.Numerical(dtype="int64", decimals=0),
    "admitted": sg.Datetime(dtype="object", resolution="D", format="%d.%m.%Y"),
    "cost": sg.Numerical(),
    "dose": sg.Numerical(decimals=4),
    "lactate": sg.Numerical(decimals=1, missing=True),
    "grade": sg.Categorical(dtype="Int64", missing=True),
    "ward": sg.Categorical(),
    "sex": sg.Categorical(categories=("F", "M")),
    "died": sg.Boolean(),
})  # fmt: skip


def learned(family: str, monkeypatch, *, row: int | None = None, before: Recorded | None = None) -> Parts:
    """What a family learns of the table, or of it without a row, margins included."""
    frame, kept = patients(), np.delete(np.arange(NUM_ROWS), [] if row is None else [row])
    read_by(monkeypatch, kept={len(kept): (NUM_ROWS, kept)}, before=before)
    synthesizer = FAMILIES[family](**NETWORKS.get(family, {}))
    parts = synthesizer._parts(frame.iloc[kept], SCHEMA, BUDGET, verbose=False)
    measured_margins(parts.layout, parts.table, parts.shares, num_rows=parts.num_rows, reader=parts.reader, share=0.3)
    return parts


@pytest.mark.parametrize("family", [name for name, family in FAMILIES.items() if family.private])
def test_no_read_of_a_table_moves_by_more_than_the_ledger_counts(family, monkeypatch):
    table = learned(family, monkeypatch)
    numbers = sum(column.method == "quantile_bins" for column in table.encoder.columns)
    assert numbers == 5
    assert table.reader.ledger.limit is not None
    for row in ROWS.values():
        neighbour = learned(family, monkeypatch, row=row, before=table.reader)
        assert repr(neighbour.encoder.state()) == repr(table.encoder.state())
        moved = changes(table.reader, neighbour.reader)
        assert any(purpose.startswith("margins of 45 pairs") for purpose in moved)
        assert max(moved.values()) <= 1 + 1e-6, max(moved, key=moved.__getitem__)
        assert max(moved.values()) > 0.9  # what is measured is the row
        others = np.delete(np.arange(NUM_ROWS), row)
        assert (table.table.codes[others] == neighbour.table.codes).all()
        assert (table.table.scalars[others] == neighbour.table.scalars).all()


def test_of_each_patient_of_many_rows_the_same_one_is_learned_whoever_else_is_there(monkeypatch):
    frame = pd.concat([patients(), patients().iloc[::3]], ignore_index=True)
    frame.loc[[5, 9], "patient"] = np.nan  # of whom nobody knows that they are one
    schema = sg.Schema(patient_key="patient", rare_below=2, columns={
        **SCHEMA.columns, "patient": sg.Identifier(dtype="float64", missing=True),
    })  # fmt: skip
    learned_ones = []
    for gone in (None, 150.0, 9):
        kept = np.flatnonzero(frame["patient"] != gone) if gone != 9 else np.delete(np.arange(len(frame)), 9)
        read_by(monkeypatch, kept={len(kept): (len(frame), kept)})
        found = private_table.PrivateTable.of(frame.iloc[kept], schema, BUDGET)
        learned_ones.append(set(kept[found.places]))
    whole, without, without_one_unknown = learned_ones
    assert len(whole) == NUM_ROWS + 1  # the one in row 9 has another row, by which they are known
    assert len(whole - without) == 1
    assert without < whole
    assert without_one_unknown == whole - {9}


def without(batch: np.ndarray, row: int) -> np.ndarray:
    """A batch of the table as one of its neighbour: a gap where the row stood, the others where they are."""
    return np.where(batch == row, -1, batch - (batch > row))


def moved_up(batch: np.ndarray, row: int) -> np.ndarray:
    """The same without the gap, as batches were drawn at first."""
    rows = without(batch, row)
    return np.concatenate([rows[rows >= 0], rows[rows < 0]])


def measure(model, prepare: Callable, data_of: Callable, rows=tuple(ROWS)) -> dict[str, list[float]]:
    """How far each row moves a step's sum of gradients, over their longest, with the row's gap and without.

    Args:
        model: Ready to train by plain gradient descent at a rate of one.
        prepare: Gives the model the table, or for a row the neighbour without it.
        data_of: From a batch to the data of a step.
        rows: By name.
    """
    model.private = PrivateTraining(LONGEST, 0.0, 0.5, CAPACITY, CAPACITY, np.random.default_rng(2), np.zeros(2, int))
    trained = model.critic if hasattr(model, "critic") else model.network
    start = [np.array(variable) for variable in model.variables]

    def stepped(batch: np.ndarray, row: int | None) -> np.ndarray:
        for variable, value in zip(model.variables, start, strict=True):
            variable.assign(value)
        prepare(row)
        model._step((data_of(batch.astype(np.int32)),), 0, 0)
        return np.concatenate([np.ravel(weight) for weight in trained.get_weights()])

    found: dict[str, list[float]] = {"gap": [], "moved up": []}
    for row in map(ROWS.__getitem__, rows):
        # places of a batch at random, of which the row has one in the middle
        batch = model.private.batches(NUM_ROWS // 2, num_batches=1)[0]
        batch = np.where((batch == row) | (batch < 0), -1, batch)
        batch[CAPACITY // 2 - 2] = row
        whole = stepped(batch, None)
        found["gap"].append(float(np.linalg.norm(whole - stepped(without(batch, row), row))) * CAPACITY / LONGEST)
    found["moved up"].append(float(np.linalg.norm(whole - stepped(moved_up(batch, row), row))) * CAPACITY / LONGEST)
    return found


def check(name: str, found: dict[str, list[float]]) -> None:
    assert max(found["gap"]) <= 1 + 1e-3
    assert max(found["gap"]) > 0.5  # gradients are long enough to be shortened
    assert name not in SLOTTED or max(found["moved up"]) > 1.2  # so it was, and so it would be seen


def descent() -> keras.optimizers.Optimizer:
    return keras.optimizers.SGD(1.0)


@pytest.mark.parametrize("family", NETWORKS)
def test_no_step_on_a_table_moves_by_more_than_the_ledger_counts(family, monkeypatch):
    table = learned(family, monkeypatch)
    parts = {None: table} | {row: learned(family, monkeypatch, row=row, before=table.reader) for row in ROWS.values()}
    model = FAMILIES[family](seed=1, **NETWORKS[family]).build(table.layout)
    if hasattr(model, "critic"):
        model.compile_adversaries(generator_optimizer=descent(), critic_optimizer=descent(), jit_compile=False)
    else:
        model.compile_loss(optimizer=descent(), jit_compile=False)
    check(family, measure(model, lambda row: model.prepare(parts[row].table), lambda batch: batch[None]))


SOME = "middle", "extreme"
"""Whose steps are taken where they are slow."""
IMAGES = {"ImageGAN": sg.ImageGAN, "ImageVAE": sg.ImageVAE, "ImageDiffusion": sg.ImageDiffusion}


def scans() -> sg.ImageSet:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 60, (NUM_ROWS, 8, 8), np.uint8)
    pixels[ROWS["extreme"]] = 255
    labels = rng.choice(["ill", "well"], NUM_ROWS).astype(object)
    labels[ROWS["extreme"]] = "as nobody else"
    return sg.ImageSet.from_array(pixels, labels=labels, patients=np.arange(NUM_ROWS))


@pytest.mark.parametrize("family", IMAGES)
def test_no_read_and_no_step_on_images_moves_by_more_than_the_ledger_counts(family, monkeypatch):
    images, schema = scans(), sg.Schema(columns={"label": sg.Categorical()}, rare_below=2)
    found: dict[int | None, private.PrivateImages] = {}
    sets: dict[int | None, EncodedImages] = {}
    for row in (None, *ROWS.values()):
        kept = np.delete(np.arange(NUM_ROWS), [] if row is None else [row])
        read_by(monkeypatch, kept={len(kept): (NUM_ROWS, kept)}, before=found[None].reader if found else None)
        some = sg.ImageSet(pixels=images.pixels[kept], table=images.table.iloc[kept].reset_index(drop=True),
                           label="label", patients=kept)  # fmt: skip
        found[row] = private.private_images(some, ["label"], schema=schema, privacy=BUDGET, seed=0)
        sets[row] = EncodedImages(some.pixels[found[row].places], 255, found[row].known)
    for row in ROWS.values():
        assert max(changes(found[None].reader, found[row].reader).values()) <= 1 + 1e-6
    synthesizer = IMAGES[family](width=4, seed=1)
    form = Form.of(images, label="label", patch=1, mixing="dense", kind="strided")
    model = synthesizer.build(form, knowledge.layout_of(found[None].attributes))
    if hasattr(model, "critic"):
        model.prepare_told(found[None].known)
        model.compile_adversaries(generator_optimizer=descent(), critic_optimizer=descent(), jit_compile=False)
        measured = measure(model, lambda row: model.prepare(sets[row]), lambda batch: batch[None, None], SOME)
    else:
        model.compile_loss(optimizer=descent(), jit_compile=False)
        measured = measure(model, lambda row: model.prepare(sets[row]), lambda batch: batch[None], SOME)
    check(family, measured)
