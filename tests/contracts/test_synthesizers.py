"""What every synthesizer promises, whatever its family."""

import json
import zipfile

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import ConditionError, ModelFileError, NotFittedError, ProtectionError, SchemaError
from synthgen.synthesizers.saving import inspect


def test_columns_types_and_order_are_the_tables(fitted, train):
    synthetic = fitted.sample(300, seed=0)
    expected = train.drop(columns="note")
    assert synthetic.dtypes.to_dict() == expected.dtypes.to_dict()
    assert list(synthetic) == list(expected)
    assert 0 < synthetic["lactate"].isna().mean() < 0.7
    assert not synthetic.drop(columns="lactate").isna().any().any()


def test_no_identifier_text_or_rare_value_of_the_training_rows_is_emitted(fitted, train):
    """SDV re-emits every name; its samples hold the one rare diagnosis and the exact maximum."""
    synthetic = fitted.sample(2_000, seed=0)
    assert not set(synthetic["patient_id"]) & set(train["patient_id"])
    assert synthetic["patient_id"].is_unique
    assert synthetic["patient_id"].str.fullmatch(r"P-[0-9]{8}").all()
    assert "note" not in synthetic
    assert not (synthetic["ward"] == "ultra-rare-ward").any()
    assert not (synthetic["cost"] == 987654.32).any()
    unique = train["lactate"].dropna().astype("float32")
    assert not set(synthetic["lactate"].dropna().astype("float32")) & set(unique)


def test_the_file_holds_no_raw_value(fitted, train, tmp_path):
    """SDV's pickles hold every name, the single rare diagnosis and the exact maximum."""
    fitted.save(tmp_path / "model.synthgen")
    with zipfile.ZipFile(tmp_path / "model.synthgen") as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    text = b"\n".join(content for name, content in contents.items() if name.endswith(".json")).decode()
    strings = [value for name in ("patient_id", "note") for value in train[name]] + ["ultra-rare-ward"]
    assert not [value for value in strings if value in text]
    numbers = {float(word) for word in text.replace(",", " ").replace("]", " ").split() if _is_number(word)}
    for name in ("lactate", "cost", "age"):
        counts = train[name].value_counts()
        rare = set(counts.index[counts < 10].astype(float))
        # a whole number can stand in a file for many reasons
        assert not {number for number in numbers & rare if number % 1}, name
    assert train["cost"].max() not in numbers
    packed = b"".join(contents.values())
    for value in (train["cost"].max(), train["lactate"].max(), train["lactate"].min()):
        assert np.float64(value).tobytes() not in packed
        assert np.float32(value).tobytes() not in packed


def _is_number(word):
    try:
        float(word)
    except ValueError:
        return False
    return True


def test_inspect_lists_what_was_taken_from_the_data(fitted, tmp_path):
    fitted.save(tmp_path / "model.synthgen")
    listed = inspect(tmp_path / "model.synthgen")
    assert listed["manifest"]["family"] == fitted.family
    assert listed["encoder"]["ward"]["categories"] == ["east", "north", "south"]
    assert set(listed["encoder"]) == set(fitted.schema.learned)
    json.dumps(listed)


def test_saved_and_loaded_draws_the_same_rows(fitted, tmp_path):
    fitted.save(tmp_path / "model.synthgen")
    loaded = sg.load(tmp_path / "model.synthgen")
    pd.testing.assert_frame_equal(loaded.sample(200, seed=7), fitted.sample(200, seed=7))
    conditions = {"ward": "east", "sex": "M"}
    pd.testing.assert_frame_equal(
        loaded.sample(20, conditions=conditions, seed=7), fitted.sample(20, conditions=conditions, seed=7)
    )
    assert loaded.history == fitted.history
    loaded.save(tmp_path / "again.synthgen")
    assert (tmp_path / "again.synthgen").read_bytes() == (tmp_path / "model.synthgen").read_bytes()


def test_sampling_is_a_function_of_the_seed(fitted, global_randomness_untouched):
    first, second, other = fitted.sample(50, seed=1), fitted.sample(50, seed=1), fitted.sample(50, seed=2)
    pd.testing.assert_frame_equal(first, second)
    assert not first.equals(other)
    assert not fitted.sample(50).equals(fitted.sample(50)), "unseeded calls differ from each other"


