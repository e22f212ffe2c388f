"""Settings of a model as ``--set NAME=VALUE`` gives them."""

import inspect
from collections.abc import Sequence
from typing import Any, get_type_hints

from synthgen.errors import SynthgenError, did_you_mean
from synthgen.families import Family


def parsed_settings(settings: Sequence[str], known: Sequence[str]) -> dict[str, Any]:
    """Returns what --set NAME=VALUE says, values written as in YAML.

    Args:
        settings: As they were given.
        known: Names that there are.

    Raises:
        SynthgenError: If one has no value, or no known name.

    Example:
        >>> parsed_settings(["width=128", "conditions=[age, sex]"], ["width", "conditions"])
        {'width': 128, 'conditions': ['age', 'sex']}
    """
    from synthgen.data.yaml_files import parse_yaml
    from synthgen.expected import refused_as

    parsed = {}
    for setting in settings:
        name, sign, text = setting.partition("=")
        if name not in known or not sign:
            raise SynthgenError(
                f"Expected --set NAME=VALUE with a name in {list(known)}. Received {setting!r}."
                f"{did_you_mean(name, known)}"
            )
        with refused_as(SynthgenError):
            parsed[name] = parse_yaml(text, f"--set {name}")
    return parsed


def make(family: Family, arguments: dict[str, Any], settings: Sequence[str]) -> Any:
    """Returns the unfitted synthesizer, its settings checked against the arguments that it has.

    Args:
        family: Of which one is made; loads Keras.
        arguments: Of the synthesizer, from other options.
        settings: NAME=VALUE, its other arguments, written as in YAML: ``conditions=[age, sex]``.

    Raises:
        SynthgenError: If it has no such argument, or none of such a value.
    """
    made = family.load()
    hints = get_type_hints(made.__init__)
    known = [name for name in inspect.signature(made).parameters if name not in arguments]
    chosen = parsed_settings(settings, known)
    for name, value in chosen.items():
        if not _fits(value, hints[name]):
            wanted = getattr(hints[name], "__name__", str(hints[name]))
            raise SynthgenError(f"--set {name}: expected {wanted}. Received {value!r}.")
    synthesizer = made(**arguments, **chosen)
    synthesizer.check_settings()
    return synthesizer


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value is of a type; of types with arguments the synthesizer itself says whether."""
    try:
        return isinstance(value, hint) or (isinstance(value, int) and hint is float)
    except TypeError:
        return True
