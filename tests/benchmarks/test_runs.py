"""Which runs there are, which are missing, and what becomes of one that fails; nothing is trained here."""

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import models, plan, records, scaling
from benchmarks.runs import Bench, Files, Run, last_words

FILES = Files(name="toy", target="ill", digest="1", rows=0, shape=(4, 2, 3), paths={
    "train": "train.csv", "test": "test.csv", "schema": "schema.json"})  # fmt: skip
ABSENT = models.Model(name="absent", program="no_such_program.py", word="M")


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=200)


def done(bench, run, **more):
    """Writes the result of a run as if it had been done, judged by today's judge."""
    judged = {judge: {"program": program, "figures": {"pairs_error": 1.0}} for judge, program in bench.judges().items()}
    record = run.blank() | {"stem": run.stem, "timings": {}, "judged": judged} | more
    records.write(bench.results / f"{run.stem}.json", record)
    return record


def test_under_a_budget_only_models_that_can_learn_so_are_run():
    own = models.under_budget((*models.own_models(), *models.PEER_MODELS, *models.PRIVATE_PEER_MODELS), 1.0)
    names = {model.name for model in own}
    assert {"DPMarginals", "TabularGAN", "TabularARGN", "AIM"} < names
    assert not {"GaussianCopula", "ctgan", "sdv TVAE"} & names
    assert all(model.settings["epsilon"] == 1 for model in own)


def test_runs_go_seed_by_seed_after_the_floors():
    pair = (models.Model(name="a", program="p"), models.Model(name="b", program="p"))
    runs = plan.runs_of([FILES], pair, [0, 1], quick=False)
    assert [(run.model.name, run.seed) for run in runs] == [
        (models.FLOOR, 0), ("a", 0), ("b", 0), ("a", 1), ("b", 1),
    ]  # fmt: skip


def test_quick_settings_give_way_to_those_asked_for():
    model = models.Model(name="a", program="p", quick={"num_steps": 5, "width": 2}, settings={"num_steps": 7})
    assert Run(data=FILES, model=model, seed=0, quick=True).settings == {"num_steps": 7, "width": 2}
    assert Run(data=FILES, model=model, seed=0).settings == {"num_steps": 7}


def test_what_is_done_is_not_missing_until_something_changes(tmp_path):
    bench, run = Bench(folder=tmp_path), Run(data=FILES, model=ABSENT, seed=0)
    assert bench.find(run) == (run.stem, None)
    assert bench.missing(None)
    record = done(bench, run)
    assert bench.find(run) == (run.stem, record)
    assert not bench.missing(record)
    assert bench.find(Run(data=FILES, model=ABSENT, seed=1))[1] is None


def test_a_new_judge_makes_a_run_missing_again(tmp_path):
    run = Run(data=FILES, model=ABSENT, seed=0)
    record = done(Bench(folder=tmp_path), run)
    judge = tmp_path / "mine.py"
    judge.write_text("print({})")
    assert Bench(folder=tmp_path, judge=judge).missing(record)
    record["judged"]["synthgen"]["program"] = "of last week"
    assert Bench(folder=tmp_path).missing(record)
    assert not Bench(folder=tmp_path, keep_older=True).missing(record)


def test_results_of_older_code_count_where_asked_for(tmp_path):
    run = Run(data=FILES, model=ABSENT, seed=0)
    older = run.blank() | {"stem": "older", "code": "older", "timings": {}, "judged": {}}
    records.write(tmp_path / "results" / "older.json", older)
    assert Bench(folder=tmp_path).find(run)[1] is None
    assert Bench(folder=tmp_path, keep_older=True).find(run) == ("older", older)


def test_a_run_that_fails_is_recorded_with_its_error_and_tried_again_where_asked_for(tmp_path, console):
    bench, run = Bench(folder=tmp_path), Run(data=FILES, model=ABSENT, seed=0)
    (record,) = plan.work([run], bench, minutes=None, console=console)
    assert "no_such_program.py" in record["error"]
    assert records.read(bench.results / f"{run.stem}.json") == record
    assert not bench.missing(record)
    assert Bench(folder=tmp_path, retry=True).missing(record)
    assert "failed" in console.file.getvalue()


