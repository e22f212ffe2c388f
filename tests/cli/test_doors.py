"""One door for every kind: what is not for a kind is refused by name, before anything is read, learned or drawn."""

import numpy as np
import pytest

import synthgen as sg


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    """24 scans in two classes that many share and one of two patients, two of each patient, the last there twice."""
    pixels = np.random.default_rng(0).integers(0, 255, (48, 6, 6)).astype(np.uint8)
    pixels[-1] = pixels[-2]
    labels = np.array(["well", "ill"] * 22 + ["scurvy"] * 4)
    path = tmp_path_factory.mktemp("scans") / "scans.npz"
    np.savez(path, images=pixels, labels=np.unique(labels, return_inverse=True)[1][:, None],
             classes=np.unique(labels), person=np.arange(48) // 2)  # fmt: skip
    return path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fit", "scans.npz", "--missing", "?"], "--missing is not for images"),
        (["fit", "scans.npz", "--decimal", "."], "--decimal is not for images"),
        (["fit", "scans.npz", "--minutes", "3"], "--minutes is not for image-gan"),
        (["fit", "scans.npz", "--model", "tabular-gan"], "Expected --model in ['image-gan', 'image-diffusion'"),
        (["fit", "train.csv", "--model", "image-gan"], "for tables. Received 'image-gan'"),
        (["fit", "train.csv", "--watch", "sheets"], "--watch is not for tables"),
        (["fit", "train.csv", "--read", "size=8x8"], "a table, takes no option 'size'. There are: missing_values"),
        (["fit", "train.csv", "--read", "separator=,", "--separator", ","], "--read separator and --separator say"),
        (["fit", "xrays", "--holdout", "h.npz"], "xrays does not exist. Expected images: "),
        (["fit", "xrays.xlsx"], "xrays.xlsx does not exist"),
        (["describe", "scans.npz", "--patient-key", "person"], "--patient-key is not for images"),
        (["tune", "scans.npz"], "scans.npz holds images. This verb is for tables"),
    ],
)
def test_what_a_kind_cannot_use_is_refused_by_name(fitted, scans, fails, tmp_path, arguments, said):
    named = [{"scans.npz": scans, "train.csv": fitted / "train.csv"}.get(argument, argument) for argument in arguments]
    assert said in fails(*named, "-o", tmp_path / "m.synthgen")
    assert list(tmp_path.iterdir()) == []


def test_judges_compare_one_kind_and_draw_no_paths_of_tables(fitted, scans, fails):
    judged = ["evaluate", "--train", fitted / "train.csv", "--synthetic"]
    said = fails(*judged, scans)
    assert f"--synthetic {scans} holds images, and --train tables" in said
    model = ["--model", fitted / "patients.synthgen"]
    assert "--paths is not for tables" in fails(*judged, fitted / "synthetic.csv", "--paths", *model)
    images = ["evaluate", "--train", scans, "--synthetic", scans]
    assert "--paths needs --model" in fails(*images, "--paths")
    assert "--by is not for images" in fails(*images, "--by", "sex")
    assert f"--holdout {fitted / 'holdout.csv'} holds tables" in fails(*images, "--holdout", fitted / "holdout.csv")


def test_a_model_of_tables_writes_no_folder_of_images(fitted, fails, tmp_path):
    drawn = ["sample", fitted / "patients.synthgen", "-n", 5, "-o", tmp_path / "drawn"]
    assert "--kind is not for tables" in fails(*drawn, "--kind", "png")
    assert "ends in .csv" in fails(*drawn)
    assert "Did you mean 'images'?" in fails("policy", "--for", "image", "-o", tmp_path / "p.yaml")
    assert list(tmp_path.iterdir()) == []


def test_images_are_described_and_classes_of_few_patients_are_not_named(scans, run, fails, tmp_path):
    code, out, error = run("describe", scans, "--read", "patient=person", "-o", tmp_path / "schema.yaml")
    assert (code, error) == (0, "")
    words = " ".join(out.replace("│", " ").split())
    assert f"{scans}: 48 images" in out and "6 x 6, 1 channel, 8 bits" in out and "24 patients" in out
    assert "which fit leaves out: 1" in out
    assert "ill 22 22" in words and "well 22 22" in words
    assert "1 class of fewer than 10 patients, 4 images in all" in words and "scurvy" not in out
    schema = sg.Schema.from_yaml(tmp_path / "schema.yaml")
    assert isinstance(schema.columns["label"], sg.Categorical) and list(schema.inferred) == ["label"]
    assert "scurvy" not in (tmp_path / "schema.yaml").read_text()
    bare = tmp_path / "bare.npz"
    np.savez(bare, images=np.load(scans)["images"])
    code, out, _ = run("describe", bare)
    assert code == 0 and "Nothing is known of them but their pixels." in out and "was not said" in out
    message = fails("describe", bare, "-o", tmp_path / "none.yaml")
    assert "There is no schema to write" in message and not (tmp_path / "none.yaml").exists()


def test_the_older_name_of_read_does_the_same_and_says_so(scans, run):
    new = run("describe", scans, "--read", "patient=person")
    old = run("describe", scans, "--images", "patient=person")
    assert old[:2] == new[:2]
    assert old[2] == "note: --images is now called --read, for every kind of data.\n"
    assert "--images" not in run("describe", "--help")[1]


def test_tables_are_read_as_told_by_either_name(run, tmp_path):
    (tmp_path / "a.csv").write_text("weight;sex\n1,5;f\n?;m\n1,7;f\n")
    said = [run("describe", tmp_path / "a.csv", *how) for how in (
        ["--missing", "?", "--separator", ";", "--decimal", ","],
        ["--read", "missing_values=?", "--read", "separator=;", "--read", "decimal=,"],
    )]  # fmt: skip
    assert said[0] == said[1] and said[0][0] == 0 and "numerical" in said[0][1] and "33.3 %" in said[0][1]
