"""What every family of images promises, asked of each."""

import json
import zipfile

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import (
    ConditionError,
    FitInterrupted,
    ModelFileError,
    NotFittedError,
    ProtectionError,
    SchemaError,
    SettingsError,
    TrainingError,
)
from synthgen.synthesizers.saving import inspect

FAMILIES = ["ImageGAN", "ImageDiffusion", "ImageVAE"]


def test_what_is_drawn_looks_like_what_was_learned(fitted, square):
    drawn = fitted.sample(300, seed=0)
    assert drawn.pixels.shape == (300, 12, 12, 1)
    assert drawn.pixels.dtype == np.uint8
    ill = (drawn.table["label"] == "ill").to_numpy()
    assert 0.2 < ill.mean() < 0.46  # a third, give or take four standard errors
    assert square(drawn)[ill].mean() > square(drawn)[~ill].mean() + 60  # real: 140 apart
    halves = drawn.pixels[~ill, 6:].mean() - drawn.pixels[~ill, :6].mean()
    assert 10 < halves < 50  # real: 30


def test_conditions_hold(fitted, square):
    ill = fitted.sample(40, conditions={"label": "ill"}, seed=0)
    well = fitted.sample(40, conditions={"label": "well"}, seed=0)
    assert set(ill.table["label"]) == {"ill"}
    assert square(ill).mean() > square(well).mean() + 60
    assert fitted.sample(10, balance="label", seed=0).table["label"].value_counts().to_dict() == {"ill": 5, "well": 5}
    known = pd.DataFrame({"label": ["ill", "well", "ill"]})
    assert fitted.sample(3, known=known, seed=0).table["label"].tolist() == ["ill", "well", "ill"]


def test_the_same_seed_draws_the_same_images(fitted):
    one, again, other = (fitted.sample(20, seed=seed).pixels for seed in (3, 3, 4))
    assert (one == again).all()
    assert (one != other).any()
    assert (fitted.sample(20).pixels != fitted.sample(20).pixels).any()


def test_a_saved_one_draws_the_same_images(fitted, tmp_path):
    fitted.save(tmp_path / "model.synthgen")
    loaded = sg.load(tmp_path / "model.synthgen")
    assert type(loaded) is type(fitted)
    assert (loaded.sample(20, seed=3).pixels == fitted.sample(20, seed=3).pixels).all()
    assert loaded.history == fitted.history


def test_a_model_file_holds_no_image_and_no_pickle(fitted, images, tmp_path):
    fitted.save(tmp_path / "model.synthgen")
    content = (tmp_path / "model.synthgen").read_bytes()
    assert not any(image.tobytes() in content for image in images.pixels)
    with zipfile.ZipFile(tmp_path / "model.synthgen") as archive:
        assert not any(b"\x80\x04\x95" in archive.read(name) for name in archive.namelist())
    told = json.dumps(inspect(tmp_path / "model.synthgen"))
    assert "ill" in told
    assert '"sides": [12, 12]' in told


def test_no_image_of_any_number_of_images(fitted):
    nothing = fitted.sample(0)
    assert nothing.pixels.shape == (0, 12, 12, 1)
    with pytest.raises(ConditionError, match="num_images"):
        fitted.sample(-1)


@pytest.mark.parametrize("family", FAMILIES)
def test_before_fit_nothing_is_drawn(family, make):
    with pytest.raises(NotFittedError, match="not fitted"):
        make(family).sample(1)


@pytest.mark.parametrize("family", ["ImageGAN", "ImageVAE"])
def test_an_interrupted_run_ends_with_the_same_weights(family, make, images, scans, tmp_path):
    import keras

    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 7:
                raise KeyboardInterrupt

    quick = {"num_steps": 40, "batch_size": 16, "width": 8}
    whole = make(family, **quick).fit(images, verbose=False)
    with pytest.raises(FitInterrupted, match="checkpoint"):
        make(family, **quick).fit(images, checkpoint=tmp_path / "run", callbacks=[Stop()], verbose=False)
    resumed = make(family, **quick).fit(images, checkpoint=tmp_path / "run", verbose=False)
    assert (resumed.sample(10, seed=0).pixels == whole.sample(10, seed=0).pixels).all()
    with pytest.raises(TrainingError, match="another run"):
        make(family, **quick).fit(scans(seed=1), checkpoint=tmp_path / "run", verbose=False)


