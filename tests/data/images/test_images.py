"""Images from every format, and back: what is kept, what never is, and the mark of what is synthetic."""

import numpy as np
import pandas as pd
import pytest

from synthgen.data.images.dicom import read_dicom
from synthgen.data.images.image_set import ImageSet, ImageWarning
from synthgen.data.images.quantisation import quantised
from synthgen.data.images.reading import read_images, write_images
from synthgen.errors import ReadError, SchemaError, WriteError

pydicom = pytest.importorskip("pydicom", reason="pydicom is not installed: pip install -e '.[images]'")
nibabel = pytest.importorskip("nibabel", reason="nibabel is not installed: pip install -e '.[images]'")
pytest.importorskip("PIL", reason="pillow is not installed: pip install -e '.[images]'")


def scans(images=6, *, size=(10, 8), channels=1, seed=0) -> ImageSet:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (images, *size, channels)).astype(np.uint8)
    table = pd.DataFrame({"finding": rng.choice(["none", "mass"], images), "age": rng.integers(20, 90, images)})
    return ImageSet(pixels=pixels, table=table, label="finding")


def test_numbers_of_any_kind_become_pixels_of_known_bounds():
    made = ImageSet.from_array(np.array([[[-1.0, 1.0], [0.0, 5.0]]]), bounds=(-1, 1), labels=[3])
    assert made.pixels[0, ..., 0].tolist() == [[0, 255], [128, 255]]
    assert made.classes == [3]
    with pytest.raises(SchemaError, match=r"bounds=\(-1, 1\)"):
        ImageSet.from_array(np.zeros((1, 2, 2)))
    with pytest.raises(SchemaError, match="1 are missing"):
        quantised(np.array([0.0, np.nan]), (0, 1))
    assert quantised(np.array([0.0, 1.0]), (0, 1), bits=16).tolist() == [0, 65535]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"pixels": np.zeros((2, 3, 3), np.uint8)}, "pixels"),
        ({"pixels": np.zeros((2, 3, 3, 1), np.float32)}, "from_array"),
        ({"pixels": np.zeros((2, 3, 3, 1), np.uint8), "table": pd.DataFrame({"a": [1]})}, "a row for each of 2 images"),
        ({"pixels": np.zeros((2, 3, 3, 1), np.uint8), "label": "a"}, "label names 'a'"),
        ({"pixels": np.full((2, 3, 3, 1), 4096, np.uint16), "bits": 12}, "bits"),
        ({"pixels": np.zeros((2, 3, 3, 1), np.uint8), "patients": np.zeros(3)}, "patients"),
    ],
)
def test_what_fits_not_is_named(wrong, named):
    with pytest.raises(SchemaError, match=named):
        ImageSet(**wrong)


def test_patients_stay_on_one_side():
    whose = np.repeat(np.arange(10), 3)
    images = ImageSet(pixels=np.zeros((30, 4, 4, 1), np.uint8), patients=whose)
    train, holdout = images.split(holdout=0.3, seed=1)
    assert len(train) + len(holdout) == 30
    assert len(holdout) == 9
    assert not set(train.patients) & set(holdout.patients)


def test_equal_images_are_found_and_left_out():
    images = scans(5)
    twice = ImageSet(pixels=images.pixels[[0, 1, 0, 2, 1]], table=images.table)
    assert twice.duplicates() == [[0, 2], [1, 4]]
    assert len(twice.without_duplicates()) == 3


def test_archives_come_back_as_they_were(tmp_path):
    images = scans(channels=3)
    write_images(images, tmp_path / "drawn.npz")
    with pytest.raises(ReadError, match="allow_synthetic=True"):
        read_images(tmp_path / "drawn.npz", part="train")
    back = read_images(tmp_path / "drawn.npz", part="train", allow_synthetic=True)
    assert np.array_equal(back.pixels, images.pixels)
    assert back.table["label"].tolist() == images.table["finding"].tolist()
    with np.load(tmp_path / "drawn.npz") as archive:
        assert str(archive["synthetic"]).startswith("synthetic images")
        assert archive["train_labels"].shape == (6, 1)
    with pytest.raises(ReadError, match="one of \\['train'\\]"):
        read_images(tmp_path / "drawn.npz", allow_synthetic=True)


def test_classes_that_are_numbers_stay_numbers(tmp_path):
    images = ImageSet.from_array(np.zeros((4, 5, 5), np.uint8), labels=[3, 0, 3, 7])
    write_images(images, tmp_path / "drawn.npz")
    assert read_images(tmp_path / "drawn.npz", part="train", allow_synthetic=True).classes == [0, 3, 7]


