"""Learner: what all that can be fitted shares: what a fit leaves behind, and the file that keeps it and is opened."""

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeVar

from synthgen.dp.ledger import Ledger
from synthgen.expected import Expected
from synthgen.synthesizers.contents import Contents
from synthgen.synthesizers.parameters import Learned, NotFitted, Parameters
from synthgen.synthesizers.saving import write_members

Value = TypeVar("Value")


class Learner(Parameters, ABC):
    """Has learned something, or has not yet; can be saved, and opened again.

    Settings are fields of the family, a dataclass; see `Parameters`.
    """

    history = Learned[list[dict[str, float]]](list)
    best_epoch = Learned[int](lambda: -1)
    ledger = Learned[Ledger | None](lambda: None)
    learned_with = Learned[dict[str, Any]](dict)  # seed and settings at the last fit: they may be set anew

    stated: ClassVar[Mapping[str, Expected]] = {}
    """What a manifest of the family holds beside that of any: what `described` returns, as it may be read."""

    instead: ClassVar[str] = "draws nothing"
    """What a model does that is no `Synthesizer`, and how, for messages."""

    model: Any

    @abstractmethod
    def fitted(self) -> tuple[Any, ...]:
        """Returns what was learned.

        Raises:
            NotFittedError: Before `fit`.
        """

    @abstractmethod
    def members(self) -> dict[str, Any]:
        """Returns what a model file holds beside its manifest, as `saving.write_members` takes it.

        Raises:
            NotFittedError: Before `fit`.
        """

    @abstractmethod
    def _restore(self, contents: Contents, members: dict[str, Any]) -> None:
        """Fills in what a fit would have, from the members of a file, which may hold anything.

        Args:
            contents: What of them does not depend on the family.
            members: All of them.

        Raises:
            Unexpected: If they are not those of such a model.
        """

    @classmethod
    def from_members(cls, members: dict[str, Any]) -> Self:
        """Returns what was saved, of the settings in the file, as far as `fit` would take them too.

        Args:
            members: From `model_file.read_members`; may hold anything.

        Raises:
            SettingsError: If a setting is out of range.
            Unexpected: If the members are not those of a model of this family.
        """
        manifest = members["manifest"]
        learner = cls().set_params(seed=manifest["seed"], **manifest["settings"])
        learner.check_settings()
        contents = Contents.of(members)
        learner._restore(contents, members)
        learner.history, learner.best_epoch = manifest["history"], manifest["best_epoch"]
        learner.ledger = contents.ledger
        return learner

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

    def _learned(self, part: Value | None) -> Value:
        """What a fit fills in, where there was one."""
        if part is None:
            raise NotFitted(f"This {self.family} is not fitted yet. Call fit first, or synthgen.load(path).")
        return part

    def __sklearn_is_fitted__(self) -> bool:
        return self.model is not None
