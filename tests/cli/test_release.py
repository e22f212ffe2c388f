"""synthgen policy, gate, keys, release, verify: from a policy to a signed folder, and back."""

import json

import pytest


@pytest.fixture
def desk(fitted, tmp_path, run):
    """A folder with keys and a policy that the small clinic can meet."""
    assert run("keys", "-o", tmp_path / "h.key")[0] == 0
    (tmp_path / "policy.yaml").write_text(
        "format: synthgen-policy\nversion: 1\nleast_holdout_patients: 50\n"
        "verdicts: {fidelity: any, usefulness: any, privacy: any}\nrequired: [exact_copies]\n"
    )
    return tmp_path


@pytest.fixture
def arguments(fitted, desk):
    return [
        "release", "--train", fitted / "train.csv", "--synthetic", fitted / "synthetic.csv", "--holdout",
        fitted / "holdout.csv", "--schema", fitted / "schema.yaml", "--policy", desk / "policy.yaml", "--key",
        desk / "h.key", "-o", desk / "out",
    ]  # fmt: skip


def test_from_policy_to_release_to_verification(fitted, desk, arguments, run):
    drawn = [*arguments[:3], "-n", 640, *arguments[5:]]
    model = ["--model", fitted / "patients.synthgen"]
    code, out, error = run(*drawn, *model, "--name", "Clinic", "--format", "parquet")
    assert (code, error) == (0, "")
    assert out.startswith("PASS") and f"Written to {desk / 'out'}" in out
    card = (desk / "out" / "card.md").read_text()
    assert "# Clinic" in card and "TabularGAN" in card
    everything = "".join(
        path.read_text() for path in (desk / "out").iterdir() if path.suffix in (".md", ".json", ".yaml")
    )
    assert "coughs" not in everything and "P-00" not in everything
    code, out, _ = run("verify", desk / "out", "--key", desk / "h.key.pub")
    assert code == 0 and "9 files as signed" in out
    code, out, _ = run("verify", desk / "out" / "card.md", "--key", desk / "h.key.pub", "--json")
    assert code == 0 and json.loads(out)["unchanged"] == ["card.md"]


def test_what_was_changed_is_said(desk, arguments, run):
    assert run(*arguments)[0] == 0
    (desk / "out" / "synthetic.csv").write_text("a\n1\n")
    code, out, _ = run("verify", desk / "out", "--key", desk / "h.key.pub")
    assert code == 1 and "changed: synthetic.csv" in out
    code, out, _ = run("verify", desk / "out", "--key", desk / "h.key.pub", "--json")
    assert code == 1 and json.loads(out)["passed"] is False


def test_a_policy_that_says_no_ends_in_one_and_makes_nothing(desk, arguments, run):
    policy = (desk / "policy.yaml").read_text().replace("50", "4000")
    (desk / "policy.yaml").write_text(policy)
    code, out, error = run(*arguments)
    assert (code, error) == (1, "") and "at least 4000 patients" in out
    assert not (desk / "out").exists()


def test_the_gate_alone(fitted, desk, run):
    report = desk / "report.json"
    assert run("evaluate", "--train", fitted / "train.csv", "--synthetic", fitted / "synthetic.csv", "--schema",
               fitted / "schema.yaml", "--json", report, "-q")[0] == 0  # fmt: skip
    code, out, error = run("gate", report, "--policy", desk / "policy.yaml")
    assert (code, error) == (1, "") and "FAIL" in out and "there are none" in out
    code, out, _ = run("gate", report, "--policy", desk / "policy.yaml", "--json")
    assert code == 1 and json.loads(out)["decision"] == "FAIL"
    (desk / "policy.yaml").write_text((desk / "policy.yaml").read_text().replace("50", "null"))
    assert run("gate", report, "--policy", desk / "policy.yaml")[0] == 0


def test_a_file_that_is_not_all_of_a_report_is_refused(desk, fails):
    """Whatever is missing from it, or of another kind, could be what speaks against the release."""
    result = {"metric": "tstr", "family": "usefulness", "status": "pass", "reason": "", "value": 0.9, "parts": [],
              "interval": [0.8, 1.0]}  # fmt: skip
    good = {"format": "synthgen-report", "version": 1, "tables": {"patients": {"train": 9}}, "verdicts": [],
            "guarantee": None, "subgroups": [], "results": [result]}  # fmt: skip
    part = {"metric": "tstr", "part": {"value": 1.0, "interval": None, "note": ""}}
    odd = [
        [], {"format": "synthgen-report"}, good | {"version": 2},
        good | {"version": 3, "kind": "tables"}, good | {"version": 2, "kind": ["tables"]},
        good | {"results": {}}, good | {"results": [1]},
        good | {"results": [result, result]}, good | {"results": [result | {"value": None, "interval": None}]},
        good | {"results": [result | {"interval": None}]},
        good | {"results": [result | {"value": float("nan")}]}, good | {"tables": []},
        good | {"tables": {"patients": {"holdout": "500"}}}, good | {"guarantee": {"epsilon": "1"}},
        good | {"subgroups": [{"column": "sex", "level": "F", "figures": [part]}]},
    ]  # fmt: skip
    for held in odd:
        (desk / "report.json").write_text(json.dumps(held))
        assert "is no report of version 1 or 2" in fails("gate", desk / "report.json", "--policy", desk / "policy.yaml")


def test_a_policy_to_begin_with(tmp_path, run, fails):
    code, out, _ = run("policy", "-o", tmp_path / "p.yaml")
    assert code == 0 and "sign it off" in out
    assert "there already" in fails("policy", "-o", tmp_path / "p.yaml")


def test_bad_input(desk, arguments, fails, tmp_path):
    assert "there already" in fails("keys", "-o", desk / "h.key")
    assert "is no report" in _gate(fails, desk, '{"a": 1}')
    assert "is no JSON" in _gate(fails, desk, "{")
    assert "cannot be read" in fails("gate", desk / "none.json", "--policy", desk / "policy.yaml")
    assert "no private key" in fails(*[desk / "h.key.pub" if a == desk / "h.key" else a for a in arguments])
    assert "--format in ['csv', 'parquet'] for tables" in fails(*arguments, "--format", "png")
    (desk / "out").mkdir()
    assert "there already" in fails(*arguments)


def _gate(fails, desk, content):
    (desk / "r.json").write_text(content)
    return fails("gate", desk / "r.json", "--policy", desk / "policy.yaml")
