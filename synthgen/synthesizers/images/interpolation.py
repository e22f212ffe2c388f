"""Paths between synthetic images: has a synthesizer learned what images have in common, or images by heart?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from synthgen.data.images.image_set import ImageSet
from synthgen.errors import ConditionError
from synthgen.models.images.interpolation import draw_between
from synthgen.synthesizers.images import knowledge

if TYPE_CHECKING:
    from synthgen.models.images.base import ImageModel
    from synthgen.synthesizers.images.form import Form
    from synthgen.synthesizers.tables.base import TableSynthesizer


class Fitted(Protocol):
    """What paths need of a synthesizer of images."""

    @property
    def family(self) -> str:
        """Name of the class, as model files have it."""

    @property
    def attributes(self) -> "TableSynthesizer | None":
        """The table of what is known of the images."""

    def fitted(self) -> "tuple[ImageModel, Form]":
        """Returns the model, and what its images are like."""


class Interpolating:
    """A synthesizer of images that can show what lies between two of them."""

    def interpolate(
        self: Fitted,
        *,
        num_steps: int = 8,
        num_paths: int = 4,
        conditions: Mapping[str, Any] | None = None,
        seed: int = 0,
    ) -> list[ImageSet]:
        """Draws paths: images whose noise lies on the arc between two noises, all of a path shown under one condition.

        Images that change step by step are what a model makes that has learned what they have in common. One that
        knows images by heart jumps from one to the next. `ImageJudge` shows paths that it is handed.

        Args:
            num_steps: Images of a path, both ends included, at least 2.
            num_paths: At least 1; classes come equally often, unless conditions say otherwise.
            conditions: What all images must show; see `sample`.
            seed: Of the noises, and of what is known beyond the conditions.

        Returns:
            A set for each path, its images in order.

        Raises:
            NotFittedError: Before `fit`.
            ConditionError: If a number is too small, or a condition names what is not there.
        """
        model, form = self.fitted()
        for name, value, least in (("num_steps", num_steps, 2), ("num_paths", num_paths, 1)):
            if value < least:
                raise ConditionError(f"Expected {name} >= {least}. Received {value}.")
        if self.attributes is None and conditions:
            raise ConditionError(f"This {self.family} learned images alone: nothing can be asked of them.")
        balance = None if form.label in (conditions or {}) else form.label
        table = knowledge.drawn(
            self.attributes, num_paths, seed=seed, conditions=conditions, known=None, balance=balance
        )
        codes = knowledge.encoded(self.attributes, table, seed=seed)
        rng = np.random.default_rng([seed, 8])
        drawn = draw_between(model, codes, num_steps=num_steps, white=form.white, rng=rng)
        return [
            ImageSet(pixels=pixels, table=table.iloc[[place] * num_steps].reset_index(drop=True), label=form.label,
                     bits=form.bits)
            for place, pixels in enumerate(drawn)
        ]  # fmt: skip
