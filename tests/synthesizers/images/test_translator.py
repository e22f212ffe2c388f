"""Translators on maps that are known: what comes out must be what the map says, for images never seen."""

import zipfile

import keras
import numpy as np
import pandas as pd
import pytest
from scipy import ndimage

import synthgen as sg
from synthgen.errors import FitInterrupted, NotFittedError, SchemaError, SettingsError, TrainingError

SIDE = 8
QUICK = {"num_steps": 4, "batch_size": 4, "width": 8}


def spots(count, seed):
    """A bright round spot on a slope; images 2i and 2i + 1 are of patient i."""
    random = np.random.default_rng(seed)
    down, across = np.mgrid[:SIDE, :SIDE]
    row, column = random.uniform(2, 6, (2, count, 1, 1))
    size, light = random.uniform(1.2, 2, (count, 1, 1)), random.uniform(100, 200, (count, 1, 1))
    pixels = light * np.exp(-((down - row) ** 2 + (across - column) ** 2) / size**2) + 20 + 3 * across
    return sg.ImageSet.from_array(
        pixels.astype(np.uint8), labels=np.where(light[:, 0, 0] > 150, "bright", "dim"), patients=np.arange(count) // 2
    )


def inverted_and_blurred(images):
    pixels = 255 - ndimage.gaussian_filter(images.pixels.astype(float), (0, 0.7, 0.7, 0))
    return sg.ImageSet(pixels=pixels.astype(np.uint8), patients=images.patients)


def error(images, truth):
    return np.abs(images.pixels.astype(float) - truth.pixels).mean()


@pytest.fixture(scope="module")
def seen():
    return spots(240, 0)


@pytest.fixture(scope="module")
def unseen():
    return spots(60, 1)


@pytest.fixture(scope="module")
def paired(seen):
    translator = sg.ImageTranslator(num_steps=160, batch_size=16, width=16, learning_rate=4e-3, validation=0.25, seed=1)
    return translator.fit(inverted_and_blurred(seen), seen, verbose=False)


@pytest.fixture(scope="module")
def enlarging(seen):
    translator = sg.ImageTranslator(
        kind="super-resolution", num_steps=80, batch_size=16, width=8, learning_rate=5e-3, seed=1
    )
    return translator.fit(target=seen, verbose=False)


def test_pairs_teach_a_map(paired, unseen):
    source = inverted_and_blurred(unseen)
    assert error(paired.translate(source), unseen) < 10
    assert error(source, unseen) > 100


def test_the_best_epoch_is_kept_by_held_out_pairs(paired):
    errors = [epoch["mae"] for epoch in paired.history]
    assert errors[paired.best_epoch] == min(errors) < 0.04


def test_enlarged_images_are_nearer_than_repeated_pixels_and_average_to_the_source(enlarging, unseen):
    small = enlarging.reduced(unseen)
    assert small.pixels.shape == (60, 4, 4, 1)
    large = enlarging.translate(small)
    nearest = sg.ImageSet(pixels=np.repeat(np.repeat(small.pixels, 2, axis=1), 2, axis=2))
    assert error(large, unseen) < 0.5 * error(nearest, unseen)
    cut = (large.pixels == 0) | (large.pixels == 255)  # what went beyond black or white was cut
    whole = ~cut.reshape(60, 4, 2, 4, 2, 1).any(axis=(2, 4))
    apart = np.abs(enlarging.reduced(large).pixels.astype(int) - small.pixels)
    assert apart[whole].max() <= 1


