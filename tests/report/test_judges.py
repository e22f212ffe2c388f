"""One `evaluate` for every kind: the judge by what the data is, options on the judge, what the maker tells in one."""

import numpy as np
import pytest

import synthgen as sg
from synthgen.bundle.policy import Policy
from synthgen.bundle.report_file import kind_told
from synthgen.bundle.texts import TEXTS, texts_of
from synthgen.errors import EvaluationError, PolicyError
from synthgen.metrics.limits import FEW, TURNED, Limits
from synthgen.report.images.evaluate_images import evaluate_images
from synthgen.report.judges import JUDGES, judge_named


def pictures(seed, count=40):
    pixels = np.random.default_rng(seed).integers(0, 256, (count, 6, 6), np.uint8)
    return sg.ImageSet.from_array(pixels)


IMAGES = {"train": pictures(0), "synthetic": pictures(1)}


@pytest.mark.parametrize(
    ("images", "options", "said"),
    [
        (True, {"target": "ill"}, "target: is an option for rows. Images are judged without it; leave it out."),
        (
            False,
            {"seeds": 2},
            "seeds: is an option for images and image pairs. Rows are judged without it; leave it out.",
        ),
        (False, {"subgroup": "sex"}, "subgroup: is no option of evaluate for rows. Did you mean 'subgroups'?"),
        (
            False,
            {"judge": sg.ImageJudge()},
            "train: expected an ImageSet. Received DataFrame. Read images with sg.read",
        ),
        (True, {"judge": sg.ImageJudge(), "fid": True}, r"fid: options sit on the judge .*: ImageJudge\(fid=...\)."),
        (False, {"judge": "images"}, r"judge: expected a judge, such as TableJudge\(\). Received str."),
        (False, {"made_by": "gan"}, "made_by: expected what synthesizer.manifest is, a mapping. Received str."),
        (False, {"made_by": {}, "history": []}, "history: made_by says it too. Leave it out."),
        (False, {"synthetic": pictures(1)}, "synthetic: expected a pandas DataFrame. Received ImageSet."),
        (
            True,
            {"train": 7},
            "train: expected a pandas DataFrame, or an ImageSet, or an ImagePairs. Received int. Read tables",
        ),
        (True, {"judge": sg.ImageJudge(seeds=0)}, "seeds: expected a whole number, 1 or more. Received 0."),
        (True, {"worst_patients": -1}, "worst_patients: expected a whole number, 0 or more. Received -1."),
    ],
)
def test_what_a_kind_cannot_use_is_refused_by_name_with_the_way_out(images, options, said, patients):
    data = IMAGES if images else {"train": patients(60, 0), "synthetic": patients(60, 1)}
    with pytest.raises(EvaluationError, match=f"^{said}"):
        sg.evaluate(**(data | options))


def test_what_the_maker_tells_is_taken_from_a_manifest_or_by_the_old_names(patients):
    frames = {"train": patients(60, 0)[["age"]], "synthetic": patients(60, 1)[["age"]], "verbose": False}
    history = [{"loss": 2.0}, {"loss": 1.0}]
    promise = {"epsilon": 1.0, "delta": 1e-5, "unit": "row", "known_noise": False, "entries": []}
    told = sg.evaluate(**frames, made_by={"privacy": promise, "history": history, "best_epoch": 1, "seed": 3})
    with pytest.warns(DeprecationWarning, match="made_by=synthesizer.manifest in place of guarantee, history"):
        old = sg.evaluate(**frames, guarantee=promise, history=history, best_epoch=1)
    for report in (told, old):
        assert report.guarantee == promise
        assert (report.training.best_epoch, len(report.training.history)) == (1, 2)


def test_the_old_call_for_images_says_so_and_finds_the_same():
    settings = {"features": "random", "seed": 4, "verbose": False}
    new = sg.evaluate(**IMAGES, **settings)
    with pytest.warns(DeprecationWarning, match="judge=ImageJudge"):
        old = evaluate_images(**IMAGES, **settings)
    assert [old.to_dict()[part] for part in ("results", "verdicts", "tables", "pictures")] == [
        new.to_dict()[part] for part in ("results", "verdicts", "tables", "pictures")
    ]
    assert (new.kind, kind_told(new.to_dict())) == ("images", "images")
    assert "images" in new["image_membership"].reason and "rows" not in new.summary()


def test_a_document_of_version_1_is_read_and_its_kind_told():
    plain = {"version": 1, "verdicts": [], "results": [], "tables": {"patients": {"train": 9}}}
    images = plain | {"tables": plain["tables"] | {"images": {}}}
    assert [kind_told(document) for document in (plain, images)] == ["tables", "images"]
    for kind, document, other in (("tables", plain, "images"), ("images", images, "tables")):
        with pytest.raises(PolicyError, match=f"not one for {kind}; `synthgen policy --for {kind}`"):
            Policy.for_kind(other).decide(document)


def test_old_names_of_policies_say_so():
    for kind in ("tables", "images"):
        with pytest.warns(DeprecationWarning, match="for_kind"):
            assert getattr(Policy, f"for_{kind}")() == Policy.for_kind(kind)


def test_every_judge_has_texts_for_its_releases_and_uses_its_own_words():
    assert set(TEXTS) == set(JUDGES)
    for kind in JUDGES:
        assert judge_named(kind).words == texts_of(kind).words
        assert judge_named(kind).kind == kind


def test_reasons_are_in_the_words_of_the_kind():
    """They said rows of images too, and a sentence was mended afterwards, word by word."""
    limits = Limits(warning=0.02, fail=0.1, strict=True, two_sided=True)
    few = limits.judge(value=0.5, interval=(0.2, 0.8), anchor=0.5, direction="lower", things="visits")[1]
    turned = limits.judge(value=0.2, interval=(0.1, 0.3), anchor=0.5, direction="lower", things="visits")[1]
    assert few.startswith(f"{FEW} visits: ")
    assert turned.startswith(f"{TURNED} where the visits are: better than real data by ")
