"""Reports on translated images: translators of known worth, what may be shown, and what is refused."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from scipy import ndimage

import synthgen as sg
from synthgen.bundle.image_pairs.texts import POLICY
from synthgen.bundle.policy import Policy
from synthgen.bundle.report_file import kind_told, read_report
from synthgen.errors import EvaluationError, PolicyError
from synthgen.metrics.image_pairs.catalogue import pair_metrics
from synthgen.report.image_pairs.judge import ImagePairJudge
from synthgen.report.image_pairs.words import WARNING

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "report-json.md"
SIDE, COUNT = 14, 120


def scans(count, seed):
    """Noise; the ill have a bright spot somewhere."""
    random = np.random.default_rng(seed)
    ill = np.arange(count) % 2
    down, across = np.mgrid[:SIDE, :SIDE]
    row, column = random.uniform(4, 10, (2, count, 1, 1))
    spot = 150 * np.exp(-((down - row) ** 2 + (across - column) ** 2) / 4) * ill[:, None, None]
    pixels = np.clip(spot + random.normal(60, 8, spot.shape), 0, 255)
    return sg.ImageSet.from_array(pixels.astype(np.uint8), labels=np.where(ill, "ill", "well"))


def changed(images, change):
    pixels = np.clip(change(images.pixels.astype(float)), 0, 255).astype(np.uint8)
    return replace(images, pixels=pixels)


def noisy(images, seed):
    return changed(images, lambda pixels: pixels + np.random.default_rng(seed).normal(0, 20, pixels.shape))


def bare(images):
    """Without a label, which is quick: no network has to learn."""
    return replace(images, label=None)


LEARNED, TRUTH = scans(200, 0), scans(COUNT, 1)
CAME = noisy(TRUTH, 5)
TRAIN, HOLDOUT = sg.ImagePairs(noisy(LEARNED, 6), LEARNED), sg.ImagePairs(CAME, TRUTH)


def judged(translated, *, label=False, **settings):
    as_they_are = (lambda images: images) if label else bare
    given = {
        "train": sg.ImagePairs(TRAIN.source, as_they_are(LEARNED)),
        "synthetic": sg.ImagePairs(CAME, as_they_are(translated)),
        "holdout": sg.ImagePairs(CAME, as_they_are(TRUTH)),
    }
    return sg.evaluate(**(given | settings), **({} if "judge" in settings else {"seeds": 1}), verbose=False)


@pytest.fixture(scope="module")
def perfect():
    """A report on the truth itself."""
    return judged(TRUTH, label=True, worst_patients=3)


@pytest.fixture(scope="module")
def wiped():
    """A report on the truth without any spot: the error is small, and every ill one is well."""
    return judged(changed(TRUTH, lambda pixels: np.minimum(pixels, 75)), label=True)


@pytest.fixture(scope="module")
def shuffled():
    """A report on the true images of other people."""
    return judged(TRUTH.take(np.roll(np.arange(COUNT), 2)))


@pytest.fixture(scope="module")
def unpaired():
    """A report on a smoothing, where there is no truth."""
    smooth = changed(CAME, lambda pixels: ndimage.gaussian_filter(pixels, (0, 0.7, 0.7, 0)))
    piles = {"train": sg.ImagePairs(noisy(scans(90, 8), 1), bare(LEARNED), paired=False),
             "holdout": sg.ImagePairs(None, bare(scans(110, 9)), paired=False)}  # fmt: skip
    return judged(smooth, **piles)


def outcomes(report):
    return {verdict.subject: verdict.outcome for verdict in report.verdicts}


def test_a_perfect_translation_is_near_keeps_findings_and_shows_its_patients(perfect):
    assert outcomes(perfect) == {"fidelity": "pass", "usefulness": "pass", "privacy": "fail"}
    assert perfect["psnr"].value > 58
    assert perfect["ssim"].value == pytest.approx(1)
    assert perfect["findings_kept"].value > 0.9
    assert perfect["findings_kept"].details["agreement"] == 1
    assert perfect["translation_copies"].value == 0
    recognised = perfect["patients_recognised"]
    assert recognised.value == 1 and recognised.interval[0] > 0.95
    assert recognised.reference == pytest.approx(1 / COUNT)
    assert "as much personal data" in perfect.verdict("privacy").sentence
    assert perfect.settings["judge_learned"] == "training images"


def test_no_translation_gains_nothing():
    found = judged(CAME)
    assert outcomes(found)["fidelity"] != "pass"
    assert found["ssim"].value == found["ssim"].reference
    assert (found["ssim"].status, found["ssim"].reason) == (
        "warning", "not evidently nearer to the truth than the untouched source."
    )  # fmt: skip
    assert found["psnr"].reference_source == "mean training image"  # nearer than so much noise
    assert found["psnr"].status == "fail"
    assert found.verdict("usefulness").outcome == "not computed"
    assert "no label" in found.verdict("usefulness").sentence


def test_shuffled_pairs_are_far_from_the_truth_and_show_nobody(shuffled):
    assert outcomes(shuffled)["fidelity"] == "fail"
    assert "Farther from the truth" in shuffled.verdict("fidelity").sentence
    assert shuffled["patients_recognised"].value < 0.05
    assert shuffled["patients_recognised"].status in ("pass", "warning")  # few patients exclude little
    assert "as much personal data" in shuffled.verdict("privacy").sentence


def test_a_translator_that_wipes_out_a_finding_fails_however_near_it_is(wiped):
    assert outcomes(wiped)["fidelity"] == "pass"
    assert outcomes(wiped)["usefulness"] == "fail"
    assert "invented or erased" in wiped.verdict("usefulness").sentence


def test_training_images_given_out_as_translations_are_copies():
    found = judged(LEARNED.take(range(COUNT)))
    assert found["translation_copies"].value == 1
    assert found["translation_copies"].status == "fail"
    assert "copies of training images" in found.verdict("privacy").sentence
    assert found["patients_recognised"].value < 0.1


def test_a_source_that_fits_no_target_leaves_the_mean_as_the_yardstick():
    """Two channels in, one out: nothing of the source can be compared."""
    two = sg.ImageSet(pixels=np.repeat(CAME.pixels, 2, axis=-1))
    sets = {"synthetic": sg.ImagePairs(two, bare(TRUTH)), "holdout": sg.ImagePairs(two, bare(TRUTH))}
    found = judged(TRUTH, train=sg.ImagePairs(None, bare(LEARNED)), **sets)
    assert [part.names[0] for part in found["psnr"].parts] == ["mean training image"]
    assert outcomes(found)["fidelity"] == "pass"


def test_without_pairs_the_law_of_the_target_decides_and_the_report_says_why(unpaired):
    assert unpaired["psnr"].status == unpaired["ssim"].status == "not computed"
    assert "no pairs" in unpaired["psnr"].reason
    distance = unpaired["translation_kid"]
    assert distance.value > distance.reference
    assert outcomes(unpaired)["fidelity"] == distance.status != "pass"
    assert "images of the target's kind" in unpaired.verdict("fidelity").sentence
    assert unpaired["patients_recognised"].value > 0.9  # looked for among the sources
    assert unpaired.tables["rows"] == {"train": 200, "synthetic": COUNT, "holdout": 110}


def test_the_warning_is_on_page_console_summary_and_in_the_document(perfect, unpaired, tmp_path):
    for report in (perfect, unpaired):
        report.to_html(tmp_path / "report.html")
        console = Console(file=io.StringIO(), width=400)
        console.print(report)
        texts = [(tmp_path / "report.html").read_text(), str(report), console.file.getvalue()]
        for text in [*texts, report.to_dict()["warning"]]:
            assert WARNING in text
    assert "invent or erase findings" in WARNING and "Never for diagnosis" in WARNING


def test_only_the_internal_edition_shows_an_image(perfect, tmp_path):
    for edition in ("shareable", "internal"):
        perfect.to_html(tmp_path / f"{edition}.html", edition=edition)
    shareable, internal = ((tmp_path / f"{name}.html").read_text() for name in ("shareable", "internal"))
    assert "data:image/png" not in shareable
    assert "No image is shown here: a translated image shows its patient" in shareable
    assert len(re.findall(r"data:image/png", internal)) == 3 * (3 + 12)  # source, translation, truth
    assert "Farthest from the truth" in internal and "not to be passed on" in internal
    assert "data:image/png" not in json.dumps(perfect.to_dict(edition="internal"))


def test_the_page_says_what_changed_and_what_was_not_run(wiped, unpaired, tmp_path):
    wiped.to_html(tmp_path / "wiped.html")
    page = (tmp_path / "wiped.html").read_text()
    assert f"<h1>{COUNT} translated images, judged</h1>" in page
    assert re.search(r"<td>ill</td><td>well</td><td class=\"number\" data-sort=\"\d+\">[56]\d</td>", page)
    assert "are not run: each translation was made from an unseen image" in page
    assert "synthetic image" not in page.partition("</header>")[0]
    unpaired.to_html(tmp_path / "unpaired.html")
    assert "There is no truth to compare each translation with" in (tmp_path / "unpaired.html").read_text()


def test_the_document_fits_the_schema_and_is_read_as_it_was_written(perfect, unpaired, tmp_path):
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: pip install -e '.[dev]'")
    text = PAGE.read_text(encoding="utf-8")
    validator = jsonschema.Draft202012Validator(json.loads(re.search(r"```json\n(.*?)```", text, re.DOTALL).group(1)))
    for report in (perfect, unpaired):
        report.to_json(tmp_path / "report.json")
        read = read_report(tmp_path / "report.json")
        assert read == report.to_dict()
        assert [error.message for error in validator.iter_errors(read)] == []
        assert (kind_told(read), read["version"]) == ("image_pairs", 2)
    for metric in pair_metrics():
        assert f"| `{metric.name}` | {metric.family} | {metric.unit} | {metric.direction} | {metric.best:g} |" in text


def test_the_gate_refuses_what_shows_patients_and_policies_of_another_kind(perfect, unpaired):
    document = perfect.to_dict()
    own = Policy.for_kind("image_pairs")
    decision = own.decide(document)
    assert [check.about for check in decision.checks if not check.passed] == ["verdict privacy"]
    assert "patients_recognised 1" in decision.reasons[0]
    assert len(decision.ways) == 1
    assert "release none, or only where personal data may go" in decision.ways[0]
    on_purpose = replace(own, verdicts={**own.verdicts, "privacy": "any"})
    assert on_purpose.decide(document).passed
    for kind in ("images", "tables"):
        with pytest.raises(PolicyError, match="not one for image_pairs; `synthgen policy --for image_pairs`"):
            Policy.for_kind(kind).decide(document)
    reasons = on_purpose.decide(unpaired.to_dict()).reasons  # no truth: what is asked for was not computed
    assert any(reason.startswith("psnr: must be computed; it was not: the images are no pairs") for reason in reasons)
    assert "privacy: pass" in POLICY


def test_what_cannot_be_judged_is_refused_by_name():
    def refused(said, **given):
        with pytest.raises(EvaluationError, match=f"^{said}"):
            judged(TRUTH, **given)

    made = sg.ImagePairs(CAME, bare(TRUTH))
    refused(r"holdout: translations are judged by real images.*ImagePairs\(source, truth\)", holdout=None)
    refused("synthetic: expected an ImagePairs. Received ImageSet. Put both sets of translated", synthetic=bare(TRUTH))
    refused("train: expected an ImagePairs. Received ImageSet", train=LEARNED, judge=ImagePairJudge())
    refused("synthetic: expected ImagePairs", synthetic=sg.ImagePairs(CAME, bare(TRUTH), paired=False))
    refused("synthetic: expected translations of the images that holdout has as its source",
            synthetic=sg.ImagePairs(noisy(TRUTH, 9), bare(TRUTH)))  # fmt: skip
    refused(r"holdout.target: 120 of its 120 images are also in train.*sg.split\(pairs\)",
            train=sg.ImagePairs(TRAIN.source.take(range(COUNT)), bare(TRUTH)))  # fmt: skip
    refused("synthetic.source: 120 of its 120 images are also in train",
            train=sg.ImagePairs(CAME, bare(LEARNED.take(range(COUNT)))))  # fmt: skip
    refused("synthetic.target: expected images like those of train.target",
            synthetic=sg.ImagePairs(CAME, sg.ImageSet(pixels=TRUTH.pixels[:, :8, :8])))  # fmt: skip
    refused("holdout.target: expected an image for each of the 120",
            holdout=sg.ImagePairs(None, bare(TRUTH.take(range(60)))))  # fmt: skip
    whose = np.repeat(np.arange(60), 2)
    refused("holdout.target: expected the patients of synthetic.target in the same places",
            synthetic=sg.ImagePairs(CAME, replace(bare(TRUTH), patients=whose)),
            holdout=sg.ImagePairs(None, replace(bare(TRUTH), patients=np.roll(whose, 1))))  # fmt: skip
    with pytest.raises(EvaluationError, match="target: is an option for rows. Image pairs are judged without it"):
        sg.evaluate(train=TRAIN, synthetic=made, holdout=HOLDOUT, target="label")
    with pytest.raises(EvaluationError, match="seeds: expected a whole number, 1 or more. Received 0"):
        sg.evaluate(train=TRAIN, synthetic=made, holdout=HOLDOUT, seeds=0)
