"""Parts of models of images: changes before the critic, distances, what a collapse is, pixels and back."""

import keras
import numpy as np
import pytest
from keras import ops

from synthgen import backend
from synthgen.encoding.layout import Block, EncodedTable, Layout
from synthgen.models.gan.augmentation import Augmentation, _resampled
from synthgen.models.images.diffusion import RectifiedFlow
from synthgen.models.images.encoding import EncodedImages, pixels_of
from synthgen.networks.geometry import Geometry
from synthgen.synthesizers.images.validation import kernel_distance
from synthgen.training.collapse import BEGINNING, EPOCHS, CollapseRecovery

NONE, ALL = ops.zeros((3,)), ops.ones((3,))


def images(shape, *, seed=0):
    return ops.convert_to_tensor(np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32"))


@pytest.mark.parametrize("shape", [(3, 10, 2), (3, 6, 7, 1), (3, 4, 5, 6, 2)])
def test_resampling_by_hand(shape):
    shown = images(shape)
    for side in range(len(shape) - 2):
        size = shape[1 + side]
        still = _resampled(shown, side, zoom=ALL, shift=NONE, mirrored=NONE)
        assert np.allclose(still, shown, atol=1e-6)
        mirrored = _resampled(shown, side, zoom=ALL, shift=NONE, mirrored=ALL)
        assert np.allclose(mirrored, np.flip(shown, 1 + side), atol=1e-5)
        moved = np.array(_resampled(shown, side, zoom=ALL, shift=ALL / size, mirrored=NONE))
        expected = np.roll(shown, -1, 1 + side)
        index = [slice(None)] * len(shape)
        index[1 + side] = slice(0, size - 1)
        assert np.allclose(moved[tuple(index)], expected[tuple(index)], atol=1e-4)
        index[1 + side] = size - 1
        assert np.allclose(moved[tuple(index)], 0, atol=1e-4)  # nothing comes in from outside


def test_as_many_images_are_changed_as_asked():
    shown = images((400, 8, 8, 1))
    changed = np.array(Augmentation(0.1)(shown, backend.step_seed(0, 1)))
    untouched = (np.abs(changed - shown) < 1e-5).all(axis=(1, 2, 3)).mean()
    assert 0.4 < untouched < 0.68  # 0.9 ** 6 = 0.53: zoom, two shifts, brightness, contrast, cutout
    assert Augmentation(0.0)(shown, backend.step_seed(0, 1)) is shown
    again = np.array(Augmentation(0.1)(shown, backend.step_seed(0, 1)))
    assert (again == changed).all()


def test_only_sides_that_are_named_are_mirrored():
    shown = ops.convert_to_tensor(np.tile(np.linspace(-1, 1, 8, dtype="float32"), (200, 8, 1))[..., None])
    across = np.array(Augmentation(1e-9, flips=(1,))(shown, backend.step_seed(0, 1)))
    along = np.array(Augmentation(1e-9, flips=(0,))(shown, backend.step_seed(0, 1)))
    falling = (across[:, 0, 0, 0] > across[:, 0, -1, 0]).mean()
    assert 0.38 < falling < 0.62
    assert np.allclose(along, shown, atol=1e-5)


def test_changes_have_second_gradients():
    shown, change = images((4, 8, 8, 1)), Augmentation(0.5)
    with backend.recording([]) as tape:
        tape.watch(shown)

        def score(at):
            return ops.sum(ops.square(change(at, backend.step_seed(0, 2))), axis=(1, 2, 3))[:, None]

        slope = ops.sum(ops.square(backend.gradient(score, shown)))
    assert float(ops.max(ops.abs(tape.gradient(slope, shown)))) > 0


def test_kernel_distance_by_hand():
    one, other = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 1.0], [2.0, 0.0]])
    within = (0 / 2 + 1) ** 3, (2 / 2 + 1) ** 3  # the pairs of different images: products 0 and 2, two features
    across = np.mean([(1 / 2 + 1) ** 3, (2 / 2 + 1) ** 3, (1 / 2 + 1) ** 3, (0 / 2 + 1) ** 3])
    assert kernel_distance(one, other) == pytest.approx(sum(within) - 2 * across)


