"""Reports on images: verdicts, what may be passed on, and what only the keeper of the data may see."""

import base64
import json
import re
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from synthgen.data.images.image_set import ImageSet
from synthgen.errors import EvaluationError
from synthgen.metrics.images.catalogue import image_metrics
from synthgen.metrics.images.reading import read_pools
from synthgen.report.evaluate import evaluate
from synthgen.report.figures.png import GAP, png, sheet, shown
from synthgen.report.images.sheets import shareable_sheets

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "report-json.md"
SIDE = 12


def draw(count, seed):
    """Blobs anywhere, bright or dark; a third class that only four people of each set have."""
    random = np.random.default_rng(seed)
    labels = np.where(np.arange(count) % 2, "bright", "dark").astype(object)
    labels[-4:] = "seldom <seen>"
    down, across = np.mgrid[:SIDE, :SIDE]
    rows, columns, size = (random.uniform(*ends, (count, 1, 1)) for ends in ((3, 9), (3, 9), (1.5, 3)))
    light = np.where(labels == "dark", 90, 200)[:, None, None]
    spots = light * np.exp(-((down - rows) ** 2 + (across - columns) ** 2) / size**2)
    return ImageSet.from_array(
        np.clip(spots + random.normal(20, 4, spots.shape), 0, 255).astype(np.uint8), labels=labels
    )


def judged(synthetic, **settings):
    return evaluate(
        train=draw(240, 0),
        synthetic=synthetic,
        holdout=draw(230, 1),
        seeds=1,
        worst_patients=4,
        verbose=False,
        **settings,
    )


@pytest.fixture(scope="module")
def fresh():
    """A report on images of the same law."""
    return judged(draw(250, 2))


@pytest.fixture(scope="module")
def copied():
    """A report on the training images themselves."""
    return judged(draw(240, 0))


def pictures(text):
    """Pixels of every picture in a page or document."""
    return [unpacked(base64.b64decode(found)) for found in re.findall(r"data:image/png;base64,([A-Za-z0-9+/=]+)", text)]


def unpacked(file):
    """Reads a PNG without filters, as an independent check: pixels (height, width, channels)."""
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    parts, place = {}, 8
    while place < len(file):
        size, name = struct.unpack(">I4s", file[place : place + 8])
        body = file[place + 8 : place + 8 + size]
        assert struct.unpack(">I", file[place + 8 + size : place + 12 + size])[0] == zlib.crc32(name + body)
        parts[name] = body
        place += 12 + size
    width, height, bits, colour = struct.unpack(">IIBB", parts[b"IHDR"][:10])
    assert bits == 8
    channels = {0: 1, 2: 3}[colour]
    rows = np.frombuffer(zlib.decompress(parts[b"IDAT"]), np.uint8).reshape(height, 1 + width * channels)
    assert (rows[:, 0] == 0).all()
    return rows[:, 1:].reshape(height, width, channels)


def holds(picture, image):
    """Whether an image is in a picture, alone or at its place on a sheet."""
    step = SIDE + GAP
    tiles = [picture[top : top + SIDE, left : left + SIDE] for top in range(0, picture.shape[0], step)
             for left in range(0, picture.shape[1], step)]  # fmt: skip
    return any(np.array_equal(tile, image) for tile in tiles)


def of_set(found, images):
    """How many images of a set are in the pictures."""
    return sum(any(holds(picture, image) for picture in found) for image in images.pixels)


@pytest.fixture(scope="module")
def editions(fresh, tmp_path_factory):
    """Texts of both pages and both documents."""
    folder = tmp_path_factory.mktemp("editions")
    for edition in ("shareable", "internal"):
        fresh.to_html(folder / f"{edition}.html", edition=edition)
        fresh.to_json(folder / f"{edition}.json", edition=edition)
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_the_shareable_edition_shows_synthetic_images_only(editions):
    for name in ("shareable.html", "shareable.json"):
        found = pictures(editions[name])
        assert of_set(found, draw(250, 2)) > 20
        assert of_set(found, draw(240, 0)) == of_set(found, draw(230, 1)) == 0
    assert "exposed" not in json.loads(editions["shareable.json"])
    assert "It holds no real image" in editions["shareable.html"]
    assert 'id="exposed"' not in editions["shareable.html"]


