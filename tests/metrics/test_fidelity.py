"""Known answers and controls for the fidelity and usefulness metrics."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from synthgen.metrics.intervals import area_interval, clopper_pearson
from synthgen.metrics.resampling import weighted_areas
from synthgen.metrics.tables.extent import extent
from synthgen.metrics.tables.fidelity.coverage import Coverage
from synthgen.metrics.tables.fidelity.dependence import Associations, PairTables, cramers_v, rank_correlation
from synthgen.metrics.tables.fidelity.detection import BoostedDetection, LinearDetection
from synthgen.metrics.tables.fidelity.marginals import Marginals, distances
from synthgen.metrics.tables.fidelity.sdmetrics_quality import SDMetricsQuality
from synthgen.metrics.tables.utility.tstr import TrainOnSynthetic

ROWS = 1500


def shuffled(frame, seed=0):
    """Every column in its own order: marginals kept, dependence destroyed."""
    random = np.random.default_rng(seed)
    return pd.DataFrame({name: random.permutation(frame[name].to_numpy()) for name in frame})


def part(result, *names):
    return next(part for part in result.parts if part.names == names)


@pytest.mark.parametrize("metric", [Marginals(), PairTables(), Associations(), BoostedDetection(), LinearDetection(),
                                    Coverage(), TrainOnSynthetic()], ids=lambda metric: metric.name)  # fmt: skip
def test_independent_draws_of_the_same_law_pass(metric, patients, tables):
    result = metric(tables(patients(ROWS, 0), patients(ROWS, 1), patients(ROWS, 2), target="outcome"))
    assert result.status == "pass", result.reason
    assert abs(result.value - result.reference) < 0.03


@pytest.mark.parametrize("metric", [Marginals(), PairTables(), Associations(), Coverage()], ids=lambda m: m.name)
def test_a_copy_scores_best(metric, patients, tables):
    train = patients(ROWS, 0)
    assert metric(tables(train, train, patients(ROWS, 2))).value == pytest.approx(metric.best)


@pytest.mark.parametrize("metric", [PairTables(), Associations(), BoostedDetection(), TrainOnSynthetic()],
                         ids=lambda metric: metric.name)  # fmt: skip
def test_shuffled_columns_are_found_out(metric, tables):
    random = np.random.default_rng(0)
    both = [random.multivariate_normal(np.zeros(4), 0.8 + 0.2 * np.eye(4), ROWS) for _ in range(2)]
    train, holdout = (pd.DataFrame(side, columns=list("abcd")) for side in both)
    result = metric(tables(train, shuffled(train), holdout, target="a"))
    assert result.status == "fail", result
    assert Marginals()(tables(train, shuffled(train), holdout)).status == "pass"


def test_marginal_distances_are_kolmogorov_smirnov_and_total_variation(tables):
    random = np.random.default_rng(0)
    train = pd.DataFrame({"x": random.normal(size=500), "c": random.choice(["a", "b"], 500, p=[0.7, 0.3])})
    other = pd.DataFrame({"x": random.normal(0.5, size=400), "c": ["a"] * 100 + ["b"] * 300})
    result = Marginals()(tables(train, other))
    assert part(result, "x").value == pytest.approx(1 - stats.ks_2samp(train.x, other.x).statistic)
    assert part(result, "c").value == pytest.approx(1 - abs((train.c == "b").mean() - 0.75))


def test_missing_values_count_in_marginals(tables):
    train = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0] * 50, "c": ["a", "b"] * 100})
    other = train.assign(x=train.x.where(train.index % 2 == 0), c=train.c.where(train.index % 4 > 0))
    result = Marginals()(tables(train, other))
    assert part(result, "x").value == pytest.approx(0.5)
    assert part(result, "c").value == pytest.approx(0.75)


@given(st.lists(st.integers(0, 50), min_size=2, max_size=8), st.booleans())
def test_marginal_distance_is_symmetric_and_zero_to_itself(counts, ordered):
    base = np.array([counts], float) + 1
    other = base[:, ::-1].copy()
    assert distances(base, base, ordered=ordered) == pytest.approx([0])
    assert distances(base, other, ordered=ordered) == pytest.approx(distances(other, base, ordered=ordered))


@pytest.mark.parametrize("where", ["train", "synthetic"])
@pytest.mark.parametrize("metric", [PairTables(), Associations()], ids=lambda metric: metric.name)
def test_one_outlier_moves_a_pair_score_less_than_a_hundredth(metric, where, tables):
    """With separate bins for real and synthetic, one outlier takes a pair from 1.0 to 0.008."""
    random = np.random.default_rng(0)
    covariance = [[1, 0.6], [0.6, 1]]
    frames = {
        role: pd.DataFrame(random.multivariate_normal([0, 0], covariance, 5000), columns=["x", "y"])
        for role in ("train", "synthetic")
    }
    before = metric(tables(**frames)).value
    frames[where] = frames[where].copy()
    frames[where].loc[17, "x"] = 1e9
    assert abs(metric(tables(**frames)).value - before) < 0.01


@pytest.mark.parametrize("metric", [PairTables(), Associations()], ids=lambda metric: metric.name)
def test_destroying_a_correlation_of_045_lowers_the_score_visibly(metric, tables):
    """Pairs with a correlation up to 0.5 are skipped elsewhere, and the score stays at 1.0."""
    random = np.random.default_rng(0)
    draws = [random.multivariate_normal([0, 0], [[1, 0.45], [0.45, 1]], 5000) for _ in range(2)]
    train, fresh = (pd.DataFrame(draw, columns=["x", "y"]) for draw in draws)
    kept = metric(tables(train, fresh)).value
    destroyed = metric(tables(train, shuffled(fresh))).value
    assert kept > 0.9
    assert destroyed < kept - 0.05
    if metric.name == "associations":
        assert destroyed == pytest.approx(1 - 0.45, abs=0.06)


def test_all_pairs_are_counted(patients, tables):
    train = patients(300, 0)
    result = PairTables()(tables(train, train))
    assert {part.names for part in result.parts} == set(itertools.combinations(train.columns, 2))


def test_rank_correlation_agrees_with_scipy():
    random = np.random.default_rng(0)
    first = random.integers(0, 5, 400)
    second = np.clip(first + random.integers(-1, 2, 400), 0, 4)
    counts = np.zeros((1, 6, 6))
    np.add.at(counts, (0, first, second), 1)
    assert rank_correlation(counts)[0] == pytest.approx(stats.spearmanr(first, second).statistic)


def test_association_of_unrelated_columns_is_near_zero_however_many_cells():
    random = np.random.default_rng(0)
    counts = np.array([np.histogram2d(*random.integers(0, 20, (2, 1000)), bins=20)[0] for _ in range(50)])
    assert cramers_v(counts).mean() < 0.05


def test_detectors_see_a_shift_and_only_trees_see_an_interaction(tables):
    random = np.random.default_rng(0)
    train, fresh = (pd.DataFrame(random.normal(size=(ROWS, 2)), columns=["x", "y"]) for _ in range(2))
    assert LinearDetection()(tables(train, fresh + 2)).value > 0.95
    tied = fresh.assign(y=np.where(fresh.x * fresh.y < 0, -fresh.y, fresh.y))  # signs agree, marginals unchanged
    assert LinearDetection()(tables(train, tied)).value < 0.55
    assert BoostedDetection()(tables(train, tied)).value > 0.7


def test_a_copy_cannot_be_told_apart(patients, tables):
    train = patients(600, 0)
    for metric in (LinearDetection(), BoostedDetection()):
        assert metric(tables(train, train)).value == pytest.approx(0.5, abs=0.06)


def test_coverage_counts_lost_categories_and_lost_range(tables):
    random = np.random.default_rng(0)
    train = pd.DataFrame({"x": random.uniform(0, 1, 2000), "c": random.choice(list("abcd"), 2000)})
    other = train[(train.x < 0.5) & (train.c != "a")]
    result = Coverage()(tables(train, other))
    assert part(result, "c").value == pytest.approx(0.75)
    assert 0.4 < part(result, "x").value < 0.6
    outside = Coverage()(tables(train, train.assign(c="z", x=train.x + 0.5)))
    assert part(outside, "c").numbers["outside"] == 1
    assert part(outside, "x").numbers["outside"] == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("few", [1, 3, 9])
def test_an_extent_is_the_same_wherever_a_few_lie(few):
    far = [extent(np.array([*range(100), *x * np.linspace(1, 3, few)], float), 10) for x in (1e4, 1e6, 1e30)]
    assert far[0] == far[1] == far[2] == (5.5, 93.5)
    many = np.array([*range(100), *np.linspace(1e6, 2e6, 12)])
    assert extent(many, 10)[1] > 1e6
    own = np.repeat(np.arange(101), 7)
    assert extent(np.repeat([*range(100), 1e9], 7).astype(float), 10, own) == far[0]


def test_weighted_area_agrees_with_scikit_learn():
    from sklearn.metrics import roc_auc_score

    random = np.random.default_rng(0)
    scores, positive = random.integers(0, 9, 200).astype(float), random.random(200) < 0.4
    weights = random.integers(0, 3, (5, 200)).astype(float)
    expected = [roc_auc_score(positive, scores, sample_weight=weight) for weight in weights]
    assert weighted_areas(scores, positive, weights) == pytest.approx(expected)


@pytest.mark.parametrize("target", ["outcome", "code", "cost", "admitted", "smoker"])
def test_usefulness_of_any_kind_of_target(target, patients, tables):
    result = TrainOnSynthetic()(tables(patients(800, 0), patients(800, 1), patients(800, 2), target=target))
    assert result.details["score"] == ("R2" if target in ("cost", "admitted") else "ROC AUC")
    assert result.interval[0] <= result.value <= result.interval[1]
    assert result.status in ("pass", "warning")


def test_usefulness_of_flipped_labels_fails(patients, tables):
    synthetic = patients(800, 1)
    synthetic["outcome"] = synthetic.outcome.map({"ill": "well", "well": "ill"})
    result = TrainOnSynthetic()(tables(patients(800, 0), synthetic, patients(800, 2), target="outcome"))
    assert result.value < 0.3
    assert result.status == "fail"


def test_usefulness_says_why_it_cannot_be_measured(patients, tables):
    train = patients(200, 0)
    assert "no target" in TrainOnSynthetic()(tables(train, train)).reason
    sure, unseen = train.assign(outcome="ill"), patients(200, 1).assign(outcome="ill")
    assert "one class" in TrainOnSynthetic()(tables(sure, sure, unseen, target="outcome")).reason


def test_sdmetrics_score_is_that_of_the_library(patients, tables):
    pytest.importorskip("sdmetrics", reason="the extra sdmetrics is not installed")
    train = patients(400, 0)
    result = SDMetricsQuality()(tables(train, train, patients(400, 1)))
    assert result.value == pytest.approx(1)
    assert result.status == "shown"
    assert any("leaves out pairs" in note for note in result.notes)


def test_sdmetrics_absent_is_said_with_the_way_to_install_it(patients, tables, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = SDMetricsQuality()(tables(patients(100, 0), patients(100, 1)))
    assert result.value is None
    assert "pip install 'synthgen[sdmetrics]'" in result.reason


def test_intervals_cover_as_often_as_they_say():
    random = np.random.default_rng(0)
    shares = [clopper_pearson(int(random.binomial(60, 0.1)), 60) for _ in range(400)]
    assert np.mean([low <= 0.1 <= high for low, high in shares]) >= 0.95
    areas = []
    for _ in range(400):
        positive, negative = random.normal(0.5, 1, 80), random.normal(0, 1, 120)
        areas.append(area_interval((positive[:, None] > negative).mean(), positives=80, negatives=120))
    truth = stats.norm.cdf(0.5 / np.sqrt(2))
    assert 0.92 <= np.mean([low <= truth <= high for low, high in areas]) <= 0.98


def test_jackknife_interval_of_a_marginal_covers_the_true_distance(tables):
    random = np.random.default_rng(0)
    truth = 2 * stats.norm.cdf(0.25) - 1  # largest gap between N(0, 1) and N(0.5, 1)
    hits = []
    for _ in range(60):
        made = tables(pd.DataFrame({"x": random.normal(0, 1, 800)}), pd.DataFrame({"x": random.normal(0.5, 1, 800)}))
        low, high = part(Marginals()(made), "x").interval
        hits.append(low <= 1 - truth <= high)
    assert np.mean(hits) >= 0.85
