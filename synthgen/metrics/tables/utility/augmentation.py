"""Should synthetic rows be added to a training set? A sweep with controls, and an answer that may be no.

Works on anybody's synthetic rows, and never loads Keras.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from synthgen.data.schema import Schema, SchemaWarning
from synthgen.data.target import infer_schema_for
from synthgen.errors import EvaluationError
from synthgen.metrics.tables.readable import check_readable
from synthgen.metrics.tables.tables import MAX_ROWS, Tables, check_columns
from synthgen.metrics.tables.utility.augmentation_choice import LEAST_GAIN, choose
from synthgen.metrics.tables.utility.augmentation_result import AugmentationVerdict, Measure, Score, Way
from synthgen.metrics.tables.utility.augmentation_scores import NUM_DRAWS, Spread, Test
from synthgen.metrics.tables.utility.augmentation_sweep import sweep
from synthgen.metrics.tables.utility.augmentation_task import Rows, Task, rows_of, usable
from synthgen.metrics.tables.utility.augmentation_ways import Recipe, Recipes, recipes


def augmentation_verdict(  # noqa: PLR0913
    *,
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    holdout: pd.DataFrame,
    target: str,
    balanced: pd.DataFrame | None = None,
    schema: Schema | None = None,
    shares: Sequence[float] = (0, 0.25, 0.5, 1, 2),
    seeds: Sequence[int] = (0, 1, 2, 3, 4),
    measure: Measure | None = None,
    verbose: bool = True,
) -> AugmentationVerdict:
    """Says whether a model gets better by training on synthetic rows besides the real ones.

    Boosted trees (scikit-learn's histogram gradient boosting) are trained on the real rows alone, with synthetic rows
    added in several shares, with smaller classes filled up by synthetic rows ("balance"), with class weights, and with
    SMOTE, each with the number of trees that suits it, and scored on the holdout. "augment" needs a gain over the real
    rows alone that is beyond chance though the best of all ways was picked, that is at least 0.005, and that class
    weights and SMOTE do not reach. Where they do, they are the answer: they cost less. All training rows are used, so
    that large tables take minutes.

    Args:
        train: (rows, columns) the real rows that the synthetic ones were made from.
        synthetic: (rows, columns) synthetic rows alone, at best as many as the largest of `shares` takes.
        holdout: (rows, columns) real rows that the maker never saw.
        target: Column to predict.
        balanced: Synthetic rows for filling up classes, such as `augment` adds; None takes them from `synthetic`.
        schema: What the columns mean. None: guessed from `train`; a target of at most 20 distinct whole numbers then
            counts as classes.
        shares: Synthetic rows as multiples of the training rows; 0, the real rows alone, is always there.
        seeds: At least two distinct ones. Each decides anew which synthetic rows are added and which columns a split
            may use.
        measure: What decides: "roc_auc" (mean over classes, one against the rest), "average_precision" (of the rarest
            class) or "balanced_accuracy" for classes, "r2" for numbers and dates. None: "roc_auc" or "r2". The others
            are shown. Class weights and balancing raise balanced accuracy by moving the threshold alone.
        verbose: Whether to show progress on a terminal.

    Returns:
        The verdict; `print` it, or take `to_dict`.

    Raises:
        EvaluationError: If the tables cannot be compared, the holdout has rows of `train`, or too few rows could tell
            ways apart.
        SchemaError: If no schema can be inferred from `train`.

    Example:
        >>> random = np.random.default_rng(0)
        >>> def patients(rows):
        ...     age = random.integers(20, 90, rows)
        ...     return pd.DataFrame({"age": age, "ill": random.random(rows) < age / 100})
        >>> train, holdout = patients(400), patients(400)
        >>> made_up = pd.DataFrame({"age": random.integers(20, 90, 800), "ill": random.random(800) < 0.5})
        >>> verdict = augmentation_verdict(
        ...     train=train, synthetic=made_up, holdout=holdout, target="ill", shares=[1], seeds=[0, 1]
        ... )
        >>> verdict.outcome
        'do not'
    """
    _check(shares, seeds, {"train": train, "synthetic": synthetic, "holdout": holdout, "balanced": balanced})
    tables = _read(train, synthetic, holdout, schema, target)
    if tables.holdout is None:
        raise EvaluationError("holdout: expected real rows that the maker never saw. Received none.")
    task = Task.of(tables, tables.holdout)
    measures = Test.measures_of(task.scored)
    if measure is not None and measure not in measures:
        raise EvaluationError(f"Expected measure in {list(measures)} for {target!r}. Received {measure!r}.")
    added = rows_of(tables, tables.synthetic, task.inputs, task.codes)
    filling = added if balanced is None else _filling_rows(tables, balanced, train, task)
    ways = recipes(task, synthetic=added, balanced=filling, shares=shares)
    if not any(recipe.kind == "synthetic" for recipe in ways.tried):
        raise EvaluationError(f"synthetic: {len(added)} rows are too few for any way to add them: {ways.not_compared}.")
    test_rows, test = _test(tables, task, random=np.random.default_rng([*seeds, 1]))
    scores, sizes = sweep(task, ways.tried, test_rows, test, seeds, verbose=verbose)
    spreads = {name: Spread.of(values, np.random.default_rng([*seeds, 2])) for name, values in scores.items()}
    tried = _tried(ways.tried, sizes, spreads)
    deciding = measure or measures[0]
    outcome, best, sentence = choose(tried, spreads[deciding], deciding, target)
    return AugmentationVerdict(
        outcome=outcome, best=best, sentence=sentence, measure=deciding, target=target, ways=tried,
        not_compared=ways.not_compared, notes=_notes(ways, tables, added, len(tried) - 1),
        details={
            "rows": {"train": len(task.train), "synthetic": len(added), "holdout": len(test_rows)},
            "classes": task.num_classes, "scored_classes": len(task.scored), "seeds": list(seeds),
            "bootstrap_draws": NUM_DRAWS, "least_gain": LEAST_GAIN,
        },
    )  # fmt: skip


def _check(shares: Sequence[float], seeds: Sequence[int], frames: dict[str, pd.DataFrame | None]) -> None:
    for role, frame in frames.items():
        if not isinstance(frame, pd.DataFrame) and not (role == "balanced" and frame is None):
            raise EvaluationError(f"{role}: expected a pandas DataFrame. Received {type(frame).__name__}.")
        if frame is not None and not len(frame):
            raise EvaluationError(f"{role}: the table has no rows.")
    if len(set(seeds)) < 2 or min(seeds) < 0:
        raise EvaluationError(f"Expected at least two distinct seeds, none negative. Received {list(seeds)}.")
    if not all(np.isfinite(share) and share >= 0 for share in shares):
        raise EvaluationError(f"Expected shares >= 0, multiples of the training rows. Received {list(shares)}.")


def _read(
    train: pd.DataFrame, synthetic: pd.DataFrame, holdout: pd.DataFrame, schema: Schema | None, target: str
) -> Tables:
    if schema is None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SchemaWarning)  # the judge learns no column anyway
            schema = infer_schema_for(train, target=target)
    tables = Tables.read(train=train, synthetic=synthetic, holdout=holdout, schema=schema, target=target)
    check_readable(tables)
    first = tables.synthetic.take(np.arange(min(len(train), len(synthetic))))
    if len(first) == len(train) and all(
        np.array_equal(values, first.columns[name], equal_nan=True) for name, values in tables.train.columns.items()
    ):
        raise EvaluationError("synthetic: begins with the training rows. Pass the synthetic rows alone.")
    return tables


def _filling_rows(tables: Tables, balanced: pd.DataFrame, train: pd.DataFrame, task: Task) -> Rows:
    check_columns(train=train, synthetic=balanced, holdout=None, schema=tables.schema, target=task.target)
    return rows_of(tables, tables.features.read(balanced), task.inputs, task.codes)


def _test(tables: Tables, task: Task, *, random: np.random.Generator) -> tuple[Rows, Test]:
    """The holdout's rows that have a target, at most `MAX_ROWS`: fewer patients only widen the intervals."""
    holdout = tables.sample(tables.holdout or tables.train, MAX_ROWS, purpose="test")
    rows = rows_of(tables, holdout, task.inputs, task.codes)
    patients = holdout.take(usable(tables, holdout, task.codes)).patients
    return rows, Test.draw(rows.target, patients, task.scored, task.rarest, random)


def _tried(ways: list[Recipe], sizes: list[int], spreads: dict[Measure, Spread]) -> tuple[Way, ...]:
    scores: list[dict[Measure, Score]] = [{} for _ in ways]
    for name, spread in spreads.items():
        intervals, gains = spread.intervals(), spread.gains()
        gain_intervals = gains.simultaneous_intervals()
        for place in range(len(ways)):
            value = float(spread.values[place])
            scores[place][name] = Score(value=value, interval=intervals[place]) if not place else Score(
                value=value, interval=intervals[place], gain=float(gains.values[place - 1]),
                gain_interval=gain_intervals[place - 1],
            )  # fmt: skip
    return tuple(
        Way(name=way.name, kind=way.kind, share=way.share, rows_added=size, scores=own)
        for way, size, own in zip(ways, sizes, scores, strict=True)
    )


def _notes(ways: Recipes, tables: Tables, added: Rows, num_ways: int) -> tuple[str, ...]:
    notes = list(ways.notes)
    if left := len(tables.synthetic) - len(added):
        notes.append(f"{left} synthetic rows have no target, or one that no training row has, and were left out.")
    notes.append(
        f"Gains are over the real rows alone; the 95 % intervals hold for all {num_ways} ways at once. They cover the "
        "choice of test patients and of seeds, for these training rows."
    )
    return tuple(notes)