def test_an_archive_can_say_whose_images_are(tmp_path):
    names = np.array(["smear 7", "smear 2", "smear 7"])
    np.savez(tmp_path / "cells.npz", images=np.zeros((3, 4, 4, 3), np.uint8), source=names)
    assert read_images(tmp_path / "cells.npz", patient="source").patients.tolist() == [0, 1, 0]
    with pytest.raises(ReadError, match="patient names 'smear', but"):
        read_images(tmp_path / "cells.npz", patient="smear")


def test_archives_with_objects_are_never_loaded(tmp_path):
    np.savez(tmp_path / "bad.npz", images=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ReadError, match="plain arrays"):
        read_images(tmp_path / "bad.npz")


@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_come_back_with_their_classes_and_say_what_they_are(tmp_path, channels):
    from PIL import Image

    images = scans(channels=channels)
    write_images(images, tmp_path / "drawn", kind="png")
    with pytest.raises(ReadError, match="allow_synthetic=True"):
        read_images(tmp_path / "drawn")
    back = read_images(tmp_path / "drawn", allow_synthetic=True)
    order = np.argsort(images.table["finding"].to_numpy(), kind="stable")
    assert np.array_equal(back.pixels, images.pixels[order])
    assert back.table["label"].tolist() == images.table["finding"].to_numpy()[order].tolist()
    picture = next((tmp_path / "drawn").rglob("*.png"))
    with Image.open(picture) as opened:
        assert "synthetic" in opened.text["Description"]
    with pytest.raises(WriteError, match="there already"):
        write_images(images, tmp_path / "drawn", kind="png")


def test_pictures_with_a_table_are_scaled_and_keep_no_name(tmp_path):
    from PIL import Image

    for place, side in enumerate((8, 12, 12)):
        Image.fromarray(np.full((side, side), 40 * place, np.uint8)).save(tmp_path / f"{place}.png")
    table = pd.DataFrame({"file": ["0.png", "1.png", "2.png"], "who": ["Ada", "Bob", "Ada"], "ill": [0, 1, 1]})
    with pytest.raises(ReadError, match=r"2 sizes, \(8, 8\) to \(12, 12\)"):
        read_images(tmp_path, table=table, label="ill", patient="who")
    images = read_images(tmp_path, table=table, label="ill", patient="who", size=(6, 6))
    assert images.pixels.shape == (3, 6, 6, 1)
    assert images.pixels[:, 0, 0, 0].tolist() == [0, 40, 80]
    assert images.patients.tolist() == [0, 1, 0]
    assert list(images.table) == ["ill"]
    with pytest.raises(ReadError, match="no columns \\['whom'\\]"):
        read_images(tmp_path, table=table, patient="whom")


def test_a_file_that_is_no_picture_is_named_without_its_folder(tmp_path):
    (tmp_path / "torn.png").write_bytes(b"not a picture")
    with pytest.raises(ReadError, match=r"^Of 1 files, 1 cannot be read: torn.png \(UnidentifiedImageError\)"):
        read_images(tmp_path)


@pytest.fixture
def ward(tmp_path):
    """Two DICOM files of one patient, with a window, names, and burned-in text in one of them."""
    values = np.linspace(0, 4095, 64).reshape(8, 8).astype(np.uint16)
    folder = tmp_path / "ward"
    write_images(ImageSet(pixels=np.stack([values, values])[..., None], bits=12), folder, kind="dicom")
    for place, path in enumerate(sorted(folder.iterdir())):
        scan = pydicom.dcmread(path)
        del scan.SyntheticData
        scan.PatientName, scan.PatientID, scan.PatientSex = "Lovelace^Ada", "P-1815", "F"
        scan.RescaleSlope, scan.RescaleIntercept = 1, -1024
        scan.WindowCenter, scan.WindowWidth = 0.5, 1001
        scan.PhotometricInterpretation = ("MONOCHROME2", "MONOCHROME1")[place]
        scan.BurnedInAnnotation = ("NO", "YES")[place]
        scan.save_as(path)
    return folder


def test_dicom_is_read_as_it_is_shown_and_without_names(ward):
    with pytest.warns(ImageWarning) as said:
        images = read_images(ward, columns=["PatientSex"])
    assert "2 files still name somebody" in str(said[0].message)
    assert "1 files say that text is burned" in str(said[1].message)
    stored = np.linspace(0, 4095, 64).reshape(8, 8).astype(np.uint16).astype(float) - 1024
    expected = np.floor(np.clip((stored + 500) / 1000, 0, 1) * 255 + 0.5)
    assert np.abs(images.pixels[0, ..., 0] - expected).max() <= 1
    assert np.array_equal(images.pixels[1], 255 - images.pixels[0])
    assert images.patients.tolist() == [0, 0]
    assert images.table["PatientSex"].tolist() == ["F", "F"]
    assert "Ada" not in repr(images) + images.table.to_csv()


