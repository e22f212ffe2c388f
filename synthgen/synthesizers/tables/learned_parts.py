"""What a synthesizer learns besides its model: the encoder, what constraints take from the data, and the calibrator."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthgen.calibration.calibrator import Calibrator
from synthgen.data.constraints import Constraint
from synthgen.data.schema import Schema
from synthgen.dp.budget import DifferentialPrivacy
from synthgen.dp.reader import Reader
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.encoding.protection import Cohort
from synthgen.encoding.table import NumericalMethod, TableEncoder
from synthgen.errors import FitInterrupted, SettingsError
from synthgen.models.tables.base import GenerativeModel
from synthgen.synthesizers.tables.private_encoding import private_encoder
from synthgen.synthesizers.tables.private_table import PrivateTable, check_enough_patients


@dataclass(frozen=True)
class Parts:
    """What a model is fitted to, and what goes with it.

    Args:
        encoder: Of the table.
        table: The training rows.
        cohort: Whose they are.
        constraints: With what they took from the data.
        num_rows: Training rows, as far as that is publicly known.
        reader: What reads them under a privacy budget; None: there is none.
    """

    encoder: TableEncoder
    table: EncodedTable
    cohort: Cohort
    constraints: tuple[Constraint, ...]
    num_rows: int
    reader: Reader | None = None

    @property
    def layout(self) -> Layout:
        """Of the encoded rows."""
        return self.encoder.layout

    @property
    def shares(self) -> np.ndarray:
        """Share of rows at each code, as the encoder knows it, column after column, (codes,)."""
        return np.concatenate([column.shares for column in self.encoder.columns])


def plain_parts(
    frame: pd.DataFrame, schema: Schema, *, numerical: NumericalMethod, settings: dict[str, Any], seed: int,
    verbose: bool,
) -> Parts:  # fmt: skip
    """Returns what is fitted to where no budget limits what is read.

    Args:
        frame: (rows, columns), valid under the schema.
        schema: What the table holds.
        numerical: How numbers are encoded.
        settings: Of the encoder, see `TableEncoder.fit`.
        seed: Of jitter and decoding.
        verbose: Whether to show progress.
    """
    frame = frame.reset_index(drop=True)
    encoder = TableEncoder.fit(frame, schema, numerical=numerical, seed=seed, verbose=verbose, **settings)
    table = encoder.encode(frame, seed=seed, verbose=verbose)
    cohort = Cohort(schema.patients(frame), schema.rare_below)
    constraints = fitted_constraints(schema, encoder, table, cohort, seed=seed)
    return Parts(encoder, table, cohort, constraints, len(frame))


def private_parts(
    frame: pd.DataFrame, schema: Schema, privacy: DifferentialPrivacy, *, num_bins: int, verbose: bool
) -> Parts:
    """Returns what is fitted to under a privacy budget: one row of each patient.

    Args:
        frame: (rows, columns), valid under the schema.
        schema: Declared by the user.
        privacy: The budget.
        num_bins: Of a number, at most.
        verbose: Whether to show progress.
    """
    private = PrivateTable.of(frame, schema, privacy)
    check_enough_patients(private)
    encoder = private_encoder(private, num_bins=num_bins)
    # of each patient's own secret chance, kept nowhere: from a public seed, one patient less gives all later ones other
    # draws, and so other codes
    table = encoder.encode(private.frame, seed=private.reader.rng, verbose=verbose)
    alone = Cohort(np.arange(len(table)), schema.rare_below)
    return Parts(encoder, table, alone, schema.constraints, max(int(private.num_patients), 2), private.reader)


def check_privacy(privacy: DifferentialPrivacy | None, schema: Schema | None, *, family: str, private: bool) -> None:
    """Refuses a budget that cannot be kept, before anything is read.

    Args:
        privacy: As it came to `fit`.
        schema: Schema, as it came to `fit`.
        family: To be fitted.
        private: Whether it can learn under a budget.

    Raises:
        SettingsError: If the family cannot learn under a budget, or the schema would have to be guessed.
    """
    if privacy is None:
        return
    if not isinstance(privacy, DifferentialPrivacy):
        raise SettingsError(
            "Expected privacy to be a DifferentialPrivacy(epsilon=..., delta=...) or None. Received a "
            f"{type(privacy).__name__}."
        )
    if not private:
        raise SettingsError(f"{family} cannot learn under a privacy budget. DPMarginals can.")
    if schema is None:
        raise SettingsError(
            "A privacy budget needs schema=...: a guess would read the data outside the budget. Schema.infer or "
            "'synthgen describe' write a first one; read it, and confirm what is known without the table."
        )


def fitted_constraints(
    schema: Schema, encoder: TableEncoder, table: EncodedTable, cohort: Cohort, *, seed: int
) -> tuple[Constraint, ...]:
    """Returns the constraints with what they need from the data, as synthetic rows will show it.

    Args:
        schema: Names the constraints.
        encoder: Of the table.
        table: The training rows.
        cohort: Whose they are.
        seed: Of decoding.
    """
    if not schema.constraints:
        return ()
    shown = encoder.decode_learned(table, rng=np.random.default_rng(seed))
    return tuple(rule.fit(shown, patients=cohort.patients, rare_below=cohort.rare_below) for rule in schema.constraints)


def fitted_calibrator(
    model: GenerativeModel, table: EncodedTable, cohort: Cohort, *, seed: int, verbose: bool
) -> Calibrator:
    """Returns what tells how the rows that a model draws differ from training rows.

    Args:
        model: Trained.
        table: The training rows.
        cohort: Whose they are.
        seed: Of the drawn rows.
        verbose: Whether to show progress.

    Raises:
        FitInterrupted: On Ctrl-C.
    """
    rng = np.random.default_rng([seed, 8])
    try:
        return Calibrator.fit(
            model.layout, table, cohort, draw=lambda rows: model.draw(rows, rng=rng), seed=seed, verbose=verbose
        )
    except KeyboardInterrupt:
        raise FitInterrupted(
            "Interrupted after training, while learning which rows to keep. With fit(..., checkpoint='DIRECTORY') "
            "the training is kept: run the same fit with the same checkpoint. calibration=False leaves this step out."
        ) from None
