"""Candidates in turn: timed, trained for what their share of time affords, scored; the best is fitted to all rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from rich.console import Console

from synthgen.data.schema import Schema
from synthgen.errors import ConstraintError, SynthgenError, TrainingError
from synthgen.selection.held_out_score import held_out_score
from synthgen.selection.pace import NUM_EPOCHS, STEPS, Clock, Pace, Watch, measure
from synthgen.selection.selection import CandidateResult, Selection, best_of, grouped, why
from synthgen.synthesizers.tables.base import TableSynthesizer
from synthgen.synthesizers.tables.network import NetworkSynthesizer

RESERVE = 0.4
"""Share of the budget that is kept for fitting the winner again, once a network has been tried."""

LEAST_SHARE_OF_STEPS = 0.1
"""Of a family's own number of steps, below which its score would say nothing about it."""

CAUTION = 0.9
"""Share of its time that a candidate's steps are planned to fill."""

LEAST_SECONDS = 15.0
"""A network is not begun with less: compiling its first step twice takes about that long."""


@dataclass(frozen=True)
class Candidate:
    """A family in one size.

    Args:
        family: Of synthesizers.
        settings: That differ from the family's own.
    """

    family: type[TableSynthesizer]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def make(self, *, seed: int, **more: Any) -> TableSynthesizer:
        """Returns the unfitted synthesizer.

        Args:
            seed: Of the synthesizer.
            more: Further settings.
        """
        return self.family(seed=seed, **(dict(self.settings) | more))

    def result(self, **found: Any) -> CandidateResult:
        """Returns how it fared.

        Args:
            found: See `CandidateResult`.
        """
        return CandidateResult(family=self.family.family, settings=dict(self.settings), **found)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A fitted candidate, with what it takes to fit it again.

    Args:
        candidate: Which.
        synthesizer: Fitted to the training rows.
        result: How it fared.
        fit_seconds: That its fit took.
        pace: Of its training; None where there are no steps.
        steps: That were planned; with patience, a run may end before.
        own_steps: The family's own number of steps.
    """

    candidate: Candidate
    synthesizer: TableSynthesizer
    result: CandidateResult
    fit_seconds: float
    pace: Pace | None = None
    steps: int = 0
    own_steps: int = 0


class Contest:
    """Candidates on the same rows, judged by the same held-out rows, within one budget of time.

    Args:
        train: (rows, columns) to fit candidates to.
        held_out: (rows, columns) of other patients, to score them by.
        schema: Of both.
        seed: Of everything random.
        clock: Of the budget.
        verbose: Whether to say on a terminal what is being done.
    """

    def __init__(
        self, train: pd.DataFrame, held_out: pd.DataFrame, *, schema: Schema, seed: int, clock: Clock, verbose: bool
    ) -> None:
        self._train, self._held_out = train, held_out
        self._schema, self._seed, self._clock, self._verbose = schema, seed, clock, verbose
        self._console = Console(stderr=True, highlight=False)
        self._results: list[CandidateResult] = []
        self._entries: list[Entry] = []
        self._failure: SynthgenError | None = None
        self._judging = 0.0  # seconds that a score takes, drawing apart
        self._beginning = LEAST_SECONDS  # seconds that finding out a pace and beginning a fit take

    def enter(self, candidate: Candidate, *, num_waiting: int) -> None:
        """Fits and scores a candidate, or notes why not.

        Args:
            candidate: Whose turn it is.
            num_waiting: Candidates that have not had theirs, this one included.
        """
        began = self._clock.spent
        try:
            if issubclass(candidate.family, NetworkSynthesizer):
                result = self._train_network(candidate, num_waiting)
            else:
                result = self._fit_quickly(candidate)
        except (TrainingError, ConstraintError) as error:
            self._failure = error
            result = candidate.result(seconds=self._clock.spent - began, skipped=f"it failed: {error}")
        self._results.append(result)

    def _fit_quickly(self, candidate: Candidate) -> CandidateResult:
        """Fits and scores a candidate without steps, which fits in any budget."""
        began = self._clock.spent
        self._say(candidate, "fitting")
        synthesizer = candidate.make(seed=self._seed).fit(self._train, schema=self._schema, verbose=False)
        fitted = self._clock.spent
        score = None if self._clock.left <= 0 else held_out_score(synthesizer, self._held_out, seed=self._seed)
        self._judging = self._clock.spent - fitted
        result = candidate.result(seconds=self._clock.spent - began, score=score)
        self._entries.append(
            Entry(candidate=candidate, synthesizer=synthesizer, result=result, fit_seconds=fitted - began)
        )
        return result

    def _train_network(self, candidate: Candidate, num_waiting: int) -> CandidateResult:
        began = self._clock.spent
        if self._most() < self._beginning:
            return candidate.result(skipped=f"{_seconds(self._most())} were left for it, which is too little to begin")
        own_steps = _network(candidate, self._seed).plan(len(self._train)).num_steps
        pace = self._measure(candidate)
        self._beginning = max(LEAST_SECONDS, 2 * (self._clock.spent - began))
        least = max(int(LEAST_SHARE_OF_STEPS * own_steps), NUM_EPOCHS)
        steps = self._affordable(pace, own_steps=own_steps, least=least, num_waiting=num_waiting)
        if not steps:
            return candidate.result(
                seconds=self._clock.spent - began,
                skipped=f"{grouped(least)} of its {grouped(own_steps)} steps, the fewest that say something, take "
                f"{_seconds(pace.seconds(least) / CAUTION)}; {_seconds(self._most())} were left for it",
            )
        self._say(candidate, f"training for {grouped(steps)} steps")
        synthesizer, watch = _network(candidate, self._seed, num_steps=steps), Watch(self._clock, spare=pace.score)
        fit_began = self._clock.spent
        synthesizer.fit(self._train, schema=self._schema, callbacks=[watch], verbose=self._verbose)
        fit_seconds = self._clock.spent - fit_began
        self._say(candidate, "scoring")
        score = held_out_score(synthesizer, self._held_out, seed=self._seed)
        done = min(watch.num_steps(synthesizer.plan(len(self._train))), steps)  # runs are rounded to equal chunks
        result = candidate.result(seconds=self._clock.spent - began, score=score, steps=done)
        self._entries.append(
            Entry(candidate=candidate, synthesizer=synthesizer, result=result, fit_seconds=fit_seconds, pace=pace,
                  steps=steps, own_steps=own_steps)
        )  # fmt: skip
        return result

    def _measure(self, candidate: Candidate) -> Pace:
        self._say(candidate, "measuring its speed")
        synthesizer = _network(candidate, self._seed, num_steps=STEPS * NUM_EPOCHS)
        return measure(
            synthesizer, self._train, schema=self._schema, clock=self._clock, num_scored=len(self._held_out),
            judging=self._judging,
        )  # fmt: skip

    def _most(self) -> float:
        """Seconds that a candidate may take: all that are left for the first network, later without the reserve."""
        tried = any(entry.pace for entry in self._entries)
        return max(self._clock.left - tried * RESERVE * self._clock.budget, 0.0)

    def _affordable(self, pace: Pace, *, own_steps: int, least: int, num_waiting: int) -> int:
        """Steps that a candidate's share of the time affords, or the fewest that say something; 0: not even these."""
        share = (self._clock.left - RESERVE * self._clock.budget) / num_waiting
        steps = min(pace.steps_within(CAUTION * share), own_steps)
        if steps < least:
            steps = least if pace.seconds(least) <= CAUTION * self._most() else 0
        return steps // NUM_EPOCHS * NUM_EPOCHS  # what a run would round to, so that it takes no longer

    def settle(self, frame: pd.DataFrame) -> Selection:
        """Returns the best candidate, fitted to all rows if there is time.

        Args:
            frame: (rows, columns), training and held-out rows.

        Raises:
            SynthgenError: If all candidates failed, the error of the last.
        """
        if not self._entries:
            raise self._failure or TrainingError("No candidate was entered.")
        num_rows = len(self._held_out)
        scored = [result for result in self._results if result.score is not None]
        chosen = best_of(scored, num_rows=num_rows) if scored else self._entries[0].result
        entry = next(entry for entry in self._entries if entry.result is chosen)
        again = self._fit_again(entry, frame)
        steps = ""
        if again is not None and entry.pace is not None:
            steps = f", for {grouped(again.settings['num_steps'])} steps"
        end = (
            "Too little time was left to fit it to the held-out rows too."
            if again is None
            else f"It was then fitted to all {grouped(len(frame))} rows{steps}."
        )
        return Selection(
            synthesizer=again or entry.synthesizer, candidates=tuple(self._results), chosen=chosen,
            reason=f"{why(chosen, self._results, num_rows=num_rows)} {end}", refitted=again is not None,
            held_out_rows=num_rows, seconds=self._clock.spent,
        )  # fmt: skip

    def _fit_again(self, entry: Entry, frame: pd.DataFrame) -> TableSynthesizer | None:
        """Returns the winner fitted to all rows with at least as many steps, or None where that takes too long."""
        more: dict[str, int] = {}
        if entry.pace is None:
            if entry.fit_seconds > CAUTION * self._clock.left:
                return None
        else:
            pace = entry.pace.after(entry.fit_seconds, num_steps=entry.result.steps or entry.steps)
            steps = min(pace.steps_within(CAUTION * self._clock.left), entry.own_steps)
            if steps < entry.steps:
                return None
            more["num_steps"] = steps // NUM_EPOCHS * NUM_EPOCHS
        self._say(entry.candidate, "fitting to all rows")
        synthesizer, watch = entry.candidate.make(seed=self._seed, **more), Watch(self._clock)
        try:
            synthesizer.fit(frame, schema=self._schema, callbacks=[watch], verbose=self._verbose)
        except TrainingError:
            return None  # what is there is good
        return None if watch.time_was_up else synthesizer  # cut short: what is there had the end of its schedule

    def _say(self, candidate: Candidate, what: str) -> None:
        if self._verbose and self._console.is_terminal:
            self._console.print(f"{candidate.result().name}: {what}, {max(self._clock.left, 0) / 60:.1f} minutes left")


def _network(candidate: Candidate, seed: int, **more: Any) -> NetworkSynthesizer:
    synthesizer = candidate.make(seed=seed, **more)
    if not isinstance(synthesizer, NetworkSynthesizer):
        raise TypeError(f"Expected a network. Received {type(synthesizer).__name__}.")
    return synthesizer


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.1f} min"
