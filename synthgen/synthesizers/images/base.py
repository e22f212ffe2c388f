"""ImageSynthesizer: fitted to images, sampled, saved. What every family of images shares."""

import hashlib
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import keras
import numpy as np
import pandas as pd

from synthgen.data.images.image_set import ImageSet
from synthgen.data.schema import Schema
from synthgen.encoding.image import EncodedImages
from synthgen.encoding.layout import Layout
from synthgen.errors import ConditionError, SchemaError
from synthgen.models.images.base import ImageModel
from synthgen.synthesizers.copula import GaussianCopula
from synthgen.synthesizers.images import knowledge
from synthgen.synthesizers.images.form import Form
from synthgen.synthesizers.images.saving import members_of
from synthgen.synthesizers.images.validation import HeldOutImages, hold_out
from synthgen.synthesizers.images.watching import ACROSS, DOWN, SampleSheets
from synthgen.synthesizers.parameters import Learned, NotFitted, Parameters
from synthgen.synthesizers.saving import write_members
from synthgen.training.run import Plan, claim_checkpoint, run

END_OF_RATE = 1 / 10
"""Of the starting learning rate, where the cosine ends."""

LEAST_SIDE = 4
"""Pixels along each side, at least."""

LEAST_IMAGES = 20
"""Images, at least."""


