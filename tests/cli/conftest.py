"""One small clinic for all tests of the command line: its table, its schema, and one tiny fitted model."""

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.cli import main

NUM_PATIENTS = 400


def clinic():
    """Two visits of each patient: numbers, categories, gaps, dates, an identifier, notes that nobody may see again."""
    random = np.random.default_rng(7)
    rows = 2 * NUM_PATIENTS
    age = np.repeat(random.integers(18, 90, NUM_PATIENTS), 2)
    return pd.DataFrame(
        {
            "patient_id": np.repeat([f"P-{number:05}" for number in random.permutation(NUM_PATIENTS)], 2),
            "sex": np.repeat(random.choice(["F", "M"], NUM_PATIENTS), 2),
            "age": age,
            "region": random.choice(["N", "S", "E", "Elsewhere, abroad"], rows, p=[0.4, 0.3, 0.2, 0.1]),
            "ward": random.choice([1, 2, 3], rows),
            "pressure": np.where(
                random.random(rows) < 0.1, np.nan, (90 + age / 2 + random.normal(0, 9, rows)).round(1)
            ),
            "admitted": pd.Timestamp("2021-01-01") + pd.to_timedelta(random.integers(0, 700, rows), "D"),
            "smoker": random.random(rows) < age / 150,
            "note": [f"patient number {number} coughs at night and sleeps badly" for number in range(rows)],
        }
    )


@pytest.fixture(scope="session")
def fitted(tmp_path_factory):
    """A folder with patients.csv, train.csv, holdout.csv, schema.yaml, patients.synthgen. Read only."""
    folder = tmp_path_factory.mktemp("clinic")
    frame = clinic()
    with pytest.warns(match="'note' holds text"):
        inferred = sg.Schema.infer(frame.astype({"admitted": str}), patient_key="patient_id").confirmed()
    schema = sg.Schema(
        dict(inferred.columns) | {"ward": sg.Categorical(dtype="int64")}, patient_key=inferred.patient_key
    )
    train, holdout = sg.split(frame, by="patient_id", seed=0)
    for name, table in {"patients": frame, "train": train, "holdout": holdout}.items():
        sg.write(table, folder / f"{name}.csv")
    schema.to_yaml(folder / "schema.yaml")
    model = sg.TabularGAN(num_steps=60, width=32, seed=0)
    model.fit(sg.read(folder / "train.csv"), schema=schema).save(folder / "patients.synthgen")
    model.sample(len(train), seed=3).to_csv(folder / "synthetic.csv", index=False)
    return folder


@pytest.fixture
def run(capsys):
    """Runs the command line in this process; gives back exit code, standard output and standard error."""

    def run(*arguments):
        with pytest.raises(SystemExit) as stopped:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return stopped.value.code or 0, captured.out, captured.err

    return run


@pytest.fixture
def fails(run):
    """Runs a command that must fail with one line on standard error; gives back that line."""

    def fails(*arguments, code=2):
        left, out, error = run(*arguments)
        assert left == code, error
        assert out == ""
        assert error.startswith("error: "), error
        assert error.count("\n") == 1, error
        return error

    return fails
