"""Networks that learn classes: the judges' features, and who is asked whether an image shows its class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from synthgen.data.images.image_set import ImageSet
from synthgen.metrics.images.spaces import Extractor

if TYPE_CHECKING:
    from synthgen.metrics.images.network import Classifier
    from synthgen.metrics.images.pools import ImagePools, Pool

FEWEST_TO_LEARN = 20
"""Labelled training images below which no network is trained."""


def task_extractor(
    train: ImageSet, codes: NDArray[np.int64], *, classes: int, instead: Extractor, seed: int
) -> Extractor:
    """Returns the last layer but one of a small network that learned the training images' classes.

    Args:
        train: The real training images.
        codes: (images,) their classes.
        classes: How many there are.
        instead: What to take where nothing can be learned.
        seed: Of weights and order.
    """
    from synthgen.metrics.images import network

    known = np.flatnonzero(codes >= 0)
    if classes < 2 or len(known) < FEWEST_TO_LEARN:
        why = "there are no two classes to learn" if classes < 2 else "too few training images have a label"
        return Extractor(name=instead.name, digest=instead.digest, features=instead.features,
                         note=f"The random network instead of a task network, as {why}.")  # fmt: skip
    learner = network.Classifier(train.pixels.shape[1:], white=2**train.bits - 1, classes=classes)
    learner.train(train.pixels[known], codes[known], seed=seed)
    return Extractor(
        name="task network", digest=network.weights_hash(learner.extractor),
        features=network.Outputs(learner.extractor),
        note=f"Trained on the {len(known)} real training images with a label.",
        probabilities=learner.probabilities,
    )  # fmt: skip


def new_classifier(pools: ImagePools) -> Classifier:
    """Returns the network that is trained over and over where scores are judged, built once.

    Args:
        pools: Whose images it will see.
    """
    from synthgen.metrics.images import network

    return pools.once(
        "classifier", lambda: network.Classifier(pools.shape, white=pools.white, classes=len(pools.classes))
    )


def known_classes(pool: Pool) -> Pool:
    """Returns the images whose class is known."""
    return pool if (pool.codes >= 0).all() else pool.take(np.flatnonzero(pool.codes >= 0))
