"""A roster knows who was learned and held out, keeps it to itself, and is believed only whole."""

import hashlib
import io
import json
import zipfile

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import EvaluationError, ReadError
from synthgen.provenance.roster import Roster
from synthgen.provenance.roster_file import read_roster, roster_of

MODEL = "0" * 64


def patients(seed, rows=120):
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "pid": [f"P-{seed}-{number // 2}" for number in range(rows)],
            "dose": random.normal(size=rows).round(3),
            "site": random.choice(["north", "south"], rows),
            "seen": pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 300, rows), unit="D"),
        }
    )


@pytest.fixture(scope="module")
def schema():
    return sg.Schema.infer(patients(0), patient_key="pid")


@pytest.fixture
def roster(schema):
    return Roster.of(train=patients(0), holdout=patients(1), schema=schema, model=MODEL)


def test_the_right_files_pass_whatever_their_types_and_order(roster, tmp_path):
    sg.write(patients(0).sample(frac=1, random_state=0)[["site", "seen", "dose", "pid"]], tmp_path / "t.csv")
    found = roster.check(train=sg.read(tmp_path / "t.csv"), holdout=patients(1))
    assert found == {"train": "is what was learned", "holdout": "is what was held out"}
    found = roster.check(train=patients(0), holdout=patients(2))
    assert found["holdout"].startswith("is not what was held out, and holds no more learned ones")
    assert roster.check(train=patients(0)) == {"train": "is what was learned"}


def test_a_train_file_of_other_rows_is_refused_and_the_rows_are_counted(roster):
    with pytest.raises(EvaluationError, match="120 of its 240 rows were not learned, and 0 of 120"):
        roster.check(train=pd.concat([patients(0), patients(1)]))
    with pytest.raises(EvaluationError, match="0 of its 100 rows were not learned, and 20 of 120"):
        roster.check(train=patients(0).iloc[:100])
    twice = pd.concat([patients(0), patients(0).iloc[:3]])
    with pytest.raises(EvaluationError, match="3 of its 123 rows were not learned"):
        roster.check(train=twice)
    changed = patients(0)
    changed.loc[7, "dose"] += 0.001
    with pytest.raises(EvaluationError, match="1 of its 120 rows were not learned, and 1 of 120") as error:
        roster.check(train=changed)
    assert "P-0" not in str(error.value)
    with pytest.raises(EvaluationError, match=r"train lacks \['dose'\]"):
        roster.check(train=patients(0).drop(columns="dose"))


def test_a_holdout_with_learned_patients_is_refused(roster):
    with pytest.raises(EvaluationError, match="holdout holds 2 patients whom the model learned"):
        roster.check(train=patients(0), holdout=pd.concat([patients(1), patients(0).iloc[:4]]))
    renamed = patients(0).assign(pid=[f"Q{number}" for number in range(120)])
    with pytest.raises(EvaluationError, match="holdout: 120 of its 120 rows were learned"):
        roster.check(train=patients(0), holdout=renamed)


def test_without_a_key_rows_tell_and_equal_rows_of_coarse_tables_are_honest():
    fine = Roster.of(train=patients(0).drop(columns="pid"), model=MODEL)
    with pytest.raises(EvaluationError, match="holdout: 60 of its 120 rows were learned"):
        fine.check(train=patients(0), holdout=pd.concat([patients(0).iloc[:60], patients(2).iloc[:60]]))
    coarse = pd.DataFrame({"sex": ["F", "M"] * 100, "ill": [True, True, False, False] * 50})
    roster = Roster.of(train=coarse, model=MODEL)
    assert "no more learned ones" in roster.check(train=coarse, holdout=coarse.iloc[:80])["holdout"]


def test_images(tmp_path):
    random = np.random.default_rng(0)
    images = sg.ImageSet(pixels=random.integers(0, 255, (30, 6, 6, 1)).astype(np.uint8))
    train, holdout = images.take(range(20)), images.take(range(20, 30))
    roster = Roster.of(train=train, holdout=holdout, model=MODEL)
    roster.save(tmp_path / "m.roster")
    roster = read_roster(tmp_path / "m.roster")
    wide = sg.ImageSet(pixels=train.pixels.astype(np.uint16)).take(range(19, -1, -1))  # the same, stored wider
    assert roster.check(train=wide, holdout=holdout)["holdout"] == "is what was held out"
    with pytest.raises(EvaluationError, match="holdout: 1 of its 11 images were learned"):
        roster.check(train=train, holdout=images.take(range(19, 30)))
    with pytest.raises(EvaluationError, match="11 of its 30 images were not learned|10 of its 30"):
        roster.check(train=images, holdout=holdout)
    with pytest.raises(EvaluationError, match="the roster is one of images"):
        roster.check(train=patients(0))


