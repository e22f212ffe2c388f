"""synthgen demo."""

import json

import pytest

import synthgen as sg
from synthgen.cli.tables.demo import WRITTEN
from synthgen.data.tables import datasets


@pytest.fixture
def records(monkeypatch):
    """The first of the demo's records, and how many of them are learned and kept out: all are a minute of trees."""
    first = datasets.load_dataset("rand_hie").head(3_000)
    monkeypatch.setattr(datasets, "load_dataset", lambda name: {"rand_hie": first}[name])
    return [f"{len(part):,}".replace(",", " ") for part in sg.split(first, by="participant_id", seed=0)]


def test_demo_replaces_what_is_there_and_says_where_all_is(run, tmp_path, records):
    folder = tmp_path / "deep" / "demo"
    folder.mkdir(parents=True)
    for name in WRITTEN:
        (folder / name).write_text("of an earlier demo")
    code, out, error = run("demo", "--output", folder, "--steps", 20)
    assert (code, error) == (0, "")
    assert sorted(path.name for path in folder.iterdir()) == sorted(WRITTEN)
    assert all(str(folder / name) in out for name in WRITTEN)
    learned, kept_out = records
    assert f"{learned} rows to learn, {kept_out} kept out" in out

    lines = out.rstrip().splitlines()[-5:]
    assert lines[0].startswith(
        f"{learned} synthetic rows, compared with {learned} training and {kept_out} holdout rows"
    )
    assert [line.split()[0] for line in lines[1:4]] == ["Fidelity", "Usefulness", "Privacy"]

    model = sg.load(folder / "model.synthgen")
    assert model.settings["num_steps"] == 20
    assert sg.Schema.from_yaml(folder / "schema.yaml") == model.schema
    rows = sg.read(folder / "synthetic.parquet")
    assert len(sg.read(folder / "synthetic.csv")) == len(rows) == int(learned.replace(" ", ""))
    assert json.loads((folder / "report.json").read_text())["settings"]["target"] == "self_rated_health"
    assert "of an earlier demo" not in (folder / "report.html").read_text()


@pytest.mark.parametrize("name", ["report.html", "."])
def test_a_folder_that_cannot_be_written_is_found_first(name, fails, tmp_path):
    target = tmp_path / "demo"
    if name == ".":
        target.write_text("a file")
    else:
        (target / name).mkdir(parents=True)
    assert str(target) in fails("demo", "--output", target)
