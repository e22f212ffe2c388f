"""evaluate(): verdicts, refusals, and what it leaves untouched."""

import random
import socket
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from synthgen.errors import EvaluationError
from synthgen.metrics.tables.privacy.copies import ExactCopies
from synthgen.metrics.tables.tables import Tables
from synthgen.report.evaluate import evaluate, judge
from synthgen.report.verdicts import number_text


def test_independent_draws_pass_all_three(report):
    assert [verdict.outcome for verdict in report.verdicts] == ["pass", "pass", "pass"]
    assert report.passed
    assert [len(verdict.numbers) for verdict in report.verdicts] == [3, 3, 3]


def test_a_copy_is_faithful_useful_and_not_private(leaky):
    assert [verdict.outcome for verdict in leaky.verdicts] == ["pass", "pass", "fail"]
    assert "Do not release" in leaky.verdict("privacy").sentence
    assert not leaky.passed


def test_shuffled_columns_hold_no_record_and_are_not_faithful(patients):
    """But they hold everybody's values, and a cost to the cent singles out whose it is."""
    train = patients(1200, 0)
    generator = np.random.default_rng(0)
    synthetic = pd.DataFrame({name: generator.permutation(train[name].to_numpy()) for name in train})
    synthetic["outcome"] = synthetic.outcome.to_numpy()[::-1]
    found = evaluate(train=train, synthetic=synthetic, holdout=patients(1200, 2), target="outcome", verbose=False)
    assert found.verdict("fidelity").outcome in ("warning", "fail")
    assert found.verdict("usefulness").outcome == "fail"
    leaks = [result.metric for result in found.results if result.family == "privacy" and result.status == "fail"]
    assert leaks == ["singling_out"]


def test_without_holdout_privacy_is_not_judged_unless_it_fails(patients):
    train = patients(300, 0)
    fresh = evaluate(train=train, synthetic=patients(300, 1))
    assert fresh.verdict("privacy").outcome == "not computed"
    assert "no holdout" in fresh.verdict("privacy").sentence
    assert fresh.verdict("usefulness").outcome == "not computed"
    assert evaluate(train=train, synthetic=train).verdict("privacy").outcome == "fail"


def test_few_rows_are_said_to_be_few(patients):
    found = evaluate(train=patients(30, 0), synthetic=patients(30, 1), holdout=patients(30, 2), target="outcome")
    assert found.verdict("fidelity").outcome != "pass"
    assert found.verdict("privacy").outcome == "not computed"
    assert "needed" in found.verdict("privacy").sentence


def test_bad_tables_are_refused_by_name(patients):
    train = patients(50, 0)
    for empty in ("train", "synthetic", "holdout"):
        frames = {"train": train, "synthetic": patients(50, 1), "holdout": patients(50, 2)}
        with pytest.raises(EvaluationError, match=f"{empty}: the table has no rows"):
            evaluate(**frames | {empty: train.iloc[:0]})
    with pytest.raises(EvaluationError, match=r"holdout does not have .*absent \['age'\]"):
        evaluate(train=train, synthetic=train, holdout=train.drop(columns="age"))
    with pytest.raises(EvaluationError, match="target names 'agee'.*Did you mean 'age'"):
        evaluate(train=train, synthetic=train, target="agee")
    with pytest.raises(EvaluationError, match="synthetic: expected a pandas DataFrame"):
        evaluate(train=train, synthetic=train.to_dict())


def test_messages_hold_no_value(patients):
    train = patients(50, 0).assign(secret="Rumpelstiltskin")
    with pytest.raises(EvaluationError) as error:
        evaluate(train=train, synthetic=train.rename(columns={"secret": "secrets"}))
    assert "Rumpel" not in str(error.value)


def test_same_seed_same_report(report, patients):
    frames = {role: patients(1200, seed) for seed, role in enumerate(["train", "synthetic", "holdout"])}
    again = evaluate(**frames, target="outcome").to_dict()
    first = report.to_dict()
    for document in (again, first):
        document.pop("created")
        document["settings"].pop("seconds")
    assert again == first


def test_no_network_no_file_no_global_chance(patients, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def refuse(*_):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    before = random.getstate(), np.random.get_state()[1].tolist(), np.random.get_state()[2]
    inputs = [patients(150, seed) for seed in range(3)]
    copies = [frame.copy(deep=True) for frame in inputs]
    found = evaluate(train=inputs[0], synthetic=inputs[1], holdout=inputs[2], target="outcome")
    assert list(tmp_path.iterdir()) == []
    found.to_html(tmp_path / "report.html")
    found.to_json(tmp_path / "report.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.json"]
    assert (random.getstate(), np.random.get_state()[1].tolist(), np.random.get_state()[2]) == before
    for frame, copy in zip(inputs, copies, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


def test_keras_is_never_loaded():
    program = (
        "import sys, pandas as pd; from synthgen import evaluate; frame = pd.DataFrame({'x': [1.0, 2.5] * 30});"
        "evaluate(train=frame, synthetic=frame, holdout=frame.sample(frac=1, random_state=0)); "
        "sys.exit(any(name in sys.modules for name in ('keras', 'tensorflow', 'torch')))"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_a_metric_of_ones_own_choice(patients):
    from synthgen.data.schema import Schema

    train = patients(100, 0)
    tables = Tables.read(train=train, synthetic=train, holdout=None, schema=Schema.infer(train), max_rows=50)
    found = judge(tables, metrics=[ExactCopies()])
    assert [result.metric for result in found.results] == ["exact_copies"]
    assert found["exact_copies"].value == 1
    assert found.verdict("fidelity").outcome == "not computed"
    with pytest.raises(KeyError, match="no metric 'marginals'"):
        found["marginals"]


def test_summary_is_five_lines(report, leaky):
    for found in (report, leaky):
        lines = found.summary().splitlines()
        assert len(lines) == 5
        assert str(found) == found.summary()
    assert "PASS" in report.summary()
    assert "Privacy     FAIL" in leaky.summary()


def test_console_shows_every_measure(report, capsys):
    report.show()
    shown = capsys.readouterr().out
    for result in report.results:
        assert result.title.split()[0] in shown


def test_numbers_are_written_for_people():
    assert [number_text(value, "share") for value in (0.0, 0.0014, 0.5, 0.9937, 1.0)] == [
        "0.0 %", "0.14 %", "50.0 %", "99.37 %", "100.0 %"]  # fmt: skip
    assert number_text(-0.1234, "score") == "−0.123"
