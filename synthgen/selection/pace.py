"""How long a network takes to train: measured on a few steps, so that a time budget becomes a number of steps."""

import time
from dataclasses import dataclass, replace
from typing import Any, Self

import keras
import numpy as np
import pandas as pd

from synthgen.calibration.calibrator import DRAWN_PER_ROW, LEAST_DRAWN
from synthgen.data.schema import Schema
from synthgen.synthesizers.tables.network import NetworkSynthesizer
from synthgen.training.run import Plan

STEPS, EPOCHS = 5, 3
"""Steps of an epoch, and epochs, of the fit that measures. The first epoch compiles, the others tell the pace."""

NUM_EPOCHS = 20
"""Epochs of a whole fit: how often it stops to score."""

DRAWN = 4_096
"""Rows drawn to see how fast that goes."""


class Clock:
    """A budget of wall time; it runs from when it is made.

    Args:
        seconds: Of the budget, above 0.
    """

    def __init__(self, seconds: float) -> None:
        self.budget = seconds
        self._start = time.perf_counter()

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._start

    @property
    def left(self) -> float:
        """Seconds to the end, below 0 after it."""
        return self.budget - self.spent


class Watch(keras.callbacks.Callback):
    """Notes when the chunks and epochs of a run end; ends the run after some epochs, or when time is up.

    Args:
        clock: Of the budget.
        spare: Seconds of the budget that the run must leave.
        num_epochs: After which to end the run; None: all of them.

    Attributes:
        chunk_ends: Seconds of the budget spent by then.
        epoch_ends: The same.
        time_was_up: Whether that ended the run.
    """

    def __init__(self, clock: Clock, *, spare: float = 0.0, num_epochs: int | None = None) -> None:
        super().__init__()
        self._clock = clock
        self._spare = spare
        self._num_epochs = num_epochs
        self.chunk_ends: list[float] = []
        self.epoch_ends: list[float] = []
        self.time_was_up = False

    def num_steps(self, plan: Plan) -> int:
        """Returns how many steps were trained.

        Args:
            plan: Of the run.
        """
        return len(self.chunk_ends) * plan.chunk

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self.chunk_ends.append(self._clock.spent)
        # steps were counted to fit: this is for a machine that has become slower since
        if self._clock.left < self._spare:
            self.time_was_up = self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.epoch_ends.append(self._clock.spent)
        if len(self.epoch_ends) == self._num_epochs:
            self.model.stop_training = True


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds that a candidate takes.

    Args:
        start: Of a fit without its steps: encoding, compiling, the scores of its epochs, calibration.
        step: Of a training step.
        score: Of drawing rows and judging them.

    Example:
        >>> pace = Pace(start=10, step=0.05, score=5)
        >>> pace.seconds(1_000), pace.steps_within(115)
        (65.0, 2000)
    """

    start: float
    step: float
    score: float

    def seconds(self, num_steps: int) -> float:
        """Returns what a fit of so many steps and its score take.

        Args:
            num_steps: At least 0.
        """
        return self.start + self.step * num_steps + self.score

    def steps_within(self, seconds: float) -> int:
        """Returns how many steps a fit may have for it and its score to take so long, at least 0.

        Args:
            seconds: That may be spent.
        """
        return max(int((seconds - self.start - self.score) / self.step), 0)

    def after(self, fit_seconds: float, *, num_steps: int) -> Self:
        """Returns the pace that a whole fit showed, for another fit that is not scored.

        Args:
            fit_seconds: That it took.
            num_steps: That it had.
        """
        step = max((fit_seconds - self.start) / num_steps, self.step / 2)
        return replace(self, step=step, score=0.0)


def measure(
    synthesizer: NetworkSynthesizer,
    train: pd.DataFrame,
    *,
    schema: Schema,
    clock: Clock,
    num_scored: int,
    judging: float,
) -> Pace:
    """Returns the pace of a synthesizer, after a fit of few steps.

    Everything but the number of steps is as in the fit that is planned: on a CPU, setting up and scoring epochs can
    take as long as the steps.

    Args:
        synthesizer: Of `STEPS` times `NUM_EPOCHS` steps. Is fitted, and of no further use.
        train: (rows, columns).
        schema: Of the table.
        clock: Of the budget.
        num_scored: Rows that will be drawn to be scored.
        judging: Seconds that judging so many rows takes.
    """
    began = clock.spent
    watch = Watch(clock, num_epochs=EPOCHS)
    synthesizer.fit(train, schema=schema, callbacks=[watch], verbose=False)
    calibrating = clock.spent - watch.epoch_ends[-1]  # rows of a model that learned little: as long as it ever takes
    first, *epochs = watch.epoch_ends
    chunks = watch.chunk_ends[1:]
    num_warm = max(len(chunks), 1)
    stepping = sum(chunk - before for chunk, before in zip(chunks, watch.epoch_ends, strict=False))
    scoring = sum(end - chunk for end, chunk in zip(epochs, chunks, strict=True))
    start = first - began + scoring / num_warm * (NUM_EPOCHS - 1) + calibrating
    drawing = _drawing(synthesizer, num_scored, clock)
    return Pace(start=start, step=max(stepping / num_warm / STEPS, 1e-6), score=drawing + judging)


def _drawing(synthesizer: NetworkSynthesizer, num_rows: int, clock: Clock) -> float:
    """Seconds that drawing rows will take, as they are drawn to be scored."""
    drawn = max(DRAWN_PER_ROW * num_rows, LEAST_DRAWN) if synthesizer.calibrator is not None else num_rows
    _, _, model = synthesizer.fitted()
    began = clock.spent
    model.draw(1, rng=np.random.default_rng(0))  # not `sample`: what is hardly trained may break every constraint
    compiled = clock.spent
    model.draw(DRAWN, rng=np.random.default_rng(0))
    return (compiled - began) + (clock.spent - compiled) * drawn / DRAWN