def test_two_piles_teach_the_law_of_the_target(seen, unseen):
    """Dark spots on bright ground, of other images: what comes out has their brightness, and the spot in its place."""
    others = spots(200, 5)
    target = sg.ImageSet(pixels=255 - others.pixels)
    translator = sg.ImageTranslator(
        kind="unpaired", num_steps=120, batch_size=8, width=16, learning_rate=5e-3, seed=1, validation=0.25
    )
    made = translator.fit(seen, target, verbose=False).translate(unseen)
    wanted = 255 - unseen.pixels.astype(float)
    assert abs(made.pixels.mean() - wanted.mean()) < 15  # untouched: about 150
    quantiles = np.linspace(0.05, 0.95, 19)
    assert np.abs(np.quantile(made.pixels, quantiles) - np.quantile(target.pixels, quantiles)).mean() < 20
    assert np.corrcoef(made.pixels.ravel(), wanted.ravel())[0, 1] > 0.8
    assert "kid" in translator.history[0]


@pytest.mark.parametrize("kind", ["paired", "enlarging"])
def test_a_saved_one_translates_alike(kind, request, unseen, tmp_path):
    translator = request.getfixturevalue(kind)
    source = inverted_and_blurred(unseen) if kind == "paired" else translator.reduced(unseen)
    translator.save(tmp_path / "model.synthgen")
    loaded = sg.load(tmp_path / "model.synthgen")
    assert isinstance(loaded, sg.ImageTranslator)
    assert (loaded.translate(source).pixels == translator.translate(source).pixels).all()
    assert loaded.history == translator.history
    assert loaded.settings == translator.settings


def test_a_model_file_holds_no_image_and_no_pickle(paired, seen, tmp_path):
    paired.save(tmp_path / "model.synthgen")
    with zipfile.ZipFile(tmp_path / "model.synthgen") as archive:
        members = [archive.read(name) for name in archive.namelist()]
    for image in [*seen.pixels, *inverted_and_blurred(seen).pixels]:
        assert not any(image.tobytes() in member for member in members)
    assert not any(b"\x80\x04\x95" in member for member in members)


def test_the_command_line_says_that_a_translator_draws_nothing(paired, tmp_path, capsys):
    from synthgen.cli import main

    paired.save(tmp_path / "model.synthgen")
    with pytest.raises(SystemExit):
        main(["sample", str(tmp_path / "model.synthgen"), "-n", "3", "-o", str(tmp_path / "rows.csv")])
    assert "translates images" in " ".join(capsys.readouterr().err.split())


def test_what_is_known_of_images_stays_with_them(paired, unseen):
    known = sg.ImageSet(pixels=inverted_and_blurred(unseen).pixels, table=unseen.table, label="label",
                        patients=unseen.patients)  # fmt: skip
    made = paired.translate(known)
    assert made.table.equals(unseen.table)
    assert made.label == "label"
    assert (made.patients == unseen.patients).all()
    made.table["label"] = "other"
    assert set(known.table["label"]) == {"bright", "dim"}
    assert paired.translate(known.take(np.arange(0))).pixels.shape == (0, SIDE, SIDE, 1)


