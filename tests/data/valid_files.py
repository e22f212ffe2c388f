"""A small valid file of every format that is read, as bytes."""

import io
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import synthgen as sg
from synthgen.data.images.reading import write_images
from synthgen.data.tables.writers import write_table

ROWS = 40

rng = np.random.default_rng(0)
NOTES = ["plain", "with, comma", 'says, "no"', "two lines,\nthe second", "ends, here"]
TABLE = pd.DataFrame(
    {
        "age": rng.integers(20, 90, ROWS),
        "ward": [["A", "B", "C"][i % 3] for i in range(ROWS)],
        "note": [NOTES[i % 5] for i in range(ROWS)],
        "weight": np.round(rng.normal(70, 9, ROWS), 1),
        "seen": [f"2024-01-{1 + i % 28:02}" for i in range(ROWS)],
    }
)
TYPED = TABLE.assign(
    seen=pd.to_datetime(TABLE["seen"]), ward=TABLE["ward"].astype("category"),
    gaps=pd.array([1, None] * (ROWS // 2), dtype="Int64"), open=[True, False] * (ROWS // 2),
)  # fmt: skip
PIXELS = rng.integers(1, 256, (6, 9, 11)).astype(np.uint8)


def text(frame):
    return frame.to_csv(index=False, lineterminator="\n").encode()


def parquet(frame):
    target = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame), target, write_page_checksum=True)
    return target.getvalue()


def written(name, **options):
    """By the writer of the package."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        (write_table if name.endswith(("feather", "parquet")) else write_images)(**options, **{
            "path" if "frame" in options else "target": path})  # fmt: skip
        return path.read_bytes() if path.is_file() else next(path.rglob("*.*")).read_bytes()


def npz(save):
    target = io.BytesIO()
    save(target, images=PIXELS, labels=np.arange(6) % 2, classes=np.array(["ill", "well"]))
    return target.getvalue()


def picture(kind):
    from PIL import Image

    target = io.BytesIO()
    Image.fromarray(np.repeat(np.repeat(PIXELS[0], 3, 0), 3, 1)).save(target, kind)
    return target.getvalue()


def dicom(frames):
    import pydicom

    shown = PIXELS[:frames, ..., None] if frames == 1 else PIXELS[None, :frames, ..., None]
    scan = pydicom.dcmread(io.BytesIO(written("x", images=sg.ImageSet(pixels=shown), kind="dicom")))
    del scan.SyntheticData
    scan.PatientName = ""
    target = io.BytesIO()
    scan.save_as(target)
    return target.getvalue()


def nifti():
    import nibabel

    return nibabel.Nifti1Image(PIXELS.astype(np.int16).transpose(2, 1, 0), np.eye(4)).to_bytes()
