"""Fitting under a privacy budget: what is paid for, what is refused, what the model file holds."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.bundle import decision
from synthgen.data.schema import SchemaWarning
from synthgen.encoding.layout import EncodedTable
from synthgen.errors import SettingsError
from synthgen.synthesizers.saving import inspect
from synthgen.synthesizers.tables.private_encoding import private_encoder
from synthgen.synthesizers.tables.private_table import PrivateTable

NUM_ROWS = 6_000


def visits(num_rows=NUM_ROWS, *, seed=0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    sex = rng.choice(["F", "M"], num_rows)
    age = np.clip(rng.normal(50 + 10 * (sex == "F"), 12), 0, 99).round().astype(int)
    return pd.DataFrame({
        "patient_id": [f"P-{number:06d}" for number in rng.permutation(num_rows)],
        "sex": sex,
        "ward": rng.choice(["north", "south", "east"], num_rows, p=[0.5, 0.3, 0.2]),
        "age": age,
        "cost": np.where(rng.random(num_rows) < 0.3, 0.0, rng.lognormal(5, 1, num_rows).round(2)),
        "lactate": pd.Series(rng.gamma(2, 1.5, num_rows)).mask(rng.random(num_rows) < 0.3),
        "admitted": pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 700, num_rows), unit="D"),
        "died": rng.random(num_rows) < 0.02 + age / 400,
    })  # fmt: skip


@pytest.fixture(scope="module")
def train() -> pd.DataFrame:
    frame = visits()
    frame.loc[0, "ward"] = "ward of one patient"
    frame.loc[0, "cost"] = 98_765_432.1
    return frame


def known(frame) -> sg.Schema:
    """What `visits` makes is known without looking at it."""
    return sg.Schema.infer(frame).confirmed()


@pytest.fixture(scope="module")
def schema(train) -> sg.Schema:
    return known(train)


def budget(epsilon=3.0, **more) -> sg.DifferentialPrivacy:
    return sg.DifferentialPrivacy(epsilon=epsilon, delta=1e-5, **more)


def small(**more) -> sg.DPMarginals:
    return sg.DPMarginals(**({"num_components": 300, "num_steps": 200, "num_sweeps": 60} | more))


def tiny() -> sg.DPMarginals:
    """For questions that are answered before anything is learned well."""
    return small(num_components=50, num_steps=2, num_sweeps=0)


@pytest.fixture(scope="module")
def fitted(train, schema) -> sg.DPMarginals:
    return small().fit(train, schema=schema, privacy=budget(), verbose=False)


def test_the_ledger_keeps_within_the_budget_and_uses_it(fitted):
    assert 2.9 < fitted.ledger.epsilon <= 3.0
    purposes = " ".join(entry.purpose for entry in fitted.ledger.entries)
    for name in ("sex", "ward", "age", "cost", "lactate", "admitted", "died"):
        assert name in purposes
    assert "margins of 21 pairs" in purposes


def test_the_ledger_is_in_the_model_file_and_comes_back(fitted, tmp_path):
    fitted.save(tmp_path / "model.synthgen")
    stored = inspect(tmp_path / "model.synthgen")["manifest"]["privacy"]
    assert stored == fitted.ledger.to_dict()
    loaded = sg.load(tmp_path / "model.synthgen")
    assert loaded.ledger.to_dict() == stored
    pd.testing.assert_frame_equal(loaded.sample(50, seed=1), fitted.sample(50, seed=1))


def test_without_a_budget_there_is_no_ledger(train, schema):
    assert tiny().fit(train, schema=schema, verbose=False).ledger is None


def test_rows_look_like_the_table(fitted, train):
    drawn = fitted.sample(6_000, seed=0)
    assert drawn.dtypes.to_dict() == train.dtypes.to_dict()
    assert drawn["age"].mean() == pytest.approx(train["age"].mean(), abs=2)
    assert drawn["lactate"].isna().mean() == pytest.approx(0.3, abs=0.03)
    assert (drawn["cost"] == 0).mean() == pytest.approx(0.3, abs=0.05)
    assert abs(drawn["admitted"].median() - train["admitted"].median()) < pd.Timedelta(days=40)
    gap = drawn.groupby("sex")["age"].mean()
    assert gap["F"] - gap["M"] == pytest.approx(10, abs=4)


def test_a_rare_name_and_an_extreme_are_not_learned(fitted):
    drawn = fitted.sample(5_000, seed=0)
    assert "ward of one patient" not in set(drawn["ward"])
    assert drawn["cost"].max() < 1e6


def test_nothing_but_noise_remains_when_the_budget_is_tiny():
    """With next to no budget and the same noise, two opposite tables teach the same."""
    frame = visits(100)[["sex", "died"]]
    schema = sg.Schema(dict(known(frame).columns) | {"sex": sg.Categorical(categories=("F", "M"))})
    tiny = budget(0.01, noise_seed=7)
    taught = [
        private_encoder(PrivateTable.of(frame.assign(sex=sex, died=sex == "F"), schema, tiny), num_bins=8).state()
        for sex in ("F", "M")
    ]
    for name in ("sex", "died"):
        assert taught[0][name]["shares"] == pytest.approx(taught[1][name]["shares"], abs=0.25)


def test_declared_columns_cost_nothing_to_learn_of(train):
    guessed = known(train)
    columns = dict(guessed.columns) | {
        "sex": sg.Categorical(categories=("F", "M")),
        "age": sg.Numerical(dtype="int64", decimals=0, minimum=0, maximum=120),
    }
    fitted = tiny().fit(train, schema=sg.Schema(columns), privacy=budget(), verbose=False)
    free = [entry.purpose for entry in fitted.ledger.entries if entry.mechanism == "declared"]
    assert "categories of sex" in free
    assert "range of age" in free
    assert not any("range of age" in e.purpose for e in fitted.ledger.entries if e.mechanism == "gaussian")


def test_of_each_patient_one_row_is_learned(train):
    frame = pd.concat([train, train.iloc[:2_000]], ignore_index=True)
    schema = sg.Schema.infer(frame, patient_key="patient_id").confirmed()
    private = PrivateTable.of(frame, schema, budget(noise_seed=1))
    assert private.frame["patient_id"].is_unique
    assert len(private.frame) == len(train)
    assert private.reader.ledger.unit == "patient_id"
    assert private.num_patients == pytest.approx(len(train), abs=300)


def test_the_unit_can_be_named(train, schema):
    private = PrivateTable.of(train, schema, budget(unit="ward", noise_seed=1))
    assert len(private.frame) == train["ward"].nunique()
    with pytest.raises(SettingsError, match="unit='wards'"):
        small().fit(train, schema=schema, privacy=budget(unit="wards"))


def test_known_noise_promises_nothing(train, schema):
    fitted = tiny().fit(train, schema=schema, privacy=budget(noise_seed=1), verbose=False)
    assert fitted.ledger.epsilon is None


def test_what_no_budget_covers_is_refused_before_anything_is_read(train, schema):
    with pytest.raises(SettingsError, match="needs schema="):
        small().fit(train, privacy=budget())
    with pytest.raises(SettingsError, match="CTGAN cannot learn under a privacy budget"):
        sg.CTGAN().fit(train, schema=schema, privacy=budget())
    with pytest.raises(SettingsError, match="privacy to be a DifferentialPrivacy"):
        small().fit(train, schema=schema, privacy=3.0)
    with pytest.raises(SettingsError, match="preparation=0"):
        small().fit(train, schema=schema, privacy=budget(preparation=0))
    rules = (sg.FixedCombinations(["sex", "ward"]),)
    with pytest.raises(SettingsError, match="fixed_combinations"):
        small().fit(train, schema=sg.Schema(schema.columns, constraints=rules), privacy=budget())


def test_a_guess_that_nobody_confirmed_is_not_counted_and_no_epsilon_is_stated(train, tmp_path):
    guessed = sg.Schema.infer(train)
    half = guessed.confirmed("age", "sex", "ward", "died")
    with pytest.warns(SchemaWarning, match=r"No epsilon will be stated.*'cost'.*confirm: schema\.confirmed\(\)"):
        fitted = tiny().fit(train, schema=half, privacy=budget(), verbose=False)
    assert fitted.ledger.epsilon is None
    (entry,) = [entry for entry in fitted.ledger.entries if entry.mechanism == "uncounted"]
    assert entry.purpose.endswith("of patient_id, cost, lactate, admitted: guessed from a table")
    assert "NOT COUNTED" in str(fitted.ledger)
    fitted.save(tmp_path / "model.synthgen")
    loaded = sg.load(tmp_path / "model.synthgen")
    assert loaded.ledger.to_dict() == fitted.ledger.to_dict()
    assert loaded.schema.inferred == half.inferred
    asked = decision.Guarantee(most_epsilon=100, most_delta=1e-3, unit=None)
    assert not decision.guarantee_check(asked, loaded.ledger.to_dict()).passed
    confirmed = PrivateTable.of(train, guessed.confirmed(), budget()).reader.ledger
    assert {entry.mechanism for entry in confirmed.entries} == {"declared", "gaussian"}


def test_constraints_that_are_declared_hold(train, schema):
    rules = (sg.Range("age", minimum=18),)
    fitted = small().fit(train[train["age"] >= 18], schema=sg.Schema(schema.columns, constraints=rules),
                         privacy=budget(), verbose=False)  # fmt: skip
    assert fitted.sample(500, seed=0)["age"].min() >= 18


def test_too_few_patients_for_a_budget_are_refused_with_what_would_do():
    frame = visits(60)
    schema = known(frame)
    with pytest.raises(SettingsError, match="nothing can be learned of so few") as refusal:
        sg.TVAE().fit(frame, schema=schema, privacy=budget(0.1, noise_seed=0), verbose=False)
    patients, feasible = re.search(
        r"Bring (\d+) patients or more, or set epsilon=([\d.]*\d)", str(refusal.value)
    ).groups()
    small(num_steps=5).fit(visits(int(patients)), schema=schema, privacy=budget(0.1, noise_seed=0), verbose=False)
    enough = budget(5 * float(feasible), noise_seed=0)
    small(num_steps=5).fit(frame, schema=schema, privacy=enough, verbose=False)


def test_what_noise_hides_is_not_reckoned_with():
    """From a count of next to nothing the feasible epsilon came out thousands of times too large."""
    frame = visits(60)
    with pytest.raises(SettingsError, match="noise hides how much is enough") as refusal:
        sg.TVAE().fit(frame, schema=known(frame), privacy=budget(1e-3, noise_seed=4), verbose=False)
    assert float(re.search(r"set epsilon=([\d.]*\d)", str(refusal.value)).group(1)) <= 5e-3


@pytest.mark.parametrize("epsilon", [0.5, 1.0])
def test_small_tables_and_budgets_still_give_rows(epsilon):
    frame = visits(300)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted = small(num_steps=20).fit(frame, schema=known(frame), privacy=budget(epsilon), verbose=False)
        assert len(fitted.sample(100, seed=0)) == 100
    assert fitted.ledger.epsilon <= epsilon


@pytest.mark.parametrize(
    "column",
    [{"dtype": "datetime64[ns]", "resolution": "D"}, {"dtype": "datetime64[ns]", "resolution": "ns"},
     {"dtype": "object", "format": "%Y-%m-%d", "resolution": "D"}],
)  # fmt: skip
def test_dates_that_noise_alone_has_placed_are_dates_still(column):
    """With next to no budget the range of a column is anything; once it was a year of ten digits."""
    days = pd.Series(pd.date_range("2021-01-01", periods=200, freq="D"))
    days = days if "format" not in column else days.dt.strftime("%Y-%m-%d").astype(object)
    schema = sg.Schema({"day": sg.Datetime(**column)})
    for seed in range(12):
        private = PrivateTable.of(pd.DataFrame({"day": days}), schema, budget(0.01, noise_seed=seed))
        encoder = private_encoder(private, num_bins=8)
        codes = np.arange(len(encoder.columns[0].shares), dtype=np.int32)[:, None]
        drawn = encoder.decode(EncodedTable(codes, np.zeros((len(codes), 0), np.float32)), seed=0)["day"]
        assert drawn.isna().sum() <= encoder.columns[0].missing
        assert drawn.dtype == days.dtype


def test_numbers_of_which_none_is_frequent_are_missing():
    """Categories of a column of numbers: the label of their pool is text, which the column cannot hold."""
    schema = sg.Schema({"ward": sg.Categorical(dtype="int64"), "ill": sg.Boolean()})
    private = PrivateTable.of(pd.DataFrame({"ward": range(400), "ill": [True, False] * 200}), schema, budget())
    encoder = private_encoder(private, num_bins=8)
    assert encoder.decode(encoder.encode(private.frame, seed=0), seed=0)["ward"].isna().all()


NETWORKS = {
    "TabularGAN": {"num_steps": 20, "width": 16, "batch_size": 50},
    "TabularAutoregressive": {"num_steps": 20, "width": 16, "batch_size": 50},
    "TabularDiffusion": {"num_steps": 20, "width": 16, "batch_size": 50, "num_sampling_steps": 8},
    "TVAE": {"num_epochs": 1, "width": 16, "batch_size": 100},
}
LEARNING = {
    "TabularGAN": {"num_steps": 60, "width": 32, "batch_size": 100},
    "TabularAutoregressive": {"num_steps": 300, "width": 24, "batch_size": 150},
}


@pytest.fixture(scope="module", params=NETWORKS)
def network(request, train, schema):
    family = getattr(sg, request.param)
    return family(seed=1, **NETWORKS[request.param]).fit(train, schema=schema, privacy=budget(5.0), verbose=False)


def test_networks_keep_within_the_budget_and_keep_no_losses(network, tmp_path):
    assert 4.9 < network.ledger.epsilon <= 5.0
    kinds = [entry.mechanism for entry in network.ledger.entries]
    assert kinds.count("sampled_gaussian") == 1
    assert "uncounted" not in kinds
    assert network.history == []
    assert network.calibrator is None
    network.save(tmp_path / "model.synthgen")
    loaded = sg.load(tmp_path / "model.synthgen")
    pd.testing.assert_frame_equal(loaded.sample(40, seed=1), network.sample(40, seed=1))


def test_networks_draw_rows_of_the_table(network, train):
    drawn = network.sample(1_000, seed=0)
    assert drawn.dtypes.to_dict() == train.dtypes.to_dict()
    assert set(drawn["sex"]) <= {"F", "M"}
    assert "ward of one patient" not in set(drawn["ward"])


@pytest.mark.parametrize("family", LEARNING)
def test_networks_learn_what_columns_say_of_each_other(family):
    rng = np.random.default_rng(0)
    a = rng.integers(0, 4, 8_000)
    frame = pd.DataFrame({"a": a.astype(str), "b": ((a + (rng.random(8_000) < 0.1)) % 4).astype(str)})
    fitted = getattr(sg, family)(seed=0, **LEARNING[family]).fit(
        frame, schema=known(frame), privacy=budget(8.0), verbose=False
    )
    drawn = fitted.sample(4_000, seed=0)
    assert (drawn["a"] == drawn["b"]).mean() > 0.5  # in the table 0.9, of independent columns 0.25


def test_the_best_epoch_is_chosen_by_what_is_paid_for(network):
    """Only the GAN has read margins; the others keep the last epoch."""
    assert (network.best_epoch >= 0) == (network.family == "TabularGAN")
    bought = [entry.purpose for entry in network.ledger.entries if entry.mechanism == "gaussian"]
    assert any(purpose.startswith("margins") for purpose in bought) == (network.family == "TabularGAN")


def test_a_private_run_has_no_checkpoint_and_needs_enough_patients(train, schema, tmp_path):
    with pytest.raises(SettingsError, match="Leave checkpoint out"):
        sg.TVAE(num_epochs=1).fit(train, schema=schema, privacy=budget(), checkpoint=tmp_path / "c", verbose=False)
