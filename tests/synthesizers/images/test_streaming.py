"""Images that stay on disk: the same weights as from memory, and no more memory for more images."""

import tracemalloc

import numpy as np
import pytest

import synthgen as sg
from synthgen.encoding.layout import EncodedTable
from synthgen.models.images import encoding
from synthgen.models.images.encoding import EncodedImages


@pytest.fixture
def on_disk(tmp_path, monkeypatch):
    """Returns pixels as an array on disk that is never loaded as a whole."""
    monkeypatch.setattr(encoding, "MOST_LOADED", 0)

    def kept(pixels):
        np.save(tmp_path / "pixels.npy", pixels)
        return np.load(tmp_path / "pixels.npy", mmap_mode="r")

    return kept


@pytest.mark.parametrize("family", ["ImageGAN"])
def test_weights_are_those_of_images_in_memory(family, images, on_disk, tmp_path):
    settings = {"num_steps": 40, "batch_size": 16, "width": 8, "seed": 2}
    fits = []
    for pixels in (images.pixels, on_disk(images.pixels)):
        same = sg.ImageSet.from_array(pixels, labels=images.table["label"].to_numpy(), patients=images.patients)
        checkpoint = tmp_path / f"run{len(fits)}"
        fits.append(getattr(sg, family)(**settings).fit(same, checkpoint=checkpoint, verbose=False))
    one, other = fits
    assert one.history == other.history
    assert (one.sample(5, seed=0).pixels == other.sample(5, seed=0).pixels).all()


def test_what_is_read_does_not_grow_with_the_number_of_images(on_disk):
    peaks = []
    for number in (2_000, 8_000):
        pixels = on_disk(np.zeros((number, 32, 32, 1), np.uint8))
        known = EncodedTable(np.zeros((number, 1), np.int32), np.zeros((number, 0), np.float32))
        tracemalloc.start()
        images = EncodedImages(pixels, 255, known).take(np.arange(number) % 2 == 0)
        images.digest()
        assert images.stored(np.zeros((10, 64), np.int32)).shape == (10, 64, 32, 32, 1)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0] + 200_000


@pytest.mark.parametrize("places", [slice(2, 5), np.array([4, 0]), np.arange(9) % 2 == 0])
def test_taking_and_reading_agree_with_memory(places, on_disk):
    pixels = np.random.default_rng(0).integers(0, 256, (9, 4, 4, 1), np.uint8)
    known = EncodedTable(np.arange(9, dtype=np.int32)[:, None], np.zeros((9, 0), np.float32))
    memory, disk = EncodedImages(pixels, 255, known), EncodedImages(on_disk(pixels), 255, known)
    assert disk.streamed and not memory.streamed
    assert disk.digest() == memory.digest()
    for deeper in (slice(None), slice(1, 2)):
        one, other = memory.take(places).take(deeper), disk.take(places).take(deeper)
        assert (one.stored() == other.stored()).all()
        assert len(one) == len(other) == len(other.known)
        assert (one.known.codes == other.known.codes).all()
