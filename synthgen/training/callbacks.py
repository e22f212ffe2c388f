"""What happens between epochs: progress, the best epoch, recovery, signals that ask a process to end."""

import json
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from synthgen.errors import TrainingError
from synthgen.files.writing import replacing
from synthgen.training.backup import damaged, read_arrays, write_arrays
from synthgen.training.monitors import Score
from synthgen.training.snapshots import Snapshot

ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Signals that ask a process to end: Ctrl-C, a batch system or docker stop, a terminal that is closed."""


class BestEpoch(keras.callbacks.Callback):
    """Scores the sampler at the end of every epoch, keeps the weights of the best, and puts them back at the end.

    Kept weights are copies: the sampler goes on changing in place (synthcity keeps references, and so restores the last
    epoch). Stops the run after `patience` epochs without improvement.

    Args:
        score: Tells good epochs from bad. None: every epoch counts as better than the one before.
        patience: Epochs without improvement after which training stops; None never stops.
        directory: Where best weights and history are kept for a resumed run; None keeps them in memory only.
    """

    def __init__(self, score: Score | None, *, patience: int | None = None, directory: Path | None = None) -> None:
        super().__init__()
        self._score = score
        self._patience = patience
        self._file = None if directory is None else directory / "best.json"
        self.history: list[dict[str, float]] = []
        self.best_epoch = -1
        self.best_weights: list[np.ndarray] = []

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        if self._file is not None and self._file.exists():
            try:
                stored = json.loads(self._file.read_text(encoding="utf-8"))
                self.history, self.best_epoch = stored["history"], stored["best_epoch"]
            except (ValueError, KeyError, TypeError) as error:
                raise damaged(self._file) from error
            self.best_weights = read_arrays(self._file.with_suffix(".npz"))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        logs = {} if logs is None else logs
        self.history = self.history[:epoch]  # what a resumed run trains again, it records again
        self.model.refresh_sampler()
        if self._score is not None:
            logs[self._score.name] = self._score.value()
        self.history.append({name: float(value) for name, value in logs.items()})
        if self._score is None or not self.best_weights or self._improved(epoch, self._score.name):
            self.best_epoch = epoch
            self.best_weights = [np.array(weight) for weight in self.model.sampler.get_weights()]
            self._keep_weights()
        self._keep_history()
        if self._patience is not None and epoch - self.best_epoch >= self._patience:
            self.model.stop_training = True

    def _improved(self, epoch: int, name: str) -> bool:
        return not 0 <= self.best_epoch < epoch or self.history[epoch][name] < self.history[self.best_epoch][name]

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self.restore()

    def restore(self) -> None:
        """Gives the sampler the best epoch's weights."""
        if self.best_weights:
            self.model.sampler.set_weights(self.best_weights)

    def _keep_weights(self) -> None:
        if self._file is not None:
            write_arrays(self._file.with_suffix(".npz"), self.best_weights)

    def _keep_history(self) -> None:
        if self._file is not None:
            with replacing(self._file, private=True) as beside:
                beside.write_text(json.dumps({"history": self.history, "best_epoch": self.best_epoch}))


class Interruption(keras.callbacks.Callback):
    """Holds Ctrl-C back to the end of a chunk of steps, where nothing is half-written and no library swallows it.

    The same for the other signals that ask a process to end, where somebody handles them, as the command line does. A
    second one works at once.
    """

    def __init__(self) -> None:
        super().__init__()
        self._previous: dict[int, Callable[[int, Any], Any]] = {}
        self._asked: int | None = None
        self._handler: Callable[[int, Any], Any] = signal.default_int_handler

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        if threading.current_thread() is not threading.main_thread():  # where Python allows no handler
            return
        for number in ENDING:
            handler = signal.getsignal(number)
            if callable(handler):
                self._previous[number] = handler
                signal.signal(number, self._note)

    def _note(self, number: int, frame: Any) -> None:
        self._asked, self._handler = number, self._previous[number]
        self.release()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self._asked is not None:
            number, self._asked = self._asked, None
            self._handler(number, None)  # which raises, unless the user's own only takes note
            if number == signal.SIGINT:
                raise KeyboardInterrupt

    def release(self) -> None:
        """Puts the handlers back that were there before."""
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        self._previous = {}


class Recovery(keras.callbacks.Callback):
    """Goes back to the last epoch with finite losses and halves the learning rate.

    Args:
        scale: Variable that multiplies the learning rate.
        attempts: Recoveries before giving up.

    Raises:
        TrainingError: At the end of an epoch, when the attempts are spent.
    """

    def __init__(self, scale: keras.Variable, *, attempts: int = 3) -> None:
        super().__init__()
        self._scale = scale
        self._attempts = attempts
        self.recoveries = 0
        self._good: Snapshot | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._good = self._snapshot()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        logs = logs or {}
        weights_finite = all(np.isfinite(weight).all() for weight in self.model.sampler.get_weights())
        if weights_finite and all(np.isfinite(value) for value in logs.values()):
            self._good = self._snapshot()
            return
        self.recoveries += 1
        if self.recoveries > self._attempts:
            raise TrainingError(
                f"Losses are not finite after {self._attempts} recoveries, each with half the learning rate. Lower "
                "learning_rate, or raise the penalty's weight."
            )
        if self._good is not None:
            self._good.restore()
        self._scale.assign(self._scale * 0.5)
        self.model.refresh_sampler()

    def _snapshot(self) -> Snapshot:
        return Snapshot(self.model, without=[self._scale])


class ProgressBar(keras.callbacks.Callback):
    """Shows steps, losses, held-out distance and the time left on standard error, if a person may be looking.

    Args:
        steps_per_chunk: Training steps in one Keras step.
        num_steps: Training steps of the run.
        verbose: Whether to show anything.
    """

    def __init__(self, *, steps_per_chunk: int, num_steps: int, verbose: bool) -> None:
        super().__init__()
        self._steps_per_chunk = steps_per_chunk
        console = Console(stderr=True)
        columns = (
            TextColumn("Training"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[state]}"),
        )
        self._bar = Progress(*columns, console=console, transient=True, disable=not (verbose and console.is_terminal))
        self._task = self._bar.add_task("", total=num_steps, state="compiling")

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._bar.start()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._bar.update(self._task, completed=int(self.model.chunk_counter) * self._steps_per_chunk)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        state = "  ".join(f"{name} {float(value):.3f}" for name, value in (logs or {}).items())
        self._bar.update(self._task, state=state)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._bar.stop()
