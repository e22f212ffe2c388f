"""Known answers and controls for the privacy metrics."""

import numpy as np
import pandas as pd
import pytest

from synthgen.data.columns import Identifier, Numerical, Text
from synthgen.data.schema import Schema
from synthgen.data.tables.kind import TableKind
from synthgen.metrics.attack import Attack
from synthgen.metrics.density_ratio import log_density
from synthgen.metrics.distance import nearest
from synthgen.metrics.low_rates import rate_interval, roc_curve, true_positive_rate
from synthgen.metrics.matching import equal_patients, row_counts
from synthgen.metrics.tables.privacy.attributes import AttributeInference
from synthgen.metrics.tables.privacy.closest_record import ShareCloser
from synthgen.metrics.tables.privacy.copies import ExactCopies, NearCopies
from synthgen.metrics.tables.privacy.linkability import Linkability
from synthgen.metrics.tables.privacy.membership import ConfidentMembership, Membership
from synthgen.metrics.tables.privacy.reemitted import ReemittedValues
from synthgen.metrics.tables.privacy.singling_out import SinglingOut
from synthgen.report.verdicts import verdicts

ATTACKS = [ShareCloser(), Membership(), ConfidentMembership(), AttributeInference(), Linkability(), SinglingOut()]
ALL = [ExactCopies(), NearCopies(), *ATTACKS]


def categories(rows, seed, columns=9):
    random = np.random.default_rng(seed)
    return pd.DataFrame({f"c{place}": random.choice(list("abcdef"), rows) for place in range(columns)})


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.name)
@pytest.mark.parametrize("kind", ["mixed", "categories only"])
def test_an_exact_copy_fails_every_privacy_metric(metric, kind, patients, tables):
    """Elsewhere an exact copy of categorical data scores 1.0, "protected"."""
    draw = categories if kind == "categories only" else patients
    train, holdout = draw(2500, 0), draw(2500, 1)
    result = metric(tables(train, train, holdout))
    assert result.status == "fail", result
    assert result.interval[0] > result.reference


@pytest.mark.parametrize("metric", [Membership(), AttributeInference(), Linkability()], ids=lambda m: m.name)
@pytest.mark.parametrize("kind", ["mixed", "categories only"])
def test_every_attack_on_an_exact_copy_comes_close_to_certainty(metric, kind, patients, tables):
    draw = categories if kind == "categories only" else patients
    train, holdout = draw(2500, 0), draw(2500, 1)
    result = metric(tables(train, train, holdout))
    areas = [part.value for part in result.parts] if metric.name != "attributes" else [result.value]
    assert min(areas) > 0.95


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.name)
def test_independent_draws_of_the_same_law_pass(metric, patients, tables):
    result = metric(tables(patients(2500, 0), patients(2500, 1), patients(2500, 2)))
    assert result.status == "pass", result


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("law", ["heavy tails", "ties", "lognormal", "mixed"])
def test_independent_equal_draws_share_closest_records_evenly(law, seed, patients, tables):
    """Scaled by each set's own range, the fair value 0.5 comes out as 0.22 to 0.90 on heavy tails."""
    random = np.random.default_rng(seed)
    draws = {
        "heavy tails": lambda: pd.DataFrame(random.standard_cauchy((800, 3)), columns=list("abc")),
        "ties": lambda: pd.DataFrame(random.integers(0, 8, (800, 4)), columns=list("abcd")),
        "lognormal": lambda: pd.DataFrame(random.lognormal(0, 3, (800, 2)), columns=list("ab")),
        "mixed": lambda: patients(800, int(random.integers(1e9))),
    }
    result = ShareCloser()(tables(draws[law](), draws[law](), draws[law](), seed=seed))
    assert abs(result.value - 0.5) <= 4 * result.details["standard_error"]
    assert 0 < result.details["standard_error"] < 0.05


def independent(law, patients, seed):
    random = np.random.default_rng(seed)
    if law == "95/5 column":
        return pd.DataFrame({"c": random.choice(["a", "b"], 2000, p=[0.95, 0.05]), "x": random.integers(0, 9, 2000)})
    if law == "heavy tails":
        return pd.DataFrame(random.standard_cauchy((2000, 3)), columns=list("xyz"))
    return patients(2000, seed)


