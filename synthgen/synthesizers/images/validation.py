"""Held-out images: how far drawn ones are from them, and how varied, at every epoch."""

import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.models.images.base import ImageModel
from synthgen.models.images.encoding import EncodedImages, in_parts
from synthgen.networks.geometry import Geometry
from synthgen.networks.random_features import random_features
from synthgen.training.monitors import Score

MOST_IMAGES = 2_000
"""Held-out images that are compared."""

LEAST_IMAGES = 50
"""With fewer held-out images a distance is noise: all are trained on, and the last epoch is kept."""

LEAST_OF_CLASS = 20
"""Images of a class that is compared on its own."""

AT_ONCE = 256
"""Images that go through the features' network together."""


def hold_out(
    images: EncodedImages, patients: np.ndarray, *, share: float, seed: int
) -> tuple[EncodedImages, EncodedImages | None]:
    """Returns the images to train on, and those of held-out patients, if there are enough.

    Args:
        images: All.
        patients: (images,) whose each is.
        share: Of patients to hold out.
        seed: Of the choice.
    """
    owners = np.unique(patients)
    chosen = np.random.default_rng([seed, 2]).choice(owners, int(share * len(owners)), replace=False)
    held = np.isin(patients, chosen)
    if held.sum() < LEAST_IMAGES or held.all():
        return images, None
    few = images.take(np.flatnonzero(held)[:MOST_IMAGES])
    return images.take(~held), EncodedImages(few.stored(), few.white, few.known)


class HeldOutFeatures:
    """Images as a fixed random network sees them, beside held-out ones.

    Args:
        images: Held out.
        geometry: Of the images.

    Attributes:
        expected: (images, features), of the held-out images.
    """

    def __init__(self, images: EncodedImages, geometry: Geometry) -> None:
        self._white, self._geometry = images.white, geometry
        self._network = backend.compiled(random_features(geometry), jit_compile=False)
        found = self._seen(images.pixels)
        # one scale for all features: one that never varies in few images would outweigh all others on its own
        self._middle = found.mean(axis=0)
        self._spread = float((found - self._middle).std()) or 1.0
        self.expected = (found - self._middle) / self._spread

    def __call__(self, pixels: np.ndarray) -> np.ndarray:
        """Returns features on the scale of the held-out images', (images, features).

        Args:
            pixels: (images, *sides, channels), as they are stored.
        """
        return (self._seen(pixels) - self._middle) / self._spread

    def _seen(self, pixels: np.ndarray) -> np.ndarray:
        geometry = self._geometry
        sides = [(0, padded - side) for side, padded in zip(geometry.sides, geometry.padded, strict=True)]

        def call(part: np.ndarray) -> Tensor:
            shown = np.pad(part, [(0, 0), *sides, (0, 0)]).astype(np.float32) * (2 / self._white) - 1
            return self._network(ops.convert_to_tensor(shown))

        return np.concatenate(list(in_parts(call, pixels, at_once=AT_ONCE)))


class HeldOutImages:
    """Compares images drawn now with held-out ones, class by class, in the features of a fixed random network.

    Drawn images share what is known with the held-out ones, and their noise is the same at every epoch: scores
    differ by what was learned, not by luck.

    Args:
        model: In training.
        validation: Held-out images.
        seed: Of the noise.
    """

    def __init__(self, model: ImageModel, validation: EncodedImages, *, seed: int) -> None:
        self._model, self._validation, self._seed = model, validation, seed
        self._features = HeldOutFeatures(validation, model.geometry)
        self._expected = self._features.expected
        self._groups = _groups(validation.known.codes)
        self._seen: tuple[int, np.ndarray] | None = None

    @property
    def score(self) -> Score:
        """What chooses the best epoch."""
        return Score("kid", self.distance)

    def distance(self) -> float:
        """Returns the mean over classes of the kernel distance between drawn and held-out images; near 0 is best."""
        drawn = self._drawn()
        return float(np.mean([kernel_distance(drawn[group], self._expected[group]) for group in self._groups]))

    def diversity(self) -> float:
        """Returns the spread of drawn images within classes over that of held-out ones; 1 is best, 0 is one image."""
        drawn = self._drawn()
        shares = [drawn[group].std(axis=0).mean() / self._expected[group].std(axis=0).mean() for group in self._groups]
        return float(np.mean(shares))

    def _drawn(self) -> np.ndarray:
        """Features of images drawn with the weights as they are now, (images, features)."""
        now = int(self._model.chunk_counter)
        if self._seen is None or self._seen[0] != now:
            held = self._validation
            pixels = self._model.draw(held.known, white=held.white, rng=np.random.default_rng([self._seed, 3]))
            self._seen = now, self._features(pixels)
        return self._seen[1]


def _groups(codes: np.ndarray) -> list[np.ndarray]:
    """Positions of the images of each class that has enough; all images together where none has."""
    if not codes.shape[1]:
        return [np.arange(len(codes))]
    groups = [np.flatnonzero(codes[:, 0] == code) for code in np.unique(codes[:, 0])]
    return [group for group in groups if len(group) >= LEAST_OF_CLASS] or [np.arange(len(codes))]


def kernel_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Returns the squared maximum mean discrepancy of a cubic kernel, unbiased (Binkowski et al. 2018, section 4).

    Args:
        one: (images, features), at least two.
        other: (images, features), at least two.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> same = kernel_distance(rng.normal(size=(500, 4)), rng.normal(size=(500, 4)))
        >>> moved = kernel_distance(rng.normal(size=(500, 4)), 1 + rng.normal(size=(500, 4)))
        >>> abs(same) < 0.1 < moved
        True
    """

    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return (a @ b.T / a.shape[1] + 1) ** 3

    def among(a: np.ndarray) -> float:
        table = kernel(a, a)
        return float((table.sum() - np.trace(table)) / (len(a) * (len(a) - 1)))

    return among(one) + among(other) - 2 * float(kernel(one, other).mean())
