"""How good a fitted synthesizer's rows are, next to real rows that it never saw: what models are chosen by.

This is for choosing among candidates while they are made, on the making side's own encoding. It is no substitute for
`evaluate`, whose judges share no code with what they judge.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from synthgen.calibration.trees import few_threads
from synthgen.data.columns import Boolean, Categorical
from synthgen.encoding.layout import EncodedTable
from synthgen.encoding.table import TableEncoder
from synthgen.errors import EvaluationError
from synthgen.synthesizers.tables.base import TableSynthesizer
from synthgen.training.monitors import HeldOutFidelity

MOST_ROWS = 10_000
"""Held-out rows looked at, and rows drawn to be told from them."""

LEAST_ROWS = 50
"""Held-out rows below which a classifier's score says nothing."""

NUM_FOLDS = 3

MOST_CATEGORIES = 255
"""That scikit-learn's trees take for categories; codes of a longer list are taken for numbers."""


@dataclass(frozen=True, kw_only=True)
class HeldOutScore:
    """How far drawn rows are from held-out ones. Smaller is better, for both.

    Args:
        detection: Area under the ROC curve of boosted trees that tell drawn from held-out rows they were not trained
            on; 0.5: they cannot.
        distance: Mean total variation distance of all two-way tables, in [0, 1]; above 0 by chance alone, for all
            candidates by the same.
    """

    detection: float
    distance: float


def held_out_score(synthesizer: TableSynthesizer, held_out: pd.DataFrame, *, seed: int) -> HeldOutScore:
    """Returns how well drawn rows pass for held-out ones.

    Args:
        synthesizer: Fitted, to none of the patients in `held_out`.
        held_out: (rows, columns), at least 50 real rows; of more than 10 000, so many are chosen.
        seed: Of the choice, the drawn rows and the folds.

    Raises:
        NotFittedError: Before `fit`.
        SchemaError: If the rows do not fit the synthesizer's schema.
        EvaluationError: If there are too few rows.

    Example:
        >>> import synthgen as sg
        >>> train, held_out = sg.split(sg.load_dataset("breast_cancer"), holdout=0.4, seed=0)
        >>> score = held_out_score(sg.GaussianCopula().fit(train), held_out, seed=0)
        >>> 0 < score.distance < 1, 0 < score.detection <= 1
        (True, True)
    """
    schema, encoder, _ = synthesizer.fitted()
    if len(held_out) < LEAST_ROWS:
        raise EvaluationError(f"Expected at least {LEAST_ROWS} held-out rows. Received {len(held_out)}; hold out more.")
    schema.validate(held_out)
    rng = np.random.default_rng([seed, 5])
    if len(held_out) > MOST_ROWS:
        held_out = held_out.iloc[np.sort(rng.choice(len(held_out), MOST_ROWS, replace=False))]
    held_out = held_out.reset_index(drop=True)
    drawn = synthesizer.sample(len(held_out), seed=seed, verbose=False)
    real, synthetic = encoder.encode(held_out, seed=seed), encoder.encode(drawn, seed=seed + 1)
    # rows of one patient are alike: on both sides of a fold they would be told by heart
    patients = np.concatenate([schema.patients(held_out), len(held_out) + np.arange(len(drawn))])
    folds = (rng.permutation(2 * len(held_out)) % NUM_FOLDS)[patients]  # (rows of both kinds,)
    return HeldOutScore(
        detection=_detection(encoder, real, synthetic, folds=folds, seed=seed),
        distance=HeldOutFidelity(encoder.layout, real).distance(synthetic),
    )


def _detection(
    encoder: TableEncoder, real: EncodedTable, synthetic: EncodedTable, *, folds: np.ndarray, seed: int
) -> float:
    """Mean area under the ROC curve over the folds that hold both kinds of rows."""
    both = EncodedTable.concatenate([real, synthetic])
    values = np.hstack([both.codes, both.scalars]).astype(np.float32)  # (rows of both kinds, columns)
    labels = np.repeat([0, 1], [len(real), len(synthetic)])
    categorical = _categorical(encoder, both.codes) + [False] * both.scalars.shape[1]
    areas = []
    with few_threads():
        for fold in range(NUM_FOLDS):
            test = folds == fold
            if min(len(np.unique(labels[side])) for side in (test, ~test)) < 2:
                continue
            trees = HistGradientBoostingClassifier(
                categorical_features=categorical, early_stopping=False, random_state=seed
            )
            trees.fit(values[~test], labels[~test])
            areas.append(roc_auc_score(labels[test], trees.predict_proba(values[test])[:, 1]))
    if not areas:
        raise EvaluationError("All held-out rows belong to one patient; hold out several patients.")
    return float(np.mean(areas))


def _categorical(encoder: TableEncoder, codes: np.ndarray) -> list[bool]:
    """Which columns of codes are categories to scikit-learn's trees."""
    columns = [encoder.schema.columns[column.name] for column in encoder.columns]
    return [
        isinstance(column, Categorical | Boolean) and own.max() < MOST_CATEGORIES
        for column, own in zip(columns, codes.T, strict=True)
    ]