def test_the_file_is_the_owners_alone_and_holds_no_value(roster, tmp_path):
    path = roster_of(tmp_path / "m.synthgen")
    path.write_text("older")
    path.chmod(0o644)
    roster.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"P-0" not in path.read_bytes() and b"north" not in path.read_bytes()
    assert [beside.name for beside in tmp_path.iterdir()] == ["m.synthgen.roster"]


def test_the_digests_in_the_file_are_those_of_the_standard_library(roster, tmp_path):
    roster.save(tmp_path / "r")
    with np.load(tmp_path / "r", allow_pickle=False) as held:
        key = held["key"].tobytes()
        first = patients(0).iloc[0]
        row = json.dumps([format(first["dose"], "g"), str(first["seen"].date()), first["site"]], separators=(",", ":"))
        expected = hashlib.blake2b(row.encode(), digest_size=16, key=key).digest()
        assert expected in {digest.tobytes() for digest in held["learned"]}
        whose = hashlib.blake2b(b"P-1-0", digest_size=16, key=key).digest()
        assert whose in {digest.tobytes() for digest in held["held_out_patients"]}
    other = Roster.of(train=patients(0), model=MODEL, schema=sg.Schema.infer(patients(0), patient_key="pid"))
    assert not set(map(bytes, other.learned)) & set(map(bytes, roster.learned))  # another key: nothing to compare


def rewritten(source, target, **arrays):
    with np.load(source, allow_pickle=False) as held:
        np.savez(target, **{name: held[name] for name in held.files} | arrays)
    return target.with_name(f"{target.name}.npz")


def test_a_file_that_was_changed_is_refused(roster, tmp_path):
    path = tmp_path / "r"
    roster.save(path)
    with np.load(path, allow_pickle=False) as held:
        about, learned = json.loads(held["about"].tobytes()), held["learned"]
    flipped = learned.copy()
    flipped[3, 2] ^= 1
    changes = {
        "key": {"key": np.zeros(32, np.uint8)}, "digest": {"learned": flipped}, "fewer": {"learned": learned[1:]},
        "model": {"about": np.frombuffer(json.dumps(about | {"model": "1" * 64}).encode(), np.uint8)},
        "short key": {"key": np.zeros(16, np.uint8)},
        "seal": {"about": np.frombuffer(json.dumps(about | {"seal": "\ud800"}).encode(), np.uint8)},
    }  # fmt: skip
    for name, change in changes.items():
        with pytest.raises(ReadError, match="was changed"):
            read_roster(rewritten(path, tmp_path / name, **change))
    foreign = {
        "shape": {"learned": learned[:, :8]}, "type": {"learned": learned.astype(np.int32)},
        "more": {"more": learned}, "words": {"about": np.frombuffer(b"[1]", np.uint8)},
        "later": {"about": np.frombuffer(json.dumps(about | {"version": 2}).encode(), np.uint8)},
        "types": {"about": np.frombuffer(json.dumps(about | {"columns": [1]}).encode(), np.uint8)},
        "objects": {"key": np.array([{}], dtype=object)},
    }  # fmt: skip
    for name, change in foreign.items():
        with pytest.raises(ReadError, match="is no roster"):
            read_roster(rewritten(path, tmp_path / name, **change))


def test_damaged_and_lying_files_are_refused(roster, tmp_path):
    path = tmp_path / "r"
    roster.save(path)
    whole = path.read_bytes()
    with pytest.raises(ReadError, match="cannot be read"):
        read_roster(tmp_path / "none")
    for place in range(0, len(whole), len(whole) // 60):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        try:
            read = read_roster(path)
        except ReadError:
            continue
        assert read.seal() == roster.seal()  # a byte that means nothing, such as a time in the archive
    with zipfile.ZipFile(path, "w") as archive, zipfile.ZipFile(io.BytesIO(whole)) as held:
        for name in held.namelist():
            content = held.read(name)
            if name == "learned.npy":
                content = content.replace(b"(120, 16)", b"(999, 16)")
            archive.writestr(name, content)
    with pytest.raises(ReadError, match="is no roster"):
        read_roster(path)
