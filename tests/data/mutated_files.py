"""Changes valid files in many ways and reads them, under a limit of memory and of time; prints what came of it.

    python tests/data/mutated_files.py tables 1000
    python tests/data/mutated_files.py images 1000

A file that was changed has to be refused by an error of ours, or read as it was. Where a format has no checksum and the
change leaves its structure whole (a digit of a CSV, a pixel of a DICOM file), no reader can notice it: such changes are
made as well, and may be read with other values, but neither blow up nor hang (`silent` below).
"""

import collections
import gzip
import json
import logging
import random
import resource
import signal
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from changed_bytes import (
    ANY,
    add,
    cut,
    cut_inside_a_line,
    erase,
    flip,
    insert,
    lose,
    nul,
    other_labels,
    other_shape,
    other_sides,
    other_tags,
    overstate,
    stray,
    swallow,
)
from valid_files import TABLE, TYPED, dicom, nifti, npz, parquet, picture, text, written

from synthgen.data.images.image_set import ImageWarning
from synthgen.data.images.reading import read_images
from synthgen.data.tables.readers import read_table
from synthgen.data.tables.text_files import ReadWarning
from synthgen.errors import SynthgenError

MEMORY = 3 * 2**30  # bytes, beside what the libraries take
SECONDS = 10  # for one file


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


class Hangs(Exception):
    pass


def read(path):
    """Values of a file, in a form that can be compared."""
    if path.name.endswith((".csv", ".gz", ".parquet", ".feather")) and ".nii" not in path.name:
        return read_table(path)
    options = {"slices": None} if path.name in ("frames.dcm", "i.nii", "i.nii.gz") else {}
    images = read_images(path.parent if path.parent.name == "p" else path, **options)
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
