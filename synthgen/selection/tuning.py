"""tune: searches the settings of a family for those whose rows are most like rows that no trial saw."""

import contextlib
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import pandas as pd

from synthgen.data.schema import Schema
from synthgen.data.split import split
from synthgen.errors import EvaluationError, SettingsError, SynthgenError, did_you_mean
from synthgen.selection.held_out_score import LEAST_ROWS, MOST_ROWS
from synthgen.selection.search_spaces import SPACES
from synthgen.selection.tuning_result import TuningResult
from synthgen.selection.tuning_search import Search
from synthgen.synthesizers.tables.families import FAMILIES
from synthgen.synthesizers.tables.inputs import check_schema

HELD_OUT = 0.2
"""Share of the patients that no trial is fitted to, at most 10 000 of them."""

LEAST_PATIENTS = 10
"""Held-out patients below which a score says nothing."""


def tune(  # noqa: PLR0913
    frame: pd.DataFrame,
    *,
    family: str = "TabularGAN",
    minutes: float | None = 30,
    num_trials: int | None = None,
    schema: Schema | None = None,
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
    verbose: bool = True,
) -> TuningResult:
    """Searches settings, and returns a synthesizer fitted with the best.

    A fifth of the patients is held out. Each trial fits a synthesizer to the others and is scored on the held-out rows
    (`objective`). The first trial has the family's defaults; the others are chosen by what was found so far (tree of
    Parzen estimators, Bergstra et al. 2011, by Optuna). A trial whose epochs do worse than the median of those before
    is given up. In the end the best settings are fitted to all rows. Ctrl-C ends the search and keeps the best so far,
    as it was fitted without the held-out rows.

    Args:
        frame: (rows, columns), training rows only: keep a holdout for `evaluate` out of it.
        family: Which synthesizer.
        minutes: Wall time for everything, the last fit included, which the search leaves time for. A run that is too
            short for one trial cuts that short. None: no limit.
        num_trials: Most trials; None: as many as the time allows, at most 100.
        schema: What the table holds; None infers it.
        settings: Settings that all trials have, and that are not searched: ``{"num_steps": 2_000}``.
        seed: Of everything random. Without a limit of time, the same seed gives the same search.
        verbose: Whether to show progress on a terminal.

    Returns:
        Best settings, trials and synthesizer.

    Raises:
        SynthgenError: If Optuna is not installed.
        SettingsError: If family, settings or limits are not possible.
        SchemaError: If the table does not fit the schema.
        EvaluationError: If there are too few rows to hold some out.
        FitInterrupted: On Ctrl-C before the first trial ended.

    Example:
        >>> import synthgen as sg
        >>> result = tune(sg.load_dataset("breast_cancer"), family="GaussianCopula", minutes=None, num_trials=2)
        >>> len(result.trials), sorted(result.settings) in ([], ["num_bins"])
        (2, True)
    """
    optuna = _optuna()
    fixed = dict(settings or {})
    _check(family, fixed, minutes=minutes, num_trials=num_trials, seed=seed)
    check_schema(schema, second=None)
    schema = Schema.infer(frame) if schema is None else schema
    schema.validate(frame)
    train, held_out = hold_patients_out(frame, schema, seed=seed)
    search = Search(optuna, family, train, held_out, schema=schema, fixed=fixed, seed=seed, verbose=verbose)
    with _quiet(optuna):
        ended = search.run(seconds=None if minutes is None else 60 * minutes, num_trials=num_trials)
    if search.best is None:
        raise SynthgenError(f"None of {len(search.trials)} trials could be completed: {search.trials[-1].note}")
    synthesizer, refitted, problem = search.final(frame)
    return TuningResult(
        family=family, best=search.best, trials=tuple(search.trials), synthesizer=synthesizer, refitted=refitted,
        ended=f"{ended}{problem}",
    )  # fmt: skip


def _optuna() -> ModuleType:
    try:
        import optuna
    except ImportError as error:
        raise SynthgenError("tune needs Optuna: pip install 'synthgen[tune]'") from error
    return optuna


@contextlib.contextmanager
def _quiet(optuna: ModuleType) -> Iterator[None]:
    """Keeps Optuna's own lines, one for each trial, off the screen."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


def _check(family: str, fixed: dict[str, Any], *, minutes: float | None, num_trials: int | None, seed: int) -> None:
    """Refuses what cannot be tuned, before anything is done."""
    if family not in SPACES:
        raise SettingsError(f"Expected family in {list(SPACES)}. Received {family!r}.{did_you_mean(family, SPACES)}")
    if minutes is None and num_trials is None:
        raise SettingsError("Expected minutes or num_trials: without both the search would never end.")
    if minutes is not None and not minutes > 0:
        raise SettingsError(f"Expected minutes above 0. Received {minutes}.")
    if num_trials is not None and num_trials < 1:
        raise SettingsError(f"Expected num_trials of at least 1. Received {num_trials}.")
    if "seed" in fixed:
        raise SettingsError("settings holds a seed. Give it to tune itself: seed=...")
    FAMILIES[family](seed=seed).set_params(**fixed).check_settings()
    if not SPACES[family].keys() - fixed.keys():
        raise SettingsError(f"settings holds all that would be searched: {list(SPACES[family])}. Leave some out.")


def hold_patients_out(frame: pd.DataFrame, schema: Schema, *, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Returns rows to fit trials to and rows to score them on; no patient has both.

    Args:
        frame: All rows, valid under `schema`.
        schema: What they hold.
        seed: Of the choice.

    Raises:
        EvaluationError: If too few rows or patients would be held out.
    """
    share = min(HELD_OUT, MOST_ROWS / max(int(schema.patients(frame).max()) + 1, 1))
    train, held_out = split(frame, by=schema.patient_key, holdout=share, seed=seed)
    patients = len(set(schema.patients(held_out).tolist()))
    if len(held_out) < LEAST_ROWS or patients < LEAST_PATIENTS:
        raise EvaluationError(
            f"tune holds a fifth of the patients out and needs at least {LEAST_ROWS} rows of {LEAST_PATIENTS} of them. "
            f"The table's {len(frame)} rows leave {len(held_out)} rows of {patients}; use the family's defaults."
        )
    return train, held_out
