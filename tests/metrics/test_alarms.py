"""The attacks against models, not against made-up tables: one that learned its rows by heart must be found out."""

import pytest

import synthgen as sg
from synthgen.report.evaluate import evaluate

ALARMS = {"warning", "fail"}


@pytest.fixture(scope="module")
def measurements():
    """Training rows, holdout rows and the schema of biopsies, thirty numbers each."""
    frame = sg.load_dataset("breast_cancer").sample(frac=1, random_state=0).reset_index(drop=True)
    return frame[:200], frame[200:], sg.Schema.infer(frame)


def alarms(report):
    return {result.metric for result in report.results if result.family == "privacy" and result.status in ALARMS}


def test_an_overfitted_gan_raises_at_least_two_alarms(measurements):
    """Trained on few rows for long, with no rows held out to choose an epoch by."""
    train, holdout, schema = measurements
    gan = sg.TabularGAN(num_steps=500, width=128, validation=0.0, calibration=False)
    gan.fit(train, schema=schema, verbose=False)
    found = evaluate(
        train=train, synthetic=gan.sample(800, seed=0), holdout=holdout, schema=schema, worst_patients=10, verbose=False
    )
    assert {"membership", "share_closer"} <= alarms(found)
    assert found.verdict("privacy").outcome == "fail"
    assert found.exposed[0].holdout_as_close < 0.05
