"""Adam takes the very steps of Keras' own."""

import keras
import numpy as np
import pytest

from synthgen import backend
from synthgen.training.adam import Adam


@pytest.mark.parametrize("averaging", [{}, {"use_ema": True, "ema_momentum": 0.9}])
def test_its_steps_are_those_of_keras_bit_for_bit(averaging):
    rng = np.random.default_rng(0)
    starts = [rng.normal(size=shape).astype("float32") for shape in ((7, 5), (5,), ())]
    slopes = [[rng.normal(size=start.shape).astype("float32") for start in starts] for _ in range(4)]
    ends = []
    for kind in (keras.optimizers.Adam, Adam):
        optimizer = kind(keras.optimizers.schedules.CosineDecay(0.1, 4), beta_1=0.3, beta_2=0.9, **averaging)
        variables = [keras.Variable(start) for start in starts]
        optimizer.build(variables)
        step = backend.compiled(optimizer.apply, jit_compile=False)
        for given in slopes:
            step([keras.ops.convert_to_tensor(slope) for slope in given])
        ends.append([np.array(variable) for variable in (*variables, *optimizer.variables)])
    for theirs, ours in zip(*ends, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert not np.array_equal(ends[0][0], starts[0])


def test_it_holds_no_tensor_of_a_step():
    optimizer, weight = Adam(0.1), keras.Variable([1.0])
    optimizer.apply([keras.ops.convert_to_tensor([3.0])], [weight])
    assert optimizer._corrected_rate is None
