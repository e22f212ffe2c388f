"""Changes valid files in many ways and reads them, under a limit of memory and of time; prints what came of it.

    python tests/data/mutated_files.py tables 1000
    python tests/data/mutated_files.py images 1000

A file that was changed has to be refused by an error of ours, or read as it was. Where a format has no checksum and the
change leaves its structure whole (a digit of a CSV, a pixel of a DICOM file), no reader can notice it: such changes are
made as well, and may be read with other values, but neither blow up nor hang (`silent` below).
"""

import collections
import gzip
import io
import json
import logging
import random
import resource
import signal
import sys
import tempfile
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import synthgen as sg
from synthgen.data.images.image_set import ImageWarning
from synthgen.data.text_files import ReadWarning
from synthgen.errors import SynthgenError

MEMORY = 3 * 2**30  # bytes, beside what the libraries take
SECONDS = 10  # for one file
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


# -- valid files, by the name of their format


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
        (sg.write_table if name.endswith(("feather", "parquet")) else sg.write_images)(**options, **{
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


# -- changes; each returns other bytes


def flip(data, chance):
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 3])):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(data, chance):
    return data[: chance.randrange(len(data))]


def cut_inside_a_line(data, chance):
    """At the end of a line nothing tells that more lines were there."""
    places = [place for place in range(1, len(data)) if data[place - 1 : place] != b"\n"]
    return data[: chance.choice(places)]


def insert(data, chance):
    place = chance.randrange(len(data))
    return data[:place] + bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9))) + data[place:]


def erase(data, chance):
    place = chance.randrange(len(data) - 8)
    return data[:place] + b"\0" * 8 + data[place + 8 :]


def overstate(data, chance):
    """Four bytes become a number that could be a size."""
    place = chance.randrange(len(data) - 4)
    return data[:place] + chance.choice([10**9, 2**31 - 1, 2**32 - 1, 65_536]).to_bytes(4, "little") + data[place + 4 :]


def nul(data, chance):
    place = chance.randrange(len(data))
    return data[:place] + b"\0" + data[place:]


def cells(data):
    """Where unquoted cells of the rows begin and end."""
    found, inside, start = [], False, 0
    for place, byte in enumerate(data):
        inside ^= byte == ord('"')
        if not inside and byte in b",\n":
            if data[start : start + 1] != b'"':
                found.append((start, place))
            start = place + 1
    return found[len(TABLE.columns) :]


def stray(data, chance):
    """One or two quotation marks where cells begin or end, the first where one begins."""
    first, second = sorted(chance.sample(cells(data), 2))
    places = [first[0]] + ([chance.choice(second)] if chance.random() < 0.8 else [])
    for place in reversed(places):
        data = data[:place] + b'"' + data[place:]
    return data


def swallow(data, chance):
    """Two marks in one column, which leave every row with the right number of fields."""
    of_column = cells(data)[chance.choice([0, 1]) :: 4]
    of_column = [cell for cell in of_column if data[slice(*cell)].isalpha() == data[slice(*of_column[0])].isalpha()]
    first, second = sorted(chance.sample(of_column, 2))
    data = data[: second[1]] + b'"' + data[second[1] :]
    return data[: first[0]] + b'"' + data[first[0] :]


def lose(sign):
    """One of a sign that makes the structure is lost: separators and line ends in a quoted cell are the cell's own."""

    def change(data, chance):
        inside = np.cumsum(np.frombuffer(data, np.uint8) == ord('"')) % 2
        held = [place for place, byte in enumerate(data) if byte == ord(sign) and (sign == '"' or not inside[place])]
        place = chance.choice(held[: -1 if sign == "\n" else None])
        return data[:place] + data[place + 1 :]

    return change


def add(sign):
    """A sign is added to a cell without quotation marks."""

    def change(data, chance):
        begin, end = chance.choice(cells(data))
        place = chance.randrange(begin, end + 1)
        return data[:place] + sign.encode() + data[place:]

    return change


def other_shape(data, chance):
    """The header of an array says another shape, and the archive's checksums hold."""
    shape = chance.choice([(10**12,), (10**6, 10**6), (6, 9, 10), (7, 9, 11), (0, 9, 11), (6, 0, 11), (6, 99), ()])
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "images.npy":
                head = io.BytesIO()
                np.lib.format.write_array_header_1_0(head, {"descr": "|u1", "fortran_order": False, "shape": shape})
                content = head.getvalue() + PIXELS.tobytes()
            new.writestr(name, content)
    return target.getvalue()


def other_labels(data, chance):
    labels = chance.choice([np.array(0), np.array([0, 1, np.nan, 1, 0, 1]), np.zeros(5, int), np.full(6, 9)])
    kinds = chance.choice([["ill", ""], ["ill", "ill"], ["ill", "well"]])
    if kinds == ["ill", "well"] and labels.shape == (6,) and np.isin(labels, [0, 1]).all():
        labels = np.full(6, -1)
    target = io.BytesIO()
    np.savez(target, images=PIXELS, labels=labels, classes=np.array(kinds))
    return target.getvalue()


