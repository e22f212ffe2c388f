"""What a report on translated images says in its own words: the warning, and what the verdicts mean."""

from dataclasses import replace

from synthgen.report.verdicts import Sentences

WARNING = (
    "A translated image is a guess that looks real: it can invent or erase findings, unpaired translation most of all, "
    "and no figure here excludes that for a single image. Never for diagnosis."
)

PAIRED = Sentences(
    passed={
        "fidelity": "Translations are nearer to the truth than the untouched source, or whatever else needs no "
        "translator.",
        "usefulness": "Networks that learned real images see the right finding in translations about as often as in "
        "real images.",
        "privacy": "No sign that translations are training images, or show whose they are. This is a measurement, not "
        "a guarantee.",
    },
    few={
        "fidelity": "Too few images to tell how near translations come",
        "usefulness": "Too few images to tell whether findings are kept",
        "privacy": "Too few images to exclude that real ones are recognised",
    },
    others={
        "fidelity": {
            "warning": "Not evidently nearer to the truth than what needs no translator, by:",
            "fail": "Farther from the truth than what needs no translator, by:",
        },
        "usefulness": {
            "warning": "Networks that learned real images see the right finding in translations somewhat less often "
            "than in real images.",
            "fail": "Networks that learned real images see the right finding in translations much less often than in "
            "real images: findings are invented or erased.",
        },
        "privacy": {
            "warning": "Signs that real images can be recognised in translated ones, short of a clear one:",
            "fail": "Real images can be recognised in translated ones:",
        },
    },
)
"""Where the truth is known."""

UNPAIRED = replace(
    PAIRED,
    passed={
        **PAIRED.passed,
        "fidelity": "Translations resemble images of the target's kind about as well as other real ones do.",
    },
    others={
        **PAIRED.others,
        "fidelity": {
            "warning": "Similar, but visibly further from images of the target's kind than real ones, by:",
            "fail": "Clearly different from images of the target's kind, by:",
        },
    },
)
"""Where it is not."""
