"""Which networks translate images, chosen by kind, size and device, and kept with the model; and what trains them."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, Self

import keras

from synthgen import backend
from synthgen.expected import Fields, agree
from synthgen.models.images.translation import PairedTranslation, Shares, Translation
from synthgen.models.images.unpaired import THERE, UnpairedTranslation, both, both_critics
from synthgen.networks.convolutional import Build
from synthgen.networks.patch_critic import patch_critic
from synthgen.networks.translator import translator
from synthgen.synthesizers.images.base import END_OF_RATE
from synthgen.synthesizers.images.form import FORM, Form, widths
from synthgen.training.adam import Adam
from synthgen.training.schedules import RecoverableCosine, averaging_momentum

Kind = Literal["paired", "super-resolution", "unpaired"]

TWO_FORMS = Fields({"source": FORM, "target": FORM})
"""A `TranslationForm` in a model file."""

SCALES = (2, 4)
"""By which sides can grow."""

ADVERSARIAL = {"paired": 0.01, "super-resolution": 0.001, "unpaired": 0.1}
"""What critics count beside the absolute error (Isola et al. 2017, section 3.3; Ledig et al. 2017, equation 3; Zhu et
al. 2017, section 4).
"""


@dataclass(frozen=True)
class TranslationForm:
    """What images are like that come in and that go out, and how networks are cut for both.

    Args:
        source: That come in.
        target: That go out.
    """

    source: Form
    target: Form

    @property
    def scale(self) -> int:
        """By which sides grow."""
        return self.target.sides[0] // self.source.sides[0]

    def to_dict(self) -> dict[str, Any]:
        """Returns both as JSON types."""
        return {"source": self.source.to_dict(), "target": self.target.to_dict()}

    @classmethod
    def from_dict(cls, stored: Any) -> Self:
        """Returns the forms that `to_dict` described.

        Args:
            stored: What was read from a file; may be anything.

        Raises:
            Unexpected: If these are no forms that belong together.
        """
        known = TWO_FORMS.check(stored, "translation")
        forms = {name: Form.from_dict(form, where=f"translation: {name}") for name, form in known.items()}
        source, target = forms["source"].sides, forms["target"].sides
        grown = [tuple(scale * side for side in source) for scale in (1, *SCALES)]
        agree(target in grown, f"translation: expected target sides of 1, 2 or 4 times {source}. Received {target}.")
        return cls(**forms)


def translation_model(form: TranslationForm, settings: dict[str, Any], *, seed: int) -> Translation:
    """Returns an untrained model.

    Args:
        form: Of the images.
        settings: Of `ImageTranslator`.
        seed: Of starting weights and of training.
    """
    kind, asked, channels = settings["kind"], settings["adversarial_weight"], form.source.channels
    shares = Shares(
        adversarial=ADVERSARIAL[kind] if asked is None else asked, penalty=settings["penalty"],
        identity=settings["identity_weight"] if channels == form.target.channels else 0.0,
    )  # fmt: skip
    whites = form.source.white, form.target.white
    out = _build(form.target, settings, seed)
    if kind != "unpaired":
        return PairedTranslation(
            partial(translator, out, channels_in=channels, scale=form.scale),
            patch_critic(replace(out, seed=seed + 1), channels_told=channels, scale=form.scale),
            whites=whites, shares=shares, seed=seed,
        )  # fmt: skip
    home = _build(form.source, settings, seed + 2)
    return UnpairedTranslation(
        lambda: both(translator(out, channels_in=channels, adds=False, name=THERE),
                     translator(home, channels_in=form.target.channels, adds=False, name="back")),
        both_critics(patch_critic(replace(out, seed=seed + 1), name="of_target"),
                     patch_critic(replace(home, seed=seed + 3), name="of_source")),
        whites=whites, shares=shares, seed=seed,
    )  # fmt: skip


def _build(form: Form, settings: dict[str, Any], seed: int) -> Build:
    geometry = form.geometry
    return Build(geometry=geometry, widths=widths(geometry, settings["width"], kind=form.kind), kind=form.kind,
                 mixing=form.mixing, blocks=settings["blocks"], seed=seed)  # fmt: skip


def compile_translation(
    model: Translation, settings: dict[str, Any], *, num_steps: int, rate_scale: keras.Variable
) -> None:
    """Gives a model its optimizers.

    Args:
        model: From `translation_model`.
        settings: Of `ImageTranslator`.
        num_steps: Of the run, along which the learning rate falls.
        rate_scale: Multiplies the learning rate.
    """
    start = settings["learning_rate"]

    def adam(**averaging: Any) -> keras.Optimizer:
        rate = RecoverableCosine(start=start, end=start * END_OF_RATE, num_steps=num_steps, scale=rate_scale)
        return Adam(rate, beta_1=0.5, beta_2=0.99, **averaging)

    model.compile_adversaries(
        generator_optimizer=adam(use_ema=True, ema_momentum=averaging_momentum(num_steps)),
        critic_optimizer=adam(),
        jit_compile=backend.compiles(settings["jit_compile"]),
    )
