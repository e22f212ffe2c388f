"""What a translator is given: two sets of images, checked, brought to one order, some of them held out."""

from dataclasses import dataclass

import numpy as np

from synthgen.data.image_pairs.image_pairs import check_pairs
from synthgen.data.images.image_set import ImageSet
from synthgen.errors import SchemaError
from synthgen.models.images.encoding import EncodedImages
from synthgen.synthesizers.images.form import Form, check_images, check_set
from synthgen.synthesizers.images.knowledge import NOTHING
from synthgen.synthesizers.images.validation import hold_out


@dataclass(frozen=True)
class Pairs:
    """Pixels to learn from, and held-out ones.

    Args:
        source: That come in.
        target: That go out.
        held: The same two of held-out patients, or None where there are too few.
    """

    source: EncodedImages
    target: EncodedImages
    held: tuple[EncodedImages, EncodedImages] | None

    @classmethod
    def of(cls, source: ImageSet, target: ImageSet, *, paired: bool, share: float, seed: int) -> "Pairs":
        """Returns images with those of some patients held out.

        Args:
            source: That come in.
            target: That go out.
            paired: Whether image i of both belong together, so that the same are held out.
            share: Of patients to hold out.
            seed: Of the choice.
        """
        whose = [_owners(images) for images in (source, target)]
        if paired:
            whose = [whose[0] if source.patients is not None else whose[1]] * 2
        (train, held), (train_target, held_target) = (
            hold_out(_encoded(images), owners, share=share, seed=seed)
            for images, owners in zip((source, target), whose, strict=True)
        )
        if held is None or held_target is None:
            return cls(_encoded(source), _encoded(target), None)
        return cls(train, train_target, (held, held_target))


def _owners(images: ImageSet) -> np.ndarray:
    return np.arange(len(images)) if images.patients is None else np.asarray(images.patients)


def _encoded(images: ImageSet) -> EncodedImages:
    return EncodedImages(images.pixels, 2**images.bits - 1, NOTHING.zeros(len(images)))


def check_learnable(source: ImageSet, target: ImageSet, *, paired: bool, scale: int = 1) -> None:
    """Finds out whether a translator can learn from two sets of images, before any long work.

    Args:
        source: That come in.
        target: That go out.
        paired: Whether image i of both belong together.
        scale: By which sides grow.

    Raises:
        SchemaError: If it cannot; names the argument and the way out.
    """
    check_images(source, name="source", scale=scale)
    check_images(target, name="target")
    if tuple(side * scale for side in source.pixels.shape[1:-1]) != target.pixels.shape[1:-1]:
        raise SchemaError(
            f"target: expected images of the size of source, {source!r}. Received {target!r}. Resize both alike, e.g. "
            "read_images(path, size=(64, 64)); to learn to enlarge, kind='super-resolution' needs the target alone."
        )
    if paired:
        check_pairs(source, target)


def check_like(name: str, images: ImageSet, form: Form) -> None:
    """Finds out whether images are like those that a translator learned.

    Args:
        name: Of the argument.
        images: What came.
        form: Of what it learned.

    Raises:
        SchemaError: If they are not; says what was expected.
    """
    check_set(images, name=name)
    expected = (*form.sides, form.channels)
    if images.pixels.shape[1:] != expected or images.bits != form.bits:
        raise SchemaError(
            f"{name}: expected images of shape {expected} and {form.bits} bits, as this translator learned. Received "
            f"{images!r}. Resize or window them in the same way."
        )


def reduced(images: ImageSet, scale: int) -> ImageSet:
    """Returns images with smaller sides: each pixel is the mean of those in its place.

    Args:
        images: Whose sides are multiples of the scale.
        scale: By which sides shrink.

    Raises:
        SchemaError: If a side is no multiple.

    Example:
        >>> reduced(ImageSet(pixels=np.full((2, 8, 12, 1), 7, np.uint8)), 4)
        <ImageSet 2 images of 2 x 3, 1 channel, 8 bits>
    """
    sides = images.pixels.shape[1:-1]
    if any(side % scale for side in sides):
        raise SchemaError(
            f"target: expected sides that are multiples of scale={scale}. Received {images!r}. Resize the images, e.g. "
            f"read_images(path, size=({', '.join(str(max(side // scale, 1) * scale) for side in sides)}))."
        )
    halves = [part for side in sides for part in (side // scale, scale)]
    places = tuple(range(2, 2 * len(sides) + 1, 2))
    means = images.pixels.reshape(len(images), *halves, -1).mean(axis=places)
    return ImageSet(pixels=np.floor(means + 0.5).astype(images.pixels.dtype), table=images.table, label=images.label,
                    patients=images.patients, bits=images.bits)  # fmt: skip
