"""One learning-rate schedule for all: a cosine that recovery can lower; and how far back averaged weights look."""

import keras
from keras import ops

from synthgen.backend import Tensor


class RecoverableCosine(keras.optimizers.schedules.LearningRateSchedule):
    """Falls from `start` to `end` along half a cosine (Loshchilov and Hutter 2017, eq. 5), times a scale.

    The scale is a variable, so that recovery from a loss that is not finite can halve the rate of a compiled run.

    Args:
        start: Rate at step 0, above 0.
        end: Rate from step `num_steps` on; equal to `start` for a constant rate.
        num_steps: Length of the run.
        scale: Variable that multiplies the rate, normally 1.
    """

    def __init__(self, *, start: float, end: float, num_steps: int, scale: keras.Variable) -> None:
        self._cosine = keras.optimizers.schedules.CosineDecay(start, max(num_steps, 1), alpha=end / start)
        self._scale = scale

    def __call__(self, step: Tensor) -> Tensor:
        """Returns the rate at a step, a scalar."""
        return self._cosine(step) * ops.convert_to_tensor(self._scale)

    def get_config(self) -> dict:
        """Returns the cosine's settings; the scale belongs to the run."""
        return self._cosine.get_config()


def averaging_momentum(num_steps: int) -> float:
    """Returns the momentum of the weights' moving average: it looks back over a tenth of a short run, a thousand steps
    of a long one.

    Args:
        num_steps: Of the run.
    """
    return min(0.999, max(0.9, 1 - 10 / num_steps))
