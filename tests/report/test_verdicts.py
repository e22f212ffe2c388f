"""What a metric says of itself is what the first screen, the scorecard and the page show of it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from synthgen.data.kinds import kind_named
from synthgen.metrics.base import Measurement, Metric, NotComputed, Part
from synthgen.metrics.images.catalogue import image_metrics
from synthgen.metrics.limits import Limits
from synthgen.metrics.tables.catalogue import all_metrics
from synthgen.report.scorecard import QUESTIONS, scorecard
from synthgen.report.verdicts import beside_text, verdicts

WORDS = kind_named("tables").words
DATA = SimpleNamespace(train=[0], synthetic=[0], words=WORDS)


class Distance(Metric):
    """A stranger's metric: this class is all that it takes."""

    name, title, family, question = "distance", "Distance", "fidelity", "How far?"
    headline, criterion = "How far from real", "coverage"
    limits = Limits(warning=0.1, fail=0.5)

    def measure(self, tables):
        return Measurement(value=0.9, interval=(0.8, 1.0))


class Score(Metric):
    """One whose reference stands beside it."""

    name, title, family, question = "score", "Score", "usefulness", "How good?"
    headline, headline_reference = "Learned on made ones", "Learned on real ones"

    def measure(self, tables):
        gap = Part(names=("gap",), value=-0.1, interval=(-0.2, 0.0))
        return Measurement(value=0.7, interval=(0.6, 0.8), reference=0.8, parts=(gap,),
                           details={"score": "ROC AUC", "target": "ill"})  # fmt: skip


class Absent(Distance):
    """One that nothing can be said of."""

    def measure(self, tables):
        raise NotComputed("nobody knows.")


def test_a_metric_of_a_stranger_is_on_the_first_screen_and_in_the_scorecard_by_itself(report):
    fidelity, usefulness, privacy = verdicts([Distance()(DATA), Score()(DATA)], words=WORDS)
    assert [(number.label, number.text) for number in fidelity.numbers] == [("How far from real", "90.0 %")]
    assert [(number.label, number.text) for number in usefulness.numbers] == [
        ("Learned on made ones", "0.700"), ("Learned on real ones", "0.800"), ("Difference", "−0.100"),
    ]  # fmt: skip
    assert privacy.outcome == "not computed"
    said = {criterion.name: criterion for criterion in scorecard(replace(report, results=(Distance()(DATA),)))}
    assert said["coverage"].evidence == ("Distance: 90.0 %",)


def test_a_headline_that_could_not_be_computed_leaves_the_verdict_open():
    fidelity, *_ = verdicts([Absent()(DATA)], words=WORDS)
    assert (fidelity.outcome, fidelity.sentence) == ("not computed", "Not judged: nobody knows.")


def test_a_metric_says_what_its_reference_is():
    class Beside(Score):
        reference_label = "what costs nothing"

    assert beside_text(Beside()(DATA)) == "what costs nothing: 80.0 %"


@pytest.mark.parametrize(
    ("metrics", "shown"),
    [
        (all_metrics(), [["marginals", "pair_tables", "detection_boosted"], ["tstr"],
                         ["exact_copies", "share_closer", "membership"]]),
        (image_metrics(), [["kid", "coverage", "precision"], ["image_tstr"],
                           ["image_copies", "image_closer", "image_membership"]]),
    ],
    ids=["tables", "images"],
)  # fmt: skip
def test_the_first_screen_keeps_its_figures_and_their_order(metrics, shown):
    for family, names in zip(("fidelity", "usefulness", "privacy"), shown, strict=True):
        assert [metric.name for metric in metrics if metric.family == family and metric.headline] == names
    assert {metric.criterion for metric in metrics} - {""} <= set(QUESTIONS)
    assert sum(metric.curves == "roc" for metric in metrics) == 1
