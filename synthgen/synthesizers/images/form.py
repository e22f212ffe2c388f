"""What images are like, and how the networks for them are cut: chosen by size and device, then kept with the model."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Self

from synthgen import backend
from synthgen.data.images.image_set import ImageSet
from synthgen.errors import SchemaError
from synthgen.expected import Characters, Each, Fields, Maybe, OneOf, Quantity, agree
from synthgen.networks.convolutional import Kind, Mixing
from synthgen.networks.geometry import Geometry

FORM = Fields({
    "sides": Each(of=Quantity(whole=True, least=4, most=65_536), least=1, most=3),
    "channels": Quantity(whole=True, least=1, most=1_024), "bits": Quantity(whole=True, least=1, most=16),
    "label": Maybe(Characters()), "patch": Quantity(whole=True, least=1, most=64),
    "mixing": OneOf(("depthwise", "grouped", "dense")), "kind": OneOf(("residual", "strided")),
})  # fmt: skip
"""A form in a model file."""

LEAST_SIDE = 4
"""Pixels along each side, at least."""

MOST_PIXELS = 2**28
"""Of one image that a file may speak of, over all channels."""

LEAST_IMAGES = 20
"""Images, at least."""

GROWTH = 0.5
"""By which each smaller stage is wider than the one before it, of the largest one's width; at most twice as wide."""

SMALL = 40
"""Sides up to which every pixel is seen on its own: patches leave a grain."""

WIDTH, WIDTH_OF_PATCHES = 32, 64
"""Channels of the largest stage; where a GPU sees patches. On a CPU a step with half as many costs less."""


@dataclass(frozen=True)
class Form:
    """What images are like, and how networks see them.

    A model trained on a GPU and opened on a CPU has the networks that it was trained with.

    Args:
        sides: Length; height and width; or depth, height and width.
        channels: Of the images.
        bits: Of a pixel.
        label: Column that says the class, where it is learned.
        patch: Pixels along a side that the networks see as one.
        mixing: Of residual blocks.
        kind: Of generators and critics.
    """

    sides: tuple[int, ...]
    channels: int
    bits: int
    label: str | None
    patch: int
    mixing: Mixing
    kind: Kind

    @classmethod
    def of(
        cls, images: ImageSet, *, label: str | None, patch: int | None, mixing: str | None, kind: str | None
    ) -> Self:
        """Returns the form of images to be learned.

        Args:
            images: To learn.
            label: Column that says the class, where it is learned.
            patch: As asked for; None: 2, or 1 for images of up to 40 pixels.
            mixing: As asked for; None: what this device does fast.
            kind: As asked for; None: what this device does fast.
        """
        sides = images.pixels.shape[1:-1]
        fast: Mixing = "grouped" if backend.has_gpu() else ("dense" if len(sides) == 3 else "depthwise")
        return cls(
            sides=sides, channels=images.pixels.shape[-1], bits=images.bits, label=label,
            patch=(1 if min(sides) <= SMALL else 2) if patch is None else patch,
            mixing=fast if mixing is None else mixing,  # type: ignore[arg-type]
            kind=("residual" if backend.has_gpu() else "strided") if kind is None else kind,  # type: ignore[arg-type]
        )  # fmt: skip

    @property
    def geometry(self) -> Geometry:
        """How images go through stages that halve their sides."""
        return Geometry(sides=self.sides, channels=self.channels, patch=self.patch)

    @property
    def white(self) -> int:
        """The largest value a pixel can have."""
        return int(2**self.bits - 1)

    def to_dict(self) -> dict[str, Any]:
        """Returns the form as JSON types."""
        return asdict(self) | {"sides": list(self.sides)}

    @classmethod
    def from_dict(cls, stored: Any, *, where: str = "images") -> Self:
        """Returns the form that `to_dict` described.

        Args:
            stored: What was read from a file; may be anything.
            where: It stands there, for messages.

        Raises:
            Unexpected: If it is no form.
        """
        known = FORM.check(stored, where)
        sides, channels, patch = known["sides"], known["channels"], known["patch"]
        agree(math.prod(sides) * channels <= MOST_PIXELS, f"{where}: expected at most {MOST_PIXELS} pixels.")
        agree(patch <= min(sides), f"{where}: expected a patch no larger than the images. Received {patch}.")
        return cls(**(known | {"sides": tuple(sides)}))


def widths(geometry: Geometry, width: int | None, *, kind: Kind = "strided") -> tuple[int, ...]:
    """Returns the channels of each stage, smallest stage first.

    Args:
        geometry: Of the images.
        width: Of the largest stage; None: 32, or 64 where a GPU sees patches.
        kind: Of the networks: "residual" is what a GPU has.

    Example:
        >>> widths(Geometry(sides=(64, 64), channels=1, patch=2), None)
        (64, 64, 48, 32)
    """
    levels = geometry.levels
    width = width or (WIDTH_OF_PATCHES if geometry.patch > 1 and kind == "residual" else WIDTH)
    return tuple(round(width * min(1 + GROWTH * (levels - level), 2)) for level in range(levels + 1))


def check_set(images: ImageSet | None, *, name: str = "images") -> ImageSet:
    """Returns a set of images that is one.

    Args:
        images: What came.
        name: Of the argument.

    Raises:
        SchemaError: If it is none.
    """
    if not isinstance(images, ImageSet):
        raise SchemaError(
            f"{name}: expected an ImageSet. Received a {type(images).__name__}. See synthgen.read and "
            "ImageSet.from_array."
        )
    return images


def check_images(images: ImageSet, *, name: str = "images", ranks: tuple[int, ...] = (1, 2, 3), scale: int = 1) -> None:
    """Finds out whether images can be learned, before any long work.

    Args:
        images: As they came to `fit`.
        name: Of the argument.
        ranks: What the family can learn.
        scale: By which sides grow before they are learned.

    Raises:
        SchemaError: If they cannot; says why.
    """
    sides = check_set(images, name=name).pixels.shape[1:-1]
    if len(sides) not in ranks:
        names = {1: "series", 2: "images", 3: "volumes"}
        raise SchemaError(f"{name}: expected {' or '.join(names[rank] for rank in ranks)}. Received {images!r}.")
    if min(sides) * scale < LEAST_SIDE:
        raise SchemaError(f"{name}: expected at least {LEAST_SIDE} pixels along each side. Received {images!r}.")
    if len(images) < LEAST_IMAGES:
        raise SchemaError(f"{name}: expected at least {LEAST_IMAGES} images to learn from. Received {len(images)}.")
