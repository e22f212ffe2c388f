"""Every adversarial recipe runs, and an unstable one is noticed."""

import numpy as np
import pytest

from synthgen.synthesizers.images.presets import PRESETS


@pytest.mark.parametrize("preset", PRESETS)
def test_recipes_learn_where_the_light_is(preset, images, make):
    steps = 100 if PRESETS[preset].critic_steps > 1 else 200
    gan = make("ImageGAN", preset=preset, num_steps=steps, learning_rate=1e-3, augmentation=0.0)
    drawn = gan.fit(images, verbose=False).sample(100, seed=0).pixels
    assert np.isfinite([value for epoch in gan.history for value in epoch.values()]).all()
    assert drawn[:, 6:].mean() > drawn[:, :6].mean() + 3  # real: 30 brighter


def test_a_run_that_collapses_is_noticed_and_calmed(make, scans):
    """A rate a hundred times too high makes all images alike; the run goes back and slows down."""
    gan = make("ImageGAN", preset="dcgan", num_steps=200, learning_rate=0.1, validation=0.25)
    gan.fit(scans(), verbose=False)
    assert max(epoch.get("recoveries", 0) for epoch in gan.history) >= 1
