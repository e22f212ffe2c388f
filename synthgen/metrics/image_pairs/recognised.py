"""Does a translation show its patient? Whoever holds real images of some people looks for the most alike."""

from __future__ import annotations

from dataclasses import replace
from typing import final

import numpy as np
from numpy.typing import NDArray

from synthgen.data.images.image_set import ImageSet
from synthgen.metrics.base import CONFIDENCE, GUESSING, Measurement, Metric, NotComputed, Part, Result
from synthgen.metrics.distance import nearest
from synthgen.metrics.image_pairs.copies import pools_of
from synthgen.metrics.image_pairs.translation import Translations
from synthgen.metrics.images.closer import SPACES
from synthgen.metrics.images.pools import ImagePools, Pool
from synthgen.metrics.images.reading import further_pool
from synthgen.metrics.intervals import clustered_share
from synthgen.metrics.limits import FEW, Limits

PERSONAL = "A translated image is as much personal data as the image that it was made from."


@final
class PatientsRecognised(Metric[Translations]):
    """Share of translations whose nearest real image, among those of all patients, is one of the same patient.

    The real images are the true ones; without pairs the sources, if they are like the target. Nearest in pixels or in
    the features of a network that learned none of them: the worse share is the value (the interval allows for the
    choice, Bonferroni). The reference is guessing. A translation that is near to the truth shows whose it is: this says
    how many do, so that nobody takes them for images of nobody.
    """

    name = "patients_recognised"
    title = "Patients recognised"
    family = "privacy"
    question = "Can whoever holds real images of the patients tell whose a translation is?"
    headline = "Patients recognised"
    criterion = "compliance"
    direction = "lower"
    best = 0.0
    limits = Limits(warning=0.01, fail=0.05, strict=True)

    def measure(self, sets: Translations) -> Measurement:
        """Looks for the nearest real image of each translation."""
        pools = pools_of(sets)
        translated, real, whose = _sides(sets, pools)
        known, codes, counts = np.unique(whose, return_inverse=True, return_counts=True)
        if len(known) < 2:
            raise NotComputed("the images are of one patient.")
        confidence = 1 - (1 - CONFIDENCE) / len(SPACES)
        parts = []
        for space, field in SPACES.items():
            found = nearest(queries=getattr(translated, field), to=getattr(real, field)).positions
            hits = (whose[found] == whose).astype(np.float64)
            ends = clustered_share(hits, whose, confidence=confidence)[1]
            parts.append(Part(names=(space,), value=float(hits.mean()), interval=ends))
        worst = max(parts, key=lambda part: part.value or 0.0)
        note = f"{len(translated)} translations, looked for among {len(real)} real images of {len(known)} patients."
        return Measurement(
            value=worst.value or 0.0, interval=worst.interval or (0.0, 1.0), parts=tuple(parts),
            reference=float((counts[codes] / len(whose)).mean()), reference_source=GUESSING,
            details={"space": worst.names[0], "sentence": PERSONAL}, notes=(note,),
        )  # fmt: skip

    def reviewed(self, result: Result, sets: Translations) -> Result:
        """Returns the result with a reason in its own words."""
        if result.status == "pass" or result.reason.startswith(FEW) or result.value is None or result.reference is None:
            return result
        said = f"of {100 * result.value:.1f} % the nearest real image is of the same patient; guessing finds "
        return replace(result, reason=f"{said}{100 * result.reference:.2g} %.")


def _sides(sets: Translations, pools: ImagePools) -> tuple[Pool, Pool, NDArray[np.int64]]:
    """Translations, the real image that belongs to each, and whose both are; a sample of very many."""
    places = np.arange(len(pools.synthetic))
    if len(places) > pools.most:
        places = np.sort(pools.random("recognised").choice(len(places), pools.most, replace=False))
    translated = pools.synthetic.take(places)
    if sets.paired and pools.holdout is not None:
        real = pools.holdout.take(places)
    elif sets.controls:
        source = next(iter(sets.controls.values()))[places]
        real = further_pool(pools, ImageSet(pixels=source, bits=int(sets.white).bit_length()), role="source")
    else:
        raise NotComputed("there is neither a true image nor a source like the target to look for.")
    return translated, real, sets.patients[places]