def test_rows_do_not_depend_on_how_many_are_drawn(fitted):
    """CTGAN normalises with the sampled batch."""
    few, many = (fitted.sample(n, seed=3).drop(columns="patient_id") for n in (1, 2_000))
    assert len(few) == 1
    shares = [fitted.sample(n, seed=5)["smoker"].mean() for n in (500, 8_000)]
    assert shares[0] == pytest.approx(shares[1], abs=4 * np.sqrt(0.25 / 500))
    assert len(many) == 2_000
    assert len(fitted.sample(0)) == 0


@pytest.mark.parametrize(
    "conditions",
    [
        {"sex": "F"},
        {"ward": "east"},
        {"ward": ["north", "east"]},
        {"smoker": True},
        {"age": sg.Between(70, 80)},
        {"age": sg.Between(None, 40), "sex": "F"},
        {"admitted": sg.Between("2022-01-01", None)},
        {"cost": 0},
        {"lactate": sg.Between(2, 4), "smoker": False, "ward": "south"},
    ],
    ids=str,
)
def test_every_row_holds_the_conditions(fitted, conditions):
    synthetic = fitted.sample(60, conditions=conditions, seed=0)
    assert len(synthetic) == 60
    for name, wanted in conditions.items():
        if isinstance(wanted, sg.Between):
            low = pd.Timestamp(wanted.low) if isinstance(wanted.low, str) else wanted.low
            assert low is None or (synthetic[name] >= low).all()
            assert wanted.high is None or (synthetic[name] <= wanted.high).all()
        else:
            assert synthetic[name].isin(wanted if isinstance(wanted, list) else [wanted]).all()


def test_what_is_asked_of_a_column_moves_those_before_it_and_those_after_it(fitted):
    """In the north all are women and younger; a model that copies the condition into plain rows would not know."""
    wards = pd.DataFrame({"ward": ["north"] * 600 + ["east"] * 600})
    if fitted.model.copies_known:
        drawn = fitted.sample(1200, known=wards, seed=2, verbose=False)
    else:
        parts = [fitted.sample(600, conditions={"ward": ward}, seed=2, verbose=False) for ward in ("north", "east")]
        drawn = pd.concat(parts, ignore_index=True)
    north, east = drawn[:600], drawn[600:]
    gap = (north["sex"] == "F").mean() - (east["sex"] == "F").mean()
    if not fitted.model.copies_known:  # of so short a training they have learned little, with and without conditions
        assert gap > 0.1
        return
    assert gap > 0.6
    assert east["age"].mean() - north["age"].mean() > 5


@pytest.mark.parametrize("fitted", ["TabularGAN"], indirect=True)
def test_every_category_can_be_asked_for_before_rejection(fitted):
    """Share >= 0.95 before rejection, for columns in any place."""
    from synthgen.encoding.layout import EncodedTable

    layout = fitted.encoder.layout
    for position, column in enumerate(fitted.encoder.columns):
        for code in range(min(len(column.shares), 5)):
            codes = np.zeros((40, len(layout.code_blocks)), np.int32)
            codes[:, position] = code
            mask = np.zeros((40, len(layout.columns)), bool)
            mask[:, position] = True
            known = EncodedTable(codes, np.zeros((40, len(layout.scalar_blocks)), np.float32))
            drawn = fitted.model.draw(40, rng=np.random.default_rng(0), known=known, mask=mask)
            assert (drawn.codes[:, position] == code).mean() >= 0.95


def test_balance_brings_all_categories_equally_often(fitted):
    counts = fitted.sample(90, balance="ward", seed=0)["ward"].value_counts()
    assert counts.to_dict() == {"east": 30, "north": 30, "south": 30}


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"sexx": "F"}, "Did you mean 'sex'"),
        ({"sex": "X"}, "2 categories"),
        ({"ward": "ultra-rare-ward"}, "3 categories"),
        ({"patient_id": "P-1"}, "never learned"),
        ({"age": "old"}, "'age' is numerical"),
        ({"age": []}, "empty"),
        ({"sex": sg.Between("A", "G")}, "no order"),
        ({"cost": sg.Between(1e12, None)}, "no synthetic row lies in the range"),
        ({"lactate": sg.Between(3.0, 3.0)}, "0 of 5 rows were found"),
    ],
    ids=str,
)
def test_impossible_conditions_are_refused_and_end(fitted, conditions, message):
    with pytest.raises(ConditionError, match=message):
        fitted.sample(5, conditions=conditions, seed=0)


