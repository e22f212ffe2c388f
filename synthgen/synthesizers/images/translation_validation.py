"""Held-out images: how near translations come to what they should be, at every epoch; and a sheet to look at."""

from pathlib import Path

import numpy as np

from synthgen.models.images.encoding import EncodedImages
from synthgen.models.images.translation import Translation
from synthgen.networks.geometry import Geometry
from synthgen.synthesizers.images.validation import HeldOutFeatures, kernel_distance
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
    geometry = Geometry(sides=target.pixels.shape[1:-1], channels=target.pixels.shape[-1])
    features = HeldOutFeatures(target, geometry)

    def distance() -> float:
        return kernel_distance(features(model.translate(source.pixels)), features.expected)

    return Score("kid", distance)


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
