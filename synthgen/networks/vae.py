"""The encoder and decoder of a variational autoencoder of tables."""

import keras
from keras import layers

from synthgen.backend import Tensor
from synthgen.networks.dense import Dense


class Decoder(keras.Model):
    """Dense layers from a latent number to a row's raw outputs, and one deviation for each scalar of the table.

    Args:
        num_features: Width of a row.
        num_scalars: Scalars in it.
        latent_dim: Width of the latent number.
        widths: Of the hidden layers.
        seed: Of the starting weights.
    """

    def __init__(
        self, *, num_features: int, num_scalars: int, latent_dim: int, widths: tuple[int, ...], seed: int
    ) -> None:
        super().__init__(name="decoder")
        self._dense = dense_network(latent_dim, num_features, widths=widths, seed=seed)
        self.log_deviations = self.add_weight(
            shape=(num_scalars,),
            initializer=keras.initializers.Constant(-2.3),
            name="log_deviations",
            trainable=num_scalars > 0,
        )
        self.built = True

    def call(self, inputs: Tensor) -> Tensor:
        """Returns raw outputs, (batch, features).

        Args:
            inputs: (batch, latent_dim).
        """
        return self._dense(inputs)


def dense_network(num_inputs: int, num_outputs: int, *, widths: tuple[int, ...], seed: int) -> keras.Model:
    """Returns dense layers with ReLU between them.

    Args:
        num_inputs: Width of the input.
        num_outputs: Width of the output.
        widths: Of the hidden layers.
        seed: Of the starting weights.
    """
    inputs = hidden = keras.Input((num_inputs,))
    for place, width in enumerate((*widths, num_outputs)):
        start = keras.initializers.GlorotUniform(seed=seed * 100 + place)
        hidden = Dense(width, kernel_initializer=start)(hidden)
        if place < len(widths):
            hidden = layers.ReLU()(hidden)
    return keras.Model(inputs, hidden)


class Autoencoder(keras.Model):
    """An encoder to mean and log variance of the latent number, and a `Decoder`.

    Args:
        num_features: Width of a row.
        num_scalars: Scalars in it.
        latent_dim: Width of the latent number.
        widths: Of the hidden layers of both.
        seed: Of the starting weights.
    """

    def __init__(
        self, *, num_features: int, num_scalars: int, latent_dim: int, widths: tuple[int, ...], seed: int
    ) -> None:
        super().__init__(name="autoencoder")
        self.encoder = dense_network(num_features, 2 * latent_dim, widths=widths, seed=2 * seed)
        self.decoder = Decoder(
            num_features=num_features, num_scalars=num_scalars, latent_dim=latent_dim, widths=widths[::-1],
            seed=2 * seed + 1,
        )  # fmt: skip
        self.built = True