@pytest.mark.parametrize("law", ["95/5 column", "heavy tails", "patients"])
def test_no_attack_reports_risk_above_its_interval_on_independent_data(law, patients, tables):
    """Elsewhere a column that is split 95 to 5 raises an alarm on independent data."""
    alarms = dict.fromkeys((metric.name for metric in ATTACKS), 0)
    for seed in range(12):
        made = tables(*(independent(law, patients, 10 * seed + role) for role in range(3)), seed=seed)
        for metric in ATTACKS:  # one after the other of the same tables, of which they share what is reckoned once
            result = metric(made)
            if result.value is None:
                continue
            assert result.status in ("pass", "warning"), (metric.name, seed)
            alarms[metric.name] += result.interval[0] > result.reference
    assert max(alarms.values()) <= 2, alarms  # each has a chance of 1 in 40; three or more of twelve, 1 in 300


def shuffled(train):
    random = np.random.default_rng(0)
    return pd.DataFrame({name: random.permutation(train[name].to_numpy()) for name in train})


@pytest.mark.parametrize("metric", [metric for metric in ALL if metric.name != "singling_out"], ids=lambda m: m.name)
def test_shuffled_columns_give_away_no_record(metric, patients, tables):
    train = patients(2500, 0)
    assert metric(tables(train, shuffled(train), patients(2500, 1))).status == "pass"


def test_values_that_come_back_single_out_their_owner(patients, tables):
    """Shuffled columns hold no record, but the very numbers of everybody: a cost to the cent belongs to one person."""
    train, holdout = patients(2500, 0), patients(2500, 1)
    result = SinglingOut()(tables(train, shuffled(train), holdout))
    whole, single = result.parts
    assert result.status == "fail"
    assert (result.value, result.interval) == (single.value, single.interval)
    assert single.value > 0.5
    assert whole.interval[0] <= 0
    drawn = patients(2500, 2)[["cost", "marker", "admitted"]]  # of the same law, but nobody's
    assert SinglingOut()(tables(train, shuffled(train).assign(**drawn), holdout)).status == "pass"


def test_copies_are_counted_exactly(patients, tables):
    train, synthetic = patients(1000, 0), patients(1000, 1)
    mixed = pd.concat([synthetic.iloc[:970], train.iloc[:30]], ignore_index=True)
    result = ExactCopies()(tables(train, mixed, patients(1000, 2)))
    assert result.details == {"rows": 1000, "copies": 30, "side": "train"}
    assert [(part.names, part.value) for part in result.parts] == [(("train",), 0.03), (("holdout",), 0.0)]
    assert result.value == 0.03
    assert result.status == "fail"


def test_a_copy_with_one_column_changed_is_a_near_copy_only(patients, tables):
    train = patients(1500, 0)
    made = tables(train, train.assign(marker=0.123, age=train.age), patients(1500, 1))
    assert ExactCopies()(made).value == 0
    assert NearCopies()(made).value == 1
    assert NearCopies()(made).status == "fail"


def test_noise_on_every_number_does_not_hide_copies(patients, tables):
    train = patients(3000, 0)
    random = np.random.default_rng(0)
    noisy = train.assign(cost=train.cost * random.normal(1, 1e-3, len(train)), marker=train.marker + 1e-4)
    made = tables(train, noisy, patients(3000, 1))
    assert ExactCopies()(made).value < 0.05
    for metric in (NearCopies(), *ATTACKS):
        assert metric(made).status == "fail", metric.name


def test_without_holdout_nothing_is_claimed(patients, tables):
    made = tables(patients(400, 0), patients(400, 1))
    for metric in ATTACKS:
        result = metric(made)
        assert result.value is None
        assert "no holdout" in result.reason


def test_too_few_rows_are_no_pass(patients, tables):
    result = Membership()(tables(patients(120, 0), patients(120, 1), patients(120, 2)))
    assert result.status == "warning"
    assert "too few rows" in result.reason
    found = ConfidentMembership()(tables(patients(1500, 0), patients(1500, 1), patients(1500, 2)))
    assert found.value is None
    assert "needs 1000 outsiders" in found.reason


def test_identifiers_and_notes_that_come_back_are_counted(tables):
    notes = [f"case {i} was seen by doctor {i * 7} and then sent home" for i in range(300)]
    train = pd.DataFrame({"mrn": [f"M-{i:06d}" for i in range(300)], "x": np.arange(300) % 17, "note": notes})
    with pytest.warns(UserWarning, match="note"):
        schema = Schema.infer(train)
    synthetic = train.assign(mrn=[f"M-{i:06d}" for i in range(1000, 1300)])
    synthetic.loc[:8, "note"] = train.note[:9]
    synthetic.loc[9:, "note"] = "nothing"
    fresh = synthetic.assign(mrn=[f"M-{i:06d}" for i in range(3000, 3300)], x=train.x + 20)
    fresh["note"] = [f"visit {i} of the other half" for i in range(300)]
    result = ReemittedValues()(tables(train, synthetic, fresh, schema=schema))
    assert {part.names[0]: part.value for part in result.parts} == {"mrn": 0.0, "note": 9 / 300}
    assert result.status == "fail"
    assert "M-0" not in str(result.to_dict()) and "doctor" not in str(result.to_dict())


