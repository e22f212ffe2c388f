"""The augmentation verdict against known answers: rows that help, that cannot help, that harm, that merely repeat."""

import json
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, balanced_accuracy_score

from synthgen.errors import EvaluationError
from synthgen.metrics.tables.utility.augmentation import augmentation_verdict
from synthgen.metrics.tables.utility.augmentation_choice import choose
from synthgen.metrics.tables.utility.augmentation_result import Score, Way
from synthgen.metrics.tables.utility.augmentation_scores import Spread, average_precision, balanced_accuracy
from synthgen.metrics.tables.utility.augmentation_smote import smote_rows
from synthgen.metrics.tables.utility.augmentation_task import Rows


def patients(rows, seed, *, share=0.04):
    """Ill patients differ in three columns, one of them in a way that is no straight line; gaps and categories too."""
    random = np.random.default_rng(seed)
    ill = random.random(rows) < share
    signal = random.normal(size=rows)
    site = np.where(ill, random.choice(list("abc"), rows, p=[0.6, 0.3, 0.1]),
                    random.choice(list("abc"), rows, p=[0.2, 0.3, 0.5]))  # fmt: skip
    frame = pd.DataFrame(
        {
            "first": random.normal(size=rows) + ill,
            "second": np.where(ill, np.abs(signal) + 0.3, signal),
            "site": site,
            "noise": random.normal(size=rows),
            "ill": ill,
        }
    )
    frame.loc[random.random(rows) < 0.1, "noise"] = np.nan
    return frame


def judge(train, synthetic, holdout, **arguments):
    settings = {"target": "ill", "shares": [1], "seeds": [0, 1], "verbose": False} | arguments
    return augmentation_verdict(train=train, synthetic=synthetic, holdout=holdout, **settings)


@pytest.fixture(scope="module")
def scarce():
    """Sixteen ill patients among eight hundred, and a holdout."""
    return patients(800, 0, share=0.02), patients(2500, 1)


@pytest.fixture(scope="module")
def helpful(scarce):
    """As many ill patients as well ones, fresh from the law itself."""
    train, holdout = scarce
    more = patients(20_000, 2)
    return judge(train, patients(1600, 3), holdout, balanced=more[more["ill"]], seeds=[0, 1, 2])


def test_fresh_patients_of_a_scarce_class_help(helpful):
    assert helpful.outcome == "augment"
    assert helpful.best == "balance"
    score = helpful["balance"].scores["roc_auc"]
    assert score.gain > 0.02
    assert score.gain_interval[0] > 0
    assert score.interval[0] <= score.value <= score.interval[1]
    assert "AUGMENT: 'balance'" in str(helpful)


def test_every_way_is_tried_on_all_rows(helpful, scarce):
    added = {way.name: way.rows_added for way in helpful.ways}
    sick = int(scarce[0]["ill"].sum())
    fill = 800 - 2 * sick
    assert added == {"real only": 0, "share 1": 800, "balance": fill, "class weights": 0, "SMOTE": fill}
    assert helpful["real only"].scores["roc_auc"].gain is None
    assert helpful.not_compared == {}
    assert set(helpful["SMOTE"].scores) == {"roc_auc", "average_precision", "balanced_accuracy"}


def test_shuffled_labels_harm_and_are_refused(scarce):
    train, holdout = scarce
    broken = patients(1600, 3)
    broken["ill"] = np.random.default_rng(0).permutation(broken["ill"])
    verdict = judge(train, broken, holdout)
    assert verdict.outcome == "do not"
    assert verdict["share 1"].scores["roc_auc"].gain_interval[1] < 0
    assert "Synthetic rows do harm:" in verdict.sentence


def test_copies_of_the_training_rows_are_no_gain(scarce):
    """Were training rows resampled for the intervals, copies would bring back what the resample lost."""
    train, holdout = scarce
    verdict = judge(train, pd.concat([train.sample(frac=1, random_state=seed) for seed in (1, 2)]), holdout)
    assert verdict.outcome != "augment"


def test_where_real_rows_say_it_all_more_of_them_cannot_help():
    """Three sites, thousands of rows: there is nothing left to learn."""
    train, synthetic, holdout = (
        patients(rows, seed, share=0.3)[["site", "ill"]] for rows, seed in ((4000, 0), (4000, 2), (1500, 1))
    )
    verdict = judge(train, synthetic, holdout)
    assert verdict.outcome == "do not"
    assert abs(verdict["share 1"].scores["roc_auc"].gain) < 0.002
    assert verdict.sentence.startswith("nothing tried predicts 'ill' better")


def test_a_target_that_nothing_predicts_is_no_reason_to_augment():
    frames = [patients(600, seed)[["noise", "site"]].assign(ill=np.arange(600) % 8 == 0) for seed in (0, 1, 2)]
    assert judge(frames[0], frames[1], frames[2]).outcome == "do not"


