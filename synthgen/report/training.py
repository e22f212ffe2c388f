"""How the maker was trained, where it says so: its history, and in words what watched over it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from synthgen.errors import EvaluationError

SCORES = {
    "kid": "distance to held-out images",
    "detection": "detection next to held-out rows",
    "log_loss": "log loss of held-out rows",
    "mae": "error on held-out pairs",
}
"""What chooses the best epoch, by its name in a history."""

NARROW = 0.3
"""Diversity below which drawn images look all alike."""


@final
@dataclass(frozen=True)
class Training:
    """What was noted at the end of each epoch.

    Args:
        history: For each epoch, losses and what else was measured by name; None where a number was not finite.
        best_epoch: Place in `history` of the epoch that was kept; None: nobody says.
    """

    history: tuple[Mapping[str, float | None], ...]
    best_epoch: int | None

    @property
    def names(self) -> list[str]:
        """What was measured, in the order of the history."""
        return list(dict.fromkeys(name for epoch in self.history for name in epoch))

    @property
    def recoveries(self) -> list[int]:
        """Places of the epochs after which the run went back to its best one and went on more calmly."""
        counts = [int(epoch.get("recoveries") or 0) for epoch in self.history]
        return [place for place, count in enumerate(counts) if count > (counts[place - 1] if place else 0)]

    def values(self, name: str) -> list[float | None]:
        """Returns what was measured under a name, None where it was not."""
        return [epoch.get(name) for epoch in self.history]

    def to_dict(self) -> dict[str, Any]:
        """Returns it as JSON types; epochs are counted from 0."""
        return {"best_epoch": self.best_epoch, "history": [dict(epoch) for epoch in self.history]}


def read_training(history: Sequence[Mapping[str, float]], best_epoch: int | None) -> Training | None:
    """Returns a checked history, or None where there is none.

    Args:
        history: As synthesizers and their model files have it.
        best_epoch: The same; None or -1: nobody says.

    Raises:
        EvaluationError: If it is none, or has no such epoch.

    Example:
        >>> read_training([{"loss": 2.0}, {"loss": float("nan")}], best_epoch=0).values("loss")
        [2.0, None]
    """
    if not isinstance(history, Sequence) or not all(isinstance(epoch, Mapping) for epoch in history):
        raise EvaluationError("history: expected a list of one mapping for each epoch, as synthesizer.history is.")
    if not history:
        return None
    try:
        read = tuple({str(name): _finite(float(value)) for name, value in epoch.items()} for epoch in history)
    except (TypeError, ValueError):
        raise EvaluationError("history: expected a number under every name, as in synthesizer.history.") from None
    kept = None if best_epoch == -1 else best_epoch
    if kept is not None and not 0 <= kept < len(history):
        raise EvaluationError(f"best_epoch: expected a place in a history of {len(history)} epochs. Received {kept}.")
    return Training(read, kept)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def monitors(training: Training) -> list[str]:
    """Returns what watched over the run, and what it did, in sentences.

    Args:
        training: Of the maker.

    Example:
        >>> epochs = [{"kid": 0.5, "recoveries": 0}, {"kid": 0.1, "recoveries": 0}]
        >>> for sentence in monitors(Training(tuple(epochs), best_epoch=1)):
        ...     print(sentence)
        Epoch 2 of 2 was kept, the best by its distance to held-out images: 0.1.
        Nothing went wrong that the run would have had to recover from.
    """
    said = [_kept(training)]
    broken = [place for place, epoch in enumerate(training.history) if None in epoch.values()]
    if broken:
        said.append(f"At {_epochs(broken)} a figure was not finite: the run goes back and halves its learning rate.")
    if training.recoveries:
        said.append(
            f"After {_epochs(training.recoveries)} the run had gone wrong, drawn images all alike or far from held-out "
            "ones: it went back to its best epoch, with half the learning rate and twice the penalty."
        )
    narrowest = [(value, place) for place, value in enumerate(training.values("diversity")) if value is not None]
    if narrowest and min(narrowest)[0] < NARROW:
        value, place = min(narrowest)
        said.append(f"Drawn images were all alike at epoch {place + 1}: diversity {value:.2g}; held-out images have 1.")
    if "recoveries" in training.names and not training.recoveries and not broken:
        said.append("Nothing went wrong that the run would have had to recover from.")
    return said


def _kept(training: Training) -> str:
    count = len(training.history)
    if training.best_epoch is None:
        return f"{count} epoch{'s' * (count > 1)}; which one was kept is not known."
    first = f"Epoch {training.best_epoch + 1} of {count} was kept"
    for name, words in SCORES.items():
        value = training.history[training.best_epoch].get(name)
        if value is not None:
            return f"{first}, the best by its {words}: {value:.3g}."
    return f"{first}."


def _epochs(places: Sequence[int]) -> str:
    """Such as "epochs 3, 7 and 9"."""
    *others, last = [str(place + 1) for place in places]
    return f"epochs {', '.join(others)} and {last}" if others else f"epoch {last}"