class ImageSynthesizer(Parameters, ABC):
    """Learns images and draws synthetic ones, by class or by anything else that is known of them.

    Args:
        seed: Of everything random in fitting, and of `sample` where it is given none.
        settings: Everything else that makes up the synthesizer; plain types, kept in the model file.
    """

    ranks: ClassVar[tuple[int, ...]] = (1, 2, 3)
    """Series, images, volumes: what the family can learn."""

    attributes = Learned[GaussianCopula | None](lambda: None)
    """The table of what is known of the images."""
    model = Learned[ImageModel | None](lambda: None)
    form = Learned[Form | None](lambda: None)
    history = Learned[list[dict[str, float]]](list)
    best_epoch = Learned[int](lambda: -1)
    learned_with = Learned[dict[str, Any]](dict)
    _samples_drawn = 0

    @abstractmethod
    def build(self, form: Form, layout: Layout) -> ImageModel:
        """Returns the untrained model for images and what is known of them: also to be filled from a file."""

    def _kind(self) -> str | None:
        """Of the networks, where the family does not leave it to the device."""
        return None

    @abstractmethod
    def _compile(self, model: Any, *, num_steps: int, rate_scale: keras.Variable) -> None:
        """Gives the model its optimizers."""

    def _watching(
        self, model: Any, held: HeldOutImages, rate_scale: keras.Variable
    ) -> Sequence[keras.callbacks.Callback]:
        """Returns callbacks that look at held-out images after each epoch."""
        del model, held, rate_scale
        return ()

    def fit(
        self,
        images: ImageSet,
        y: Any = None,
        *,
        schema: Schema | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        watch: str | os.PathLike[str] | None = None,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        verbose: bool = True,
    ) -> Self:
        """Learns images; what was learned before is forgotten.

        Args:
            images: Training images only: what `evaluate_images` gets as holdout must not be among them.
            y: Ignored, as by scikit-learn's density estimators.
            schema: What the columns of the images' table mean that are learned; None: a guess, the label a category.
            checkpoint: Directory that the run is backed up in after every epoch; the same call goes on from there.
            watch: Folder for a sheet of drawn images after every epoch; not for series.
            callbacks: Further Keras callbacks, e.g. TensorBoard.
            verbose: Whether to show progress on a terminal.

        Returns:
            The synthesizer itself.

        Raises:
            SettingsError: If a setting is out of range.
            SchemaError: If images are too few or too small, or what is known of them does not fit.
            ProtectionError: If a class has too few patients.
            FitInterrupted: On Ctrl-C; the message says how to resume.
            TrainingError: If losses stay infinite, or the checkpoint belongs to another run.
        """
        del y
        self.check_settings()
        check_images(images, ranks=self.ranks)
        columns = knowledge.conditions_of(images, self.settings["conditions"])
        attributes = knowledge.learned(images, columns, schema=schema, seed=self.seed)
        form = Form.of(images, label=images.label if images.label in columns else None, patch=self.settings["patch"],
                       mixing=self.settings["mixing"], kind=self._kind())  # fmt: skip
        encoded = EncodedImages(images.pixels, form.white, knowledge.encoded(attributes, images.table, seed=self.seed))
        patients = np.arange(len(images)) if images.patients is None else images.patients
        if watch is not None:
            callbacks = [*callbacks, self._sheets(Path(watch), attributes, form)]
        model = self._learn(encoded, form, knowledge.layout_of(attributes), patients, checkpoint, callbacks, verbose)
        self.take(attributes, model, form)
        return self

    def _sheets(self, folder: Path, attributes: GaussianCopula | None, form: Form) -> SampleSheets:
        """What writes sheets of drawn images, as many of each class."""
        table = knowledge.drawn(
            attributes, ACROSS * DOWN, seed=self.seed, conditions=None, known=None, balance=form.label
        )
        if form.label is not None:
            table = table.sort_values(form.label, kind="stable")
        known = knowledge.encoded(attributes, table, seed=self.seed)
        return SampleSheets(folder, known, white=form.white, seed=self.seed)

    def _learn(
        self,
        encoded: EncodedImages,
        form: Form,
        layout: Layout,
        patients: np.ndarray,
        checkpoint: str | os.PathLike[str] | None,
        callbacks: Sequence[keras.callbacks.Callback],
        verbose: bool,
    ) -> ImageModel:
        """Returns the trained model; fills in history and best epoch."""
        train, validation = hold_out(encoded, patients, share=self.settings["validation"], seed=self.seed)
        plan = Plan(self.settings["num_steps"], min(self.settings["batch_size"], len(train)),
                    patience=self.settings["patience"], steps_per_chunk=10)  # fmt: skip
        directory = None if checkpoint is None else Path(checkpoint)
        if directory is not None:
            digest = hashlib.sha256(encoded.pixels.tobytes() + encoded.known.codes.tobytes()).digest()
            claim_checkpoint(directory, plan, settings=self.settings | {"seed": self.seed}, data_digest=digest)
        model = self.build(form, layout)
        model.prepare(train)
        rate_scale = model.add_weight(shape=(), initializer="ones", trainable=False, name="rate_scale")
        self._compile(model, num_steps=plan.total, rate_scale=rate_scale)
        held = None if validation is None else HeldOutImages(model, validation, seed=self.seed)
        watching = () if held is None else self._watching(model, held, rate_scale)
        best = run(model, plan, score=None if held is None else held.score, rate_scale=rate_scale,
                   checkpoint=directory, verbose=verbose, watching=watching, callbacks=callbacks)  # fmt: skip
        model.release()
        self.history, self.best_epoch = best.history, best.best_epoch
        return model

    def take(self, attributes: GaussianCopula | None, model: ImageModel, form: Form) -> None:
        """Makes this a fitted synthesizer of the given parts."""
        self.attributes, self.model, self.form = attributes, model, form
        self.learned_with = {"seed": self.seed, "settings": self.settings}
        self._samples_drawn = 0

    def __sklearn_is_fitted__(self) -> bool:
        return self.model is not None

    def fitted(self) -> tuple[ImageModel, Form]:
        """Returns the model, and what its images are like.

        Raises:
            NotFittedError: Before `fit`.
        """
        if self.model is None or self.form is None:
            raise NotFitted(f"This {self.family} is not fitted yet. Call fit(images) first, or synthgen.load(path).")
        return self.model, self.form

    def sample(
        self,
        num_images: int,
        *,
        conditions: Mapping[str, Any] | None = None,
        known: pd.DataFrame | None = None,
        balance: str | None = None,
        seed: int | None = None,
    ) -> ImageSet:
        """Draws synthetic images, and what is known of each.

        Args:
            num_images: At least 0.
            conditions: What every image must show: column name to a value, a list of values, or `Between(low, high)`.
            known: (num_images, some columns), what image i must show.
            balance: A categorical column whose values come equally often.
            seed: None: drawn from the synthesizer's seed, another at each call.

        Returns:
            The images, with their table and label.

        Raises:
            NotFittedError: Before `fit`.
            ConditionError: If a condition names what is not there.
        """
        model, form = self.fitted()
        if num_images < 0:
            raise ConditionError(f"Expected num_images >= 0. Received {num_images}.")
        if self.attributes is None and (conditions or known is not None or balance):
            raise ConditionError(f"This {self.family} learned images alone: nothing can be asked of them.")
        seed = int(np.random.default_rng([self.seed, 4, self._samples_drawn]).integers(2**31)) if seed is None else seed
        self._samples_drawn += 1
        table = knowledge.drawn(
            self.attributes, num_images, seed=seed, conditions=conditions, known=known, balance=balance
        )
        codes = knowledge.encoded(self.attributes, table, seed=seed)
        pixels = model.draw(codes, white=form.white, rng=np.random.default_rng([seed, 5]))
        return ImageSet(pixels=pixels, table=table, label=form.label, bits=form.bits)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the synthesizer to one file that holds no raw value and no image of the data.

        Raises:
            NotFittedError: Before `fit`.
            ModelFileError: If the path cannot be written.
        """
        write_members(path, *members_of(self))


def check_images(images: ImageSet, *, ranks: tuple[int, ...] = (1, 2, 3)) -> None:
    """Finds out whether images can be learned, before any long work.

    Args:
        images: As they came to `fit`.
        ranks: What the family can learn.

    Raises:
        SchemaError: If they cannot; says why.
    """
    if not isinstance(images, ImageSet):
        raise SchemaError(
            f"images: expected an ImageSet. Received a {type(images).__name__}. See synthgen.read_images and "
            "ImageSet.from_array."
        )
    sides = images.pixels.shape[1:-1]
    if len(sides) not in ranks:
        names = {1: "series", 2: "images", 3: "volumes"}
        raise SchemaError(f"images: expected {' or '.join(names[rank] for rank in ranks)}. Received {images!r}.")
    if min(sides) < LEAST_SIDE:
        raise SchemaError(f"images: expected at least {LEAST_SIDE} pixels along each side. Received {images!r}.")
    if len(images) < LEAST_IMAGES:
        raise SchemaError(f"images: expected at least {LEAST_IMAGES} to learn from. Received {len(images)}.")