def test_other_columns_can_be_asked_for(images, make, square):
    gan = make("ImageGAN", conditions=["age"]).fit(images, verbose=False)
    old = gan.sample(60, conditions={"age": sg.Between(65, None)}, seed=0)
    young = gan.sample(60, conditions={"age": sg.Between(None, 45)}, seed=0)
    assert old.label is None
    assert old.table["age"].min() >= 65
    assert square(old).mean() > square(young).mean() + 40


def test_images_of_which_nothing_is_known(images, make, tmp_path):
    vae = make("ImageVAE", conditions=(), num_steps=100).fit(images, verbose=False)
    drawn = vae.sample(50, seed=0)
    assert drawn.table.shape == (50, 0)
    vae.save(tmp_path / "model.synthgen")
    assert (sg.load(tmp_path / "model.synthgen").sample(50, seed=0).pixels == drawn.pixels).all()
    with pytest.raises(ConditionError, match="nothing can be asked"):
        vae.sample(1, conditions={"label": "ill"})


@pytest.mark.parametrize(("shape", "dtype"), [((9, 14, 3), np.uint16), ((6, 6, 6, 1), np.uint8)])
@pytest.mark.parametrize("family", FAMILIES)
def test_colours_volumes_and_sixteen_bits(family, shape, dtype, make):
    rng = np.random.default_rng(0)
    white = np.iinfo(dtype).max
    pixels = rng.integers(0, white, (40, *shape), dtype, endpoint=True)
    learned = sg.ImageSet(pixels=pixels, bits=8 * pixels.itemsize)
    quick = {"num_steps": 4, "batch_size": 8, "width": 8}
    drawn = make(family, **quick).fit(learned, verbose=False).sample(3)
    assert drawn.pixels.shape == (3, *shape)
    assert drawn.pixels.dtype == dtype


@pytest.mark.parametrize("family", FAMILIES)
def test_networks_may_compute_in_half_precision(family, images, make):
    import keras

    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        half = make(family, num_steps=40, batch_size=16, width=8).fit(images, verbose=False)
    finally:
        keras.mixed_precision.set_global_policy("float32")
    assert np.isfinite([value for epoch in half.history for value in epoch.values()]).all()
    assert half.sample(3).pixels.shape == (3, 12, 12, 1)


def test_what_cannot_be_learned_is_refused_by_name(images, make):
    gan = make("ImageGAN")
    with pytest.raises(SchemaError, match="expected an ImageSet. Received a ndarray"):
        gan.fit(images.pixels)
    with pytest.raises(SchemaError, match="at least 20"):
        gan.fit(images.take(range(5)))
    with pytest.raises(SchemaError, match="conditions names 'agee'.*'age'"):
        make("ImageGAN", conditions=["agee"]).fit(images)
    with pytest.raises(SettingsError, match="preset"):
        make("ImageGAN", preset="dcgann").fit(images)
    with pytest.raises(SettingsError, match="num_steps"):
        make("ImageGAN", num_steps=0).fit(images)
    few = images.take(range(240))
    few.table.loc[0, "label"] = "rare"
    with pytest.raises(ProtectionError, match=r"1 of 3 classes.*rare_below=10") as refused:
        gan.fit(few)
    assert "'rare'" not in str(refused.value)
    missing = images.take(range(240))
    missing.table.loc[:3, "label"] = None
    with pytest.raises(SchemaError, match="4 of 240 images have no 'label'"):
        gan.fit(missing)


def test_a_damaged_file_is_named(fitted, tmp_path):
    path = tmp_path / "model.synthgen"
    fitted.save(path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ModelFileError, match="damaged"):
        sg.load(path)
