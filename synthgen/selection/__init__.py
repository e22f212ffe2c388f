"""Choosing a family and its settings for the data at hand, by held-out rows."""
