"""Files that cannot be read among many: all named at once, left out only on request; and what fits not together."""

import numpy as np
import pandas as pd
import pytest

from synthgen.data.images.files import MOST_NAMED
from synthgen.data.images.image_set import ImageSet, ImageWarning
from synthgen.data.images.reading import read_images, write_images
from synthgen.errors import ReadError

pydicom = pytest.importorskip("pydicom", reason="pydicom is not installed: pip install -e '.[images]'")
nibabel = pytest.importorskip("nibabel", reason="nibabel is not installed: pip install -e '.[images]'")
pytest.importorskip("PIL", reason="pillow is not installed: pip install -e '.[images]'")


def pictures(folder, count, *, side=8, classes=2):
    from PIL import Image

    for place in range(count):
        inside = folder / f"class{place % classes}"
        inside.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((side, side), place, np.uint8)).save(inside / f"{place:03d}.png")
    return sorted(folder.rglob("*.png"))


def scans(folder, count):
    """DICOM files of 8 x 8 pixels, two of each patient, not marked as synthetic."""
    images = ImageSet(pixels=np.arange(count * 64, dtype=np.uint16).reshape(count, 8, 8, 1), bits=16)
    write_images(images, folder, kind="dicom")
    for place, path in enumerate(sorted(folder.iterdir())):
        scan = pydicom.dcmread(path)
        del scan.SyntheticData
        scan.PatientID, scan.PatientName, scan.PatientSex = f"P{place // 2}", "", "FM"[place % 2]
        scan.save_as(path)
    return sorted(folder.iterdir())


def volumes(folder, count):
    folder.mkdir()
    for place in range(count):
        data = np.arange(120, dtype=np.float32).reshape(4, 5, 6) ** (1 + place / 9)
        nibabel.save(nibabel.Nifti1Image(data, np.eye(4)), folder / f"{place}.nii")
    return sorted(folder.iterdir())


def tear(path):
    """Cuts a file in the middle of what it shows."""
    path.write_bytes(path.read_bytes()[:-40])


MAKERS = {"pictures": pictures, "scans": scans, "volumes": volumes}


@pytest.mark.parametrize("kind", MAKERS)
def test_all_corrupt_files_stand_in_one_error_and_are_left_out_on_request(kind, tmp_path):
    folder = tmp_path / "ward"
    paths = MAKERS[kind](folder, 6)
    whole = read_images(folder)
    tear(paths[1])
    paths[4].write_bytes(b"nothing of the kind")
    names = [path.relative_to(folder).as_posix() for path in (paths[1], paths[4])]
    with pytest.raises(ReadError) as raised:
        read_images(folder)
    message = str(raised.value)
    assert message.startswith("Of 6 files, 2 cannot be read: ")
    assert all(name in message for name in names)
    assert "skip_corrupt=True" in message and "--read skip_corrupt=yes" in message
    assert str(tmp_path) not in message
    with pytest.warns(ImageWarning, match="Of 6 files, 2 cannot be read and were left out: "):
        images = read_images(folder, skip_corrupt=True)
    each = len(whole) // 6
    kept = np.repeat(~np.isin(np.arange(6), (1, 4)), each)
    assert np.array_equal(images.pixels, whole.pixels[kept])
    assert len(images.table) == len(images)


def test_ten_files_are_named_and_the_others_counted(tmp_path):
    for path in pictures(tmp_path, MOST_NAMED + 5):
        path.write_bytes(b"no")
    with pytest.raises(ReadError, match=r" and 5 more\. Mend them"):
        read_images(tmp_path)
    with pytest.warns(ImageWarning), pytest.raises(ReadError, match="Nothing is left of 15 files"):
        read_images(tmp_path, skip_corrupt=True)


