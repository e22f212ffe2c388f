"""Several workers draw what one draws, bit for bit, from a model file that nobody else can read and that goes again."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from backwards import Backwards

import synthgen as sg
from synthgen.errors import ConditionError, SettingsError, WorkerError
from synthgen.provenance.digests import digest_of
from synthgen.synthesizers.sharing import SharedModel
from synthgen.synthesizers.tables import sampling
from synthgen.workers.processes import Processes

FILES = Path(__file__).parent / "files"


@pytest.fixture(scope="module")
def copula():
    return sg.load(FILES / "copula.synthgen")


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(sampling, "MOST_CELLS", 1)  # the least: 8192 rows


def test_two_processes_write_the_rows_of_one(tmp_path):
    calibrated = sg.load(FILES / "calibrated.synthgen")
    number = 33_000
    assert len(calibrated.parts(number, 3)) == 2
    digest = calibrated.sample_to(tmp_path / "rows.parquet", number, seed=3, workers=2, verbose=False)
    assert digest == digest_of(calibrated.sample(number, seed=3, verbose=False))
    assert digest == digest_of(sg.read(tmp_path / "rows.parquet"))


def test_another_process_draws_the_images_of_this_one():
    drawer = sg.load(FILES / "image.synthgen")
    assert len(drawer.parts(300, 3)) == 2
    drawn = drawer.sample(300, seed=3, workers=Processes(1), verbose=False)
    assert digest_of(drawn) == digest_of(drawer.sample(300, seed=3, verbose=False))


ONE_CORE = """
import os, sys
os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1])
import synthgen as sg
from synthgen.provenance.digests import digest_of
print(digest_of(sg.load(sys.argv[1]).sample(20_000, seed=3, verbose=False)))
"""


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processes cannot be kept to a core here")
def test_a_process_of_one_core_draws_the_rows_of_many():
    """It drew others once, with one thread; who checked a release there found that the model had not drawn it."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", ONE_CORE, str(FILES / "tvae.synthgen")],
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.strip() == digest_of(sg.load(FILES / "tvae.synthgen").sample(20_000, seed=3, verbose=False))


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("asked", [{}, {"balance": "sex"}, {"conditions": {"age": sg.Between(None, 60)}}])
def test_what_is_asked_goes_to_workers_too(copula, asked):
    elsewhere = Backwards()
    whole = copula.sample(20_000, seed=5, workers=elsewhere, verbose=False, **asked)
    assert elsewhere.done == 3
    pd.testing.assert_frame_equal(whole, copula.sample(20_000, seed=5, verbose=False, **asked))


@pytest.mark.usefixtures("small_parts")
def test_without_a_seed_the_same_ones_follow_each_other():
    one, several = (sg.load(FILES / "copula.synthgen") for _ in range(2))
    for _ in range(2):
        drawn = several.sample(10_000, workers=Backwards(), verbose=False)
        assert digest_of(drawn) == digest_of(one.sample(10_000, verbose=False))


@pytest.mark.usefixtures("small_parts")
def test_a_lost_worker_leaves_no_half_file(copula, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("before")
    with pytest.raises(WorkerError, match="before task 2"):
        copula.sample_to(path, 20_000, seed=5, workers=Backwards(lost=1), verbose=False)
    assert [file.name for file in tmp_path.iterdir()] == ["rows.csv"]
    assert path.read_text() == "before"


def test_the_file_of_the_model_is_the_users_alone_and_goes_again(copula):
    with SharedModel(copula).sent() as (opened, arguments):
        file = Path(arguments[0])
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert digest_of(opened(*arguments).sample(5, seed=1)) == digest_of(copula.sample(5, seed=1))
    assert not file.parent.exists()


def test_rows_that_depend_on_each_other_are_drawn_by_one(tmp_path):
    frame = pd.DataFrame({"sample": range(300), "flag": [True, False] * 150})
    schema = sg.Schema(sg.Schema.infer(frame).columns, constraints=[sg.Unique(["sample"])])
    unique = sg.GaussianCopula().fit(frame, schema=schema, verbose=False)
    seed = unique.next_seed()
    for draw in (unique.sample, lambda *asked, **more: unique.sample_to(tmp_path / "rows.csv", *asked, **more)):
        with pytest.raises(ConditionError, match="depends on what it drew before.*leave workers out"):
            draw(10, workers=2)
    assert unique.next_seed() == seed
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", [0, -1, True, 2.5])
def test_no_number_of_workers_is_refused_first(copula, wrong, tmp_path):
    with pytest.raises(SettingsError, match="Expected workers >= 1"):
        copula.sample_to(tmp_path / "rows.csv", 10, workers=wrong)
    assert list(tmp_path.iterdir()) == []
