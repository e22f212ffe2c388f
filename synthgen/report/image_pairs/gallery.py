"""Pictures of a report on translations, for the data's keeper only: whatever is shown shows its patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np

from synthgen.metrics.image_pairs.translation import Translations, peak_signal_to_noise
from synthgen.report.figures.png import data_uri, shown

AT_RANDOM = 12
"""Translations that are shown whatever they are."""


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class PairGallery:
    """Translations beside what came in and what they should be.

    Args:
        farthest: Those that are farthest from the truth, one of each patient, the worst first; none without pairs.
        at_random: Others, whatever they are. Of each: pictures by what they are, its position, and its decibels.
    """

    farthest: Sequence[Mapping[str, Any]] = field(default=())
    at_random: Sequence[Mapping[str, Any]] = field(default=())


def gallery(sets: Translations, patients: int) -> PairGallery:
    """Returns pictures with real images among them.

    Args:
        sets: What was judged.
        patients: Whose farthest translations are shown.
    """
    chosen = np.sort(sets.random("gallery").permutation(len(sets.translated))[:AT_RANDOM])
    if not sets.paired:
        return PairGallery(at_random=[_drawn(sets, int(place), None) for place in chosen])
    ratios = peak_signal_to_noise(sets.translated, sets.target, white=sets.white)
    order = np.argsort(ratios, kind="stable")
    first = np.sort(np.unique(sets.patients[order], return_index=True)[1])[:patients]
    farthest, others = ([_drawn(sets, int(place), float(ratios[place])) for place in places]
                        for places in (order[first], chosen))  # fmt: skip
    return PairGallery(farthest=farthest, at_random=others)


def _drawn(sets: Translations, place: int, ratio: float | None) -> dict[str, Any]:
    pictures = {"translated": sets.translated[place]}
    if sets.source is not None:
        source = next(iter(sets.controls.values()), None)  # as large as the translation, and as bright
        pictures = {"source": sets.source[place] if source is None else source[place], **pictures}
    if sets.paired:
        pictures["truth"] = sets.target[place]
    white = dict.fromkeys(pictures, sets.white)
    if "source" in white and not sets.controls:
        white["source"] = sets.source_white
    drawn = {name: data_uri(shown(picture, white=white[name])) for name, picture in pictures.items()}
    return {"place": place, "ratio": ratio, "pictures": drawn}
