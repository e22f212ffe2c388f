"""The one call of the judging side: train, synthetic and holdout in, a report out, whatever kind of data they are."""

from __future__ import annotations

import os
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from synthgen.errors import EvaluationError
from synthgen.metrics.base import JudgedData, Metric, Result
from synthgen.metrics.judged import Judged
from synthgen.provenance.digests import digest_of
from synthgen.provenance.roster import Roster
from synthgen.provenance.roster_file import read_roster
from synthgen.report.judge import Judge, whole_number
from synthgen.report.judges import judge_named, judge_of
from synthgen.report.report import Report
from synthgen.report.training import read_training

OLD = {"guarantee": "privacy", "history": "history", "best_epoch": "best_epoch"}
"""Arguments that `made_by` stands for, and where a manifest says the same."""


def evaluate(  # noqa: PLR0913
    *,
    train: Any,
    synthetic: Any,
    holdout: Any = None,
    judge: Judge[Any] | None = None,
    made_by: Mapping[str, Any] | None = None,
    roster: Roster | str | os.PathLike[str] | None = None,
    worst_patients: int = 0,
    seed: int = 0,
    verbose: bool = True,
    **options: Any,
) -> Report:
    """Judges synthetic data: fidelity, usefulness and privacy, each beside what real data scores.

    Works on anybody's data. Its kind decides who judges, and which options there are; ``judge=`` takes the same options
    on an object, such as ``ImageJudge(seeds=5)``:

    | data | judge | options |
    |---|---|---|
    | a table, `pandas.DataFrame` | `TableJudge` | `target`, `subgroups`, `schema` |
    | images, `ImageSet` | `ImageJudge` | `features`, `seeds`, `fid`, `interpolation` |
    | translated images, `ImagePairs` | `ImagePairJudge` | `seeds` |

    An option of another kind is refused by name. Tables never load Keras. Counting uses up to 100 000 rows on each
    side, metrics that train a model or search neighbours a seeded sample of 20 000 at most, of images 5 000; copies are
    counted on all. Each result says how many stand behind it.

    Args:
        train: What the synthetic data was made from.
        synthetic: Data to judge, like `train`.
        holdout: Real data that the maker never saw, of none of the patients in `train`. Without it most of privacy is
            not computed: closeness to training data means nothing without other data to compare.
        judge: With options of the kind, such as ``ImageJudge(seeds=5)``; None: the one that `train` calls for.
        made_by: What the maker says of itself, as ``synthesizer.manifest``: what it promises, shown beside what is
            measured, on your word (a release asks for proof that the maker drew these, see `synthgen.draw`); and its
            training, drawn as curves. Any mapping will do; "privacy", "history" and "best_epoch" are looked at.
        roster: Who was learned and held out, as the fit left it in the house: its file, such as
            ``"patients.synthgen.roster"``, or a `Roster`; `train` and `holdout` are checked against it. None: it is not
            at hand, which the report says.
        worst_patients: How many training patients, those who are given away most, the internal edition names or shows
            (``report.to_html(path, edition="internal")``); of translations, how many of those that are farthest from
            the truth. The shareable edition never does.
        seed: For every sample; the same seed gives the same report, on the same machine where networks are trained.
        verbose: Whether to show a progress bar (on stderr, when it is a terminal).
        options: Of the judge, without making one: those of the table above.

    Returns:
        The report; `print` it, or write it with `to_html` and `to_json`.

    Raises:
        ReadError: If the roster cannot be read.
        EvaluationError: If the data cannot be compared, or the holdout has patients or rows of `train`; names the
            argument and the columns. If an option is none of this kind. If `train` is not what was learned, or somebody
            in `holdout` was.
        SchemaError: If no schema can be inferred from a table.

    Example:
        >>> import numpy as np
        >>> import pandas as pd
        >>> random = np.random.default_rng(0)
        >>> def patients(rows):
        ...     age = random.integers(20, 90, rows)
        ...     return pd.DataFrame({"age": age, "ill": random.random(rows) < age / 100})
        >>> report = evaluate(train=patients(500), synthetic=patients(500), holdout=patients(500), target="ill")
        >>> [verdict.subject for verdict in report.verdicts]
        ['fidelity', 'usefulness', 'privacy']
    """
    began = time.monotonic()
    told, options = _told(made_by, options)
    chosen = _chosen(judge, train, options)
    chosen.require({"train": train, "synthetic": synthetic, "holdout": holdout}, train=train)
    whole_number("worst_patients", worst_patients, least=0)
    training = read_training(told.get("history") or (), told.get("best_epoch"))
    known = None if roster is None else _read(roster).check(train=train, holdout=holdout)
    read = chosen.read(train=train, synthetic=synthetic, holdout=holdout, seed=seed)
    report = _report(chosen, read, worst_patients=worst_patients, verbose=verbose)
    described = {**report.tables, "digest": digest_of(synthetic), "roster": known}
    seconds = {"seconds": round(time.monotonic() - began, 1)}
    return replace(report, tables=described, guarantee=told.get("privacy"), training=training,
                   settings={**report.settings, **seconds})  # fmt: skip


