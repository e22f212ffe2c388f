"""Images on disk: read one file at a time into a cache, taken and divided without being loaded; and data sets."""

import gc
import json
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthgen.data.images import disk
from synthgen.data.images.image_set import ImageSet, ImageWarning
from synthgen.data.images.reading import read_images, write_images
from synthgen.errors import ReadError, SchemaError, WriteError

SIDE = 128


def pictures(folder, count, *, side=SIDE):
    pytest.importorskip("PIL", reason="pillow is not installed: pip install -e '.[images]'")
    from PIL import Image

    random = np.random.default_rng(count)
    for place in range(count):
        inside = folder / f"class{place % 2}"
        inside.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (side, side), np.uint8)).save(inside / f"{place:04d}.png")
    return folder


def on_disk(path, count=30, *, side=8):
    """Images of which each tells which it is."""
    pixels = np.arange(count, dtype=np.uint8)[:, None, None, None] + np.zeros((1, side, side, 1), np.uint8)
    np.save(path, pixels)
    return np.load(path, mmap_mode="r"), pixels


def peak(act):
    gc.collect()
    tracemalloc.start()
    try:
        kept = act()
        del kept
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def formats(tmp_path, count):
    """A folder or file of every format with as many images."""
    pytest.importorskip("pydicom")
    random = np.random.default_rng(count)
    pixels = random.integers(0, 256, (count, SIDE, SIDE, 1)).astype(np.uint8)
    write_images(ImageSet(pixels=pixels), tmp_path / f"dicom{count}", kind="dicom")
    np.savez_compressed(tmp_path / f"{count}.npz", images=pixels[..., 0], labels=np.arange(count) % 2)
    return {"png": pictures(tmp_path / f"png{count}", count), "dicom": tmp_path / f"dicom{count}",
            "npz": tmp_path / f"{count}.npz"}  # fmt: skip


def test_memory_does_not_grow_with_the_number_of_images(tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "AT_ONCE", 4 * SIDE * SIDE)
    from synthgen.data.images import npz

    monkeypatch.setattr(npz, "AT_ONCE", 4 * SIDE * SIDE)
    few, many = formats(tmp_path, 20), formats(tmp_path, 60)

    def read(source):
        (tmp_path / "cache.npy").unlink(missing_ok=True)  # or it would be used again, and nothing decoded
        return read_images(source, cache=tmp_path / "cache.npy", allow_synthetic=True)

    for kind in few:
        read(few[kind])  # what is imported or remembered once
        first, second = peak(lambda kind=kind: read(few[kind])), peak(lambda kind=kind: read(many[kind]))
        grown = (second - first) / 40
        assert grown < 0.25 * SIDE * SIDE, f"{kind}: {grown:.0f} bytes for each further image of {SIDE * SIDE}"


@pytest.mark.parametrize("kind", ["png", "dicom", "npz"])
def test_a_cache_holds_what_would_be_in_memory(tmp_path, kind):
    source = formats(tmp_path, 9)[kind]
    plain = read_images(source, allow_synthetic=True)
    cached = read_images(source, cache=tmp_path / "cache.npy", allow_synthetic=True)
    assert isinstance(cached.pixels, np.memmap) and not cached.pixels.flags.writeable
    assert np.array_equal(cached.pixels, plain.pixels)
    assert cached.table.equals(plain.table)
    assert cached.label == plain.label
    assert not list(tmp_path.glob(".*"))


def test_a_cache_is_used_again_until_anything_changes(tmp_path):
    folder, cache = pictures(tmp_path / "ward", 6, side=8), tmp_path / "cache.npy"

    def written(**options):
        read_images(folder, cache=cache, **options)
        return cache.stat().st_ino

    first = written()
    assert written() == first
    assert "Raw images" in json.loads((tmp_path / "cache.npy.json").read_text())["what"]
    assert written(size=(4, 4)) != first
    second = written()
    changed = next(folder.rglob("*.png"))
    os.utime(changed, ns=(1, 1))
    assert written() != second
    third = written()
    changed.unlink()
    assert written() != third
    assert len(read_images(folder, cache=cache)) == 5
    fourth = written()
    cache.write_bytes(cache.read_bytes()[:-9])
    assert written() != fourth
    assert len(read_images(folder, cache=cache)) == 5


