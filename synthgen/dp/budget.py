"""What a user asks for: epsilon, delta, and whom they protect."""

import math
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from synthgen.errors import SettingsError

MOST_DELTA = 1e-3
"""Beyond, a mechanism could publish a few whole records and still be called private."""


@dataclass(frozen=True, kw_only=True)
class DifferentialPrivacy:
    """A promise about everything that `fit` learns (Dwork and Roth 2014, definition 2.4).

    Whether one patient is in the table or not changes the probability of any model file, and so of any synthetic rows,
    by a factor of at most ``exp(epsilon)``, but for events of probability `delta`.

    Args:
        epsilon: Above 0. About 1 is strong; at 10 the factor is 22 000 and the promise weak.
        delta: Above 0, at most 1e-3, and far below one over the number of patients.
        unit: Column that names whom the promise protects; None: the schema's patient key, or else each row. Of a
            patient with many rows, one drawn by chance is learned.
        preparation: Share of the budget that reading the columns takes: bounds, quantiles and categories that the
            schema does not declare, and how often each value comes. In terms of precision, one over the noise's
            variance.
        clipping_norm: Longest gradient of one patient in training, in the Euclidean norm; networks only.
        adaptive_clipping: Whether that length follows the median of the gradients' lengths, from `clipping_norm` on;
            paid for out of the same budget.
        noise_seed: Seed of the noise and of the rows drawn, for tests: whoever knows it can undo the noise, so
            nothing is promised then. None: from the operating system's source of cryptographic chance.

    Raises:
        SettingsError: If a value is out of range.

    Example:
        >>> DifferentialPrivacy(epsilon=3, delta=1e-5).epsilon
        3
    """

    epsilon: float
    delta: float
    unit: str | None = None
    preparation: float = 0.15
    clipping_norm: float = 1.0
    adaptive_clipping: bool = False
    noise_seed: int | None = None

    def __post_init__(self) -> None:
        bounds: dict[str, tuple[float, float]] = {
            "epsilon": (0, math.inf), "delta": (0, MOST_DELTA), "preparation": (-1, 1), "clipping_norm": (0, math.inf),
        }  # fmt: skip
        for name, (above, most) in bounds.items():
            value = getattr(self, name)
            number = isinstance(value, Real) and not isinstance(value, bool)
            if not (number and above < value <= most and math.isfinite(value)):
                raise SettingsError(
                    f"DifferentialPrivacy: expected {name} to be a number above {above:g}"
                    f"{'' if most == math.inf else f' and at most {most:g}'}. Received {repr(value)[:60]}."
                )
        if not 0 <= self.preparation < 1:
            raise SettingsError(f"DifferentialPrivacy: expected 0 <= preparation < 1. Received {self.preparation}.")
        if not isinstance(self.adaptive_clipping, bool):
            raise SettingsError(
                "DifferentialPrivacy: expected adaptive_clipping to be True or False. "
                f"Received {self.adaptive_clipping!r}."
            )
        if self.noise_seed is not None and not (isinstance(self.noise_seed, Integral) and self.noise_seed >= 0):
            raise SettingsError("DifferentialPrivacy: expected noise_seed to be a whole number of at least 0, or None.")

    def to_dict(self) -> dict[str, Any]:
        """Returns the promise as plain types; the seed of the noise only as whether there was one."""
        return {
            "epsilon": self.epsilon, "delta": self.delta, "unit": self.unit, "preparation": self.preparation,
            "clipping_norm": self.clipping_norm, "adaptive_clipping": self.adaptive_clipping,
            "noise_seed": self.noise_seed is not None,
        }  # fmt: skip
