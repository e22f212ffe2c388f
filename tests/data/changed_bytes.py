"""Changes to the bytes of a valid file, each by a seeded chance."""

import io
import warnings
import zipfile

import numpy as np
from valid_files import PIXELS, TABLE


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
"""Of files of any format."""
