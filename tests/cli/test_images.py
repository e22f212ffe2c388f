"""The verbs on images: fit, sample, inspect."""

import json

import numpy as np
import pytest

import synthgen as sg


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    """An archive of 120 scans, each second one with a bright square; two are there twice."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 80, (120, 8, 8), np.uint8)
    pixels[::2, 2:6, 2:6] += 120
    pixels[[3, 7]] = pixels[[1, 5]]
    path = tmp_path_factory.mktemp("scans") / "scans.npz"
    np.savez(path, train_images=pixels, train_labels=np.arange(120)[:, None] % 2, train_person=np.arange(120) // 4)
    return path


@pytest.fixture(scope="module")
def model(scans):
    """A tiny model of them, and what was kept out."""
    from synthgen.cli import main

    with pytest.raises(SystemExit) as stopped:
        main(["fit", str(scans), "--read", "part=train", "--read", "patient=person", "--steps", "20",
              "--set", "width=8", "--set", "batch_size=16", "-o", str(scans.with_name("scans.synthgen")),
              "--holdout", str(scans.with_name("holdout.npz")),
              "--train", str(scans.with_name("train.npz"))])  # fmt: skip
    assert not stopped.value.code
    return scans.with_name("scans.synthgen")


def test_real_images_that_are_kept_out_can_be_read_again(model):
    train = sg.read(model.with_name("train.npz"), part="train", patient="patient")
    holdout = sg.read(model.with_name("holdout.npz"), part="train", patient="patient")
    assert len(train) + len(holdout) == 118  # two copies are left out
    assert len(holdout) == pytest.approx(24, abs=2)
    assert not model.with_name("scans.synthgen.checkpoint").exists()


def test_synthetic_images_are_written_and_marked(run, model, tmp_path):
    code, out, _ = run("sample", str(model), "-n", "6", "--where", "label=1", "-o", str(tmp_path / "drawn.npz"))
    assert (code, "6 synthetic images" in out) == (0, True)
    drawn = sg.read(tmp_path / "drawn.npz", part="train", allow_synthetic=True)
    assert (len(drawn), set(drawn.table["label"])) == (6, {1})
    code, _, err = run("fit", str(tmp_path / "drawn.npz"), "--read", "part=train", "-o", str(tmp_path / "m.synthgen"))
    assert code == 2
    assert "synthetic" in err
    code, _, _ = run("sample", str(model), "-n", "4", "--kind", "dicom", "-o", str(tmp_path / "ward"))
    assert code == 0
    assert len(list((tmp_path / "ward").glob("*.dcm"))) == 4


def test_what_a_file_of_images_holds_is_listed(run, model):
    code, out, _ = run("inspect", str(model))
    assert code == 0
    assert "ImageGAN" in out
    assert "8 x 8" in out
    code, out, _ = run("inspect", str(model), "--json")
    assert json.loads(out)["manifest"]["images"]["sides"] == [8, 8]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--read", "part"], "NAME=VALUE"),
        (["--read", "part=train", "--read", "colour=red"], "colour"),
        (["--read", "size=big"], "HEIGHTxWIDTH"),
        (["--read", "window=wide"], "window=LOWER,UPPER"),
        (["--read", "skip_corrupt=maybe"], "skip_corrupt=yes"),
        (["--read", "part=train", "--read", "skip_corrupt=yes"], "not for archives"),
        (["--read", "part=train", "--epochs", "1"], "--epochs"),
        (["--read", "part=train", "--model", "image-gam"], "Did you mean 'image-gan'"),
        (["--read", "part=train", "--set", "widht=3"], "Did you mean 'width'"),
        (["--read", "part=train", "--holdout", "kept.csv"], ".npz"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(run, scans, tmp_path, arguments, named):
    code, _, err = run("fit", str(scans), "-o", str(tmp_path / "m.synthgen"), *arguments)
    assert code == 2
    assert named in err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_not_written_into(run, model, tmp_path):
    code, _, err = run("sample", str(model), "-n", "2", "--kind", "png", "-o", str(tmp_path))
    assert (code, "there already" in err) == (2, True)
    code, _, err = run("sample", str(model), "-n", "2", "-o", str(tmp_path / "drawn"))
    assert (code, "--kind" in err) == (2, True)


def test_torn_files_are_left_out_on_request_and_pixels_kept_on_disk(run, scans, tmp_path):
    pytest.importorskip("PIL", reason="pillow is not installed: pip install -e '.[images]'")
    ward, output = tmp_path / "ward", tmp_path / "m.synthgen"
    sg.write(sg.read(scans, part="train"), ward, kind="png")
    torn = sorted(ward.rglob("*.png"))[10]
    torn.write_bytes(b"torn")
    small = ["--steps", "10", "--set", "width=8", "--set", "batch_size=16", "-o", str(output)]
    synthetic = [mark for mark in ward.rglob("*.png") if mark != torn]
    _unmark(synthetic)
    code, _, err = run("fit", str(ward), *small)
    assert code == 2
    assert f"Of 120 files, 1 cannot be read: {torn.relative_to(ward).as_posix()}" in err
    assert "--read skip_corrupt=yes" in err
    assert not output.exists()
    code, out, err = run("fit", str(ward), "--read", "skip_corrupt=yes", "--read", f"cache={tmp_path / 'c.npy'}",
                         *small)  # fmt: skip
    assert (code, "were left out" in err) == (0, True)
    assert "Learned <ImageSet 117 images of 8 x 8" in out  # and without two copies
    assert np.load(tmp_path / "c.npy", mmap_mode="r").shape == (119, 8, 8, 1)


def _unmark(paths):
    """Saves pictures without the mark of what is synthetic, as if they came from a ward."""
    from PIL import Image

    for path in paths:
        with Image.open(path) as opened:
            pixels = np.asarray(opened)
        Image.fromarray(pixels).save(path)


def test_images_are_judged(run, model, tmp_path):
    """Without a word on classes: the archives say them."""
    drawn = tmp_path / "drawn.npz"
    assert run("sample", str(model), "-n", "60", "-o", str(drawn))[0] == 0
    code, out, _ = run(
        "evaluate", "--train", str(model.with_name("train.npz")), "--synthetic", str(drawn), "--holdout",
        str(model.with_name("holdout.npz")), "--read", "part=train", "--read", "patient=patient",
        "--json", str(tmp_path / "report.json"),
    )  # fmt: skip
    assert code == 0
    assert "Fidelity" in out
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["tables"]["rows"]["synthetic"] == 60
    assert report["tables"]["rows"]["train"] + report["tables"]["rows"]["holdout"] == 118
    code, _, err = run("evaluate", "--train", str(model.with_name("train.npz")), "--synthetic", str(drawn),
                       "--read", "part=train", "--target", "label")  # fmt: skip
    assert (code, "--target is not for images" in err) == (2, True)


def test_a_promise_is_kept_and_listed(run, scans, tmp_path):
    output = tmp_path / "private.synthgen"
    schema = sg.Schema(columns={"label": sg.Categorical(categories=(0, 1), dtype="int64")})
    schema.to_yaml(tmp_path / "schema.yaml")
    fit = ("fit", str(scans), "--read", "part=train", "--epsilon", "20", "--steps", "20", "--set", "width=8",
           "--set", "batch_size=8", "-o", str(output))  # fmt: skip
    code, _, err = run(*fit)
    assert (code, "schema" in err) == (2, True)
    code, out, _ = run(*fit, "--schema", str(tmp_path / "schema.yaml"))
    assert (code, "Spent epsilon" in out) == (0, True)
    assert "Learned <ImageSet 120 images" in out  # copies are not looked for: it would cost
    code, out, _ = run("inspect", str(output))
    assert (code, "privacy       epsilon" in out, "training of ImageGAN" in out) == (0, True, True)
