"""PNG as bytes, with nothing but zlib (ISO/IEC 15948): for small pictures inside a page."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

GAP = 2
"""Pixels between the images of a sheet."""
BACKGROUND = 128
"""Between and after images: neither glaring on a dark page nor lost on a light one."""


def png(pixels: NDArray[np.uint8]) -> bytes:
    r"""Returns an image as a PNG file.

    Args:
        pixels: (height, width, 1) grey or (height, width, 3) red, green and blue.

    Example:
        >>> png(np.zeros((2, 2, 1), np.uint8))[:4]
        b'\x89PNG'
    """
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 0 if channels == 1 else 2, 0, 0, 0)
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)  # 0: no filter
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )


def data_uri(pixels: NDArray[np.uint8]) -> str:
    """Returns an image as an address that holds it, for the `src` of a page's picture.

    Args:
        pixels: See `png`.
    """
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode("ascii")


def shown(pixels: NDArray, *, white: int) -> NDArray[np.uint8]:
    """Returns stored pixels as a screen shows them: eight bits, grey or three colours.

    Args:
        pixels: (..., channels); of two channels, or more than three, the first is shown in grey.
        white: Largest value of a pixel.

    Example:
        >>> shown(np.array([[[4095, 0]]], np.uint16), white=4095).tolist()
        [[[255]]]
    """
    kept = pixels if pixels.shape[-1] in (1, 3) else pixels[..., :1]
    return np.round(kept.astype(np.float32) * (255 / white)).astype(np.uint8)


def sheet(images: NDArray[np.uint8], *, columns: int) -> NDArray[np.uint8]:
    """Returns images side by side, in rows from left to right.

    Args:
        images: (images, height, width, channels), at least one.
        columns: Images in a row.

    Returns:
        (height of all rows, width of a row, channels).

    Example:
        >>> sheet(np.zeros((3, 4, 4, 1), np.uint8), columns=2).shape
        (10, 10, 1)
    """
    count, height, width, channels = images.shape
    rows = -(-count // columns)
    whole = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, channels), BACKGROUND, np.uint8)
    for place, image in enumerate(images):
        top, left = place // columns * (height + GAP), place % columns * (width + GAP)
        whole[top : top + height, left : left + width] = image
    return whole
