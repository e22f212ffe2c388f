"""Model files that lie: one thing changed in a file that is right, and checksums that agree with the change.

Every leaf of every member of JSON is changed in every way of `CHANGES`, every array in every way of `ARRAYS`, and
members in every way of `MEMBERS`. A seed takes so many of all of them.
"""

import hashlib
import io
import json
import math
import zipfile

import numpy as np

PLAIN = ("manifest.json", "schema.json", "encoder.json", "model.json")
PACKED = ("weights.npz", "trees.npz")
NESTED = object()
"""Stands for lists in one another, as no JSON encoder writes them."""

CHANGES = {
    "null": lambda value: None,
    "true": lambda value: True,
    "text": lambda value: "x",
    "no text": lambda value: "",
    "long text": lambda value: "y" * 300_000,
    "list": lambda value: [value],
    "empty list": lambda value: [],
    "mapping": lambda value: {"a": value},
    "empty mapping": lambda value: {},
    "nested": lambda value: NESTED,
    "not a number": lambda value: math.nan,
    "infinite": lambda value: math.inf,
    "huge": lambda value: 1e300,
    "huge whole": lambda value: 10**30,
    "negative": lambda value: -3,
    "nought": lambda value: 0,
    "fraction": lambda value: 0.37,
    "as text": lambda value: str(value),
    "as it was": lambda value: value,
    "gone": None,
}

ARRAYS = {
    "not a number": lambda array: _with(array, math.nan),
    "infinite": lambda array: _with(array, math.inf),
    "huge": lambda array: _with(array, 3e38),
    "shorter": lambda array: array[..., :-1],
    "flat": lambda array: array.ravel(),
    "another axis": lambda array: array[None],
    "empty": lambda array: array[:0] if array.ndim else array.reshape(1)[:0],
    "truth": lambda array: array.astype(bool),
    "whole": lambda array: np.where(np.isfinite(array), array, 0).astype(np.int64),
    "double": lambda array: array.astype(np.float64) if array.dtype != np.float64 else array.astype(np.float32),
    "half": lambda array: array.astype(np.float16),
    "complex": lambda array: array.astype(np.complex64),
    "text": lambda array: array.astype("U9"),
    "dates": lambda array: array.astype(np.int64).astype("datetime64[s]"),
    "objects": lambda array: np.full(array.shape, None),
    "nudged": lambda array: _nudged(array),
}

MEMBERS = ("gone", "twice", "another beside", "empty", "zeros", "no JSON", "of the other kind", "a bomb", "swapped")

PLAUSIBLE = {
    "fraction",
    "nought",
    "negative",
    "huge",
    "nudged",
    "no text",
    "text",
    "as text",
    "true",
    "null",
    "gone",
    "huge whole",
    "empty list",
    "infinite",
}
"""Changes that can make another value which is just as possible: another model, that nobody can tell from the file."""


