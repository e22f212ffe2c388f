"""Signed manifests: every change is found and named, and only the trusted key counts."""

import base64
import json
import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

from synthgen.bundle.keys import read_private_key, read_public_key, write_keys
from synthgen.bundle.manifest import MANIFEST, SIGNATURE, verify, write_manifest
from synthgen.errors import BundleError


@pytest.fixture
def signed(tmp_path):
    """A signed folder of two files, and the public key's file."""
    write_keys(tmp_path / "a.key", tmp_path / "a.key.pub")
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "rows.csv").write_text("x\n1\n")
    (folder / "card.md").write_text("# Card\n")
    write_manifest(folder, key=read_private_key(tmp_path / "a.key"), more={"name": "toy"}, kind="tables")
    return folder, tmp_path / "a.key.pub"


def test_an_untouched_folder_and_each_file_of_it_pass(signed):
    folder, key = signed
    found = verify(folder, key=key)
    assert found.passed and found.unchanged == ("card.md", "rows.csv")
    assert verify(folder / "rows.csv", key=key).unchanged == ("rows.csv",)


def test_every_kind_of_change_is_named(signed):
    folder, key = signed
    (folder / "rows.csv").write_text("x\n2\n")
    (folder / "card.md").unlink()
    (folder / "more.txt").write_text("?")
    found = verify(folder, key=key)
    assert not found.passed
    assert (found.changed, found.missing, found.unknown) == (("rows.csv",), ("card.md",), ("more.txt",))
    assert not verify(folder / "rows.csv", key=key).passed
    with pytest.raises(BundleError, match="not listed"):
        verify(folder / "more.txt", key=key)


def test_a_file_that_may_not_be_read_is_named(signed):
    with tempfile.TemporaryDirectory() as for_all:  # pytest's own folders are closed to other users
        folder, key = Path(shutil.copytree(signed[0], f"{for_all}/release")), shutil.copy(signed[1], for_all)
        Path(for_all).chmod(0o755)
        (folder / "rows.csv").chmod(0)
        user = os.geteuid()
        if user == 0:  # who may read everything
            os.seteuid(65534)
        try:
            with pytest.raises(BundleError, match=r"rows\.csv cannot be read: Permission denied"):
                verify(folder, key=key)
        finally:
            os.seteuid(user)


def test_a_changed_manifest_is_found_even_if_it_agrees_with_the_files(signed):
    folder, key = signed
    described = json.loads((folder / MANIFEST).read_text())
    described["artificially_generated"] = False
    (folder / MANIFEST).write_text(json.dumps(described))
    with pytest.raises(BundleError, match="the manifest was changed"):
        verify(folder, key=key)


def test_a_foreign_key_is_named(signed, tmp_path):
    folder, _ = signed
    theirs = write_keys(tmp_path / "b.key", tmp_path / "b.key.pub")
    with pytest.raises(BundleError, match=f"by the key {theirs}.*the manifest names"):
        verify(folder, key=tmp_path / "b.key.pub")


@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE])
def test_what_is_missing_of_the_signature_is_named(signed, name):
    folder, key = signed
    (folder / name).unlink()
    with pytest.raises(BundleError, match=name):
        verify(folder, key=key)


def test_a_signature_that_is_no_base64_does_not_hold(signed):
    folder, key = signed
    (folder / SIGNATURE).write_bytes(b"\xff not a signature")
    with pytest.raises(BundleError, match="is no signature"):
        verify(folder, key=key)


def test_the_manifest_marks_the_content_as_generated(signed):
    described = json.loads((signed[0] / MANIFEST).read_text())
    assert described["artificially_generated"] is True
    assert described["digital_source_type"].endswith("/trainedAlgorithmicMedia")
    assert described["name"] == "toy"


def test_the_private_key_is_the_owners_and_never_replaced(tmp_path):
    write_keys(tmp_path / "a.key", tmp_path / "a.key.pub")
    assert stat.S_IMODE((tmp_path / "a.key").stat().st_mode) == 0o600
    before = (tmp_path / "a.key").read_bytes()
    with pytest.raises(BundleError, match="there already"):
        write_keys(tmp_path / "a.key", tmp_path / "a.key.pub")
    assert (tmp_path / "a.key").read_bytes() == before


def test_keys_of_the_wrong_kind_are_refused(tmp_path):
    write_keys(tmp_path / "a.key", tmp_path / "a.key.pub")
    with pytest.raises(BundleError, match="no private key"):
        read_private_key(tmp_path / "a.key.pub")
    with pytest.raises(BundleError, match="no public key"):
        read_public_key(tmp_path / "a.key")
    with pytest.raises(BundleError, match="cannot be read"):
        read_public_key(tmp_path / "none")


def linked_file(folder, outside):
    (folder / "more.csv").symlink_to(outside / "file.txt")


def same_content_elsewhere(folder, outside):
    (outside / "rows.csv").write_bytes((folder / "rows.csv").read_bytes())
    (folder / "rows.csv").unlink()
    (folder / "rows.csv").symlink_to(outside / "rows.csv")


ODD = {
    "a link to a file": (linked_file, {"more.csv": "symbolic link"}),
    "a link to a folder": (lambda folder, out: (folder / "more").symlink_to(out), {"more": "symbolic link"}),
    "a link to nothing": (lambda folder, out: (folder / "more").symlink_to(out / "no"), {"more": "symbolic link"}),
    "a signed file that became a link": (same_content_elsewhere, {"rows.csv": "symbolic link"}),
    "a pipe": (lambda folder, out: os.mkfifo(folder / "pipe"), {"pipe": "pipe"}),
    "a socket": (lambda folder, out: os.mknod(folder / "listening", stat.S_IFSOCK | 0o600), {"listening": "socket"}),
    "an empty folder": (lambda folder, out: (folder / "a" / "b").mkdir(parents=True), {"a/b": "empty folder"}),
}


