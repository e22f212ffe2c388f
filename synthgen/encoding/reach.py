"""Where decoded values of a column can lie, so that what nobody can draw is refused before anything is drawn."""

from dataclasses import dataclass

import numpy as np

NEAR = 1e-6
"""Parts of a step, or of a number of full precision, within which two numbers are one."""


@dataclass(frozen=True)
class Reach:
    """Points and intervals on a line. Dates are counted in steps.

    Args:
        points: (points,) rising.
        lows: (intervals,) where they begin, rising; they do not overlap.
        highs: (intervals,) where they end.
        step: That values lie on, from 0; None: any number.

    Example:
        >>> reach = Reach(np.array([0.0]), np.array([5.0]), np.array([9.4]), step=1.0)
        >>> reach.ends, reach.holds(np.array([0.0, 3, 7, 9, 10])).tolist()
        ((0.0, 9.0), [True, False, True, True, False])
    """

    points: np.ndarray
    lows: np.ndarray
    highs: np.ndarray
    step: float | None

    @property
    def ends(self) -> tuple[float, float] | None:
        """Lowest and highest value; None where there is none."""
        lows, highs = np.append(self.points, self.lows), np.append(self.points, self.highs)
        if not len(lows):
            return None
        low, high = float(lows.min()), float(highs.max())
        return (low, high) if self.step is None else (_on_step(low, self.step), _on_step(high, self.step))

    def holds(self, values: np.ndarray) -> np.ndarray:
        """Returns which values can occur, (n,) booleans."""
        return self.meets(values, values)

    def meets(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Returns in which ranges a value can occur, (n,) booleans.

        Args:
            low: (n,) included; may be infinite.
            high: (n,) the same.
        """
        if self.step is None:
            slack = NEAR * np.maximum(
                np.where(np.isfinite(low), abs(low), 0), np.where(np.isfinite(high), abs(high), 0)
            )
            low, high, inside = low - slack, high + slack, low <= high
        else:
            first, last = np.ceil(low / self.step - NEAR), np.floor(high / self.step + NEAR)
            inside = first <= last  # a step lies in it; its values are rounded from half a step around
            low, high = (first - 0.5 + NEAR) * self.step, (last + 0.5 - NEAR) * self.step
        at = np.searchsorted(self.points, high, "right") > np.searchsorted(self.points, low, "left")
        within = np.searchsorted(self.lows, high, "right") > np.searchsorted(self.highs, low, "left")
        return inside & (at | within)


def _on_step(number: float, step: float) -> float:
    return round(number / step) * step
