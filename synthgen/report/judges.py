"""The one list of judges, and how the judge of some data is found. It loads a judge when it asks it."""

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

from synthgen.errors import EvaluationError, did_you_mean
from synthgen.report.judge import Judge

JUDGES: dict[str, str] = {
    "tables": "synthgen.report.tables.judge:TableJudge",
    "images": "synthgen.report.images.judge:ImageJudge",
    "image_pairs": "synthgen.report.image_pairs.judge:ImagePairJudge",
}
"""Name of a kind, as reports say it, to where its judge is."""


def all_judges() -> Iterator[type[Judge[Any]]]:
    """Yields the class of each judge."""
    return map(judge_named, JUDGES)


def judge_named(kind: str) -> type[Judge[Any]]:
    """Returns the class of the judge of a kind.

    Args:
        kind: As a report says it.

    Raises:
        EvaluationError: If there is none.

    Example:
        >>> judge_named("tables").options()
        ['target', 'subgroups', 'schema']
    """
    if kind not in JUDGES:
        raise EvaluationError(f"kind: expected one of {list(JUDGES)}. Received {kind!r}.")
    module, _, name = JUDGES[kind].partition(":")
    found: type[Judge[Any]] = getattr(importlib.import_module(module), name)
    return found


def judge_of(train: Any, options: Mapping[str, Any]) -> Judge[Any]:
    """Returns the judge of some data, with options.

    Args:
        train: What was learned from.
        options: By their names.

    Raises:
        EvaluationError: If nobody judges such data, or its judge does not know an option; says whose it is.

    Example:
        >>> import pandas as pd
        >>> judge_of(pd.DataFrame(), {"target": "ill"}).target
        'ill'
        >>> judge_of(pd.DataFrame(), {"fid": True})
        Traceback (most recent call last):
        synthgen.errors.EvaluationError: fid: is an option for images. Rows are judged without it; leave it out.
    """
    found = next((judge for judge in all_judges() if judge.holds(train)), None)
    if found is None:
        expected = ", or ".join(judge.expects for judge in all_judges())
        ways = " ".join(judge.way_out for judge in all_judges())
        raise EvaluationError(f"train: expected {expected}. Received {type(train).__name__}. {ways}")
    for name in options:
        if name not in found.options():
            raise EvaluationError(f"{name}: {_way_out(name, found)}")
    return found(**options)


def _way_out(name: str, judge: type[Judge[Any]]) -> str:
    """What to do about an option that a judge does not have."""
    others = [other.words.things for other in all_judges() if name in other.options()]
    things = judge.words.things
    if others:
        return f"is an option for {' and '.join(others)}. {things.capitalize()} are judged without it; leave it out."
    known = ("train", "synthetic", "holdout", "judge", "made_by", "roster", "worst_patients", "seed", "verbose")
    return f"is no option of evaluate for {things}.{did_you_mean(name, (*judge.options(), *known))}"
