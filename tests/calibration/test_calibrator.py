"""Calibration of a family that cannot learn what the trees can."""

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.calibration.calibrator import Calibrator
from synthgen.errors import FitInterrupted


@pytest.fixture(scope="module")
def fitted():
    """A copula knows monotone dependence only; this table has a parabola."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=3_000)
    frame = pd.DataFrame({"x": x, "y": x**2 + 0.3 * rng.normal(size=3_000), "site": rng.choice(["A", "B"], 3_000)})
    return sg.GaussianCopula(calibration=True).fit(frame, verbose=False), frame


def curvature(frame):
    return frame["y"].corr(frame["x"] ** 2)


def test_chosen_rows_show_what_the_model_missed(fitted):
    synthesizer, frame = fitted
    raw, chosen = (synthesizer.sample(2_000, calibrate=flag, seed=0) for flag in (False, True))
    assert curvature(frame) > 0.9
    assert abs(curvature(raw)) < 0.3
    assert curvature(chosen) > 0.7
    assert not chosen.duplicated().any(), "no drawn row is taken twice"


def test_what_was_learned_is_kept_in_the_file(fitted, tmp_path):
    synthesizer, _ = fitted
    synthesizer.save(tmp_path / "model.synthgen")
    assert sg.load(tmp_path / "model.synthgen").sample(300, seed=1).equals(synthesizer.sample(300, seed=1))


def test_the_same_seed_learns_the_same_trees(fitted):
    synthesizer, frame = fitted
    again = sg.GaussianCopula(calibration=True).fit(frame, verbose=False)
    for a, b in zip(synthesizer.calibrator.arrays(), again.calibrator.arrays(), strict=True):
        assert np.array_equal(a, b)


def test_an_interruption_says_how_to_go_on(fitted, monkeypatch):
    _, frame = fitted

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(Calibrator, "fit", interrupted)
    with pytest.raises(FitInterrupted, match="checkpoint"):
        sg.GaussianCopula(calibration=True).fit(frame, verbose=False)