def test_class_weights_are_chosen_where_they_do_as_well():
    """Balanced accuracy rises with the threshold alone: weights do that, and need no synthetic row."""
    train = patients(800, 0, share=0.12)
    verdict = judge(train, pd.concat([train.sample(frac=1, random_state=seed) for seed in (1, 2)]),
                    patients(1500, 1, share=0.12), measure="balanced_accuracy")  # fmt: skip
    assert verdict.outcome in ("use class weights", "use SMOTE")
    assert verdict.measure == "balanced_accuracy"


def test_numbers_are_judged_by_r2():
    def law(rows, seed):
        random = np.random.default_rng(seed)
        x = random.uniform(-3, 3, (rows, 3))
        return pd.DataFrame(x, columns=list("xyz")).assign(cost=np.sin(x[:, 0]) * x[:, 1] + random.normal(0, 0.2, rows))

    verdict = judge(law(150, 0), law(600, 1), law(500, 2), target="cost", shares=[0, 1, 4, 9])
    assert verdict.outcome == "augment"
    assert verdict.best == "share 4"
    assert [way.name for way in verdict.ways] == ["real only", "share 1", "share 4"]
    assert "1350 synthetic rows" in verdict.not_compared["share 9"]
    assert list(verdict["share 1"].scores) == ["r2"]


def test_classes_of_whole_numbers_with_gaps_rare_ones_and_strangers(scarce):
    """Three classes, one of them too rare to score; labels that only synthetic rows have are left out, and said."""

    def coded(frame, *, strange=False):
        code = frame["ill"].astype(int) + (frame["first"] > 1)
        code[:4] = 7
        code = code.astype("Int64").mask(np.arange(len(frame)) % 10 == 5)
        return frame.assign(ill=code.mask(np.arange(len(frame)) % 10 == 3, 9) if strange else code)

    train, holdout = scarce
    verdict = judge(coded(train), coded(patients(1600, 3), strange=True), coded(holdout.iloc[:800]), shares=[0.5])
    assert verdict.details["scored_classes"] == 3
    assert verdict.details["classes"] == 4
    assert verdict.details["rows"]["train"] == 720
    assert "320 synthetic rows have no target, or one that no training row has" in str(verdict)


def test_the_same_seeds_give_the_same_verdict(scarce):
    train, holdout = scarce
    few = {"train": train.iloc[:200], "synthetic": patients(200, 3), "holdout": holdout.iloc[:500]}
    once, again, other = (judge(**few, seeds=seeds).to_dict() for seeds in ([0, 1], [0, 1], [5, 6]))
    assert once == again
    assert once != other


def test_the_verdict_is_json(helpful):
    document = json.loads(json.dumps(helpful.to_dict(), allow_nan=False))
    assert document["outcome"] == "augment"
    assert [way["name"] for way in document["ways"]] == [way.name for way in helpful.ways]
    assert len(document["ways"][1]["scores"]["roc_auc"]["gain_interval"]) == 2
    with pytest.raises(KeyError, match="no way 'share 9'"):
        helpful["share 9"]


def test_without_imbalanced_learn_it_says_that_smote_was_not_compared(scarce, monkeypatch):
    monkeypatch.setitem(sys.modules, "imblearn", None)
    train, holdout = scarce
    verdict = judge(train.iloc[:300], patients(300, 3), holdout.iloc[:700])
    assert "pip install 'synthgen[augment]'" in verdict.not_compared["SMOTE"]
    assert "SMOTE: not compared" in str(verdict)


def test_too_few_synthetic_rows_are_said(scarce):
    train, holdout = scarce
    verdict = judge(train, patients(900, 3), holdout.iloc[:700], shares=[0.5, 2])
    assert verdict.not_compared["share 2"] == "it takes 1600 synthetic rows with a usable target; there are 900."
    assert "rows that would fill up the smaller classes were there" in str(verdict)
    with pytest.raises(EvaluationError, match="too few for any way"):
        judge(train, patients(100, 3).assign(ill=False), holdout)


BAD = {
    "one seed": ({"seeds": [1]}, "at least two distinct seeds"),
    "one seed twice": ({"seeds": [1, 1]}, "at least two distinct seeds"),
    "negative share": ({"shares": [-1]}, "shares >= 0"),
    "measure of numbers": ({"measure": "r2"}, "Expected measure in"),
    "unknown target": ({"target": "il"}, "Did you mean 'ill'"),
    "column gone": ({"balanced": patients(50, 4).drop(columns="site")}, r"absent \['site'\]"),
    "no row": ({"balanced": patients(50, 4).iloc[:0]}, "balanced: the table has no rows"),
}


@pytest.mark.parametrize(("arguments", "said"), BAD.values(), ids=BAD)
def test_bad_arguments(scarce, arguments, said):
    train, holdout = scarce
    with pytest.raises(EvaluationError, match=said):
        judge(train, patients(900, 3), holdout, **arguments)


def test_bad_tables(scarce):
    train, holdout = scarce
    synthetic = patients(900, 3)
    with pytest.raises(EvaluationError, match="begins with the training rows"):
        judge(train, pd.concat([train, synthetic]), holdout)
    with pytest.raises(EvaluationError, match="Pass a larger holdout"):
        judge(train, synthetic, holdout.iloc[:60])
    with pytest.raises(EvaluationError, match="holdout: expected a pandas DataFrame"):
        judge(train, synthetic, None)


