"""The downstream check of a translation: does a network see the same findings as in the real images?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from synthgen.metrics.base import Measurement, Metric, NotComputed, Part, Result
from synthgen.metrics.image_pairs.translation import Translations
from synthgen.metrics.images.pools import RARE_BELOW
from synthgen.metrics.intervals import clustered_share
from synthgen.metrics.judged import halves
from synthgen.metrics.limits import Limits, Status

FEWEST_OF_CLASS = 5
"""Images of a class that count for the mean, and that a network can learn it from."""

LIMITS = Limits(warning=0.05, fail=0.20, both_sampled=True)

LOW, HIGH = "real images, lower end", "real images, upper end"
VERDICTS: tuple[Status, ...] = ("not computed", "shown", "pass", "warning", "fail")
"""Mildest first."""

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]
Share = tuple[float, tuple[float, float]]


@final
class FindingsKept(Metric[Translations]):
    """Share of translations of which a network, trained on real images of the target's kind, says the right class.

    Mean over classes, so that a rare finding that is wiped out counts as much as a common one. The reference is what
    the same networks say of the real target images. No network is asked about a patient it learned from: without other
    real images there are two, each of one half of the patients, asked about the other half.

    A class that is lost fails, however many others there are.

    Of pairs it is also counted how many translations are seen as another class than the real image: findings that were
    invented or erased. Counts of fewer than ten patients are not shown.
    """

    name = "findings_kept"
    title = "Findings kept"
    family = "usefulness"
    question = "Does a network that learned real images see the same class in a translation as in the real image?"
    headline = "Findings kept, mean over classes"
    criterion = "congruence"
    reference_label = "of real images"
    breakdown = "class"
    limits = LIMITS

    def measure(self, sets: Translations) -> Measurement:
        """Asks the networks of translations, of real images and of the untouched source."""
        if len(sets.classes) < 2:
            raise NotComputed("the images have no label with two classes.")
        said = _said(sets)
        truth = sets.target_codes if sets.paired else sets.codes
        found = _shares(said["translated"], truth, sets.patients, len(sets.classes))
        real = _shares(said["target"], sets.target_codes, sets.target_patients, len(sets.classes))
        controls = {name: _shares(said[name], truth, sets.patients, len(sets.classes)) for name in sets.controls}
        (value, interval), (reference, reference_interval) = _over_classes(found), _over_classes(real)
        parts = tuple(
            Part(names=(str(sets.classes[code]),), value=found[code][0], interval=found[code][1],
                 reference=real[code][0] if code in real else None,
                 numbers=_beside(code, real, controls))
            for code in _shown(sets) if code in found
        )  # fmt: skip
        before = said["target"] if sets.paired else truth
        details, sentence = _changed(sets, before, said["translated"])
        return Measurement(
            value=value, interval=interval, reference=reference, reference_interval=reference_interval,
            reference_source="real target images", parts=parts, details=details, notes=(sentence,),
        )  # fmt: skip

    def reviewed(self, result: Result, sets: Translations) -> Result:
        """Returns the result with the verdict of the class that suffers most, where it is worse than the mean's."""
        for part in result.parts:
            low, high = part.numbers.get(LOW), part.numbers.get(HIGH)
            if part.value is None or part.interval is None or part.reference is None or low is None or high is None:
                continue
            status, reason = LIMITS.judge(
                value=part.value, interval=part.interval, anchor=part.reference, direction=self.direction,
                unit=self.unit, anchor_interval=(low, high), things=sets.words.things,
            )  # fmt: skip
            if VERDICTS.index(status) > VERDICTS.index(result.status):
                result = replace(result, status=status, reason=f"class {part.names[0]!r}: {reason}")
        return result


def _beside(code: int, real: dict[int, Share], controls: dict[str, dict[int, Share]]) -> dict[str, float | None]:
    """What stands beside the share of a class: that of each control, and the interval of the real images' own."""
    numbers: dict[str, float | None] = {name: shares[code][0] for name, shares in controls.items() if code in shares}
    return numbers | ({LOW: real[code][1][0], HIGH: real[code][1][1]} if code in real else {})


def _said(sets: Translations) -> dict[str, Integers]:
    """The class that networks see in each image, by what the images are."""
    asked = {"target": sets.target, "translated": sets.translated, **sets.controls}
    if sets.learned is not None:
        return _answers(sets, *sets.learned, asked=asked, number=0)
    sides = halves(sets.target_patients, sets.random("halves"))
    others = sides if sets.paired else halves(sets.patients, sets.random("halves of translations"))
    said = {name: np.full(len(pixels), -1) for name, pixels in asked.items()}
    for number, learned in enumerate(reversed(sides)):
        places = {name: (sides if name == "target" else others)[number] for name in asked}
        answers = _answers(sets, sets.target[learned], sets.target_codes[learned], number=number,
                           asked={name: pixels[places[name]] for name, pixels in asked.items()})  # fmt: skip
        for name, found in answers.items():
            said[name][places[name]] = found
    return said


