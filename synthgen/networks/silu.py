"""The activation of the deeper networks, written so that TensorFlow forgets the programs that it stands in."""

from keras import ops

from synthgen.backend import Tensor


def silu(inputs: Tensor) -> Tensor:
    """Returns ``inputs * sigmoid(inputs)`` (Elfwing et al. 2018, section 2), of the same shape.

    TensorFlow's own, which Keras calls, has a gradient of its own, and TensorFlow keeps such a gradient, with the whole
    compiled program around it, for as long as the process lives: some ten megabytes a fit.

    Args:
        inputs: Any shape.

    Example:
        >>> [round(float(value), 4) for value in silu(ops.convert_to_tensor([-1.0, 0.0, 1.0]))]
        [-0.2689, 0.0, 0.7311]
    """
    return inputs * ops.sigmoid(inputs)
