"""A release of images: a whole folder that reads back pixel by pixel, says what it is, and names what was changed."""

import json
from dataclasses import replace

import numpy as np
import pytest
import yaml

import synthgen as sg
from synthgen.bundle.images.release import ImageRelease
from synthgen.bundle.images.texts import POLICY
from synthgen.bundle.keys import read_private_key, write_keys
from synthgen.bundle.manifest import verify
from synthgen.bundle.policy import Policy
from synthgen.errors import BundleError, PolicyError, WriteError
from synthgen.provenance.digests import digest_of
from synthgen.provenance.origin import Origin
from synthgen.provenance.receipt import Draw

REPORTED = {"report.html", "report.json", "policy.yaml", "decision.json", "card.md", "croissant.json",
            "datapackage.json"}  # fmt: skip


def scans(count, seed):
    """A bright spot anywhere; whoever is ill is older."""
    random = np.random.default_rng(seed)
    down, across = np.mgrid[:12, :12]
    rows, columns = random.uniform(3, 9, (2, count, 1, 1))
    light = 200 * np.exp(-((down - rows) ** 2 + (across - columns) ** 2) / 6)
    images = sg.ImageSet.from_array(
        np.clip(light + random.normal(20, 4, light.shape), 0, 255).astype(np.uint8),
        labels=np.where(np.arange(count) % 3, "well", "is ill"),
    )
    images.table["age"] = random.integers(30, 80, count)
    return images


def report_on(synthetic, *, holdout=150):
    """Classes are left out of the judging, so that no network is trained."""
    sets = {"train": scans(240, 0), "synthetic": synthetic, "holdout": scans(holdout, 2)}
    plain = {role: replace(images, label=None) for role, images in sets.items()}
    return sg.evaluate(**plain, features="random", verbose=False)


@pytest.fixture(scope="module")
def judged():
    """Images of the same law, and the report on them."""
    return scans(100, 1), report_on(scans(100, 1))


@pytest.fixture
def key(tmp_path):
    write_keys(tmp_path / "a.key", tmp_path / "a.key.pub")
    return read_private_key(tmp_path / "a.key")


def origin(judged, privacy=None):
    """What `draw` and `prove` return, here of images that no model drew."""
    manifest = {"family": "ImageGAN", "synthgen": "0.1.0", "seed": 3, "settings": {"num_steps": 50}, "privacy": privacy}
    return Origin(manifest=manifest, model="0" * 64, draw=Draw(rows=100, seed=1), digest=digest_of(judged[0]),
                  how="drawn here")  # fmt: skip


def release(judged, policy=None, **settings):
    synthetic, report = judged
    decision = (policy or Policy()).decide(report.to_dict())
    known = {"origin": origin(judged)} | settings
    return ImageRelease(name="Ward 7", licence="CC0-1.0", synthetic=synthetic, report=report, policy="the policy",
                        decision=decision, **known)  # fmt: skip


def test_an_archive_reads_back(judged, key, tmp_path):
    release(judged).write(tmp_path / "out", key=key)
    found = verify(tmp_path / "out", key=tmp_path / "a.key.pub")
    assert found.passed
    assert set(found.unchanged) == REPORTED | {"synthetic.npz", "images.csv"}
    read = sg.read(tmp_path / "out" / "synthetic.npz", part="train", allow_synthetic=True)
    assert (read.pixels == judged[0].pixels).all()
    assert read.table["label"].tolist() == judged[0].table["label"].tolist()
    table = sg.read(tmp_path / "out" / "images.csv")
    assert table.columns.tolist() == ["position", "label", "age"]
    assert table["age"].tolist() == judged[0].table["age"].tolist()
    with pytest.raises(sg.SynthgenError, match="synthetic"):
        sg.read(tmp_path / "out" / "synthetic.npz", part="train")


def test_a_folder_of_pictures_reads_back_by_its_table(judged, key, tmp_path):
    release(judged, format="png").write(tmp_path / "out", key=key)
    table = sg.read(tmp_path / "out" / "images.csv")
    assert table["file"].iloc[0] == "images/is_ill/000000.png"
    read = sg.read(tmp_path / "out", table=table, label="label", allow_synthetic=True)
    assert (read.pixels == judged[0].pixels).all()
    assert read.table["age"].tolist() == judged[0].table["age"].tolist()
    with pytest.raises(sg.SynthgenError, match="synthetic"):
        sg.read(tmp_path / "out", table=table)


