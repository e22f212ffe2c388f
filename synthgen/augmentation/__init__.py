"""Synthetic rows added to a training set."""
