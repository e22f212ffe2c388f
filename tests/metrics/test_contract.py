"""What every metric promises, whatever the tables."""

import json

import numpy as np
import pandas as pd
import pytest

from synthgen.data.columns import Categorical, Numerical
from synthgen.data.schema import Schema
from synthgen.metrics.tables.catalogue import all_metrics

METRICS = {metric.name: metric for metric in all_metrics()}
ROWS = 160


def edge(train=None, synthetic=None, holdout=None):
    """One way to bend the three tables."""
    return {"train": train, "synthetic": synthetic, "holdout": holdout}


def same(**columns):
    """Gives columns of all three tables new values."""

    def change(frame):
        return frame.assign(**{name: value(frame) if callable(value) else value for name, value in columns.items()})

    return edge(change, change, change)


def with_gaps(frame):
    return frame.age.astype("Int64").where(frame.index % 3 > 0)


def zoned(frame):
    return frame.admitted.dt.tz_localize("Europe/Berlin", nonexistent="shift_forward")


EDGES = {
    "ordinary": edge(),
    "0 synthetic rows": edge(synthetic=lambda frame: frame.iloc[:0]),
    "1 synthetic row": edge(synthetic=lambda frame: frame.iloc[:1]),
    "1 training row": edge(train=lambda frame: frame.iloc[:1]),
    "1 holdout row": edge(holdout=lambda frame: frame.iloc[:1]),
    "0 holdout rows": edge(holdout=lambda frame: frame.iloc[:0]),
    "no holdout": edge(holdout=lambda frame: None),
    "constant column": same(age=40),
    "all missing": same(cost=np.nan),
    "all missing in synthetic": edge(synthetic=lambda frame: frame.assign(cost=np.nan, age=np.nan)),
    "1 category": same(site="north"),
    "target of one class": same(outcome="ill"),
    "unseen category": edge(synthetic=lambda frame: frame.assign(site="moon", outcome="ill")),
    "nullable integers": same(age=with_gaps),
    "zoned dates": same(admitted=zoned),
    "zoned dates, naive synthetic": edge(
        lambda frame: frame.assign(admitted=zoned(frame)), None, lambda frame: frame.assign(admitted=zoned(frame))
    ),
    "dates as strings": edge(synthetic=lambda frame: frame.assign(admitted=frame.admitted.astype(str))),
    "pandas categoricals": same(site=lambda frame: frame.site.astype("category")),
    "infinite numbers": edge(synthetic=lambda frame: frame.assign(cost=np.inf)),
    "words for numbers": edge(synthetic=lambda frame: frame.assign(age="elderly")),
    "shuffled columns": edge(synthetic=lambda frame: frame[frame.columns[::-1]]),
    "one column": edge(*[lambda frame: frame[["age"]]] * 3),
    "two columns": edge(*[lambda frame: frame[["outcome", "age"]]] * 3),
}


@pytest.fixture
def bent(patients, tables):
    """Returns Tables of an edge case."""

    def make(case, **settings):
        frames = {role: patients(ROWS, seed) for seed, role in enumerate(["train", "synthetic", "holdout"])}
        schema_frame = patients(ROWS, 0)
        for role, change in EDGES[case].items():
            frames[role] = change(frames[role]) if change else frames[role]
        schema = Schema.infer(frames["train"]) if case != "1 training row" else Schema.infer(schema_frame)
        target = "outcome" if "outcome" in frames["train"] else None
        return tables(**frames, schema=schema, target=target, **settings)

    return make


@pytest.mark.parametrize("case", EDGES)
def test_every_metric_keeps_its_promises(bent, case):
    tables = bent(case)
    for metric in METRICS.values():
        check_result(metric(tables))


def check_result(result):
    if result.value is None:
        assert result.status == "not computed"
        assert result.reason.endswith(".") and len(result.reason) > 20
        return
    assert np.isfinite(result.value)
    check_number(result.value, result.interval, result.range)
    if result.reference is not None:
        assert np.isfinite(result.reference) and result.reference_source
    for part in result.parts:
        if part.value is None:
            assert part.note
        elif part.interval is not None and part.names != ("gap",):
            check_number(part.value, part.interval, result.range)
    assert result.status in ("pass", "warning", "fail", "shown") and result.reason
    assert json.loads(json.dumps(result.to_dict(), allow_nan=False))["metric"] == result.metric


def check_number(value, interval, limits):
    low, high = interval
    assert low <= value <= high
    assert limits[0] is None or low >= limits[0] - 1e-9
    assert limits[1] is None or high <= limits[1] + 1e-9


def test_same_seed_same_result_and_no_trace_in_global_generators(bent):
    """Whatever other metrics reckoned of the same tables before: the second time they are asked backwards."""
    import random

    first, second = {}, {}
    for results, names in ((first, [*METRICS]), (second, [*reversed(METRICS)])):
        tables = bent("ordinary", seed=3)
        for name in names:
            before = np.random.get_state()[1].tolist(), random.getstate()
            results[name] = METRICS[name](tables).to_dict()
            assert (np.random.get_state()[1].tolist(), random.getstate()) == before, name
    assert first == second


def test_no_synthetic_rows_are_said_to_be_none(bent):
    tables = bent("0 synthetic rows")
    for metric in METRICS.values():
        assert "no rows" in metric(tables).reason


def test_unreadable_values_are_counted_not_shown(bent):
    result = METRICS["marginals"](bent("words for numbers"))
    part = next(part for part in result.parts if part.names == ("age",))
    assert part.note.startswith(f"{ROWS} values could not be read")
    assert part.value == pytest.approx(0, abs=1e-12)
    assert "elderly" not in json.dumps(result.to_dict())


def test_types_are_not_mistaken_for_laws(patients, tables):
    """A trip through a text file changes types; no metric may take that for a difference."""
    train = patients(300, 0)
    written = train.astype({"smoker": "object", "age": "float"}).assign(admitted=train.admitted.astype(str))
    written["smoker"] = written.smoker.map({True: "True", False: "False"})
    made = tables(train, written.astype(object))
    assert METRICS["marginals"](made).value == 1
    assert METRICS["exact_copies"](made).value == 1


def test_declared_columns_need_not_be_inferable(tables):
    frame = pd.DataFrame({"a": [1.0, 2.0] * 40, "b": ["x", "y"] * 40})
    schema = Schema({"a": Numerical(), "b": Categorical(categories=("x", "y"))})
    assert METRICS["marginals"](tables(frame, frame, schema=schema)).value == 1
