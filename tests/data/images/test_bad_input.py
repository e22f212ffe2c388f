"""Arrays and archives that are not what they should be: what came, what was expected and the way out are named."""

import numpy as np
import pytest

import synthgen as sg
from synthgen.data.images.image_set import ImageSet
from synthgen.data.images.reading import read_images, write_images
from synthgen.errors import EvaluationError, ProtectionError, ReadError, SchemaError, WriteError

PIXELS = np.random.default_rng(0).integers(0, 256, (40, 8, 8)).astype(np.uint8)
VOLUMES = np.random.default_rng(0).integers(0, 256, (6, 5, 8, 9)).astype(np.uint8)


@pytest.mark.parametrize(
    ("values", "options", "named"),
    [
        (VOLUMES, {}, r"images of 9 channels. Expected at most 4. For volumes, .* hand over values\[..., None\]"),
        (PIXELS[0], {}, r"Received shape \(8, 8\)"),
        ([PIXELS[0], PIXELS[1, :4]], {}, "images of one size. Received several"),
        (PIXELS, {"labels": ["ill", "well"]}, r"one class for each of 40 images. Received shape \(2,\)"),
        (PIXELS, {"patients": [1, 2, 3]}, r"one number for each of 40 images. Received shape \(3,\)"),
    ],
)
def test_arrays_that_fit_not_are_named(values, options, named):
    with pytest.raises(SchemaError, match=named):
        ImageSet.from_array(values, **options)


def test_a_patient_who_is_not_known_is_nobody_elses():
    assert ImageSet.from_array(PIXELS[:4], patients=["a", None, "a", None]).patients.tolist() == [0, 1, 0, 2]


@pytest.mark.parametrize(
    ("labels", "error", "named"),
    [
        (["ill"] * 39 + ["odd"], ProtectionError, "1 of 2 classes of 'label' have fewer than rare_below=10 patients"),
        ([f"kind {n}" for n in range(40)], ProtectionError, "40 of 40 classes .* name conditions=()"),
        (np.arange(40), ProtectionError, "40 of 40 classes"),
        (["ill"] * 25 + [None] * 15, SchemaError, "15 of 40 images have no 'label'. Leave them out, or"),
    ],
)
def test_classes_that_cannot_be_learned_are_refused_before_training(labels, error, named):
    with pytest.raises(error, match=named) as raised:
        sg.ImageGAN(num_steps=2).fit(ImageSet.from_array(PIXELS, labels=labels), verbose=False)
    assert "odd" not in str(raised.value) and "kind" not in str(raised.value)


def test_volumes_where_flat_images_were_asked_for_are_named(tmp_path):
    volumes = ImageSet(pixels=np.repeat(VOLUMES, 5, axis=0)[..., None])
    with pytest.raises(EvaluationError, match="expected flat images. Received volumes"):
        sg.evaluate(train=volumes, synthetic=volumes)
    with pytest.raises(WriteError, match="Write others as npz, NIfTI or DICOM"):
        write_images(volumes, tmp_path / "drawn", kind="png")


def test_archives_of_volumes_come_back_as_volumes(tmp_path):
    write_images(ImageSet(pixels=VOLUMES[..., None]), tmp_path / "drawn.npz")
    back = read_images(tmp_path / "drawn.npz", part="train", allow_synthetic=True)
    assert np.array_equal(back.pixels, VOLUMES[..., None])
    np.savez(tmp_path / "organs.npz", train_images=VOLUMES)  # as MedMNIST has them
    assert np.array_equal(read_images(tmp_path / "organs.npz", part="train").pixels, VOLUMES[..., None])
    cached = read_images(tmp_path / "organs.npz", part="train", cache=tmp_path / "c.npy")
    assert np.array_equal(cached.pixels, VOLUMES[..., None])


def test_labels_of_an_archive_that_name_no_class_are_refused(tmp_path):
    np.savez(tmp_path / "cells.npz", images=PIXELS, labels=np.arange(40), classes=np.array(["ill", "well"]))
    with pytest.raises(ReadError, match="no places in the list of 2 classes"):
        read_images(tmp_path / "cells.npz")
    np.savez(tmp_path / "cells.npz", images=PIXELS, labels=np.arange(39))
    with pytest.raises(SchemaError, match=r"one class for each of 40 images. Received shape \(39,\)"):
        read_images(tmp_path / "cells.npz")
    np.savez(tmp_path / "cells.npz", images=PIXELS)
    assert read_images(tmp_path / "cells.npz").label is None
