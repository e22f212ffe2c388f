"""The seven Cs: each filled from what was measured, or marked."""

from dataclasses import replace

from synthgen.report.html import page
from synthgen.report.scorecard import QUESTIONS, scorecard


def by_name(report):
    return {criterion.name: criterion for criterion in scorecard(report)}


def test_all_seven_are_there_and_none_is_left_blank(report):
    found = by_name(report)
    assert list(found) == list(QUESTIONS)
    assert len(found) == 7
    assert all(criterion.evidence for criterion in found.values())


def test_what_nothing_speaks_to_is_marked(report):
    found = by_name(replace(report, subgroups=()))
    for name in ("constraint", "completeness", "comprehension", "consistency"):
        assert found[name].outcome == "not measured"


def test_the_outcome_is_the_worst_of_what_was_measured(report, leaky):
    assert by_name(leaky)["compliance"].outcome == "fail"
    assert by_name(report)["compliance"].outcome != "fail"
    computed = {result.metric for result in report.results if result.computed}
    titles = " ".join(by_name(report)["congruence"].evidence)
    assert "marginals" in computed
    assert report["marginals"].title in titles


def test_the_page_and_the_document_show_it(report):
    shown = page(report)
    assert "The seven Cs" in shown
    assert "Comprehension" in shown
    assert [criterion["name"] for criterion in report.to_dict()["scorecard"]] == list(QUESTIONS)
