"""Imports by the names of before a move."""

import importlib

import pytest

from synthgen.moved import MOVED, new_name


@pytest.mark.parametrize("old", [*MOVED, "synthgen.metrics.privacy.copies"])
def test_an_old_name_works_and_says_the_new_one(old):
    new = new_name(old)
    with pytest.warns(DeprecationWarning, match=f"{old} is now {new}"):
        found = importlib.import_module(old)
    assert found is importlib.import_module(new)
    assert found.__spec__.name == new


def test_classes_of_moved_files_are_there_once():
    with pytest.warns(DeprecationWarning, match="is now"):
        linkability = importlib.import_module("synthgen.metrics.privacy.linkability")
    from synthgen.metrics.tables.privacy.linkability import Linkability

    assert linkability.Linkability is Linkability


def test_what_never_was_is_not_found():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("synthgen.metrics.privacy.nothing_of_the_kind")