def test_what_is_known_of_a_skipped_file_goes_with_it(tmp_path):
    paths = pictures(tmp_path, 6, classes=1)
    table = pd.DataFrame({"file": [f"class0/{path.name}" for path in paths], "who": list("aabbcc"), "ill": range(6)})
    tear(paths[2])
    table.loc[5, "file"] = "class0/absent.png"
    with pytest.raises(ReadError, match=r"absent.png \(FileNotFoundError\)"):
        read_images(tmp_path, table=table, label="ill", patient="who")
    with pytest.warns(ImageWarning):
        images = read_images(tmp_path, table=table, label="ill", patient="who", skip_corrupt=True)
    assert images.table["ill"].tolist() == [0, 1, 3, 4]
    assert images.patients.tolist() == [0, 0, 1, 2]
    assert images.pixels[:, 0, 0, 0].tolist() == [0, 1, 3, 4]


def test_an_image_without_a_patient_is_nobody_elses(tmp_path):
    paths = pictures(tmp_path, 4, classes=1)
    table = pd.DataFrame({"file": [f"class0/{path.name}" for path in paths], "who": ["a", None, None, "a"]})
    assert read_images(tmp_path, table=table, patient="who").patients.tolist() == [0, 1, 2, 0]


def test_a_table_that_names_no_file_says_in_how_many_rows(tmp_path):
    pictures(tmp_path, 2)
    with pytest.raises(ReadError, match="1 of 2 rows name no file in 'file'"):
        read_images(tmp_path, table=pd.DataFrame({"file": ["class0/000.png", None]}))


def test_pictures_of_two_depths_are_counted(tmp_path):
    from PIL import Image

    pictures(tmp_path, 3)
    Image.fromarray(np.full((8, 8), 999, np.uint16)).save(tmp_path / "deep.png")
    with pytest.raises(ReadError, match="3 pictures of 8 bits and 1 of 16. Store all of them with one depth"):
        read_images(tmp_path)


def test_grey_among_coloured_pictures_is_said(tmp_path):
    from PIL import Image

    pictures(tmp_path, 3)
    Image.fromarray(np.full((8, 8, 3), 9, np.uint8)).save(tmp_path / "class0" / "red.png")
    with pytest.warns(ImageWarning, match="1 pictures have colours and 3 are grey"):
        images = read_images(tmp_path)
    assert images.pixels.shape == (4, 8, 8, 3)


def change(path, **tags):
    scan = pydicom.dcmread(path)
    for name, value in tags.items():
        setattr(scan, name, value)
    scan.save_as(path)


def test_dicom_of_colours_is_counted_by_its_interpretation(tmp_path):
    paths = scans(tmp_path / "ward", 4)
    change(paths[3], PhotometricInterpretation="PALETTE COLOR")
    with pytest.raises(ReadError, match="Received 3 of MONOCHROME2, 1 of PALETTE COLOR. Leave the others out"):
        read_images(tmp_path / "ward")


def test_dicom_of_two_depths_without_windows_is_warned_of(tmp_path):
    paths = scans(tmp_path / "ward", 4)
    change(paths[2], BitsStored=12, HighBit=11, WindowWidth=None, WindowCenter=None)
    with pytest.warns(ImageWarning, match=r"2 depths \(1 of 12 bits, 3 of 16 bits\).*window=\(0, 4095\)"):
        read_images(tmp_path / "ward")
    assert len(read_images(tmp_path / "ward", window=(0, 255))) == 4  # without a warning


def test_dicom_of_two_sizes_names_the_way_out(tmp_path):
    paths = scans(tmp_path / "ward", 4)
    change(paths[2], Rows=4, Columns=16)
    with pytest.raises(ReadError, match=r"2 sizes, \(4, 16\) to \(8, 8\). Name one: size="):
        read_images(tmp_path / "ward")
    assert read_images(tmp_path / "ward", size=(6, 6)).pixels.shape == (4, 6, 6, 1)


