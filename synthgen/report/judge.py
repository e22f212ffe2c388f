"""How one kind of data is judged: what a judge of a kind says and does that `evaluate` cannot know."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from synthgen.data.kinds import kind_named
from synthgen.errors import EvaluationError
from synthgen.metrics.base import Metric, Result
from synthgen.metrics.judged import Judged
from synthgen.report.sections import Section, closing_sections, measures_section
from synthgen.report.verdicts import Verdict, verdicts

if TYPE_CHECKING:
    from synthgen.data.kind import Words
    from synthgen.report.found import Found

Judging = TypeVar("Judging", bound=Judged[Any])
"""What metrics of the kind are given."""

RARE_BELOW = 10
"""Nothing is shown that fewer patients stand behind, where no schema says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Judge(ABC, Generic[Judging]):
    """Judges one kind of data. A new kind is a subclass in a folder of its name, and a row in `synthgen.report.judges`.

    Its options are its fields. `evaluate` reads with it, measures, and asks it for what is shown of its kind; the page
    draws the sections that it hands out.
    """

    kind: ClassVar[str]
    """As reports say it: "tables"."""
    words: ClassVar[Words]
    expects: ClassVar[str]
    """What it is handed, for errors: "a pandas DataFrame"."""
    way_out: ClassVar[str]
    """How one comes by that, a sentence."""
    unmeasured: ClassVar[Mapping[str, str]] = {}
    """Why a C of the scorecard is not measured, where the kind has something of its own to say of it."""
    warning: ClassVar[str] = ""
    """What no figure excludes, for every report of the kind, wherever it is shown; "": nothing of the kind's own."""

    @classmethod
    def options(cls) -> list[str]:
        """Returns the names of its options."""
        return [field.name for field in fields(cls)]

    @classmethod
    def holds(cls, value: Any) -> bool:
        """Whether a value is data that it judges.

        Args:
            value: Anything.
        """
        return kind_named(cls.kind).holds(value)

    def require(self, given: Mapping[str, Any], *, train: Any) -> None:
        """Refuses data and options that cannot be judged, by what is seen at once.

        Args:
            given: The data by the argument that it was handed over as.
            train: What was learned from.

        Raises:
            EvaluationError: Names the argument, what came and what was expected.
        """
        del train
        for role, data in given.items():
            if data is not None and not self.holds(data):
                raise EvaluationError(
                    f"{role}: expected {self.expects}. Received {type(data).__name__}. {self.way_out}"
                )

    @abstractmethod
    def read(self, *, train: Any, synthetic: Any, holdout: Any, seed: int) -> Judging:
        """Returns what metrics are given.

        Args:
            train: What was learned from.
            synthetic: What is judged.
            holdout: What the maker never saw; None: there is none.
            seed: For every sample.

        Raises:
            EvaluationError: If they cannot be compared; names the argument.
        """

    def check(self, judged: Judging) -> None:
        """Refuses options that do not go with what was read, before any long work.

        Args:
            judged: What was read.

        Raises:
            EvaluationError: Names the option.
        """

    @abstractmethod
    def metrics(self) -> Sequence[Metric[Any]]:
        """Returns one of each metric, in the order of the report."""

    def reviewed(self, results: tuple[Result, ...]) -> tuple[Result, ...]:
        """Returns the results, with what only all of them together show.

        Args:
            results: One for each metric.
        """
        return results

    def verdicts(self, results: tuple[Result, ...]) -> tuple[Verdict, ...]:
        """Returns what the results mean: `Found.verdicts`.

        Args:
            results: One for each metric.
        """
        return verdicts(results, words=self.words)

    def describe(self, judged: Judging) -> dict[str, Any]:
        """Returns what was compared: `Found.tables`; here how many there are, and of how many patients.

        Args:
            judged: What was read.
        """
        held = {role: getattr(judged, role) for role in ("train", "synthetic", "holdout")}
        there = {role: data for role, data in held.items() if data is not None}
        return {
            "rows": {role: len(data) for role, data in there.items()}, "patient_key": None, "rare_below": RARE_BELOW,
            "patients": {role: len(set(data.patients.tolist())) for role, data in there.items()},
        }  # fmt: skip

    def settings(self, judged: Judging) -> dict[str, Any]:
        """Returns how it was judged: `Found.settings`.

        Args:
            judged: What was read.
        """
        return {"seed": judged.seed}

    def shown(self, judged: Judging, results: Sequence[Result], *, worst_patients: int) -> dict[str, Any]:
        """Returns what is shown beside figures, by the fields of `Found`: "pictures", and what else the kind has.

        Args:
            judged: What was read.
            results: What was found.
            worst_patients: How many patients the internal edition names.
        """
        return {"pictures": {}}

    @classmethod
    def sections(cls, report: Found, *, internal: bool) -> list[Section]:
        """Returns the sections of the page, in their order.

        The page begins with the kind's "header.html" and ends with its "footer.html", in the folder of its name, where
        there are such.

        Args:
            report: What was found.
            internal: Whether real data and exposed patients may be shown.
        """
        del internal
        return [measures_section(report), *closing_sections(report, method="", metrics=cls().metrics())]


def whole_number(name: str, value: Any, *, least: int) -> None:
    """Refuses what is no whole number, or too small.

    Args:
        name: Of the argument.
        value: Anything.
        least: The smallest that is right.

    Raises:
        EvaluationError: Names the argument, and what came.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise EvaluationError(f"{name}: expected a whole number, {least} or more. Received {value!r}.")
