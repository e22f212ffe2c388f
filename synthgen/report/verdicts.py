"""Three verdicts, never averaged into one: fidelity, usefulness, privacy."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from synthgen.data.kind import Words
from synthgen.metrics.base import EXCHANGEABLE, GUESSING, Family, Result
from synthgen.metrics.limits import FEW, TURNED, Status

SUBJECTS: tuple[Family, ...] = ("fidelity", "usefulness", "privacy")
"""In the order of the first screen. Every judged metric of the family enters the verdict; headlines stand beside it."""

_ORDER: tuple[Status, ...] = ("fail", "warning", "pass")


@dataclass(frozen=True, kw_only=True)
class Number:
    """One number behind a verdict.

    Args:
        label: What it is, in a few words.
        metric: Which result it is taken from.
        text: The value as people read it.
        beside: What to compare it with, e.g. "real data: 99.4 %".
    """

    label: str
    metric: str
    text: str
    beside: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Pass, warning, fail or not computed, with the numbers and the reason.

    Args:
        subject: "fidelity", "usefulness" or "privacy".
        outcome: The worst status of the subject's metrics.
        sentence: What it means, in plain words.
        numbers: Three numbers behind it, fewer where they could not be computed.
    """

    subject: Family
    outcome: Status
    sentence: str
    numbers: tuple[Number, ...]

    def to_dict(self) -> dict[str, Any]:
        """Returns the verdict as JSON types."""
        numbers = [vars(number) for number in self.numbers]
        return {"subject": self.subject, "outcome": self.outcome, "sentence": self.sentence, "numbers": numbers}


@dataclass(frozen=True, kw_only=True)
class Sentences:
    """What the outcomes of each subject mean; with the kind's words in braces: "{things}".

    Args:
        passed: By subject.
        few: For a warning for want of evidence, without the full stop.
        others: By subject, for "warning" and "fail"; the titles of the metrics follow, but for usefulness.
    """

    passed: Mapping[Family, str]
    few: Mapping[Family, str]
    others: Mapping[Family, Mapping[Status, str]]


SYNTHETIC = Sentences(
    passed={
        "fidelity": "The synthetic {things} resemble the training {things} about as well as other real {things} do.",
        "usefulness": "A model trained on the synthetic {things} predicts real {things} about as well as one trained "
        "on real {things}.",
        "privacy": "No sign that training {things} can be recognised. This is a measurement, not a guarantee.",
    },
    few={
        "fidelity": "Too few {things} to tell how alike they are",
        "usefulness": "Too few {things} to tell whether a model trained on the synthetic {things} does as well as one "
        "of real {things}",
        "privacy": "Too few {things} to exclude leakage",
    },
    others={
        "fidelity": {
            "warning": "Similar, but visibly further from the training {things} than real data in:",
            "fail": "Clearly different from the training {things} in:",
        },
        "usefulness": {
            "warning": "A model trained on the synthetic {things} predicts real {things} somewhat worse than a model "
            "of real {things}.",
            "fail": "A model trained on the synthetic {things} predicts real {things} much worse than a model of "
            "real {things}.",
        },
        "privacy": {
            "warning": "Signs of leakage, short of a clear one:",
            "fail": "Real {things} can be recognised in the synthetic data:",
        },
    },
)
"""Of data that stands for real data as a whole."""


def verdicts(results: Sequence[Result], *, words: Words, sentences: Sentences = SYNTHETIC) -> tuple[Verdict, ...]:
    """Returns the verdicts on fidelity, usefulness and privacy, in that order.

    Args:
        results: One of each metric; those that carry no verdict are passed over.
        words: What is judged is called.
        sentences: What outcomes mean.
    """
    return tuple(
        _verdict(subject, [result for result in results if result.family == subject], words, sentences)
        for subject in SUBJECTS
    )


