"""Synthesizers as scikit-learn knows estimators: settings that are stored, read, set, cloned, and checked by `fit`."""

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar, Generic, Literal, Self, TypeVar, get_args, overload

import numpy as np
import sklearn.exceptions
from sklearn.base import BaseEstimator
from sklearn.utils.metadata_routing import UNUSED

from synthgen.errors import ConditionError, NotFittedError, SettingsError, did_you_mean
from synthgen.expected import Characters, Each, Expected, OneOf, Quantity, said

Value = TypeVar("Value")


@dataclass(frozen=True)
class Rule:
    """What a setting may be. None is allowed besides where the signature says so.

    Args:
        kind: Of the value.
        least: Smallest value.
        most: Largest value.
        above: Value that must be exceeded.
        below: Value that must not be reached.
    """

    kind: Literal["whole number", "number", "bool"]
    least: float = -math.inf
    most: float = math.inf
    above: float = -math.inf
    below: float = math.inf

    def holds(self, value: Any) -> bool:
        """Returns whether a value is allowed.

        Example:
            >>> Rule("number", least=0, below=1).holds(0.1), Rule("whole number", least=1).holds(0)
            (True, False)
        """
        if self.kind == "bool" or isinstance(value, bool | np.bool_):
            return self.kind == "bool" and isinstance(value, bool | np.bool_)
        if not issubclass(type(value), Integral if self.kind == "whole number" else Real):
            return False
        return self.least <= value <= self.most and self.above < value < self.below  # never for not-a-number

    def __str__(self) -> str:
        if self.kind == "bool":
            return "True or False"
        ends = {"of at least": self.least, "above": self.above, "of at most": self.most, "below": self.below}
        stated = [f"{words} {end:g}" for words, end in ends.items() if math.isfinite(end)]
        return f"a {self.kind} {' and '.join(stated)}"


COUNT = Rule("whole number", least=1)
SIZE = Rule("whole number", least=1, most=65_536)
POSITIVE = Rule("number", above=0)
SHARE = Rule("number", least=0, below=1)
FLAG = Rule("bool")

RULES: dict[str, Rule | Expected] = {
    "adversarial_weight": Rule("number", least=0),
    "augmentation": SHARE,
    "batch_size": COUNT,
    "blocks": SIZE,
    "calibration": FLAG,
    "conditions": Each(of=Characters()),
    "depth": SIZE,
    "dropout": SHARE,
    "flips": Each(of=Quantity(whole=True, least=0, most=2)),
    "guidance": Rule("number", least=0),
    "identity_weight": Rule("number", least=0),
    "jit_compile": FLAG,
    "latent_dim": SIZE,
    "learning_rate": POSITIVE,
    "mixing": OneOf(("depthwise", "grouped", "dense")),
    "num_bins": SIZE,
    "num_components": Rule("whole number", least=1, most=10_000_000),
    "num_epochs": COUNT,
    "num_sampling_steps": Rule("whole number", least=4, most=10_000),
    "num_steps": COUNT,
    "num_sweeps": Rule("whole number", least=0),
    "packing": SIZE,
    "patch": SIZE,
    "patience": COUNT,
    "penalty": Rule("number", least=0),
    "reconstruction_weight": POSITIVE,
    "seed": Rule("whole number", least=0, below=2**31),  # what the networks' initializers take
    "validation": SHARE,
    "width": SIZE,
}
"""What each setting may be, for all families: a word means the same in each of them."""


class NotFitted(NotFittedError, sklearn.exceptions.NotFittedError):
    """A synthesizer was used before `fit`; to scikit-learn too. `synthgen.errors` itself does not load scikit-learn."""


class Learned(Generic[Value]):
    """An attribute that `fit` fills in.

    It is kept under a private name: scikit-learn takes public ones for settings, which `fit` must not touch.

    Args:
        default: Makes the value before `fit`.
    """

    def __init__(self, default: Callable[[], Value]) -> None:
        self._default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"_{name}"

    @overload
    def __get__(self, instance: None, owner: type) -> "Learned[Value]": ...

    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...

    def __get__(self, instance: object | None, owner: type) -> "Learned[Value] | Value":
        if instance is None:
            return self
        return vars(instance).get(self._name, self._default())

    def __set__(self, instance: object, value: Value) -> None:
        vars(instance)[self._name] = value


class Parameters(BaseEstimator):
    """The settings of a synthesizer, by scikit-learn's conventions.

    A family is a dataclass whose fields are the settings, `seed` among them: its constructor only stores them, each as
    an attribute of its name; `fit` checks them. `get_params`, `clone` and the short `repr` are scikit-learn's own.
    """

    family: ClassVar[str]
    seed: int
    # scikit-learn would take the table for something that a pipeline can be asked to hand on, since it is not called X
    __metadata_request__fit: ClassVar[dict[str, str]] = {"frame": UNUSED}
    __metadata_request__score: ClassVar[dict[str, str]] = {"frame": UNUSED}

    @classmethod
    def setting_names(cls) -> list[str]:
        """Names of what the constructor takes, in its order."""
        return [
            name
            for name, parameter in inspect.signature(cls).parameters.items()
            if parameter.kind != parameter.VAR_KEYWORD
        ]

    @property
    def settings(self) -> dict[str, Any]:
        """Every setting but the seed, as plain types."""
        values = {name: getattr(self, name) for name in self.setting_names() if name != "seed"}
        return {name: value.item() if isinstance(value, np.generic) else value for name, value in values.items()}

    def set_params(self, **parameters: Any) -> Self:
        """Changes settings; what was learned stays as it is until the next `fit`.

        Args:
            parameters: Settings by name.

        Returns:
            The synthesizer itself.

        Raises:
            SettingsError: If the family has no setting of a name. Values are checked by `fit`.
        """
        known = self.setting_names()
        for name in parameters:
            if name not in known:
                hint = did_you_mean(name, known)
                raise SettingsError(f"{self.family} has no setting {name!r}.{hint} It has {known}.")
        return super().set_params(**parameters)

    def check_settings(self) -> None:
        """Finds out whether `fit` can use the settings.

        Raises:
            SettingsError: If it cannot; names the first wrong one, what came and what was expected.
        """
        for name, parameter in inspect.signature(type(self)).parameters.items():
            value, rule = getattr(self, name, None), RULES.get(name)
            optional = type(None) in get_args(parameter.annotation)
            if rule is None or (value is None and optional) or rule.holds(value):
                continue
            raise SettingsError(
                f"{self.family}: expected {name} to be {rule}{', or None' if optional else ''}. Received {said(value)}."
            )

    @staticmethod
    def check_draw(number: Any, seed: Any, *, name: str) -> None:
        """Finds out whether so much can be drawn, by such a seed.

        Args:
            number: Of rows or images.
            seed: As it came to `sample`.
            name: Of the argument that is the number.

        Raises:
            ConditionError: If one of them is no whole number of at least 0.
        """
        for argument, value in ((name, number), ("seed", 0 if seed is None else seed)):
            if not Quantity(whole=True, least=0).holds(value):
                raise ConditionError(f"Expected {argument} >= 0, a whole number. Received {said(value)}.")

    def _note_columns(self, names: Sequence[str], *, named: bool) -> None:
        """Keeps how many columns `fit` was given, and what they were called if they came with names."""
        self.n_features_in_ = len(names)
        if named:
            self.feature_names_in_ = np.array(names, dtype=object)
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.estimator_type = "density_estimator"
        tags.input_tags.allow_nan = tags.input_tags.categorical = tags.input_tags.string = True
        return tags
