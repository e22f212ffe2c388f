"""Generative models of the rows of one table."""
