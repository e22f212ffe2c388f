"""What is fitted: every family of synthgen as its registry lists it, and the peers, each with its own defaults."""

import inspect
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from synthgen.errors import did_you_mean

QUICK = {"num_steps": 100, "num_epochs": 3, "num_sampling_steps": 5, "validation": 0.0}
"""Arguments of synthgen's families in the quick benchmark, where they have them: how long they train and draw, and no
rows held out, since scoring those twenty times takes longer than so short a training."""

FLOOR = "real test rows"
"""Name of what is judged, but not fitted: what real data scores against real data."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """One line of a table.

    Args:
        name: For people and for `--models`.
        program: File in `peers/`; empty for the floor.
        word: What the program calls it.
        environment: The peer's environment, None for synthgen's own.
        settings: Arguments that differ from the defaults.
        quick: Arguments of the quick benchmark.
        private: Whether it can learn under a budget of differential privacy.
    """

    name: str
    program: str
    word: str = ""
    environment: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    quick: Mapping[str, Any] = field(default_factory=dict)
    private: bool = False

    @property
    def ours(self) -> bool:
        """Whether it is synthgen's own."""
        return self.program == "run_synthgen.py"

    @property
    def maker(self) -> str:
        """Whose it is: "synthgen", the name of a peer, or nobody's for the floor."""
        return "synthgen" if self.ours else self.environment or ""


FLOOR_MODEL = Model(name=FLOOR, program="")

REDRAWN_MODEL = Model(name="real rows with a redrawn target", program="run_redrawn.py", word="trees")
"""What synthetic rows can be useful for, if all but the target is real; nobody's model."""

PEER_MODELS = (
    Model(name="ctgan", program="run_ctgan.py", word="CTGAN", environment="ctgan", quick={"epochs": 3}),
    Model(name="sdv GaussianCopula", program="run_sdv.py", word="GaussianCopulaSynthesizer", environment="sdv"),
    Model(name="sdv TVAE", program="run_sdv.py", word="TVAESynthesizer", environment="sdv", quick={"epochs": 3}),
    Model(name="TabularARGN", program="run_mostlyai.py", word="TabularARGN", environment="mostlyai",
          quick={"max_epochs": 1}, private=True),
)  # fmt: skip

PRIVATE_PEER_MODELS = tuple(
    Model(name=name, program=f"run_{package}.py", word=word, environment=package, private=True)
    for name, package, word in (
        ("AIM", "dpmm", "AIMPipeline"), ("MST", "dpmm", "MSTPipeline"),
        ("AIM-mbi", "smartnoise", "aim"), ("MST-mbi", "smartnoise", "mst"),
        ("DP-CTGAN", "smartnoise", "dpctgan"), ("PATE-CTGAN", "smartnoise", "patectgan"),
    )
)  # fmt: skip
"""Peers that learn under a budget only. Both packages have AIM and MST: `dpmm` with bins that follow the data and a
copy of the package mbi, `smartnoise` with ten bins of equal width and mbi itself."""


def own_models() -> tuple[Model, ...]:
    """Returns every family of tables that synthgen has."""
    from synthgen.synthesizers.tables.families import FAMILIES

    models = []
    for name, family in FAMILIES.items():
        known = inspect.signature(family).parameters
        quick = {word: value for word, value in QUICK.items() if word in known}
        models.append(Model(name=name, program="run_synthgen.py", word=name, quick=quick,
                            private=family.private))  # fmt: skip
    return tuple(models)


def under_budget(models: Iterable[Model], epsilon: float) -> list[Model]:
    """Returns those models that can learn under a budget, with the budget among their settings.

    Args:
        models: Any.
        epsilon: Of differential privacy; delta is the programs' own, 1e-5.

    Example:
        >>> [model.settings for model in under_budget([FLOOR_MODEL, *PRIVATE_PEER_MODELS[:1]], 3.0)]
        [{'epsilon': 3}]
    """
    number = int(epsilon) if float(epsilon).is_integer() else epsilon  # 3 and 3.0 are one setting
    return [replace(model, settings={**model.settings, "epsilon": number}) for model in models if model.private]


def choose(models: Iterable[Model], names: Iterable[str]) -> list[Model]:
    """Returns the models of the given names, in that order; all where there are no names.

    Raises:
        KeyError: If a name is unknown; lists those that are known.
    """
    by_name = {model.name: model for model in models}
    chosen = []
    for name in names:
        if name not in by_name:
            raise KeyError(f"Expected a model in {list(by_name)}. Received {name!r}.{did_you_mean(name, by_name)}")
        chosen.append(by_name[name])
    return chosen or list(by_name.values())


def with_settings(model: Model, assignments: Iterable[str]) -> Model:
    """Returns the model with those settings that are meant for it.

    Args:
        model: Any.
        assignments: MODEL.ARGUMENT=VALUE each, the value as JSON writes it, or a plain word.

    Raises:
        ValueError: If one is not of that form.

    Example:
        >>> with_settings(FLOOR_MODEL, ["CTGAN.num_epochs=10", "real test rows.seed=1"]).settings
        {'seed': 1}
    """
    settings = dict(model.settings)
    for assignment in assignments:
        place, equals, value = assignment.partition("=")
        name, dot, argument = place.rpartition(".")
        if not (equals and dot and argument):
            raise ValueError(f"Expected --set MODEL.ARGUMENT=VALUE. Received {assignment!r}.")
        if name == model.name:
            settings[argument] = _value(value)
    return replace(model, settings=settings)


def _value(text: str) -> Any:
    """What a value says as JSON, the text itself where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return text