def test_partial_rows_are_completed_or_refused(fitted):
    known = pd.DataFrame({"sex": ["F", None, "M"], "smoker": [None, True, False]})
    synthetic = fitted.sample(3, known=known, seed=0)
    assert synthetic["sex"][0] == "F"
    assert synthetic["sex"][2] == "M"
    assert synthetic["smoker"].tolist()[1:] == [True, False]
    ages = pd.DataFrame({"age": [41, 77], "lactate": [1.23456, None]})
    if fitted.model.copies_known:
        completed = fitted.sample(2, known=ages, seed=0)
        assert completed["age"].tolist() == [41, 77]
        assert completed["lactate"][0] == 1.23456
    else:
        with pytest.raises(ConditionError, match="Use TabularGAN"):
            fitted.sample(2, known=ages)
    with pytest.raises(ConditionError, match="known has 3 rows"):
        fitted.sample(4, known=known)


def test_missing_cells_are_imputed_or_refused(fitted, train):
    table = train.head(200).assign(ward=train["ward"].mask(train.index % 3 == 0).replace("ultra-rare-ward", "north"))
    table.index = np.arange(200) * 2
    if not fitted.model.copies_known:
        with pytest.raises(ConditionError, match="TabularAutoregressive"):
            fitted.impute(table)
        return
    imputed = fitted.impute(table, seed=0)
    pd.testing.assert_frame_equal(imputed, fitted.impute(table, seed=0))
    learned = fitted.schema.learned
    assert not imputed[learned].isna().any().any()
    assert imputed.dtypes.to_dict() == table.dtypes.to_dict()
    held = table.notna()
    pd.testing.assert_frame_equal(imputed.where(held), table.where(held))
    # north is for women only, which is all that the other columns say of a ward
    filled = imputed.loc[table["ward"].isna()]
    by_sex = filled.groupby("sex")["ward"].apply(lambda wards: (wards == "north").mean())
    assert by_sex["F"] > by_sex["M"] + 0.2
    with pytest.raises(ConditionError, match=r"\['ward'\] are absent"):
        fitted.impute(table.drop(columns="ward"))
    pd.testing.assert_frame_equal(fitted.impute(imputed), imputed)


def test_rows_stream_to_parquet(fitted, tmp_path):
    fitted.sample_to(tmp_path / "synthetic.parquet", 250, seed=4)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "synthetic.parquet"), fitted.sample(250, seed=4))


TINY = {
    "TabularGAN": {"num_steps": 4, "width": 8},
    "TabularAutoregressive": {"num_steps": 4, "width": 8, "calibration": False},
    "TabularDiffusion": {"num_steps": 4, "width": 8, "num_sampling_steps": 4, "calibration": False},
    "TVAE": {"num_epochs": 1},
    "CTGAN": {"num_epochs": 1},
    "GaussianCopula": {},
    "DPMarginals": {"num_components": 50, "num_steps": 5, "num_sweeps": 5},
}


@pytest.mark.usefixtures("programs_forgotten")
def test_constraints_hold_on_what_is_written(train, schema, make, tmp_path):
    """SDV rounds after the check. What has hardly learned breaks rules most."""
    rules = (
        sg.Range("age", minimum=18, maximum=95),
        sg.FixedCombinations(["sex", "ward"]),
        sg.Range("cost", maximum=5_000),
    )
    ruled = sg.Schema(schema.columns, schema.patient_key, schema.rare_below, rules)
    synthesizer = make(**TINY[make().family]).fit(train, schema=ruled, verbose=False)
    synthesizer.save(tmp_path / "ruled.synthgen")
    sg.load(tmp_path / "ruled.synthgen").sample_to(tmp_path / "rows.csv", 400, seed=0)
    written = pd.read_csv(tmp_path / "rows.csv")
    assert written["age"].between(18, 95).all()
    assert (written["cost"] <= 5_000).all()
    pairs = set(zip(written["sex"], written["ward"], strict=True))
    assert pairs <= {("F", "north"), ("F", "south"), ("M", "south"), ("M", "east")}