def test_the_internal_edition_shows_real_ones_beside_them_and_a_gallery(editions, fresh):
    found = pictures(editions["internal.html"])
    assert of_set(found, draw(240, 0)) > 20
    assert of_set(found, draw(250, 2)) > 20
    assert 1 <= of_set(found, draw(230, 1)) <= 4  # only in the gallery
    page = editions["internal.html"]
    assert "internal edition with real images, not to be passed on" in page
    for patient in fresh.exposed:
        assert f"Nearest training image, position {patient.row}" in page
        assert any(holds(picture, draw(240, 0).pixels[patient.row]) for picture in found)
    document = json.loads(editions["internal.json"])
    assert len(document["exposed"]) == 4
    assert of_set(pictures(editions["internal.json"]), draw(240, 0)) == 0


def test_copies_are_not_shown_in_the_shareable_edition(copied, tmp_path):
    copied.to_html(tmp_path / "shareable.html")
    copied.to_html(tmp_path / "internal.html", edition="internal")
    shareable, internal = ((tmp_path / f"{name}.html").read_text() for name in ("shareable", "internal"))
    assert pictures(shareable) == []
    assert "they may be training images" in shareable
    assert of_set(pictures(internal), draw(240, 0)) > 20
    assert copied.verdict("privacy").outcome == "fail"
    assert "Do not release" in copied.verdict("privacy").sentence
    assert copied.exposed[0].distance == 0


def test_a_single_copy_is_left_out_of_the_sheets():
    synthetic, train = draw(250, 2), draw(240, 0)
    pixels = synthetic.pixels.copy()
    pixels[::50] = train.pixels[::48]
    leaky = replace(synthetic, pixels=pixels)
    for holdout in (draw(230, 1), None):
        pools = read_pools(train=train, synthetic=leaky, holdout=holdout, features="random")
        sheets, said = shareable_sheets(pools, [])
        assert of_set(pictures(json.dumps(sheets)), train) == 0
        assert "unusually near to a training image and left out" in said


def test_verdicts_speak_of_images(fresh):
    assert [verdict.outcome for verdict in fresh.verdicts][:2] == ["pass", "pass"]
    assert fresh.verdict("privacy").outcome in ("pass", "warning")
    said = fresh.summary() + json.dumps([result.reason for result in fresh.results])
    assert "rows" not in said
    assert [[number.metric for number in verdict.numbers] for verdict in fresh.verdicts] == [
        ["kid", "coverage", "precision"], ["image_tstr"] * 3, ["image_copies", "image_closer", "image_membership"],
    ]  # fmt: skip
    assert "Adding synthetic images" in fresh.verdict("usefulness").sentence
    assert len(fresh.summary().splitlines()) == 5


def test_features_are_named_with_their_hash(fresh, editions):
    named = fresh.settings["features"]
    assert named["name"] == "task network"
    assert re.fullmatch("[0-9a-f]{12}", named["sha256"])
    assert named["sha256"] in editions["shareable.html"]
    assert fresh.settings["privacy_features"]["name"] == "random network"


def test_the_page_has_what_a_reader_looks_for_and_loads_nothing(editions):
    page = editions["shareable.html"]
    for section in ("verdicts", "measures", "sheets", "classes", "usefulness", "privacy", "scorecard", "method"):
        assert f'<section id="{section}"' in page
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", page)
    assert "synthetic rows" not in page
    assert "img-src data:" in page


def test_classes_of_few_patients_are_not_named(editions):
    for text in editions.values():
        assert "seldom" not in text
    assert "bright" in editions["shareable.html"]


