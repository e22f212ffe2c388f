"""The architectures of keras.io's examples of GANs, written anew, to measure against: DCGAN and WGAN-GP.

Layers, widths, losses, optimizers and batch sizes are those of the examples "DCGAN to generate face images" and
"WGAN-GP overriding Model.train_step" (keras.io/examples/generative), their sizes fitted to the images at hand. Neither
is told classes. TensorFlow is imported here and nowhere else in the benchmarks: the examples are written with it.
"""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from keras import layers

LATENT = 128


class Adversaries(keras.Model):
    """A generator and a critic that train in turns.

    Args:
        generator: Noise (batch, 128) to images (batch, height, width, channels).
        critic: Images to (batch, 1).
        wasserstein: WGAN-GP (gradient penalty 10, three critic steps, as the example has it); else DCGAN.
    """

    def __init__(self, generator: keras.Model, critic: keras.Model, *, wasserstein: bool) -> None:
        super().__init__()
        self.generator, self.critic, self.wasserstein = generator, critic, wasserstein
        rates = {"learning_rate": 2e-4, "beta_1": 0.5, "beta_2": 0.9} if wasserstein else {"learning_rate": 1e-4}
        self.optimizers = [keras.optimizers.Adam(**rates) for _ in range(2)]
        self.critic_steps = 3 if wasserstein else 1
        self.compile()

    def train_step(self, images: tf.Tensor) -> dict:
        """Updates of the critic, then one of the generator."""
        for _ in range(self.critic_steps):
            critic_loss = self._update(self.critic, self.optimizers[0], lambda: self._critic_loss(images))
        generator_loss = self._update(
            self.generator, self.optimizers[1], lambda: self._generator_loss(tf.shape(images)[0])
        )
        return {"critic_loss": critic_loss, "generator_loss": generator_loss}

    def _update(self, network: keras.Model, optimizer: keras.Optimizer, loss: Callable[[], tf.Tensor]) -> tf.Tensor:
        with tf.GradientTape() as tape:
            value = loss()
        weights = network.trainable_weights
        optimizer.apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))
        return value

    def _drawn(self, batch: tf.Tensor) -> tf.Tensor:
        return self.generator(tf.random.normal((batch, LATENT)), training=True)

    def _critic_loss(self, images: tf.Tensor) -> tf.Tensor:
        batch = tf.shape(images)[0]
        drawn = tf.stop_gradient(self._drawn(batch))
        real, made = self.critic(images, training=True), self.critic(drawn, training=True)
        if not self.wasserstein:
            cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits
            noise = 0.05 * tf.random.uniform(tf.shape(real))  # the example's noise on labels
            return 0.5 * tf.reduce_mean(cross_entropy(1 - noise, real) + cross_entropy(noise, made))
        between = images + tf.random.normal((batch, 1, 1, 1)) * (drawn - images)  # normal, as the example has it
        with tf.GradientTape() as tape:
            tape.watch(between)
            scores = self.critic(between, training=True)
        slope = tf.sqrt(tf.reduce_sum(tape.gradient(scores, between) ** 2, axis=[1, 2, 3]) + 1e-12)
        return tf.reduce_mean(made) - tf.reduce_mean(real) + 10 * tf.reduce_mean((slope - 1) ** 2)

    def _generator_loss(self, batch: tf.Tensor) -> tf.Tensor:
        scores = self.critic(self._drawn(batch), training=True)
        if self.wasserstein:
            return -tf.reduce_mean(scores)
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.ones_like(scores), scores))


def dcgan(shape: tuple[int, int, int]) -> Adversaries:
    """Returns the adversaries of the DCGAN example.

    Args:
        shape: Height and width, multiples of four, and channels.
    """
    height, width, channels = shape
    generator = keras.Sequential([
        keras.Input((LATENT,)), layers.Dense(height // 4 * (width // 4) * 128),
        layers.Reshape((height // 4, width // 4, 128)),
        layers.Conv2DTranspose(128, 4, strides=2, padding="same"), layers.LeakyReLU(0.2),
        layers.Conv2DTranspose(256, 4, strides=2, padding="same"), layers.LeakyReLU(0.2),
        layers.Conv2D(channels, 5, padding="same", activation="tanh"),
    ])  # fmt: skip
    critic = keras.Sequential([
        keras.Input(shape), layers.Conv2D(64, 4, strides=2, padding="same"), layers.LeakyReLU(0.2),
        layers.Conv2D(128, 4, strides=2, padding="same"), layers.LeakyReLU(0.2),
        layers.Conv2D(128, 4, strides=2, padding="same"), layers.LeakyReLU(0.2),
        layers.Flatten(), layers.Dropout(0.2), layers.Dense(1),
    ])  # fmt: skip
    return Adversaries(generator, critic, wasserstein=False)


def wgan_gp(shape: tuple[int, int, int]) -> Adversaries:
    """Returns the adversaries of the WGAN-GP example; arguments as for `dcgan`."""
    height, width, channels = shape
    generator = keras.Sequential([
        keras.Input((LATENT,)), layers.Dense(height // 4 * (width // 4) * 256, use_bias=False),
        layers.BatchNormalization(), layers.LeakyReLU(0.2), layers.Reshape((height // 4, width // 4, 256)),
        *_rising(128), *_rising(64), layers.Conv2D(channels, 3, padding="same", activation="tanh"),
    ])  # fmt: skip
    critic = keras.Sequential([
        keras.Input(shape), layers.Conv2D(64, 5, strides=2, padding="same"), layers.LeakyReLU(0.2),
        layers.Conv2D(128, 5, strides=2, padding="same"), layers.LeakyReLU(0.2), layers.Dropout(0.3),
        layers.Conv2D(256, 5, strides=2, padding="same"), layers.LeakyReLU(0.2), layers.Dropout(0.3),
        layers.Conv2D(512, 5, strides=2, padding="same"), layers.LeakyReLU(0.2),
        layers.Flatten(), layers.Dropout(0.2), layers.Dense(1),
    ])  # fmt: skip
    return Adversaries(generator, critic, wasserstein=True)


def _rising(width: int) -> list[layers.Layer]:
    return [layers.UpSampling2D(2), layers.Conv2D(width, 3, padding="same", use_bias=False),
            layers.BatchNormalization(), layers.LeakyReLU(0.2)]  # fmt: skip


def drawn(adversaries: Adversaries, num_images: int, *, seed: int) -> np.ndarray:
    """Returns images as pixels from 0 to 255, (num_images, height, width, channels) uint8."""
    noise = np.random.default_rng(seed).normal(size=(num_images, LATENT)).astype(np.float32)
    images = adversaries.generator.predict(noise, batch_size=256, verbose=0)
    return np.floor(np.clip((images + 1) / 2, 0, 1) * 255 + 0.5).astype(np.uint8)