@pytest.mark.filterwarnings("ignore::synthgen.data.images.image_set.ImageWarning")
def test_the_window_can_be_named_and_names_cannot_be_asked_for(ward):
    images = read_images(ward, window=(-1024, 3071), size=(4, 4))
    assert images.pixels.shape == (2, 4, 4, 1)
    with pytest.raises(ReadError, match="'PatientName'"):
        read_images(ward, columns=["PatientName"])


@pytest.mark.filterwarnings("ignore::synthgen.data.images.image_set.ImageWarning")
@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small.dcm"])
def test_files_of_real_scanners_are_read(name):
    from pathlib import Path

    from pydicom.data import get_testdata_file

    images = read_dicom([Path(get_testdata_file(name))])
    assert images.pixels.dtype == np.uint8
    assert images.pixels.max() == 255
    assert images.pixels.std() > 20


def test_written_dicom_says_that_it_is_synthetic_and_is_not_learned_again(tmp_path):
    images = scans()
    write_images(images, tmp_path / "drawn", kind="dicom", modality="CR", model="ImageGAN")
    paths = sorted((tmp_path / "drawn").iterdir())
    first, second = (pydicom.dcmread(path) for path in paths[:2])
    assert first.SyntheticData == "YES"
    assert first.ConversionType == "SYN"
    assert (first.PatientIdentityRemoved, first.BurnedInAnnotation) == ("YES", "NO")
    assert first.ManufacturerModelName == "ImageGAN"
    assert not first.StudyDate
    assert first.SOPInstanceUID != second.SOPInstanceUID
    assert first.StudyInstanceUID != second.StudyInstanceUID  # a study is of one patient
    assert first.PatientID != second.PatientID
    assert np.array_equal(first.pixel_array, images.pixels[0, ..., 0])
    with pytest.raises(ReadError, match="allow_synthetic=True"):
        read_images(tmp_path / "drawn")
    assert len(read_images(tmp_path / "drawn", allow_synthetic=True)) == 6  # and names nobody


def test_volumes_are_turned_the_same_way_whatever_way_they_were_stored(tmp_path):
    volume = np.arange(4 * 5 * 6).reshape(4, 5, 6).astype(np.float32)
    straight = nibabel.Nifti1Image(volume, np.diag([1, 1, 1, 1]))
    mirrored = nibabel.Nifti1Image(volume[::-1], np.diag([-1, 1, 1, 1]))
    for name, image in {"a.nii": straight, "b.nii.gz": mirrored}.items():
        nibabel.save(image, tmp_path / name)
    images = read_images(tmp_path, slices=None, bounds=(0, 255))
    assert images.pixels.shape == (2, 6, 5, 4, 1)
    assert np.array_equal(images.pixels[0], images.pixels[1])
    axial = read_images(tmp_path, bounds=(0, 255))
    assert axial.pixels.shape == (12, 5, 4, 1)
    assert axial.table["slice"].tolist() == [*range(6), *range(6)]
    assert axial.patients.tolist() == [0] * 6 + [1] * 6
    assert axial.pixels[3, 4, 2, 0] == volume[2, 0, 3]  # the lowest row is the back


def test_written_volumes_say_that_they_are_synthetic_and_come_back(tmp_path):
    images = scans()
    write_images(images, tmp_path / "drawn.nii.gz")
    assert [path.name for path in tmp_path.iterdir()] == ["drawn.nii.gz"]
    with pytest.raises(ReadError, match="allow_synthetic=True"):
        read_images(tmp_path / "drawn.nii.gz")
    back = read_images(tmp_path / "drawn.nii.gz", bounds=(0, 255), allow_synthetic=True)
    assert np.array_equal(back.pixels, images.pixels)


def test_what_cannot_be_read_or_written_is_named(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing to see")
    with pytest.raises(ReadError, match="does not exist"):
        read_images(tmp_path / "absent")
    with pytest.raises(ReadError, match="expected an .npz"):
        read_images(tmp_path / "notes.txt")
    with pytest.raises(ReadError, match="no picture"):
        read_images(tmp_path)
    with pytest.raises(WriteError, match="kind='png' or 'dicom'"):
        write_images(scans(), tmp_path / "drawn")
    with pytest.raises(WriteError, match="grey images"):
        write_images(scans(channels=3), tmp_path / "drawn", kind="dicom")


def test_the_writer_of_dicom_has_its_old_name_too():
    from synthgen.data.images import dicom, dicom_writing

    with pytest.warns(DeprecationWarning, match="dicom_writing"):
        assert dicom.write_dicom is dicom_writing.write_dicom
