"""Nothing is promised of rows that the model did not draw, and nothing judged by a file that is not what it says."""

import html
import json
import shutil

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.cli import main
from synthgen.errors import BundleError, ModelFileError
from synthgen.provenance.digests import digest_of
from synthgen.provenance.receipt import Receipt, receipt_of
from synthgen.provenance.roster_file import read_roster
from synthgen.synthesizers.drawing import prove_file

POLICY = (
    "format: synthgen-policy\nversion: 1\nleast_holdout_patients: 50\n"
    "verdicts: {fidelity: any, usefulness: any, privacy: any}\nrequired: [exact_copies]\n"
)
PROMISE = "guarantee: {most_epsilon: 3, most_delta: 1.0e-5}\n"


def clinic():
    random = np.random.default_rng(3)
    age = random.integers(18, 90, 600)
    return pd.DataFrame(
        {
            "pid": [f"P-{number:05}" for number in random.permutation(600)],
            "age": age,
            "pressure": (90 + age / 2 + random.normal(0, 9, 600)).round(1),
            "site": random.choice(["north", "south"], 600),
            "seen": pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 300, 600), "D"),
        }
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A private model with its roster, what it learned, what was held out, rows with their receipt. Read only."""
    folder = tmp_path_factory.mktemp("house")
    frame = clinic()
    sg.write(frame, folder / "patients.csv")
    schema = {
        "pid": sg.Identifier(pattern="P-[0-9]{5}"),
        "age": sg.Numerical(dtype="int64", decimals=0, minimum=18, maximum=90),
        "pressure": sg.Numerical(decimals=1, minimum=60, maximum=190),
        "site": sg.Categorical(categories=("north", "south")), "seen": sg.Datetime(resolution="D", format="%Y-%m-%d"),
    }  # fmt: skip
    sg.Schema(schema, patient_key="pid").to_yaml(folder / "schema.yaml")
    tiny = ["--set", "num_components=6", "--set", "num_steps=12", "--set", "num_sweeps=0"]
    commands = [
        ["fit", folder / "patients.csv", "--schema", folder / "schema.yaml", "--model", "dp-marginals", "--epsilon",
         "3", *tiny, "--train", folder / "train.csv", "--holdout", folder / "holdout.csv", "-o",
         folder / "dp.synthgen"],
        ["sample", folder / "dp.synthgen", "-n", "300", "--seed", "5", "-o", folder / "synthetic.csv"],
        ["fit", folder / "train.csv", "--schema", folder / "schema.yaml", "--model", "gaussian-copula", "-o",
         folder / "copula.synthgen"],
        ["keys", "-o", folder / "h.key"],
    ]  # fmt: skip
    for command in commands:
        with pytest.raises(SystemExit) as stopped:
            main([str(argument) for argument in command])
        assert not stopped.value.code
    (folder / "policy.yaml").write_text(POLICY + PROMISE)
    (folder / "plain.yaml").write_text(POLICY)
    stolen = sg.read(folder / "train.csv").iloc[:300]
    sg.write(stolen.assign(pid=[f"P-{number}" for number in range(90000, 90300)]), folder / "stolen.csv")
    return folder


@pytest.fixture
def release(house, tmp_path):
    """Arguments of a release, without what is released."""
    return [
        "release", "--train", house / "train.csv", "--holdout", house / "holdout.csv", "--schema",
        house / "schema.yaml", "--policy", house / "policy.yaml", "--key", house / "h.key", "-o", tmp_path / "out",
    ]  # fmt: skip


def said(folder):
    card = (folder / "card.md").read_text(encoding="utf-8")
    return card, json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["provenance"]


def copied(house, name, tmp_path):
    """A table and its receipt in a folder that may be written to."""
    for file in (name, f"{name}.receipt.json"):
        shutil.copy(house / file, tmp_path / file)
    return tmp_path / name


def test_a_fit_leaves_a_roster_for_its_owner_alone(house):
    roster = house / "dp.synthgen.roster"
    assert roster.stat().st_mode & 0o777 == 0o600
    held = read_roster(roster)
    assert (len(held.learned), len(held.held_out), held.patient_key) == (480, 120, "pid")
    assert held.columns == ("age", "pressure", "seen", "site")
    assert held.key not in (house / "dp.synthgen").read_bytes()


def test_real_rows_do_not_get_the_promise_of_a_model(house, release, tmp_path, fails, run):
    model = ["--model", house / "dp.synthgen"]
    refused = fails(*release, *model, "--synthetic", house / "stolen.csv")
    assert "Nothing says that" in refused and "release draw (-n" in refused
    genuine = Receipt.read(house / "synthetic.csv.receipt.json")
    rows = sg.read(house / "stolen.csv")
    forged = Receipt(model=genuine.model, draw=genuine.draw, digest=digest_of(rows), synthgen=sg.__version__)
    forged.save(tmp_path / "forged.json")  # anybody can: it takes no secret
    refused = fails(*release, *model, "--synthetic", house / "stolen.csv", "--receipt", tmp_path / "forged.json")
    assert "not what the model draws when it is asked again (as many are there)" in refused
    code, out, _ = run(*release, "--synthetic", house / "stolen.csv")
    assert code == 1 and "nothing is promised" in out
    assert not (tmp_path / "out").exists()


def test_without_a_model_the_card_says_that_the_maker_is_not_proven(house, release, tmp_path, run):
    plain = [house / "plain.yaml" if argument == house / "policy.yaml" else argument for argument in release]
    code, _, error = run(*plain, "--synthetic", house / "synthetic.csv")
    assert (code, error) == (0, "")
    card, provenance = said(tmp_path / "out")
    assert "The maker of this data is not proven" in card and "differentially private" not in card.split("##")[2]
    assert "was not checked: no roster was at hand" in card
    assert provenance["maker"] == "not proven" and provenance["roster"] == "not at hand"
    assert provenance["digest"] == digest_of(sg.read(house / "synthetic.csv"))


def test_rows_with_their_receipt_get_the_promise_in_any_format(house, release, tmp_path, run):
    table = sg.read(house / "synthetic.csv")
    sg.write(table[["seen", "pid", "site", "age", "pressure"]], tmp_path / "s.parquet")
    options = ["--synthetic", tmp_path / "s.parquet", "--receipt", house / "synthetic.csv.receipt.json"]
    code, out, error = run(*release, "--model", house / "dp.synthgen", *options)
    assert (code, error) == (0, "")
    assert "guarantee: epsilon of at most 3" in out
    card, provenance = said(tmp_path / "out")
    assert "Drawn from a DPMarginals" in card and "drew it again from the model file, and found it equal" in card
    assert "differentially private with epsilon" in card
    assert "roster, train is what was learned and holdout is what was held out." in card
    assert provenance["maker"]["how"] == "drawn again and found equal"
    assert provenance["maker"]["draw"] == {"rows": 300, "seed": 5, "conditions": {}, "balance": None, "calibrate": True}
    assert provenance["roster"] == {"train": "is what was learned", "holdout": "is what was held out"}
    assert not list((tmp_path / "out").rglob("*roster*"))
    assert run("verify", tmp_path / "out", "--key", house / "h.key.pub")[0] == 0


def test_one_changed_cell_a_missing_row_or_another_order_is_refused(house, release, tmp_path, fails):
    path = copied(house, "synthetic.csv", tmp_path)
    table = sg.read(path)
    changed = table.copy()
    changed.loc[17, "age"] += 1
    changes = {
        "changed": changed,
        "fewer": table.iloc[1:],
        "order": table.iloc[::-1],
        "more": pd.concat([table, table]),
    }
    for name, frame in changes.items():
        sg.write(frame, path)
        refused = fails(*release, "--model", house / "dp.synthgen", "--synthetic", path)
        assert "not what the model draws" in refused, name


def test_a_receipt_of_another_model_or_another_draw_is_refused(house, release, tmp_path, fails):
    path = copied(house, "synthetic.csv", tmp_path)
    refused = fails(*release, "--model", house / "copula.synthgen", "--synthetic", path)
    assert "is that of another model" in refused
    place = tmp_path / "synthetic.csv.receipt.json"
    held = json.loads(place.read_text())
    for change in ({"draw": held["draw"] | {"seed": 6}}, {"draw": held["draw"] | {"rows": 299}}):
        place.write_text(json.dumps(held | change))
        assert "not what the model draws" in fails(*release, "--model", house / "dp.synthgen", "--synthetic", path)
    wrong = {
        "is no receipt": [held | {"version": 2}, held | {"more": 1}, held | {"draw": []}, [held]],
        "are SHA-256": [held | {"model": "0" * 63}, held | {"digest": 7}],
        "not said as a receipt": [held | {"draw": held["draw"] | {"rows": -1}},
                                  held | {"draw": held["draw"] | {"conditions": {"age": {"low": 1}}}}],
    }  # fmt: skip
    for message, documents in wrong.items():
        for document in documents:
            place.write_text(json.dumps(document))
            assert message in fails(*release, "--model", house / "dp.synthgen", "--synthetic", path)


def test_a_release_that_draws_itself_draws_what_sample_draws(house, release, tmp_path, run):
    code, _, error = run(*release, "--model", house / "dp.synthgen", "-n", 300, "--seed", 5)
    assert (code, error) == (0, "")
    card, provenance = said(tmp_path / "out")
    assert "This release drew it from the model file itself" in card and "differentially private" in card
    assert provenance["maker"]["how"] == "drawn here"
    assert (tmp_path / "out" / "synthetic.csv").read_bytes() == (house / "synthetic.csv").read_bytes()


def test_the_same_in_python(house):
    rows, origin = sg.draw(house / "dp.synthgen", 300, seed=5, verbose=False)
    assert origin.promises and origin.digest == digest_of(rows) == digest_of(sg.read(house / "synthetic.csv"))
    again = sg.prove(rows.astype({"age": float}), model=house / "dp.synthgen", asked=origin.draw, verbose=False)
    assert (again.how, again.digest, again.model) == ("drawn again and found equal", origin.digest, origin.model)
    with pytest.raises(BundleError, match="not what the model draws"):
        sg.prove(rows, model=house / "copula.synthgen", asked=origin.draw, verbose=False)


def test_a_model_that_is_replaced_while_it_draws_proves_nothing(house, tmp_path, run):
    """What the copula drew would get the promise of the model that came in its place."""
    model, rows = tmp_path / "m.synthgen", tmp_path / "s.csv"
    shutil.copy(house / "copula.synthgen", model)
    assert run("sample", model, "-n", 50, "-o", rows)[0] == 0
    receipt, reads = Receipt.read(receipt_of(rows)), []

    def read(path):
        reads.append(path)
        if len(reads) == 2:  # what was drawn again
            shutil.copy(house / "dp.synthgen", model)
        return sg.read(path)

    with pytest.raises(BundleError, match="was replaced while it drew"):
        prove_file(rows, model=model, receipt=receipt, read=read)
    assert len(reads) == 2
    with pytest.raises(ModelFileError, match="cannot be read: No such file"):
        sg.prove(sg.read(rows), model=tmp_path / "none", asked=receipt.draw)


def test_conditions_are_named_and_not_covered(house, release, tmp_path, run):
    asked = ["--where", "site=north", "--where", "age=30.."]
    code, _, error = run(*release, "--model", house / "dp.synthgen", "-n", 200, *asked)
    assert (code, error) == (0, "")
    card, provenance = said(tmp_path / "out")
    assert 'Only such were asked for: site: "north"; age: {"low": "30", "high": null}.' in card
    assert "The promise does not cover what was asked of them." in card
    assert provenance["maker"]["draw"]["conditions"] == {"site": "north", "age": {"low": "30", "high": None}}


def test_options_that_do_not_go_together(house, release, fails):
    model, table = ["--model", house / "dp.synthgen"], ["--synthetic", house / "synthetic.csv"]
    assert "Expected either -n with --model" in fails(*release, *model)
    assert "Expected either -n with --model" in fails(*release, *model, *table, "-n", 5)
    assert "-n needs --model" in fails(*release, "-n", 5)
    assert "--where is for -n" in fails(*release, *model, *table, "--where", "age=3")
    assert "--receipt is for --synthetic" in fails(*release, *model, "-n", 5, "--receipt", "r.json")
    assert "--receipt needs --model" in fails(*release, *table, "--receipt", "r.json")


def test_wrong_files_are_refused_where_the_roster_is_at_hand(house, tmp_path, fails, run):
    model = ["--model", house / "dp.synthgen"]
    judged = ["evaluate", "--schema", house / "schema.yaml", "--synthetic", house / "synthetic.csv", *model]
    right = ["--train", house / "train.csv", "--holdout", house / "holdout.csv"]
    whole = ["--train", house / "patients.csv", "--holdout", house / "holdout.csv"]
    assert "120 of its 600 rows were not learned" in fails(*judged, *whole)
    assert "patients whom the model learned" in fails(*judged, *right[:3], house / "stolen.csv", "--holdout",
                                                      house / "train.csv")  # fmt: skip
    refused = fails("audit", house / "patients.csv", "--schema", house / "schema.yaml", "--roster",
                    house / "dp.synthgen.roster")  # fmt: skip
    assert "120 of its 600 rows were not learned" in refused
    assert "The roster is not that of" in fails(*judged, *right, "--roster", house / "copula.synthgen.roster")
    damaged = tmp_path / "r.roster"
    damaged.write_bytes((house / "dp.synthgen.roster").read_bytes()[:-200])
    assert "is no roster" in fails(*judged, *right, "--roster", damaged)
    page = tmp_path / "r.html"
    assert run(*judged, *right, "--json", tmp_path / "r.json", "-o", page, "-q")[0] == 0
    report = json.loads((tmp_path / "r.json").read_text())
    assert "roster, train is what was learned and holdout is what was held out." in html.unescape(page.read_text())
    assert report["tables"]["digest"] in page.read_text()
    assert report["tables"]["roster"] == {"train": "is what was learned", "holdout": "is what was held out"}
    assert report["guarantee"]["epsilon"] <= 3
    sg.write(sg.read(house / "train.csv").iloc[:300], tmp_path / "part.csv")
    part = ["--train", tmp_path / "part.csv", "--holdout", house / "holdout.csv"]
    assert "180 of 480 that were are missing" in fails(*judged, *part)
    assert run(*judged, *part, "--roster", "none", "--json", tmp_path / "r.json", "-q")[0] == 0
    assert json.loads((tmp_path / "r.json").read_text())["tables"]["roster"] is None


def test_a_report_promises_nothing_of_rows_without_a_receipt(house, tmp_path, fails, run):
    judged = ["evaluate", "--train", house / "train.csv", "--schema", house / "schema.yaml", "--model",
              house / "dp.synthgen", "-q"]  # fmt: skip
    code, _, error = run(*judged, "--synthetic", house / "stolen.csv", "--json", tmp_path / "r.json")
    assert code == 0 and "note: " in error and "is not shown" in error
    assert json.loads((tmp_path / "r.json").read_text())["guarantee"] is None
    path = copied(house, "synthetic.csv", tmp_path)
    shutil.copy(house / "stolen.csv", path)
    assert "not what the model draws" in fails(*judged, "--synthetic", path)


def test_the_gate_can_ask_which_rows_were_judged(house, tmp_path, fails, run):
    judged = ["--train", house / "train.csv", "--holdout", house / "holdout.csv", "--schema", house / "schema.yaml",
              "--synthetic", house / "synthetic.csv"]  # fmt: skip
    assert run("evaluate", *judged, "--json", tmp_path / "r.json", "-q")[0] == 0
    gate = ["gate", tmp_path / "r.json", "--policy", house / "plain.yaml", "--synthetic"]
    assert run(*gate, house / "synthetic.csv")[0] == 0
    assert "is not on the rows of" in fails(*gate, house / "stolen.csv")


def test_completed_rows_have_no_receipt(house, release, tmp_path, fails, run):
    path = copied(house, "synthetic.csv", tmp_path)
    sg.write(sg.read(house / "train.csv")[["age", "site"]].iloc[:40], tmp_path / "known.csv")
    code, out, _ = run("sample", house / "dp.synthgen", "--known", tmp_path / "known.csv", "-o", path)
    assert code == 0 and "without a receipt" in out
    assert not (tmp_path / "synthetic.csv.receipt.json").exists()
    assert "Nothing says that" in fails(*release, "--model", house / "dp.synthgen", "--synthetic", path)