def test_measures_agree_with_scikit_learn():
    random = np.random.default_rng(0)
    truth = random.integers(0, 3, 200)
    predictions = random.random((200, 3)).round(1)  # with ties
    weights = np.vstack([np.ones(200), random.integers(0, 4, 200)])
    for place in range(2):
        assert average_precision(predictions[:, 1], truth == 1, weights)[place] == pytest.approx(
            average_precision_score(truth == 1, predictions[:, 1], sample_weight=weights[place])
        )
        assert balanced_accuracy(predictions.argmax(1), truth, weights)[place] == pytest.approx(
            balanced_accuracy_score(truth, predictions.argmax(1), sample_weight=weights[place])
        )


def test_simultaneous_intervals_hold_all_gains_at_once():
    """Twenty ways that gain nothing: the best of them looks like a gain far too often, unless all are looked at."""
    random = np.random.default_rng(0)
    alone = together = 0
    for _ in range(200):
        values = np.concatenate([[0.0], random.normal(0, 1, 20)])
        draws = np.column_stack([np.zeros(500), values[1:] + random.normal(0, 1, (500, 20))])
        gains = Spread(values, draws).gains()
        alone += any(low > 0 for low, _ in gains.intervals())
        together += any(low > 0 for low, _ in gains.simultaneous_intervals())
    assert alone > 60
    assert together <= 14  # 5 expected: only deviations upwards are counted; 14 is four standard errors more


def test_seeds_widen_the_intervals():
    """Two seeds far apart, on a holdout without chance: the interval must come from them."""
    scores = np.zeros((2, 2, 501))
    scores[1, 0], scores[1, 1] = 0.0, 0.2
    gains = Spread.of(scores, np.random.default_rng(0)).gains()
    low, high = gains.simultaneous_intervals()[0]
    assert gains.values[0] == pytest.approx(0.1)
    assert low < 0
    assert high > 0.2


def ways_and_spread(*gains, error=0.001):
    """Ways with given gains over a value of .8, known to `error`, in the order: share, weights, SMOTE."""
    random = np.random.default_rng(0)
    kinds = [("real only", "real"), ("share 1", "synthetic"), ("class weights", "weights"), ("SMOTE", "smote")]
    values = 0.8 + np.array([0.0, *gains])
    spread = Spread(values, values + random.normal(0, error, (500, 4)))
    ends = [(gain - 3 * error, gain + 3 * error) for gain in gains]
    scores = [Score(value=0.8, interval=(0.79, 0.81))] + [
        Score(value=0.8 + gain, interval=end, gain=gain, gain_interval=end)
        for gain, end in zip(gains, ends, strict=True)
    ]
    ways = tuple(
        Way(name=name, kind=kind, share=None, rows_added=0, scores={"roc_auc": score})
        for (name, kind), score in zip(kinds, scores, strict=True)
    )
    return ways, spread


@pytest.mark.parametrize(
    ("gains", "outcome"),
    [
        ((0.05, 0.01, 0.01), "augment"),
        ((0.05, 0.048, 0.01), "use class weights"),  # worse by less than is worth it
        ((0.05, 0.01, 0.048), "use SMOTE"),
        ((0.01, 0.03, 0.05), "use SMOTE"),
        ((0.004, 0.004, 0.004), "do not"),  # certain, and too small
        ((-0.05, -0.01, 0.0), "do not"),
    ],
)
def test_the_cheapest_way_that_is_as_good_is_chosen(gains, outcome):
    assert choose(*ways_and_spread(*gains), "roc_auc", "ill")[0] == outcome


def test_a_gain_within_chance_is_no_gain():
    assert choose(*ways_and_spread(0.05, 0.01, 0.01, error=0.03), "roc_auc", "ill")[0] == "do not"


@pytest.mark.parametrize(
    "categorical", [[False, False], [True, True], [False, True, True]], ids=["SMOTE", "SMOTEN", "SMOTENC"]
)
def test_smote_lies_between_rows_of_its_class(categorical):
    random = np.random.default_rng(0)
    target = np.repeat([0, 1, 2], [60, 12, 1])
    values = random.uniform(100, 200, (73, len(categorical))) + 1000.0 * target[:, None]
    for column in np.flatnonzero(categorical):
        values[:, column] = random.integers(0, 3, 73) + 10 * target
    values[[3, 61], :] = np.nan
    made = smote_rows(Rows(values, target), categorical=categorical, seed=0)
    assert np.bincount(made.target).tolist() == [0, 48]  # a class of one row has nothing to lie between
    for column, named in enumerate(categorical):
        own = values[target == 1, column]
        if named:
            assert set(made.values[~np.isnan(made.values[:, column]), column]) <= set(own[~np.isnan(own)])
    inside = made.values[:, ~np.array(categorical)]
    assert not np.isnan(inside).any()
    if not any(categorical):  # but for the row whose gaps were filled by the median
        assert (inside >= np.nanmin(values, axis=0) - 1e-9).all()
        assert (inside <= np.nanmax(values[target == 1], axis=0) + 1e-9).all()
