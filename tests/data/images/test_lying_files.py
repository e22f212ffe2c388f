"""Files of images that say of themselves what is not so, never end, or unpack without end."""

import gzip
import io
import os
import zipfile

import numpy as np
import pytest

import synthgen as sg
from synthgen.data.images.image_set import ImageSet, ImageWarning
from synthgen.data.images.reading import read_images, write_images
from synthgen.errors import ReadError

pydicom = pytest.importorskip("pydicom", reason="pydicom is not installed: pip install -e '.[images]'")
nibabel = pytest.importorskip("nibabel", reason="nibabel is not installed: pip install -e '.[images]'")
Image = pytest.importorskip("PIL.Image", reason="pillow is not installed: pip install -e '.[images]'")

PIXELS = np.random.default_rng(0).integers(1, 256, (6, 9, 11)).astype(np.uint8)


def scan(folder, frames=1, **tags):
    """A DICOM file with other tags, written by pydicom."""
    shown = PIXELS[:1, ..., None] if frames == 1 else PIXELS[None, :frames, ..., None]
    write_images(ImageSet(pixels=shown), folder, kind="dicom")
    path = folder / "000000.dcm"
    dataset = pydicom.dcmread(path)
    dataset.PatientName = ""
    del dataset.SyntheticData
    for name, value in tags.items():
        setattr(dataset, name, value)
    dataset.save_as(path)
    return path


@pytest.mark.parametrize("name", ["pipe.png", "pipe.dcm", "pipe.nii", "pipe.nii.gz"])
def test_a_pipe_among_files_is_named_and_never_opened(tmp_path, name):
    if name.endswith("png"):
        Image.fromarray(PIXELS[0]).save(tmp_path / "a.png")
    elif name.endswith("dcm"):
        scan(tmp_path / "scans").rename(tmp_path / "a.dcm")
        (tmp_path / "scans").rmdir()
    else:
        nibabel.save(nibabel.Nifti1Image(PIXELS, np.eye(4)), tmp_path / "a.nii")
    os.mkfifo(tmp_path / name)
    with pytest.raises(ReadError, match=rf"Of 2 files, 1 cannot be read: {name} \(a pipe, not a file\)"):
        read_images(tmp_path)
    with pytest.raises(ReadError, match="is neither a file nor a folder"):
        read_images(tmp_path / name)


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"NumberOfFrames": 10**9}, "says 1000000000 frames of 9 x 11, in"),
        ({"NumberOfFrames": -1}, "no rows, columns or frames"),
        ({"Rows": 0}, "no rows, columns or frames"),
        ({"Rows": 60_000}, "says 1 frames of 60000 x 11"),
        ({"Rows": 8}, "bytes of pixels more than it says"),
        ({"Columns": 10}, "bytes of pixels more than it says"),
        ({"WindowWidth": 0}, "WindowWidth of 0 or below"),
        ({"WindowWidth": -100}, "WindowWidth of 0 or below"),
        ({"WindowWidth": 0.5}, "WindowWidth of 0 or below"),
        ({"RescaleSlope": 0, "RescaleIntercept": 5}, "RescaleSlope of 0"),
    ],
)
def test_dicom_that_lies_is_named_with_the_reason(tmp_path, tags, reason):
    path = scan(tmp_path / "scans", **tags)
    with pytest.raises(ReadError, match=rf"000000.dcm \(.*{reason}"):
        read_images(path)


def test_dicom_files_that_say_no_window_are_read(tmp_path):
    plain = read_images(scan(tmp_path / "a", WindowWidth=None, WindowCenter=None))
    assert plain.pixels.min() == 0 and plain.pixels.max() == 255
    exact = read_images(scan(tmp_path / "b", VOILUTFunction="LINEAR_EXACT", WindowWidth=0.5, WindowCenter=100))
    assert set(np.unique(exact.pixels)) <= {0, 128, 255}


def test_deflated_dicom_that_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.dcm"
    dataset = pydicom.dcmread(scan(tmp_path / "scans"))
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian
    dataset.save_as(path)
    whole = read_images(tmp_path / "scans")
    assert np.array_equal(read_images(path).pixels, whole.pixels)
    dataset.Rows = dataset.Columns = 3000
    dataset.PixelData = bytes(3000 * 3000)
    dataset.save_as(path)
    assert read_images(path).pixels.shape == (1, 3000, 3000, 1)
    monkeypatch.setattr("synthgen.data.images.dicom_claims.LARGEST", 10**6)
    with pytest.raises(ReadError, match=r"a.dcm \(\d+ bytes that unpack to more than \d+"):
        read_images(path)


def nifti(path, *, offset=None, dims=None, packed=False, values=PIXELS):
    content = bytearray(nibabel.Nifti1Image(values.transpose(2, 1, 0), np.eye(4)).to_bytes())
    if offset is not None:
        content[108:112] = np.float32(offset).tobytes()
    if dims is not None:
        content[42:48] = np.array(dims, "<i2").tobytes()
    path.write_bytes(gzip.compress(bytes(content)) if packed else bytes(content))
    return path


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        ({"dims": (2000, 2000, 2000)}, "says that it takes 8000000352 bytes, and has"),
        ({"dims": (11, 9, 5)}, "more"),
        ({"dims": (11, 9, 7)}, "says that it takes|fewer voxels than it says"),
        ({"dims": (11, 0, 6)}, "no volume"),
        ({"offset": 0}, "more|its voxels begin inside its header"),
    ],
)
def test_nifti_that_lies_is_named_with_the_reason(tmp_path, lie, reason, packed):
    path = nifti(tmp_path / f"a.nii{'.gz' if packed else ''}", packed=packed, **lie)
    with pytest.raises(ReadError, match=rf"a.nii(.gz)? \(.*({reason})"):
        read_images(path, slices=None)


