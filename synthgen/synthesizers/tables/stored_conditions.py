"""Conditions as a receipt says them, in the types of JSON, and back."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from synthgen.errors import ConditionError
from synthgen.provenance.receipt import Draw
from synthgen.synthesizers.tables.conditions import Between, lists_values


def stored(conditions: Mapping[str, Any]) -> dict[str, Any]:
    """Returns conditions as the JSON types that a receipt holds.

    Args:
        conditions: As `sample` takes them.

    Raises:
        ConditionError: If one holds what is no text, number, truth value or date.

    Example:
        >>> stored({"age": Between(60, None), "sex": ["F"]})
        {'age': {'low': 60, 'high': None}, 'sex': ['F']}
    """
    return {name: _stored(name, condition) for name, condition in conditions.items()}


def parsed(conditions: Mapping[str, Any]) -> dict[str, Any]:
    """Returns conditions as `sample` takes them.

    Args:
        conditions: From a receipt.

    Example:
        >>> parsed({"age": {"low": 60, "high": None}})
        {'age': Between(low=60, high=None)}
    """
    return {name: Between(**held) if isinstance(held, Mapping) else held for name, held in conditions.items()}


def draw_of(
    number: int,
    seed: int,
    *,
    conditions: Mapping[str, Any] | None = None,
    balance: str | None = None,
    calibrate: bool = True,
) -> Draw:
    """Returns what a receipt says of a draw.

    Args:
        number: Of rows or images.
        seed: Of the draw.
        conditions: As `sample` takes them.
        balance: See `sample`.
        calibrate: See `sample`.

    Raises:
        ConditionError: See `stored`.
    """
    return Draw(rows=number, seed=seed, conditions=stored(conditions or {}), balance=balance, calibrate=calibrate)


def _stored(name: str, condition: Any) -> Any:
    if isinstance(condition, Between):
        return {"low": _stored(name, condition.low), "high": _stored(name, condition.high)}
    if lists_values(condition):
        return [_stored(name, value) for value in condition]
    value = condition.item() if isinstance(condition, np.generic) else condition
    value = value.isoformat() if hasattr(value, "isoformat") else value
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise ConditionError(f"conditions: {name!r}: expected text, numbers or dates. Received a {type(value).__name__}.")
