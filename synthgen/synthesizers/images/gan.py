"""ImageGAN: synthgen's GAN of images, series and volumes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import keras

from synthgen import backend
from synthgen.encoding.layout import Layout
from synthgen.errors import SettingsError, did_you_mean
from synthgen.models.gan.augmentation import Augmentation
from synthgen.models.images import gan
from synthgen.networks.convolutional import Build
from synthgen.networks.images import critic, generator
from synthgen.synthesizers.images.base import END_OF_RATE, ImageSynthesizer
from synthgen.synthesizers.images.form import Form, widths
from synthgen.synthesizers.images.presets import PRESETS, Preset
from synthgen.synthesizers.images.validation import HeldOutImages
from synthgen.training.adam import Adam
from synthgen.training.collapse import CollapseRecovery
from synthgen.training.schedules import RecoverableCosine, averaging_momentum

EQUAL_LAWS = 0.1
"""Kernel distance of the features of equal laws with some hundred images, about."""


@dataclass(kw_only=True, eq=False, repr=False)
class ImageGAN(ImageSynthesizer):
    """A GAN of images: relativistic loss with R1 and R2, residual networks without normalisation, by class.

    Each synthetic image is compared with a training image of the same class (Huang et al. 2024). Images, series and
    volumes go through the same networks. On a CPU the defaults learn images of 28 x 28 in minutes; those of 128 x 128
    are for a GPU, where blocks mix channels in groups and XLA compiles training.

    Args:
        preset: The recipe: "r3gan-lite", "dcgan", "lsgan", "wgan-gp" or "sngan".
        conditions: Columns of the images' table that images can be asked for by; None: the label, if there is one.
        num_steps: Training steps.
        batch_size: Images a step; cut to the number of training images.
        learning_rate: At the start; falls to a tenth along a cosine. None: the preset's.
        penalty: Weight of the critic's penalty at the start (gamma of R1 and R2). None: the preset's.
        augmentation: Chance of each kind of change before the critic sees an image.
        flips: Sides along which the critic may see images mirrored (0: up and down). Only where anatomy allows.
        latent_dim: Width of the noise.
        width: Channels of the largest stage, smaller ones have up to twice as many; None: 32; on a GPU 64 with patches.
        blocks: Residual blocks of a stage.
        patch: Pixels along a side that the networks see as one; None: 2, or 1 for images of up to 40 pixels.
        mixing: Of a block's channels: "depthwise", "grouped" or "dense"; None: as this device does fast.
        validation: Share of patients held out to choose the best epoch.
        patience: Epochs (of 20) without improvement after which training stops; None never stops.
        jit_compile: Whether XLA compiles training; None: on a GPU only.
        seed: Seed of everything random, in fitting and in drawing that is given none.

    Example:
        >>> import numpy as np
        >>> from synthgen.data.images.image_set import ImageSet
        >>> rng = np.random.default_rng(0)
        >>> pixels = rng.integers(0, 256, (60, 8, 8), np.uint8)
        >>> images = ImageSet.from_array(pixels, labels=["ill", "well"] * 30)
        >>> gan = ImageGAN(num_steps=20, batch_size=16, width=8).fit(images, verbose=False)
        >>> gan.sample(5, conditions={"label": "ill"})
        <ImageSet 5 images of 8 x 8, 1 channel, 8 bits; 1 classes of 'label'>
    """

    family: ClassVar[str] = "ImageGAN"

    preset: str = "r3gan-lite"
    conditions: Sequence[str] | None = None
    num_steps: int = 3_000
    batch_size: int = 64
    learning_rate: float | None = None
    penalty: float | None = None
    augmentation: float = 0.3
    flips: Sequence[int] = ()
    latent_dim: int = 64
    width: int | None = None
    blocks: int = 1
    patch: int | None = None
    mixing: str | None = None
    validation: float = 0.1
    patience: int | None = None
    jit_compile: bool | None = None
    seed: int = 0

    @property
    def recipe(self) -> Preset:
        """The preset, with the learning rate and penalty asked for.

        Raises:
            SettingsError: If there is no such preset.
        """
        name, rate, weight = self.settings["preset"], self.settings["learning_rate"], self.settings["penalty"]
        if not isinstance(name, str) or name not in PRESETS:
            near = did_you_mean(str(name), PRESETS)
            raise SettingsError(f"Expected preset in {list(PRESETS)}. Received {name!r}.{near}")
        recipe = PRESETS[name]
        if weight is not None and recipe.penalty is not None:
            recipe = replace(recipe, penalty=replace(recipe.penalty, weight=weight))
        return recipe if rate is None else replace(recipe, learning_rate=rate)

    def check_settings(self) -> None:
        super().check_settings()
        _ = self.recipe

    def check_private_settings(self) -> None:
        super().check_private_settings()
        if self.recipe.spectral:  # a gradient of weights that are divided by their norm has no length that layers know
            raise SettingsError(
                f"preset={self.settings['preset']!r} cannot learn under a privacy budget. The others can, e.g. "
                "preset='r3gan-lite'."
            )

    def _kind(self) -> str | None:
        return self.recipe.kind

    def build(self, form: Form, layout: Layout) -> gan.ConvolutionalGAN:
        recipe = self.recipe
        build = Build(
            geometry=form.geometry, widths=widths(form.geometry, self.settings["width"], kind=form.kind),
            num_conditions=layout.num_features, kind=form.kind, mixing=form.mixing, blocks=self.settings["blocks"],
            spectral=recipe.spectral, seed=self.seed,
        )  # fmt: skip
        return gan.ConvolutionalGAN(
            form.geometry, layout,
            generator=generator(build, latent_dim=self.settings["latent_dim"]),
            critic=critic(replace(build, seed=self.seed + 1)),
            loss=recipe.loss(),
            penalties=() if recipe.penalty is None else (recipe.penalty,),
            augmentation=Augmentation(self.settings["augmentation"], tuple(self.settings["flips"])),
            settings=gan.ImageGANSettings(
                latent_dim=self.settings["latent_dim"], critic_steps=recipe.critic_steps,
                num_steps=self.settings["num_steps"], end_of_penalty=recipe.end_of_penalty,
            ),
            seed=self.seed,
        )  # fmt: skip

    def compile_model(self, model: gan.ConvolutionalGAN, *, num_steps: int, rate_scale: keras.Variable) -> None:
        recipe = self.recipe

        def adam(**averaging: Any) -> keras.Optimizer:
            rate = RecoverableCosine(start=recipe.learning_rate, end=recipe.learning_rate * END_OF_RATE,
                                     num_steps=num_steps, scale=rate_scale)  # fmt: skip
            return Adam(rate, beta_1=recipe.beta_1, beta_2=recipe.beta_2, **averaging)

        model.compile_adversaries(
            generator_optimizer=adam(use_ema=True, ema_momentum=averaging_momentum(num_steps)),
            critic_optimizer=adam(),
            jit_compile=backend.compiles(self.settings["jit_compile"]),
        )

    def _watching(
        self, model: gan.ConvolutionalGAN, held: HeldOutImages, rate_scale: keras.Variable
    ) -> list[keras.callbacks.Callback]:
        return [CollapseRecovery(distance=held.distance, diversity=held.diversity, least=EQUAL_LAWS,
                                 rate_scale=rate_scale, penalty_scale=model.penalty_scale)]  # fmt: skip
