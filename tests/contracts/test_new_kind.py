"""A new kind of data, in folders of its own and named in the lists, goes the whole way: no other file knows of it."""

import json
from pathlib import Path

import numpy as np
import pytest
import text_kind
from text_kind.chain import LineChain
from text_kind.release import LineDoor

import synthgen as sg
from synthgen import families
from synthgen.bundle import texts
from synthgen.cli import doors, main
from synthgen.data import kinds
from synthgen.report import judges

POLICY = """format: synthgen-policy
version: 1
verdicts: {fidelity: warning, usefulness: any, privacy: any}
least_holdout_patients: 100
guarantee: null
required: [letters]
limits: {letters: {at_least: 0.8, of: value}}
subgroups: {columns: [], limits: {}}
"""


@pytest.fixture
def listed(monkeypatch):
    """The lists with one more row: what a stranger changes in files that are there."""
    monkeypatch.setattr(kinds, "KINDS", {"lines": "text_kind.kind:LineKind", **kinds.KINDS})
    family = families.Family(name="LineChain", module="text_kind.chain", kind="lines", word="line-chain")
    monkeypatch.setattr(families, "FAMILIES", (*families.FAMILIES, family))
    monkeypatch.setitem(judges.JUDGES, "lines", "text_kind.judge:LineJudge")
    monkeypatch.setitem(texts.TEXTS, "lines", "text_kind.release:TEXTS")
    monkeypatch.setitem(doors.DOORS, "lines", LineDoor())


@pytest.fixture
def notes(tmp_path):
    """Complaints of 600 patients, some letters each: two words of a few."""
    random = np.random.default_rng(0)
    words = ["cough", "fever", "pain", "rash", "chill", "sweat", "ache", "sneeze"]
    path = tmp_path / "notes.txt"
    path.write_text("".join(f"{' and '.join(random.choice(words, 2))}\n" for _ in range(600)))
    return path


def test_a_new_kind_goes_the_whole_way(listed, notes, tmp_path, capsys):
    def run(line):
        with pytest.raises(SystemExit) as stopped:
            main(line.replace("@", f"{tmp_path}/").split())
        said = capsys.readouterr()
        assert stopped.value.code == 0, said.err + said.out
        return said.out

    (tmp_path / "policy.yaml").write_text(POLICY)
    assert "600 lines" in run("describe @notes.txt")
    fitted = run("fit @notes.txt --train @train.txt --holdout @holdout.txt -o @notes.synthgen")
    assert "Learned 480 lines" in fitted
    run("sample @notes.synthgen -n 300 --seed 1 -o @made.txt")
    run("evaluate --train @train.txt --synthetic @made.txt --holdout @holdout.txt --model @notes.synthgen "
        "-o @report.html --json @report.json")  # fmt: skip
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["kind"] == "lines"
    assert {result["metric"]: result["status"] for result in report["results"]}["letters"] == "pass"
    page = (tmp_path / "report.html").read_text()
    assert "300 synthetic lines, judged" in page
    assert "The synthetic lines resemble the training lines" in page
    run("keys -o @house.key")
    run("release --train @train.txt --holdout @holdout.txt --model @notes.synthgen --synthetic @made.txt "
        "--policy @policy.yaml --key @house.key -o @release")  # fmt: skip
    assert (tmp_path / "release" / "synthetic.txt").read_bytes() == (tmp_path / "made.txt").read_bytes()
    assert "its lines were not written by persons" in (tmp_path / "release" / "card.md").read_text()
    assert "files as signed" in run("verify @release --key @house.key.pub")


def test_a_new_kind_is_drawn_in_parts_that_depend_on_nothing_else(listed, notes, tmp_path):
    learner = LineChain(seed=3).fit(sg.read(notes))
    whole = learner.sample(1_500, seed=1)
    parts = learner.parts(1_500, 1)
    backwards = [learner.draw(part, 1) for part in reversed(parts)]
    assert len(parts) == 2
    assert learner.join(backwards[::-1]) == whole
    learner.save(tmp_path / "chain.synthgen")
    assert sg.load(tmp_path / "chain.synthgen").sample(1_500, seed=1) == whole


def test_what_a_new_kind_cannot_be_asked_for_is_refused(listed, notes):
    with pytest.raises(sg.SynthgenError, match=r"LineChain draws what it has learned.*conditions"):
        LineChain(seed=3).fit(sg.read(notes)).sample(10, conditions={"age": 3})
    with pytest.raises(sg.SynthgenError, match="by names 'age'"):
        sg.split(sg.read(notes), by="age")


def test_a_new_kind_takes_under_150_lines():
    (folder,) = text_kind.__path__
    written = [path.read_text().splitlines() for path in Path(folder).glob("*.py")]
    assert sum(bool(line.strip()) for lines in written for line in lines) < 150
