"""How series, images and volumes of any size go through networks that halve their sides."""

from dataclasses import dataclass

LEAST_BASE = 4
"""Sides of the smallest stage are 4 to 7 pixels."""


@dataclass(frozen=True)
class Geometry:
    """How images of any size go through stages that halve their sides.

    Args:
        sides: Of the images, each at least 4: length; height and width; or depth, height and width.
        channels: Of the images.
        patch: Pixels along a side that the networks see as one, with more channels: a cheap first and last stage.

    Example:
        >>> Geometry(sides=(28, 28), channels=1, patch=2).stages
        ((7, 7), (14, 14))
        >>> Geometry(sides=(30, 50), channels=3, patch=1).padded
        (32, 52)
    """

    sides: tuple[int, ...]
    channels: int
    patch: int = 1

    @property
    def rank(self) -> int:
        """1 for series, 2 for images, 3 for volumes."""
        return len(self.sides)

    @property
    def levels(self) -> int:
        """How often sides are halved."""
        smallest = min(self.sides) // self.patch
        return max((smallest // LEAST_BASE).bit_length() - 1, 0)

    @property
    def padded(self) -> tuple[int, ...]:
        """Sides that can be halved so often, at least those of the images."""
        unit = self.patch * 2**self.levels
        return tuple(-(-side // unit) * unit for side in self.sides)

    @property
    def stages(self) -> tuple[tuple[int, ...], ...]:
        """Sides of each stage, smallest first."""
        return tuple(
            tuple(side // self.patch // 2 ** (self.levels - level) for side in self.padded)
            for level in range(self.levels + 1)
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """(*padded, channels)."""
        return (*self.padded, self.channels)
