"""What a kind of data says of itself where it is released: its words, its sentences, and a policy to begin with."""

import importlib
from dataclasses import dataclass
from typing import final

from synthgen.data.kind import Words
from synthgen.errors import BundleError

TEXTS: dict[str, str] = {
    "tables": "synthgen.bundle.tables.texts:TEXTS",
    "images": "synthgen.bundle.images.texts:TEXTS",
    "image_pairs": "synthgen.bundle.image_pairs.texts:TEXTS",
}
"""Name of a kind, as reports say it, to where its texts are."""


@final
@dataclass(frozen=True, kw_only=True)
class Texts:
    """What only the kind itself can say.

    Args:
        words: What it is called.
        collected: Of artificial data, for its mark: "its rows were not collected from persons".
        unjudged: What no metric looks at, for the card.
        of_patients: Whether what is drawn is somebody's too, as visits are.
        no_task: How usefulness comes to be judged where it was not.
        better: How data comes to be more like the real one.
        policy: The policy to begin with, YAML with comments.
        safer: How it comes to give less away where nothing is promised.
    """

    words: Words
    collected: str
    unjudged: str
    of_patients: bool
    no_task: str
    better: str
    policy: str
    safer: str = "learn under a privacy budget: fit --epsilon 3 (or less)."


def texts_of(kind: str) -> Texts:
    """Returns the texts of a kind.

    Args:
        kind: As a report says it.

    Raises:
        BundleError: If there is none of that name.

    Example:
        >>> texts_of("images").words.these
        'these images'
    """
    if kind not in TEXTS:
        raise BundleError(f"kind: expected one of {list(TEXTS)}. Received {kind!r}.")
    module, _, name = TEXTS[kind].partition(":")
    texts: Texts = getattr(importlib.import_module(module), name)
    return texts
