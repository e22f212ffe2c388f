"""What was found: verdicts, results and all that pages draw, and how they look single things up in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from synthgen.data.kind import Words
from synthgen.metrics.base import Result
from synthgen.metrics.exposed import ExposedPatient
from synthgen.report.subgroup import Subgroup
from synthgen.report.training import Training
from synthgen.report.verdicts import Verdict


@dataclass(frozen=True, eq=False, kw_only=True)
class Found:
    """What the judges found about synthetic data.

    Args:
        kind: Of the data, as `synthgen.report.judges` lists it.
        words: What sentences call it.
        verdicts: On fidelity, usefulness and privacy.
        results: One for each metric, those not computed included.
        tables: How many of what were compared, and whose.
        pictures: What the figures are drawn from: protected counts, no rows.
        settings: Seed, target, rows used.
        created: When, ISO 8601 in UTC.
        subgroups: The groups of patients that were judged apart.
        guarantee: The ledger of the model that drew the rows, as `Ledger.to_dict` gives it; None: no promise is known.
        training: How the maker was trained; None: nobody says.
        warning: What no figure excludes, where the kind has such: shown wherever the report is.
        unmeasured: Why a C of the scorecard is not measured, where the kind has something of its own to say of it.
        exposed: Patients of the training rows who are given away most, for the internal edition; None: nobody looked.
        gallery: Pictures of real data, for the internal edition, as the kind's pages draw them; None: there are none.
    """

    kind: str
    words: Words
    verdicts: tuple[Verdict, ...]
    results: tuple[Result, ...]
    tables: Mapping[str, Any]
    pictures: Mapping[str, Any]
    settings: Mapping[str, Any]
    created: str
    subgroups: tuple[Subgroup, ...] = ()
    guarantee: Mapping[str, Any] | None = None
    training: Training | None = None
    warning: str = ""
    unmeasured: Mapping[str, str] = field(default_factory=dict)
    exposed: tuple[ExposedPatient, ...] | None = None
    gallery: Any = None

    @property
    def things(self) -> str:
        """What was judged, in a word: "rows"."""
        return self.words.things

    def __getitem__(self, name: str) -> Result:
        """Returns the result of one metric by its name, e.g. ``report["marginals"].value``."""
        for result in self.results:
            if result.metric == name:
                return result
        raise KeyError(f"The report has no metric {name!r}; it has {[result.metric for result in self.results]}.")

    def verdict(self, subject: str) -> Verdict:
        """Returns the verdict on "fidelity", "usefulness" or "privacy"."""
        return {verdict.subject: verdict for verdict in self.verdicts}[subject]  # type: ignore[index]

    @property
    def passed(self) -> bool:
        """Whether all three verdicts are "pass"."""
        return all(verdict.outcome == "pass" for verdict in self.verdicts)

    def promise(self) -> str:
        """Returns a sentence on what is guaranteed, beside what was measured."""
        if self.guarantee is None:
            these = self.words.these
            return f"A report measures {these} against these attacks; only differential privacy gives a guarantee."
        epsilon, delta, unit = (self.guarantee[name] for name in ("epsilon", "delta", "unit"))
        if epsilon is None:
            return "The model's ledger holds a read that cannot be counted, or known noise: nothing is guaranteed."
        return (
            f"The {self.things} are differentially private with epsilon {epsilon:.3g} at delta {delta:g} for each "
            f"{unit}. This report is not: it compares with training {self.things}."
        )


def find(report: Found, name: str) -> Result | None:
    """Returns the result of a metric, if it was computed."""
    return next((result for result in report.results if result.metric == name and result.computed), None)