def other_tags(data, chance):
    """A DICOM file says other sizes, or a window or rescaling that is none."""
    import pydicom

    scan = pydicom.dcmread(io.BytesIO(data))
    name, value = chance.choice([
        ("Rows", 8), ("Rows", 10), ("Rows", 0), ("Rows", 65_535), ("Columns", 10), ("Columns", 12), ("Columns", 0),
        ("NumberOfFrames", 10**9), ("NumberOfFrames", 5), ("NumberOfFrames", -3), ("BitsAllocated", 16),
        ("WindowWidth", 0), ("WindowWidth", -40), ("RescaleSlope", 0), ("SamplesPerPixel", 3),
        ("PhotometricInterpretation", "RGB"),
    ])  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        setattr(scan, name, value)
        target = io.BytesIO()
        scan.save_as(target)
    return target.getvalue()


def other_sides(data, chance):
    """A NIfTI file says another shape, type or place of its voxels."""
    changed = bytearray(data)
    if chance.random() < 0.7:
        place, side = chance.choice([42, 44, 46]), chance.choice([0, -1, 1, 2000, 32_767, 5, 7])
        changed[place : place + 2] = side.to_bytes(2, "little", signed=True)
    elif chance.random() < 0.5:
        changed[108:112] = np.float32(chance.choice([0, 4, 348, 1e9, -1])).tobytes()
    else:
        changed[70:72] = chance.choice([2, 16, 64, 32, 128, 1]).to_bytes(2, "little")
    return bytes(changed)


ANY = [flip, cut, insert, erase, overstate]


def formats(group):
    """Name of each format's file: a valid file, changes that are noticed, and changes that cannot all be."""
    structural = [nul, cut_inside_a_line, stray, swallow, lose(","), lose("\n"), lose('"'), add(","), add("\n")]
    if group == "tables":
        return {
            "t.csv": (text(TABLE), structural, [flip, insert, erase]),
            "t.csv.gz": (gzip.compress(text(TABLE)), ANY, []),
            "t.parquet": (parquet(TYPED), ANY, []),
            "ours.parquet": (written("t.parquet", frame=TYPED), ANY, []),
            "t.feather": (written("t.feather", frame=TYPED), [cut], [flip, insert, erase, overstate]),
        }
    volume = nifti()
    return {
        "i.npz": (npz(np.savez), [*ANY, other_shape, other_labels], []),
        "packed.npz": (npz(np.savez_compressed), ANY, []),
        "p/i.png": (picture("PNG"), ANY, []),
        "p/i.jpg": (picture("JPEG"), [], ANY),
        "i.dcm": (dicom(1), [other_tags], ANY),
        "frames.dcm": (dicom(6), [other_tags], ANY),
        "i.nii": (volume, [other_sides, cut, insert], [flip, erase, overstate]),
        "i.nii.gz": (gzip.compress(volume), ANY, [lambda data, chance: gzip.compress(other_sides(volume, chance))]),
    }


# -- reading


class Hangs(Exception):
    pass


def read(path):
    """Values of a file, in a form that can be compared."""
    if path.name.endswith((".csv", ".gz", ".parquet", ".feather")) and ".nii" not in path.name:
        return sg.read_table(path)
    options = {"slices": None} if path.name in ("frames.dcm", "i.nii", "i.nii.gz") else {}
    images = sg.read_images(path.parent if path.parent.name == "p" else path, **options)
    return images.pixels, images.table, images.bits


def same(found, expected):
    if isinstance(expected, pd.DataFrame):
        return found.equals(expected) and (found.dtypes == expected.dtypes).all() and list(found) == list(expected)
    return np.array_equal(found[0], expected[0]) and found[1].equals(expected[1]) and found[2] == expected[2]


def plain(frame):
    return frame.astype(object).where(frame.notna(), None)


def outcome(path, expected):
    """What came of reading a changed file, in a word."""
    signal.alarm(SECONDS)
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            found = read(path)
    except SynthgenError as error:
        return "unforeseen" if "which synthgen did not foresee" in str(error) else "refused"
    except Hangs:
        return "hangs"
    except Exception as error:  # noqa: BLE001 - any of them is what is looked for
        return f"unforeseen {type(error).__name__}"
    finally:
        signal.alarm(0)
    if same(found, expected):
        return "equal"
    if path.suffix == ".parquet" and same(plain(found), plain(expected)):
        return "silent"  # the note on types stands in the footer, which has no checksum: a category came as text
    return "told" if any(issubclass(one.category, ReadWarning | ImageWarning) for one in heard) else "other"


def tried(name, valid, changes, *, count, seed):
    """How often each outcome came, and examples of the bad ones."""
    counts = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(valid)
        expected = read(path)
        for number in range(count):
            chance = random.Random(f"{seed} {name} {number}")
            change, noticed = chance.choice(changes)
            data = change(valid, chance)
            path.write_bytes(data)
            said = outcome(path, expected) if data != valid else "equal"
            counts["silent" if said == "other" and not noticed else said] += 1
            if said.startswith(("unforeseen", "hangs")) or (said == "other" and noticed):
                sys.stderr.write(f"{name} {number} {change.__qualname__}: {said}\n")
    return dict(counts)


def main(group, count, seed=0):
    def hang(*_):
        raise Hangs

    signal.signal(signal.SIGALRM, hang)
    todo = formats(group)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))
    logging.disable()  # nibabel logs what it mends
    for name, (valid, noticed, unnoticed) in todo.items():
        changes = [(change, True) for change in noticed] + [(change, False) for change in unnoticed]
        counts = tried(name, valid, changes, count=count // len(todo), seed=seed)
        sys.stdout.write(json.dumps({"file": name, **counts}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
