"""DICOM series and files of several frames: put in order, refused where a slice is wrong, cut on request."""

import numpy as np
import pandas as pd
import pytest

from synthgen.data.images.image_set import ImageSet, ImageWarning
from synthgen.data.images.reading import read_images, write_images
from synthgen.errors import ReadError, WriteError

pydicom = pytest.importorskip("pydicom", reason="pydicom is not installed: pip install -e '.[images]'")

AXIAL = [1, 0, 0, 0, 1, 0]
OBLIQUE = [0.8, 0, 0.6, 0, 1, 0]  # whose normal is (-0.6, 0, 0.8)


def solid(depth=6, *, seed=0):
    """A volume with black and white in it, (depth, 8, 10)."""
    made = np.random.default_rng(seed).integers(0, 256, (depth, 8, 10)).astype(np.uint8)
    made[0, 0, :2] = 0, 255
    return made


def write_series(folder, volume, *, patient="P1", direction=AXIAL, step=2.5, changes=None, seed=0):
    """Single-slice files named at random, in which `changes` (by the number of a slice) replaces tags."""
    from pydicom.uid import generate_uid

    names = np.random.default_rng(seed).permutation(len(volume))
    write_images(ImageSet(pixels=volume[..., None]), folder, kind="dicom")
    series, normal = generate_uid(), np.cross(direction[:3], direction[3:])
    for number, path in enumerate(sorted(folder.iterdir())):
        slice_ = pydicom.dcmread(path)
        del slice_.SyntheticData
        slice_.PatientID, slice_.PatientName, slice_.PatientSex = patient, "", "F"
        slice_.SeriesInstanceUID, slice_.InstanceNumber = series, number + 1
        slice_.ImageOrientationPatient = [float(cosine) for cosine in direction]
        slice_.ImagePositionPatient = [round(float(at), 3) for at in -40 + number * step * normal]
        for name, value in (changes or {}).get(number, {}).items():
            if value is None:
                delattr(slice_, name)
            else:
                setattr(slice_, name, value)
        slice_.save_as(folder / f"{names[number]:03d}.dcm")
        path.unlink()
    return folder


@pytest.mark.parametrize("direction", [AXIAL, OBLIQUE])
def test_slices_lie_in_the_order_of_their_places_whatever_their_names(tmp_path, direction):
    first, second = solid(seed=0), solid(seed=1)
    write_series(tmp_path / "ward" / "a", first, patient="P1", direction=direction, seed=3)
    write_series(tmp_path / "ward" / "b", second, patient="P2", direction=direction, seed=4)
    images = read_images(tmp_path / "ward", slices=None, columns=["PatientSex"])
    assert np.array_equal(images.pixels[..., 0], np.stack([first, second]))
    assert images.patients.tolist() == [0, 1]
    assert images.table["PatientSex"].tolist() == ["F", "F"]


def test_without_places_numbers_say_the_order(tmp_path):
    nowhere = {number: {"ImagePositionPatient": None} for number in range(6)}
    write_series(tmp_path / "ward", solid(), changes=nowhere)
    assert np.array_equal(read_images(tmp_path / "ward", slices=None).pixels[0, ..., 0], solid())


WRONG = {
    "1 slices missing": {2: {"ImagePositionPatient": [-40, -40, 500]}},  # and removed below
    "1 slices where another one is": {2: {"ImagePositionPatient": [-40, -40, -32.5]}},
    "slices at uneven distances": {2: {"ImagePositionPatient": [-40, -40, -34]}},
    "slices of several directions": {2: {"ImageOrientationPatient": [1, 0, 0, 0, 0, -1]}},
    "only some slices say where they lie": {2: {"ImagePositionPatient": None}},
    "slices differ in size": {2: {"Rows": 10, "Columns": 8}},
    "slices say neither where they lie nor their number": {
        number: {"ImagePositionPatient": None} | ({"InstanceNumber": None} if number == 2 else {})
        for number in range(6)
    },
}


@pytest.mark.parametrize("reason", WRONG)
def test_a_series_with_a_wrong_slice_is_named_and_left_out_on_request(tmp_path, reason):
    write_series(tmp_path / "ward" / "good", solid(seed=0))
    bad = write_series(tmp_path / "ward" / "wrong", solid(seed=1), patient="P2", changes=WRONG[reason])
    if "missing" in reason:
        next(path for path in bad.iterdir() if pydicom.dcmread(path).InstanceNumber == 3).unlink()
    with pytest.raises(ReadError, match=reason) as raised:
        read_images(tmp_path / "ward", slices=None)
    assert "wrong/000.dcm with " in str(raised.value) and "others of its series" in str(raised.value)
    assert "skip_corrupt=True" in str(raised.value) and "P2" not in str(raised.value)
    with pytest.warns(ImageWarning, match=reason):
        images = read_images(tmp_path / "ward", slices=None, skip_corrupt=True)
    assert np.array_equal(images.pixels[0, ..., 0], solid(seed=0))
    assert len(images) == 1


