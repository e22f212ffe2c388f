"""What happens between epochs: progress, the best epoch, recovery, a checkpoint that survives interruption."""

import json
import signal
import threading
from pathlib import Path
from typing import Any

import keras
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from synthgen.errors import TrainingError
from synthgen.training.monitors import Score
from synthgen.training.snapshots import Snapshot


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
            stored = json.loads(self._file.read_text())
            self.history, self.best_epoch = stored["history"], stored["best_epoch"]
            with np.load(self._file.with_suffix(".npz")) as arrays:
                self.best_weights = [arrays[f"weight_{i}"] for i in range(len(arrays.files))]

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
            temporary = self._file.with_suffix(".tmp.npz")
            arrays: dict[str, Any] = {f"weight_{i}": weight for i, weight in enumerate(self.best_weights)}
            np.savez(temporary, **arrays)
            temporary.replace(self._file.with_suffix(".npz"))

    def _keep_history(self) -> None:
        if self._file is not None:
            temporary = self._file.with_suffix(".tmp")
            temporary.write_text(json.dumps({"history": self.history, "best_epoch": self.best_epoch}))
            temporary.replace(self._file)


class Backup(keras.callbacks.Callback):
    """Keeps weights, optimizers and the place in the run after every epoch, in one file that is replaced in one step.

    Keras' `BackupAndRestore` writes in place: Ctrl-C while it does so leaves a file that does not load.

    Args:
        directory: Where; must exist.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._file = directory / "latest.weights.h5"

    @property
    def exists(self) -> bool:
        """Whether there is a backup."""
        return self._file.exists()

    def restore(self, model: keras.Model) -> None:
        """Puts a prepared, compiled model where the last backup left it, if there is one."""
        if self.exists:
            model.load_weights(self._file)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        temporary = self._file.with_name("incomplete.weights.h5")
        self.model.save_weights(temporary)
        temporary.replace(self._file)


class Interruption(keras.callbacks.Callback):
    """Holds Ctrl-C back to the end of a chunk of steps, where nothing is half-written and no library swallows it.

    A second Ctrl-C works at once.
    """

    def __init__(self) -> None:
        super().__init__()
        self._asked = False
        self._previous: Any = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        if threading.current_thread() is threading.main_thread():  # elsewhere Python allows no handler
            self._previous = signal.signal(signal.SIGINT, self._note)

    def _note(self, _number: int, _frame: Any) -> None:
        self._asked = True
        self.release()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self._asked:
            raise KeyboardInterrupt

    def release(self) -> None:
        """Puts the handler back that was there before."""
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)
            self._previous = None


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
