"""synthgen audit: the options of its modes."""

import json

import pytest


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--one-patient", "--shadow-models", 4], "--one-patient and --shadow-models are two audits"),
        (["--row", 3], "--row is for --one-patient"),
        (["--one-patient", "--trials", 9], "--trials"),
        (["--workers", 2], "--workers is for --one-patient and --shadow-models"),
    ],
)
def test_options_that_do_not_go_together_are_refused(fails, fitted, options, message):
    command = ("audit", fitted / "train.csv", "--schema", fitted / "schema.yaml", *options)
    assert message in " ".join(fails(*command).split())


def test_one_patient_is_audited_and_says_what_it_proves(run, fitted):
    command = ("audit", fitted / "train.csv", "--schema", fitted / "schema.yaml", "--model", "gaussian-copula",
               "--one-patient", "--trials", 10, "--row", 4)  # fmt: skip
    code, out, _ = run(*command, "--json")
    found = json.loads(out)
    assert (code, found["mode"], found["trials"], found["patient"]) == (0, "one patient", 10, "removed")
