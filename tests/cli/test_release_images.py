"""From synthetic images to a signed folder, and back: PASS, FAIL with reasons, and a changed image by its name."""

import json

import numpy as np
import pytest

import synthgen as sg
from synthgen.provenance.roster import Roster

POLICY = """
format: synthgen-policy
version: 1
least_holdout_patients: 100
verdicts: {fidelity: any, usefulness: any, privacy: any}
required: [kid, coverage, image_membership]
limits:
  image_copies: {at_most: 0.0, of: value}
  kid: {at_most: 5.0, of: value}
"""

LENIENT = POLICY.partition("required")[0]


def spots(count, seed):
    random = np.random.default_rng(seed)
    down, across = np.mgrid[:12, :12]
    rows, columns = random.uniform(3, 9, (2, count, 1, 1))
    light = 200 * np.exp(-((down - rows) ** 2 + (across - columns) ** 2) / 6)
    return np.clip(light + random.normal(20, 4, light.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    """Archives without classes, so that no network is trained for the judging; a tiny model of them. Read only."""
    folder = tmp_path_factory.mktemp("ward")
    train = spots(200, 0)
    np.savez(folder / "train.npz", train_images=train)
    np.savez(folder / "holdout.npz", train_images=spots(140, 1))
    np.savez(folder / "fresh.npz", train_images=spots(100, 2))
    np.savez(folder / "copied.npz", train_images=train[:100])
    model = sg.ImageVAE(num_steps=40, batch_size=16, width=8, seed=0)
    model.fit(sg.read(folder / "train.npz", part="train"), verbose=False).save(folder / "ward.synthgen")
    return folder


@pytest.fixture
def arguments(ward, tmp_path, run):
    """Of a release of fresh images."""
    assert run("keys", "-o", tmp_path / "h.key")[0] == 0
    (tmp_path / "policy.yaml").write_text(POLICY)
    return [
        "release", "--train", ward / "train.npz", "--holdout", ward / "holdout.npz", "--read", "part=train",
        "--synthetic", ward / "fresh.npz", "--policy", tmp_path / "policy.yaml", "--key", tmp_path / "h.key",
        "-o", tmp_path / "out",
    ]  # fmt: skip


def test_from_images_to_a_signed_folder_and_back(ward, arguments, tmp_path, run):
    code, out, error = run(*arguments, "--name", "Ward 7", "--format", "png")
    assert (code, error) == (0, "")
    assert out.startswith("PASS") and f"Written to {tmp_path / 'out'}" in out
    assert len(list((tmp_path / "out" / "images").glob("*.png"))) == 100
    card = (tmp_path / "out" / "card.md").read_text()
    assert "# Ward 7" in card and "The maker of this data is not proven" in card
    assert "It holds no real image" in (tmp_path / "out" / "report.html").read_text()
    code, out, _ = run("verify", tmp_path / "out", "--key", tmp_path / "h.key.pub")
    assert code == 0 and "108 files as signed" in out
    tampered = tmp_path / "out" / "images" / "000042.png"
    tampered.write_bytes((tmp_path / "out" / "images" / "000041.png").read_bytes())
    code, out, _ = run("verify", tmp_path / "out", "--key", tmp_path / "h.key.pub")
    assert code == 1 and "changed: images/000042.png" in out
    code, out, _ = run("verify", tampered, "--key", tmp_path / "h.key.pub", "--json")
    assert code == 1 and json.loads(out)["changed"] == ["images/000042.png"]


@pytest.mark.parametrize("kind", ["npz", "png", "dicom"])
def test_images_are_a_models_if_it_draws_them_again(ward, arguments, tmp_path, run, fails, kind):
    if kind == "dicom":
        pytest.importorskip("pydicom", reason="pydicom is not installed: pip install 'synthgen[images]'")
    (tmp_path / "policy.yaml").write_text(LENIENT)
    drawn = tmp_path / ("drawn.npz" if kind == "npz" else "drawn")
    as_files = [] if kind == "npz" else ["--kind", kind]
    assert run("sample", ward / "ward.synthgen", "-n", 20, "--seed", 3, *as_files, "-o", drawn)[0] == 0
    if kind != "npz":  # real sets in archives, the synthetic one in a folder: what is read is the same
        arguments = [argument for argument in arguments if argument not in ("--read", "part=train")]
        for name in ("train", "holdout"):
            real = sg.read(ward / f"{name}.npz", part="train")
            np.savez(tmp_path / f"{name}.npz", images=real.pixels)
        arguments = [tmp_path / f"{a.stem}.npz" if a in (ward / "train.npz", ward / "holdout.npz") else a
                     for a in arguments]  # fmt: skip
    named = [drawn if argument == ward / "fresh.npz" else argument for argument in arguments]
    asked = ["--paths"] if kind == "npz" else []  # what is between images is drawn only where it is asked for
    code, _, error = run(*named, "--model", ward / "ward.synthgen", *asked)
    assert (code, error) == (0, "")
    card = (tmp_path / "out" / "card.md").read_text()
    assert "ImageVAE" in card and "drew it again from the model file, and found it equal" in card
    page = (tmp_path / "out" / "report.html").read_text()
    assert '<section id="training"' in page and ('<section id="paths"' in page) == (kind == "npz")
    maker = json.loads((tmp_path / "out" / "manifest.json").read_text())["provenance"]["maker"]
    assert (maker["draw"]["rows"], maker["draw"]["seed"]) == (20, 3)
    if kind == "npz":
        again = [*named[:-1], tmp_path / "again", "--model", ward / "ward.synthgen"]
        held = dict(np.load(drawn))
        held["train_images"][4, 5, 6] ^= 1
        np.savez(drawn, **held)
        assert "these are not what the model draws" in fails(*again)
        receipt = tmp_path / "drawn.npz.receipt.json"
        fresh = [ward / "fresh.npz" if argument == drawn else argument for argument in again]
        assert "Nothing says that" in fails(*fresh)
        assert "not what the model draws" in fails(*fresh, "--receipt", receipt)


def test_a_release_draws_images_and_knows_who_was_learned(ward, arguments, tmp_path, run, fails):
    from synthgen.provenance.roster_file import roster_of

    (tmp_path / "policy.yaml").write_text(LENIENT)
    model = tmp_path / "ward.synthgen"
    model.write_bytes((ward / "ward.synthgen").read_bytes())
    train, holdout = (sg.read(ward / f"{name}.npz", part="train") for name in ("train", "holdout"))
    Roster.of(train=train, holdout=holdout, model=model).save(roster_of(model))
    asked = ["-n" if a == "--synthetic" else 20 if a == ward / "fresh.npz" else a for a in arguments]
    code, _, error = run(*asked, "--model", model)
    assert (code, error) == (0, "")
    provenance = json.loads((tmp_path / "out" / "manifest.json").read_text())["provenance"]
    assert provenance["maker"]["how"] == "drawn here"
    assert provenance["roster"] == {"train": "is what was learned", "holdout": "is what was held out"}
    again = [tmp_path / "again" if a == tmp_path / "out" else a for a in asked]
    swapped = [ward / "train.npz" if a == ward / "holdout.npz" else a for a in again]
    assert "holdout: 200 of its 200 images were learned" in fails(*swapped, "--model", model)
    other = [ward / "fresh.npz" if a == ward / "train.npz" else a for a in again]
    assert "100 of its 100 images were not learned, and 200 of 200" in fails(*other, "--model", model)


def test_training_images_are_not_released(ward, arguments, tmp_path, run):
    copied = [ward / "copied.npz" if argument == ward / "fresh.npz" else argument for argument in arguments]
    code, out, error = run(*copied)
    assert (code, error) == (1, "")
    assert "FAIL" in out and "image_copies: its value may be at most 0; it is 1." in out
    assert not (tmp_path / "out").exists()


def test_the_gate_alone_and_the_policy_to_begin_with(ward, tmp_path, run, fails):
    assert run("policy", "--for", "images", "-o", tmp_path / "images.yaml")[0] == 0
    assert run("policy", "-o", tmp_path / "tables.yaml")[0] == 0
    assert run("evaluate", "--train", ward / "train.npz", "--synthetic", ward / "copied.npz", "--holdout",
               ward / "holdout.npz", "--read", "part=train", "--json", tmp_path / "report.json", "-q",
               "--model", ward / "ward.synthgen", "--paths")[0] == 0  # fmt: skip
    report = json.loads((tmp_path / "report.json").read_text())
    assert len(report["training"]["history"]) == 20
    assert report["pictures"]["paths"] == [] and "may be training images" in report["pictures"]["about_paths"]
    code, out, _ = run("gate", tmp_path / "report.json", "--policy", tmp_path / "images.yaml", "--json")
    assert code == 1 and any("image_copies" in reason for reason in json.loads(out)["reasons"])
    same = ["gate", tmp_path / "report.json", "--policy", tmp_path / "images.yaml", "--read", "part=train"]
    code, out, _ = run(*same, "--synthetic", ward / "copied.npz")
    assert code == 1 and "image_copies" in out
    assert "is not on the images of" in fails(*same, "--synthetic", ward / "fresh.npz")
    message = fails("gate", tmp_path / "report.json", "--policy", tmp_path / "tables.yaml")
    assert "not one for images" in message


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (["--format", "csv"], "--format in ['npz', 'png', 'dicom'] for images"),
        (["--target", "label"], "--target is not for images"),
        (["--schema", "schema.yaml"], "--schema is not for images"),
    ],
)
def test_what_is_not_for_images_is_refused(arguments, tmp_path, fails, more, named):
    assert named in fails(*arguments, *more)
    assert not (tmp_path / "out").exists()
