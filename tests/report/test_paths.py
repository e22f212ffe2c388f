"""Paths between images in a report: how even they are, and that none shows a training image."""

import json
from dataclasses import replace

import numpy as np
import pytest

from synthgen.data.images.image_set import ImageSet
from synthgen.errors import EvaluationError
from synthgen.metrics.images.reading import read_pools
from synthgen.report.evaluate import evaluate
from synthgen.report.images.paths import shareable_paths, shown_paths

SIDE = 12
HELD = 4  # seed of holdout images none of which a clean path comes near by chance


def spots(count, seed):
    """A bright spot anywhere."""
    random = np.random.default_rng(seed)
    down, across = np.mgrid[:SIDE, :SIDE]
    rows, columns = random.uniform(3, 9, (2, count, 1, 1))
    light = 200 * np.exp(-((down - rows) ** 2 + (across - columns) ** 2) / 6)
    return ImageSet.from_array(np.clip(light + random.normal(20, 4, light.shape), 0, 255).astype(np.uint8))


def way(steps=8, seed=9):
    """A spot that moves evenly from one side to the other."""
    random = np.random.default_rng(seed)
    down, across = np.mgrid[:SIDE, :SIDE]
    columns = np.linspace(2, 9, steps)[:, None, None]
    light = 200 * np.exp(-((down - 5.5) ** 2 + (across - columns) ** 2) / 6)
    return ImageSet.from_array(np.clip(light + random.normal(20, 1, light.shape), 0, 255).astype(np.uint8))


@pytest.fixture(scope="module")
def pools():
    return read_pools(train=spots(240, 0), synthetic=spots(100, 1), holdout=spots(150, HELD), features="random")


def test_an_even_way_has_even_steps_and_a_jump_is_one_step(pools):
    even, odd = way(), way(seed=10)
    jump = replace(odd, pixels=odd.pixels[[0, 0, 0, 0, -1, -1, -1, -1]])
    found = shown_paths(pools, [even, jump])
    assert found[0]["largest_step"] < 2
    assert found[1]["largest_step"] == pytest.approx(7)
    still = replace(odd, pixels=odd.pixels[[0] * 8])
    assert shown_paths(pools, [still])[0]["largest_step"] == 1


def test_a_path_that_meets_a_training_image_is_not_passed_on(pools):
    clean, leaky = way(), way(seed=10)
    pixels = leaky.pixels.copy()
    pixels[3] = pools.train.pixels[17]
    found = shown_paths(pools, [clean, replace(leaky, pixels=pixels)])
    assert [path["shareable"] for path in found] == [True, False]
    kept, said = shareable_paths(found, leaks=False)
    assert [path["image"] for path in kept] == [found[0]["image"]]
    assert said == "1 of 2 paths come unusually near to a real image and are left out."
    nothing, said = shareable_paths(found, leaks=True)
    assert nothing == [] and "may be training images" in said
    assert shareable_paths([], leaks=False) == ([], "")


def test_classes_of_few_patients_have_no_name():
    train, other, held = spots(240, 0), spots(100, 1), spots(150, 2)
    labels = np.where(np.arange(240) < 4, "seldom", "often")
    named = [ImageSet.from_array(images.pixels, labels=labels[: len(images)]) for images in (train, other, held)]
    pools = read_pools(train=named[0], synthetic=named[1], holdout=named[2], features="random")
    paths = [ImageSet.from_array(way().pixels, labels=[label] * 8) for label in ("seldom", "often", "unheard of")]
    assert [path["name"] for path in shown_paths(pools, paths)] == ["", "often", ""]


@pytest.fixture(scope="module")
def report():
    leaky = way(seed=10)
    pixels = leaky.pixels.copy()
    pixels[3] = spots(240, 0).pixels[17]
    history = [{"loss": 2.0, "recoveries": 0}, {"loss": 1.0, "recoveries": 1}]
    privacy = {"epsilon": 2.0, "delta": 1e-5, "unit": "image", "known_noise": False, "entries": []}
    return evaluate(
        train=spots(240, 0), synthetic=spots(100, 1), holdout=spots(150, HELD), features="random", worst_patients=2,
        interpolation=[way(), replace(leaky, pixels=pixels)], verbose=False,
        made_by={"privacy": privacy, "history": history, "best_epoch": 1},
    )  # fmt: skip


def test_both_editions_show_what_they_may(report, tmp_path):
    for edition in ("shareable", "internal"):
        report.to_html(tmp_path / f"{edition}.html", edition=edition)
    shareable, internal = ((tmp_path / f"{name}.html").read_text() for name in ("shareable", "internal"))
    assert shareable.count("synthetic images on the way") == 1
    assert internal.count("synthetic images on the way") == 2
    assert "1 of 2 paths come unusually near" in shareable
    assert "left out" not in internal
    for page in (shareable, internal):
        assert '<section id="training"' in page and "After epoch 2 the run had gone wrong" in page
        assert "epsilon 2" in page
    leaky_path = report.gallery.paths[1]["image"]
    assert leaky_path in internal
    assert leaky_path not in shareable + json.dumps(report.to_dict()) + json.dumps(report.to_dict(edition="internal"))


def test_a_report_without_paths_says_nothing_of_them(report, tmp_path):
    plain = replace(report, pictures={**report.pictures, "paths": [], "about_paths": ""}, training=None)
    plain.to_html(tmp_path / "plain.html")
    page = (tmp_path / "plain.html").read_text()
    assert 'id="paths"' not in page and 'id="training"' not in page


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (way(), "interpolation: expected a list of ImageSets"),
        ([np.zeros((8, SIDE, SIDE))], "interpolation: expected a list of ImageSets"),
        ([way(steps=1)], "at least 2 images. Received one of 1"),
        ([ImageSet.from_array(np.zeros((8, 9, 9), np.uint8))], "images like those of train"),
    ],
)
def test_what_is_no_path_is_refused_before_any_work(paths, message):
    with pytest.raises(EvaluationError, match=message):
        evaluate(train=spots(40, 0), synthetic=spots(40, 1), interpolation=paths)
