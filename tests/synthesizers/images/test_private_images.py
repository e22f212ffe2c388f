"""Images under a privacy budget: what is promised is spent and no more, and images reach the weights no other way."""

import dataclasses

import numpy as np
import pytest

import synthgen as sg
from synthgen import backend
from synthgen.encoding.layout import EncodedTable
from synthgen.errors import SettingsError
from synthgen.models.images.encoding import EncodedImages
from synthgen.synthesizers.images import knowledge, private
from synthgen.synthesizers.images.form import Form

SCHEMA = sg.Schema(columns={"label": sg.Categorical(categories=("ill", "well"))})
FAMILIES = {"ImageGAN": sg.ImageGAN, "ImageVAE": sg.ImageVAE, "ImageDiffusion": sg.ImageDiffusion}
SMALL = {"num_steps": 40, "batch_size": 16, "width": 8}


def budget(epsilon=5.0, **more):
    return sg.DifferentialPrivacy(epsilon=epsilon, delta=1e-5, **more)


@pytest.fixture(scope="module", params=FAMILIES)
def private_one(request, images):
    return FAMILIES[request.param](**SMALL).fit(images, schema=SCHEMA, privacy=budget(), verbose=False)


def test_the_promise_is_kept_counted_and_saved(private_one, tmp_path):
    assert private_one.ledger.unit == "patient"
    assert 4.9 < private_one.ledger.epsilon <= 5.0
    assert any(f"training of {private_one.family}" in entry.purpose for entry in private_one.ledger.entries)
    assert private_one.history == []
    private_one.save(tmp_path / "model.synthgen")
    loaded = sg.load(tmp_path / "model.synthgen")
    assert loaded.ledger == private_one.ledger
    asked = {"conditions": {"label": "ill"}, "seed": 2}
    assert (loaded.sample(9, **asked).pixels == private_one.sample(9, **asked).pixels).all()
    assert set(loaded.sample(9, **asked).table["label"]) == {"ill"}


def test_images_alone_and_no_patients(scans):
    images = scans()
    images = sg.ImageSet.from_array(images.pixels)
    gan = sg.ImageGAN(**SMALL).fit(images, privacy=budget(), verbose=False)
    assert gan.ledger.unit == "image"
    assert gan.sample(3).pixels.shape == (3, 12, 12, 1)


def test_one_image_of_each_patient_is_learned(images):
    found = private.private_images(images, ["label"], schema=SCHEMA, privacy=budget(), seed=0)
    whose = images.patients[found.places]
    assert len(np.unique(whose)) == len(whose) == len(np.unique(images.patients))
    again = private.private_images(images, ["label"], schema=SCHEMA, privacy=budget(), seed=0)
    assert (again.places != found.places).any()  # by chance, not by the seed


def test_gradients_are_the_only_way_from_images_to_weights(scans):
    """With gradients of next to no length and without noise, other images leave the same weights."""
    weights = []
    for seed in (0, 1):
        images = scans(seed=seed)
        synthesizer = sg.ImageGAN(seed=3, **SMALL)
        found = private.private_images(images, [], schema=None, privacy=budget(noise_seed=0), seed=0)
        form = Form.of(images, label=None, patch=1, mixing="dense", kind="strided")
        model = synthesizer.build(form, knowledge.NOTHING)
        model.private = dataclasses.replace(
            private.plan_training(found.reader, num_patients=100, batch_size=16, num_steps=20, what="a test"),
            clipping_norm=1e-20, noise_multiplier=0.0,
        )  # fmt: skip
        nothing = EncodedTable(np.zeros((len(images), 0), np.int32), np.zeros((len(images), 0), np.float32))
        model.prepare(EncodedImages(images.pixels, 255, nothing))
        model.prepare_told(nothing)
        rate_scale = model.add_weight(shape=(), initializer="ones", trainable=False, name="rate_scale")
        synthesizer.compile_model(model, num_steps=20, rate_scale=rate_scale)
        step = backend.compiled(model.train_step, jit_compile=False)
        for number in range(2):
            step(model.chunk(number, batch_size=16, steps_per_chunk=5))
        model.refresh_sampler()
        weights.append(model.sampler.get_weights())
    for one, other in zip(*weights, strict=True):
        assert one == pytest.approx(other, abs=1e-6)


def test_a_generous_budget_learns_what_sets_classes_apart(scans, square):
    images = scans(1_000)
    vae = sg.ImageVAE(num_steps=240, batch_size=16, width=8, latent_dim=8, seed=1)
    vae.fit(images, schema=SCHEMA, privacy=budget(200.0), verbose=False)
    ill, well = (vae.sample(60, conditions={"label": label}, seed=0) for label in ("ill", "well"))
    assert square(ill).mean() > square(well).mean() + 40  # real: 140 apart


def test_bad_input(images):
    with pytest.raises(SettingsError, match=r"needs schema=.*conditions=\(\)"):
        sg.ImageGAN(**SMALL).fit(images, privacy=budget())
    with pytest.raises(SettingsError, match="DifferentialPrivacy"):
        sg.ImageGAN(**SMALL).fit(images, schema=SCHEMA, privacy=3.0)
    with pytest.raises(SettingsError, match="checkpoint"):
        sg.ImageGAN(**SMALL).fit(images, schema=SCHEMA, privacy=budget(), checkpoint="run")
    with pytest.raises(SettingsError, match="mixing='dense'"):
        sg.ImageVAE(mixing="depthwise", **SMALL).fit(images, schema=SCHEMA, privacy=budget())
    with pytest.raises(SettingsError, match="unit='hospital'"):
        sg.ImageGAN(**SMALL).fit(images, schema=SCHEMA, privacy=budget(unit="hospital"))
    with pytest.raises(SettingsError, match="nothing can be learned of so few"):
        sg.ImageGAN(**SMALL).fit(images, schema=SCHEMA, privacy=budget(0.01, noise_seed=0))
    with pytest.raises(SettingsError, match="preset='sngan'"):
        sg.ImageGAN(preset="sngan", **SMALL).fit(images, schema=SCHEMA, privacy=budget())


def test_columns_that_come_together(scans):
    images = scans(2_000)
    schema = sg.Schema(columns={**SCHEMA.columns, "age": sg.Numerical(minimum=0, maximum=100, decimals=0)})
    found = private.private_images(images, ["label", "age"], schema=schema, privacy=budget(20.0), seed=0)
    assert any("margins of 1 pairs" in entry.purpose for entry in found.reader.ledger.entries)
    drawn = found.attributes.sample(400, seed=0)
    by_label = drawn.groupby("label")["age"].mean()
    assert by_label["ill"] > by_label["well"] + 10  # real: 30 apart