def _with(array, value):
    changed = array.astype(np.float64) if not np.issubdtype(array.dtype, np.floating) else array.copy()
    changed = changed.reshape(-1) if not changed.ndim else changed
    if changed.size:
        changed.flat[changed.size // 2] = value
    return changed.reshape(array.shape).astype(array.dtype if array.dtype.kind == "f" else np.float64)


def _nudged(array):
    changed = array.copy()
    if changed.size:
        changed.flat[changed.size // 2] += 1
    return changed


class Original:
    """A model file that is right, taken apart.

    Args:
        path: The file.
    """

    def __init__(self, path):
        with zipfile.ZipFile(path) as archive:
            self.contents = {name: archive.read(name) for name in archive.namelist()}
        self.plain = {name: json.loads(self.contents[name]) for name in PLAIN}
        self.arrays = {}
        for name in PACKED:
            with np.load(io.BytesIO(self.contents[name])) as arrays:
                self.arrays[name] = {key: arrays[key] for key in arrays.files}

    def all_changes(self, most_alike=2):
        """All mutations, as tuples that `write` takes: of lists, the first items and the last stand for all.

        Args:
            most_alike: Items of a list that are changed.
        """
        leaves = [(name, place) for name in PLAIN for place in _places(self.plain[name], (), most_alike)]
        changes = [("plain", name, place, change) for name, place in leaves for change in CHANGES]
        arrays = [(name, key) for name in PACKED for key in self.arrays[name]]
        changes += [("array", name, key, change) for name, key in arrays for change in ARRAYS]
        changes += [
            ("arrays", name, None, change) for name in PACKED for change in ("fewer", "more", "renamed", "deflated")
        ]
        changes += [("member", name, None, change) for name in (*PLAIN, *PACKED) for change in MEMBERS]
        return changes

    def write(self, path, mutation):
        """Writes the file with one thing changed, and checksums that agree.

        Args:
            path: To write to.
            mutation: From `all_changes`.
        """
        sort, name, place, change = mutation
        contents = dict(self.contents)
        if sort == "plain":
            changed = _changed(self.plain[name], place, CHANGES[change])
            contents[name] = _json(changed)
        elif sort == "array":
            contents[name] = _pack(self.arrays[name] | {place: ARRAYS[change](self.arrays[name][place])})
        elif sort == "arrays":
            contents[name] = _repacked(self.arrays[name], change)
        else:
            _change_member(contents, name, change)
        if "manifest.json" in contents and name != "manifest.json":
            stated = json.loads(contents["manifest.json"])
            stated["sha256"] = {n: hashlib.sha256(c).hexdigest() for n, c in contents.items() if n != "manifest.json"}
            contents["manifest.json"] = _json(stated)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in contents.items():
                archive.writestr(member, content)
            if (sort, change) == ("member", "twice"):
                archive.writestr(name, contents[name])


def _places(value, place, most_alike):
    """Where the leaves and branches of plain types stand."""
    yield place
    if isinstance(value, dict):
        for name, item in value.items():
            if name != "sha256":
                yield from _places(item, (*place, name), most_alike)
    elif isinstance(value, list):
        chosen = sorted({*range(min(len(value), most_alike)), *range(max(len(value) - 1, 0), len(value))})
        for position in chosen:
            yield from _places(value[position], (*place, position), most_alike)


def _changed(value, place, change):
    if not place:
        return change(value) if change else {}
    copied = dict(value) if isinstance(value, dict) else list(value)
    first, *rest = place
    if change is None and not rest:
        del copied[first]
    else:
        copied[first] = _changed(copied[first], rest, change)
    return copied


def _json(value):
    text = json.dumps(value, default=lambda value: "NESTED")
    return text.replace('"NESTED"', "[" * 5_000 + "]" * 5_000).encode()


def _pack(arrays, deflated=False):
    buffer = io.BytesIO()
    (np.savez_compressed if deflated else np.savez)(buffer, **arrays)
    return buffer.getvalue()


def _repacked(arrays, change):
    keys = list(arrays)
    if change == "fewer":
        arrays = {key: arrays[key] for key in keys[:-1]}
    elif change == "more":
        arrays = arrays | {f"weight_{len(keys)}": np.zeros(3, np.float32)}
    elif change == "renamed":
        arrays = {f"w{key}": array for key, array in arrays.items()} or {"w": np.zeros(1)}
    return _pack(arrays, deflated=change == "deflated")


def _change_member(contents, name, change):
    if change == "gone":
        del contents[name]
    elif change == "another beside":
        contents["../evil.json"] = b"{}"
    elif change in ("empty", "zeros", "no JSON", "a bomb"):
        contents[name] = {"empty": b"", "zeros": bytes(1_000), "no JSON": b"{'a'", "a bomb": bytes(80_000_000)}[change]
    elif change == "of the other kind":
        contents[name] = contents["weights.npz" if name.endswith("json") else "schema.json"]
    elif change == "swapped":
        contents[name] = contents["encoder.json" if name != "encoder.json" else "model.json"]
