"""ImageDiffusion: a rectified flow of images, series and volumes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from synthgen.encoding.layout import Layout
from synthgen.models.images import diffusion
from synthgen.networks.unet import unet
from synthgen.synthesizers.images.form import Form
from synthgen.synthesizers.images.loss_trained import LossTrained


@dataclass(kw_only=True, eq=False, repr=False)
class ImageDiffusion(LossTrained):
    """Diffusion of images: steadier to train than a GAN and more varied, a hundred times slower to draw from.

    A U-Net learns the direction from image to noise (velocity; Liu et al. 2023) with and without the condition
    (classifier-free guidance; Ho and Salimans 2022). Drawing takes 25 steps.

    Args:
        conditions: Columns of the images' table that images can be asked for by; None: the label, if there is one.
        num_steps: Training steps.
        batch_size: Images a step; cut to the number of training images.
        learning_rate: At the start; falls to a tenth along a cosine.
        num_sampling_steps: Of drawing; each is two calls of the network.
        guidance: 1 draws by the condition as learned; 1.5 to 3 exaggerates it and costs variety.
        width: Channels of the largest stage, smaller ones have up to twice as many; None: 32; on a GPU 64 with patches.
        blocks: Residual blocks of a stage, down and up.
        patch: Pixels along a side that the network sees as one; None: 2, or 1 for images of up to 40 pixels.
        mixing: Of a block's channels: "depthwise", "grouped" or "dense"; None: as this device does fast.
        validation: Share of patients held out to choose the best epoch.
        patience: Epochs (of 20) without improvement after which training stops; None never stops.
        jit_compile: Whether XLA compiles training; None: on a GPU only.
        seed: Seed of everything random, in fitting and in drawing that is given none.
    """

    family: ClassVar[str] = "ImageDiffusion"

    conditions: Sequence[str] | None = None
    num_steps: int = 6_000
    batch_size: int = 64
    learning_rate: float = 1e-3
    num_sampling_steps: int = 25
    guidance: float = 1.0
    width: int | None = None
    blocks: int = 1
    patch: int | None = None
    mixing: str | None = None
    validation: float = 0.1
    patience: int | None = None
    jit_compile: bool | None = None
    seed: int = 0

    def build(self, form: Form, layout: Layout) -> diffusion.RectifiedFlow:
        build = self._build(form, layout, num_conditions=diffusion.num_told(layout))
        return diffusion.RectifiedFlow(
            form.geometry, layout,
            network=lambda: unet(build, channels_in=form.channels, channels_out=form.channels),
            num_sampling_steps=self.settings["num_sampling_steps"], guidance=self.settings["guidance"],
            seed=self.seed,
        )  # fmt: skip
