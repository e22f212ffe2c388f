"""synthgen inspect."""

import json

from synthgen.synthesizers.saving import inspect


def test_every_value_taken_from_the_data_is_listed_by_column(fitted, run):
    code, out, error = run("inspect", fitted / "patients.synthgen")
    assert (code, error) == (0, "")
    contents = inspect(fitted / "patients.synthgen")
    for name, stored in contents["encoder"].items():
        section = out.split(f"\n{name} (")[1].split("\n\n")[0]
        for what, value in stored.items():
            if what != "method":
                assert f"\n  {what}" in section
            if isinstance(value, list) and value and not isinstance(value[0], list):
                line = next(line for line in section.splitlines() if line.startswith(f"  {what} ("))
                assert len(line.partition(": ")[2].split(", ")) >= len(value)


def test_it_says_what_made_the_file_and_what_was_not_learned(fitted, run):
    _, out, _ = run("inspect", fitted / "patients.synthgen")
    assert out.startswith("TabularGAN, written by synthgen")
    assert "seed=0, num_steps=60" in out
    assert "kept epoch 20 of 20" in out
    assert "not learned   patient_id, note" in out
    assert "fewer than 10 patients share, patients named by patient_id" in out


def test_json_is_everything(fitted, run):
    code, out, _ = run("inspect", fitted / "patients.synthgen", "--json")
    assert code == 0
    assert json.loads(out) == inspect(fitted / "patients.synthgen")


def test_no_raw_value_is_in_it(fitted, run):
    _, out, _ = run("inspect", fitted / "patients.synthgen", "--json")
    assert "coughs" not in out
    assert "P-00" not in out


def test_bad_input(fails):
    assert "no.synthgen does not exist" in fails("inspect", "no.synthgen")
