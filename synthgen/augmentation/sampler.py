"""Augmentation as a step of a pipeline: imbalanced-learn's `fit_resample`, without needing imbalanced-learn itself."""

import copy
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from synthgen.augmentation.augment import augment
from synthgen.data.schema import Schema
from synthgen.errors import ConditionError
from synthgen.synthesizers.tables.base import TableSynthesizer
from synthgen.synthesizers.tables.gan import TabularGAN


@final
class SyntheticSampler(BaseEstimator):
    """Adds synthetic rows to what a classifier is trained on.

    A sampler in the sense of imbalanced-learn: in an ``imblearn.pipeline.Pipeline`` it is fitted to the training rows
    of each fold and does nothing to the rows that are predicted. scikit-learn's own pipeline has no place for steps
    that change the number of rows.

    Args:
        synthesizer: An unfitted synthesizer, of which a copy is fitted each time; None: a `TabularGAN`. A fitted one
            is refused, since it would have learned the rows that cross-validation keeps for testing.
        num_rows: See `augment`.
        balance: See `augment`.
        schema: What the columns of `X` and the target mean. None: a guess, see `augment`.
        seed: Of fitting and drawing.
        verbose: Whether to show progress on a terminal.

    Attributes:
        synthesizer_: The one that was fitted last, or None if there was nothing to add.
        n_features_in_: Columns of `X`.

    Example:
        >>> X = pd.DataFrame({"age": np.tile(np.arange(20.0, 80.0), 2)})
        >>> y = pd.Series(np.arange(120) % 5 == 0, name="ill")
        >>> sampler = SyntheticSampler(synthesizer=TabularGAN(num_steps=5, width=8))
        >>> more, labels = sampler.fit_resample(X, y)
        >>> more.shape, labels.value_counts().to_dict()
        ((192, 1), {True: 96, False: 96})
    """

    _estimator_type = "sampler"

    def __init__(
        self,
        *,
        synthesizer: TableSynthesizer | None = None,
        num_rows: int | None = None,
        balance: bool = True,
        schema: Schema | None = None,
        seed: int = 0,
        verbose: bool = False,
    ) -> None:
        self.synthesizer = synthesizer
        self.num_rows = num_rows
        self.balance = balance
        self.schema = schema
        self.seed = seed
        self.verbose = verbose

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:  # noqa: N803 - scikit-learn's names
        """Fits a synthesizer to rows with their target, and adds rows drawn from it.

        Args:
            X: (rows, features), a data frame or an array.
            y: (rows,) the target: a series, an array or a list; none may be missing.

        Returns:
            (rows + synthetic rows, features) and (rows + synthetic rows,), of the kinds and types that came in, the
            real rows first.

        Raises:
            ConditionError: If `X` and `y` do not fit together, the synthesizer is fitted, or see `augment`.
            SchemaError: If the table does not fit the schema.
        """
        if self.synthesizer is not None and self.synthesizer.schema is not None:
            raise ConditionError(
                "synthesizer: expected one that is not fitted, since it is fitted to each training set. Received a "
                "fitted one; give e.g. TabularGAN(num_steps=2_000), or call augment, which takes fitted ones."
            )
        rows = _Rows.joined(X, y, self.schema)
        synthesizer = TabularGAN(seed=self.seed) if self.synthesizer is None else copy.deepcopy(self.synthesizer)
        augmented = augment(
            rows.frame, target=rows.target, num_rows=self.num_rows, balance=self.balance, synthesizer=synthesizer,
            schema=self.schema, seed=self.seed, verbose=self.verbose,
        )  # fmt: skip
        self.synthesizer_ = synthesizer if synthesizer.schema is not None else None
        self.n_features_in_ = len(rows.frame.columns) - 1
        return rows.features(augmented), rows.targets(augmented)


@dataclass(frozen=True, eq=False)
class _Rows:
    """X and y as one frame, and what they were before.

    Args:
        frame: (rows, features and target).
        target: Name of the target in it.
        given: X as it came.
        labels: y as it came.
    """

    frame: pd.DataFrame
    target: str
    given: Any
    labels: Any

    @classmethod
    def joined(cls, given: Any, labels: Any, schema: Schema | None) -> "_Rows":
        """Returns X and y as one table; `ConditionError` if their shapes do not fit or y is missing somewhere."""
        given = given if isinstance(given, pd.DataFrame) else np.asarray(given)
        labels = labels if isinstance(labels, pd.Series) else np.asarray(labels)
        if given.ndim != 2 or labels.ndim != 1 or len(given) != len(labels):
            raise ConditionError(
                f"Expected X of shape (rows, features) and y of shape (rows,). Received {given.shape} and "
                f"{labels.shape}; sparse matrices can be made dense by toarray()."
            )
        column = labels.reset_index(drop=True) if isinstance(labels, pd.Series) else pd.Series(labels)
        if column.isna().any():
            raise ConditionError(f"y is missing in {int(column.isna().sum())} of {len(column)} rows. Drop these rows.")
        frame = pd.DataFrame(given).reset_index(drop=True)
        if isinstance(given, np.ndarray):
            frame = frame.infer_objects()
        if not isinstance(given, pd.DataFrame) or not all(isinstance(name, str) for name in frame.columns):
            frame.columns = pd.Index([f"x{place}" for place in range(frame.shape[1])])
        target = _target_name(getattr(labels, "name", None), frame, schema)
        return cls(frame.assign(**{target: column}), target, given, labels)

    def features(self, augmented: pd.DataFrame) -> Any:
        """Returns X of the rows, in the kind that came."""
        kept = augmented.drop(columns=self.target)
        if isinstance(self.given, pd.DataFrame):
            kept.columns = self.given.columns
            return kept
        return kept.to_numpy(dtype=self.given.dtype)

    def targets(self, augmented: pd.DataFrame) -> Any:
        """Returns y of the rows, in the kind that came."""
        if isinstance(self.labels, pd.Series):
            return augmented[self.target].rename(self.labels.name)  # type: ignore[call-overload]
        return augmented[self.target].to_numpy(dtype=self.labels.dtype)


def _target_name(given: Any, frame: pd.DataFrame, schema: Schema | None) -> str:
    """The name of y, or one that is free; with a schema the one of its columns that X does not have."""
    if schema is not None:
        absent = [name for name in schema.columns if name not in frame]
        if len(absent) != 1 or given not in (None, absent[0]):
            raise ConditionError(
                f"Expected a schema of the {len(frame.columns)} columns of X and of y. The columns of the schema that "
                f"X does not have: {absent}; y is named {given!r}."
            )
        return absent[0]
    name = given if isinstance(given, str) else "target"
    while name in frame:
        name += "_"
    return name
