"""The one call of the judging side: three tables in, a report out."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from synthgen.data.schema import Schema, SchemaWarning
from synthgen.errors import EvaluationError
from synthgen.metrics.base import JudgedData, Metric, Result
from synthgen.metrics.tables.catalogue import all_metrics
from synthgen.metrics.tables.privacy.worst_patients import worst_patients as exposed
from synthgen.metrics.tables.readable import check_readable
from synthgen.metrics.tables.tables import Tables
from synthgen.provenance.digests import digest_of
from synthgen.provenance.roster import Roster
from synthgen.report.report import Report
from synthgen.report.tables.histograms import histograms
from synthgen.report.tables.projection import projection
from synthgen.report.tables.subgroups import check_subgroups, subgroup_sheet
from synthgen.report.training import read_training
from synthgen.report.verdicts import verdicts


def evaluate(  # noqa: PLR0913
    *,
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    holdout: pd.DataFrame | None = None,
    target: str | None = None,
    subgroups: Sequence[str] = (),
    schema: Schema | None = None,
    guarantee: Mapping[str, Any] | None = None,
    history: Sequence[Mapping[str, float]] = (),
    best_epoch: int | None = None,
    roster: Roster | None = None,
    worst_patients: int = 0,
    seed: int = 0,
    verbose: bool = True,
) -> Report:
    """Judges a synthetic table: fidelity, usefulness and privacy, each beside what real data scores.

    Works on anybody's tables and never loads Keras. Counting uses up to 100 000 rows on each side, metrics that train a
    model or search neighbours a seeded sample of 20 000 at most, copies are counted on all rows; each result says how
    many rows stand behind it.

    Args:
        train: (rows, columns) the rows that the synthetic data was made from.
        synthetic: (rows, columns) with the same columns; Identifier and Text columns may be absent.
        holdout: (rows, columns) real rows that the maker never saw, none of whose patients is in `train`. Without them
            most of privacy is not computed: closeness to training rows means nothing without other rows to compare.
        target: Column that users will want to predict. Without it usefulness is not computed.
        subgroups: Columns, such as sex, age or site, whose groups of patients are judged apart: a category, or a number
            that is cut into bands. Needs a holdout.
        schema: What the columns mean. None: inferred from `train`, each row a patient of its own. With a patient key in
            the schema the patient is the unit of samples, intervals and attacks.
        guarantee: What the maker promises, as ``synthesizer.ledger.to_dict()`` gives it; shown beside what is measured,
            on your word: a release asks for proof that the maker drew these, see `synthgen.draw`.
        history: What the maker noted at the end of each epoch of training, as ``synthesizer.history``; drawn as curves.
        best_epoch: The epoch that it kept, as ``synthesizer.best_epoch``.
        roster: Who was learned and held out, as the fit left it in the house; `train` and `holdout` are checked against
            it. None: it is not at hand, which the report says.
        worst_patients: How many training patients, those who are given away most, the internal edition names by the
            position of a row (``report.to_html(path, edition="internal")``). The shareable edition never does.
        seed: For every sample; the same seed gives the same report.
        verbose: Whether to show a progress bar (on stderr, when it is a terminal).

    Returns:
        The report; `print` it, or write it with `to_html` and `to_json`.

    Raises:
        EvaluationError: If the tables cannot be compared, one is empty or holds values that are no finite numbers or
            dates, or the holdout has patients or rows of `train`; names the argument and the columns. If `train` is
            not what was learned, or somebody in `holdout` was.
        SchemaError: If no schema can be inferred from `train`.

    Example:
        >>> import numpy as np
        >>> random = np.random.default_rng(0)
        >>> def patients(rows):
        ...     age = random.integers(20, 90, rows)
        ...     return pd.DataFrame({"age": age, "ill": random.random(rows) < age / 100})
        >>> report = evaluate(train=patients(500), synthetic=patients(500), holdout=patients(500), target="ill")
        >>> [verdict.subject for verdict in report.verdicts]
        ['fidelity', 'usefulness', 'privacy']
    """
    for role, frame in {"train": train, "synthetic": synthetic, "holdout": holdout}.items():
        if frame is not None and not isinstance(frame, pd.DataFrame):
            raise EvaluationError(f"{role}: expected a pandas DataFrame. Received {type(frame).__name__}.")
    if len(train) == 0:
        raise EvaluationError("train: the table has no rows. Pass the rows that the synthetic data was made from.")
    if not isinstance(worst_patients, int) or worst_patients < 0:
        raise EvaluationError(f"worst_patients: expected a number of patients, 0 or more. Received {worst_patients!r}.")
    training = read_training(history, best_epoch)
    known = None if roster is None else roster.check(train=train, holdout=holdout)
    if schema is None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SchemaWarning)  # the judge learns no column anyway
            schema = Schema.infer(train)
    tables = Tables.read(train=train, synthetic=synthetic, holdout=holdout, schema=schema, target=target, seed=seed)
    check_readable(tables)
    report = judge(tables, subgroups=subgroups, verbose=verbose)
    named = exposed(tables, worst_patients) if worst_patients else None
    described = {**report.tables, "digest": digest_of(synthetic), "roster": known}
    return replace(report, tables=described, guarantee=guarantee, training=training, exposed=named)


def judge(
    tables: Tables, *, metrics: Sequence[Metric] | None = None, subgroups: Sequence[str] = (), verbose: bool = True
) -> Report:
    """Judges tables with metrics of one's choice, and says what was done with how many rows.

    Args:
        tables: See `Tables.read`, which also takes `max_rows`.
        metrics: None for all of `all_metrics()`.
        subgroups: See `evaluate`.
        verbose: See `evaluate`.

    Returns:
        The report.
    """
    began = time.monotonic()
    check_subgroups(subgroups, tables)
    results = measured(tables, all_metrics() if metrics is None else tuple(metrics), verbose=verbose)
    scores = {part.names[0]: part.value or 0.0 for result in results if result.metric == "marginals"
              for part in result.parts}  # fmt: skip
    drawn = len(tables.synthetic) > 0
    return Report(
        results=results,
        verdicts=verdicts(results),
        subgroups=subgroup_sheet(tables, subgroups),
        tables=_description(tables),
        pictures={"histograms": histograms(tables, scores) if drawn else [], "projection": projection(tables)},
        settings={"seed": tables.seed, "target": tables.target, "max_rows": tables.max_rows,
                  "seconds": round(time.monotonic() - began, 1)},
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )  # fmt: skip


def measured(judged: JudgedData, metrics: Sequence[Metric[JudgedData]], *, verbose: bool) -> tuple[Result, ...]:
    """Returns one result for each metric.

    Args:
        judged: What the metrics are given.
        metrics: In the order of the report.
        verbose: See `evaluate`.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    results = []
    with Progress(*columns, console=console, transient=True, disable=not (verbose and sys.stderr.isatty())) as progress:
        task = progress.add_task("Judging", total=len(metrics))
        for metric in metrics:
            progress.update(task, description=f"Judging: {metric.title.lower()}")
            results.append(metric(judged))
            progress.advance(task)
    return tuple(results)


def _description(tables: Tables) -> dict[str, Any]:
    known = {"train": tables.train, "synthetic": tables.synthetic, "holdout": tables.holdout}
    return {
        "rows": {role: len(table) for role, table in known.items() if table is not None},
        "columns": {name: column.kind for name, column in tables.schema.columns.items()},
        "patient_key": tables.schema.patient_key,
        "patients": {role: len(set(table.patients.tolist())) for role, table in known.items() if table is not None},
        "rare_below": tables.schema.rare_below,
    }
