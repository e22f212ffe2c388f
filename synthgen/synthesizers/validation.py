"""The held-out rows that choose the best epoch."""

import numpy as np

from synthgen.encoding.layout import EncodedTable
from synthgen.models.base import GenerativeModel
from synthgen.training.monitors import HeldOutFidelity, Score

MOST_ROWS = 10_000
"""Most patients held out; more would not make the score visibly steadier."""

LEAST_ROWS = 200
"""With fewer held-out patients the score is noise, so that every row trains and the last epoch is kept."""


def hold_out(
    table: EncodedTable, patients: np.ndarray, *, share: float, seed: int
) -> tuple[EncodedTable, EncodedTable | None]:
    """Returns the rows to train on, and those of held-out patients, if there are enough.

    Args:
        table: All rows.
        patients: (rows,) whom each belongs to.
        share: Of patients to hold out.
        seed: Of the choice.
    """
    owners = np.unique(patients)
    num_held = min(int(share * len(owners)), MOST_ROWS)
    if num_held < LEAST_ROWS:
        return table, None
    held = np.isin(patients, np.random.default_rng([seed, 2]).choice(owners, num_held, replace=False))
    return table.take(~held), table.take(held)


def fidelity_score(model: GenerativeModel, validation: EncodedTable, *, seed: int, most_rows: int = 40_000) -> Score:
    """Returns what tells how far rows drawn now are from the held-out ones; lower is better.

    Args:
        model: In training.
        validation: Held-out rows.
        seed: Of the drawn rows.
        most_rows: To draw at each epoch.
    """
    monitor = HeldOutFidelity(model.layout, validation)
    rows = min(max(4 * len(validation), 2_000), most_rows)
    # the same noise at every epoch: scores differ by what was learned, not by luck
    return Score("distance", lambda: monitor.distance(model.draw(rows, rng=np.random.default_rng([seed, 3]))))
