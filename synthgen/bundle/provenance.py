"""What a release says of where its data comes from; refuses what was judged elsewhere or is promised without proof."""

from collections.abc import Mapping
from typing import Any

from synthgen.errors import BundleError
from synthgen.provenance.origin import Origin

NOT_AT_HAND = "not at hand"
"""What was not checked."""


def provenance(report: Mapping[str, Any], *, digest: str, origin: Origin | None) -> dict[str, Any]:
    """Returns what was checked of data that is released, for its manifest.

    Args:
        report: As `Report.to_dict` gives it.
        digest: Of the data, see `synthgen.provenance.digests.digest_of`.
        origin: Proof of which model drew it; None: there is none.

    Returns:
        "maker": which model drew it and how that is known, or "not proven"; "roster": what was found of train and
        holdout, or "not at hand"; "digest".

    Raises:
        BundleError: If the report or the proof is on other data, or the report speaks of a promise that the model which
            drew the data does not make.
    """
    judged = report["tables"].get("digest")
    if judged != digest:
        raise BundleError(
            "report: it was made on other rows or images than those that are released. Judge these very ones, and "
            "release them with that report."
        )
    if origin is not None and origin.digest != digest:
        raise BundleError("origin: it is the proof of other rows or images than those that are released.")
    _check_promise(report.get("guarantee"), origin)
    maker: Any = "not proven" if origin is None else origin.to_dict()
    return {"digest": digest, "maker": maker, "roster": report["tables"].get("roster") or NOT_AT_HAND}


def _check_promise(said: Mapping[str, Any] | None, origin: Origin | None) -> None:
    """Refuses a report that promises what the proven maker of the data does not."""
    if said is None or said["epsilon"] is None:
        return
    made = None if origin is None or not origin.promises else origin.manifest["privacy"]
    rounding = 1 - 1e-9
    if (
        made is None
        or any(said[name] != made[name] for name in ("delta", "unit"))
        or said["epsilon"] < rounding * made["epsilon"]
    ):
        raise BundleError(
            "report: it speaks of a promise, and nothing proves that a model which makes it drew this data. Let the "
            "model draw: release -n instead of --synthetic, or in Python synthgen.draw; or judge without guarantee."
        )
