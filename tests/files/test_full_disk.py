"""Every writer of the library on a disk without room, and where it may not write: our error, and nothing half-written.

A limit on the size of files stands for the full disk: both make the kernel refuse to write on.
"""

import contextlib
import resource
import signal

import numpy as np
import pandas as pd
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import synthgen as sg
from synthgen.bundle.keys import write_keys
from synthgen.bundle.policy import Policy, write_template
from synthgen.bundle.tables.release import Release
from synthgen.data.images.dicom_writing import write_dicom
from synthgen.data.images.disk import beside, write_array
from synthgen.data.images.image_set import ImageSet
from synthgen.data.images.nifti import write_nifti
from synthgen.data.images.npz import write_npz
from synthgen.data.images.pictures import write_pictures
from synthgen.data.tables.writers import TableWriter, write_table
from synthgen.errors import WriteError
from synthgen.files.writing import FULL
from synthgen.training.backup import write_arrays

RANDOM = np.random.default_rng(0)
ROOM = 4096


@contextlib.contextmanager
def no_room():
    """Lets no file grow beyond four kilobytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def pictures(sides):
    """Two grey images: one of nothing, which fits anywhere, and one of noise, which does not."""
    noise = RANDOM.integers(0, 256, sides).astype(np.uint8)
    return ImageSet(pixels=np.stack([np.zeros(sides, np.uint8), noise])[..., None])


FRAME = pd.DataFrame({"x": RANDOM.normal(size=3000)})
GREY, LARGE = pictures((100, 100)), pictures((64, 64))
SCHEMA = sg.Schema({f"column {n}": sg.Numerical(decimals=1) for n in range(200)})


@pytest.fixture(scope="module")
def report():
    """Returns rows, their schema, and a report on them."""
    train, synthetic, holdout = (pd.DataFrame({"x": np.random.default_rng(n).normal(size=400)}) for n in range(3))
    schema = sg.Schema.infer(train)
    return synthetic, schema, sg.evaluate(train=train, synthetic=synthetic, holdout=holdout, schema=schema)


def in_chunks(path, _):
    with TableWriter(path) as writer:
        for start in range(0, 3000, 500):
            writer.write(FRAME[start : start + 500])


def release(path, report):
    synthetic, schema, judged = report
    made = Release(name="Trial", licence="CC0-1.0", synthetic=synthetic, schema=schema, report=judged, policy="all",
                   decision=Policy().decide(judged.to_dict()))  # fmt: skip
    made.write(path, key=Ed25519PrivateKey.generate())


FILES = {
    "rows.csv": lambda path, _: write_table(FRAME, path),
    "rows.csv.gz": lambda path, _: write_table(FRAME, path),
    "rows.parquet": lambda path, _: write_table(FRAME, path),
    "rows.feather": lambda path, _: write_table(FRAME, path),
    "chunks.tsv": in_chunks,
    "chunks.parquet": in_chunks,
    "schema.yaml": lambda path, _: SCHEMA.to_yaml(path),
    "report.html": lambda path, report: report[2].to_html(path),
    "report.json": lambda path, report: report[2].to_json(path),
    "pictures.npz": lambda path, _: write_npz(GREY, path),
    "volume.nii": lambda path, _: write_nifti(GREY, path),
    "volume.nii.gz": lambda path, _: write_nifti(GREY, path),
    "cache.npy": lambda path, _: write_array(path, [GREY.pixels]),
    "latest.npz": lambda path, _: write_arrays(path, [RANDOM.normal(size=3000)]),
}
FOLDERS = {
    "pictures": lambda path, _: write_pictures(GREY, path),
    "labelled": lambda path, _: write_pictures(
        ImageSet(pixels=GREY.pixels, table=pd.DataFrame({"label": ["a", "b"]}), label="label"), path
    ),
    "dicom": lambda path, _: write_dicom(LARGE, path),
    "release": release,
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_on_a_full_disk_is_the_old_one(name, tmp_path, report):
    path = tmp_path / name
    path.write_bytes(b"before")
    with (
        no_room(),
        pytest.raises(WriteError, match=f"{name} could not be completed: File too large.*Make room") as told,
    ):
        FILES[name](path, report)
    assert told.value.errno in FULL
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]
    FILES[name](path, report)  # it was the room, and nothing else
    assert path.stat().st_size > ROOM


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_on_a_full_disk_is_not_there_and_can_be_made_later(name, tmp_path, report):
    path = tmp_path / name
    with no_room(), pytest.raises(WriteError, match=f"/{name} could not be completed: File too large.*Make room"):
        FOLDERS[name](path, report)
    assert list(tmp_path.iterdir()) == []
    FOLDERS[name](path, report)
    assert list(path.iterdir())


SMALL = {
    "keys": lambda path, _: write_keys(path, path.with_name("public")),
    "policy.yaml": lambda path, _: write_template(path, kind="tables"),
}


@pytest.mark.parametrize("name", FILES | FOLDERS | SMALL)
def test_what_cannot_be_written_is_told_with_the_path(name, tmp_path, report):
    """A path below a file cannot be made by anybody, root included, whom permissions do not stop."""
    (tmp_path / "file").write_text("")
    write = (FILES | FOLDERS | SMALL)[name]
    with pytest.raises(WriteError, match=r"file.*cannot be written: .*Name a place that is yours"):
        write(tmp_path / "file" / name, report)


def test_a_choice_of_images_beside_a_cache_is_told_too(tmp_path):
    def pieces():
        yield GREY.pixels
        seen.append([path.name for path in tmp_path.iterdir()])

    seen = []
    array = write_array(tmp_path / "cache.npy", [GREY.pixels])
    assert np.array_equal(beside(array, pieces()), GREY.pixels)
    assert seen == [["cache.npy"]]  # no name is there that a killed process would leave behind
    with no_room(), pytest.raises(WriteError, match="File too large"):
        beside(array, [GREY.pixels])
    assert [path.name for path in tmp_path.iterdir()] == ["cache.npy"]
