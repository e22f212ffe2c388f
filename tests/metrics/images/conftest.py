"""Made-up images of two classes with known laws: a round spot, or a ring, anywhere, of any size and brightness."""

import numpy as np
import pytest

from synthgen.data.images.image_set import ImageSet
from synthgen.metrics.images.reading import read_pools

SIDE = 14


def _spots(count, seed, *, classes=2):
    random = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    rows, columns = (random.uniform(4, SIDE - 5, (count, 1, 1)) for _ in range(2))
    size = random.uniform(1.5, 3.5, (count, 1, 1))
    light = random.uniform(90, 220, (count, 1, 1))
    down, across = np.mgrid[:SIDE, :SIDE]
    distance = np.hypot(down - rows, across - columns) / size
    shapes = np.where(labels[:, None, None] == 0, np.exp(-(distance**2)), np.exp(-3 * (distance - 1.2) ** 2))
    pixels = np.clip(shapes * light + random.normal(12, 4, (count, SIDE, SIDE)), 0, 255)
    return ImageSet.from_array(pixels.astype(np.uint8), labels=labels)


@pytest.fixture(scope="session")
def spots():
    """Returns draws of one law: spots(count, seed)."""
    return _spots


@pytest.fixture(scope="session")
def pools():
    """Returns ImagePools; features are random unless asked for, which is quick."""

    def make(train, synthetic, holdout=None, *, features="random", **settings):
        return read_pools(train=train, synthetic=synthetic, holdout=holdout, features=features, **settings)

    return make


@pytest.fixture(scope="session")
def real(spots):
    """Training and holdout images of one law."""
    return spots(400, 0), spots(400, 1)
