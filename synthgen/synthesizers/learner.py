"""Learner: what all synthesizers share, whatever they draw: what a fit leaves behind, and the file that keeps it."""

import os
from abc import ABC, abstractmethod
from typing import Any

from synthgen.dp.ledger import Ledger
from synthgen.synthesizers.parameters import Learned, Parameters
from synthgen.synthesizers.saving import write_members


class Learner(Parameters, ABC):
    """Has learned something, or has not yet; can be saved.

    Args:
        seed: Of everything random in fitting, and of drawing where it is given none.
        settings: Everything else that makes it up; plain types, kept in the model file.
    """

    history = Learned[list[dict[str, float]]](list)
    best_epoch = Learned[int](lambda: -1)
    ledger = Learned[Ledger | None](lambda: None)
    learned_with = Learned[dict[str, Any]](dict)  # seed and settings at the last fit: they may be set anew

    model: Any

    @abstractmethod
    def members(self) -> dict[str, Any]:
        """Returns what a model file holds beside its manifest, as `saving.write_members` takes it.

        Raises:
            NotFittedError: Before `fit`.
        """

    def described(self) -> dict[str, Any]:
        """Returns what else the manifest says of what was learned."""
        return {}

    @property
    def manifest(self) -> dict[str, Any]:
        """What describes the model, as its file says it: family, settings, how it was trained, what it promises."""
        return {
            "family": self.family, **self.learned_with, "best_epoch": self.best_epoch, "history": self.history,
            **self.described(), "privacy": None if self.ledger is None else self.ledger.to_dict(),
        }  # fmt: skip

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes it to one file that holds no raw value, and no image, of the data; see `synthgen.synthesizers.saving`.

        Raises:
            NotFittedError: Before `fit`.
            ModelFileError: If the path cannot be written.
        """
        members = self.members()
        write_members(path, self.manifest, members)

    def note_settings(self) -> None:
        """Keeps what the last fit was told: settings may be set anew."""
        self.learned_with = {"seed": self.seed, "settings": self.settings}
        self._samples_drawn = 0

    def __sklearn_is_fitted__(self) -> bool:
        return self.model is not None
