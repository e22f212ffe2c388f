"""Images between images: what a model makes of noise on the way from one noise to another.

Where a model has learned what images have in common, each image on the way looks like one; where it has learned images
by heart, one turns into another at once (Radford et al. 2016, section 6.1). The way is an arc, since normal noise of
many numbers lies near a sphere, and a straight line would leave it (White 2016, section 2.1).
"""

import numpy as np

from synthgen import backend
from synthgen.encoding.layout import EncodedTable
from synthgen.models.images.base import ImageModel, images_of_a_call
from synthgen.models.images.encoding import in_parts, pixels_of

PARALLEL = 1e-6
"""Sine of the angle below which an arc is a straight line."""


def arcs(ends: np.ndarray, *, num_steps: int) -> np.ndarray:
    """Returns points on arcs around 0, at equal angles, both ends included.

    Args:
        ends: (paths, 2, numbers).
        num_steps: Points of an arc, at least 2.

    Returns:
        (paths, num_steps, numbers) float32.

    Example:
        >>> quarter = arcs(np.array([[[2.0, 0.0], [0.0, 2.0]]]), num_steps=3)
        >>> quarter.astype(float).round(2).tolist()
        [[[2.0, 0.0], [1.41, 1.41], [0.0, 2.0]]]
    """
    first, last = ends[:, 0], ends[:, 1]
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(last, axis=1)
    cosines = np.where(lengths > 0, (first * last).sum(axis=1) / np.where(lengths > 0, lengths, 1), 1)
    angles = np.arccos(np.clip(cosines, -1, 1))[:, None]  # (paths, 1)
    shares = np.linspace(0, 1, num_steps)[None]  # (1, steps)
    straight = np.sin(angles) < PARALLEL
    sine = np.where(straight, 1, np.sin(angles))
    weights = [np.where(straight, share, np.sin(share * angles) / sine) for share in (1 - shares, shares)]
    points = weights[0][..., None] * first[:, None] + weights[1][..., None] * last[:, None]
    return points.astype(np.float32)  # (paths, steps, numbers)


def draw_between(
    model: ImageModel, known: EncodedTable, *, num_steps: int, white: int, rng: np.random.Generator
) -> np.ndarray:
    """Draws the images on the way between two noises, for each row of what is known.

    Args:
        model: With weights.
        known: (paths) encoded; all images of a path show the same.
        num_steps: Images of a path, at least 2.
        white: The largest value a pixel can have.
        rng: Of the noises at the ends.

    Returns:
        (paths, num_steps, *sides, channels) uint8 or uint16.
    """
    geometry = model.geometry
    noise = arcs(rng.standard_normal((len(known), 2, model.noise_dim)), num_steps=num_steps)
    flat = noise.reshape(-1, model.noise_dim)
    told = known.take(np.repeat(np.arange(len(known)), num_steps))
    at_once = min(images_of_a_call(geometry.shape), max(len(flat), 1))
    drawn = backend.compiled(model.drawn_of, jit_compile=backend.has_gpu())
    images = [np.zeros((0, *geometry.sides, geometry.channels), np.uint8 if white < 256 else np.uint16)]
    made = in_parts(drawn, flat, told.codes, told.scalars, at_once=at_once)
    images.extend(pixels_of(part, sides=geometry.sides, white=white) for part in made)
    return np.concatenate(images).reshape(len(known), num_steps, *geometry.sides, geometry.channels)
