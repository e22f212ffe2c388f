"""What a value that was read must be: said once, beside what uses it, and checked before anything is done with it.

Files can lie: a checksum says that a file is as it was written, not that what was written makes sense. So whoever reads
plain types declares what they are, and `check` returns them or says where they stand, what came and what was expected.

Example:
    >>> stored = Fields({"name": Characters(), "shares": Array(None, least=0, sums_to_one=True)})
    >>> stored.check({"name": "sex", "shares": [0.25, 0.75]}, "sex")["shares"]
    array([0.25, 0.75])
    >>> stored.check({"name": "sex", "shares": [0.25, 7]}, "sex")
    Traceback (most recent call last):
    synthgen.expected.base.Unexpected: sex: shares: expected numbers that sum to one at least 0. Received another sum.
"""

from synthgen.expected.arrays import MOST_WEIGHT, SUM_TOLERANCE, Array
from synthgen.expected.base import Expected, Unexpected, agree, refused_as, said
from synthgen.expected.plain import (
    MOST_NUMBER,
    Anything,
    ByName,
    Characters,
    Each,
    Fields,
    Flag,
    Maybe,
    OneOf,
    Quantity,
    Value,
)

__all__ = [
    "MOST_NUMBER",
    "MOST_WEIGHT",
    "SUM_TOLERANCE",
    "Anything",
    "Array",
    "ByName",
    "Characters",
    "Each",
    "Expected",
    "Fields",
    "Flag",
    "Maybe",
    "OneOf",
    "Quantity",
    "Unexpected",
    "Value",
    "agree",
    "refused_as",
    "said",
]
