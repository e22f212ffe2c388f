"""One door: what a path holds, or a value is, decides who reads, writes and divides it; the rest is refused by name."""

import sqlite3

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.data.kinds import KINDS, all_kinds, kind_of_path, kind_of_things
from synthgen.data.tables.readers import read_table
from synthgen.errors import ReadError, SchemaError, WriteError

VISITS = pd.DataFrame({"patient": ["a", "a", "b", "c"], "age": [61, 62, 7, 40]})


def scans(count=6):
    pixels = np.random.default_rng(0).integers(0, 255, (count, 6, 6, 1)).astype(np.uint8)
    return sg.ImageSet(pixels=pixels, table=pd.DataFrame({"label": [0, 1] * (count // 2)}), label="label",
                       patients=np.arange(count) // 2)  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "tsv.gz", "parquet", "CSV"])
def test_a_table_goes_out_and_in_by_the_one_door(ending, tmp_path):
    sg.write(VISITS, tmp_path / f"v.{ending}", private=True)
    assert (tmp_path / f"v.{ending}").stat().st_mode & 0o777 == 0o600
    pd.testing.assert_frame_equal(sg.read(tmp_path / f"v.{ending}"), VISITS)
    pd.testing.assert_frame_equal(sg.read(str(tmp_path / f"v.{ending}")), read_table(tmp_path / f"v.{ending}"))


def test_images_go_out_and_in_by_the_one_door(tmp_path):
    sg.write(scans(), tmp_path / "s.npz", synthetic=False)
    again = sg.read(tmp_path / "s.npz", part="train", patient="patient")
    np.testing.assert_array_equal(again.pixels, scans().pixels)
    assert again.patients.tolist() == [0, 0, 1, 1, 2, 2]
    pytest.importorskip("PIL", reason="pillow is not installed: pip install -e '.[images]'")
    sg.write(scans(), tmp_path / "ward", kind="png")
    (tmp_path / "ward" / "labels.csv").write_text("file,age\n")  # a table beside images makes them no table
    assert len(sg.read(tmp_path / "ward", allow_synthetic=True)) == 6


def test_a_database_is_a_table(tmp_path):
    pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed: pip install -e '.[sql]'")
    with sqlite3.connect(tmp_path / "clinic.db") as clinic:
        VISITS.to_sql("visits", clinic, index=False)
    clinic.close()
    found = sg.read(f"sqlite:///{tmp_path / 'clinic.db'}", query="SELECT * FROM visits")
    pd.testing.assert_frame_equal(found, VISITS)
    with pytest.raises(ReadError, match="A database needs a query"):
        sg.read(f"sqlite:///{tmp_path / 'clinic.db'}")


@pytest.mark.parametrize(
    ("name", "options", "named"),
    [
        ("v.csv", {"seperator": ";"}, r"v.csv, a table, takes no option 'seperator'.*Did you mean 'separator'\?"),
        ("v.csv", {"size": (8, 8)}, "takes no option 'size'. There are: missing_values, separator"),
        ("s.npz", {"separator": ";"}, "s.npz, of images, takes no option 'separator'. There are: allow_synthetic"),
        ("s.npz", {"pat": "train"}, r"'pat'.*part, patient.*Did you mean 'part'\?"),
        ("ward", {"part": "train"}, "ward, of images, takes no option 'part'. There are: size, .*table, file, label"),
        ("volumes", {"window": (0, 1)}, "takes no option 'window'.*bounds, slices"),
    ],
)
def test_options_of_another_kind_or_reader_are_refused_by_name(name, options, named, tmp_path):
    sg.write(VISITS, tmp_path / "v.csv")
    sg.write(scans(), tmp_path / "s.npz")
    for path in (tmp_path / "ward" / "1.png", tmp_path / "volumes" / "1.nii"):
        path.parent.mkdir()
        path.write_bytes(b"never opened")
    with pytest.raises(ReadError, match=named):
        sg.read(tmp_path / name, **options)


def test_what_is_written_is_told_by_the_value(tmp_path):
    with pytest.raises(WriteError, match=r"takes no option 'kind'\. There are: private"):
        sg.write(VISITS, tmp_path / "v.csv", kind="png")
    with pytest.raises(WriteError, match=r"takes no option 'private'\. There are: kind, part, synthetic"):
        sg.write(scans(), tmp_path / "s.npz", private=True)
    with pytest.raises(WriteError, match=r"v\.npz: expected a name that ends in \.csv"):
        sg.write(VISITS, tmp_path / "v.npz")
    with pytest.raises(WriteError, match=r"s\.csv: name an \.npz"):
        sg.write(scans(), tmp_path / "s.csv")
    with pytest.raises(SchemaError, match=r"kinds \['image_pairs', 'images', 'records', 'tables'\]. Received ndarray"):
        sg.write(np.zeros(3), tmp_path / "a.npz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (["a.csv", "notes.txt"], "is a folder with 1 of 2 files that hold tables: name one of them"),
        (["a.npz"], "is a folder with 1 of 1 files that hold images: name one of them"),
        (["Ada Lovelace.docx", "b.docx", "c"], r"files that are not read \(2 with .docx, 1 with no ending\)"),
        ([], "is a folder without a file"),
    ],
)
def test_a_folder_without_images_says_what_is_in_it(files, found, tmp_path):
    (tmp_path / "f").mkdir()
    for name in files:
        (tmp_path / "f" / name).write_text("x")
    with pytest.raises(ReadError, match=rf"f {found}.*images: .*tables: a name that ends in \.csv") as error:
        sg.read(tmp_path / "f")
    assert "Ada" not in str(error.value)  # a file's name may be a patient's


def test_what_nobody_reads_says_what_was_found_and_what_is_read(tmp_path):
    with pytest.raises(ReadError, match=r"xrays does not exist\. Expected images: .*tables: a name that ends in \.csv"):
        sg.read(tmp_path / "xrays")
    with pytest.raises(ReadError, match=r"visits\.csv: there is no such file"):
        sg.read(tmp_path / "visits.csv")
    (tmp_path / "scan.png").write_bytes(b"")
    with pytest.raises(ReadError, match=r"ends in \.png.*a folder of PNG"):
        sg.read(tmp_path / "scan.png")
    np.savez(tmp_path / "other.npz", weights=np.zeros(3))
    with pytest.raises(ReadError, match=r"It holds \['weights'\]. Expected an archive with the keys images and labels"):
        sg.read(tmp_path / "other.npz")


def test_a_dicom_file_needs_no_ending(tmp_path):
    (tmp_path / "IM0001").write_bytes(b"\0" * 128 + b"DICM")
    assert kind_of_path(tmp_path / "IM0001").name == kind_of_path(tmp_path).name == "images"


def test_images_are_divided_as_their_own_method_does():
    train, holdout = sg.split(scans(40), holdout=0.3, seed=2)
    own = scans(40).split(holdout=0.3, seed=2)
    np.testing.assert_array_equal(train.pixels, own[0].pixels)
    np.testing.assert_array_equal(holdout.pixels, own[1].pixels)
    whole = scans(40).patients
    held = [place for place, image in enumerate(scans(40).pixels) if (image == holdout.pixels).all((1, 2, 3)).any()]
    assert len(held) == 12 and {p for p in held if (p ^ 1) not in held} == set()  # both images of a patient
    assert len(set(whole[held])) == 6
    with pytest.raises(SchemaError, match="by names 'label', but images know whose they are"):
        sg.split(scans(), by="label")
    with pytest.raises(SchemaError, match="at least 2 patients"):
        sg.split(scans(2))


def test_every_kind_is_found_by_its_name_and_its_words():
    assert [kind.name for kind in all_kinds()] == list(KINDS)
    assert [kind_of_things(kind.words.things).name for kind in all_kinds()] == list(KINDS)
    known = r"expected one of \['image pairs', 'images', 'patients', 'rows'\]. Received 'visits'"
    with pytest.raises(SchemaError, match=known):
        kind_of_things("visits")


def test_what_only_text_files_need_to_be_told_is_refused_elsewhere(tmp_path):
    """It was passed over, so that a "?" stayed what it was."""
    sg.write(VISITS, tmp_path / "v.parquet")
    for option, value in {"missing_values": ["?"], "decimal": ",", "short_rows": "missing"}.items():
        with pytest.raises(ReadError, match=rf"v\.parquet is no text file and says itself what {option} says"):
            sg.read(tmp_path / "v.parquet", **{option: value})
    with pytest.raises(ReadError, match="A database is no text file and says itself what separator says"):
        sg.read("sqlite:///clinic.db", query="SELECT 1", separator=";")


def test_the_one_door_lists_every_option_of_every_reader_and_writer():
    from synthgen.data.images import dicom, dicom_writing, nifti, npz, pictures, reading
    from synthgen.data.options import options_of
    from synthgen.data.records import reading as linked
    from synthgen.data.tables import readers, writers

    reads = [readers.read_table, linked.read_records, reading.read_images, npz.read_npz, pictures.read_pictures,
             dicom.read_dicom, nifti.read_nifti]  # fmt: skip
    writes = [writers.write_table, linked.write_records, npz.write_npz, pictures.write_pictures,
              dicom_writing.write_dicom]  # fmt: skip
    for door, functions in ((sg.read, reads), (sg.write, writes)):
        absent = [name for name in options_of(*functions) if name != "rules" and f"`{name}`" not in door.__doc__]
        assert absent == []
