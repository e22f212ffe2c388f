"""The judges' own networks: small, plain, and the same on every run. Loads Keras, so it is imported by the first use.

No batch normalisation, which would make an image's features depend on others. Weights are drawn by NumPy, so that they,
and the hash of them, do not depend on the version of Keras.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

# isort: off
from synthgen import backend  # before Keras, whose backend it picks
import keras
from keras import layers, ops

# isort: on

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Augment = Callable[[NDArray, np.random.Generator], NDArray]
"""From pixels (images, height, width, channels) to the same, changed at random."""

WIDTHS = (24, 48, 96)
"""Channels of the stages, each of which halves the sides."""
DRAWN_LATER = "zeros"
"""By `draw_weights`; Keras' own initializers touch Python's global random state."""
RANDOM_WIDTHS = (32, 64, 128)
LARGE_SIDE = 64
"""Images with a longer side lose a factor of four in the first stage."""
BATCH = 64
EPOCHS = 10
FEWEST_STEPS, MOST_STEPS = 120, 600
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 1e-3
MOST_AT_ONCE, MOST_BYTES = 2_048, 2**28
"""Images in one call of Keras' `fit`, which costs a tenth of a second, and their size."""
AT_ONCE = 256
"""Images that go through a network together where nothing is trained."""


def num_steps(images: int) -> int:
    """Returns how many batches a network of so many images is trained on.

    Example:
        >>> num_steps(50), num_steps(1280), num_steps(100_000)
        (120, 200, 600)
    """
    return int(np.clip(-(-EPOCHS * images // BATCH), FEWEST_STEPS, MOST_STEPS))


class _Trained(keras.Model):
    """Trains as Keras does, by a step whose program TensorFlow forgets: see `backend.apply_gradients`."""

    def train_step(self, data: tuple[backend.Tensor, ...]) -> dict[str, backend.Tensor]:
        pixels, codes = data

        def loss() -> tuple[backend.Tensor, backend.Tensor]:
            value = self.compute_loss(pixels, codes, self(pixels, training=True), training=True)
            return value, value

        value, gradients = backend.value_and_gradients(loss, self.trainable_variables)
        backend.apply_gradients(self.optimizer, gradients, self.trainable_variables)
        return {"loss": value}


@final
class Classifier:
    """A small convolutional network that is trained from the same start as often as is asked.

    Args:
        shape: (height, width, channels) of an image.
        white: Largest value of a pixel.
        classes: How many there are.
    """

    def __init__(self, shape: tuple[int, ...], *, white: int, classes: int) -> None:
        inputs = keras.Input(shape)
        hidden = layers.Rescaling(2 / white, -1)(inputs)
        for stage, width in enumerate(WIDTHS):
            hidden = _halving(hidden, width, first=stage == 0)
        penultimate = layers.GlobalAveragePooling2D()(hidden)
        said = layers.Dense(classes, activation="softmax", kernel_initializer=DRAWN_LATER)(penultimate)
        self.extractor = keras.Model(inputs, penultimate, name="task_network")
        self._model = _Trained(inputs, said, name="classifier")
        self._optimizer = keras.optimizers.AdamW(LEARNING_RATE, weight_decay=WEIGHT_DECAY)
        self._model.compile(self._optimizer, "sparse_categorical_crossentropy", jit_compile=False)
        self._optimizer.build(self._model.trainable_variables)
        self._outputs = Outputs(self._model)
        self._start = [variable.numpy() for variable in self._optimizer.variables]

    def train(
        self, pixels: NDArray, codes: Integers, *, seed: int, like: int | None = None, augment: Augment | None = None
    ) -> Classifier:
        """Trains anew, from weights that depend on the seed only.

        Args:
            pixels: (images, height, width, channels), whole numbers.
            codes: (images,) classes, 0 to classes - 1.
            seed: Of weights and order.
            like: Trains as long as with so many images; None: with as many as there are.
            augment: Changes each image anew every time it is seen.

        Returns:
            Itself.
        """
        random = np.random.default_rng([seed, 1])
        draw_weights(self._model, seed=seed)
        for variable, value in zip(self._optimizer.variables, self._start, strict=True):
            variable.assign(value)
        total = num_steps(len(pixels) if like is None else like)
        done = 0
        for order in _orders(len(pixels), total * BATCH, images_at_once(pixels.shape[1:]), random):
            seen = pixels[order] if augment is None else augment(pixels[order], random)
            self._optimizer.learning_rate = LEARNING_RATE * max(1 - done / total, 0.05)  # falls: few steps suffice
            self._model.fit(seen.astype(np.float32), codes[order], batch_size=BATCH, shuffle=False, verbose=0)
            done += len(order) // BATCH
        return self

    def probabilities(self, pixels: NDArray) -> Floats:
        """Returns the chance of each class, (images, classes)."""
        return self._outputs(pixels)


def _orders(images: int, wanted: int, at_once: int, random: np.random.Generator) -> Iterator[Integers]:
    """Positions for one call of `fit` after another: all images in turn, shuffled anew each time."""
    left = np.empty(0, np.int64)
    while wanted > 0:
        while len(left) < min(at_once, wanted):
            left = np.concatenate([left, random.permutation(images)])
        now = min(at_once, wanted)
        yield left[:now]
        left, wanted = left[now:], wanted - now


def images_at_once(shape: tuple[int, ...]) -> int:
    """Returns how many images are handed to Keras' `fit` at a time: whole batches, of 256 MiB at most.

    Args:
        shape: Of an image.

    Example:
        >>> images_at_once((28, 28, 1)), images_at_once((128, 128, 3))
        (2048, 1344)
    """
    held = MOST_BYTES // (4 * int(np.prod(shape)))
    return max(min(MOST_AT_ONCE, held) // BATCH, 1) * BATCH


def _halving(hidden: Any, width: int, *, first: bool) -> Any:
    stride = 4 if first and max(hidden.shape[1:3]) > LARGE_SIDE else 2
    kernel = 5 if stride == 4 else 3
    return layers.Conv2D(
        width, kernel, strides=stride, padding="same", activation="relu", kernel_initializer=DRAWN_LATER
    )(hidden)


def random_network(shape: tuple[int, ...], *, white: int, seed: int = 0) -> keras.Model:
    """Returns a network of random weights: means and largest answers of filters at three scales.

    Random filters tell images apart nearly as well as learned ones where these are few (Saxe et al. 2011, section 4;
    for precision and coverage Naeem et al. 2020, section 4.2). They know nothing of the training images, so that
    training and holdout images are on an equal footing.

    Args:
        shape: (height, width, channels) of an image.
        white: Largest value of a pixel.
        seed: Of the weights.

    Returns:
        A model (batch, height, width, channels) to (batch, 448).
    """
    inputs = keras.Input(shape)
    hidden, found = layers.Rescaling(2 / white, -1)(inputs), []
    for stage, width in enumerate(RANDOM_WIDTHS):
        hidden = _halving(hidden, width, first=stage == 0)
        found += [layers.GlobalAveragePooling2D()(hidden), layers.GlobalMaxPooling2D()(hidden)]
    model = keras.Model(inputs, layers.Concatenate()(found), name="random_network")
    draw_weights(model, seed=seed)
    return model


def draw_weights(model: keras.Model, *, seed: int) -> None:
    """Sets all weights at random (He et al. 2015, equation 10), biases to 0.

    Args:
        model: Of convolutions and dense layers.
        seed: Of the weights.
    """
    random = np.random.default_rng([seed, 0])
    drawn = []
    for weights in model.get_weights():
        fan_in = int(np.prod(weights.shape[:-1]))
        kernel = random.normal(0, np.sqrt(2 / fan_in), weights.shape) if weights.ndim > 1 else np.zeros(weights.shape)
        drawn.append(kernel.astype(np.float32))
    model.set_weights(drawn)


@final
class Outputs:
    """What a network says of images, batch by batch, through one compiled program.

    Args:
        model: From (batch, height, width, channels) to (batch, features), or to maps, which are averaged.
        scale: What pixels are multiplied by.
        size: Height and width that the network wants; None: as they are. Grey images become three equal channels where
            it wants three.
    """

    def __init__(self, model: Any, *, scale: float = 1.0, size: tuple[int, int] | None = None) -> None:
        self._channels, self._scale, self._size = model.input_shape[-1], np.float32(scale), size
        self._run = backend.compiled(lambda batch: model(batch, training=False), jit_compile=False)

    def __call__(self, pixels: NDArray) -> Floats:
        """Returns (images, features) of whole numbers (images, height, width, channels)."""
        found = []
        for start in range(0, len(pixels), AT_ONCE):
            part = pixels[start : start + AT_ONCE]
            shown = np.zeros((AT_ONCE, *part.shape[1:]), np.float32)  # one shape, one program
            shown[: len(part)] = part * self._scale
            if self._channels == 3 and shown.shape[-1] == 1:
                shown = np.repeat(shown, 3, axis=-1)
            asked = shown if self._size is None else ops.image.resize(shown, self._size, data_format="channels_last")
            said = np.asarray(ops.convert_to_numpy(self._run(ops.convert_to_tensor(asked))))[: len(part)]
            found.append(said.reshape(len(part), -1, said.shape[-1]).mean(axis=1))  # of maps, the mean over places
        return np.concatenate(found).astype(np.float32)


def transformed(pixels: NDArray, transforms: Floats) -> Floats:
    """Returns images moved by affine maps, in between by straight lines, at the borders by the nearest pixel.

    Args:
        pixels: (images, height, width, channels).
        transforms: (images, 8), see `classical.transforms`.
    """
    found = [
        ops.convert_to_numpy(ops.image.affine_transform(
            ops.convert_to_tensor(pixels[start : start + AT_ONCE].astype(np.float32)),
            ops.convert_to_tensor(transforms[start : start + AT_ONCE]),
            interpolation="bilinear", fill_mode="nearest", data_format="channels_last",
        ))
        for start in range(0, len(pixels), AT_ONCE)
    ]  # fmt: skip
    return np.concatenate(found)


def loaded(path: Path) -> Any:
    """Returns a model from a file, in Keras' safe mode: nothing in the file is run.

    Args:
        path: Of what ``model.save`` wrote.
    """
    return keras.saving.load_model(path, compile=False, safe_mode=True)


def weights_hash(model: Any) -> str:
    """Returns the first twelve hexadecimal digits of the SHA-256 of a network's weights, in their order."""
    digest = hashlib.sha256()
    for weights in model.get_weights():
        digest.update(f"{weights.dtype}{weights.shape}".encode())
        digest.update(np.ascontiguousarray(weights).tobytes())
    return digest.hexdigest()[:12]
