"""Membership by shadow models: the attack for who can train the synthesizer again and again.

The attacker knows the method, its settings and other people's rows, and holds a record. Models trained with it and
without show how a model that saw the record looks at it, and how one that did not; the model under attack is then
judged by which of the two it resembles (Shokri et al. 2017; the likelihood ratio of Carlini et al. 2022, section IV;
for synthetic data Stadler et al. 2022). Every model is attacked with the help of all others, so that no fit is wasted.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from synthgen.audit.audit import closeness_to_model
from synthgen.data.schema import Schema
from synthgen.dp.budget import DifferentialPrivacy
from synthgen.errors import EvaluationError
from synthgen.metrics.attack import Attack
from synthgen.metrics.base import CONFIDENCE
from synthgen.metrics.low_rates import MIN_FALSE_POSITIVES, RATES, true_positive_rate
from synthgen.progress import progress
from synthgen.synthesizers.tables.base import TableSynthesizer
from synthgen.workers.asked import workers_of
from synthgen.workers.workers import Shared, Workers

LEAST_MODELS = 4
"""With fewer, some targets are on one side of all other models."""

MOST_TARGETS = 1_000
"""Unless told; to attack one costs next to nothing beside a fit."""

LEAST_TARGETS = 20
"""With fewer, no area says much."""

BOOTSTRAPS = 500
"""Draws of targets behind an interval."""


@dataclass(frozen=True)
class ShadowResult:
    """How well shadow models tell who was learned.

    Args:
        family: Of the synthesizer.
        num_models: Fits, each to a random half of the patients.
        num_targets: Patients under attack in each of them.
        area: Under the ROC curve; 0.5 is guessing.
        interval: Of it, 95 %, targets drawn anew.
        rates: False-positive rate to true-positive rate; None where there are too few outsiders.
        attack: What the attacker looked at.
    """

    family: str
    num_models: int
    num_targets: int
    area: float
    interval: tuple[float, float]
    rates: dict[float, float | None]
    attack: str

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as plain types."""
        rates = {f"{rate:g}": found for rate, found in self.rates.items()}
        return {**vars(self), "interval": list(self.interval), "rates": rates}

    def __str__(self) -> str:
        low, high = self.interval
        known = [f"{found:.1%} at {rate:g}" for rate, found in self.rates.items() if found is not None]
        return (
            f"Shadow models tell members from outsiders with an area of {self.area:.3f} ({low:.3f} to {high:.3f}, "
            "95 %; 0.5: guessing).\n"
            f"Members found, by the share of outsiders wrongly accused: {', '.join(known) or 'too few'}.\n"
            f"{self.num_targets} patients in {self.num_models} fits of {self.family}, by {self.attack}."
        )


@dataclass(frozen=True)
class _Study:
    """What all fits share: a synthesizer that is not fitted, the table, whose its rows are, those under attack."""

    synthesizer: TableSynthesizer
    frame: pd.DataFrame
    patients: np.ndarray
    rows: pd.DataFrame
    schema: Schema
    privacy: DifferentialPrivacy | None


def _attacked(study: _Study, task: tuple[int, np.ndarray]) -> tuple[np.ndarray, str]:
    """Fits to those inside, by a seed; returns how close the rows under attack are to that model, and by what."""
    seed, inside = task
    half = study.frame[inside[study.patients]].reset_index(drop=True)
    model = clone(study.synthesizer).set_params(seed=seed)
    model.fit(half, schema=study.schema, privacy=study.privacy, verbose=False)
    return closeness_to_model(model, study.rows, num_rows=len(half), seed=seed)


