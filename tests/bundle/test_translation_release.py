"""A release of translated images says what they are, and no other release takes them."""

import json
from dataclasses import replace

import numpy as np
import pytest

import synthgen as sg
from synthgen.bundle.image_pairs.release import TranslationRelease
from synthgen.bundle.images.release import ImageRelease
from synthgen.bundle.keys import read_private_key, write_keys
from synthgen.bundle.manifest import verify
from synthgen.bundle.policy import Policy
from synthgen.errors import BundleError


def noise(count, seed):
    return np.random.default_rng(seed).integers(0, 256, (count, 8, 8), np.uint8)


@pytest.fixture(scope="module")
def judged():
    """Images half as bright as the truth, and the report on them."""
    learned, truth = noise(120, 0), noise(110, 1)
    pairs = [sg.ImagePairs(sg.ImageSet.from_array(255 - came), sg.ImageSet.from_array(became))
             for came, became in ((learned, learned), (truth, truth // 2), (truth, truth))]  # fmt: skip
    report = sg.evaluate(train=pairs[0], synthetic=pairs[1], holdout=pairs[2], verbose=False)
    return pairs[1].target, report


@pytest.fixture
def key(tmp_path):
    write_keys(tmp_path / "a.key", tmp_path / "a.key.pub")
    return read_private_key(tmp_path / "a.key")


def release(made, judged, **changed):
    images, report = judged
    lenient = Policy(least_holdout_patients=None)
    given = {"synthetic": images, "report": report, "decision": lenient.decide(report.to_dict())} | changed
    return made(name="Ward 7", licence="CC0-1.0", policy="the policy", **given)


def test_a_release_says_that_its_images_show_persons(judged, key, tmp_path):
    release(TranslationRelease, judged).write(tmp_path / "out", key=key)
    assert verify(tmp_path / "out", key=tmp_path / "a.key.pub").passed
    read = sg.read(tmp_path / "out" / "synthetic.npz", part="train", allow_synthetic=True)
    assert (read.pixels == judged[0].pixels).all()
    card = (tmp_path / "out" / "card.md").read_text()
    assert "made by a network from images of persons, whom they show" in card
    assert "invent or erase findings" in card and "Never for diagnosis" in card
    assert "110 synthetic image pairs of 110 patients" in card
    described = json.loads((tmp_path / "out" / "croissant.json").read_text())
    assert "images of persons, whom they show" in json.dumps(described)
    for file in ("card.md", "croissant.json", "datapackage.json", "manifest.json"):
        assert "not taken of persons" not in (tmp_path / "out" / file).read_text()
        assert "no image was taken of a person" not in (tmp_path / "out" / file).read_text()


def test_no_other_release_takes_a_report_on_translations(judged, key, tmp_path):
    with pytest.raises(
        BundleError, match="report: it is one on image pairs, and what is to be released here are images"
    ):
        release(ImageRelease, judged).write(tmp_path / "out", key=key)
    changed = replace(judged[0], pixels=judged[0].pixels + 1)
    with pytest.raises(BundleError, match="made on other rows or images"):
        release(TranslationRelease, judged, synthetic=changed).write(tmp_path / "out", key=key)
    refusing = Policy.for_kind("image_pairs").decide(judged[1].to_dict())
    with pytest.raises(BundleError, match="The policy says no"):
        release(TranslationRelease, judged, decision=refusing).write(tmp_path / "out", key=key)
    assert not (tmp_path / "out").exists()
