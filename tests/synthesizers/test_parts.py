"""What is drawn does not depend on how it is cut: parts in any order, into memory or into files, old seeds as new."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import ConditionError, WriteError
from synthgen.provenance.digests import digest_of
from synthgen.synthesizers.tables import sampling

FILES = Path(__file__).parent / "files"
MANY = 300
"""Images: two calls of the network."""


@pytest.fixture(scope="module")
def drawer():
    return sg.load(FILES / "image.synthgen")


@pytest.fixture(scope="module")
def images(drawer):
    return drawer.sample(MANY, seed=3, verbose=False)


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(sampling, "MOST_CELLS", 1)  # the least: 8192 rows


def backwards(synthesizer, number, *, seed, **asked):
    parts = synthesizer.parts(number, seed, **asked)
    assert len(parts) > 1
    return synthesizer.join([synthesizer.draw(part, seed) for part in reversed(parts)][::-1])


@pytest.mark.parametrize("asked", [{}, {"balance": "sex"}, {"conditions": {"age": sg.Between(None, 60)}}])
@pytest.mark.usefixtures("small_parts")
def test_rows_are_the_same_in_any_order(asked):
    copula = sg.load(FILES / "copula.synthgen")
    assert copula.independent_parts
    whole = copula.sample(20_000, seed=5, verbose=False, **asked)
    pd.testing.assert_frame_equal(backwards(copula, 20_000, seed=5, **asked), whole)


def test_images_are_those_of_one_stream(drawer, images):
    """As all were drawn before they were cut into parts: receipts and releases of then are drawn again."""
    from synthgen.synthesizers.images import knowledge

    model, form = drawer.fitted()
    codes = knowledge.encoded(drawer.attributes, images.table, seed=3)
    pixels = model.draw(codes, white=form.white, rng=np.random.default_rng([3, 5]))
    assert (images.pixels == pixels).all()


def test_images_are_the_same_in_any_order(drawer, images):
    assert drawer.independent_parts
    assert digest_of(backwards(drawer, MANY, seed=3)) == digest_of(images)


def test_what_cannot_be_asked_takes_no_seed(drawer):
    again = sg.load(FILES / "image.synthgen")
    with pytest.raises(ConditionError, match="nowhere"):
        again.sample(3, conditions={"nowhere": 1})
    assert digest_of(again.sample(3)) == digest_of(sg.load(FILES / "image.synthgen").sample(3))


def archived(path):
    with np.load(path) as archive:
        return archive["train_images"][..., None], archive["synthetic"]


def pictured(path):
    from PIL import Image

    files = sorted(path.rglob("*.png"), key=lambda file: file.name)
    opened = [Image.open(file) for file in files]
    return np.stack([np.asarray(image) for image in opened])[..., None], opened[-1].text["Description"]


def scanned(path):
    import pydicom

    files = [pydicom.dcmread(file) for file in sorted(path.glob("*.dcm"))]
    assert [file.PatientID for file in files] == [f"SYNTHETIC{place + 1:06d}" for place in range(len(files))]
    return np.stack([file.pixel_array for file in files])[..., None], files[-1].ManufacturerModelName


def stacked(path):
    import nibabel

    volume = nibabel.load(path)
    return np.flip(np.asarray(volume.dataobj).transpose(2, 1, 0), axis=1)[..., None], str(volume.header["descrip"])


@pytest.mark.parametrize(
    ("name", "kind", "opened"),
    [("made.npz", None, archived), ("made.nii", None, stacked), ("made.nii.gz", None, stacked),
     ("pictures", "png", pictured), ("scans", "dicom", scanned)],
)  # fmt: skip
def test_images_are_written_as_they_come(name, kind, opened, drawer, images, tmp_path):
    digest = drawer.sample_to(tmp_path / name, MANY, kind=kind, seed=3, verbose=False)
    assert digest == digest_of(images)
    pixels, says = opened(tmp_path / name)
    assert (pixels == images.pixels).all()
    assert str(drawer.family if kind == "dicom" else "synthetic") in str(says)
    assert drawer.written_as(tmp_path / name) == ({} if kind is None else {"kind": kind})


def test_written_at_once_and_in_parts_are_one_file(drawer, images, tmp_path):
    for name in ("made.npz", "made.nii"):
        drawer.sample_to(tmp_path / name, MANY, seed=3, verbose=False)
        sg.write(images, tmp_path / f"again-{name}")
        assert (tmp_path / name).read_bytes() == (tmp_path / f"again-{name}").read_bytes()


def test_an_interrupted_draw_leaves_nothing_and_what_was_there(drawer, tmp_path, monkeypatch):
    draw, path = drawer.draw, tmp_path / "made.npz"
    path.write_text("before")

    def interrupted(part, seed, memory=None):
        if part.start:
            raise KeyboardInterrupt
        return draw(part, seed, memory)

    monkeypatch.setattr(drawer, "draw", interrupted)
    for target, kind in ((path, None), (tmp_path / "pictures", "png")):
        with pytest.raises(KeyboardInterrupt):
            drawer.sample_to(target, MANY, kind=kind, seed=3, verbose=False)
    assert [file.name for file in tmp_path.iterdir()] == ["made.npz"]
    assert path.read_text() == "before"


def test_where_images_cannot_go_is_said_before_they_are_drawn(drawer, tmp_path, monkeypatch):
    monkeypatch.setattr(drawer, "draw", lambda *_: pytest.fail("drawn"))
    (tmp_path / "there").mkdir()
    for name, kind, said in (("made.tiff", None, "name an .npz"), ("there", "png", "is there already")):
        with pytest.raises(WriteError, match=said):
            drawer.sample_to(tmp_path / name, 3, kind=kind, verbose=False)
    with pytest.raises(WriteError, match="32767 slices"):
        drawer.sample_to(tmp_path / "made.nii", 40_000, verbose=False)
