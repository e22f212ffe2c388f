"""A run: model, encoded rows and a plan, under Keras' own fit, resumable at every epoch."""

import contextlib
import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from synthgen import backend
from synthgen.errors import FitInterrupted, TrainingError, WriteError
from synthgen.files.locks import claimed
from synthgen.files.writing import replacing, told
from synthgen.training.backup import Backup, damaged
from synthgen.training.callbacks import BestEpoch, Interruption, ProgressBar, Recovery
from synthgen.training.monitors import Score

RUN = "run.json"
"""What a checkpoint says of its run."""


@dataclass(frozen=True)
class Plan:
    """How long a run is and how it is cut.

    Args:
        num_steps: Training steps; rounded to whole epochs of equal chunks.
        batch_size: Rows a step.
        num_epochs: How often the run stops to score, keep and back up.
        steps_per_chunk: Most steps compiled into one program.
        patience: Epochs without improvement after which training stops; None never stops.
    """

    num_steps: int
    batch_size: int
    num_epochs: int = 20
    steps_per_chunk: int = 50
    patience: int | None = None

    @property
    def chunk(self) -> int:
        """Steps in one chunk: an epoch is a whole number of equal chunks."""
        return max(round(self.num_steps / self.num_epochs / self.chunks_per_epoch), 1)

    @property
    def total(self) -> int:
        """Steps of the whole run."""
        return self.chunk * self.chunks_per_epoch * self.num_epochs

    @property
    def chunks_per_epoch(self) -> int:
        """Chunks in one epoch."""
        return max(math.ceil(self.num_steps / self.num_epochs / self.steps_per_chunk), 1)


def run(  # noqa: PLR0913
    model: keras.Model,
    plan: Plan,
    *,
    score: Score | None,
    rate_scale: keras.Variable,
    checkpoint: Path | None,
    verbose: bool,
    watching: Sequence[keras.callbacks.Callback] = (),
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> BestEpoch:
    """Trains a compiled, prepared model; leaves the best epoch's weights in its sampler.

    Args:
        model: A `NetworkModel`.
        plan: How long.
        score: Tells good epochs from bad; None keeps the last epoch.
        rate_scale: Variable that multiplies the learning rate.
        checkpoint: Directory that the run is backed up in at every epoch, and resumed from; None: no backup.
        verbose: Whether to show progress.
        watching: Callbacks whose figures the history keeps.
        callbacks: Further Keras callbacks.

    Returns:
        The callback that holds history and best epoch.

    Raises:
        FitInterrupted: On Ctrl-C.
        TrainingError: If losses are not finite after every recovery, or the backup is damaged.
        WriteError: If the backup cannot be written, or another run has its directory.
    """
    backend.forget_programs()  # of fits before this one
    with contextlib.nullcontext() if checkpoint is None else _claimed(checkpoint):
        best = BestEpoch(score, patience=plan.patience, directory=checkpoint)
        _train(model, plan, best, rate_scale=rate_scale, checkpoint=checkpoint, verbose=verbose,
               callbacks=(watching, callbacks))  # fmt: skip
    return best


def _claimed(checkpoint: Path) -> contextlib.AbstractContextManager[None]:
    return claimed(checkpoint / RUN, called=f"checkpoint={str(checkpoint)!r}")


def _train(
    model: keras.Model,
    plan: Plan,
    best: BestEpoch,
    *,
    rate_scale: keras.Variable,
    checkpoint: Path | None,
    verbose: bool,
    callbacks: tuple[Sequence[keras.callbacks.Callback], Sequence[keras.callbacks.Callback]],
) -> None:
    """Trains; of the callbacks, the figures of the first are kept in the history."""
    progress = ProgressBar(steps_per_chunk=plan.chunk, num_steps=plan.total, verbose=verbose)
    interruption = Interruption()
    standard: list[keras.callbacks.Callback] = [Recovery(rate_scale), *callbacks[0], best, progress, interruption]
    backup = None if checkpoint is None else Backup(checkpoint)
    if backup is not None:
        backup.restore(model)
        standard.append(backup)  # last, when the others have done their part of the epoch

    def chunk(number: int) -> tuple[np.ndarray, ...]:
        return model.chunk(number, batch_size=plan.batch_size, steps_per_chunk=plan.chunk)

    try:
        with backend.stream(chunk, first=int(model.chunk_counter)) as chunks:
            model.fit(
                chunks,
                initial_epoch=int(model.chunk_counter) // plan.chunks_per_epoch,
                epochs=plan.num_epochs,
                steps_per_epoch=plan.chunks_per_epoch,
                callbacks=[*standard, *callbacks[1]],
                shuffle=False,
                verbose=0,
            )
    except KeyboardInterrupt:
        raise FitInterrupted(_how_to_resume(checkpoint, best, plan)) from None
    except TrainingError:
        best.restore()
        raise
    except WriteError as error:
        if backup is None or not backup.exists:
            raise
        stopped = WriteError(
            f"{error} Finished epochs are kept in {checkpoint}: the same fit with the same checkpoint goes on."
        )
        stopped.errno = error.errno
        raise stopped from error
    finally:
        progress.on_train_end()
        interruption.release()


def _how_to_resume(checkpoint: Path | None, best: BestEpoch, plan: Plan) -> str:
    done = f"Interrupted after {len(best.history)} of {plan.num_epochs} epochs. "
    if checkpoint is None:
        return done + "Nothing was kept; fit(..., checkpoint='DIRECTORY') keeps every epoch, so that a run can go on."
    return done + f"They are kept in {checkpoint}: run the same fit with the same checkpoint to go on from there."


def claim_checkpoint(directory: Path, plan: Plan, *, settings: dict[str, Any], data_digest: bytes) -> None:
    """Makes sure that a checkpoint directory is new or belongs to this very run.

    Args:
        directory: Made if absent.
        plan: Of the run.
        settings: Of the synthesizer; plain types.
        data_digest: Hash of the encoded training rows.

    Raises:
        TrainingError: If the directory holds a run with another plan, other settings or other data, or one of another
            version of synthgen.
        WriteError: If another run has it, or it cannot be written.
    """
    digest = hashlib.sha256(data_digest).hexdigest()
    own = json.loads(json.dumps({"plan": asdict(plan), "settings": settings, "data": digest}))
    with told(directory, begun=False):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _claimed(directory):
        _check_or_write(directory, own)


def _check_or_write(directory: Path, own: dict[str, Any]) -> None:
    file = directory / RUN
    if file.exists():
        stored = _stored(file)
        differing = [name for name in own if stored.get(name) != own[name]]
        if differing:
            raise TrainingError(
                f"checkpoint={str(directory)!r} holds another run; its {' and '.join(differing)} differ. Name another "
                "directory, or remove this one to begin anew."
            )
        return
    with replacing(file, private=True) as beside:
        beside.write_text(json.dumps(own, indent=1))


def _stored(file: Path) -> dict[str, Any]:
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise damaged(file) from error
    if not isinstance(stored, dict) or (file.parent / "latest.weights.h5").exists():  # of version 0.1
        raise damaged(file)
    return stored