def share_of_dependence_missed(drawn, frame, first, second):
    """1 of a model that leaves the two-way table at the product of its margins, 0 of one that knows it."""

    def table(rows):
        return pd.crosstab(rows[first], rows[second], normalize=True).reindex_like(known).fillna(0).to_numpy()

    known = pd.crosstab(frame[first], frame[second], normalize=True)
    independent = np.outer(known.sum(axis=1), known.sum())
    return np.abs(table(drawn) - known.to_numpy()).sum() / np.abs(independent - known.to_numpy()).sum()


@pytest.mark.parametrize("fitted", ["TabularGAN", "TabularAutoregressive", "TabularDiffusion"], indirect=True)
def test_it_beats_independent_marginals(fitted, train):
    drawn = fitted.sample(3_000, seed=0)
    assert share_of_dependence_missed(drawn, train, "ward", "sex") < 0.5
    north, east = (drawn.loc[drawn["ward"] == ward, "age"].mean() for ward in ("north", "east"))
    assert east - north > 7.5  # half of what it is in the table


@pytest.mark.usefixtures("programs_forgotten")
@pytest.mark.parametrize("make", ["TVAE", "CTGAN", "GaussianCopula", "DPMarginals"], indirect=True)
def test_it_beats_independent_marginals_of_an_easier_table(make):
    """Of the patients two learn little in as few epochs, and the others see no order in the wards."""
    rng = np.random.default_rng(0)
    a = rng.choice(["x", "y", "z"], 1_500)
    b = np.where(rng.random(1_500) < 0.9, a, rng.choice(["x", "y", "z"], 1_500))
    frame = pd.DataFrame({"a": a, "b": b, "c": rng.normal(2 * (a == "x"), 1)})
    synthetic = make().fit(frame, verbose=False).sample(3_000, seed=0)
    assert share_of_dependence_missed(synthetic, frame, "a", "b") < 0.5
    lift = synthetic.loc[synthetic["a"] == "x", "c"].mean() - synthetic.loc[synthetic["a"] != "x", "c"].mean()
    assert lift > 0.7


def test_before_fit_nothing_can_be_drawn_or_saved(make, tmp_path):
    with pytest.raises(NotFittedError, match="fit"):
        make().sample(1)
    with pytest.raises(NotFittedError, match="fit"):
        make().save(tmp_path / "model.synthgen")


REFUSED = {
    "one row": (pd.DataFrame({"a": [1.0], "b": ["x"]}), ProtectionError),
    "two rows": (pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]}), ProtectionError),
    "infinite": (pd.DataFrame({"a": [1.0, np.inf] * 20, "b": ["x", "y"] * 20}), SchemaError),
    "mixed types": (pd.DataFrame({"a": [1, "x"] * 20}), SchemaError),
}


@pytest.mark.filterwarnings("ignore::synthgen.data.schema.SchemaWarning")
@pytest.mark.parametrize("case", REFUSED)
def test_what_nobody_can_learn_is_refused_before_any_family_is_asked(case):
    frame, error = REFUSED[case]
    with pytest.raises(error, match=r"rare_below|infinite|mixes"):
        sg.GaussianCopula().fit(frame, verbose=False)


def test_a_model_cut_off_at_any_byte_is_refused(fitted, tmp_path):
    fitted.save(tmp_path / "model.synthgen")
    whole = (tmp_path / "model.synthgen").read_bytes()
    damaged = tmp_path / "damaged.synthgen"
    for cut in [0, 1, 2, 30, *np.linspace(31, len(whole) - 1, 40).astype(int).tolist()]:
        damaged.write_bytes(whole[:cut])
        with pytest.raises(ModelFileError, match=r"damaged|no synthgen model"):
            sg.load(damaged)
    for place in np.linspace(40, len(whole) - 40, 40).astype(int).tolist():
        changed = bytearray(whole)
        changed[place] ^= 0xFF
        damaged.write_bytes(bytes(changed))
        try:
            rows = sg.load(damaged).sample(5, seed=0)
        except ModelFileError:
            continue
        pd.testing.assert_frame_equal(rows, fitted.sample(5, seed=0))  # a byte that says nothing, as a file's date
