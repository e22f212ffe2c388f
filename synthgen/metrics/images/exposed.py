"""Whose training image do the synthetic ones give away most? For the eyes of the data's keeper only.

What `privacy/worst_patients.py` is for rows, in the features of a network that never saw the training images.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from synthgen.metrics.density_ratio import closeness
from synthgen.metrics.distance import TIE, nearest
from synthgen.metrics.exposed import ExposedPatient, one_of_each
from synthgen.metrics.images.pools import ImagePools
from synthgen.metrics.judged import halves

FEWEST_PATIENTS = 2
"""Of the holdout."""


@final
@dataclass(frozen=True, kw_only=True)
class ExposedImage:
    """A training image that synthetic ones come close to, with those it has to be compared with.

    Args:
        patient: Whose it is, by its position, and how close.
        synthetic: Position of the nearest synthetic image.
        holdout: Position of the holdout image that is nearest to that synthetic one.
    """

    patient: ExposedPatient
    synthetic: int
    holdout: int


def exposed_images(pools: ImagePools, count: int) -> tuple[ExposedImage, ...]:
    """Returns the training images that are given away most, one of each patient, the worst first.

    Args:
        pools: With a holdout of at least two patients; without one nobody can be named, and nobody is.
        count: Patients, at least one.

    Returns:
        At most `count` images. There is always a worst one: compare `holdout_as_close` with `by_chance`.
    """
    if pools.holdout is None or len(np.unique(pools.holdout.patients)) < FEWEST_PATIENTS:
        return ()
    train = pools.sample(pools.train, 4 * pools.max_images, purpose="exposed")
    released = pools.sample(pools.synthetic, 4 * pools.max_images, purpose="exposed")
    holdout = pools.sample(pools.holdout, pools.max_images, purpose="exposed")
    sides = halves(holdout.patients, pools.random("exposed surroundings"))
    outsiders, others = (holdout.take(side) for side in sides)
    near = nearest(queries=train.unlearned, to=released.unlearned)
    usual = nearest(queries=train.unlearned, to=others.unlearned).distances
    unseen = np.sort(
        closeness(*(nearest(queries=outsiders.unlearned, to=pool.unlearned).distances for pool in (released, others)))
    )
    score = closeness(near.distances, usual)
    as_close = 1 - np.searchsorted(unseen, score, side="left") / len(unseen)
    chosen = one_of_each(train.patients, score, count)
    partners = near.positions[[place for _, place in chosen]]
    beside = nearest(queries=released.unlearned[partners], to=holdout.unlearned).positions
    return tuple(
        ExposedImage(
            patient=ExposedPatient(
                row=int(train.places[place]), usual=float(usual[place]),
                distance=float(near.distances[place]) if near.distances[place] > TIE else 0.0,
                holdout_as_close=float(as_close[place]), by_chance=rank / len(train),
            ),
            synthetic=int(released.places[partner]), holdout=int(holdout.places[other]),
        )
        for (rank, place), partner, other in zip(chosen, partners, beside, strict=True)
    )  # fmt: skip
