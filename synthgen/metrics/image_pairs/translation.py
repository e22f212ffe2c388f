"""How near a translated image comes to the true one, and whether the untouched source is nearer still."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from synthgen.data.images.kind import ImageKind
from synthgen.data.kind import Words
from synthgen.metrics.base import CONFIDENCE, Measurement, Metric, NotComputed, Part, Result
from synthgen.metrics.images.diversity import structural_similarity
from synthgen.metrics.images.pools import ImagePools
from synthgen.metrics.limits import Status

ROUNDING = 1 / 12
"""Mean square of what is lost when whole numbers are stored: errors below it cannot be told from none."""

NO_CONTROL = "No control: the source was not given, or its sides or channels do not fit."

NO_PAIRS = "the images are no pairs: there is no truth to compare each translation with."

Doubles = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class Translations:
    """What a metric of translation is given.

    Args:
        translated: (images, height, width, channels) whole numbers, to judge.
        target: Real images: image i is what translation i should be where they are paired, others of the kind if not.
        controls: What costs nothing, by name: the source as it is, or made as large, pixels like those of the target.
        paired: Whether image i of both belong together.
        white: Largest value of a pixel.
        patients: (images,) whose each translation is.
        target_patients: (target images,) whose each is.
        codes: (images,) class of each translation, or -1.
        target_codes: (target images,) class of each, or -1.
        classes: Names of the classes in the order of their codes.
        learned: Pixels and classes of further real images, from which the judge's network learns; None: of the target.
        seeds: Networks that are asked.
        seed: For every sample and network.
        constants: Images that cost nothing and hold nothing of the source, by name: the mean of those that were
            learned. Near the truth, maybe; nobody looks for findings in them.
        pools: Training, translated and real images, with features of a network that learned none; None: there are no
            training images, and nobody asks.
        label: What the classes are of; None: there are none.
        source: (images, height, width, channels) what was translated, to be shown; None: it is not at hand.
        source_white: Largest value of its pixels.
    """

    words: ClassVar[Words] = ImageKind.words

    translated: NDArray
    target: NDArray
    controls: Mapping[str, NDArray]
    paired: bool
    white: int
    patients: NDArray[np.int64]
    target_patients: NDArray[np.int64]
    codes: NDArray[np.int64]
    target_codes: NDArray[np.int64]
    classes: Sequence[Any]
    learned: tuple[NDArray, NDArray[np.int64]] | None
    seeds: int
    seed: int
    constants: Mapping[str, NDArray] = field(default_factory=dict)
    pools: ImagePools | None = None
    label: str | None = None
    source: NDArray | None = None
    source_white: int = 255

    @property
    def train(self) -> NDArray:
        """Real images, by the name that all judges know."""
        return self.target

    @property
    def synthetic(self) -> NDArray:
        """What is judged."""
        return self.translated

    def random(self, purpose: str) -> np.random.Generator:
        """Returns the generator for one purpose."""
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode())])


class NearTheTruth(Metric[Translations]):
    """Mean of a score of pairs of images, beside the same of what costs nothing, with what was gained.

    The reference is the best control. Nobody knows how near is near enough; but a translation that is not evidently
    nearer to the truth than what costs nothing is a warning, and one that is evidently farther fails.
    """

    family = "fidelity"
    unit = "score"
    criterion = "congruence"
    reference_label = "without a translator"
    unit_name: ClassVar[str] = ""
    """After a number."""

    def score(self, images: NDArray, truth: NDArray, *, white: int) -> Doubles:
        """Returns the score of each pair, (images,); higher is nearer."""
        raise NotImplementedError

    def measure(self, sets: Translations) -> Measurement:
        """Scores translations and controls against the truth."""
        if not sets.paired:
            raise NotComputed(NO_PAIRS)
        scores = self.score(sets.translated, sets.target, white=sets.white)
        value, interval = mean_over_patients(scores, sets.patients)
        controls = {**sets.controls, **sets.constants}
        found = {name: self.score(shown, sets.target, white=sets.white) for name, shown in controls.items()}
        parts = []
        for name, control in found.items():
            mean, ends = mean_over_patients(control, sets.patients)
            parts.append(Part(names=(name,), value=mean, interval=ends))
        if not found:
            return Measurement(value=value, interval=interval, notes=(NO_CONTROL,))
        best = max(found, key=lambda name: float(found[name].mean()))
        gain, ends = mean_over_patients(scores - found[best], sets.patients)
        reference = next(part for part in parts if part.names == (best,))
        return Measurement(
            value=value, interval=interval, parts=tuple(parts), reference=reference.value,
            reference_interval=reference.interval, reference_source=best,
            details={"gain": gain, "gain_interval": ends}, notes=(self._sentence(best, gain, ends),),
        )  # fmt: skip

    def reviewed(self, result: Result, sets: Translations) -> Result:
        """Returns the result with the verdict on what was gained."""
        if "gain_interval" not in result.details:
            return replace(result, reason=NO_CONTROL[0].lower() + NO_CONTROL[1:])
        low, high = result.details["gain_interval"]
        status: Status = "pass" if low > 0 else "fail" if high < 0 else "warning"
        said = result.notes[0]
        return replace(result, status=status, reason=said[0].lower() + said[1:])

    def _sentence(self, control: str, gain: float, ends: tuple[float, float]) -> str:
        if ends[0] <= 0 <= ends[1]:
            return f"Not evidently nearer to the truth than the {control}."
        nearer = "Nearer to" if gain > 0 else "Farther from"
        low, high = sorted(abs(end) for end in ends)
        return f"{nearer} the truth than the {control}, by {abs(gain):.3g}{self.unit_name} ({low:.3g} to {high:.3g})."


@final
class PeakSignalToNoise(NearTheTruth):
    """Mean peak signal-to-noise ratio, 10 log10(white² / mean squared error), in decibels.

    Of each image, then over images; an image without error counts as one with the error of rounding (59 dB at 8 bits).
    It rewards blur: the mean of all that an image could be has the least squared error of all.
    """

    name = "psnr"
    title = "Peak signal-to-noise ratio (dB)"
    question = "How small is the squared error of translated pixels?"
    headline = "Signal to noise, in decibels"
    range = (0.0, None)
    best = 10 * float(np.log10(255**2 / ROUNDING))
    unit_name = " dB"

    def score(self, images: NDArray, truth: NDArray, *, white: int) -> Doubles:
        """Returns decibels, (images,)."""
        return peak_signal_to_noise(images, truth, white=white)


@final
class StructuralSimilarity(NearTheTruth):
    """Mean structural similarity (SSIM) of translation and truth (Wang et al. 2004, equation 13); 1 for the same image.

    At one scale, in Gaussian windows of 1.5 pixels, mirrored at the edges.
    """

    name = "ssim"
    title = "Structural similarity (SSIM)"
    question = "Do translated images have the structure of the true ones, window by window?"
    headline = "Structural similarity"
    range = (-1.0, 1.0)

    def score(self, images: NDArray, truth: NDArray, *, white: int) -> Doubles:
        """Returns similarities, (images,)."""
        return structural_similarity(images.astype(np.float64) / white, truth.astype(np.float64) / white)


def peak_signal_to_noise(images: NDArray, truth: NDArray, *, white: int) -> Doubles:
    """Returns the peak signal-to-noise ratio of each image in decibels, (images,).

    Args:
        images: (images, height, width, channels) whole numbers.
        truth: The same.
        white: Largest value of a pixel.

    Example:
        >>> truth = np.zeros((1, 8, 8, 1), np.uint8)
        >>> peak_signal_to_noise(truth + 51, truth, white=255).round(2).tolist()  # a fifth of white
        [13.98]
    """
    errors = images.astype(np.float64) - truth
    squared = np.maximum((errors**2).mean(axis=(1, 2, 3)), ROUNDING)
    return np.asarray(10 * np.log10(white**2 / squared), np.float64)


def mean_over_patients(scores: Doubles, patients: NDArray[np.int64]) -> tuple[float, tuple[float, float]]:
    """Returns a mean over images, and its interval where a patient's images are alike: Student's, over patients.

    Args:
        scores: (images,) of any size.
        patients: (images,) whose each is; two at least.

    Raises:
        NotComputed: If there is one patient.

    Example:
        >>> mean, (low, high) = mean_over_patients(np.array([1.0, 1.0, 3.0, 3.0]), np.array([0, 0, 1, 1]))
        >>> mean, round(low, 1), round(high, 1)
        (2.0, -10.7, 14.7)
    """
    _, codes = np.unique(patients, return_inverse=True)
    count = int(codes.max(initial=-1)) + 1
    if count < 2:
        raise NotComputed("the images are of one patient.")
    mean = float(scores.mean())
    sums = np.bincount(codes, weights=scores - mean)
    error = float(np.sqrt(count / (count - 1) * (sums**2).sum())) / len(scores)
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, count - 1)) * error
    return mean, (mean - half, mean + half)