def judge(
    data: Judged[Any], *, metrics: Sequence[Metric[Any]] | None = None, verbose: bool = True, **options: Any
) -> Report:
    """Judges what was read already, with metrics of one's choice, and says what was done with how much of it.

    Args:
        data: What metrics are given; see `Tables.read`, which also takes `max_rows`.
        metrics: None for all of the kind's judge.
        verbose: See `evaluate`.
        options: Of the kind's judge that are not in the data yet.

    Returns:
        The report.
    """
    return _report(judge_named(data.kind.name)(**options), data, metrics=metrics, verbose=verbose)


def _report(
    judge: Judge[Any],
    judged: Any,
    *,
    metrics: Sequence[Metric[Any]] | None = None,
    worst_patients: int = 0,
    verbose: bool,
) -> Report:
    began = time.monotonic()
    judge.check(judged)
    asked = judge.metrics() if metrics is None else metrics
    results = judge.reviewed(measured(judged, tuple(asked), verbose=verbose))
    return Report(
        kind=judge.kind,
        words=judge.words,
        unmeasured=judge.unmeasured,
        results=results,
        verdicts=judge.verdicts(results),
        warning=judge.warning,
        tables=judge.describe(judged),
        **judge.shown(judged, results, worst_patients=worst_patients),
        settings=judge.settings(judged) | {"seconds": round(time.monotonic() - began, 1)},
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


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


def _read(roster: Any) -> Roster:
    return roster if isinstance(roster, Roster) else read_roster(roster)


def _chosen(judge: Judge[Any] | None, train: Any, options: Mapping[str, Any]) -> Judge[Any]:
    """The judge that was handed over, or that the data calls for."""
    if judge is None:
        return judge_of(train, options)
    if not isinstance(judge, Judge):
        raise EvaluationError(f"judge: expected a judge, such as TableJudge(). Received {type(judge).__name__}.")
    if options:
        name, made = next(iter(options)), type(judge).__name__
        raise EvaluationError(f"{name}: options sit on the judge where one is handed over: {made}({name}=...).")
    return judge


def _told(made_by: Any, options: dict[str, Any]) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """What the maker says of itself, also by the arguments of earlier versions; and the options that are left."""
    if made_by is not None and not isinstance(made_by, Mapping):
        raise EvaluationError(
            f"made_by: expected what synthesizer.manifest is, a mapping. Received {type(made_by).__name__}."
        )
    old = [name for name in OLD if name in options]
    if not old:
        return made_by or {}, options
    if made_by is not None:
        raise EvaluationError(f"{old[0]}: made_by says it too. Leave it out.")
    warnings.warn(f"evaluate takes made_by=synthesizer.manifest in place of {', '.join(old)}.", DeprecationWarning,
                  stacklevel=3)  # fmt: skip
    left = {name: value for name, value in options.items() if name not in OLD}
    return {OLD[name]: options[name] for name in old}, left
