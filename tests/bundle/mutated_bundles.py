"""Changes signed releases in many ways and verifies them, under limits of time and memory; prints what came of it.

    python tests/bundle/mutated_bundles.py 1000

Files are changed, added, renamed and replaced by what is no file; manifests, signatures and public keys lose, gain and
swap bytes; and manifests say something else and are signed again with the right key, as by a signer who lies or whose
program is at fault. A release that is not as it was signed never passes; all that is raised is an error of ours.
"""

import base64
import collections
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from synthgen.bundle.keys import read_private_key, write_keys
from synthgen.bundle.manifest import MANIFEST, SIGNATURE, verify, write_manifest
from synthgen.errors import BundleError

MEMORY = 2**29  # bytes, beside what the libraries take
SECONDS = 5  # for one release


class Hangs(BaseException):
    """Raised by the alarm clock; no `except Exception` holds it up."""


class Bundle:
    """A release of three files that can be spoilt.

    Args:
        place: Folder to make it in.
    """

    def __init__(self, place):
        self.folder, self.outside = place / "release", place / "outside"
        self.private, self.public = place / "a.key", place / "a.key.pub"
        write_keys(self.private, self.public)
        self.key = self.public.read_bytes()
        (self.folder / "images").mkdir(parents=True)
        self.outside.mkdir()
        (self.outside / "more.csv").write_text("x\n9\n")
        (self.folder / "rows.csv").write_text("x,y\n1,2\n3,4\n")
        (self.folder / "card.md").write_text("# Card\n\nSynthetic rows.\n")
        (self.folder / "images" / "0.png").write_bytes(bytes(range(200)))
        write_manifest(self.folder, key=read_private_key(self.private), more={"name": "toy"}, kind="images")
        shutil.copytree(self.folder, place / "whole")

    def mend(self):
        """Puts everything back."""
        shutil.rmtree(self.folder)
        shutil.copytree(self.folder.with_name("whole"), self.folder)
        self.public.write_bytes(self.key)

    def sign(self, content):
        """Makes bytes the manifest, under a signature that holds."""
        (self.folder / MANIFEST).write_bytes(content)
        (self.folder / SIGNATURE).write_bytes(base64.b64encode(read_private_key(self.private).sign(content)))


def other_bytes(data, chance):
    """Flipped, cut, longer, erased or other bytes; never the same."""
    place, changed = chance.randrange(len(data)), bytearray(data)
    how = chance.choice(["flip", "cut", "insert", "erase", "twice", "empty"])
    if how == "flip":
        changed[place] ^= 1 << chance.randrange(8)
    elif how == "insert":
        changed[place:place] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9)))
    elif how == "erase":
        changed[place] = 0 if changed[place] else 1
    return {"cut": data[:place], "twice": data + data, "empty": b""}.get(how, bytes(changed))


def spoil_a_file(bundle, chance):
    """Content of one that was signed."""
    path = bundle.folder / chance.choice(["rows.csv", "card.md", "images/0.png"])
    path.write_bytes(other_bytes(path.read_bytes(), chance))


def spoil_the_folder(bundle, chance):
    """Names and kinds of what is there."""
    path = bundle.folder / chance.choice(["rows.csv", "card.md", "images/0.png", "images", MANIFEST, SIGNATURE])
    kept = bundle.outside / "kept"
    shutil.rmtree(kept) if kept.is_dir() else kept.unlink(missing_ok=True)
    path.rename(kept)
    how = chance.choice(["gone", "renamed", "link", "pipe", "folder", "behind"])
    if how == "renamed":
        kept.rename(path.with_name(path.name + chance.choice(["~", " ", ".csv", "\\x", "é"])))
    elif how == "link":
        path.symlink_to(kept)
    elif how == "pipe":
        os.mkfifo(path)
    elif how == "folder":
        path.mkdir()
    elif how == "behind":
        (path / "deeper").mkdir(parents=True)
        kept.rename(path / "deeper" / path.name)


def add_to_the_folder(bundle, chance):
    """What was never signed."""
    place = bundle.folder / chance.choice(["", "images", "new"])
    place.mkdir(exist_ok=True)
    path = place / chance.choice(["a.csv", ".hidden", "manifest.sig~", "rows.csv ", "..csv", "a\nb"])
    chance.choice([
        lambda: path.write_text("1"), lambda: path.mkdir(), lambda: os.mkfifo(path),
        lambda: path.symlink_to(bundle.outside), lambda: path.symlink_to(bundle.outside / "more.csv"),
        lambda: path.symlink_to(path), lambda: path.symlink_to(bundle.folder),
    ])()  # fmt: skip


