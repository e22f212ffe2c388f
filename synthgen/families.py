"""Every family of synthesizers, in one list that loads none of them: a new one is a file of its own and a row here."""

import importlib
from dataclasses import dataclass
from typing import Any, Literal, final

Kind = Literal["tables", "images", "records"]
"""What a family learns."""


@final
@dataclass(frozen=True, kw_only=True)
class Family:
    """Where a family is, and what it is called.

    Args:
        name: Of the class; also in model files.
        module: It stands in.
        kind: What it learns.
        word: On the command line; None: it is not offered there, for it draws nothing.
        length: Argument that says how long it trains, "num_steps" or "num_epochs"; None: it takes seconds.
    """

    name: str
    module: str
    kind: Kind
    word: str | None = None
    length: str | None = None

    @property
    def option(self) -> str | None:
        """What the command line calls the length of training: "--steps"."""
        return None if self.length is None else f"--{self.length.removeprefix('num_')}"

    def load(self) -> Any:
        """Returns the class; loads Keras."""
        return getattr(importlib.import_module(self.module), self.name)


_TABLES, _IMAGES = "synthgen.synthesizers.tables", "synthgen.synthesizers.images"

FAMILIES = (
    Family(name="TabularGAN", module=f"{_TABLES}.gan", kind="tables", word="tabular-gan", length="num_steps"),
    Family(name="TabularAutoregressive", module=f"{_TABLES}.autoregressive", kind="tables",
           word="tabular-autoregressive", length="num_steps"),
    Family(name="TabularDiffusion", module=f"{_TABLES}.diffusion", kind="tables", word="tabular-diffusion",
           length="num_steps"),
    Family(name="TVAE", module=f"{_TABLES}.vae", kind="tables", word="tvae", length="num_epochs"),
    Family(name="CTGAN", module=f"{_TABLES}.ctgan", kind="tables", word="ctgan", length="num_epochs"),
    Family(name="GaussianCopula", module=f"{_TABLES}.copula", kind="tables", word="gaussian-copula"),
    Family(name="DPMarginals", module=f"{_TABLES}.marginals", kind="tables", word="dp-marginals"),
    Family(name="ImageGAN", module=f"{_IMAGES}.gan", kind="images", word="image-gan", length="num_steps"),
    Family(name="ImageDiffusion", module=f"{_IMAGES}.diffusion", kind="images", word="image-diffusion",
           length="num_steps"),
    Family(name="ImageVAE", module=f"{_IMAGES}.vae", kind="images", word="image-vae", length="num_steps"),
    Family(name="ImageTranslator", module=f"{_IMAGES}.translator", kind="images", length="num_steps"),
)  # fmt: skip
"""In the order in which people are told of them."""


def of(kind: Kind) -> dict[str, Family]:
    """Returns the families of a kind that draw, by their word.

    Args:
        kind: What they learn.

    Example:
        >>> list(of("images"))
        ['image-gan', 'image-diffusion', 'image-vae']
    """
    return {family.word: family for family in FAMILIES if family.kind == kind and family.word is not None}


def named() -> dict[str, Family]:
    """Returns all families by the name that model files have for them.

    Example:
        >>> named()["TVAE"].word
        'tvae'
    """
    return {family.name: family for family in FAMILIES}
