"""Family and size for the table at hand: candidates are fitted, and judged by rows that none of them saw."""

import math
from numbers import Real

import numpy as np
import pandas as pd

from synthgen.data.schema import Schema
from synthgen.data.split import split
from synthgen.errors import FitInterrupted, SettingsError
from synthgen.selection.contest import Candidate, Contest
from synthgen.selection.held_out_score import MOST_ROWS
from synthgen.selection.pace import Clock
from synthgen.selection.selection import Selection, grouped
from synthgen.synthesizers.tables.autoregressive import TabularAutoregressive
from synthgen.synthesizers.tables.copula import GaussianCopula
from synthgen.synthesizers.tables.diffusion import TabularDiffusion
from synthgen.synthesizers.tables.gan import TabularGAN

SHARE, MOST_SHARE = 0.15, 1 / 3
"""Of patients, held out to choose by: usually, and at most."""

LEAST_PATIENTS = 200
"""Held out; the scores of fewer would be mostly chance."""

LEAST_ROWS, ROWS_A_MINUTE = 1_000, 500
"""Held out at most: for each minute of the budget, but that many always. Scoring must not eat up the training."""

FEW_ROWS, FEW_COLUMNS = 5_000, 40
"""Below so many rows a narrower network is tried too, above them a wider one; with so many columns at most."""


def candidates(*, num_rows: int, num_columns: int) -> list[Candidate]:
    """Returns what is tried on a table, in the order of cost; CTGAN and TVAE are baselines and no candidates.

    Args:
        num_rows: To train on.
        num_columns: To be learned.
    """
    found = [
        Candidate(GaussianCopula, {"calibration": True}),
        Candidate(TabularAutoregressive),
        Candidate(TabularGAN),
        # on a CPU, drawing rows to choose its epoch takes longer than its training
        Candidate(TabularDiffusion, {"validation": 0.0}),
    ]
    if num_columns <= FEW_COLUMNS:
        found.append(Candidate(TabularAutoregressive, {"width": 64 if num_rows < FEW_ROWS else 256}))
    return found


def fit_auto(
    frame: pd.DataFrame,
    *,
    minutes: float = 10.0,
    schema: Schema | None = None,
    seed: int = 0,
    verbose: bool = True,
) -> Selection:
    """Chooses a synthesizer and its size for a table, and fits it, within a budget of time.

    A copula comes first, since it takes seconds. Of each network a few steps are timed; it is then trained for as many
    as its share of the time affords, at most the family's own number, or left out where they would say nothing. All
    draw rows that boosted trees try to tell from rows of patients whom no candidate saw. If the time that is left
    affords as many steps again, the winner is fitted anew to all rows.

    Args:
        frame: (rows, columns), training rows only; what `evaluate` gets as holdout must not be among them.
        minutes: Of wall time for everything, above 0. Kept within about a tenth, except that a copula is
            fitted however short the time.
        schema: What the table holds; None infers it.
        seed: Of everything random. The number of steps, and with it the result, depends on the machine's speed too:
            the settings of the synthesizer that is returned repeat its fit.
        verbose: Whether to say on a terminal what is being done.

    Returns:
        The fitted synthesizer, what else was tried or left out, and why.

    Raises:
        SettingsError: If `minutes` is not above 0.
        SchemaError: If the table does not fit the schema.
        ProtectionError: If the table has fewer patients than `schema.rare_below`.
        FitInterrupted: On Ctrl-C; nothing is kept.

    Example:
        >>> import synthgen as sg
        >>> selection = sg.fit_auto(sg.load_dataset("breast_cancer"), minutes=1, verbose=False)
        >>> selection.chosen.name
        'GaussianCopula(calibration=True)'
        >>> selection.reason
        'The table has 569 patients. ...'
    """
    clock = Clock(60 * _checked(minutes))
    schema = Schema.infer(frame) if schema is None else schema
    schema.validate(frame)
    num_patients = len(np.unique(schema.patients(frame)))
    share = _share(num_patients, len(frame), minutes)
    all_of_them = candidates(num_rows=len(frame), num_columns=len(schema.learned))
    try:
        if share > MOST_SHARE:
            return _by_rule(frame, all_of_them, schema=schema, num_patients=num_patients, seed=seed, clock=clock)
        train, held_out = split(frame, by=schema.patient_key, holdout=share, seed=seed)
        contest = Contest(train, held_out, schema=schema, seed=seed, clock=clock, verbose=verbose)
        for place, candidate in enumerate(all_of_them):
            contest.enter(candidate, num_waiting=len(all_of_them) - place)
        return contest.settle(frame)
    except FitInterrupted:
        raise FitInterrupted("Interrupted while choosing a model; nothing was kept.") from None


def _checked(minutes: float) -> float:
    if isinstance(minutes, Real) and not isinstance(minutes, bool) and 0 < minutes < math.inf:
        return float(minutes)
    raise SettingsError(f"Expected minutes to be a number above 0, the time for everything. Received {minutes!r}.")


def _share(num_patients: int, num_rows: int, minutes: float) -> float:
    """Of patients to hold out; above `MOST_SHARE` where there are too few of them."""
    affordable = min(MOST_ROWS, max(LEAST_ROWS, ROWS_A_MINUTE * minutes))
    return max(min(SHARE, affordable / num_rows), LEAST_PATIENTS / num_patients)


def _by_rule(
    frame: pd.DataFrame, tried: list[Candidate], *, schema: Schema, num_patients: int, seed: int, clock: Clock
) -> Selection:
    """Fits the first candidate, whose few numbers little data can tell, to all rows."""
    synthesizer = tried[0].make(seed=seed).fit(frame, schema=schema, verbose=False)
    chosen = tried[0].result(seconds=clock.spent)
    few = f"{grouped(num_patients)} patients are too few to choose by"
    reason = (
        f"The table has {grouped(num_patients)} patients. To choose by held-out rows takes {LEAST_PATIENTS} of them, "
        f"at most a third, so {math.ceil(LEAST_PATIENTS / MOST_SHARE)} in all. For smaller tables the rule is "
        f"{chosen.name}, whose few numbers little data can tell; it has learned all rows."
    )
    return Selection(
        synthesizer=synthesizer, candidates=(chosen, *(each.result(skipped=few) for each in tried[1:])), chosen=chosen,
        reason=reason, refitted=True, held_out_rows=0, seconds=clock.spent,
    )  # fmt: skip
