"""The judge of translations: figures known by hand, and translators that are known to lie."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

import synthgen as sg
from synthgen.errors import EvaluationError
from synthgen.metrics.base import Part
from synthgen.metrics.image_pairs.findings import HIGH, LOW, FindingsKept
from synthgen.metrics.image_pairs.reading import read_translations
from synthgen.metrics.image_pairs.translation import mean_over_patients, peak_signal_to_noise
from synthgen.report.image_pairs import evaluate_translation as earlier

SIDE = 14

FOUND = {
    "psnr": ("shown", [27.498845, 27.415713, 27.581978, 22.186288]),
    "ssim": ("shown", [0.612086, 0.599187, 0.624985, 0.427533]),
}
NOTED = "Nearer to the truth than the untouched source, by 5.31 dB (5.24 to 5.39)."
"""What the version before found in the last test."""


def evaluate_translation(*sets, **settings):
    """The call of before `evaluate` took translations, which says so."""
    with pytest.warns(DeprecationWarning, match="evaluate_translation.* is now evaluate"):
        return earlier.evaluate_translation(*sets, **settings)


def made_scans(count, seed, *, patients=None):
    """Noise; the ill have a bright spot somewhere."""
    random = np.random.default_rng(seed)
    ill = np.arange(count) % 2
    down, across = np.mgrid[:SIDE, :SIDE]
    row, column = random.uniform(4, 10, (2, count, 1, 1))
    spot = 150 * np.exp(-((down - row) ** 2 + (across - column) ** 2) / 4) * ill[:, None, None]
    pixels = np.clip(spot + random.normal(60, 8, spot.shape), 0, 255)
    return sg.ImageSet.from_array(pixels.astype(np.uint8), labels=np.where(ill, "ill", "well"), patients=patients)


def changed(images, change):
    pixels = np.clip(change(images.pixels.astype(float)), 0, 255).astype(np.uint8)
    return sg.ImageSet(pixels=pixels, table=images.table, label=images.label, patients=images.patients)


def judged(translated, target, *, source=None):
    """Without labels, which is quick: no network has to learn."""
    bare = [None if images is None else sg.ImageSet(pixels=images.pixels) for images in (translated, target, source)]
    return evaluate_translation(bare[0], bare[1], source=bare[2], verbose=False)


@pytest.fixture(scope="module")
def real():
    return made_scans(240, 0)


def test_the_ratio_of_a_known_error():
    truth = np.full((2, 8, 8, 1), 100, np.uint8)
    images = truth.copy()
    images[1] += 10
    found = peak_signal_to_noise(images, truth, white=255)
    assert found[1] == pytest.approx(20 * np.log10(255 / 10))
    assert found[0] == pytest.approx(10 * np.log10(255**2 * 12))  # no error counts as that of rounding
    sixteen = peak_signal_to_noise(images.astype(np.uint16), truth.astype(np.uint16), white=65535)
    assert sixteen[1] == pytest.approx(20 * np.log10(65535 / 10))


def test_an_interval_is_over_patients_not_over_images():
    scores = np.repeat([1.0, 2.0, 4.0], 100)
    _, one_each = mean_over_patients(scores, np.arange(300))
    _, of_three = mean_over_patients(scores, np.repeat([0, 1, 2], 100))
    mean, ends = mean_over_patients(np.array([1.0, 2.0, 4.0]), np.arange(3))
    assert of_three == pytest.approx(ends)  # a hundred copies of an image say no more than one
    assert one_each[1] - one_each[0] < 0.2 * (of_three[1] - of_three[0])
    assert mean == pytest.approx(7 / 3)


def test_the_truth_itself_scores_best_and_mixed_up_images_badly(real):
    best = evaluate_translation(real, real, seeds=1, verbose=False)
    assert best["ssim"].value == pytest.approx(1)
    assert best["psnr"].value > 58
    assert best["findings_kept"].details["agreement"] == 1
    assert best["findings_kept"].value == best["findings_kept"].reference > 0.9
    order = np.roll(np.arange(len(real)), 2)
    mixed = judged(real.take(order), real)
    assert mixed["ssim"].interval[1] < 0.6
    assert mixed["psnr"].interval[1] < 25


def test_the_source_is_the_yardstick(real):
    noisy = changed(real, lambda pixels: pixels + np.random.default_rng(3).normal(0, 20, pixels.shape))
    better = changed(noisy, lambda pixels: ndimage.gaussian_filter(pixels, (0, 0.7, 0.7, 0)))
    report = judged(better, real, source=noisy)
    psnr = report["psnr"]
    assert psnr.reference_source == "untouched source"
    assert psnr.reference == pytest.approx(10 * np.log10(255**2 / 20**2), abs=0.5)
    assert psnr.details["gain_interval"][0] > 1
    assert "Nearer to the truth than the untouched source" in psnr.notes[0]
    worse = judged(noisy, real, source=better)
    assert "Farther from the truth" in worse["psnr"].notes[0]


def test_a_smaller_source_is_enlarged(real):
    smooth = changed(real, lambda pixels: ndimage.gaussian_filter(pixels, (0, 1.5, 1.5, 0)))
    small = sg.ImageSet(pixels=smooth.pixels.reshape(240, 7, 2, 7, 2, 1).mean(axis=(2, 4)).astype(np.uint8))
    report = judged(smooth, smooth, source=small)
    found = {part.names[0]: part.value for part in report["psnr"].parts}
    assert found["cubic enlargement"] > found["nearest enlargement"] + 2
    assert report["psnr"].reference_source == "cubic enlargement"


def test_a_translator_that_wipes_out_a_finding_is_caught(real):
    """The background of every image, without any spot: the mean error is small, and every ill one is well."""
    wiped = changed(real, lambda pixels: np.minimum(pixels, 75))
    findings = evaluate_translation(wiped, real, source=real, seeds=1, verbose=False)["findings_kept"]
    assert findings.status == "fail"
    ill = next(part for part in findings.parts if part.names == ("ill",))
    assert ill.value < 0.2
    assert ill.reference > 0.9
    assert ill.numbers["untouched source"] == ill.reference
    ways = {(change["from"], change["to"]): change["images"] for change in findings.details["changes"]}
    assert ways["ill", "well"] > 90
    assert ways["well", "ill"] == 0
    assert "ill to well" in findings.notes[0]


def test_one_lost_class_fails_however_many_others_are_kept(real):
    found = evaluate_translation(real, real, seeds=1, verbose=False)["findings_kept"]
    assert found.status == "pass"
    kept = [Part(names=(f"kept {place}",), value=0.9, interval=(0.85, 0.94), reference=0.9,
                 numbers={LOW: 0.85, HIGH: 0.94}) for place in range(20)]  # fmt: skip
    lost = replace(kept[0], names=("lost",), value=0.1, interval=(0.05, 0.2))
    sets = read_translations(real, real, source=None, train=None, paired=True, seeds=1, seed=0)
    assert FindingsKept().reviewed(replace(found, parts=tuple(kept)), sets).status == "pass"
    judged = FindingsKept().reviewed(replace(found, parts=(*kept, lost)), sets)
    assert judged.status == "fail"
    assert "class 'lost'" in judged.reason


def test_unpaired_images_are_judged_by_their_label(real):
    others = made_scans(200, 5)
    report = evaluate_translation(others, real, paired=False, seeds=1, verbose=False)
    assert report["psnr"].status == "not computed"
    assert "no pairs" in report["psnr"].reason
    assert report["findings_kept"].status == "pass"
    lying = sg.ImageSet(pixels=others.pixels[np.roll(np.arange(200), 1)], table=others.table, label="label")
    assert evaluate_translation(lying, real, paired=False, seeds=1, verbose=False)["findings_kept"].status == "fail"


def test_other_real_images_may_teach_the_judge(real):
    report = evaluate_translation(real, real, train=made_scans(200, 7), seeds=1, verbose=False)
    assert report["findings_kept"].value > 0.9
    assert report.settings["judge_learned"] == "other real images"


def test_the_warning_is_always_there(real, tmp_path):
    report = judged(real, real)
    report.to_json(tmp_path / "report.json")
    stored = json.loads((tmp_path / "report.json").read_text())
    for text in (str(report), stored["warning"]):
        assert "invent or erase findings" in text
        assert "Never for diagnosis" in text
    assert stored == json.loads(json.dumps(report.to_dict()))
    assert [result["metric"] for result in stored["results"]] == ["psnr", "ssim", "findings_kept"]
    with pytest.raises(KeyError, match="psnrr"):
        report["psnrr"]


def test_without_a_label_findings_are_not_asked_for(real):
    bare = sg.ImageSet(pixels=real.pixels)
    report = evaluate_translation(bare, bare, seeds=1, verbose=False)
    assert report["findings_kept"].status == "not computed"
    assert "no label" in str(report)


@pytest.mark.filterwarnings("ignore:evaluate_translation:DeprecationWarning")
def test_what_cannot_be_compared_is_refused_by_name(real):
    judge = earlier.evaluate_translation
    with pytest.raises(EvaluationError, match="translated: expected an ImageSet. Received ndarray"):
        judge(real.pixels, real)
    with pytest.raises(EvaluationError, match="target: expected an image for each of the 240.*paired=False"):
        judge(real, real.take(range(100)))
    with pytest.raises(EvaluationError, match="source: expected an image for each"):
        judge(real, real, source=real.take(range(100)))
    with pytest.raises(EvaluationError, match="translated: expected images like the target"):
        judge(sg.ImageSet(pixels=real.pixels[:, :8, :8]), real)
    with pytest.raises(EvaluationError, match="at least 20"):
        judge(real.take(range(10)), real.take(range(10)))
    with pytest.raises(EvaluationError, match="seeds"):
        judge(real, real, seeds=0)
    other = sg.ImageSet.from_array(real.pixels, labels=["sick"] * 120 + ["well"] * 120)
    with pytest.raises(EvaluationError, match="translated: 1 of its classes"):
        judge(other, real)


@pytest.mark.filterwarnings("ignore:evaluate_translation:DeprecationWarning")
@pytest.mark.parametrize("share", [0.2, 1.0])
def test_the_judge_may_not_learn_what_it_is_asked_about(share, real):
    """Networks that learned the target images know their classes by heart."""
    shared = real.take(np.arange(round(share * len(real))))
    with pytest.raises(
        sg.SynthgenError, match=rf"^train: {len(shared)} of its {len(shared)} images are also in target"
    ):
        earlier.evaluate_translation(real, real, train=shared, seeds=1, verbose=False)


def test_the_call_of_before_finds_what_it_found(real):
    """Figures of the version that had no judge for pairs: no verdict where there was none."""
    noisy = changed(real, lambda pixels: pixels + np.random.default_rng(3).normal(0, 20, pixels.shape))
    better = changed(noisy, lambda pixels: ndimage.gaussian_filter(pixels, (0, 0.7, 0.7, 0)))
    report = judged(better, real, source=noisy)
    found = {
        result.metric: (result.status, [round(float(x), 6) for x in (result.value, *result.interval, result.reference)])
        for result in report.results
        if result.computed
    }
    assert found == FOUND
    assert report["psnr"].reason == "shown for comparison; carries no verdict."
    assert report["psnr"].notes == (NOTED,)
    assert report["findings_kept"].reason == "the images have no label with two classes."
