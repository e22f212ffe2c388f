"""What is promised, beside what was measured."""

from dataclasses import replace

from synthgen.dp.ledger import Ledger
from synthgen.report.html import page


def ledger(*mechanisms) -> dict:
    own = Ledger(delta=1e-5, unit="patient_id")
    for mechanism in mechanisms:
        own.enter(purpose="a count", mechanism=mechanism, noise_multiplier=4.0)
    return own.to_dict()


def test_a_promise_is_shown_with_its_unit_and_that_the_report_is_not_covered(report):
    promised = replace(report, guarantee=ledger("gaussian"))
    sentence = "differentially private with epsilon 0.926 at delta 1e-05 for each patient_id"
    assert sentence in promised.summary()
    assert "This report is not" in promised.summary()
    assert sentence in page(promised)
    assert promised.to_dict()["guarantee"]["entries"][0]["mechanism"] == "gaussian"


def test_the_ledger_stands_in_the_page_line_by_line(report):
    own = Ledger(delta=1e-5, unit="patient_id")
    own.enter(purpose="categories of site", mechanism="declared")
    own.enter(purpose="training", mechanism="sampled_gaussian", noise_multiplier=1.23456, sampling_rate=0.02, times=500)
    own.enter(purpose="categories of code", mechanism="threshold", delta=1e-8)
    shown = page(replace(report, guarantee=own.to_dict()))
    assert "3 entries of the model" in shown
    assert "not read: the schema says it" in shown
    for cell in ("1.23", "0.02", "500", "1e-08"):
        assert f'<td class="number">{cell}</td>' in shown
    assert 'id="ledger"' not in page(report)


def test_an_uncounted_read_promises_nothing(report):
    broken = replace(report, guarantee=ledger("gaussian", "uncounted"))
    assert "nothing is guaranteed" in broken.summary()
    assert "epsilon 0" not in page(broken)


def test_without_a_ledger_only_the_usual_sentence_stands(report):
    assert report.to_dict()["guarantee"] is None
    assert "only differential privacy gives a guarantee" in report.summary()
