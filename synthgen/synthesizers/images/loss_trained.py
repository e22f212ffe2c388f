"""Synthesizers of images whose network minimises one loss."""

from abc import ABC
from dataclasses import replace
from typing import Any

import keras

from synthgen import backend
from synthgen.encoding.layout import Layout
from synthgen.models.images.loss_model import ImageLossModel
from synthgen.networks.convolutional import Build
from synthgen.synthesizers.images.base import END_OF_RATE, ImageSynthesizer
from synthgen.synthesizers.images.form import Form, widths
from synthgen.training.adam import Adam
from synthgen.training.schedules import RecoverableCosine, averaging_momentum


class LossTrained(ImageSynthesizer, ABC):
    """A synthesizer of images that one optimizer trains, its rate falling along a cosine, its weights averaged."""

    def _build(self, form: Form, layout: Layout, **changed: Any) -> Build:
        """What networks are built from."""
        plain = Build(
            geometry=form.geometry, widths=widths(form.geometry, self.settings["width"], kind=form.kind),
            num_conditions=layout.num_features, kind=form.kind, mixing=form.mixing, blocks=self.settings["blocks"],
            seed=self.seed,
        )  # fmt: skip
        return replace(plain, **changed)

    def compile_model(self, model: ImageLossModel, *, num_steps: int, rate_scale: keras.Variable) -> None:
        rate = self.settings["learning_rate"]
        schedule = RecoverableCosine(start=rate, end=rate * END_OF_RATE, num_steps=num_steps, scale=rate_scale)
        model.compile_loss(
            optimizer=Adam(schedule, use_ema=True, ema_momentum=averaging_momentum(num_steps)),
            jit_compile=backend.compiles(self.settings["jit_compile"]),
        )
