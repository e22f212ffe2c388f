"""Membership inference: can somebody who holds a person's image tell whether it was among the training images?

The attacks are those on tables (`metrics/tables/privacy/membership.py`), in pixels and in the features of a network
that never saw the training images: the distance to the nearest synthetic image (Chen et al. 2020, GAN-Leaks), and the
same against the distance to the nearest of other real images (after van Breugel et al. 2023, DOMIAS).
"""

from __future__ import annotations

from dataclasses import replace
from typing import final

import numpy as np
from numpy.typing import NDArray

from synthgen.metrics.attack import LIMITS, MIN_PATIENTS, Attack, best_of, holdout_of, per_patient, targets
from synthgen.metrics.base import Measurement, Metric
from synthgen.metrics.density_ratio import closeness
from synthgen.metrics.distance import nearest
from synthgen.metrics.images.closer import SPACES
from synthgen.metrics.images.pools import ImagePools, Pool
from synthgen.metrics.judged import halves
from synthgen.metrics.low_rates import MembersFound, roc_curve


@final
class ImageMembership(Metric[ImagePools]):
    """Area under the ROC curve of the best of four membership attacks; 0.5 is guessing.

    The interval allows for the choice of the best (Bonferroni). A patient counts with the most suspicious image.
    """

    name = "image_membership"
    title = "Membership attack"
    family = "privacy"
    question = "Can an attacker who holds an image tell whether it was a training image?"
    headline = "Membership attack's success"
    criterion = "compliance"
    curves = "roc"
    unit = "area"
    direction = "lower"
    best = 0.5
    limits = replace(LIMITS, two_sided=True)  # far below one half: what is found was held out

    def measure(self, pools: ImagePools) -> Measurement:
        """Runs all attacks."""
        attacks = run_attacks(pools)
        best, measured = best_of(attacks)
        roc = {name: roc_curve(attack) for name, attack in attacks.items()}
        notes = (f"Attacks in pixels and in features: {pools.unlearned}.",)
        return replace(measured, notes=notes, details={**measured.details, "attack": best, "roc": roc})


@final
class ConfidentImageMembership(MembersFound[ImagePools]):
    """Share of training patients found at few false alarms, by the best of four attacks; see `MembersFound`."""

    name = "image_membership_confident"
    question = "Are there people whose image the attacker can name with confidence?"

    def attacks(self, judged: ImagePools) -> dict[str, Attack]:
        return run_attacks(judged)


def run_attacks(pools: ImagePools) -> dict[str, Attack]:
    """Runs the attacks, once for the two metrics of this file.

    Args:
        pools: What is judged.

    Returns:
        "pixels_distance", "pixels_distance_ratio", and the same for features.

    Raises:
        NotComputed: If there is no holdout, or too few patients.
    """
    holdout = holdout_of(pools, needed=2 * MIN_PATIENTS)
    return pools.once("attacks", lambda: _attacks(pools, holdout))


def _attacks(pools: ImagePools, holdout: Pool) -> dict[str, Attack]:
    sides = halves(holdout.patients, pools.random("population"))
    outsiders, population = (holdout.take(side) for side in sides)
    sought = targets(pools, outsiders, rows=pools.max_images)
    released = pools.sample(pools.synthetic, 2 * pools.max_images, purpose="attacker")
    found: dict[str, list[NDArray[np.float64]]] = {}
    for space, field in SPACES.items():
        for pool in sought:
            points = getattr(pool, field)
            near = nearest(queries=points, to=getattr(released, field)).distances
            usual = nearest(queries=points, to=getattr(population, field)).distances
            found.setdefault(f"{space}_distance", []).append(per_patient(-near, pool.patients))
            score = per_patient(closeness(near, usual), pool.patients)
            found.setdefault(f"{space}_distance_ratio", []).append(score)
    return {name: Attack(*both) for name, both in found.items()}