def spoil_what_proves(bundle, chance):
    """Bytes of manifest, signature or public key."""
    path = chance.choice([bundle.folder / MANIFEST, bundle.folder / SIGNATURE, bundle.public])
    path.write_bytes(other_bytes(path.read_bytes(), chance))


SAID = [None, True, False, 0, 1, -1, 2, 1.5, 1e308, 10**30, "", "1", "rows.csv", [], ["x"], {}, {"x": 1}, "0" * 64]
"""What stands in place of something that a manifest says."""

NAMES = ["../x", "/x", "", ".", "..", "images/../rows.csv", "images//0.png", "a\0b", "rows.csv/", "images", MANIFEST]
"""Of files that a manifest names, and that are none of the release."""


def say_something_else(bundle, chance):
    """One value of the manifest, signed with the right key."""
    described = json.loads((bundle.folder / MANIFEST).read_bytes())
    files = described["files"]
    where = chance.choice([described, files, chance.choice(list(files.values()))])
    name = chance.choice([name for name in where if name in BINDING or where is not described])
    how = chance.choice(["other", "gone", "renamed", "added"])
    if how == "other":
        where[name] = chance.choice([value for value in SAID if _differs(value, where[name])])
    elif how == "gone":
        del where[name]
    elif how == "renamed":
        where[name + chance.choice("sx ")] = where.pop(name)
    else:
        files[chance.choice(NAMES)] = dict(chance.choice(list(files.values())))
    bundle.sign(json.dumps(described).encode())


BINDING = ("format", "version", "artificially_generated", "signed_by", "files")
"""What a manifest has to say; a name or a statement may be any."""


def _differs(value, other):
    return isinstance(value, bool) != isinstance(other, bool) or value != other


def sign_what_is_no_manifest(bundle, chance):
    """Bytes that are no such JSON, signed with the right key."""
    whole = (bundle.folder / MANIFEST).read_bytes()
    bundle.sign(chance.choice([
        whole[: chance.randrange(len(whole) - 1)], b"", b"null", b"[]", b"\xff" + whole, whole + whole,
        b"[" * 10**5, b'{"a":' * 10**5, b'{"version": ' + b"9" * 6000 + b"}",
        whole.replace(b'"version": 1', b'"version": NaN'), whole.replace(b'"version"', b'"version": 1, "version"'),
        whole.decode().encode("utf-16"),
    ]))  # fmt: skip


CHANGES = [
    spoil_a_file, spoil_the_folder, add_to_the_folder, spoil_what_proves, say_something_else, sign_what_is_no_manifest,
]  # fmt: skip


def outcome(bundle):
    """What verifying comes to, in a word: "passed" is what must not be; "equal": the file holds the same key still."""
    signal.alarm(SECONDS)
    try:
        if not verify(bundle.folder, key=bundle.public).passed:
            return "told"
        return "equal" if bundle.public.read_bytes() != bundle.key else "passed"
    except BundleError:
        return "refused"
    except Hangs:
        return "hangs"
    except Exception as error:  # noqa: BLE001 - any of them is what is looked for
        return f"unforeseen {type(error).__name__}"
    finally:
        signal.alarm(0)


def hang(*_):
    raise Hangs


def main(count, seed=0):
    """Changes, verifies and mends; prints a line for each change, and its bad ones by number."""
    signal.signal(signal.SIGALRM, hang)
    counts = collections.defaultdict(collections.Counter)
    with tempfile.TemporaryDirectory() as place:
        bundle = Bundle(Path(place))  # loads what writes releases, which is not what is limited
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))
        if outcome(bundle) != "passed":
            raise SystemExit("An untouched release did not pass.")
        for number in range(count):
            chance = random.Random(f"{seed} {number}")
            change = CHANGES[number % len(CHANGES)]
            change(bundle, chance)
            said = outcome(bundle)
            counts[change.__name__][said] += 1
            if said not in ("told", "refused", "equal"):
                sys.stderr.write(f"{number} {change.__name__}: {said}\n")
            bundle.mend()
    for name, of_change in counts.items():
        sys.stdout.write(json.dumps({"change": name, **of_change}) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
