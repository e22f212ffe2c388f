"""The ledger: every read of the data, what it was for, and what it cost.

Epsilon is never believed: it is reckoned anew from the limit that all entries together are kept within.
"""

from dataclasses import dataclass, field
from typing import Any, Self

from synthgen.dp import accountant
from synthgen.dp.entry import MECHANISMS, Entry
from synthgen.expected import Characters, Each, Fields, Flag, Maybe, OneOf, Quantity, agree

ROUNDING = 1e-6
"""Of the precision of all entries together, relative."""

PUBLIC_DRAWS = "rows next to a patient's, by draws from a seed that is public: fit the model again"
"""What ledgers without a limit do not count: in their time one patient less gave all later ones other draws."""


LEAST_NOISE, MOST_NOISE = 1e-3, 1e100
"""Of a mechanism that a file may speak of: less protects nobody, and the square of more is no number."""

STORED = Fields({
    "epsilon": Maybe(Quantity(least=0)), "delta": Quantity(above=0, most=1), "unit": Characters(),
    "known_noise": Flag(),
    "entries": Each(of=Fields(
        {"purpose": Characters(), "mechanism": OneOf(tuple(MECHANISMS))},
        {
            "noise_multiplier": Quantity(least=0, most=MOST_NOISE), "sampling_rate": Quantity(above=0, most=1),
            "times": Quantity(whole=True, least=1, most=1e9), "delta": Quantity(least=0, most=1),
        },
    )),
}, {"limit": Maybe(Quantity(least=LEAST_NOISE, most=MOST_NOISE))})  # fmt: skip
"""What `Ledger.to_dict` returns, as a file must hold it."""


@dataclass
class Ledger:
    """All reads of the data by one `fit`.

    Args:
        delta: Of the promise.
        unit: Whom it protects, for people.
        known_noise: Whether the noise had a seed that somebody knows, so that nothing is promised.
        limit: Noise multiplier of the one normal mechanism that all entries are kept within, fixed before the first:
            then it is what is promised, whatever decided about an entry. None: all entries were fixed beforehand.
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
    limit: float | None = None
    entries: list[Entry] = field(default_factory=list)

    def enter(self, **fields_of_entry: Any) -> None:
        """Adds an entry; arguments as for `Entry`."""
        self.entries.append(Entry(**fields_of_entry))

    @property
    def epsilon(self) -> float | None:
        """What is promised at `delta`; None where an entry is not counted, the limit exceeded, or the noise known."""
        if self.known_noise or any(entry.mechanism == "uncounted" for entry in self.entries):
            return None
        if self.limit is None:
            return accountant.epsilon(self.entries, delta=self.delta)
        if accountant.precision(self.entries) > (1 + ROUNDING) / self.limit**2:
            return None
        return accountant.normal_epsilon(self.limit, self.delta - sum(entry.delta for entry in self.entries))

    def to_dict(self) -> dict[str, Any]:
        """Returns the ledger as plain types, with what it adds up to; the inverse of `from_dict`."""
        return {
            "epsilon": self.epsilon, "delta": self.delta, "unit": self.unit, "known_noise": self.known_noise,
            "limit": self.limit, "entries": [entry.to_dict() for entry in self.entries],
        }  # fmt: skip

    @classmethod
    def from_dict(cls, stored: Any) -> Self:
        """Returns the ledger that `to_dict` described; what it adds up to is reckoned anew, not believed.

        Of one without a limit, reads with noise are not counted.

        Args:
            stored: What was read from a file; may be anything.

        Raises:
            Unexpected: If a mechanism is unknown, or a number none that a mechanism can have.
        """
        known = STORED.check(stored, "privacy")
        entries = [Entry(**entry) for entry in known["entries"]]
        for entry in entries:
            noisy = entry.mechanism in ("gaussian", "sampled_gaussian")
            agree(not noisy or entry.noise_multiplier >= LEAST_NOISE,
                  f"privacy: {entry.purpose}: expected a noise_multiplier of at least {LEAST_NOISE:g}.")  # fmt: skip
        if known.get("limit") is None and any(entry.noise_multiplier for entry in entries):
            entries.append(Entry(purpose=PUBLIC_DRAWS, mechanism="uncounted"))
        return cls(delta=known["delta"], unit=known["unit"], known_noise=known["known_noise"],
                   limit=known.get("limit"), entries=entries)  # fmt: skip

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
