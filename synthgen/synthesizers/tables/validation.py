"""The held-out rows that choose the best epoch."""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from synthgen.calibration.levels import Levels
from synthgen.calibration.trees import few_threads
from synthgen.encoding.layout import EncodedTable
from synthgen.models.tables.base import GenerativeModel
from synthgen.training.monitors import Score

MOST_ROWS = 10_000
"""Most patients held out; more would not make the score visibly steadier."""

LEAST_ROWS = 200
"""With fewer held-out patients the score is noise, so that every row trains and the last epoch is kept."""

MOST_SCORED = 10_000
"""Rows of each kind that trees learn from at an epoch, and that they are asked about."""

NUM_TREES = 60
"""Of each score."""


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


def detection_score(model: GenerativeModel, train: EncodedTable, validation: EncodedTable, *, seed: int) -> Score:
    """Returns what tells how well boosted trees know rows drawn now from held-out ones; 0.5 is best.

    Tables of two columns of a few held-out rows are mostly chance. Trees see whole rows, and learn from training rows,
    of which there are more; only what they say of held-out rows counts.

    Args:
        model: In training.
        train: The rows that it is trained on.
        validation: Held-out rows.
        seed: Of the rows chosen and drawn.
    """
    rng = np.random.default_rng([seed, 3])
    levels = Levels.fit(model.layout, train)
    chosen = rng.choice(len(train), min(len(train), MOST_SCORED), replace=False)
    seen, unseen = levels(train.take(chosen)), levels(validation.take(slice(MOST_SCORED)))
    labels = [np.repeat([1, 0], len(rows)) for rows in (seen, unseen)]

    def area() -> float:
        # the same noise at every epoch: scores differ by what was learned, not by luck
        drawn = levels(model.draw(len(seen) + len(unseen), rng=np.random.default_rng([seed, 3])))
        trees = HistGradientBoostingClassifier(
            max_iter=NUM_TREES, categorical_features=levels.categorical, early_stopping=False, random_state=seed
        )
        with few_threads():
            trees.fit(np.concatenate([seen, drawn[: len(seen)]]), labels[0])
            score = trees.decision_function(np.concatenate([unseen, drawn[len(seen) :]]))
        return max(float(roc_auc_score(labels[1], score)), 0.5)

    return Score("detection", area)
