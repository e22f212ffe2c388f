"""The judges: what can be measured about synthetic data, whoever made it.

Shares no code with what makes the data, and never loads Keras. `catalogue` lists the metrics, `tables` and `features`
prepare the rows, `base` says what a metric is, and each metric is one file in `fidelity`, `utility` or `privacy`.
"""