def test_no_run_begins_after_the_time_is_over(tmp_path, console):
    bench, runs = Bench(folder=tmp_path), [Run(data=FILES, model=ABSENT, seed=seed) for seed in range(3)]
    kept = done(bench, runs[2])
    ticks = iter([0.0, 30.0, 61.0, 62.0, 63.0])
    found = plan.work(runs, bench, minutes=1, console=console, clock=lambda: next(ticks))
    assert [record["seed"] for record in found] == [0, 2]
    assert found[1] == kept
    assert "1 runs are left" in console.file.getvalue()


def test_a_fit_that_takes_too_long_is_stopped(tmp_path):
    bench = Bench(folder=tmp_path, longest=0.001)
    error = bench._call([sys.executable, "-c", "import time; time.sleep(30)"], "toy")
    assert error == "Stopped: took more than 0.001 minutes"


def test_the_own_judge_speaks_on_its_last_line(tmp_path):
    judge = tmp_path / "mine.py"
    judge.write_text(
        'import sys; print(\'words\'); print(\'{"trend_err": 2.5, "tstr": 0.8, "trtr": 0.9, "closer": 1}\')'
    )
    bench = Bench(folder=tmp_path, judge=judge)
    run = Run(data=FILES, model=ABSENT, seed=0)
    assert bench._judge("own", run, "toy")["figures"] == {"trend_err": 2.5, "tstr": 0.8, "trtr": 0.9, "closer": 1}
    floor = Run(data=FILES, model=models.FLOOR_MODEL, seed=0)
    assert bench._judge("own", floor, "toy")["figures"] == {"trend_err": 2.5, "tstr": 0.9}


def test_last_words_name_the_error_or_the_signal(tmp_path):
    log = tmp_path / "log.txt"
    log.write_text("Traceback\n  File\nValueError: no rows\n\n")
    assert last_words(log, 1) == "ValueError: no rows"
    assert "out of memory" in last_words(log, -9)
    log.write_text("")
    assert last_words(log, 3) == "Ended with code 3"


def test_every_family_of_the_registry_is_measured():
    from synthgen.synthesizers.tables.families import FAMILIES

    assert [model.word for model in models.own_models()] == list(FAMILIES)
    assert next(m for m in models.own_models() if m.name == "TabularGAN").quick == {"num_steps": 100, "validation": 0.0}


def test_scaling_shortens_training_and_nothing_else():
    model = models.Model(name="m", program="p", quick=models.QUICK, settings={"width": 64})
    assert scaling.short(model).settings == {**scaling.LENGTHS, "width": 64}


def test_every_program_exists_and_every_peer_has_an_environment():
    from benchmarks.environments import PEERS

    programs = Path(plan.__file__).parent / "peers"
    for model in (*models.own_models(), *models.PEER_MODELS, *models.PRIVATE_PEER_MODELS):
        assert (programs / model.program).is_file()
        assert model.ours or model.environment in PEERS


def test_every_model_can_be_named_in_a_list_with_commas():
    assert not any("," in model.name for model in (*models.PEER_MODELS, models.REDRAWN_MODEL, models.FLOOR_MODEL))


def test_models_are_chosen_by_name():
    names = [model.name for model in models.choose(models.PEER_MODELS, ["sdv TVAE", "ctgan"])]
    assert names == ["sdv TVAE", "ctgan"]
    assert models.choose(models.PEER_MODELS, []) == list(models.PEER_MODELS)
    with pytest.raises(KeyError, match="ctgn.*Did you mean 'ctgan'"):
        models.choose(models.PEER_MODELS, ["ctgn"])


def test_settings_are_numbers_lists_and_words_and_malformed_ones_are_refused():
    asked = ["absent.rate=1e-3", "absent.dims=[64, 64]", "absent.kind=soft", "other.rate=2"]
    assert models.with_settings(ABSENT, asked).settings == {"rate": 0.001, "dims": [64, 64], "kind": "soft"}
    for wrong in ("absent", "absent=3", "absent.rate"):
        with pytest.raises(ValueError, match="MODEL.ARGUMENT=VALUE"):
            models.with_settings(ABSENT, [wrong])
