"""The audit of a synthesizer: plant canaries, fit once, guess who was planted, and say what that proves."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from synthgen.audit.bound import epsilon_lower_bound
from synthgen.audit.canaries import canaries
from synthgen.audit.evidence import log_shares
from synthgen.data.schema import Schema
from synthgen.dp.budget import DifferentialPrivacy
from synthgen.errors import EvaluationError
from synthgen.synthesizers.tables.base import TableSynthesizer

GUESSED = 1 / 2
"""Share of the canaries that are guessed, the likeliest and the least likely ones; on others the attacker passes."""

LEAST_CANARIES = 20
"""With fewer, no number of correct guesses proves much."""


@dataclass(frozen=True)
class AuditResult:
    """What an audit proves.

    Args:
        family: Of the synthesizer.
        num_canaries: Planted with probability one half each.
        guesses: Canaries that were guessed.
        correct: Guesses that were right; half of them is chance.
        lower_bound: Epsilon that the method certainly does not keep below, with 95 % confidence.
        claimed: Epsilon that the ledger states; None: nothing is promised.
        delta: Of the claim.
        attack: What the attacker looked at.
    """

    family: str
    num_canaries: int
    guesses: int
    correct: int
    lower_bound: float
    claimed: float | None
    delta: float
    attack: str

    @property
    def refuted(self) -> bool:
        """Whether the claim is false: the bound lies above it."""
        return self.claimed is not None and self.lower_bound > self.claimed

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as plain types."""
        return {"mode": "canaries", **vars(self), "refuted": self.refuted}

    def __str__(self) -> str:
        claim = "nothing is promised" if self.claimed is None else f"claimed: {self.claimed:.3g}"
        verdict = "THE CLAIM IS FALSE. " if self.refuted else ""
        return (
            f"{verdict}Epsilon is at least {self.lower_bound:.2f} (95 % confidence); {claim}, delta {self.delta:g}.\n"
            f"{self.correct} of {self.guesses} guesses were right about {self.num_canaries} canaries planted in the "
            f"training rows of {self.family}, by {self.attack}.\n"
            "The attacker saw one model. Canaries are planted together: what one patient does to all other rows hides "
            "behind them (audit_one_patient, --one-patient). A bound that is not above the claim proves nothing."
        )


def audit(
    synthesizer: TableSynthesizer,
    frame: pd.DataFrame,
    *,
    schema: Schema,
    privacy: DifferentialPrivacy | None = None,
    num_canaries: int = 200,
    seed: int = 0,
    verbose: bool = True,
) -> AuditResult:
    """Fits a synthesizer once to a table with planted patients, and tries to tell who was planted.

    Each canary is a row that stands out, planted or not by the toss of a coin. The attacker holds the model: where it
    knows how likely a row is, canaries are ranked by that against independent columns, else by how near the closest
    synthetic row comes. A bound far below the claim is the usual case: it says that this attack is weak, not that
    the promise is generous. A bound above the claim refutes it. Canaries are planted together and hide what each of
    them does to other rows: `audit_one_patient` looks for that.

    Args:
        synthesizer: To be fitted; left fitted to the table with canaries, so do not use its rows.
        frame: (rows, columns), training rows.
        schema: What the table holds.
        privacy: The promise to be audited; None: what a fit without one gives away.
        num_canaries: Planted with probability one half each. They take part in training: few thousandths of the rows
            change nothing else.
        seed: Of canaries and coins.
        verbose: Whether to show progress.

    Returns:
        What was guessed and what it proves.

    Raises:
        EvaluationError: If there are too few canaries.
        SettingsError: See `Synthesizer.fit`.

    Example:
        >>> import synthgen as sg
        >>> frame = sg.load_dataset("breast_cancer")
        >>> result = audit(sg.GaussianCopula(), frame, schema=sg.Schema.infer(frame), num_canaries=50, verbose=False)
        >>> result.claimed is None, 0 <= result.lower_bound < 4
        (True, True)
    """
    if num_canaries < LEAST_CANARIES:
        raise EvaluationError(f"Expected num_canaries >= {LEAST_CANARIES}. Received {num_canaries}.")
    rng = np.random.default_rng([seed, 60])
    schema.validate(frame)
    planted = canaries(frame, schema, num_canaries=num_canaries, rng=rng)
    coins = rng.random(num_canaries) < 0.5
    table = pd.concat([frame, planted[coins]], ignore_index=True)
    table = table.iloc[rng.permutation(len(table))].reset_index(drop=True).astype(frame.dtypes.to_dict())
    synthesizer.fit(table, schema=schema, privacy=privacy, verbose=verbose)
    scores, attack = closeness_to_model(synthesizer, planted, num_rows=len(frame), seed=seed)
    order = np.argsort(scores + 1e-9 * rng.random(num_canaries))
    each = max(int(GUESSED * num_canaries / 2), 1)
    correct = int(coins[order[-each:]].sum() + (~coins[order[:each]]).sum())
    delta = 0.0 if privacy is None else privacy.delta
    bound = epsilon_lower_bound(guesses=2 * each, correct=correct, num_canaries=num_canaries, delta=delta)
    claimed = None if synthesizer.ledger is None else synthesizer.ledger.epsilon
    return AuditResult(synthesizer.family, num_canaries, 2 * each, correct, bound, claimed, delta, attack)


def closeness_to_model(
    synthesizer: TableSynthesizer, records: pd.DataFrame, *, num_rows: int, seed: int
) -> tuple[np.ndarray, str]:
    """Returns how much each record looks like a training row to who holds the model, and by what that was told.

    Args:
        synthesizer: Fitted.
        records: (records, columns).
        num_rows: Synthetic rows to draw, where the model does not know how likely a row is.
        seed: Of that sample.

    Returns:
        (records,), the higher, the likelier a training row; and the measure, in words.
    """
    _, encoder, model = synthesizer.fitted()
    table = encoder.encode(records, seed=seed)
    likelihood = getattr(model, "log_likelihood", None)
    if likelihood is not None:
        scores = np.subtract(likelihood(table), log_shares(encoder, table))
        return scores, "the likelihood of each, against independent columns"
    drawn = encoder.encode(synthesizer.sample(num_rows, calibrate=False, seed=seed, verbose=False), seed=seed)
    distances, _ = cKDTree(encoder.layout.expand(drawn)).query(encoder.layout.expand(table))
    return np.negative(np.asarray(distances)), "the distance to the closest synthetic row"
