"""One read of the data, and the ways there are to read."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

Mechanism = Literal["gaussian", "sampled_gaussian", "threshold", "declared", "uncounted"]

MECHANISMS = {
    "gaussian": "numbers with normal noise",
    "sampled_gaussian": "gradients of rows drawn by chance, clipped, with normal noise",
    "threshold": "what may fail with a small probability",
    "declared": "nothing: the schema says it",
    "uncounted": "the data, without protection",
}
"""What each mechanism reads, in words."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One read of the data.

    Args:
        purpose: What was read, for people: "quantiles of age".
        mechanism: How; see `MECHANISMS`.
        noise_multiplier: Standard deviation of the noise over the most that one patient can change, for both normal
            mechanisms.
        sampling_rate: Probability of each patient to be drawn, for sampled_gaussian.
        times: How often.
        delta: Probability of failure, of all times together, for threshold; for sampled_gaussian that of the tail by
            which it is no normal mechanism (`accountant.as_normal`).
    """

    purpose: str
    mechanism: Mechanism
    noise_multiplier: float = 0.0
    sampling_rate: float = 1.0
    times: int = 1
    delta: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Returns the entry as plain types; what is at its default is left out."""
        defaults = {known.name: known.default for known in fields(self)}
        return {name: value for name, value in asdict(self).items() if value != defaults[name]}
