"""The origin of rows or images: proof, held in memory, that a model drew them. What a promise is printed by."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, final

from synthgen.provenance.receipt import Draw

How = Literal["drawn here", "drawn again and found equal"]
"""How it is known who drew."""


@final
@dataclass(frozen=True, kw_only=True)
class Origin:
    """Which model drew rows or images; made by `draw` and `prove`, which draw them from the model file.

    Args:
        manifest: Of the model file.
        model: SHA-256 of the model file.
        draw: What was asked of it.
        digest: Of the rows or images, see `synthgen.provenance.digests.digest_of`.
        how: It is known.
    """

    manifest: Mapping[str, Any]
    model: str
    draw: Draw
    digest: str
    how: How

    def to_dict(self) -> dict[str, Any]:
        """Returns what a release says of it, as JSON types."""
        return {"how": self.how, "model_sha256": self.model, "digest": self.digest, "draw": asdict(self.draw)}

    @property
    def promises(self) -> bool:
        """Whether the model that drew them is differentially private."""
        promise = self.manifest.get("privacy")
        return promise is not None and promise["epsilon"] is not None
