"""The audit of one patient: fit with and without, again and again, and tell from each fit which it was.

The adversary of the definition itself (Dwork and Roth 2014, definition 2.4; the audit of Jagielski et al. 2020, section
4, and Nasr et al. 2021): knows every other row, the method, its settings and its seed, and sees the model. Canaries
that are planted together hide what one patient does to the rest of the table; here nothing else differs.
"""

from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from synthgen.audit.bound import epsilon_of_trials
from synthgen.audit.canaries import canaries
from synthgen.audit.evidence import Worlds, evidence, guess
from synthgen.data.columns import Identifier
from synthgen.data.schema import Schema
from synthgen.dp.budget import DifferentialPrivacy
from synthgen.errors import EvaluationError
from synthgen.progress import progress
from synthgen.synthesizers.tables.base import TableSynthesizer
from synthgen.workers.asked import workers_of
from synthgen.workers.workers import Shared, Workers

LEAST_TRIALS = 10
"""So many right guesses are the fewest that refute an epsilon of 1."""

PRACTICE = 10
"""Fits of the attacker's own before the first guess, half of them with the patient; earlier trials teach as well."""

MOST_TRIES = 100
"""Identifiers that are made for a planted patient until one is nobody's."""

ROWS_FACTOR, MOST_ROWS = 20, 200_000
"""Rows drawn from each fit for each row of the table, and at most: to draw is cheap beside a fit."""


