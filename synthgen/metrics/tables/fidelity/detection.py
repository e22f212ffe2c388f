"""Can a classifier tell synthetic rows from training rows?

Both classifiers see equally many rows of either kind and are scored on rows they were not trained on: area under the
ROC curve, averaged over three folds. Equal rows, and the rows of one patient, are never on both sides of a fold: else a
classifier would learn single rows by heart, and a copy would score below 0.5.
"""

from __future__ import annotations

import warnings
from abc import abstractmethod
from typing import Any, final

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from synthgen.metrics.base import Measurement, NotComputed
from synthgen.metrics.counting import distinct
from synthgen.metrics.intervals import area_interval
from synthgen.metrics.limits import Limits
from synthgen.metrics.tables.comparison import Comparison
from synthgen.metrics.tables.features import Table
from synthgen.metrics.tables.fingerprints import fingerprints, rows_of
from synthgen.metrics.tables.tables import Tables
from synthgen.metrics.tables.trees import Inputs, predict_classes

NUM_FOLDS = 3
MIN_ROWS = 50
"""Rows of either kind below which a classifier's score says nothing."""
ROWS_FACTOR = 0.5
"""Rows of either kind, as a multiple of `Tables.max_rows`."""


class Detection(Comparison):
    """What both detectors share: balanced rows, folds, and the area under the ROC curve."""

    family = "fidelity"
    unit = "area"
    direction = "lower"
    best = 0.5
    size_matters = False

    @abstractmethod
    def scores(
        self, tables: Tables, rows: tuple[Table, Table], train: NDArray[np.bool_], labels: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Trains on the rows where `train` holds and returns scores for the others, higher for synthetic."""

    @final
    def compare(self, tables: Tables, *, base: Table, other: Table) -> Measurement:
        """Returns how well `other` is told from `base`."""
        rows = min(len(base), len(other), int(ROWS_FACTOR * tables.max_rows))
        if rows < MIN_ROWS:
            raise NotComputed(f"a classifier needs at least {MIN_ROWS} rows of either kind; there are {rows}.")
        pair = tables.sample(base, rows, purpose="real"), tables.sample(other, rows, purpose="other")
        labels = np.repeat([0, 1], rows)
        folds = self._folds(tables, pair)
        areas = []
        for fold in range(NUM_FOLDS):
            test = folds == fold
            if min(len(np.unique(labels[side])) for side in (test, ~test)) == 2:
                areas.append(roc_auc_score(labels[test], self.scores(tables, pair, ~test, labels)))
        if not areas:
            raise NotComputed("all rows are equal or belong to one patient; no fold has both kinds of rows.")
        units = (len(distinct(pair[0].patients)), len(distinct(pair[1].patients)))
        value = float(np.mean(areas))
        interval = area_interval(value, positives=units[1], negatives=units[0])
        return Measurement(value=value, interval=interval, details={"rows_each": rows, "folds": as_floats(areas)})

    def _folds(self, tables: Tables, pair: tuple[Table, Table]) -> NDArray[np.int64]:
        if tables.schema.patient_key is None:
            groups = np.concatenate([rows_of(fingerprints(table, tables.features)) for table in pair])
        else:
            groups = np.concatenate([pair[0].patients, -1 - pair[1].patients]).astype(np.uint64)
        known, codes = np.unique(groups, return_inverse=True)
        return (tables.random("folds").permutation(len(known)) % NUM_FOLDS)[codes]


@final
class LinearDetection(Detection):
    """Logistic regression on the judge's vectors: sees wrong marginals, hardly any wrong dependence."""

    name = "detection_linear"
    title = "Linear detector"
    question = "Can logistic regression tell synthetic rows from training rows?"
    limits = Limits(warning=0.10, fail=0.30, strict=True)

    def scores(
        self, tables: Tables, rows: tuple[Table, Table], train: NDArray[np.bool_], labels: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Returns the log odds of the test rows."""
        vectors = np.vstack([tables.features.vectors(table) for table in rows])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a nearly converged detector detects as well
            model = LogisticRegression(solver="newton-cholesky").fit(vectors[train], labels[train])
        return model.decision_function(vectors[~train])


@final
class BoostedDetection(Detection):
    """Gradient-boosted trees: the hard test, sees interactions of several columns."""

    name = "detection_boosted"
    title = "Boosted detector"
    question = "Can gradient-boosted trees tell synthetic rows from training rows?"
    headline = "Detector's success (0.5: guessing)"
    criterion = "congruence"
    limits = Limits(warning=0.15, fail=0.35, strict=True)

    def scores(
        self, tables: Tables, rows: tuple[Table, Table], train: NDArray[np.bool_], labels: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Returns the probability of the test rows to be synthetic."""
        names = list(tables.features.columns)
        values = np.vstack([tables.features.ordinals(table, names) for table in rows])
        inputs = Inputs(
            train=values[train], unseen=values[~train], categorical=tables.features.categorical(names), seed=tables.seed
        )
        return predict_classes(inputs, labels[train])[0][:, 1]


def as_floats(values: Any) -> list[float]:
    """Returns numbers as a list of Python floats."""
    return [float(value) for value in values]