@pytest.mark.parametrize("what", ODD)
def test_what_is_no_file_never_passes_and_is_not_followed(signed, tmp_path, what):
    folder, key = signed
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file.txt").write_text("not of the release")
    change, refused = ODD[what]
    change(folder, outside)
    found = verify(folder, key=key)
    assert not found.passed
    assert found.refused == refused
    assert found.unknown == found.missing == found.changed == ()
    if "rows.csv" in refused:
        assert not verify(folder / "rows.csv", key=key).passed
    else:
        assert verify(folder / "rows.csv", key=key).passed


def test_a_signed_file_behind_a_linked_folder_is_missing(tmp_path):
    key = tmp_path / "a.key"
    write_keys(key, tmp_path / "a.key.pub")
    folder = tmp_path / "release"
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "0.png").write_bytes(b"picture")
    write_manifest(folder, key=read_private_key(key), more={}, kind="images")
    (folder / "images").rename(tmp_path / "elsewhere")
    (folder / "images").symlink_to(tmp_path / "elsewhere")
    for place in (folder, folder / "images" / "0.png"):
        found = verify(place, key=tmp_path / "a.key.pub")
        assert (found.passed, found.missing, found.refused) == (False, ("images/0.png",), {"images": "symbolic link"})
    with pytest.raises(BundleError, match="what cannot be signed"):
        write_manifest(folder, key=read_private_key(key), more={}, kind="images")


@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE, "key"])
@pytest.mark.parametrize("kind", ["pipe", "link", "device", "folder", "large"])
def test_what_should_be_a_file_and_is_not_is_refused_at_once(signed, name, kind):
    """A pipe kept `verify` waiting for ever."""
    folder, key = signed
    path = key if name == "key" else folder / name
    kept = path.rename(path.with_name("kept"))
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to(kept)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    else:
        with path.open("wb") as file:
            file.truncate(2**28 + 1)
    if (name, kind) == ("key", "link"):  # who names a key knows where it leads
        assert verify(folder / "rows.csv", key=path).passed
        return
    with pytest.raises(BundleError, match=r"is a (pipe|symbolic link|device|folder), not a file|holds more than"):
        verify(folder, key=key)


def forged(folder, key, content):
    """Signs any bytes as the manifest of a folder."""
    (folder / MANIFEST).write_bytes(content)
    signature = read_private_key(key.with_suffix("")).sign(content)
    (folder / SIGNATURE).write_bytes(base64.b64encode(signature))


FILE = {"sha256": "0" * 64, "bytes": 3}
WRONG = {
    "artificially generated": ({"artificially_generated": False}, "does not say that the data is artificially"),
    "not said": ({"artificially_generated": 1}, "does not say that the data is artificially"),
    "format": ({"format": ["synthgen-release"]}, "its format is not"),
    "version": ({"version": "1"}, "its version is not 1"),
    "version true": ({"version": True}, "its version is not 1"),
    "signer": ({"signed_by": 5}, "signed_by is no fingerprint"),
    "files a list": ({"files": ["rows.csv"]}, "files is no list of files"),
    "files absent": ({"files": None}, "files is no list of files"),
    "file a word": ({"files": {"rows.csv": "0" * 64}}, "does not say what each file is"),
    "digest a number": ({"files": {"rows.csv": FILE | {"sha256": 5}}}, "a sha256 that is none"),
    "digest short": ({"files": {"rows.csv": FILE | {"sha256": "ab"}}}, "a sha256 that is none"),
    "size negative": ({"files": {"rows.csv": FILE | {"bytes": -1}}}, "a size that is none"),
    "size a fraction": ({"files": {"rows.csv": FILE | {"bytes": 1.5}}}, "a size that is none"),
    "size absent": ({"files": {"rows.csv": {"sha256": "0" * 64}}}, "a size that is none"),
    "parent": ({"files": {"../a.key": FILE}}, "not inside the folder"),
    "absolute": ({"files": {"/etc/hosts": FILE}}, "not inside the folder"),
    "no name": ({"files": {"": FILE}}, "not inside the folder"),
    "zero byte": ({"files": {"a\0b": FILE}}, "not inside the folder"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_signed_manifest_that_says_something_odd_is_refused(signed, what):
    folder, key = signed
    change, fault = WRONG[what]
    forged(folder, key, json.dumps(json.loads((folder / MANIFEST).read_text()) | change).encode())
    with pytest.raises(BundleError, match=f"is signed, but is no manifest of a release: .*{fault}"):
        verify(folder, key=key)


@pytest.mark.parametrize(
    ("content", "fault"),
    [(b"[" * 100_000, "nested too deeply|no JSON"), (b"[]", "no JSON object"), (b"\xff", "no JSON"), (b"", "no JSON"),
     (b'{"files": {}, "files": {}}', "something twice"), (b'{"version": NaN}', "a number that JSON does not have")],
    ids=["deep", "a list", "no text", "empty", "twice", "NaN"],
)  # fmt: skip
def test_a_signed_manifest_in_another_form_is_refused(signed, content, fault):
    folder, key = signed
    forged(folder, key, content)
    with pytest.raises(BundleError, match=f"is signed, but is no manifest of a release: .*({fault})"):
        verify(folder, key=key)


def test_a_file_of_another_length_is_changed_without_being_read(signed):
    folder, key = signed
    with (folder / "rows.csv").open("ab") as file:
        file.truncate(2**36)  # of nothing: to read it would take minutes
    assert verify(folder, key=key).changed == ("rows.csv",)
