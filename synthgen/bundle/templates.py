"""Policies to begin with, as files with comments: one for tables, one for images."""

HEAD = """\
# What {subject} must show before {pronoun} may leave. Write it before training, and sign off changes:
# whoever fits the policy to the report decides nothing.
format: synthgen-policy
version: 1

# Patients kept from the maker. Without a holdout no attack can be run; null allows that.
least_holdout_patients: 100

# The worst verdict that passes, by subject: pass, warning or fail. "not computed" is worse than all of them; any lets
# whatever was found pass, and nothing too. Usefulness is judged {usefulness}: write any where there is none.
verdicts:
  fidelity: warning
  usefulness: warning
  privacy: pass

# What the model must promise (differential privacy), such as {{most_epsilon: 3, most_delta: 1.0e-5, unit: patient_id}};
# null asks for nothing. The report knows of it if it was made with the model file (--model).
guarantee: null
"""

TABLES = (
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
"""For tables."""

IMAGES = (
    HEAD.format(subject="a set of synthetic images", pronoun="they", usefulness="by the classes of the images")
    + """
# Metrics that must have been computed, whatever they say.
required: [kid, coverage, image_copies, image_near_copies, image_closer, image_membership]

# Limits of single metrics: at_most or at_least. The end of the 95 % interval on the wrong side decides, so that few
# patients are no excuse; of: value lets the value itself decide. What a kid is worth depends on the features in which
# images are compared: take its limit from a report on real images in the same features.
limits:
  image_membership: {at_most: 0.6}
  image_copies: {at_most: 0.0, of: value}
  image_duplicates: {at_most: 0.05, of: value}
  # kid: {at_most: 0.1}
  # coverage: {at_least: 0.7}
  # label_agreement: {at_least: 0.8}
  # image_tstr: {at_least: 0.75}
"""
)
"""For images."""

TEMPLATES = {"tables": TABLES, "images": IMAGES}
"""By what is released."""