def test_dicom_files_say_that_they_are_synthetic(judged, key, tmp_path):
    pydicom = pytest.importorskip("pydicom", reason="pydicom is not installed: pip install 'synthgen[images]'")
    release(judged, format="dicom").write(tmp_path / "out", key=key)
    file = tmp_path / "out" / sg.read(tmp_path / "out" / "images.csv")["file"].iloc[5]
    dataset = pydicom.dcmread(file)
    assert (dataset.SyntheticData, dataset.ManufacturerModelName) == ("YES", "ImageGAN")
    assert (dataset.pixel_array == judged[0].pixels[5, ..., 0]).all()
    assert verify(tmp_path / "out", key=tmp_path / "a.key.pub").passed


def test_an_image_that_was_changed_is_named(judged, key, tmp_path):
    release(judged, format="png").write(tmp_path / "out", key=key)
    inside, public = tmp_path / "out" / "images", tmp_path / "a.key.pub"
    changed, missing, kept = (inside / "well" / f"00000{number}.png" for number in (1, 2, 4))
    changed.write_bytes(kept.read_bytes())
    missing.unlink()
    (inside / "well" / "more.png").write_bytes(kept.read_bytes())
    found = verify(tmp_path / "out", key=public)
    assert not found.passed
    assert found.changed == ("images/well/000001.png",)
    assert found.missing == ("images/well/000002.png",)
    assert found.unknown == ("images/well/more.png",)
    assert verify(kept, key=public).unchanged == ("images/well/000004.png",)
    assert verify(changed, key=public).changed == ("images/well/000001.png",)
    with pytest.raises(BundleError, match="no part of the release"):
        verify(inside / "well" / "more.png", key=public)


def test_card_and_manifest_speak_of_images(judged, key, tmp_path):
    release(judged).write(tmp_path / "out", key=key)
    card = (tmp_path / "out" / "card.md").read_text()
    assert "its images were not taken of persons" in card
    assert "100 images of 12 x 12 pixels, 1 channel, 8 bits. By label: is ill 34, well 66." in card
    assert "240 train images of 240 patients" in card and "each image counts as one" in card
    assert "| age | numerical |" in card and "**PASS**" in card
    assert "rows" not in card
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["artificially_generated"] is True
    assert "images were not taken of persons" in manifest["statement"]
    made = release(judged, origin=origin(judged, privacy={"epsilon": 2.5, "delta": 1e-5, "unit": "image"}))
    assert "differentially private with epsilon 2.5 at delta 1e-05 for each image" in made.describe()[0]


@pytest.mark.parametrize("image_format", ["npz", "png"])
def test_metadata_names_files_checksums_and_columns(judged, key, tmp_path, image_format):
    release(judged, format=image_format).write(tmp_path / "out", key=key)
    listed = json.loads((tmp_path / "out" / "manifest.json").read_text())["files"]
    croissant, package = (json.loads((tmp_path / "out" / f"{name}.json").read_text())
                          for name in ("croissant", "datapackage"))  # fmt: skip
    table, images = croissant["distribution"]
    assert table["sha256"] == listed["images.csv"]["sha256"]
    types = {field["name"]: field["dataType"] for field in croissant["recordSet"][0]["field"]}
    assert types["label"] == "sc:Text" and types["age"] == "sc:Float"
    assert croissant["digitalSourceType"].endswith("trainedAlgorithmicMedia")
    assert package["artificially_generated"] is True
    resource = {resource["name"]: resource for resource in package["resources"]}["images"]
    if image_format == "npz":
        assert images["sha256"] == listed["synthetic.npz"]["sha256"]
        assert resource["hash"] == f"sha256:{listed['synthetic.npz']['sha256']}"
    else:
        assert (images["@type"], images["includes"]) == ("cr:FileSet", "images/**/*.png")
        assert set(resource["path"]) == {name for name in listed if name.endswith(".png")}
        assert croissant["recordSet"][1]["field"][0]["dataType"] == "sc:ImageObject"


