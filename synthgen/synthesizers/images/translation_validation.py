"""Held-out images: how near translations come to what they should be, at every epoch; and a sheet to look at."""

from pathlib import Path

import numpy as np
from keras import ops

from synthgen import backend
from synthgen.encoding.image import EncodedImages
from synthgen.models.images.translation import Translation
from synthgen.networks.geometry import Geometry
from synthgen.networks.random_features import random_features
from synthgen.synthesizers.images.validation import AT_ONCE, kernel_distance
from synthgen.synthesizers.images.watching import ACROSS, Sheets
from synthgen.training.monitors import Score

SHOWN = 3 * ACROSS
"""Images of a sheet, at most."""


def held_out_score(model: Translation, held: tuple[EncodedImages, EncodedImages], *, paired: bool) -> Score:
    """Returns what tells good epochs from bad.

    Of pairs, "mae": the mean absolute error of held-out pixels, as a share of white. Otherwise "kid": the kernel
    distance of translations to held-out images of the other pile, in the features of a fixed random network.

    Args:
        model: In training.
        held: Images that come in, and that go out.
        paired: Whether image i of both belong together.
    """
    source, target = held
    if paired:
        wanted = target.pixels.astype(np.float32)
        return Score("mae", lambda: float(np.abs(model.translate(source.pixels) - wanted).mean() / target.white))
    features = _Features(target)
    expected = features(target.pixels)
    middle = expected.mean(axis=0)
    spread = float((expected - middle).std()) or 1.0

    def distance() -> float:
        made = features(model.translate(source.pixels))
        return kernel_distance((made - middle) / spread, (expected - middle) / spread)

    return Score("kid", distance)


class _Features:
    """Images as a fixed random network sees them."""

    def __init__(self, images: EncodedImages) -> None:
        geometry = Geometry(sides=images.pixels.shape[1:-1], channels=images.pixels.shape[-1])
        self._white, self._padded = images.white, geometry.padded
        self._network = backend.compiled(random_features(geometry), jit_compile=False)

    def __call__(self, pixels: np.ndarray) -> np.ndarray:
        found = []
        missing = [(0, padded - side) for padded, side in zip(self._padded, pixels.shape[1:-1], strict=True)]
        for start in range(0, len(pixels), AT_ONCE):
            part = pixels[start : start + AT_ONCE].astype(np.float32) * (2 / self._white) - 1
            filled = np.pad(part, [(0, AT_ONCE - len(part)), *missing, (0, 0)], constant_values=-1)
            found.append(self._network(ops.convert_to_tensor(filled)).numpy()[: len(part)])
        return np.concatenate(found)


class TranslationSheets(Sheets):
    """Writes a picture after each epoch: images that come in, below each what is made of it, below that the true one.

    Args:
        folder: See `Sheets`.
        source: Some images that come in.
        target: What these should become; None: nobody knows.
        whites: The largest value a pixel can have, of both.
    """

    def __init__(self, folder: Path, source: np.ndarray, target: np.ndarray | None, *, whites: tuple[int, int]) -> None:
        super().__init__(folder, white=whites[1])
        self._source, self._target, self._whites = source, target, whites

    def shown(self) -> np.ndarray:
        made = self.model.translate(self._source)
        rows = [_like(self._source, self._whites[0], made, self._whites[1]), made]
        rows += [] if self._target is None else [self._target]
        stacked = np.stack(rows)  # (rows, images, *sides, channels)
        blocks = [stacked[:, start : start + ACROSS] for start in range(0, len(made), ACROSS)]
        short = ACROSS - blocks[-1].shape[1]
        blocks[-1] = np.pad(blocks[-1], [(0, 0), (0, short), *[(0, 0)] * (stacked.ndim - 2)])
        return np.concatenate([block.reshape(-1, *made.shape[1:]) for block in blocks])


def _like(source: np.ndarray, white: int, made: np.ndarray, white_of_made: int) -> np.ndarray:
    """Images that come in, as large, as bright and with as many channels as those that go out."""
    shown = np.floor(source * (white_of_made / white) + 0.5).astype(made.dtype)
    for place in range(1, made.ndim - 1):
        shown = np.repeat(shown, made.shape[place] // shown.shape[place], axis=place)
    if shown.shape[-1] == made.shape[-1]:
        return shown
    return np.repeat(shown[..., :1], made.shape[-1], axis=-1)