def shadow_attack(  # noqa: PLR0913
    synthesizer: TableSynthesizer,
    frame: pd.DataFrame,
    *,
    schema: Schema,
    privacy: DifferentialPrivacy | None = None,
    num_models: int = 8,
    num_targets: int | None = None,
    seed: int = 0,
    workers: int | Workers = 1,
    verbose: bool = True,
) -> ShadowResult:
    """Fits a synthesizer to random halves of a table, and tells from the models who was in which half.

    Args:
        synthesizer: Cloned for each fit; stays as it is.
        frame: (rows, columns), with twice the patients that a fit should see.
        schema: What the table holds.
        privacy: A budget of each fit.
        num_models: Fits; the more, the stronger the attack.
        num_targets: Patients under attack, one row of each; None: all, or 1000 drawn by chance.
        seed: Of halves, targets and fits.
        workers: Processes that fit, each with a copy of the table in memory; 1: this one.
        verbose: Whether to show progress.

    Returns:
        How often the attacker is right.

    Raises:
        EvaluationError: If there are too few models, targets or patients.
        SettingsError: See `Synthesizer.fit`.
        WorkerError: If a worker ended.

    Example:
        >>> import synthgen as sg
        >>> frame = sg.load_dataset("breast_cancer")
        >>> result = shadow_attack(sg.GaussianCopula(), frame, schema=sg.Schema.infer(frame), verbose=False)
        >>> 0.5 < result.area < 0.8
        True
    """
    who, patients = workers_of(workers), schema.patients(frame)
    number = int(patients.max(initial=-1)) + 1
    asked = min(MOST_TARGETS, number) if num_targets is None else num_targets
    _check(num_models, asked, number)
    schema.validate(frame)
    rng = np.random.default_rng([seed, 61])
    targets = rng.choice(number, asked, replace=False)
    rows = frame.iloc[[int(np.flatnonzero(patients == target)[0]) for target in targets]]
    inside = np.array([rng.permutation(number) < number // 2 for _ in range(num_models)])  # (models, patients)
    study = _Study(clone(synthesizer), frame, patients, rows, schema, privacy)
    tasks = [(seed + place, chosen) for place, chosen in enumerate(inside)]
    with closing(who.map(_attacked, tasks, shared=Shared(study))) as attacked:
        found = list(progress(attacked, "Shadow models", verbose, total=num_models))
    ratios = likelihood_ratios(np.array([scores for scores, _ in found]), inside[:, targets])
    return _result(ratios, inside[:, targets], synthesizer.family, found[-1][1], rng)


def likelihood_ratios(scores: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Returns how much more likely each score is of a model that saw the target than of one that did not.

    Normal laws, the mean of each target's scores with and without it from all other models, one deviation for all
    (Carlini et al. 2022, section VI-C: with few models a deviation of each target's own is worse).

    Args:
        scores: (models, targets), the higher, the better known a target is to a model.
        inside: (models, targets) whether the model saw the target.

    Returns:
        (models, targets), logarithms; 0 where all other models saw the target, or none did.

    Example:
        >>> scores = np.array([[1.0, 0.0], [0.0, 1.1], [1.1, 0.0], [0.0, 0.9]])
        >>> (likelihood_ratios(scores, scores > 0.5) > 0).tolist()
        [[True, False], [False, True], [True, False], [False, True]]
    """
    models = len(scores)
    ratios = np.zeros(scores.shape)
    for place in range(models):
        others = np.arange(models) != place
        with_target, own = inside[others], scores[others]
        counts = np.array([with_target.sum(0), (~with_target).sum(0)])  # (2, targets)
        sums = np.array([(own * with_target).sum(0), (own * ~with_target).sum(0)])
        means = sums / np.maximum(counts, 1)
        spread = np.where(with_target, own - means[0], own - means[1])[:, (counts > 0).all(0)]
        variance = spread.var() + 1e-12
        gained = ((scores[place] - means[1]) ** 2 - (scores[place] - means[0]) ** 2) / (2 * variance)
        ratios[place] = np.where((counts > 0).all(0), gained, 0.0)
    return ratios


def _result(ratios: np.ndarray, inside: np.ndarray, family: str, attack: str, rng: np.random.Generator) -> ShadowResult:
    models, targets = ratios.shape

    def of(chosen: np.ndarray) -> Attack:
        return Attack(ratios[:, chosen][inside[:, chosen]], ratios[:, chosen][~inside[:, chosen]])

    whole = of(np.arange(targets))
    areas = [of(rng.integers(0, targets, size=(targets,))).area for _ in range(BOOTSTRAPS)]
    low, high = np.quantile(areas, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    enough = {rate: len(whole.outsiders) * rate >= MIN_FALSE_POSITIVES for rate in RATES}
    rates = {rate: true_positive_rate(whole, rate) if known else None for rate, known in enough.items()}
    return ShadowResult(family, models, targets, whole.area, (float(low), float(high)), rates, attack)


def _check(num_models: int, num_targets: int, patients: int) -> None:
    for name, value, least in (("num_models", num_models, LEAST_MODELS), ("num_targets", num_targets, LEAST_TARGETS)):
        if value < least:
            raise EvaluationError(f"Expected {name} >= {least}. Received {value}.")
    if num_targets > patients:
        raise EvaluationError(f"Expected num_targets to be at most the {patients} patients. Received {num_targets}.")