def _verdict(subject: Family, results: list[Result], words: Words, sentences: Sentences) -> Verdict:
    headlines = [result for result in results if result.headline]
    judged = [result for result in results if result.status in _ORDER]
    missing = [result for result in headlines if not result.computed]
    outcome: Status = min((result.status for result in judged), key=_ORDER.index, default="not computed")
    if missing and outcome != "fail":
        outcome = "not computed"
    if outcome == "not computed":
        unjudged = [*missing, *headlines]  # one that was computed has nothing to compare with
        said = "Not judged: " + (unjudged[0].reason if unjudged else "no metric of this kind was asked for.")
    else:
        worst = [result for result in judged if result.status == outcome]
        said = _sentence(subject, outcome, worst, words, sentences)
    return Verdict(
        subject=subject,
        outcome=outcome,
        sentence=f"{said} {_advice(results)}".strip(),
        numbers=tuple(number for result in headlines for number in _numbers(result)),
    )


def _advice(results: list[Result]) -> str:
    """What a metric says in a sentence of its own."""
    return " ".join(str(result.details["sentence"]) for result in results if "sentence" in result.details)


def _sentence(subject: Family, outcome: Status, worst: list[Result], words: Words, sentences: Sentences) -> str:
    called = asdict(words)
    if outcome == "pass":
        return sentences.passed[subject].format(**called)
    unsure = [result for result in worst if result.reason.startswith(FEW)]
    found = [result for result in worst if result not in unsure]
    said = []
    if found:
        named = "." if subject == "usefulness" else f" {_titles(found)}."
        said.append(f"{sentences.others[subject][outcome].format(**called).rstrip('.')}{named}")
    if unsure:
        named = "." if subject == "usefulness" else f": {_titles(unsure)}."
        said.append(f"{sentences.few[subject].format(**called)}{named}")
    if subject == "privacy" and outcome == "fail":
        said.append("Do not release before the cause is known.")
    return " ".join(said)


def _titles(results: list[Result]) -> str:
    """Those that fail on the other side say so: closer to what was learned is not what was found."""
    turned = {True: " (of the holdout)", False: ""}
    return ", ".join(result.title.lower() + turned[result.reason.startswith(TURNED)] for result in results)


def _numbers(result: Result) -> tuple[Number, ...]:
    """What the first screen shows of a metric: its value, or the reference and the difference too."""
    if not result.headline_reference:
        beside = beside_text(result)
        return (Number(label=result.headline, metric=result.metric, text=value_text(result), beside=beside),)
    if result.value is None or result.reference is None:
        return ()
    gap = result.parts[0]
    score = f"{result.details['score']}, target {result.details['target']}"
    ends = gap.interval or (0.0, 0.0)
    difference = f"95 % interval {ends[0]:+.3f} to {ends[1]:+.3f}".replace("-", "−")
    return tuple(
        Number(label=label, metric=result.metric, text=text, beside=beside)
        for label, text, beside in (
            (result.headline, f"{result.value:.3f}", score),
            (result.headline_reference, f"{result.reference:.3f}", score),
            ("Difference", f"{gap.value:+.3f}".replace("-", "−"), difference),
        )
    )


def value_text(result: Result) -> str:
    """Returns the value as people read it: shares in per cent, areas and scores with three decimals.

    Example:
        >>> number_text(0.8604, "share"), number_text(0.9972, "area"), number_text(None, "area")
        ('86.0 %', '0.997', 'not computed')
    """
    return number_text(result.value, result.unit)


def number_text(value: float | None, unit: str) -> str:
    """Returns a number as people read it; see `value_text`."""
    if value is None:
        return "not computed"
    if unit == "share":
        percent = 100 * value
        shown = f"{percent:.2f} %" if 0 < percent < 1 or 99 < percent < 100 else f"{percent:.1f} %"
        return shown.replace("-", "−")
    return f"{value:.3f}".replace("-", "−")


def beside_text(result: Result) -> str:
    """Returns what a value is to be compared with."""
    if not result.computed:
        return result.reason
    if result.reference is None:
        return f"best possible: {number_text(result.best, result.unit)}"
    reference = number_text(result.reference, result.unit)
    if result.reference_source in (GUESSING, EXCHANGEABLE):
        chance = f"{100 * result.reference:g} %" if result.unit == "share" else f"{result.reference:g}"
        return f"{chance} is {'no difference' if result.reference_source == EXCHANGEABLE else 'guessing'}"
    return f"{result.reference_label}: {reference}"
