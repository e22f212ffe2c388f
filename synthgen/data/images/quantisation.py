"""Numbers as pixels: what is black, what is white, and the steps between."""

import numpy as np

from synthgen.errors import SchemaError


def quantised(values: np.ndarray, bounds: tuple[float, float], *, bits: int = 8) -> np.ndarray:
    """Returns numbers as pixels: `bounds` become black and white, what lies beyond is cut.

    Args:
        values: Any shape.
        bounds: Lower and upper.
        bits: Of a pixel, 8 or 16.

    Raises:
        SchemaError: If the bounds are none, or a number is missing.

    Example:
        >>> quantised(np.array([-2.0, 0.0, 1.0]), (-1, 1)).tolist()
        [0, 128, 255]
    """
    low, high = bounds
    if not low < high:
        raise SchemaError(f"bounds: expected a lower and an upper number. Received {bounds}.")
    shares = (np.asarray(values, np.float64) - low) / (high - low)
    if np.isnan(shares).any():
        raise SchemaError(f"Expected a number in every pixel. {int(np.isnan(shares).sum())} are missing.")
    white = 2**bits - 1
    return np.floor(np.clip(shares, 0, 1) * white + 0.5).astype(np.uint8 if bits == 8 else np.uint16)