NUMBERS = pd.Series(1_000_000 + 7919 * np.arange(300))


@pytest.mark.parametrize(
    ("real", "written"),
    [
        (NUMBERS, NUMBERS), (NUMBERS, NUMBERS.astype(float)), (NUMBERS, NUMBERS.where(NUMBERS.index % 2 == 0)),
        (NUMBERS.astype(str).str.zfill(12), NUMBERS), (NUMBERS, NUMBERS.astype(str) + " "),
        ("MRN-" + NUMBERS.astype(str), "mrn-" + NUMBERS.astype(str)),
    ],
)  # fmt: skip
def test_numbers_of_real_patients_are_theirs_however_they_are_written(real, written, tables):
    """One gap makes decimals of a column of record numbers: none of 300 real ones counted as re-emitted then."""
    age = np.random.default_rng(0).integers(20, 90, (3, 300))
    train, drawn = pd.DataFrame({"mrn": real, "age": age[0]}), pd.DataFrame({"mrn": written, "age": age[1]})
    fresh = pd.DataFrame({"mrn": NUMBERS + 9_000_000, "age": age[2]})
    schema = Schema({"mrn": Identifier(), "age": Numerical()})
    found = ReemittedValues()(tables(train, drawn, fresh, schema=schema))
    assert (found.value, found.status) == (1.0, "fail")


def test_the_patient_is_the_unit(tables):
    """Ten rows per patient are no ten times the evidence: intervals widen as if there were a tenth of the rows."""
    random = np.random.default_rng(0)

    def visits(count, offset):
        person = np.repeat(np.arange(count), 10)
        traits = random.normal(size=(count, 2))[person]
        return pd.DataFrame({"key": [f"K{offset + i:05d}" for i in person], "x": traits[:, 0], "y": traits[:, 1]})

    train, holdout, synthetic = visits(200, 0), visits(200, 200), visits(200, 400)
    keyed = Schema({"key": Identifier(unique=False), **Schema.infer(train[["x", "y"]]).columns}, patient_key="key")
    loose = Schema(keyed.columns)
    by_patient = Membership()(tables(train, synthetic, holdout, schema=keyed))
    by_row = Membership()(tables(train, synthetic, holdout, schema=loose))
    assert by_patient.details["members"] == 200 and by_row.details["members"] == 2000
    wide, narrow = (result.interval[1] - result.interval[0] for result in (by_patient, by_row))
    assert wide > 2 * narrow


def test_a_density_is_the_mean_of_its_kernels():
    points, rows = np.array([[0.0, 1.0], [2.0, 0.0]], np.float32), np.array([[0.0, 0.0], [2.0, 1.0]], np.float32)
    by_hand = np.log([(np.exp(-1 / 3) + np.exp(-4 / 3)) / 2, (np.exp(-4 / 3) + np.exp(-1 / 3)) / 2])
    assert log_density(points, rows=rows, squared_width=3.0) == pytest.approx(by_hand, abs=1e-5)


def test_interval_of_a_rate_holds_the_rate_and_covers_chance():
    misses = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        attack = Attack(random.normal(size=1500), random.normal(size=1500))
        low, high = rate_interval(attack, 0.01, confidence=0.95)
        misses += not low <= 0.01 <= high
    assert misses <= 10


def test_ties_at_the_top_name_nobody_with_confidence():
    """Half of the members and two fifths of the outsiders equal a synthetic row: nobody can tell which are which."""
    attack = Attack(np.repeat([0.0, -1.0], 500), np.repeat([0.0, -1.0], [400, 600]))
    assert true_positive_rate(attack, 0.01) == pytest.approx(0.01 * 0.5 / 0.4)
    assert true_positive_rate(attack, 0.4) == pytest.approx(0.5)
    assert roc_curve(attack)["true_positive_rate"][0] == 0


def test_area_of_an_attack_counts_ties_half():
    assert Attack(np.array([1.0, 2.0]), np.array([1.0, 0.0])).area == 0.875


def test_equal_rows_are_exactly_zero_apart():
    points = np.random.default_rng(0).normal(1e3, 1, (500, 40)).astype(np.float32)
    assert (nearest(queries=points[::-1].copy(), to=points).distances == 0).all()


