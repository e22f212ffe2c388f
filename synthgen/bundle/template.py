"""The beginning of a policy to begin with, for every kind of data: what is asked whatever the metrics are."""

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
