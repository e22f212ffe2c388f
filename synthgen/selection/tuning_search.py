"""The search of `tune`: trials one after the other, each fitted, watched and scored."""

import time
from types import ModuleType
from typing import Any

import keras
import pandas as pd
from rich.console import Console

from synthgen.data.schema import Schema
from synthgen.errors import FitInterrupted, SynthgenError
from synthgen.selection.held_out_score import HeldOutScore, held_out_score
from synthgen.selection.search_spaces import suggested
from synthgen.selection.tuning_result import Trial, line_of
from synthgen.synthesizers.tables.base import TableSynthesizer
from synthgen.synthesizers.tables.families import FAMILIES

EPOCHS_TO_SHOW = 5
"""Of 20: before these a trial is not given up, since slow starters may win."""

TRIALS_TO_COMPARE = 3
"""Trials that must have ended before one is given up, and failures at the start after which the search is."""

MOST_TRIALS = 100
"""Unless a number is given: for a family that fits in seconds the time would allow more than there is to find."""

CUT_SHORT = "cut short: more minutes would help"
"""What is noted of the first trial if the time was not enough for it."""


class _OutOfTime(Exception):
    """Leaves a trial that cannot be finished in time."""


class Search:
    """Trials of one family, one after the other.

    Args:
        optuna: The module.
        family: Name of the family.
        train: Rows to fit to.
        held_out: Rows to score on.
        schema: Of both.
        fixed: Settings that are not searched.
        seed: Of everything random.
        verbose: Whether to show progress.
    """

    def __init__(  # noqa: PLR0913
        self, optuna: ModuleType, family: str, train: pd.DataFrame, held_out: pd.DataFrame, *, schema: Schema,
        fixed: dict[str, Any], seed: int, verbose: bool,
    ) -> None:  # fmt: skip
        self._optuna, self._family, self._train, self._held_out = optuna, family, train, held_out
        self._schema, self._fixed, self._seed, self._verbose = schema, fixed, seed, verbose
        self._console = Console(stderr=True)
        self._end: float | None = None
        self._more_rows = (len(train) + len(held_out)) / len(train)
        self._fit_seconds = 0.0  # that fitting the best again, to all rows, will take
        self.trials: list[Trial] = []
        self.best: Trial | None = None
        self.best_synthesizer: TableSynthesizer | None = None
        self.interrupted = False

    def run(self, *, seconds: float | None, num_trials: int | None) -> str:
        """Runs trials until the time is over or there were enough; returns why it ended.

        Args:
            seconds: For everything; None: no limit.
            num_trials: Most trials; None: `MOST_TRIALS`.
        """
        self._end = None if seconds is None else time.monotonic() + seconds
        study = self._optuna.create_study(
            sampler=self._optuna.samplers.TPESampler(seed=self._seed),
            pruner=self._optuna.pruners.MedianPruner(TRIALS_TO_COMPARE, EPOCHS_TO_SHOW),
        )
        try:
            while len(self.trials) < (num_trials or MOST_TRIALS):
                if self.trials and not self.affords(self._expected()):
                    return "the time was over"
                if self.best is None and len(self.trials) >= TRIALS_TO_COMPARE:
                    return "all trials failed"
                self._try(study, study.ask())
        except KeyboardInterrupt:
            if self.best is None:
                raise FitInterrupted("Interrupted before the first trial ended; nothing was kept.") from None
            self.interrupted = True
            return "interrupted"
        return "that is as many as were asked for" if num_trials else "more would hardly find better"

    def affords(self, seconds: float) -> bool:
        """Returns whether there is time left beside that for fitting the best again.

        Args:
            seconds: How much.
        """
        return self._end is None or time.monotonic() + seconds + self._fit_seconds <= self._end

    def _expected(self) -> float:
        """Seconds that the next trial will take; those given up say nothing about that."""
        whole = [trial.seconds for trial in self.trials if trial.outcome == "complete"]
        return sum(whole) / len(whole) if whole else 0.0

    def _try(self, study: Any, trial: Any) -> None:
        settings = self._fixed if trial.number == 0 else suggested(self._family, trial, fixed=self._fixed)
        synthesizer = FAMILIES[self._family](seed=self._seed, **settings)
        watch = Watch(self, trial, self._optuna.TrialPruned)
        started = time.monotonic()
        score: HeldOutScore | None = None
        outcome, note = "complete", ""
        try:
            synthesizer.fit(self._train, schema=self._schema, callbacks=[watch], verbose=self._verbose)
            fitted = time.monotonic() - started
            score = held_out_score(synthesizer, self._held_out, seed=self._seed)
            note = CUT_SHORT if watch.cut_short else ""
        except self._optuna.TrialPruned:
            outcome, note = "pruned", "the epochs of others were better"
        except _OutOfTime:
            outcome, note = "pruned", "the time was over"
        except FitInterrupted:
            raise
        except SynthgenError as error:  # a rate too high, or rows that no longer meet the constraints
            outcome, note = "failed", f"{type(error).__name__}: {error}"
        done = Trial(number=trial.number, settings=settings, outcome=outcome, score=score, note=note,  # type: ignore[arg-type]
                     seconds=time.monotonic() - started)  # fmt: skip
        state = {"complete": "COMPLETE", "pruned": "PRUNED", "failed": "FAIL"}[outcome]
        study.tell(trial, done.value if score else None, state=self._optuna.trial.TrialState[state])
        self.trials.append(done)
        if score is not None and (self.best is None or done.value < self.best.value):
            self.best, self.best_synthesizer, self._fit_seconds = done, synthesizer, fitted * self._more_rows
        self._show(done)

    def _show(self, trial: Trial) -> None:
        """Prints a trial's line on standard error, if a person may be looking."""
        if self._verbose and self._console.is_terminal:
            left = "" if self._end is None else f"  ({max(self._end - time.monotonic(), 0) / 60:.1f} minutes left)"
            line = line_of(trial, best=trial is self.best)
            self._console.print(f"{line}{left}", markup=False, highlight=False, soft_wrap=True)

    def final(self, frame: pd.DataFrame) -> tuple[TableSynthesizer, bool, str]:
        """Returns the best settings' synthesizer, whether it was fitted to all rows, and why not, if there is a reason.

        Args:
            frame: All rows.
        """
        best, held = self.best, self.best_synthesizer
        if best is None or held is None:
            raise RuntimeError("No trial is complete.")
        if self.interrupted:
            return held, False, ""
        self._fit_seconds = 0.0
        again, watch = FAMILIES[self._family](seed=self._seed, **best.settings), Watch(self)
        try:
            again.fit(frame, schema=self._schema, callbacks=[watch], verbose=self._verbose)
        except KeyboardInterrupt:
            return held, False, "; the last fit, to all rows, was interrupted"
        except SynthgenError as error:
            return held, False, f"; the last fit, to all rows, failed: {error}"
        if watch.cut_short and not best.note:  # what was trained to the end is worth more than some more rows
            return held, False, "; the last fit, to all rows, was not done in time"
        return again, True, ""


class Watch(keras.callbacks.Callback):
    """Reports epochs to a trial, gives it up where it does not pay, and ends training when the time is over.

    Args:
        search: That it belongs to.
        trial: Of Optuna; None: training for good, which is cut short rather than given up.
        pruned: What is raised to give a trial up.
    """

    def __init__(self, search: Search, trial: Any = None, pruned: type[Exception] = _OutOfTime) -> None:
        super().__init__()
        self._search, self._trial, self._pruned = search, trial, pruned
        self._started = time.monotonic()
        self.cut_short = False

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        scores = [float(value) for name, value in (logs or {}).items() if name in ("distance", "log_loss")]
        if self._trial is not None and scores:
            self._trial.report(scores[0], epoch)
            if self._trial.should_prune():
                raise self._pruned
        if epoch + 1 == self.params["epochs"]:
            return
        first = self._trial is not None and self._search.best is None
        # the first must leave as much time for itself, fitted again
        if self._search.affords(time.monotonic() - self._started if first else 0.0):
            return
        if self._trial is not None and not first:
            raise _OutOfTime
        self.cut_short = True
        self.model.stop_training = True
