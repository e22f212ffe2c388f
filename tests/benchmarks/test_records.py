"""Keys, what counts as the same run, and which of several results is shown."""

import pytest

from benchmarks import records

RUN = {"data": "d1", "model": "TabularGAN", "settings": {"num_steps": 10}, "seed": 0, "code": "c1"}
OTHERS = {"data": "d2", "model": "CTGAN", "settings": {"num_steps": 11}, "seed": 1, "code": "c2"}


def test_the_same_run_has_the_same_key():
    assert records.key(**RUN) == records.key(**dict(reversed(RUN.items())))


@pytest.mark.parametrize("part", RUN)
def test_whatever_decides_the_result_changes_the_key(part):
    assert records.key(**RUN) != records.key(**RUN | {part: OTHERS[part]})


def test_the_order_of_settings_changes_nothing():
    one, other = ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert records.key(**RUN | {"settings": one}) == records.key(**RUN | {"settings": other})


def test_a_fingerprint_follows_the_source_of_its_parts_only(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "gan.py").write_text("a")
    (tmp_path / "errors.py").write_text("a")
    (tmp_path / "cli.py").write_text("a")
    parts = ["models", "errors.py"]
    first = records.fingerprint(parts, package=tmp_path)
    (tmp_path / "cli.py").write_text("b")
    assert records.fingerprint(parts, package=tmp_path) == first
    (tmp_path / "models" / "gan.py").write_text("b")
    second = records.fingerprint(parts, package=tmp_path)
    assert second != first
    (tmp_path / "models" / "new.py").write_text("")
    assert records.fingerprint(parts, package=tmp_path) != second


def test_fingerprints_are_of_parts_that_exist():
    package = records.ROOT / "synthgen"
    assert [part for part in (*records.MAKING, *records.JUDGING) if not (package / part).exists()] == []
    assert {"data", "encoding", "networks", "training", "models", "synthesizers"} <= set(records.MAKING)
    assert not {"metrics", "report", "cli"} & set(records.MAKING)


def test_results_are_read_as_written_oldest_first(tmp_path):
    records.write(tmp_path / "b.json", {"created": "2026-01-02", "name": "später"})
    records.write(tmp_path / "a.json", {"created": "2026-01-03"})
    records.write(tmp_path / "c.json", {"created": "2026-01-01"})
    assert [record["created"][-2:] for record in records.read_all(tmp_path)] == ["01", "02", "03"]
    assert records.read(tmp_path / "b.json")["name"] == "später"
    assert records.read(tmp_path / "absent.json") is None


def record(seed=0, code="new", created="2026-01-02", **more):
    return {"data": "d", "model": "m", "maker": "synthgen", "settings": {}, "seed": seed, "code": code,
            "created": created, "timings": {"fit_seconds": 1.0 + seed}, "judged": {}} | more  # fmt: skip


def test_a_repeated_run_counts_once_and_the_newest_counts():
    old, new = record(created="2026-01-01", code="old"), record()
    assert records.newest([old, new]) == [new]


def test_seeds_of_older_code_are_left_out_unless_asked_for():
    found = [record(seed=1, code="old", created="2026-01-01"), record(seed=0)]
    assert [len(group.runs) for group in records.groups(found)] == [1]
    assert [len(group.runs) for group in records.groups(found, keep_older=True)] == [2]


def test_failed_runs_are_kept_apart():
    failed = {name: value for name, value in record(seed=1).items() if name not in ("timings", "judged")}
    (group,) = records.groups([record(), failed | {"error": "ValueError: no"}])
    assert (len(group.runs), len(group.failed)) == (1, 1)
    assert group.timings("fit_seconds") == [1.0]


def test_settings_make_a_line_of_their_own():
    labels = [group.label for group in records.groups([record(), record(settings={"num_steps": 5})])]
    assert labels == ["m", "m num_steps=5"]


def test_figures_of_a_judge_of_ones_own_are_named_as_ours():
    judged = {"own": {"figures": {"trend_err": 1.5, "gbm_auc": 0.6, "else": 3.0}}, "synthgen": {"figures": {}}}
    assert records.judged(record(judged=judged), "own") == {"pairs_error": 1.5, "detector": 0.6}
    assert records.judge_shown([record(), record(judged=judged)]) == "own"
    assert records.judge_shown([record()]) == "synthgen"


def test_the_floor_alone_does_not_decide_whose_figures_are_shown():
    own = {"own": {"figures": {"trend_err": 1.5}}}
    floor, fitted = record(judged=own, maker=""), record(judged={"synthgen": {"figures": {"pairs_error": 2.0}}})
    assert records.judge_shown([floor, fitted]) == "synthgen"
    assert records.judge_shown([floor]) == "own"
