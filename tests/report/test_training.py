"""How the maker was trained: what is read of a history, what is said of it, and what is drawn."""

import json
import re
from dataclasses import replace

import pytest

import synthgen as sg
from synthgen.errors import EvaluationError
from synthgen.report.figures.history import BOTTOM, LEFT, RIGHT, TOP, training_curves
from synthgen.report.training import monitors, read_training

CALM = [{"loss": 2.0 - 0.1 * epoch, "kid": 1.0 / (epoch + 1), "diversity": 0.9, "recoveries": 0} for epoch in range(10)]
STORMY = [
    epoch | {"recoveries": (place >= 3) + (place >= 7), "diversity": 0.1 if place == 6 else 0.8}
    for place, epoch in enumerate(CALM)
]


def test_a_calm_run_is_said_to_be_calm():
    assert monitors(read_training(CALM, 9)) == [
        "Epoch 10 of 10 was kept, the best by its distance to held-out images: 0.1.",
        "Nothing went wrong that the run would have had to recover from.",
    ]


def test_recoveries_and_collapse_are_named_by_their_epochs():
    training = read_training(STORMY, 2)
    assert training.recoveries == [3, 7]
    said = " ".join(monitors(training))
    assert "After epochs 4 and 8 the run had gone wrong" in said
    assert "all alike at epoch 7: diversity 0.1" in said
    assert "Nothing went wrong" not in said


def test_losses_that_are_not_finite_are_gaps():
    broken = [dict(epoch) for epoch in CALM]
    broken[4]["loss"] = float("inf")
    training = read_training(broken, 9)
    assert training.values("loss")[4] is None
    assert "At epoch 5 a figure was not finite" in " ".join(monitors(training))
    curve = {title: svg for title, svg, _ in training_curves(training)}["Loss"]
    assert len(re.findall(r'<path [^>]*class="curve synthetic"', curve)) == 2
    assert "nan" not in curve and "inf" not in curve
    json.dumps(training.to_dict(), allow_nan=False)


def test_a_line_goes_from_corner_to_corner():
    """A loss that falls by the same amount at each epoch is a straight line over the whole picture."""
    (title, svg, _), *_ = training_curves(read_training([{"loss": 3.0}, {"loss": 2.0}, {"loss": 1.0}], 2))
    assert title == "Loss"
    assert f'd="M{LEFT:g} {TOP:g}L{(LEFT + RIGHT) / 2:g} {(TOP + BOTTOM) / 2:g}L{RIGHT:g} {BOTTOM:g}"' in svg
    assert f'x1="{RIGHT:g}" x2="{RIGHT:g}"' in svg  # the epoch that was kept
    assert svg.count("recovery") == 0


def test_values_of_many_sizes_have_a_logarithmic_axis():
    steep = [{"kid": 10.0**-epoch} for epoch in range(5)]
    (_, svg, reading), *_ = training_curves(read_training(steep, None))
    assert "logarithmic" in reading
    points = [float(y) for y in re.findall(r"[ML]\S+ ([\d.]+)", re.search(r'd="([^"]+)"', svg).group(1))]
    assert points == pytest.approx([TOP + place * (BOTTOM - TOP) / 4 for place in range(5)], abs=0.1)
    assert not read_training(steep, -1).best_epoch
    assert "kept" not in svg.replace("is kept", "")


def test_what_is_no_curve_is_not_drawn():
    assert read_training([], None) is None
    assert training_curves(read_training([{"loss": 1.0}], 0)) == []  # one epoch
    flat = training_curves(read_training([{"<b>mine</b>": 0.0}] * 3, 0))
    assert len(flat) == 1 and "<b>" not in flat[0][1]
    assert [title for title, _, _ in training_curves(read_training(STORMY, 2))][:2] == [
        "Distance to held-out images", "Diversity",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("history", "best", "message"),
    [
        ({"loss": [1.0]}, None, "history: expected a list"),
        ([1.0, 2.0], None, "history: expected a list"),
        ([{"loss": "a"}], None, "a number under every name"),
        ([{"loss": 1.0}], 1, "best_epoch: expected a place in a history of 1 epochs. Received 1"),
    ],
)
def test_what_is_no_history_is_refused(history, best, message):
    with pytest.raises(EvaluationError, match=message):
        read_training(history, best)


def test_a_report_on_a_table_shows_its_makers_training(report, tmp_path):
    told = replace(report, training=read_training(STORMY, 2))
    told.to_html(tmp_path / "told.html")
    report.to_html(tmp_path / "plain.html")
    page = (tmp_path / "told.html").read_text(encoding="utf-8")
    assert '<section id="training"' in page and "went back, calmer" in page
    assert 'id="training"' not in (tmp_path / "plain.html").read_text(encoding="utf-8")
    assert told.to_dict()["training"]["best_epoch"] == 2
    assert report.to_dict()["training"] is None


def test_evaluate_takes_what_a_synthesizer_notes(patients):
    frame = patients(300, 0)[["age", "outcome"]]
    synthesizer = sg.TVAE(num_epochs=2, seed=0).fit(frame, verbose=False)
    told = sg.evaluate(
        train=frame, synthetic=synthesizer.sample(100), made_by=synthesizer.manifest, verbose=False,
    )  # fmt: skip
    assert len(told.training.history) == len(synthesizer.history)
    with pytest.raises(EvaluationError, match="best_epoch"):
        sg.evaluate(train=frame, synthetic=frame, made_by=synthesizer.manifest | {"best_epoch": 99})