def test_the_direction_of_a_flow_is_from_image_to_noise():
    """With a network that says noise minus image of a single image, every step lands on that image."""
    target = 0.5

    class Exact(keras.Model):
        def call(self, inputs, training=False):
            noisy, told = inputs
            time = ops.arctan2(told[:, 0], told[:, 16]) / (np.pi * 0.5)  # the slowest angle: half a turn
            return (noisy - target) / ops.maximum(ops.reshape(time, (-1, 1, 1, 1)), 1e-3)

    layout = Layout((Block("label", "one_hot", 2, condition=True),))
    flow = RectifiedFlow(Geometry(sides=(4, 4), channels=1), layout, network=Exact, num_sampling_steps=8,
                         guidance=1.0, seed=0)  # fmt: skip
    known = EncodedTable(np.array([[0], [1]], np.int32), np.zeros((2, 0), np.float32))
    drawn = flow.draw(known, white=200, rng=np.random.default_rng(0))
    assert np.abs(drawn.astype(int) - 150).max() <= 1  # half way from the middle to white


def test_padding_is_taken_off_evenly():
    padded = np.full((1, 6, 6, 1), -1.0)
    padded[:, 1:5, 1:5] = 1.0
    assert (pixels_of(padded, sides=(4, 4), white=65535) == 65535).all()
    assert pixels_of(padded, sides=(6, 6), white=65535).dtype == np.uint16


def test_encoded_images_can_be_divided():
    known = EncodedTable(np.arange(4, dtype=np.int32)[:, None], np.zeros((4, 0), np.float32))
    part = EncodedImages(np.arange(16, dtype=np.uint8).reshape(4, 2, 2, 1), 255, known).take(
        np.array([True, False] * 2)
    )
    assert (len(part), part.pixels[1, 0, 0, 0], part.known.codes.ravel().tolist()) == (2, 8, [0, 2])


class _Model(keras.Model):
    """One number that training would move, as the recovery sees a model."""

    def __init__(self):
        super().__init__()
        self.number = self.add_weight(shape=(), initializer="zeros")
        self.chunk_counter = self.add_weight(shape=(), dtype="int64", initializer="zeros", trainable=False)
        self.optimizers = []

    def refresh_sampler(self):
        """Nothing is averaged."""


def recovering(distances, diversities):
    """Runs the recovery over epochs with given figures; returns it, the model and its scales."""
    model, (rate, penalty) = _Model(), (keras.Variable(1.0) for _ in range(2))
    figures = iter(zip(distances, diversities, strict=True))
    now = [1.0, 1.0]
    recovery = CollapseRecovery(distance=lambda: now[0], diversity=lambda: now[1], least=0.1, rate_scale=rate,
                                penalty_scale=penalty)  # fmt: skip
    recovery.set_model(model)
    recovery.on_train_begin()
    for epoch, (now[0], now[1]) in enumerate(figures):
        model.number.assign(float(epoch))
        recovery.on_epoch_end(epoch, {})
    return recovery, float(model.number), float(rate), float(penalty)


def test_a_healthy_run_is_left_alone():
    recovery, number, rate, _ = recovering([5, 2, 1, 0.3, 0.2, 0.35, 0.28, 0.25], [0.5, 0.7, *[0.9] * 6])
    assert (recovery.recoveries, number, rate) == (0, 7, 1)


def test_images_that_become_alike_take_the_run_back_to_its_best_epoch():
    recovery, number, rate, penalty = recovering([5, 2, 1, 1, 1, 1], [0.9, 0.9, 0.9, *[0.1] * EPOCHS])
    assert (recovery.recoveries, number, rate, penalty) == (1, 2, 0.5, 2)


def test_a_score_that_stays_far_worse_does_too_and_single_bad_epochs_do_not():
    assert recovering([1, 0.2, *[1.0] * EPOCHS], [0.9] * (2 + EPOCHS))[0].recoveries == 1
    assert recovering([1, 0.2, 1, 1, 0.3, 1, 1, 0.3], [0.9] * 8)[0].recoveries == 0


def test_what_never_was_varied_is_calmed_after_the_beginning():
    assert recovering([9] * BEGINNING, [0.1] * BEGINNING)[0].recoveries == 0
    assert recovering([9] * (BEGINNING + EPOCHS), [0.1] * (BEGINNING + EPOCHS))[0].recoveries >= 1


def test_in_the_end_training_stops():
    recovery, *_ = recovering([1, *[9] * (4 * EPOCHS)], [0.9] * (1 + 4 * EPOCHS))
    assert recovery.recoveries == 3
    assert recovery.model.stop_training