def _answers(
    sets: Translations, pixels: NDArray, codes: Integers, *, asked: dict[str, NDArray], number: int
) -> dict[str, Integers]:
    """The class that networks see that learned given images, each from another start; they answer together."""
    from synthgen.metrics.images import network

    known = codes >= 0
    counts = np.bincount(codes[known], minlength=len(sets.classes))
    if (counts >= FEWEST_OF_CLASS).sum() < 2:
        raise NotComputed(
            f"no two classes have {FEWEST_OF_CLASS} real images to learn from. Hand over more of them: train=images."
        )
    classifier = network.Classifier(pixels.shape[1:], white=sets.white, classes=len(sets.classes))
    chances = {name: np.zeros((len(shown), len(sets.classes))) for name, shown in asked.items()}
    for seed in range(sets.seeds):
        classifier.train(pixels[known], codes[known], seed=1000 * sets.seed + 10 * seed + number)
        for name, shown in asked.items():
            chances[name] += classifier.probabilities(shown).reshape(len(shown), -1)
    return {name: found.argmax(axis=1) for name, found in chances.items()}


def _shares(said: Integers, truth: Integers, patients: Integers, num_classes: int) -> dict[int, Share]:
    """Share of the images of each class that are seen as theirs, with its interval, where there are enough."""
    found = {}
    for code in range(num_classes):
        of_class = truth == code
        if of_class.sum() >= FEWEST_OF_CLASS:
            right = (said[of_class] == code).astype(np.float64)
            found[code] = float(right.mean()), clustered_share(right, patients[of_class])[1]
    if not found:
        raise NotComputed(f"no class has {FEWEST_OF_CLASS} images to ask about.")
    return found


def _over_classes(found: dict[int, Share]) -> Share:
    """Mean over classes; the interval adds the classes' squared half widths, which are independent."""
    value = float(np.mean([share for share, _ in found.values()]))
    low, high = (
        float(np.sqrt(sum((share - ends[side]) ** 2 for share, ends in found.values()))) / len(found) for side in (0, 1)
    )
    return value, (max(0.0, value - low), min(1.0, value + high))


def _shown(sets: Translations) -> list[int]:
    """Classes that enough patients stand behind, in real and translated images alike."""
    sides = [(sets.target_codes, sets.target_patients)]
    if not sets.paired:
        sides.append((sets.codes, sets.patients))
    return [
        code for code in range(len(sets.classes))
        if all(len(np.unique(patients[codes == code])) >= RARE_BELOW for codes, patients in sides)
    ]  # fmt: skip


def _changed(sets: Translations, before: Integers, after: Integers) -> tuple[dict[str, Any], str]:
    """How many images are seen as another class than before, each way; and a sentence."""
    same = (before == after).astype(np.float64)
    agreement, interval = float(same.mean()), clustered_share(same, sets.patients)[1]
    changes = []
    shown = _shown(sets)
    for left in shown:
        for right in shown:
            if left != right:
                moved = (before == left) & (after == right)
                changes.append({"from": str(sets.classes[left]), "to": str(sets.classes[right]),
                                "patients": len(np.unique(sets.patients[moved])),
                                "images": int(moved.sum())})  # fmt: skip
    _suppress(changes)
    compared = "what it says of the real image" if sets.paired else "the label"
    details = {"agreement": agreement, "agreement_interval": interval, "compared_with": compared, "changes": changes}
    ways = "; ".join(
        f"{change['from']} to {change['to']}: "
        + ("not shown" if change["images"] is None else f"{change['images']} images")
        for change in changes
    )
    sentence = f"Of translations the network says another class than {compared} in {100 * (1 - agreement):.1f} %"
    return details, sentence + (f" ({ways})." if 0 < len(changes) <= 6 else ".")


def _suppress(changes: list[dict[str, Any]]) -> None:
    """Blanks small counts, and if there is one, the next smallest too: the total would give it away.

    Example:
        >>> changes = [{"patients": count, "images": count} for count in (40, 3, 0, 20)]
        >>> _suppress(changes)
        >>> [change["images"] for change in changes]
        [40, None, 0, None]
    """
    ordered = sorted(changes, key=lambda change: change["patients"])
    small = sum(0 < change["patients"] < RARE_BELOW for change in ordered)
    if small == 1:
        small = 2
    for change in [change for change in ordered if change["patients"]][:small]:
        change["patients"] = change["images"] = None
