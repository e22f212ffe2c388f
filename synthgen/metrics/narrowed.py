"""When a part of the law is said to be absent altogether, as it is in what was drawn under conditions."""

LEAST_ABSENT = 0.1
"""Share of what was learned, whose values do not occur, from which it is said."""

BY_CHANCE = 1e-6
"""Chance, in what follows the same law, below which it is said."""

ADVICE = "A sample under conditions, or a part of it? Judge a sample of the whole."
