"""Networks and their features: named, the same on every run; and sets that cannot be compared are refused at once."""

import re
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from synthgen.data.images.image_set import ImageSet
from synthgen.errors import EvaluationError
from synthgen.metrics.images.spaces import model_extractor, random_extractor
from synthgen.report.evaluate import evaluate


def network(shape, *, units=5):
    from synthgen import backend  # noqa: F401, I001 - before Keras
    import keras

    inputs = keras.Input(shape)
    outputs = keras.layers.Dense(units)(keras.layers.Flatten()(inputs))
    return keras.Model(inputs, outputs, name="mine")


def test_the_random_network_is_the_same_everywhere(spots):
    first, second = (random_extractor(spots(40, 0)) for _ in range(2))
    assert first.digest == second.digest
    assert re.fullmatch("[0-9a-f]{12}", first.digest)
    assert first.name == "random network"
    pixels = spots(40, 0).pixels
    assert np.array_equal(first.features(pixels), second.features(pixels))
    assert first.features(pixels).shape == (40, 448)
    assert np.allclose(first.features(pixels[:1]), first.features(pixels)[:1], atol=1e-4)  # alone or among others


def test_the_task_network_is_the_same_on_every_run(spots, pools, global_randomness_untouched):
    sets = spots(120, 0), spots(60, 1), spots(60, 2)
    first, second = (pools(*sets, features="task", seed=3) for _ in range(2))
    assert first.extractor.digest == second.extractor.digest
    assert np.array_equal(first.train.features, second.train.features)
    assert first.extractor.digest != pools(*sets, features="task", seed=4).extractor.digest
    assert first.unlearned.name == "random network"  # privacy is not judged in what learned the training images


def test_a_model_and_a_file_of_it_are_the_same_features(spots, pools, tmp_path):
    model = network((14, 14, 1))
    model.save(tmp_path / "mine.keras")
    sets = spots(60, 0), spots(40, 1), spots(40, 2)
    made, read = (pools(*sets, features=features) for features in (model, tmp_path / "mine.keras"))
    assert made.extractor.digest == read.extractor.digest
    assert (made.extractor.name, read.extractor.name) == ("mine", "mine.keras")
    assert np.allclose(made.synthetic.features, read.synthetic.features)
    weights, bias = model.get_weights()
    by_hand = sets[1].pixels.reshape(40, -1) / 255 @ weights + bias
    by_hand -= (sets[0].pixels.reshape(60, -1) / 255 @ weights + bias).mean(axis=0)
    assert np.allclose(made.synthetic.features, by_hand, atol=1e-4)
    assert made.unlearned is made.extractor


def test_grey_images_are_resized_for_a_network_that_wants_colours(spots):
    images = spots(30, 0)
    extractor = model_extractor(network((20, 20, 3)), images)
    assert extractor.features(images.pixels).shape == (30, 5)
    assert "resized from 14 x 14 to 20 x 20" in extractor.note


def test_sixteen_bits_and_colours_are_judged(pools):
    random = np.random.default_rng(0)
    for pixels in (random.integers(0, 4096, (90, 12, 16, 1)).astype(np.uint16),
                   random.integers(0, 256, (90, 70, 66, 3)).astype(np.uint8)):  # fmt: skip
        bits = 12 if pixels.dtype == np.uint16 else 8
        sets = [ImageSet(pixels=pixels[start::3], bits=bits) for start in range(3)]
        made = pools(*sets)
        assert made.train.features.shape == (30, 448)
        assert np.isfinite(made.train.features).all()
        assert 0 <= made.train.small.min() <= made.train.small.max() <= 1


def bad_sets(spots):
    """What is passed instead of a good set, and what is said."""
    good = spots(40, 0)
    labels = good.table.copy()
    return {
        "synthetic: expected an ImageSet. Received ndarray": {"synthetic": good.pixels},
        "train: expected .*an ImageSet.* Received NoneType": {"train": None},
        "holdout: expected at least 20 images. Received 3": {"holdout": good.take([0, 1, 2])},
        r"synthetic: expected images of .*\(14, 14, 1\).*Received \(12, 14, 1\)": {
            "synthetic": replace(good, pixels=good.pixels[:, :12])
        },
        r"holdout: expected images of .*Received \(14, 14, 3\)": {
            "holdout": replace(good, pixels=np.repeat(good.pixels, 3, axis=-1))
        },
        "synthetic: expected pixels of 8 bits.*Received 12": {
            "synthetic": replace(good, pixels=good.pixels.astype(np.uint16), bits=12)
        },
        "synthetic: expected a label.*Received images with no label": {"synthetic": replace(good, label=None)},
        "synthetic: expected no label.*Received images with a label": {"train": replace(good, label=None)},
        "synthetic: 1 of its 3 classes are not among the training images' 2": {
            "synthetic": replace(good, table=labels.assign(label=[7, *labels["label"][1:]]))
        },
        "holdout: a class has 1 image": {"holdout": good.take([0, *range(1, 40, 2)])},
        "train: expected flat images. Received volumes": {
            "train": ImageSet(pixels=np.zeros((30, 4, 8, 8, 1), np.uint8))
        },
        "features: expected 'task', 'random', a Keras model": {"features": 3},
        "features: there is no file 'tusk'": {"features": "tusk"},
        "features: expected a model with one input.*Received one with input_shape": {"features": network((196,))},
        "seeds: expected a whole number, 1 or more. Received 0": {"seeds": 0},
        "worst_patients: expected a whole number, 0 or more": {"worst_patients": 1.5},
    }


def test_bad_sets_are_refused_by_name_before_any_work(spots):
    good = {role: spots(40, seed) for seed, role in enumerate(["train", "synthetic", "holdout"])}
    random_extractor(good["train"])  # Keras is loaded
    for message, changed in bad_sets(spots).items():
        began = time.monotonic()
        with pytest.raises(EvaluationError, match=message):
            evaluate(**(good | changed))
        assert time.monotonic() - began < 5, message


def test_a_file_that_is_no_model_is_refused(spots, tmp_path):
    (tmp_path / "notes.keras").write_text("not a model")
    with pytest.raises(EvaluationError, match=r"features: notes.keras could not be read as a Keras model"):
        evaluate(train=spots(40, 0), synthetic=spots(40, 1), features=tmp_path / "notes.keras")


def test_keras_is_loaded_by_the_first_set_and_not_before():
    program = (
        "import sys, synthgen as sg; sg.evaluate, sg.ImageJudge, sg.ImageSet; "
        "sys.exit(any(name in sys.modules for name in ('keras', 'tensorflow')))"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