def test_corrupt_files_are_remembered_beside_the_cache(tmp_path):
    folder, cache = pictures(tmp_path / "ward", 6, side=8), tmp_path / "cache.npy"
    torn = sorted(folder.rglob("*.png"))[2]
    torn.write_bytes(torn.read_bytes()[:-40])
    with pytest.raises(ReadError, match=torn.name):
        read_images(folder, cache=cache)
    assert not cache.exists() and not list(tmp_path.glob(".*"))
    for _ in range(2):
        with pytest.warns(ImageWarning, match=torn.name):
            assert len(read_images(folder, cache=cache, skip_corrupt=True)) == 5
    with pytest.raises(ReadError, match=torn.name):
        read_images(folder, cache=cache)


def test_a_cache_that_cannot_be_is_refused_before_anything_is_decoded(tmp_path):
    folder = pictures(tmp_path / "ward", 2, side=8)
    with pytest.raises(ReadError, match=r"cache: expected the name of an .npy file. Received 'cache.h5'"):
        read_images(folder, cache=tmp_path / "cache.h5")
    with pytest.raises(WriteError, match="cannot be written"):
        read_images(folder, cache=tmp_path / "absent" / "cache.npy")


def test_an_array_on_disk_stays_there(tmp_path):
    mapped, pixels = on_disk(tmp_path / "scans.npy")
    images = ImageSet.from_array(mapped, labels=np.arange(30) % 3)
    assert isinstance(images.pixels, np.memmap)
    assert np.shares_memory(images.pixels, mapped)
    assert isinstance(ImageSet.from_array(mapped[..., 0]).pixels, np.memmap)
    assert np.shares_memory(images.take(range(5, 20)).pixels, mapped)
    assert np.shares_memory(images.without_duplicates().pixels, mapped)
    assert np.array_equal(images.take([4, 2, 9]).pixels, pixels[[4, 2, 9]])
    assert images.take(np.arange(30) % 2 == 0).pixels[:, 0, 0, 0].tolist() == list(range(0, 30, 2))
    assert len(images.take([])) == 0
    with pytest.raises(IndexError):
        images.take([29, 30])


def test_many_images_of_a_file_are_divided_without_being_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "LEAST_ON_DISK", 1)
    monkeypatch.setattr(disk, "AT_ONCE", 2 * SIDE * SIDE)
    np.save(tmp_path / "scans.npy", np.random.default_rng(0).integers(0, 256, (200, SIDE, SIDE, 1)).astype(np.uint8))
    mapped = np.load(tmp_path / "scans.npy", mmap_mode="r")
    images = ImageSet(pixels=mapped, patients=np.arange(200) // 2)
    train, holdout = images.split(holdout=0.25, seed=0)
    for side in (train, holdout):
        assert isinstance(side.pixels, np.memmap) and not side.pixels.flags.writeable
        places = np.flatnonzero(np.isin(images.patients, side.patients))
        assert np.array_equal(side.pixels, mapped[places])
    assert [path.name for path in tmp_path.iterdir()] == ["scans.npy"]  # nothing is left lying about
    again = train.take([7, 3, 5])
    assert isinstance(again.pixels, np.memmap)
    assert np.array_equal(again.pixels, train.pixels[[7, 3, 5]])
    used = peak(lambda: (images.split(holdout=0.25, seed=0), images.duplicates(), images.without_duplicates()))
    assert used < 20 * SIDE * SIDE  # of 200 images


def test_numbers_on_disk_become_pixels_on_disk(tmp_path):
    np.save(tmp_path / "floats.npy", np.linspace(-1, 1, 64).reshape(4, 4, 4))
    images = ImageSet.from_array(np.load(tmp_path / "floats.npy", mmap_mode="r"), bounds=(-1, 1))
    assert isinstance(images.pixels, np.memmap)
    assert np.array_equal(images.pixels, ImageSet.from_array(np.load(tmp_path / "floats.npy"), bounds=(-1, 1)).pixels)


def test_where_nothing_can_be_written_images_are_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "LEAST_ON_DISK", 1)
    mapped, pixels = on_disk(tmp_path / "scans.npy")
    mapped.filename = Path("/dev/null/scans.npy")
    taken = ImageSet(pixels=mapped).take([3, 1])
    assert np.array_equal(taken.pixels, pixels[[3, 1]])


