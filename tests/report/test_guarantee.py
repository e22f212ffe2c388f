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


def test_an_uncounted_read_promises_nothing(report):
    broken = replace(report, guarantee=ledger("gaussian", "uncounted"))
    assert "nothing is guaranteed" in broken.summary()
    assert "epsilon 0" not in page(broken)


def test_without_a_ledger_only_the_usual_sentence_stands(report):
    assert report.to_dict()["guarantee"] is None
    assert "only differential privacy gives a guarantee" in report.summary()