def visits(patients, first, random, *, rows=5, noise=0.0):
    """Patients with rows alike: `rows` each, or as many as `rows` says."""
    person = np.repeat(np.arange(patients), rows)
    values = random.normal(size=(patients, 4))[person] + noise * random.normal(size=(len(person), 4))
    return pd.DataFrame(values, columns=list("wxyz")).assign(key=[f"K{first + place:05d}" for place in person])


def keyed(train):
    columns = Schema.infer(train[list("wxyz")]).columns
    return Schema({**columns, "key": Identifier(unique=False)}, patient_key="key")


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.5])
@pytest.mark.parametrize("histories", ["equal", "uneven", "longer in train"])
def test_repeated_rows_of_independent_patients_share_closest_records_evenly(noise, histories, tables):
    """Equal numbers of rows would span more training than holdout patients: 0.75 instead of 0.5."""
    alarms = 0
    for seed in range(4):
        random = np.random.default_rng(seed)

        def draw(patients, first, longest, random=random):
            rows = random.geometric(0.3, patients) if histories == "uneven" else longest
            return visits(patients, first, random, rows=rows, noise=noise)

        train, synthetic = draw(1600, 0, 5), draw(400, 8000, 5)
        holdout = draw(400, 4000, 2 if histories == "longer in train" else 5)
        made = tables(train, synthetic, holdout, schema=keyed(train), seed=seed)
        closest, attack = ShareCloser()(made), Membership()(made)
        assert abs(closest.value - 0.5) <= 4 * closest.details["standard_error"]
        assert {closest.status, attack.status} <= {"pass", "warning"}
        alarms += (closest.interval[0] > 0.5) + (attack.interval[0] > 0.5)
    assert alarms <= 2


@pytest.mark.parametrize("metric", ATTACKS[:2], ids=lambda metric: metric.name)
def test_holdout_rows_with_noise_are_caught(metric, patients, tables):
    """They are real patients' rows too; on the other side of the control they looked better than anything real."""
    random = np.random.default_rng(0)
    train, holdout = patients(2000, 0), patients(600, 1)
    noisy = holdout.assign(
        age=holdout["age"] + random.integers(-2, 3, 600), cost=(holdout["cost"] * random.normal(1, 0.05, 600)).round(2),
        marker=holdout["marker"] + random.normal(0, 0.05, 600),
    )  # fmt: skip
    result = metric(tables(train, noisy, holdout))
    assert result.value < 0.3
    assert result.status == "fail" and "the holdout was seen" in result.reason
    assert (
        f"Real rows can be recognised in the synthetic data: {result.title.lower()} (of the holdout)."
        in verdicts([result], words=TableKind.words)[2].sentence
    )


@pytest.mark.parametrize("metric", ATTACKS[:2], ids=lambda metric: metric.name)
def test_a_maker_that_remembers_patients_is_caught(metric, tables):
    """Every synthetic patient is a training patient with fresh noise on every row."""
    random = np.random.default_rng(0)
    train, holdout = visits(1600, 0, random, noise=0.1), visits(400, 4000, random, noise=0.1)
    known = train[train.key < "K00400"]
    synthetic = known.assign(**{name: known[name] + 0.1 * random.normal(size=len(known)) for name in "wxyz"})
    result = metric(tables(train, synthetic, holdout, schema=keyed(train)))
    assert result.status == "fail", result


def test_patients_are_matched_with_all_their_rows(tables):
    random = np.random.default_rng(0)
    train = visits(300, 0, random, rows=random.integers(1, 9, 300))
    holdout = visits(80, 4000, random, rows=random.integers(1, 5, 80))
    made = tables(train, holdout, holdout, schema=keyed(train))
    for most in (1000, 100, 40):
        pair = [equal_patients(made.train, made.holdout, most, judged=made, purposes=("a", "b")) for _ in range(2)]
        assert all((one.patients == two.patients).all() for one, two in zip(*pair, strict=True))
        counts = [np.sort(row_counts(table)[1]).tolist() for table in pair[0]]
        assert counts[0] == counts[1]
        assert len(counts[0]) == min(80, most)
        assert sum(counts[0]) <= most
    # nobody in the holdout has a longer history than the training patient of the same rank
    ample = equal_patients(made.train, made.holdout, 1000, judged=made, purposes=("a", "b"))[1]
    assert len(ample) > 0.9 * len(made.holdout)


