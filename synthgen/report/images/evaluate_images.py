"""The judging side's call for images, as it was called before `evaluate` took every kind of data."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from synthgen.data.images.image_set import ImageSet
from synthgen.report.evaluate import evaluate
from synthgen.report.images.judge import ImageJudge
from synthgen.report.report import Report


def evaluate_images(
    *,
    train: ImageSet,
    synthetic: ImageSet,
    holdout: ImageSet | None = None,
    guarantee: Mapping[str, Any] | None = None,
    history: Sequence[Mapping[str, float]] = (),
    best_epoch: int | None = None,
    **further: Any,
) -> Report:
    """Deprecated: judges images as ``evaluate(..., judge=ImageJudge(...), made_by=synthesizer.manifest)`` does.

    Args:
        train: See `evaluate`.
        synthetic: The same.
        holdout: The same.
        guarantee: What the maker promises, as ``synthesizer.ledger.to_dict()``.
        history: What it noted at the end of each epoch of training.
        best_epoch: The epoch that it kept.
        further: Options of `ImageJudge`, and further arguments of `evaluate`.

    Returns:
        The report.

    Raises:
        EvaluationError: See `evaluate`.
    """
    warnings.warn("evaluate_images(...) is now evaluate(..., judge=ImageJudge(...)).", DeprecationWarning, stacklevel=2)
    options = {name: further.pop(name) for name in ImageJudge.options() if name in further}
    made_by = {"privacy": guarantee, "history": history, "best_epoch": best_epoch}
    return evaluate(train=train, synthetic=synthetic, holdout=holdout, judge=ImageJudge(**options), made_by=made_by,
                    **further)  # fmt: skip
