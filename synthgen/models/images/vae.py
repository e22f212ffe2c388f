"""A variational autoencoder of images."""

from collections.abc import Callable

import keras
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.encoding.layout import Layout
from synthgen.models.images.loss_model import ImageLossModel
from synthgen.networks.geometry import Geometry


class Autoencoder(keras.Model):
    """Encoder and decoder as one network.

    Args:
        encoder: Maps [image, condition] to mean and logarithm of the variance of the latent numbers.
        decoder: Maps latent numbers and condition to an image.
    """

    def __init__(self, encoder: keras.Model, decoder: keras.Model) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.built = True


class ConvolutionalVAE(ImageLossModel):
    """Images from latent normal numbers (Kingma and Welling 2014), with a variance of pixels that fits itself.

    A pixel is normal around what the decoder says; the variance, one for all, is its most likely value in each batch
    (Rybkin et al. 2021, section 4), so that no weight between sharpness and order has to be chosen. Under a privacy
    budget it is each image's own: an image must have nothing to do with the gradients of others.

    Args:
        geometry: Of the images.
        layout: Of what is known of them.
        network: Makes encoder and decoder; called twice, for what is trained and for what draws.
        latent_dim: Latent numbers.
        seed: Seed of everything random in training.
    """

    def __init__(
        self, geometry: Geometry, layout: Layout, *, network: Callable[[], Autoencoder], latent_dim: int, seed: int
    ) -> None:
        super().__init__(geometry, layout, network=network, seed=seed)
        self._latent_dim = latent_dim

    @property
    def sampler(self) -> keras.Model:
        """The decoder alone: the encoder is needed for nothing but training."""
        return self._sampler.decoder

    def losses_of(self, images: Tensor, condition: Tensor, *, seed: Tensor) -> Tensor:
        packed = ops.cast(self.network.encoder([images, condition]), "float32")
        mean, log_variance = ops.split(packed, 2, axis=1)
        latent = mean + ops.exp(0.5 * log_variance) * backend.normal(tuple(mean.shape), seed)
        made = ops.cast(self.network.decoder(ops.concatenate([latent, condition], axis=1)), "float32")
        pixels = 1
        for size in images.shape[1:]:
            pixels *= size
        errors = ops.mean(ops.square(images - made), axis=tuple(range(1, len(images.shape))))  # (batch,)
        expected = ops.mean(errors) if self.private is None else errors
        variance = ops.stop_gradient(ops.maximum(expected, 1e-4))
        divergence = 0.5 * ops.sum(ops.square(mean) + ops.exp(log_variance) - log_variance - 1, axis=1)
        return 0.5 * ops.log(variance) + 0.5 * errors / variance + divergence / pixels  # (batch,)

    def generated(self, condition: Tensor, seed: Tensor) -> Tensor:
        latent = backend.normal((condition.shape[0], self.noise_dim), backend.step_seed(1, seed[0], seed[1]))
        return self.from_noise(latent, condition)

    @property
    def noise_dim(self) -> int:
        return self._latent_dim

    def from_noise(self, noise: Tensor, condition: Tensor) -> Tensor:
        return self.sampler(ops.concatenate([noise, condition], axis=1))
