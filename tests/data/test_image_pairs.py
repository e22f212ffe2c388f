"""Pairs of images as a value, and as a kind of data: what belongs together stays together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synthgen as sg
from synthgen.data.kinds import kind_named, kind_of
from synthgen.errors import ReadError, SchemaError, WriteError
from synthgen.provenance.digests import digest_of


def numbered(count, *, patients=None, side=4):
    """Images that say their own number."""
    pixels = np.broadcast_to(np.arange(count, dtype=np.uint8)[:, None, None, None], (count, side, side, 1)).copy()
    return sg.ImageSet(pixels=pixels, patients=patients)


def numbers(images):
    return images.pixels[:, 0, 0, 0].tolist()


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 12), st.integers(1, 4), st.sampled_from(["source", "target", "both"]), st.integers(0, 99))
def test_a_split_keeps_pairs_and_people_together(people, each, known, seed):
    whose = np.repeat(np.arange(people), each)[np.random.default_rng(seed).permutation(people * each)]
    source = numbered(len(whose), patients=None if known == "target" else whose)
    target = numbered(len(whose), patients=None if known == "source" else whose, side=8)  # enlarged
    parts = sg.split(sg.ImagePairs(source, target), holdout=0.4, seed=seed)
    assert sorted(numbers(parts[0].source) + numbers(parts[1].source)) == list(range(len(whose)))
    for part in parts:
        assert numbers(part.source) == numbers(part.target)
    sides = [set(whose[numbers(part.target)]) for part in parts]
    assert sides[0] & sides[1] == set()


def test_piles_are_divided_each_for_itself():
    learned, kept = sg.split(sg.ImagePairs(numbered(30), numbered(50, side=8), paired=False), holdout=0.2)
    assert [len(part.source) for part in (learned, kept)] == [24, 6]
    assert [len(part.target) for part in (learned, kept)] == [40, 10]
    assert not learned.paired and not kept.paired
    assert sg.split(sg.ImagePairs(None, numbered(50), paired=False))[1].source is None


def test_what_are_no_pairs_is_refused():
    with pytest.raises(SchemaError, match=r"target: expected an image for each of the 5.*Received 4.*paired=False"):
        sg.ImagePairs(numbered(5), numbered(4))
    with pytest.raises(SchemaError, match="target: expected the patients of source in the same places. 1 of 4"):
        sg.ImagePairs(numbered(4, patients=np.array([0, 0, 1, 1])), numbered(4, patients=np.array([7, 8, 8, 8])))
    with pytest.raises(SchemaError, match="source: expected an ImageSet. Received ndarray"):
        sg.ImagePairs(numbered(4).pixels, numbered(4))
    with pytest.raises(SchemaError, match="target: expected an ImageSet. Received NoneType"):
        sg.ImagePairs(numbered(4), None)
    with pytest.raises(SchemaError, match="take: these are no pairs"):
        sg.ImagePairs(numbered(4), numbered(9), paired=False).take([0])
    assert len(sg.ImagePairs(numbered(4), numbered(9), paired=False)) == 9
    same = sg.ImagePairs(numbered(3, patients=np.array([5, 5, 2])), numbered(3, patients=np.array([0, 0, 1])))
    assert same.patients.tolist() == [5, 5, 2]  # numbers mean nothing across sets


def test_the_kind_of_pairs_is_found_by_the_value_and_by_no_path():
    pairs = sg.ImagePairs(numbered(4), numbered(4))
    assert kind_of(pairs).name == "image_pairs"
    assert digest_of(pairs) == digest_of(pairs.target)  # what is judged, and released if anything is
    assert len(list(kind_of(pairs).contents(pairs, ()))) == 4
    with pytest.raises(WriteError, match=r"a.npz: no file holds pairs"):
        sg.write(pairs, "a.npz")
    with pytest.raises(ReadError, match="no file holds pairs"):
        kind_named("image_pairs").read("a.npz")
    with pytest.raises(SchemaError, match="by names 'age'"):
        sg.split(pairs, by="age")