@dataclass(frozen=True)
class OnePatientResult:
    """What an audit of one patient proves.

    Args:
        family: Of the synthesizer.
        patient: Who it was: "planted" or "removed".
        trials: Fits that were guessed, each with the patient by the toss of a coin.
        correct: Guesses that were right; half of them is chance.
        lower_bound: Epsilon that the method certainly does not keep below, with 95 % confidence.
        provable: What the bound would be if all guesses were right: more takes more trials.
        claimed: Largest epsilon that a ledger of the fits states; None: nothing is promised.
        delta: Of the claim.
        attack: What decided most guesses.
        knew: What the attacker knew and saw.
    """

    family: str
    patient: str
    trials: int
    correct: int
    lower_bound: float
    provable: float
    claimed: float | None
    delta: float
    attack: str
    knew: str

    @property
    def refuted(self) -> bool:
        """Whether the claim is false: the bound lies above it."""
        return self.claimed is not None and self.lower_bound > self.claimed

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as plain types."""
        return {"mode": "one patient", **vars(self), "refuted": self.refuted}

    def __str__(self) -> str:
        claim = "nothing is promised" if self.claimed is None else f"claimed: {self.claimed:.3g}"
        verdict = "THE CLAIM IS FALSE. " if self.refuted else ""
        proves = "" if self.refuted else "A bound that is not above the claim proves nothing, 0 included. "
        return (
            f"{verdict}Epsilon is at least {self.lower_bound:.2f} (95 % confidence); {claim}, delta {self.delta:g}.\n"
            f"One patient, {self.patient} in {self.trials} fits of {self.family}, each by the toss of a coin: "
            f"{self.correct} guesses were right, most by {self.attack}.\n"
            f"The attacker {self.knew}.\n"
            f"{proves}So many fits can prove {self.provable:.2f} at most."
        )


@dataclass(frozen=True)
class _Study:
    """What all fits share: a synthesizer that is not fitted, both tables, and how much is drawn."""

    synthesizer: TableSynthesizer
    worlds: Worlds
    schema: Schema
    privacy: DifferentialPrivacy | None
    num_rows: int
    seed: int


def _seen(study: _Study, task: tuple[int, bool]) -> tuple[float | None, dict[str, float]]:
    """Fits to one of the tables; returns the epsilon that the fit states, and what it shows of the patient."""
    place, inside = task
    fitted = clone(study.synthesizer)
    table = study.worlds.inside if inside else study.worlds.outside
    fitted.fit(table, schema=study.schema, privacy=study.privacy, verbose=False)
    rng = np.random.default_rng([study.seed, 63, place])
    shown = evidence(fitted, study.worlds, num_rows=study.num_rows, rng=rng)
    return None if fitted.ledger is None else fitted.ledger.epsilon, shown


def audit_one_patient(  # noqa: PLR0913
    synthesizer: TableSynthesizer,
    frame: pd.DataFrame,
    *,
    schema: Schema,
    privacy: DifferentialPrivacy | None = None,
    trials: int = 30,
    row: int | None = None,
    num_rows: int | None = None,
    seed: int = 0,
    workers: int | Workers = 1,
    verbose: bool = True,
) -> OnePatientResult:
    """Fits a synthesizer many times, with one patient or without, and tells from each fit which it was.

    What decides a guess, and where its threshold lies, is learned from earlier fits only. Then, if epsilon is kept,
    each guess is right with probability (e^epsilon + delta) / (1 + e^epsilon) at most, whatever came before, and so
    many right ones prove a bound. A bound below the claim proves nothing.

    Args:
        synthesizer: Cloned for each fit, with the same seed; stays as it is. Few steps of training find faults of
            reading as well as many.
        frame: (rows, columns), training rows.
        schema: What the table holds.
        privacy: The promise to be audited; None: what fits without one give away.
        trials: Fits that are guessed; `PRACTICE` more come before. All right, 10 refute an epsilon of 1, 63 one of 3.
        row: Position of a row whose patient is removed; None: a patient who does not exist and stands out is planted
            before all others.
        num_rows: Drawn from each fit; None: 20 for each row of the table, at most 200 000.
        seed: Of coins, of the planted patient and of drawn rows; the noise of fits has no seed.
        workers: Processes that fit, each with a copy of both tables in memory; 1: this one.
        verbose: Whether to show progress.

    Returns:
        How often the attacker was right, and what that proves.

    Raises:
        EvaluationError: If there are too few trials, no such row, or nobody can be planted or left.
        SettingsError: See `Synthesizer.fit`.
        WorkerError: If a worker ended.

    Example:
        >>> import synthgen as sg
        >>> frame = sg.load_dataset("breast_cancer")
        >>> result = audit_one_patient(
        ...     sg.GaussianCopula(), frame, schema=sg.Schema.infer(frame), trials=10, num_rows=500, verbose=False
        ... )
        >>> result.claimed is None, round(result.provable, 2)
        (True, 1.05)
    """
    if trials < LEAST_TRIALS:
        raise EvaluationError(f"Expected trials >= {LEAST_TRIALS}. Received {trials}.")
    if num_rows is not None and num_rows < 1:
        raise EvaluationError(f"Expected num_rows >= 1. Received {num_rows}.")
    who = workers_of(workers)
    schema.validate(frame)
    rng = np.random.default_rng([seed, 62])
    unit = schema.patient_key if privacy is None or privacy.unit is None else privacy.unit
    worlds = _planted(frame, schema, unit, rng) if row is None else _removed(frame, unit, row)
    drawn = min(ROWS_FACTOR * len(frame), MOST_ROWS) if num_rows is None else num_rows
    inside = [place % 2 == 0 for place in range(PRACTICE)] + (rng.random(trials) < 0.5).tolist()
    study = _Study(clone(synthesizer), worlds, schema, privacy, drawn, seed)
    with closing(who.map(_seen, list(enumerate(inside)), shared=Shared(study))) as shown:
        found = list(progress(shown, "Fitting with and without one patient", verbose, total=len(inside)))
    claims, past = [claim for claim, _ in found], [seen for _, seen in found]
    told: Counter[str] = Counter()
    correct = 0
    for place in range(PRACTICE, len(inside)):
        sign, by = guess(past[:place], inside[:place], past[place])
        told[by] += 1
        correct += int((sign > 0 or (sign == 0 and rng.random() < 0.5)) == inside[place])
    stated = [claim for claim in claims if claim is not None]
    delta = 0.0 if privacy is None else privacy.delta
    return OnePatientResult(
        family=synthesizer.family, patient="planted" if row is None else "removed", trials=trials, correct=correct,
        lower_bound=epsilon_of_trials(trials=trials, correct=correct, delta=delta),
        provable=epsilon_of_trials(trials=trials, correct=trials, delta=delta),
        claimed=max(stated) if len(stated) == len(claims) else None, delta=delta, attack=told.most_common(1)[0][0],
        knew="knew all other rows, the patient's, the method, its settings and its seed; saw the model file and "
        f"{drawn} rows drawn from it; did not know the noise",
    )  # fmt: skip


def _planted(frame: pd.DataFrame, schema: Schema, unit: str | None, rng: np.random.Generator) -> Worlds:
    """A patient who does not exist, and stands out, comes first."""
    if unit is not None and not isinstance(schema.columns.get(unit), Identifier):
        raise EvaluationError(
            f"The promise is made to each {unit!r}, which is no identifier: nobody new can be planted. Give a row, "
            f"whose {unit!r} is removed."
        )
    outside = frame.reset_index(drop=True)
    for _ in range(MOST_TRIES):
        patient = canaries(frame, schema, num_canaries=1, rng=rng)
        if unit is None or not patient[unit].isin(frame[unit]).any():  # somebody else's name would add nobody
            inside = pd.concat([patient, outside], ignore_index=True).astype(frame.dtypes.to_dict())
            return Worlds(inside, outside, patient)
    raise EvaluationError(
        f"Column {unit!r}: {MOST_TRIES} new identifiers were all taken. Declare a pattern with room for more, or give "
        "a row, whose patient is removed."
    )


def _removed(frame: pd.DataFrame, unit: str | None, row: int) -> Worlds:
    """Who stands in a row is taken out, with all rows of theirs."""
    if not 0 <= row < len(frame):
        raise EvaluationError(f"Expected row to be 0 or more and below the {len(frame)} rows. Received {row}.")
    if unit is not None and unit not in frame:
        raise EvaluationError(f"DifferentialPrivacy: unit={unit!r} is not a column of the table.")
    whole = frame.reset_index(drop=True)
    theirs = np.arange(len(whole)) == row
    if unit is not None:
        if pd.isna(whole[unit].iloc[row]):
            raise EvaluationError(f"Column {unit!r} is missing in row {row}: nobody is named there. Give another row.")
        theirs = (whole[unit] == whole[unit].iloc[row]).to_numpy(dtype=bool, na_value=False)
    if theirs.all():
        raise EvaluationError("All rows are one patient's: nothing is left without.")
    return Worlds(whole, whole[~theirs].reset_index(drop=True), whole[theirs].reset_index(drop=True))
