"""What tables say of themselves where they are released."""

from synthgen.bundle.template import HEAD
from synthgen.bundle.texts import Texts
from synthgen.data.tables.kind import TableKind

POLICY = (
    HEAD.format(subject="a synthetic table", pronoun="it", usefulness="by a column to predict (--target)")
    + """
# Metrics that must have been computed, whatever they say.
required: [exact_copies, membership, attributes, linkability, singling_out]

# Limits of single metrics: at_most or at_least. The end of the 95 % interval on the wrong side decides, so that few
# patients are no excuse; of: value lets the value itself decide.
limits:
  membership: {at_most: 0.6}
  # Of identifiers and free texts. A table that has neither cannot keep this limit: take the line out.
  reemitted_values: {at_most: 0.0, of: value}
  # Rows that equal a real row of few patients, whatever real rows do among each other. Where columns are few and coarse
  # more of them are chance: look at the reference in the report before you raise it.
  exact_copies: {at_most: 0.01, of: value}

# Columns whose groups of patients must be in the report (--by COLUMN), and limits that hold for every group in it; the
# metrics are marginals, tstr and membership. Groups are small and their intervals wide: of: value may be wiser here.
subgroups:
  columns: []
  limits: {}
"""
)

TEXTS = Texts(
    words=TableKind.words,
    collected="its rows were not collected from persons",
    unjudged="relations of three and more columns, rare subgroups, other targets",
    of_patients=True,
    no_task="name a column to predict: --target COLUMN; or write usefulness: any, if there is none.",
    better="train longer, or let rows that no family saw choose one: fit --model auto.",
    policy=POLICY,
)
