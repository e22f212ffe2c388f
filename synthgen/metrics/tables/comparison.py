"""A metric that compares any two tables: its reference is the same comparison of real with real."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import ClassVar, final

from synthgen.metrics.base import Measurement, Metric, NotComputed
from synthgen.metrics.tables.features import Table
from synthgen.metrics.tables.tables import Tables


class Comparison(Metric[Tables]):
    """A metric that compares any two tables, so that its reference is the same comparison of real with real.

    A subclass writes `compare`; `measure` here runs it on train and synthetic, on train and holdout, and, where the
    two have different numbers of rows, on train and as many synthetic rows as the holdout has.
    """

    size_matters: ClassVar[bool] = True
    """Whether the expected value between equal laws depends on the number of rows (distances do, areas do not)."""

    @abstractmethod
    def compare(self, tables: Tables, *, base: Table, other: Table) -> Measurement:
        """Compares `other` with `base`; raises `NotComputed` with the reason where that cannot be done."""

    @final
    def measure(self, tables: Tables) -> Measurement:
        """Measures synthetic against train and real against real."""
        measured = self.compare(tables, base=tables.train, other=tables.synthetic)
        base, other, fewer, source = tables.real_pair
        try:
            reference = self.compare(tables, base=base, other=other)
            matched = self.compare(tables, base=base, other=fewer).value if self.size_matters else None
        except NotComputed as reason:
            return replace(measured, notes=(*measured.notes, f"No reference, because {reason}"))
        by_name = {part.names: part.value for part in reference.parts}
        parts = tuple(replace(part, reference=by_name.get(part.names)) for part in measured.parts)
        return replace(
            measured, parts=parts, matched=matched, reference=reference.value,
            reference_interval=reference.interval, reference_source=source,
        )  # fmt: skip