def test_an_interrupted_run_ends_with_the_same_weights(seen, tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 7:
                raise KeyboardInterrupt

    seen = sg.ImageSet(pixels=seen.pixels[:, 2:6, 2:6])  # of one stage: soon compiled
    source = inverted_and_blurred(seen)
    make = lambda: sg.ImageTranslator(num_steps=20, batch_size=4, width=8)  # noqa: E731
    whole = make().fit(source, seen, verbose=False)
    with pytest.raises(FitInterrupted, match="checkpoint"):
        make().fit(source, seen, checkpoint=tmp_path, callbacks=[Stop()], verbose=False)
    resumed = make().fit(source, seen, checkpoint=tmp_path, verbose=False)
    assert (resumed.translate(source).pixels == whole.translate(source).pixels).all()
    with pytest.raises(TrainingError, match="another run"):
        make().fit(source, source, checkpoint=tmp_path, verbose=False)


def test_colours_become_sixteen_bits_of_grey_and_can_be_watched(tmp_path):
    random = np.random.default_rng(0)
    source = sg.ImageSet(pixels=random.integers(0, 256, (30, 5, 6, 3), np.uint8))
    target = sg.ImageSet(pixels=random.integers(0, 4096, (30, 5, 6, 1), np.uint16), bits=12)
    translator = sg.ImageTranslator(kind="unpaired", identity_weight=0.5, **QUICK)
    made = translator.fit(source, target, watch=tmp_path, verbose=False).translate(source.take(range(3)))
    assert made.pixels.shape == (3, 5, 6, 1)
    assert made.pixels.dtype == np.uint16
    assert made.bits == 12
    assert len(list(tmp_path.glob("*.png"))) == 20


def test_volumes_can_be_translated_without_a_critic(tmp_path):
    volumes = sg.ImageSet(pixels=np.random.default_rng(0).integers(0, 256, (20, 5, 6, 7, 1), np.uint8))
    translator = sg.ImageTranslator(adversarial_weight=0.0, **QUICK)
    assert translator.fit(volumes, volumes, watch=tmp_path, verbose=False).translate(volumes).pixels.shape == (
        20,
        5,
        6,
        7,
        1,
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "pared"}, "Did you mean 'paired'"),
        ({"kind": "super-resolution", "scale": 3}, r"scale in \[2, 4\]"),
        ({"scale": 2}, "super-resolution"),
        ({"kind": "unpaired", "adversarial_weight": 0.0}, "critics alone"),
        ({"adversarial_weight": -1}, "adversarial_weight"),
        ({"num_steps": 0}, "num_steps"),
    ],
)
def test_settings_are_checked_by_name(settings, message, seen):
    with pytest.raises(SettingsError, match=message):
        sg.ImageTranslator(**settings).fit(seen, seen)


def test_what_cannot_be_learned_is_refused_by_name(seen):
    paired, unpaired = sg.ImageTranslator(), sg.ImageTranslator(kind="unpaired")
    enlarging = sg.ImageTranslator(kind="super-resolution", scale=4)
    wide = sg.ImageSet(pixels=np.zeros((240, 8, 12, 1), np.uint8))
    with pytest.raises(SchemaError, match="source: expected an ImageSet. Received a ndarray"):
        paired.fit(seen.pixels, seen)
    with pytest.raises(SchemaError, match="target: expected an ImageSet. Received a NoneType"):
        paired.fit(seen)
    with pytest.raises(SchemaError, match="target: expected images of the size of source"):
        unpaired.fit(seen, wide)
    with pytest.raises(SchemaError, match="target: expected an image for each of the 240.*unpaired"):
        paired.fit(seen, seen.take(range(100)))
    with pytest.raises(SchemaError, match="at least 20"):
        unpaired.fit(seen, seen.take(range(5)))
    with pytest.raises(SchemaError, match="source: expected None"):
        enlarging.fit(seen, seen)
    with pytest.raises(SchemaError, match="multiples of scale=4"):
        enlarging.fit(target=sg.ImageSet(pixels=np.zeros((30, 8, 14, 1), np.uint8)))


def test_pairs_are_of_the_same_patient(seen):
    shifted = sg.ImageSet(pixels=seen.pixels, patients=np.roll(seen.patients, 1))
    with pytest.raises(SchemaError, match="of 240 images are of somebody else"):
        sg.ImageTranslator().fit(seen, shifted)
    renamed = sg.ImageSet(pixels=seen.pixels, patients=seen.patients + 7)  # numbers mean nothing beyond a set
    assert sg.ImageTranslator(**QUICK)._two_sets(seen, renamed)[1] is renamed


def test_images_of_another_kind_are_not_translated(paired, enlarging, seen):
    with pytest.raises(NotFittedError, match="not fitted"):
        sg.ImageTranslator().translate(seen)
    with pytest.raises(SchemaError, match=r"expected images of shape \(8, 8, 1\) and 8 bits"):
        paired.translate(sg.ImageSet(pixels=np.zeros((2, 8, 9, 1), np.uint8)))
    with pytest.raises(SchemaError, match=r"expected images of shape \(4, 4, 1\)"):
        enlarging.translate(seen)
    with pytest.raises(SchemaError, match="expected an ImageSet"):
        paired.translate(pd.DataFrame())