def test_a_file_without_an_image_and_the_list_on_a_disc_are_no_images(tmp_path):
    paths = scans(tmp_path / "ward", 3)
    report = pydicom.dcmread(paths[0])
    del report.Rows, report.PixelData
    report.save_as(paths[0])
    (tmp_path / "ward" / "DICOMDIR").write_bytes(paths[1].read_bytes())
    with pytest.raises(ReadError, match=r"Of 3 files, 1 cannot be read: 000000.dcm \(no image\)"):
        read_images(tmp_path / "ward")


def test_a_tag_that_is_none_is_named(tmp_path):
    scans(tmp_path / "ward", 2)
    with pytest.raises(ReadError, match="'PatientSecks', which is no keyword"):
        read_images(tmp_path / "ward", columns=["PatientSecks"])


def test_what_a_decoder_warns_of_and_logs_is_not_passed_on(tmp_path, caplog):
    """pydicom quotes the value of a tag that is not as it should be."""
    for path in scans(tmp_path / "ward", 2):
        study = str(pydicom.dcmread(path).StudyInstanceUID)
        path.write_bytes(path.read_bytes().replace(study.encode(), b"Ada" + study[3:].encode()))
    assert read_images(tmp_path / "ward", columns=["StudyInstanceUID"]).table["StudyInstanceUID"][0].startswith("Ada")
    assert "Ada" not in caplog.text


def test_a_number_or_place_that_is_none_makes_no_image_corrupt(tmp_path):
    for path in scans(tmp_path / "ward", 2):
        change(path, InstanceNumber="12", ImagePositionPatient=[12, 12, 12])
        path.write_bytes(path.read_bytes().replace(b"12", b"1Q"))
    assert len(read_images(tmp_path / "ward")) == 2


def test_nifti_of_several_shapes_or_moments_is_named(tmp_path):
    paths = volumes(tmp_path / "heads", 2)
    nibabel.save(nibabel.Nifti1Image(np.ones((4, 5, 6, 1), np.float32), np.eye(4)), paths[0])
    assert read_images(tmp_path / "heads", slices=None).pixels.shape == (2, 6, 5, 4, 1)
    nibabel.save(nibabel.Nifti1Image(np.ones((4, 5, 7), np.float32), np.eye(4)), paths[0])
    with pytest.raises(ReadError, match=r"2 \(depth, height, width\), \(6, 5, 4\) to \(7, 5, 4\). A depth is not"):
        read_images(tmp_path / "heads", slices=None)
    assert len(read_images(tmp_path / "heads", bounds=(0, 2))) == 13
    with pytest.raises(ReadError, match=r"slices of one size. Received 2, \(6, 4\) to \(7, 4\)"):
        read_images(tmp_path / "heads", slices="coronal")
    assert read_images(tmp_path / "heads", slices="coronal", size=(8, 8), bounds=(0, 2)).pixels.shape == (
        10,
        8,
        8,
        1,
    )
    nibabel.save(nibabel.Nifti1Image(np.ones((4, 5, 6, 3), np.float32), np.eye(4)), paths[0])
    with pytest.raises(ReadError, match=r"three dimensions. 1 of 2 files have \[4\]"):
        read_images(tmp_path / "heads")
    with pytest.raises(ReadError, match="'oblique'"):
        read_images(tmp_path / "heads", slices="oblique")


def test_a_torn_archive_is_an_error_like_any_other(tmp_path):
    np.savez(tmp_path / "scans.npz", images=np.zeros((3, 8, 8), np.uint8))
    tear(tmp_path / "scans.npz")
    with pytest.raises(ReadError, match="no NumPy archive"):
        read_images(tmp_path / "scans.npz")
    np.save(tmp_path / "scans.npy", np.zeros((3, 8, 8), np.uint8))
    (tmp_path / "scans.npy").rename(tmp_path / "scans.npz")
    with pytest.raises(ReadError, match="no NumPy archive"):
        read_images(tmp_path / "scans.npz")
    with pytest.raises(ReadError, match="skip_corrupt is not for archives"):
        read_images(tmp_path / "scans.npz", skip_corrupt=True)
