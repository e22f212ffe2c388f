"""Images on the way from one synthetic image to another, as their maker drew them: what of it may be shown.

They are synthetic images like others: one that is a real image, or unusually near to one, is not passed on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from synthgen.data.images.image_set import ImageSet
from synthgen.errors import EvaluationError
from synthgen.metrics.images.copies import unusually_near
from synthgen.metrics.images.pools import ImagePools, Pool
from synthgen.metrics.images.reading import further_pool
from synthgen.report.figures.png import data_uri, sheet, shown

ROLE = "interpolation"


def check_paths(paths: Sequence[ImageSet], train: ImageSet) -> None:
    """Checks that paths can be shown, before any long work.

    Args:
        paths: A set for each.
        train: What was learned from.

    Raises:
        EvaluationError: If they are no paths, or of other images.
    """
    if isinstance(paths, ImageSet) or not all(isinstance(path, ImageSet) for path in paths):
        raise EvaluationError(
            f"{ROLE}: expected a list of ImageSets, one for each path, as synthesizer.interpolate() returns it."
        )
    for path in paths:
        if len(path) < 2:
            raise EvaluationError(f"{ROLE}: expected paths of at least 2 images. Received one of {len(path)}.")
        if isinstance(train, ImageSet) and (path.pixels.shape[1:], path.bits) != (train.pixels.shape[1:], train.bits):
            raise EvaluationError(f"{ROLE}: expected images like those of train, {train!r}. Received {path!r}.")


def shown_paths(pools: ImagePools, paths: Sequence[ImageSet]) -> list[dict[str, Any]]:
    """Returns a picture for each path, its class, how even its steps are, and whether it may be passed on.

    Args:
        pools: What was judged.
        paths: Checked.

    Returns:
        For each path: "name" of the class, "" for one of few patients; "image" as a data URI; "steps", the number of
        them; "largest_step" over the mean step, in features that were not learned; "shareable".
    """
    return [_described(pools, further_pool(pools, path, role=ROLE)) for path in paths]


def _described(pools: ImagePools, pool: Pool) -> dict[str, Any]:
    code = int(pool.codes[0])
    steps = np.linalg.norm(np.diff(pool.unlearned.astype(np.float64), axis=0), axis=1)
    return {
        "name": pools.name_of(code) if code in pools.shown_classes() else "",
        "image": data_uri(sheet(shown(pool.pixels, white=pools.white), columns=len(pool))),
        "steps": len(steps),
        "largest_step": round(float(steps.max() / steps.mean()), 3) if steps.any() else 1.0,
        "shareable": not unusually_near(pools, pool).any(),
    }


def shareable_paths(found: Sequence[dict[str, Any]], *, leaks: bool) -> tuple[list[dict[str, Any]], str]:
    """Returns the paths that may be passed on, and a sentence on those that may not.

    Args:
        found: From `shown_paths`.
        leaks: Whether privacy failed.
    """
    if leaks:
        return [], "Not shown here: images on the way may be training images."
    kept = [{name: value for name, value in path.items() if name != "shareable"} for path in found if path["shareable"]]
    left_out = len(found) - len(kept)
    said = f"{left_out} of {len(found)} paths come unusually near to a real image and are left out."
    return kept, said if left_out else ""
