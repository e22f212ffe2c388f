"""Whether lines are like lines, and whose they are."""

from collections import Counter
from dataclasses import dataclass

from synthgen.metrics.base import Measurement, Metric
from synthgen.metrics.intervals import clopper_pearson
from synthgen.metrics.judged import Judged
from synthgen.metrics.limits import Limits
from synthgen.report.judge import Judge
from text_kind.kind import LineKind, Lines


@dataclass(frozen=True, eq=False, kw_only=True)
class JudgedLines(Judged[Lines]):
    kind = LineKind
    most = 10_000


class LettersAlike(Metric[JudgedLines]):
    name, title, headline, criterion = "letters", "Letters alike", "Letters alike", "congruence"
    family, question = "fidelity", "Do letters come as often as in real lines?"
    limits = Limits(warning=0.05, fail=0.2)

    def measure(self, lines):
        value, reference = (_alike(lines.train, other) for other in (lines.synthetic, lines.holdout))
        return Measurement(value=value, interval=(value, value), reference=reference, reference_source="holdout",
                           reference_interval=(reference, reference))  # fmt: skip


class LineCopies(Metric[JudgedLines]):
    name, title, headline, criterion = "line_copies", "Copies", "Copies of training lines", "compliance"
    family, question, direction, best = "privacy", "How many lines are somebody's?", "lower", 0.0
    limits = Limits(warning=0.01, fail=0.1)

    def measure(self, lines):
        count, number = len(set(lines.synthetic.texts) & set(lines.train.texts)), len(lines.synthetic)
        return Measurement(value=count / number, interval=clopper_pearson(count, number))


def _alike(first, second):
    sides = [Counter("".join(side.texts)) for side in (first, second)]
    shares = [{letter: count / counts.total() for letter, count in counts.items()} for counts in sides]
    return 1 - sum(abs(shares[0].get(letter, 0) - shares[1].get(letter, 0)) for letter in {*sides[0], *sides[1]}) / 2


@dataclass(frozen=True, kw_only=True)
class LineJudge(Judge[JudgedLines]):
    kind, words, expects, way_out = "lines", LineKind.words, "lines of text", "sg.read reads them."

    def read(self, *, train, synthetic, holdout, seed):
        return JudgedLines(train=train, synthetic=synthetic, holdout=holdout, seed=seed)

    def metrics(self):
        return LettersAlike(), LineCopies()
