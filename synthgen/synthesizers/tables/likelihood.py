"""How likely rows are under a synthesizer, where its model can say."""

from abc import ABC
from typing import Any

import numpy as np
import pandas as pd

from synthgen.models.tables.autoregressive import Autoregressive
from synthgen.synthesizers.tables.base import TableSynthesizer
from synthgen.synthesizers.tables.inputs import learned_part


class LikelihoodSynthesizer(TableSynthesizer, ABC):
    """A synthesizer whose model is autoregressive, and so knows the probability of a row."""

    def log_likelihood(self, frame: pd.DataFrame | np.ndarray) -> np.ndarray:
        """Returns the logarithm of the probability of each row's learned columns, in nats.

        A category, a missing cell and a number that many rows share count as what they are. Any other number counts as
        the part of the table that it falls into: its bin, and one of 16 parts of the bin that were equally probable
        among the training rows. That is a probability, not a density: rows can be compared with each other, and
        models of the same training table and `num_bins`; others cannot. Numbers on a grid, such as whole ones, are
        spread over their cell at random, by the synthesizer's seed. A category that was not learned counts as a rare
        one, or, if there were no rare ones, as one drawn from the others.

        Args:
            frame: (rows, columns) with at least the learned columns; or an array with the columns of `fit`.

        Returns:
            (rows,) at most 0.

        Raises:
            NotFittedError: Before `fit`.
            SchemaError: If a learned column is absent, or a cell does not fit the schema.
        """
        schema, encoder, model = self.fitted()
        if not isinstance(model, Autoregressive):
            raise TypeError(f"Expected an Autoregressive. Received {type(model).__name__}.")
        names = getattr(self, "feature_names_in_", schema.columns)
        rows = learned_part(frame, schema, names=list(names), owner=self.family)
        return model.log_likelihood(encoder.encode(rows, seed=self.seed))

    def score(self, frame: pd.DataFrame | np.ndarray, y: Any = None) -> float:
        """Returns the mean of `log_likelihood`; higher is better. scikit-learn's searches choose by it.

        Args:
            frame: See `log_likelihood`.
            y: Ignored.
        """
        return float(self.log_likelihood(frame).mean())
