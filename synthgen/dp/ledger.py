"""The ledger: every read of the data, what it was for, and what it cost.

Epsilon is never stored beside the entries: it is what the entries add up to.
"""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, Self

from synthgen.dp import accountant
from synthgen.errors import SettingsError

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
        delta: Probability of failure, for threshold.
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


@dataclass
class Ledger:
    """All reads of the data by one `fit`.

    Args:
        delta: Of the promise.
        unit: Whom it protects, for people.
        known_noise: Whether the noise had a seed that somebody knows, so that nothing is promised.
        entries: In order.

    Example:
        >>> ledger = Ledger(delta=1e-5, unit="row")
        >>> ledger.enter(purpose="a count", mechanism="gaussian", noise_multiplier=4.0)
        >>> round(ledger.epsilon, 2)
        0.93
        >>> ledger.enter(purpose="the largest age", mechanism="uncounted")
        >>> ledger.epsilon is None
        True
    """

    delta: float
    unit: str
    known_noise: bool = False
    entries: list[Entry] = field(default_factory=list)

    def enter(self, **fields_of_entry: Any) -> None:
        """Adds an entry; arguments as for `Entry`."""
        self.entries.append(Entry(**fields_of_entry))

    @property
    def epsilon(self) -> float | None:
        """What all entries cost together at `delta`; None where one cannot be counted, or the noise is known."""
        if self.known_noise or any(entry.mechanism == "uncounted" for entry in self.entries):
            return None
        return accountant.epsilon(self.entries, delta=self.delta)

    def to_dict(self) -> dict[str, Any]:
        """Returns the ledger as plain types, with what it adds up to; the inverse of `from_dict`."""
        return {
            "epsilon": self.epsilon, "delta": self.delta, "unit": self.unit, "known_noise": self.known_noise,
            "entries": [entry.to_dict() for entry in self.entries],
        }  # fmt: skip

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Returns the ledger that `to_dict` described; what it adds up to is reckoned anew, not believed.

        Raises:
            SettingsError: If a mechanism is unknown.
        """
        entries = [Entry(**entry) for entry in stored["entries"]]
        for entry in entries:
            if entry.mechanism not in MECHANISMS:
                raise SettingsError(f"Expected a mechanism in {list(MECHANISMS)}. Received {entry.mechanism!r}.")
        return cls(delta=stored["delta"], unit=stored["unit"], known_noise=stored["known_noise"], entries=entries)

    def __str__(self) -> str:
        total = self.epsilon
        said = "no epsilon can be stated" if total is None else f"epsilon {total:.3g} at delta {self.delta:g}"
        lines = [f"{said}, for each {self.unit}"]
        if self.known_noise:
            lines.append("  the noise had a seed that is known: nothing is promised")
        return "\n".join([*lines, *(f"  {_said(entry)}" for entry in self.entries)])


def _said(entry: Entry) -> str:
    """One line about an entry."""
    parts = {
        "gaussian": f"noise {entry.noise_multiplier:.3g}",
        "sampled_gaussian": f"noise {entry.noise_multiplier:.3g}, rate {entry.sampling_rate:.3g}",
        "threshold": f"delta {entry.delta:.2g}",
        "declared": "free, declared in the schema",
        "uncounted": "NOT COUNTED",
    }
    often = "" if entry.times == 1 else f", {entry.times} times"
    return f"{entry.purpose}: {parts[entry.mechanism]}{often}"
