"""A release is a whole folder or none, says what it is, and holds no row of the real tables."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.bundle.keys import read_private_key, write_keys
from synthgen.bundle.manifest import verify
from synthgen.bundle.policy import Policy
from synthgen.bundle.tables.release import Release
from synthgen.errors import BundleError
from synthgen.provenance.digests import digest_of
from synthgen.provenance.origin import Origin
from synthgen.provenance.receipt import Draw


def patients(rows, seed):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({"dose": random.normal(size=rows), "site": random.choice(["north", "south"], rows),
                          "ill": random.random(rows) < 0.4})  # fmt: skip
    return frame.assign(seen=pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 300, rows), unit="D"))


@pytest.fixture(scope="module")
def judged():
    train, synthetic, holdout = (patients(400, seed) for seed in range(3))
    schema = sg.Schema.infer(train)
    return synthetic, schema, sg.evaluate(train=train, synthetic=synthetic, holdout=holdout, schema=schema)


@pytest.fixture
def key(tmp_path):
    write_keys(tmp_path / "a.key", tmp_path / "a.key.pub")
    return read_private_key(tmp_path / "a.key")


def origin(judged, *, privacy=None, **changes):
    """What `draw` and `prove` return, here of rows that no model drew."""
    manifest = {"family": "TabularGAN", "synthgen": "0.1.0", "seed": 3, "settings": {"num_steps": 50},
                "privacy": privacy}  # fmt: skip
    known = {"manifest": manifest, "model": "0" * 64, "draw": Draw(rows=400, seed=1), "digest": digest_of(judged[0]),
             "how": "drawn here"}  # fmt: skip
    return Origin(**known | changes)


def release(judged, policy, **settings):
    synthetic, schema, report = judged
    decision = policy.decide(report.to_dict())
    return Release(name="Trial 7", licence="CC0-1.0", synthetic=synthetic, schema=schema, report=report,
                   policy="the policy", decision=decision, **settings)  # fmt: skip


@pytest.mark.parametrize("table_format", ["csv", "parquet"])
def test_a_release_holds_everything_and_verifies(judged, key, tmp_path, table_format):
    release(judged, Policy(), format=table_format, origin=origin(judged)).write(tmp_path / "out", key=key)
    found = verify(tmp_path / "out", key=tmp_path / "a.key.pub")
    assert found.passed
    assert set(found.unchanged) == {
        f"synthetic.{table_format}", "report.html", "report.json", "schema.yaml", "policy.yaml", "decision.json",
        "card.md", "croissant.json", "datapackage.json",
    }  # fmt: skip
    drawn = sg.read(tmp_path / "out" / f"synthetic.{table_format}")
    assert len(drawn) == 400
    card = (tmp_path / "out" / "card.md").read_text()
    assert "TabularGAN" in card and "Trial 7" in card and "**PASS**" in card and "| dose | numerical |" in card


def test_what_is_in_no_cell_is_not_released(judged, key, tmp_path):
    """A frame can hold categories of no row, and notes; Parquet keeps both, and no judge looks at them."""
    synthetic, schema, report = judged
    known = synthetic.assign(site=pd.Categorical(synthetic["site"], categories=["north", "south", "Ada Lovelace"]))
    known.attrs, known.columns.name = {"drawn after": "Ada Lovelace"}, "Ada Lovelace"
    release((known, schema, report), Policy(), format="parquet").write(tmp_path / "out", key=key)
    assert b"Lovelace" not in (tmp_path / "out" / "synthetic.parquet").read_bytes()
    assert (sg.read(tmp_path / "out" / "synthetic.parquet")["site"] == synthetic["site"]).all()


def test_metadata_names_the_file_its_checksum_and_its_columns(judged, key, tmp_path):
    release(judged, Policy()).write(tmp_path / "out", key=key)
    listed = json.loads((tmp_path / "out" / "manifest.json").read_text())["files"]["synthetic.csv"]
    croissant, package = (json.loads((tmp_path / "out" / f"{name}.json").read_text())
                          for name in ("croissant", "datapackage"))  # fmt: skip
    assert croissant["distribution"][0]["sha256"] == listed["sha256"]
    types = {field["name"]: field["dataType"] for field in croissant["recordSet"][0]["field"]}
    assert types == {"dose": "sc:Float", "site": "sc:Text", "ill": "sc:Boolean", "seen": "sc:DateTime"}
    resource = package["resources"][0]
    assert resource["hash"] == f"sha256:{listed['sha256']}" and resource["bytes"] == listed["bytes"]
    assert [field["type"] for field in resource["schema"]["fields"]] == ["number", "string", "boolean", "datetime"]
    assert package["name"] == "trial-7" and package["artificially_generated"] is True


def test_a_report_on_other_rows_or_a_proof_of_others_is_refused(judged, key, tmp_path):
    synthetic, schema, report = judged
    other = synthetic.assign(dose=synthetic["dose"] + 1)
    with pytest.raises(BundleError, match="report: it was made on other rows"):
        release((other, schema, report), Policy()).write(tmp_path / "out", key=key)
    with pytest.raises(BundleError, match="origin: it is the proof of other rows"):
        release(judged, Policy(), origin=origin(judged, digest="1" * 64)).write(tmp_path / "out", key=key)
    assert not (tmp_path / "out").exists()


def test_a_decision_on_another_report_signs_nothing(judged, key, tmp_path):
    """Such as one on rows that were drawn, and judged, before these."""
    report = judged[2]
    lenient, before = Policy(), replace(report, created="2024-01-01T00:00:00+00:00")
    stale = replace(release(judged, lenient), decision=lenient.decide(before.to_dict()))
    with pytest.raises(BundleError, match="decision: the policy decided on another report"):
        stale.write(tmp_path / "out", key=key)
    report.to_json(tmp_path / "report.json")
    read = json.loads((tmp_path / "report.json").read_text())
    replace(stale, decision=lenient.decide(read)).write(tmp_path / "out", key=key)


def test_a_promise_needs_the_model_that_makes_it(judged, key, tmp_path):
    synthetic, schema, report = judged
    promise = {"epsilon": 3.0, "delta": 1e-5, "unit": "row", "known_noise": False, "entries": []}
    promised = (synthetic, schema, replace(report, guarantee=promise))
    nobody, public = None, origin(judged)
    weaker, others = (origin(judged, privacy=promise | change) for change in ({"epsilon": 4.0}, {"unit": "patient"}))
    for found in (nobody, public, weaker, others):
        with pytest.raises(BundleError, match="nothing proves that a model which makes it drew this data"):
            release(promised, Policy(), origin=found).write(tmp_path / "out", key=key)
    release(promised, Policy(), origin=origin(judged, privacy=promise)).write(tmp_path / "out", key=key)
    assert "differentially private with epsilon 3" in (tmp_path / "out" / "card.md").read_text()


def test_a_policy_that_says_no_leaves_nothing(judged, key, tmp_path):
    with pytest.raises(BundleError, match="at least 4000 patients"):
        release(judged, Policy(least_holdout_patients=4000)).write(tmp_path / "out", key=key)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.key", "a.key.pub"]


def test_what_fails_on_the_way_leaves_nothing(judged, key, tmp_path):
    class Broken:
        to_dict, to_json = judged[2].to_dict, judged[2].to_json

        def to_html(self, path):
            raise OSError("the disk is full")

    broken = (judged[0], judged[1], Broken())
    with pytest.raises(OSError, match="the disk is full"):
        release(broken, Policy()).write(tmp_path / "out", key=key)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.key", "a.key.pub"]


def test_a_release_is_never_replaced(judged, key, tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(BundleError, match="there already"):
        release(judged, Policy()).write(tmp_path / "out", key=key)