def test_what_nobody_judged_is_not_signed(judged, key, tmp_path):
    """The judges look at pixels and classes: ages beside them may be anybody's, unless a model drew them too."""
    with pytest.raises(BundleError, match=r"nobody judged the columns \['age'\]"):
        release(judged, origin=None).write(tmp_path / "out", key=key)
    assert not (tmp_path / "out").exists()
    bare = replace(judged[0], table=judged[0].table[["label"]])
    release(on(bare, judged[1]), origin=None).write(tmp_path / "out", key=key)
    assert sg.read(tmp_path / "out" / "images.csv").columns.tolist() == ["position", "label"]


def on(images, report):
    """Images, and the report as if it were on these."""
    return images, replace(report, tables={**report.tables, "digest": digest_of(images)})


def test_what_cannot_be_written_leaves_nothing(judged, key, tmp_path):
    synthetic, report = judged
    volumes = replace(synthetic, pixels=np.zeros((100, 4, 4, 4, 1), np.uint8))
    with pytest.raises(WriteError, match="PNG holds"):
        release(on(volumes, report), format="png").write(tmp_path / "out", key=key)
    taken = replace(synthetic, table=synthetic.table.assign(position=1))
    with pytest.raises(BundleError, match="'position'"):
        release(on(taken, report)).write(tmp_path / "out", key=key)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.key", "a.key.pub"]


def test_the_policy_to_begin_with_lets_fresh_images_pass_and_stops_copies(judged, key, tmp_path):
    policy = Policy.for_kind("images")
    decision = policy.decide(judged[1].to_dict())
    named = {check.about for check in decision.checks if not check.passed}
    # too few images to be sure, and no classes by which they could be useful
    assert named <= {"verdict privacy", "verdict usefulness", "metric image_membership"}
    copies = report_on(scans(240, 0).take(range(100)))
    refused = policy.decide(copies.to_dict())
    assert not refused.passed
    assert "image_copies: its value may be at most 0; it is 1." in refused.reasons
    with pytest.raises(BundleError, match="The policy says no: .*image_copies"):
        release((scans(240, 0).take(range(100)), copies), policy).write(tmp_path / "out", key=key)
    assert not (tmp_path / "out").exists()


def test_limits_of_image_metrics_decide(judged):
    report = judged[1].to_dict()
    asked = {"format": "synthgen-policy", "version": 1, "least_holdout_patients": 100,
             "limits": {"coverage": {"at_least": 0.5, "of": "value"}, "kid": {"at_most": 1e-9, "of": "value"}},
             "required": ["image_tstr"]}  # fmt: skip
    decision = Policy.from_dict(asked).decide(report)
    passed = {check.about: check.passed for check in decision.checks}
    assert passed["holdout"] and passed["metric coverage"]
    assert not passed["metric image_tstr required"]  # there are no classes
    assert any("image_tstr: must be computed; it was not:" in reason for reason in decision.reasons)


def test_a_policy_for_the_other_kind_says_so(judged):
    with pytest.raises(PolicyError, match=r"no metric 'exact_copies'.*not one for images.*--for images"):
        Policy.for_kind("tables").decide(judged[1].to_dict())
    table = {"tables": {"patients": {"train": 9}}, "verdicts": [], "results": []}
    with pytest.raises(PolicyError, match=r"no metric 'kid'.*not one for tables.*--for tables"):
        Policy.for_kind("images").decide(table)


def test_every_metric_of_the_policies_exists():
    from synthgen.metrics.images.catalogue import image_metrics
    from synthgen.metrics.tables.catalogue import all_metrics

    proposed = Policy.from_dict(yaml.safe_load(POLICY.replace("  # ", "  ")))
    assert set(proposed.limits) > set(Policy.for_kind("images").limits)
    for policy, metrics in ((Policy.for_kind("tables"), all_metrics()), (proposed, image_metrics())):
        names = {metric.name for metric in metrics}
        assert {*policy.required, *policy.limits} <= names
