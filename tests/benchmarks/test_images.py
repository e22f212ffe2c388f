"""The benchmark of images: what it reads where there is no folder, and the architectures that it measures against."""

import keras
import numpy as np
import pytest

from benchmarks import images, keras_examples


def test_digits_stand_in_for_a_folder_that_is_absent(tmp_path):
    digits = images.load("pneumoniamnist", data=tmp_path)
    assert digits.pixels.shape[1:] == (8, 8, 1)
    assert digits.classes == list(range(10))


@pytest.mark.parametrize("example", [keras_examples.dcgan, keras_examples.wgan_gp])
def test_architectures_of_the_examples_train_and_draw(example):
    keras.utils.set_random_seed(0)
    adversaries = example((8, 12, 3))
    before = [weights.copy() for weights in adversaries.generator.get_weights()]
    clock = images.Clock(0.0)
    adversaries.fit(np.zeros((8, 8, 12, 3), np.float32), batch_size=4, epochs=5, callbacks=[clock], verbose=0)
    assert 2 <= len(clock.ends) <= 3  # it stops when its time is up
    after = adversaries.generator.get_weights()
    assert any((a != b).any() for a, b in zip(before, after, strict=True))
    drawn = keras_examples.drawn(adversaries, 5, seed=0)
    assert (drawn.shape, drawn.dtype) == ((5, 8, 12, 3), np.uint8)
