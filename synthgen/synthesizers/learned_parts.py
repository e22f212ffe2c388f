"""What a synthesizer learns besides its model: what constraints take from the data, and the calibrator."""

import numpy as np

from synthgen.calibration.calibrator import Calibrator
from synthgen.data.constraints import Constraint
from synthgen.data.schema import Schema
from synthgen.encoding.layout import EncodedTable
from synthgen.encoding.protection import Cohort
from synthgen.encoding.table import TableEncoder
from synthgen.errors import FitInterrupted
from synthgen.models.base import GenerativeModel


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
