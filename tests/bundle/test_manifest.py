"""Signed manifests: every change is found and named, and only the trusted key counts."""

import json
import stat

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
    write_manifest(folder, key=read_private_key(tmp_path / "a.key"), more={"name": "toy"})
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
