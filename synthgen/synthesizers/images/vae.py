"""ImageVAE: a variational autoencoder of images, series and volumes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from synthgen.encoding.layout import Layout
from synthgen.models.images import vae
from synthgen.networks.images import encoder, generator
from synthgen.synthesizers.images.form import Form
from synthgen.synthesizers.images.loss_trained import LossTrained


@dataclass(kw_only=True, eq=False, repr=False)
class ImageVAE(LossTrained):
    """A variational autoencoder of images: the fastest to train, and blurred.

    Args:
        conditions: Columns of the images' table that images can be asked for by; None: the label, if there is one.
        num_steps: Training steps.
        batch_size: Images a step; cut to the number of training images.
        learning_rate: At the start; falls to a tenth along a cosine.
        latent_dim: Latent numbers.
        width: Channels of the largest stage, smaller ones have up to twice as many; None: 32; on a GPU 64 with patches.
        blocks: Residual blocks of a stage.
        patch: Pixels along a side that the networks see as one; None: 2, or 1 for images of up to 40 pixels.
        mixing: Of a block's channels: "depthwise", "grouped" or "dense"; None: as this device does fast.
        validation: Share of patients held out to choose the best epoch.
        patience: Epochs (of 20) without improvement after which training stops; None never stops.
        jit_compile: Whether XLA compiles training; None: on a GPU only.
        seed: Seed of everything random, in fitting and in drawing that is given none.
    """

    family: ClassVar[str] = "ImageVAE"

    conditions: Sequence[str] | None = None
    num_steps: int = 3_000
    batch_size: int = 64
    learning_rate: float = 2e-3
    latent_dim: int = 64
    width: int | None = None
    blocks: int = 1
    patch: int | None = None
    mixing: str | None = None
    validation: float = 0.1
    patience: int | None = None
    jit_compile: bool | None = None
    seed: int = 0

    def build(self, form: Form, layout: Layout) -> vae.ConvolutionalVAE:
        build, latent_dim = self._build(form, layout), self.settings["latent_dim"]

        def network() -> vae.Autoencoder:
            return vae.Autoencoder(encoder(build, num_outputs=2 * latent_dim), generator(build, latent_dim=latent_dim))

        return vae.ConvolutionalVAE(form.geometry, layout, network=network, latent_dim=latent_dim, seed=self.seed)
