"""Judging translated images: how near they are to the truth, which findings they keep, and whose they show."""
