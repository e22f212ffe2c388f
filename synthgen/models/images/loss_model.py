"""Models of images of one network that minimises one loss: diffusion, autoencoders."""

from abc import abstractmethod
from collections.abc import Callable

import keras

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.dp.training import check_lengths
from synthgen.encoding.layout import Layout
from synthgen.models.images.base import ImageModel
from synthgen.models.optimised import OneNetwork
from synthgen.networks.geometry import Geometry


class ImageLossModel(OneNetwork, ImageModel):
    """A model of one network that minimises one loss; draws with the moving average of its weights.

    Args:
        geometry: Of the images.
        layout: Of what is known of them.
        network: Makes what is trained, and what draws, of the same weights.
        seed: Seed of everything random in training.
    """

    def __init__(self, geometry: Geometry, layout: Layout, *, network: Callable[[], keras.Model], seed: int) -> None:
        super().__init__(geometry, layout, seed=seed, losses=("loss",))
        self.network, self._sampler = network(), network()
        self.built = True

    @abstractmethod
    def losses_of(self, images: Tensor, condition: Tensor, *, seed: Tensor) -> Tensor:
        """Returns the loss of each image, (batch,).

        Args:
            images: (batch, *padded, channels), black is -1.
            condition: (batch, num_conditions).
            seed: (2,) int32, of this step.
        """

    def _step(self, data: tuple[Tensor, ...], step: Tensor, step_of_run: Tensor) -> Tensor:
        seed = backend.step_seed(self.seed, step_of_run)
        images, condition = self.batch(data, step)

        def losses() -> Tensor:
            return self.losses_of(images, condition, seed=seed)

        if self.private is not None:
            return self._minimise_privately(self.private, losses, indices=data[0][step], step_of_run=step_of_run)
        return self._minimise(losses)

    def check_private(self) -> None:
        images, condition = self.made_up()
        seed = backend.step_seed(self.seed, 0)
        check_lengths(lambda: self.losses_of(images, condition, seed=seed), self.network.trainable_variables)