def test_counts_of_few_people_stay_out(fresh):
    """Sizes of real sets are 240 and 230; no figure is a count of one to nine people or such a share of them."""

    def leaves(value, path=()):
        if isinstance(value, dict):
            for name, item in value.items():
                yield from leaves(item, (*path, name))
        elif isinstance(value, list):
            for item in value:
                yield from leaves(item, path)
        elif isinstance(value, int) and not isinstance(value, bool):
            yield path, value

    known = {"version", "seed", "seeds", "rare_below", "classes", "channels", "copies"}  # counts of no people
    few = [(path, value) for path, value in leaves(fresh.to_dict()) if 1 <= value < 10 and not {*path} & known]
    assert few == []


def test_every_report_fits_the_documented_schema(fresh, copied):
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: pip install -e '.[dev]'")
    schema = json.loads(re.search(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL).group(1))
    check = jsonschema.Draft202012Validator(schema)
    for report, edition in ((fresh, "shareable"), (fresh, "internal"), (copied, "shareable")):
        document = json.loads(json.dumps(report.to_dict(edition=edition), allow_nan=False))
        assert [error.message for error in check.iter_errors(document)] == []


def test_the_page_on_json_lists_every_metric_as_it_is():
    text = PAGE.read_text(encoding="utf-8")
    for metric in image_metrics(fid=True):
        row = f"| `{metric.name}` | {metric.family} | {metric.unit} | {metric.direction} | {metric.best:g} |"
        assert row in text, row


def unlabelled(images):
    """The same without classes, so that no network is trained."""
    return replace(images, label=None)


def test_without_a_holdout_privacy_is_not_judged(tmp_path):
    found = evaluate(
        train=unlabelled(draw(240, 0)), synthetic=unlabelled(draw(200, 2)), worst_patients=2, verbose=False
    )
    assert found.verdict("privacy").outcome == "not computed"
    assert "no holdout" in found.verdict("privacy").sentence
    assert "no label" in found.verdict("usefulness").sentence
    assert found.exposed == ()
    found.to_html(tmp_path / "internal.html", edition="internal")
    assert "Nobody can be named without a holdout" in (tmp_path / "internal.html").read_text()
    assert of_set(pictures(json.dumps(found.to_dict())), draw(200, 2)) > 10


def test_a_holdout_of_another_law_is_no_yardstick():
    darker = draw(200, 1)
    sets = [draw(240, 0), draw(200, 2), replace(darker, pixels=(darker.pixels // 3).astype(np.uint8))]
    train, synthetic, holdout = map(unlabelled, sets)
    found = evaluate(train=train, synthetic=synthetic, holdout=holdout, verbose=False)
    assert "lenient yardstick" in found.verdict("fidelity").sentence
    assert "say little" in found.verdict("privacy").sentence


def test_same_seed_same_report(fresh):
    again, first = judged(draw(250, 2)).to_dict(), fresh.to_dict()
    for document in (again, first):
        document.pop("created")
        document["settings"].pop("seconds")
    assert again == first


def test_the_internal_edition_has_to_be_asked_for(fresh, tmp_path):
    plain = replace(fresh, exposed=None, gallery=None)
    with pytest.raises(EvaluationError, match="worst_patients"):
        plain.to_html(tmp_path / "report.html", edition="internal")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_are_what_was_drawn(channels):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 9, channels)).astype(np.uint8)
    whole = sheet(pixels, columns=3)
    assert np.array_equal(unpacked(png(whole)), whole)
    assert np.array_equal(whole[7 + GAP : 14 + GAP, 9 + GAP : 18 + GAP], pixels[4])
    assert shown(np.array([[[0], [2**12 - 1]]], np.uint16), white=2**12 - 1).tolist() == [[[0], [255]]]


def test_the_console_shows_every_measure(fresh, capsys):
    fresh.show()
    said = capsys.readouterr().out
    for result in fresh.results:
        assert result.title.split()[0] in said