def test_an_interrupted_write_leaves_what_was_there(tmp_path):
    def torn():
        yield np.ones((2, 3))
        raise ReadError("torn")

    disk.write_array(tmp_path / "a.npy", [np.zeros((4, 3))])
    with pytest.raises(ReadError, match="torn"):
        disk.write_array(tmp_path / "a.npy", torn())
    with pytest.raises(WriteError, match="nothing to write"):
        disk.write_array(tmp_path / "b.npy", [])
    assert [path.name for path in tmp_path.iterdir()] == ["a.npy"]
    assert np.load(tmp_path / "a.npy").shape == (4, 3)


class Elements:
    """What `tf.data.Dataset` offers, without TensorFlow."""

    def __init__(self, elements, *, cardinality=-2):
        self.elements, self.said = elements, cardinality

    def as_numpy_iterator(self):
        return iter(self.elements)

    def cardinality(self):
        return np.int64(self.said)


def test_data_sets_are_read_batched_or_not(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (10, 6, 5, 3)).astype(np.uint8)
    words = [b"ill", b"well"] * 5
    single = ImageSet.from_dataset(Elements(list(zip(pixels, words, strict=True))))
    batches = [(pixels[start : start + 4], np.array(words[start : start + 4])) for start in (0, 4, 8)]
    for images in (single, ImageSet.from_dataset(Elements(batches)),
                   ImageSet.from_dataset(iter(batches), cache=tmp_path / "cache.npy")):  # fmt: skip
        assert np.array_equal(images.pixels, pixels)
        assert images.table["label"].tolist() == ["ill", "well"] * 5
    assert isinstance(images.pixels, np.memmap)
    alone = ImageSet.from_dataset(Elements([pixels[:4], pixels[4:]]), batched=True)
    assert alone.label is None and np.array_equal(alone.pixels, pixels)
    floats = ImageSet.from_dataset([pixel / 255 for pixel in pixels[..., 0]], batched=False, bounds=(0, 1))
    assert np.array_equal(floats.pixels, pixels[..., :1])


@pytest.mark.parametrize(
    ("elements", "named"),
    [
        ([np.zeros((4, 4), np.uint8)], "Name batched=True"),
        ([(np.zeros((4, 4)), 1)], r"bounds=\(-1, 1\)"),
        (
            [(np.zeros((4, 4), np.uint8), 1), (np.zeros((4, 5), np.uint8), 1)],
            r"shape \(4, 4\) like the first.*\(4, 5\)",
        ),
        ([(np.zeros((4, 4), np.uint8), np.eye(2)[0])], "not one-hot"),
        ([{"image": 1, "label": 2}], "dataset.map"),
        ([], "holds no image"),
        (Elements([], cardinality=-1), r"Leave out repeat\(\)"),
    ],
)
def test_data_sets_that_fit_not_are_named(elements, named):
    with pytest.raises(SchemaError, match=named):
        ImageSet.from_dataset(elements)


def test_a_data_set_of_tensorflow_is_read(tmp_path):
    import tensorflow as tf

    pixels = np.random.default_rng(0).integers(0, 256, (10, 6, 5, 1)).astype(np.uint8)
    pairs = tf.data.Dataset.from_tensor_slices((pixels, np.where(np.arange(10) % 2, "ill", "well")))
    for images in (ImageSet.from_dataset(pairs), ImageSet.from_dataset(pairs.batch(4))):
        assert np.array_equal(images.pixels, pixels)
        assert images.classes == ["ill", "well"]
    with pytest.raises(SchemaError, match="without an end"):
        ImageSet.from_dataset(pairs.repeat())
    assert isinstance(ImageSet.from_dataset(pairs, cache=tmp_path / "c.npy").table, pd.DataFrame)
