#!/usr/bin/env bash
# NIfTI in gzip: nibabel stops at the last voxel, before the checksum of the archive; what zlib would refuse is an image.
#
# Versions: nibabel 5.4.2, numpy 2.4.6 (pip), Python's gzip.
#
# The eight last bytes of a gzip stream are the CRC-32 and the length of what was packed. Python's gzip checks them when it
# reads past the end of the data. nibabel asks for exactly as many bytes as header and shape say, so that the check is never
# reached: neither by `dataobj` nor by `get_fdata`. A .nii.gz whose transfer was cut inside the last eight bytes opens like
# a whole one, and so does one whose checksum says that voxels are not those that were packed.
#
# Seen, of one volume of 11 x 9 x 6 voxels:
#   as written                  gzip reads it, nibabel sums to 176121
#   without the last 8 bytes    gzip: EOFError,     nibabel sums to 176121
#   with another checksum       gzip: BadGzipFile,  nibabel sums to 176121
#
# What it means: damage in transit that gzip was made to find is not found. Read the archive to its end first
# (`gzip --test`, or `while file.read(2**20): pass`), then hand the bytes to nibabel.
# Fails if any of this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check nibabel==5.4.2 numpy==2.4.6
cat > "$folder/trailer.py" <<'PYTHON'
import gzip
import sys
from pathlib import Path

import nibabel
import numpy as np

place = Path(sys.argv[1]) / "volume.nii.gz"
volume = np.arange(6 * 9 * 11, dtype=np.int16).reshape(11, 9, 6)
nibabel.save(nibabel.Nifti1Image(volume, np.eye(4)), place)
whole = place.read_bytes()


def by_gzip():
    try:
        with gzip.open(place) as file:
            file.read()
    except (EOFError, gzip.BadGzipFile) as error:
        return type(error).__name__
    return "read"


def by_nibabel():
    image = nibabel.load(place)
    return int(np.asarray(image.dataobj).sum()), int(image.get_fdata().sum())


found = {}
for name, content in {
    "as written": whole,
    "without the last 8 bytes": whole[:-8],
    "with another checksum": whole[:-8] + bytes(4) + whole[-4:],
}.items():
    place.write_bytes(content)
    found[name] = (by_gzip(), *by_nibabel())
    print(name, *found[name])
total = int(volume.sum())
assert found == {
    "as written": ("read", total, total),
    "without the last 8 bytes": ("EOFError", total, total),
    "with another checksum": ("BadGzipFile", total, total),
}, found
PYTHON
"$folder/venv/bin/python" "$folder/trailer.py" "$folder"
