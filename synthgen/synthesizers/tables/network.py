"""Synthesizers whose model is a network: held-out rows, a plan of training, optimizers, checkpoints."""

import hashlib
import os
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path

import keras

from synthgen import backend
from synthgen.dp.reader import Reader
from synthgen.dp.training import plan_training
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.errors import SettingsError
from synthgen.models.tables.network import LossModel, NetworkModel
from synthgen.synthesizers.private_plan import NO_CHECKPOINT, private_plan
from synthgen.synthesizers.tables.base import TableSynthesizer
from synthgen.synthesizers.tables.learned_parts import Parts
from synthgen.synthesizers.tables.validation import detection_score, hold_out
from synthgen.training.adam import Adam
from synthgen.training.backup import Backup
from synthgen.training.monitors import Score
from synthgen.training.run import Plan, claim_checkpoint, run
from synthgen.training.schedules import RecoverableCosine, averaging_momentum

END_OF_RATE = 1 / 20
"""Of the starting learning rate, where the cosine ends."""


class NetworkSynthesizer(TableSynthesizer):
    """A synthesizer that trains a network, epoch by epoch, and keeps the best.

    Settings that it knows: num_steps, batch_size, learning_rate, validation, patience, jit_compile.
    """

    @abstractmethod
    def build(self, layout: Layout) -> NetworkModel:
        """Returns the untrained model for a layout: networks, loss, conditioning."""

    def plan(self, num_rows: int) -> Plan:
        """Returns how long to train.

        Args:
            num_rows: Of the training table.
        """
        batch_size = min(self.settings["batch_size"], num_rows)
        return Plan(self.settings["num_steps"], batch_size, patience=self.settings["patience"])

    def _compile(self, model: NetworkModel, *, num_steps: int, rate_scale: keras.Variable) -> None:
        """Gives the model its optimizers; here for models of one loss."""
        if not isinstance(model, LossModel):
            raise NotImplementedError(f"{type(self).__name__} must say how {type(model).__name__} is compiled.")
        model.compile_loss(
            optimizer=Adam(
                self._schedule(num_steps, rate_scale), use_ema=True, ema_momentum=averaging_momentum(num_steps)
            ),
            jit_compile=backend.compiles(self.settings.get("jit_compile")),
        )

    def _start(
        self, model: NetworkModel, train: EncodedTable, validation: EncodedTable | None, *, verbose: bool
    ) -> None:
        """Gives the model better weights to start from, where a family has a way to."""

    def _start_privately(self, model: NetworkModel, parts: Parts, reader: Reader, *, verbose: bool) -> Score | None:
        """Gives the model better weights to start from under a privacy budget, of which it may take a part.

        Returns:
            What tells good epochs from bad without another look at the rows, if what was read serves for that.
        """
        return None

    def _score(self, model: NetworkModel, train: EncodedTable, validation: EncodedTable) -> Score:
        """Returns what chooses the best epoch, on held-out rows."""
        return detection_score(model, train, validation, seed=self.seed)

    def _schedule(self, num_steps: int, rate_scale: keras.Variable, *, share: float = 1.0) -> RecoverableCosine:
        rate = self.settings["learning_rate"] * share
        return RecoverableCosine(start=rate, end=rate * END_OF_RATE, num_steps=num_steps, scale=rate_scale)

    def _learn(
        self,
        parts: Parts,
        *,
        checkpoint: str | os.PathLike[str] | None,
        callbacks: Sequence[keras.callbacks.Callback],
        verbose: bool,
    ) -> NetworkModel:
        if parts.reader is not None:
            return self._learn_privately(parts, parts.reader, checkpoint, callbacks, verbose)
        table, share = parts.table, self.settings["validation"]
        train, validation = hold_out(table, parts.cohort.patients, share=share, seed=self.seed)
        plan = self.plan(len(train))
        directory = None if checkpoint is None else Path(checkpoint)
        if directory is not None:
            digest = hashlib.sha256(table.codes.tobytes() + table.scalars.tobytes()).digest()
            claim_checkpoint(directory, plan, settings=self.settings | {"seed": self.seed}, data_digest=digest)
        model = self.build(parts.layout)
        model.prepare(train)
        if directory is None or not Backup(directory).exists:
            self._start(model, train, validation, verbose=verbose)
        rate_scale = model.add_weight(shape=(), initializer="ones", trainable=False, name="rate_scale")
        self._compile(model, num_steps=plan.num_steps, rate_scale=rate_scale)
        score = None if validation is None else self._score(model, train, validation)
        best = run(model, plan, score=score, rate_scale=rate_scale, checkpoint=directory, verbose=verbose,
                   callbacks=callbacks)  # fmt: skip
        model.release()
        self.history, self.best_epoch = best.history, best.best_epoch
        return model

    def _learn_privately(
        self,
        parts: Parts,
        reader: Reader,
        checkpoint: str | os.PathLike[str] | None,
        callbacks: Sequence[keras.callbacks.Callback],
        verbose: bool,
    ) -> NetworkModel:
        """Trains under a privacy budget: larger batches, no rows held out, no losses shown or kept."""
        if checkpoint is not None:
            raise SettingsError(NO_CHECKPOINT)
        plan = private_plan(self.plan(parts.num_rows), num_patients=parts.num_rows)
        model = self.build(parts.layout)
        score = self._start_privately(model, parts, reader, verbose=verbose)
        model.private = plan_training(
            reader, num_patients=parts.num_rows, batch_size=plan.batch_size, num_steps=plan.total, what=self.family
        )
        model.check_private()
        model.prepare(parts.table)
        rate_scale = model.add_weight(shape=(), initializer="ones", trainable=False, name="rate_scale")
        self._compile(model, num_steps=plan.num_steps, rate_scale=rate_scale)
        best = run(model, plan, score=score, rate_scale=rate_scale, checkpoint=None, verbose=verbose,
                   callbacks=callbacks)  # fmt: skip
        model.release()
        self.history, self.best_epoch = [], -1 if score is None else best.best_epoch
        return model
