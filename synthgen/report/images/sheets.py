"""Pictures of a report on images: what may be passed on, and what only the data's keeper may see.

A synthetic image may be a training image. So the shareable edition shows only synthetic images that are not unusually
near to any training image, and none at all where privacy failed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from synthgen.metrics.base import Result
from synthgen.metrics.images.copies import unusually_near
from synthgen.metrics.images.exposed import ExposedImage
from synthgen.metrics.images.pools import ImagePools, Pool
from synthgen.report.figures.png import data_uri, sheet, shown

COLUMNS, ROWS = 8, 3
"""Of the sheet of a class."""
MOST_CLASSES = 12

Sheet = dict[str, str]
"""Name of the class, and the picture as a data URI."""


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class Gallery:
    """Pictures of real images, for the internal edition.

    Args:
        real: A sheet of training images for each class.
        synthetic: A sheet of synthetic images for each class, chosen blindly.
        neighbours: For each exposed image: pictures under "synthetic", "train" and "holdout", and how close they are.
        paths: All that were handed over, those that come near to training images among them.
    """

    real: Sequence[Sheet] = ()
    synthetic: Sequence[Sheet] = ()
    neighbours: Sequence[Mapping[str, Any]] = field(default=())
    paths: Sequence[Mapping[str, Any]] = ()


def shareable_sheets(pools: ImagePools, results: Sequence[Result]) -> tuple[list[Sheet], str]:
    """Returns sheets of synthetic images that may be passed on, and a sentence on those that may not.

    Args:
        pools: What was judged.
        results: What was found.
    """
    if failed := leaks(results):
        named = ", ".join(result.title.lower() for result in failed)
        return [], f"Synthetic images are not shown here: they may be training images ({named})."
    chosen = _chosen(pools, pools.synthetic, factor=2)
    near = unusually_near(pools, chosen)
    kept = chosen.take(np.flatnonzero(~near))
    left_out = f" {int(near.sum())} drawn for the sheets are unusually near to a training image and left out."
    said = "Synthetic images, chosen at random." + (left_out if near.any() else "")
    return _sheets(pools, kept), said


def leaks(results: Sequence[Result]) -> list[Result]:
    """Returns the measures of privacy that failed.

    Args:
        results: What was found.
    """
    return [result for result in results if result.family == "privacy" and result.status == "fail"]


def gallery(pools: ImagePools, exposed: Sequence[ExposedImage], paths: Sequence[Mapping[str, Any]] = ()) -> Gallery:
    """Returns pictures with real images among them.

    Args:
        pools: What was judged.
        exposed: Training images that are given away most.
        paths: From `synthgen.report.images.paths.shown_paths`.
    """
    return Gallery(
        real=_sheets(pools, _chosen(pools, pools.train)), synthetic=_sheets(pools, _chosen(pools, pools.synthetic)),
        neighbours=[_neighbours(pools, image) for image in exposed], paths=paths,
    )  # fmt: skip


def _neighbours(pools: ImagePools, image: ExposedImage) -> dict[str, Any]:
    places = {"synthetic": (pools.synthetic, image.synthetic), "train": (pools.train, image.patient.row)}
    if pools.holdout is not None:
        places["holdout"] = pools.holdout, image.holdout
    drawn = {role: data_uri(shown(pool.pixels[place], white=pools.white)) for role, (pool, place) in places.items()}
    return {**drawn, "patient": image.patient}


def _chosen(pools: ImagePools, pool: Pool, *, factor: int = 1) -> Pool:
    """Enough images of each class for a sheet, at random."""
    wanted = factor * COLUMNS * ROWS
    order = pools.random(f"sheet {pool.role}").permutation(len(pool))
    codes = pool.codes[order]
    places = [order[codes == code][:wanted] for code in np.unique(codes)]
    return pool.take(np.concatenate(places))


def _sheets(pools: ImagePools, pool: Pool) -> list[Sheet]:
    """A picture for each class; classes of few patients together, without a name."""
    named = pools.shown_classes()[:MOST_CLASSES]
    groups = [(pools.name_of(code), pool.codes == code) for code in named]
    others = ~np.isin(pool.codes, named)
    groups.append(("other classes" if named else "", others))
    return [
        {"name": name, "image": data_uri(_drawn(pools, pool.pixels[member][: COLUMNS * ROWS]))}
        for name, member in groups if member.any()
    ]  # fmt: skip


def _drawn(pools: ImagePools, pixels: NDArray) -> NDArray[np.uint8]:
    return sheet(shown(pixels, white=pools.white), columns=min(COLUMNS, len(pixels)))