def test_places_that_scanners_round_are_even(tmp_path):
    write_series(tmp_path / "ward", solid(), changes={2: {"ImagePositionPatient": [-40, -40, -35.1]}})
    assert len(read_images(tmp_path / "ward", slices=None)) == 1


def test_a_missing_or_doubled_number_is_found_too(tmp_path):
    def nowhere(number):
        return {"ImagePositionPatient": None, "InstanceNumber": number}

    gap = {place: nowhere(number) for place, number in enumerate((1, 2, 3, 5, 6, 7))}
    write_series(tmp_path / "gap", solid(), changes=gap)
    with pytest.raises(ReadError, match="1 slices missing"):
        read_images(tmp_path / "gap", slices=None)
    twice = {place: nowhere(number) for place, number in enumerate((1, 2, 3, 3, 4, 5))}
    write_series(tmp_path / "twice", solid(), changes=twice)
    with pytest.raises(ReadError, match="1 slices where another one is"):
        read_images(tmp_path / "twice", slices=None)


def test_a_torn_slice_takes_its_series_with_it(tmp_path):
    write_series(tmp_path / "ward" / "good", solid(seed=0))
    torn = write_series(tmp_path / "ward" / "torn", solid(seed=1), patient="P2") / "000.dcm"
    torn.write_bytes(torn.read_bytes()[:-30])
    with pytest.raises(ReadError, match="1 cannot be read: torn/000.dcm with 5 others of its series"):
        read_images(tmp_path / "ward", slices=None)
    with pytest.warns(ImageWarning):
        assert len(read_images(tmp_path / "ward", slices=None, skip_corrupt=True)) == 1


def test_volumes_of_several_depths_are_refused(tmp_path):
    write_series(tmp_path / "ward" / "a", solid(6))
    write_series(tmp_path / "ward" / "b", solid(7), patient="P2")
    with pytest.raises(ReadError, match=r"2 sizes \(depth, height, width\), \(6, 8, 10\) to \(7, 8, 10\)"):
        read_images(tmp_path / "ward", slices=None)


def test_slices_of_a_volume_are_shown_in_one_window(tmp_path):
    """Each brighter than the last: stretched one by one they would look alike."""
    volume = np.stack([np.arange(20 * n, 20 * n + 80).reshape(8, 10) for n in range(6)]).astype(np.uint8)
    nothing = {number: {"WindowWidth": None, "WindowCenter": None} for number in range(6)}
    write_series(tmp_path / "ward", volume, changes=nothing)
    read = read_images(tmp_path / "ward", slices=None).pixels[0, ..., 0]
    expected = np.floor(volume / float(volume.max()) * 255 + 0.5)
    assert np.array_equal(read, expected)
    alone = read_images(tmp_path / "ward").pixels[..., 0]
    assert (alone.max(axis=(1, 2)) == 255).all()


@pytest.mark.parametrize(("bits", "kind"), [(8, np.uint8), (12, np.uint16), (16, np.uint16)])
def test_written_volumes_are_files_of_frames_that_come_back_equal(tmp_path, bits, kind):
    pixels = np.random.default_rng(0).integers(0, 2**bits, (3, 5, 7, 9, 1)).astype(kind)
    write_images(ImageSet(pixels=pixels, bits=bits), tmp_path / "drawn", kind="dicom", modality="CT")
    paths = sorted((tmp_path / "drawn").iterdir())
    assert len(paths) == 3
    for path, volume in zip(paths, pixels, strict=True):
        written = pydicom.dcmread(path)
        assert (written.SyntheticData, written.ConversionType, written.NumberOfFrames) == ("YES", "SYN", 5)
        assert written.SOPClassUID.name.startswith("Multi-frame Grayscale")
        assert written.PageNumberVector == [1, 2, 3, 4, 5]
        assert np.array_equal(written.pixel_array, volume[..., 0])
    with pytest.raises(ReadError, match="synthetic"):
        read_images(tmp_path / "drawn", slices=None)
    back = read_images(tmp_path / "drawn", slices=None, bits=8 if bits == 8 else 16, allow_synthetic=True)
    white = 255 if bits == 8 else 65535
    assert np.array_equal(back.pixels, np.floor(pixels / float(2**bits - 1) * white + 0.5))
    assert np.array_equal(back.pixels, pixels) == (bits != 12)
    with pytest.raises(WriteError, match="grey images"):
        write_images(ImageSet(pixels=np.zeros((1, 4, 4, 4, 3), np.uint8)), tmp_path / "x", kind="dicom")


def test_images_of_eight_bits_come_back_equal_without_a_word_on_windows(tmp_path):
    pixels = np.random.default_rng(0).integers(40, 90, (3, 7, 9, 1)).astype(np.uint8)
    write_images(ImageSet(pixels=pixels), tmp_path / "drawn", kind="dicom")
    assert np.array_equal(read_images(tmp_path / "drawn", allow_synthetic=True).pixels, pixels)


