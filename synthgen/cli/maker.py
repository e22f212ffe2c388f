"""What a model file says of itself to those who judge what it drew: its promise, and how it was trained."""

from pathlib import Path
from typing import Any


def manifest_of(model: Path | None) -> dict[str, Any] | None:
    """Returns the manifest of a model file, if one is named."""
    if model is None:
        return None
    from synthgen.synthesizers.saving import inspect

    manifest: dict[str, Any] = inspect(model)["manifest"]
    return manifest


def guarantee(manifest: dict[str, Any] | None) -> dict[str, Any] | None:
    """Returns what a model promises, reckoned anew from its ledger; None where it promises nothing."""
    stored = None if manifest is None else manifest.get("privacy")
    if stored is None:
        return None
    from synthgen.dp.ledger import Ledger

    return Ledger.from_dict(stored).to_dict()


def told(manifest: dict[str, Any] | None) -> dict[str, Any]:
    """Returns what a report shows of a model, as `evaluate` and `evaluate_images` take it.

    Args:
        manifest: Of the model file; None: none is named.

    Example:
        >>> told({"history": [{"loss": 0.5}], "best_epoch": 0})
        {'guarantee': None, 'history': [{'loss': 0.5}], 'best_epoch': 0}
    """
    if manifest is None:
        return {}
    return {"guarantee": guarantee(manifest), "history": manifest["history"], "best_epoch": manifest["best_epoch"]}


def paths(model: Path | None, *, seed: int) -> list[Any]:
    """Returns paths between images that a model draws, none where no model is named or it draws from no noise.

    Args:
        model: File of a synthesizer of images.
        seed: Of the noise.
    """
    if model is None:
        return []
    from synthgen.synthesizers.images.base import ImageSynthesizer
    from synthgen.synthesizers.loading import load

    synthesizer = load(model)
    return synthesizer.interpolate(seed=seed) if isinstance(synthesizer, ImageSynthesizer) else []
