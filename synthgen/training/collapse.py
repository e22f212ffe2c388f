"""A run that goes wrong without infinite losses: noticed, taken back to its best epoch, and calmed."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from synthgen.training.snapshots import Snapshot

NARROW = 0.3
"""Diversity below which a generator has collapsed: healthy ones stay above 0.8."""

WORSE = 3.0
"""Times the best score at which a run has gone wrong, if it lasts."""

EPOCHS = 3
"""That it must last: scores of single epochs swing."""

BEGINNING = 4
"""Epochs in which drawn images may be alike because nothing is learned yet."""


class CollapseRecovery(keras.callbacks.Callback):
    """Goes back to the best epoch where drawn images become alike, or stay far worse than they were.

    Losses show neither: a GAN's can look healthy while its classes merge. Each recovery halves the learning rate and
    doubles the penalty on the critic's slope; after the attempts are spent training stops, and the best epoch is what
    is kept. The history says of each epoch how varied it drew, and how many recoveries there had been.

    Args:
        distance: How far drawn images are from held-out ones, as it is now; smaller is better.
        diversity: Spread of drawn images over that of held-out ones, as it is now.
        least: Distance of equal laws, about: no ratio is taken to less.
        rate_scale: Multiplies the learning rate.
        penalty_scale: Multiplies the penalties.
        attempts: Recoveries before training stops.
    """

    def __init__(
        self,
        *,
        distance: Callable[[], float],
        diversity: Callable[[], float],
        least: float,
        rate_scale: keras.Variable,
        penalty_scale: keras.Variable,
        attempts: int = 3,
    ) -> None:
        super().__init__()
        self._distance, self._diversity, self._least = distance, diversity, least
        self._rate_scale, self._penalty_scale, self._attempts = rate_scale, penalty_scale, attempts
        self._best, self._worse = np.inf, 0
        self._good: Snapshot | None = None
        self.recoveries = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._good = self._snapshot()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        logs = {} if logs is None else logs
        self.model.refresh_sampler()
        distance, diversity = self._distance(), self._diversity()
        if distance < self._best and diversity >= NARROW:
            self._best, self._worse, self._good = distance, 0, self._snapshot()
        elif diversity < NARROW or distance > WORSE * max(self._best, self._least):
            self._worse += 1
        else:
            self._worse = 0
        if self._worse >= EPOCHS and (epoch >= BEGINNING or np.isfinite(self._best)):
            self._recover()
        logs |= {"diversity": diversity, "recoveries": self.recoveries}

    def _recover(self) -> None:
        self._worse = 0
        if self.recoveries == self._attempts:
            self.model.stop_training = True
            return
        self.recoveries += 1
        if self._good is not None:
            self._good.restore()
        self._rate_scale.assign(0.5 * self._rate_scale)
        self._penalty_scale.assign(2.0 * self._penalty_scale)

    def _snapshot(self) -> Snapshot:
        return Snapshot(self.model, without=[self._rate_scale, self._penalty_scale])
