"""What is found, as the types that JSON has."""

from collections.abc import Mapping
from typing import Any


def as_json(value: Any) -> Any:
    """Returns nested data as JSON types: tuples as lists, floats to six decimals, not-a-number and infinity as None.

    Example:
        >>> as_json({"curve": (0.1234567, float("nan"))})
        {'curve': [0.123457, None]}
    """
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, float) or (hasattr(value, "dtype") and value.dtype.kind == "f"):
        number = float(value)
        return round(number, 6) if number - number == 0 else None
    if hasattr(value, "dtype"):
        return value.item()
    return value
