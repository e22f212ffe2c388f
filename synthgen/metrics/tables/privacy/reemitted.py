"""Are names, numbers and notes of real rows in the synthetic table?"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import final

import numpy as np

from synthgen.metrics.base import Measurement, Metric, NotComputed, Part
from synthgen.metrics.intervals import clopper_pearson
from synthgen.metrics.judged import halves
from synthgen.metrics.limits import Limits
from synthgen.metrics.sides import OF_HOLDOUT, Asked, beside, severity
from synthgen.metrics.tables.features import Table
from synthgen.metrics.tables.privacy.both_sides import asked_of
from synthgen.metrics.tables.reading import labels_of
from synthgen.metrics.tables.tables import Tables

_ZEROS = re.compile(r"^0+(?=[0-9]+$)")
"""In front of a number, where spreadsheets and CSV readers lose them."""


@final
class ReemittedValues(Metric[Tables]):
    """Largest share, over Identifier and Text columns, of values that are a real row's value.

    Those columns are never learned, so a synthetic table has no reason to hold any of their real values. Notes that
    many patients share ("no complaints") occur on both sides of the holdout and are set off by that.
    """

    name = "reemitted_values"
    title = "Re-emitted names and notes"
    family = "privacy"
    question = "Do identifiers or free texts of real rows come back?"
    direction = "lower"
    best = 0.0
    limits = Limits(warning=0.001, fail=0.01, both_sampled=True)

    def measure(self, tables: Tables) -> Measurement:
        """Counts the values that come back, by column and side."""
        sides = [_reemitted(tables, asked) for asked in asked_of(tables)]
        worst = max(sides, key=lambda found: severity(found, self.limits))
        return replace(worst, notes=(*worst.notes, *([OF_HOLDOUT] if worst.details["side"] == "holdout" else [])))


def _reemitted(tables: Tables, asked: Asked) -> Measurement:
    base, control = asked.base, asked.control
    found = _values(base, tables.synthetic)
    if control is None:
        first, second = halves(tables.train.patients, tables.random("halves"))
        base, control = base.take(first), base.take(second)
    try:
        real = _values(base, control)
    except NotComputed as reason:
        return replace(found, details={"side": asked.side}, notes=(f"No reference, because {reason}",))
    by_name = {part.names: part.value for part in real.parts}
    parts = tuple(replace(part, reference=by_name.get(part.names)) for part in found.parts)
    return beside(replace(found, parts=parts), asked, real)


def _values(base: Table, other: Table) -> Measurement:
    """The largest share of the values of a column in `other` that `base` has, and the others as parts."""
    parts = []
    for name, values in other.unlearned.items():
        if name not in base.unlearned:
            continue
        asked, known = _spelled(values), set(_spelled(base.unlearned[name]))
        if asked and known:
            hits = sum(value in known for value in asked)
            interval = clopper_pearson(hits, len(asked))
            parts.append(Part(names=(name,), value=hits / len(asked), interval=interval))
    if not parts:
        raise NotComputed("the tables share no identifier or text column with values in it.")
    worst = max(parts, key=lambda part: part.value or 0.0)
    return Measurement(value=worst.value or 0.0, interval=worst.interval or (0.0, 1.0), parts=tuple(parts))


def _spelled(values: np.ndarray) -> list[str]:
    """Values that are there, alike however they are written: 7, 7.0 (a gap in the column), "007"; "Anna", "ANNA "."""
    texts = labels_of(str(value).strip() for value in values if value is not None)
    return [_ZEROS.sub("", text.casefold()) for text in texts]