def test_copies_are_judged_by_how_often_new_patients_are_copies(tables):
    """Where few different rows exist, most new rows are a real one: as often as the control says, and never a pass."""
    statuses = []
    for seed in range(20):
        random = np.random.default_rng(seed)
        frames = [visits(patients, first, random).round() for patients, first in ((800, 0), (150, 4000), (800, 8000))]
        result = ExactCopies()(tables(frames[0], frames[2], frames[1], schema=keyed(frames[0]), seed=seed))
        assert result.reference > 0.15
        statuses.append(result.status)
        assert result.status == "fail" or "excuses" in result.reason
    assert statuses.count("warning") >= 18
    copied = pd.concat([frames[2], frames[0][frames[0].key < "K00500"]], ignore_index=True)
    assert ExactCopies()(tables(frames[0], copied, frames[1], schema=keyed(frames[0]))).status == "fail"


def test_a_small_holdout_does_not_excuse_copies(patients, tables):
    """Forty rows could not tell, but neither do training rows equal each other."""
    train, synthetic = patients(1000, 0), patients(1000, 1)
    mixed = pd.concat([synthetic.iloc[:950], train.iloc[:50]], ignore_index=True)
    result = ExactCopies()(tables(train, mixed, patients(40, 2)))
    assert result.reference == 0
    assert result.status == "fail"


def test_rows_of_the_holdout_are_copies_too(patients, tables):
    """They are real patients' rows; released as synthetic ones they passed every line."""
    train, holdout = patients(1500, 0), patients(1000, 1)
    for share in (0.1, 1.0):
        taken = pd.concat([holdout.iloc[: round(1000 * share)], patients(round(1000 - 1000 * share), 2)])
        made = tables(train, taken, holdout)
        for metric in (ExactCopies(), NearCopies()):
            result = metric(made)
            assert result.status == "fail", result
            assert result.value == pytest.approx(share, abs=0.01)
            assert (result.details["side"], result.parts[0].value < 0.01) == ("holdout", True)
            assert "holdout rows" in result.notes[0]
    noted = [frame.assign(note=[f"seen by {place} on {seed}" for place in range(len(frame))])
             for seed, frame in enumerate((train, holdout))]  # fmt: skip
    schema = Schema({**Schema.infer(train).columns, "note": Text()})
    found = ReemittedValues()(tables(noted[0], noted[1], noted[1].assign(age=noted[1].age), schema=schema))
    assert (found.status, found.value, found.details["side"]) == ("fail", 1.0, "holdout")


def test_in_narrow_tables_rows_of_many_are_nobodys(tables):
    """Of two binary columns every row has been seen, copied or not."""

    def draw(rows, seed):
        random = np.random.default_rng(seed)
        return pd.DataFrame({name: random.random(rows) < 0.4 for name in "ab"})

    train = draw(900, 0)
    for synthetic in (draw(900, 2), train):
        result = ExactCopies()(tables(train, synthetic, draw(400, 1)))
        assert (result.value, result.reference, result.status) == (0.0, 0.0, "pass")


def test_where_real_rows_are_copies_half_of_the_time_copies_never_pass(tables):
    """Twelve hundred rows in two hundred cells: nearly all rows come back, and each is that of a few."""

    def draw(rows, seed):
        return pd.DataFrame({"a": np.random.default_rng(seed).integers(0, 200, rows)}).assign(
            b=lambda frame: frame.a % 7
        )

    train = draw(1200, 0)
    fresh, copied = (ExactCopies()(tables(train, synthetic, draw(600, 1))) for synthetic in (draw(900, 2), train))
    assert fresh.reference > 0.5
    assert fresh.status == copied.status == "warning"
    assert "which nothing excuses" in fresh.reason


@pytest.mark.parametrize("cells", [30, 60, 100, 300, 5000])
def test_honest_rows_of_any_coarse_table_are_no_copies(cells, tables):
    """However many patients share a row, few or many, new rows come back as often as the control says."""
    warned = 0
    for seed in range(12):
        random = np.random.default_rng([cells, seed])
        law = random.dirichlet(np.ones(cells))

        def draw(rows, random=random, law=law):
            drawn = random.choice(cells, rows, p=law)
            return pd.DataFrame({"a": drawn % 5, "b": drawn // 5 % 10, "c": drawn // 50})

        made = tables(draw(1500), draw(2000), draw(500))
        for metric in (ExactCopies(), NearCopies()):
            result = metric(made)
            assert result.status != "fail", result
            warned += result.status == "warning" and "excuses" not in result.reason
        assert ExactCopies()(tables(draw(1500), draw(2000))).status != "fail"
    assert warned <= 3
