"""Diffusion of images along straight lines from noise to image, with classifier-free guidance."""

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.encoding.layout import Layout
from synthgen.models.images.loss_model import ImageLossModel
from synthgen.networks.geometry import Geometry

UNTOLD = 0.1
"""Share of training images whose condition is hidden (Ho and Salimans 2022, section 4)."""

FREQUENCIES = 16
"""Sines and cosines that tell the network the time."""


def num_told(layout: Layout) -> int:
    """Returns how many numbers a network of diffusion is told beside the image: time, condition, and if there is one.

    Args:
        layout: Of what is known of images.
    """
    return 2 * FREQUENCIES + layout.num_features + 1


class RectifiedFlow(ImageLossModel):
    """A rectified flow (Liu et al. 2023): image and noise end a straight line, the network says its direction.

    Times of training are logit-normal, so that the middle, where the direction is hard to say, comes most often (Esser
    et al. 2024, section 3.1).

    Args:
        geometry: Of the images.
        layout: Of what is known of them.
        network: Makes the U-Net; called twice, for what is trained and for what draws.
        num_sampling_steps: Of drawing, each two calls of the network (Heun's method), of which the last
            step uses one.
        guidance: 1 draws by the condition as learned; more exaggerates what sets a class apart, and costs variety.
        seed: Seed of everything random in training.
    """

    def __init__(
        self,
        geometry: Geometry,
        layout: Layout,
        *,
        network: Callable[[], keras.Model],
        num_sampling_steps: int,
        guidance: float,
        seed: int,
    ) -> None:
        super().__init__(geometry, layout, network=network, seed=seed)
        self._num_sampling_steps, self._guidance = num_sampling_steps, guidance

    def losses_of(self, images: Tensor, condition: Tensor, *, seed: Tensor) -> Tensor:
        batch = images.shape[0]
        noise = self._noise(batch, seed)
        time = ops.sigmoid(backend.normal((batch, 1), backend.step_seed(1, seed[0], seed[1])))  # (batch, 1)
        told = ops.cast(backend.uniform((batch, 1), backend.step_seed(2, seed[0], seed[1])) >= UNTOLD, "float32")
        spread = ops.reshape(time, (-1, *[1] * (len(images.shape) - 1)))
        said = self._direction(self.network, (1 - spread) * images + spread * noise, time, condition, told)
        return ops.mean(ops.square(said - (noise - images)), axis=tuple(range(1, len(images.shape))))  # (batch,)

    def generated(self, condition: Tensor, seed: Tensor) -> Tensor:
        return self.from_noise(self._noise(condition.shape[0], seed), condition)

    @property
    def noise_dim(self) -> int:
        return int(np.prod(self.geometry.shape))

    def from_noise(self, noise: Tensor, condition: Tensor) -> Tensor:
        steps = self._num_sampling_steps

        def step(number: Tensor, images: Tensor) -> Tensor:
            time = 1 - ops.cast(number, "float32") / steps
            later = ops.maximum(time - 1 / steps, 0.0)
            first = self._guided(images, time, condition)
            ahead = images + (later - time) * first
            second = self._guided(ahead, later, condition)
            second = ops.where(later > 0, second, first)  # without noise there is no direction to learn
            return images + (later - time) * 0.5 * (first + second)

        return backend.repeat(steps, step, ops.reshape(noise, (-1, *self.geometry.shape)))

    def _guided(self, images: Tensor, time: Tensor, condition: Tensor) -> Tensor:
        times = ops.ones((condition.shape[0], 1)) * time
        told = ops.ones((condition.shape[0], 1))
        said = self._direction(self._sampler, images, times, condition, told)
        if self._guidance == 1 or not self.num_conditions:
            return said
        untold = self._direction(self._sampler, images, times, condition, 0 * told)
        return untold + self._guidance * (said - untold)

    def _direction(self, network: keras.Model, images: Tensor, time: Tensor, condition: Tensor, told: Tensor) -> Tensor:
        """From image towards noise, as the network says, (batch, *padded, channels)."""
        angles = time * ops.convert_to_tensor(np.pi * 2.0 ** np.linspace(-1, 6, FREQUENCIES, dtype="float32"))
        numbers = ops.concatenate([ops.sin(angles), ops.cos(angles), condition * told, told], axis=1)
        return ops.cast(network([images, numbers], training=True), "float32")

    def _noise(self, batch: int, seed: Tensor) -> Tensor:
        shape = self.geometry.shape
        flat = backend.normal((batch, int(np.prod(shape))), backend.step_seed(3, seed[0], seed[1]))
        return ops.reshape(flat, (batch, *shape))