def test_a_checksum_behind_the_voxels_is_compared(tmp_path):
    path = nifti(tmp_path / "a.nii.gz", packed=True, values=PIXELS.repeat(5, axis=1))
    assert len(read_images(path)) == 6
    content = bytearray(path.read_bytes())
    content[-8] ^= 1  # of CRC32
    path.write_bytes(content)
    with pytest.raises(ReadError, match="BadGzipFile"):
        read_images(path)


def test_voxels_that_are_no_number_are_black_and_counted(tmp_path):
    values = PIXELS.astype(np.float32)
    values[:, :2] = np.nan
    nibabel.save(nibabel.Nifti1Image(values.transpose(2, 1, 0), np.eye(4)), tmp_path / "a.nii")
    with pytest.warns(ImageWarning, match="1 of 1 files hold voxels that are no number"):
        holes = read_images(tmp_path / "a.nii", slices=None).pixels[0, :, ::-1, :, 0]
    low, high = np.percentile(values[:, 2:], [0.5, 99.5])
    expected = np.floor((values[:, 2:].clip(low, high) - low) / (high - low) * 255 + 0.5)
    assert not holes[:, :2].any()
    assert np.abs(holes[:, 2:] - expected).max() <= 1  # float32
    with pytest.warns(ImageWarning):
        assert not read_images(tmp_path / "a.nii", slices=None, bounds=(-9, 255)).pixels[0, :, -2:].any()
    nibabel.save(nibabel.Nifti1Image(np.full((3, 4, 5), np.nan, np.float32), np.eye(4)), tmp_path / "a.nii")
    with pytest.raises(ReadError, match="no voxel is a number"):
        read_images(tmp_path / "a.nii")


def test_small_lesions_are_seen_and_empty_volumes_are_said(tmp_path):
    mask = np.zeros((20, 20, 20), np.uint8)
    nibabel.save(nibabel.Nifti1Image(mask, np.eye(4)), tmp_path / "empty.nii.gz")
    mask[3, 4, 5] = 1
    nibabel.save(nibabel.Nifti1Image(mask, np.eye(4)), tmp_path / "lesion.nii.gz")
    with pytest.warns(ImageWarning, match="1 of 2 volumes show nothing in any slice and are left out: empty.nii.gz"):
        images = read_images(tmp_path)
    assert images.pixels.sum() == 255 and len(images) == 1


def archive(path, **arrays):
    np.savez(path, **({"images": PIXELS, "labels": np.arange(6) % 2} | arrays))
    return path


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"labels": np.array(0)}, "one class for each of 6 images"),
        ({"labels": np.array([0, 1, np.nan, 1, 0, 1])}, "1 of 6 labels are no number"),
        ({"classes": np.array(["ill", ""])}, "distinct names, none of them empty"),
        ({"classes": np.array(["ill", "ill"])}, "distinct names, none of them empty"),
        ({"images": PIXELS[:0], "labels": np.zeros(0)}, r"images holds no image: its shape is \(0, 9, 11\)"),
        ({"images": PIXELS[:, :0]}, r"holds no image: its shape is \(6, 0, 11\)"),
        ({"images": PIXELS[0]}, r"holds no image: its shape is \(9, 11\)"),
    ],
)
def test_archives_without_images_or_classes_are_named(tmp_path, arrays, reason):
    with pytest.raises((ReadError, sg.errors.SchemaError), match=reason):
        read_images(archive(tmp_path / "a.npz", **arrays))


@pytest.mark.parametrize("shape", [(10**12,), (10**6, 10**6, 10**6), (6, 9, 10), (6, 9, 12)])
@pytest.mark.parametrize("cached", [False, True])
def test_an_archive_that_lies_about_a_shape_is_damaged(tmp_path, shape, cached):
    target = io.BytesIO()
    np.lib.format.write_array_header_1_0(target, {"descr": "|u1", "fortran_order": False, "shape": shape})
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as made:
        made.writestr("images.npy", target.getvalue() + PIXELS.tobytes())
    with pytest.raises(ReadError, match=r"images says that it has shape .* it is damaged"):
        read_images(tmp_path / "a.npz", cache=tmp_path / "c.npy" if cached else None)
    assert not (tmp_path / "c.npy").exists()


def test_pictures_and_archives_that_unpack_without_end_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("synthgen.data.images.npz.LARGEST", 10**6)
    blank = np.zeros((20, 1000, 1000), np.uint8)
    np.savez_compressed(tmp_path / "a.npz", images=blank)
    with pytest.raises(ReadError, match="images unpacks from .* as no images do"):
        read_images(tmp_path / "a.npz")
    np.savez(tmp_path / "a.npz", images=blank)
    assert len(read_images(tmp_path / "a.npz")) == 20
    (tmp_path / "p").mkdir()
    Image.fromarray(np.zeros((9000, 9000), np.uint8)).save(tmp_path / "p" / "a.png")
    with pytest.raises(ReadError, match=r"a.png \(\d+ bytes that unpack to 81000000\)"):
        read_images(tmp_path / "p")


def test_checksums_of_png_are_compared(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(PIXELS[0]).save(path)
    content = bytearray(path.read_bytes())
    start = content.index(b"IDAT")
    content[start + 4 + int.from_bytes(content[start - 4 : start], "big")] ^= 1  # first byte of the chunk's CRC
    path.write_bytes(content)
    with pytest.raises(ReadError, match="a.png"):
        read_images(tmp_path)
