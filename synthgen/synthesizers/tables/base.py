"""TableSynthesizer: fitted to a table, sampled, saved. What every family shares; a family says how it learns."""

import os
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import keras
import numpy as np
import pandas as pd

from synthgen.data.schema import Schema
from synthgen.dp.budget import DifferentialPrivacy
from synthgen.encoding.layout import Layout
from synthgen.encoding.table import NumericalMethod
from synthgen.models.tables.base import GenerativeModel
from synthgen.synthesizers.contents import Contents
from synthgen.synthesizers.tables import learned_parts
from synthgen.synthesizers.tables.drawing import TableDrawing
from synthgen.synthesizers.tables.inputs import check_schema, frame_of
from synthgen.synthesizers.tables.kept import LearnedTable
from synthgen.synthesizers.tables.writing import DigestedTable
from synthgen.workers.workers import Workers


class TableSynthesizer(TableDrawing):
    """Learns a table and draws synthetic rows; to scikit-learn an estimator of a density.

    Settings are fields of the family, a dataclass; see `Parameters`.
    """

    numerical: ClassVar[NumericalMethod] = "quantile_bins"
    private: ClassVar[bool] = False
    """Whether the family can learn under a privacy budget."""
    private_bins: ClassVar[int] = 14
    """Bins of a number under one, at most: noise drowns small ones."""

    @abstractmethod
    def build(self, layout: Layout) -> GenerativeModel:
        """Returns the untrained model for a layout: also to be filled from a file."""

    @abstractmethod
    def _learn(
        self,
        parts: learned_parts.Parts,
        *,
        checkpoint: str | os.PathLike[str] | None,
        callbacks: Sequence[keras.callbacks.Callback],
        verbose: bool,
    ) -> GenerativeModel:
        """Returns the model fitted to encoded rows; fills in history and best epoch, where there are epochs."""

    def fit(
        self,
        frame: pd.DataFrame | np.ndarray,
        y: Any = None,
        *,
        schema: Schema | None = None,
        privacy: DifferentialPrivacy | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        verbose: bool = True,
    ) -> Self:
        """Learns a table; what was learned before is forgotten.

        Args:
            frame: (rows, columns), training rows only: what `evaluate` gets as holdout must not be among them. A data
                frame, or an array, whose columns become x0, x1, ...
            y: Ignored, as scikit-learn's other density estimators do: a target to be learned is a column.
            schema: What the table holds; None infers it, which no privacy budget covers.
            privacy: What to promise each patient; None: nothing beyond what the schema protects. Then the last epoch
                is kept and rows are not calibrated, and what was read is in `ledger`.
            checkpoint: Directory that the run is backed up in after every epoch. The same call with the same directory
                goes on where an interrupted run stopped, and ends with the same weights.
            callbacks: Further Keras callbacks, e.g. TensorBoard.
            verbose: Whether to show progress on a terminal.

        Returns:
            The synthesizer itself.

        Raises:
            SettingsError: If a setting is out of range, the family cannot learn so many columns, or not under a privacy
                budget, or the budget is too small.
            SchemaError: If the table does not fit the schema.
            ProtectionError: If the table has fewer patients than `schema.rare_below`.
            FitInterrupted: On Ctrl-C; the message says how to resume.
            TrainingError: If losses stay infinite, or the checkpoint belongs to another run.
        """
        self.check_settings()
        check_schema(schema, second=y)
        learned_parts.check_privacy(privacy, schema, family=self.family, private=self.private)
        named, frame = isinstance(frame, pd.DataFrame), frame_of(frame)
        schema = Schema.infer(frame) if schema is None else schema
        schema.validate(frame)
        self._check_width(len(schema.learned))
        parts = self._parts(frame, schema, privacy, verbose=verbose)
        model = self._learn(parts, checkpoint=checkpoint, callbacks=callbacks, verbose=verbose)
        calibrator = None
        if privacy is None and self.settings.get("calibration", False):
            calibrator = learned_parts.fitted_calibrator(
                model, parts.table, parts.cohort, seed=self.seed, verbose=verbose
            )
        self.take(LearnedTable(schema, parts.encoder, model, parts.constraints, calibrator))
        self.ledger = None if parts.reader is None else parts.reader.ledger
        self._note_columns(frame.columns.tolist(), named=named)
        return self

    def _parts(
        self, frame: pd.DataFrame, schema: Schema, privacy: DifferentialPrivacy | None, *, verbose: bool
    ) -> learned_parts.Parts:
        if privacy is None:
            return learned_parts.plain_parts(frame, schema, numerical=self.numerical, settings=self.encoder_settings(),
                               seed=self.seed, verbose=verbose)  # fmt: skip
        num_bins = min(self.settings.get("num_bins", self.private_bins), self.private_bins)
        return learned_parts.private_parts(frame, schema, privacy, num_bins=num_bins, verbose=verbose)

    def take(self, learned: LearnedTable) -> None:
        """Makes this a fitted synthesizer.

        Args:
            learned: What a fit left behind.
        """
        self.schema, self.encoder, self.model = learned.schema, learned.encoder, learned.model
        self.constraints, self.calibrator = learned.constraints, learned.calibrator
        self.note_settings()
        self._note_columns(list(learned.schema.columns), named=True)

    def _check_width(self, num_columns: int) -> None:
        """Raises a SettingsError, where a family cannot learn so many columns."""

    def encoder_settings(self) -> dict[str, Any]:
        """Returns what `TableEncoder.fit` is told beside the table."""
        return {name: self.settings[name] for name in ("num_bins",) if name in self.settings}

    def sample(  # noqa: PLR0913
        self,
        num_rows: int,
        *,
        conditions: Mapping[str, Any] | None = None,
        known: pd.DataFrame | None = None,
        balance: str | None = None,
        calibrate: bool = True,
        seed: int | None = None,
        workers: int | Workers = 1,
        verbose: bool = True,
    ) -> pd.DataFrame:
        """Draws synthetic rows.

        Args:
            num_rows: At least 0.
            conditions: What every row must hold: column name to a value, a list of values, or `Between(low, high)`.
            known: (num_rows, some columns), rows to complete, each in its place; missing cells are drawn.
            balance: A categorical or boolean column whose values come equally often.
            calibrate: Whether, if the synthesizer learned how and no condition is set, more rows are drawn and those
                kept that look most like training rows; False is many times faster.
            seed: None: drawn from the synthesizer's seed, another at each call.
            workers: Processes that draw; 1: this one. What is drawn does not depend on it.
            verbose: Whether to show progress on a terminal.

        Returns:
            (num_rows, columns) in the schema's order and types.

        Raises:
            NotFittedError: Before `fit`.
            ConditionError: If a condition names what is not there, or too few rows can hold it; says how many. If rows
                depend on those before them and several workers are to draw.
            ConstraintError: If too few rows can obey the constraints.
        """
        return self._sample(num_rows, conditions=conditions, known=known, balance=balance, calibrate=calibrate,
                            seed=seed, workers=workers, verbose=verbose)  # fmt: skip

    def sample_to(  # noqa: PLR0913
        self,
        path: str | os.PathLike[str],
        num_rows: int,
        *,
        conditions: Mapping[str, Any] | None = None,
        balance: str | None = None,
        calibrate: bool = True,
        seed: int | None = None,
        workers: int | Workers = 1,
        verbose: bool = True,
    ) -> str:
        """Draws synthetic rows into a file, in constant memory; returns their digest (`provenance.digests.digest_of`).

        Args:
            path: CSV, TSV, Parquet or Feather by its suffix. Appears when all rows are written.
            num_rows: At least 0.
            conditions: See `sample`.
            balance: See `sample`.
            calibrate: See `sample`.
            seed: See `sample`.
            workers: See `sample`.
            verbose: See `sample`.

        Raises:
            WriteError: If the path cannot be written; before anything is drawn.
        """
        return self._sample_to(DigestedTable(path), num_rows, conditions=conditions, balance=balance,
                               calibrate=calibrate, seed=seed, workers=workers, verbose=verbose)  # fmt: skip

    def members(self) -> dict[str, Any]:
        return LearnedTable(*self.fitted(), self.constraints, self.calibrator).members()

    def _restore(self, contents: Contents, members: dict[str, Any]) -> None:
        fine = self.encoder_settings().get("fine", False)
        self.take(LearnedTable.restored(contents, members, settings=self.settings, fine=fine, build=self.build))