def test_what_is_known_of_an_image_comes_back_where_it_is_a_tag(tmp_path):
    known = pd.DataFrame({"ViewPosition": ["AP", None], "PatientAge": ["034Y", "051Y"], "finding": ["mass", "none"],
                          "SliceThickness": [2.5, 3.0], "Rows": [3, 3], "PatientID": ["P1", "P2"]})  # fmt: skip
    images = ImageSet(pixels=np.zeros((2, 7, 9, 1), np.uint8), table=known, label="ViewPosition")
    write_images(images, tmp_path / "drawn", kind="dicom")
    columns = ["ViewPosition", "PatientAge", "SliceThickness"]
    back = read_images(tmp_path / "drawn", columns=columns, allow_synthetic=True)
    assert back.table.equals(known[columns])
    first = pydicom.dcmread(tmp_path / "drawn" / "000000.dcm")
    assert (first.Rows, first.PatientID, first.SyntheticData) == (7, "SYNTHETIC000001", "YES")
    wrong = ImageSet(pixels=np.zeros((1, 7, 9, 1), np.uint8), table=pd.DataFrame({"PatientAge": ["Methuselah's own"]}))
    with pytest.raises(WriteError, match="PatientAge cannot hold") as raised:
        write_images(wrong, tmp_path / "wrong", kind="dicom")
    assert "Methuselah" not in str(raised.value)


def test_several_frames_where_images_were_asked_for_are_named(tmp_path):
    write_images(ImageSet(pixels=np.stack([solid(), solid(seed=1)])[..., None]), tmp_path / "drawn", kind="dicom")
    with pytest.raises(ReadError, match="2 of 2 hold several. slices='frames' .* slices=None"):
        read_images(tmp_path / "drawn", allow_synthetic=True)
    frames = read_images(tmp_path / "drawn", slices="frames", allow_synthetic=True)
    assert np.array_equal(frames.pixels[:6, ..., 0], solid())
    assert frames.table["slice"].tolist() == [*range(6)] * 2
    assert frames.patients.tolist() == [0] * 6 + [1] * 6
    train, holdout = frames.split(holdout=0.5, seed=0)
    assert len(set(train.patients)) == len(set(holdout.patients)) == 1
    with pytest.raises(ReadError, match="expected one of"):
        read_images(tmp_path / "drawn", slices="axial", allow_synthetic=True)
    with pytest.raises(ReadError, match="bits: expected one of"):
        read_images(tmp_path / "drawn", slices=None, bits=12, allow_synthetic=True)


def test_frames_say_for_themselves_where_they_lie_and_what_they_mean(tmp_path):
    """As in an enhanced CT: backwards, and each rescaled by its own slope."""
    from pydicom import Dataset, Sequence

    volume = np.full((4, 8, 10), 40, np.uint8)
    write_images(ImageSet(pixels=volume[None, ..., None]), tmp_path / "drawn", kind="dicom")
    path = tmp_path / "drawn" / "000000.dcm"
    scan = pydicom.dcmread(path)
    del scan.WindowCenter, scan.WindowWidth

    def item(**tags):
        made = Dataset()
        for name, value in tags.items():
            setattr(made, name, value)
        return made

    scan.SharedFunctionalGroupsSequence = Sequence([item(
        PlaneOrientationSequence=Sequence([item(ImageOrientationPatient=AXIAL)]),
        FrameVOILUTSequence=Sequence([item(WindowCenter=128, WindowWidth=256)]))])  # fmt: skip
    scan.PerFrameFunctionalGroupsSequence = Sequence([item(
        PlanePositionSequence=Sequence([item(ImagePositionPatient=[0, 0, -3.0 * number])]),
        PixelValueTransformationSequence=Sequence([item(RescaleSlope=1, RescaleIntercept=10 * number)]),
    ) for number in range(4)])  # fmt: skip
    scan.save_as(path)
    read = read_images(path, slices=None, allow_synthetic=True)
    assert read.pixels[0, :, 0, 0, 0].tolist() == [70, 60, 50, 40]
    scan.PerFrameFunctionalGroupsSequence[2].PlanePositionSequence[0].ImagePositionPatient = [0, 0, -3]
    scan.save_as(path)
    with pytest.raises(ReadError, match="several scans in one series"):
        read_images(path, slices=None, allow_synthetic=True)


def test_without_a_patients_number_a_study_is_one_patients(tmp_path):
    nobody = {number: {"PatientID": "", "StudyInstanceUID": "1.2.3"} for number in range(6)}
    write_series(tmp_path / "ward", solid(), changes=nobody)
    assert read_images(tmp_path / "ward").patients.tolist() == [0] * 6


def test_a_compression_that_cannot_be_decoded_says_what_it_needs(tmp_path):
    write_series(tmp_path / "ward", solid(2))
    path = tmp_path / "ward" / "000.dcm"
    scan = pydicom.dcmread(path)
    scan.PixelData = pydicom.encaps.encapsulate([b"\x00" * 80])
    scan["PixelData"].VR = "OB"
    scan.file_meta.TransferSyntaxUID = pydicom.uid.JPEGLSLossless
    scan.save_as(path)
    with pytest.raises(ReadError, match=r"000.dcm \(compressed as JPEG-LS Lossless .*pip install python-gdcm"):
        read_images(tmp_path / "ward")
