"""How a fitted synthesizer of images draws: what is known of all images first, then a call's images at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from synthgen.data.images.image_set import ImageSet
from synthgen.encoding.layout import EncodedTable
from synthgen.errors import ConditionError
from synthgen.expected import Characters, Expected, Maybe
from synthgen.models.images.base import ImageModel, images_of_a_call
from synthgen.provenance.receipt import Draw
from synthgen.synthesizers.base import Part, Synthesizer
from synthgen.synthesizers.images import knowledge
from synthgen.synthesizers.images.form import FORM, Form
from synthgen.synthesizers.parameters import Learned
from synthgen.synthesizers.tables.base import TableSynthesizer
from synthgen.synthesizers.tables.stored_conditions import draw_of, parsed


@dataclass(frozen=True, eq=False)
class Shown:
    """What the images of a part show.

    Args:
        table: (images, columns).
        codes: The same as the model sees it.
    """

    table: pd.DataFrame
    codes: EncodedTable


class ImageDrawing(Synthesizer[ImageSet, Shown]):
    """A synthesizer of images, as far as it draws."""

    counted: ClassVar[str] = "num_images"
    stated: ClassVar[Mapping[str, Expected]] = {"images": FORM, "attributes": Maybe(Characters(100))}

    attributes = Learned[TableSynthesizer | None](lambda: None)
    """The table of what is known of the images."""
    model = Learned[ImageModel | None](lambda: None)
    form = Learned[Form | None](lambda: None)

    def fitted(self) -> tuple[ImageModel, Form]:
        """Returns the model, and what its images are like.

        Raises:
            NotFittedError: Before `fit`.
        """
        return self._learned(self.model), self._learned(self.form)

    def parts(
        self,
        number: int,
        seed: int,
        *,
        conditions: Mapping[str, Any] | None = None,
        known: pd.DataFrame | None = None,
        balance: str | None = None,
    ) -> list[Part[Shown]]:
        if self.attributes is None and (conditions or known is not None or balance):
            raise ConditionError(f"This {self.family} learned images alone: nothing can be asked of them.")
        table = knowledge.drawn(self.attributes, number, seed=seed, conditions=conditions, known=known, balance=balance)
        codes = knowledge.encoded(self.attributes, table, seed=seed)
        size = images_of_a_call(self.fitted()[0].geometry.shape)
        spans = [slice(start, min(start + size, number)) for start in range(0, max(number, 1), size)]
        return [
            Part(span.start, span.stop - span.start,
                 Shown(table.iloc[span].reset_index(drop=True), codes.take(span)))
            for span in spans
        ]  # fmt: skip

    def draw(self, part: Part[Shown], seed: int, memory: None = None) -> ImageSet:
        model, form = self.fitted()
        rng = np.random.default_rng([seed, 5])
        # a part is a call, and a call takes one pair of numbers: those of the calls before it are passed over
        rng.integers(2**31, size=(part.start // images_of_a_call(model.geometry.shape), 2), dtype=np.int32)
        pixels = model.draw(part.asked.codes, white=form.white, rng=rng)
        return ImageSet(pixels=pixels, table=part.asked.table, label=form.label, bits=form.bits)

    def join(self, drawn: Sequence[ImageSet]) -> ImageSet:
        if len(drawn) == 1:
            return drawn[0]
        form = self.fitted()[1]
        return ImageSet(pixels=np.concatenate([images.pixels for images in drawn]), label=form.label, bits=form.bits,
                        table=pd.concat([images.table for images in drawn], ignore_index=True))  # fmt: skip

    def categories(self) -> dict[str, list[Any]]:
        return {} if self.attributes is None else self.attributes.categories()

    def asked_by(self, draw: Draw) -> dict[str, Any]:
        return {"conditions": parsed(draw.conditions), "balance": draw.balance}

    def as_draw(self, number: int, seed: int, *args: Any, **asked: Any) -> Draw:
        return draw_of(number, seed, *args, **asked)

    def written_as(self, path: Any) -> dict[str, Any]:
        folder = Path(path)
        if not folder.is_dir():
            return {}
        return {"kind": "dicom" if next(folder.rglob("*.dcm"), None) is not None else "png"}
