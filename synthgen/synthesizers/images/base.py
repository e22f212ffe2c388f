"""ImageSynthesizer: fitted to images, sampled, saved. What every family of images shares."""

import os
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Self

import keras
import numpy as np
import pandas as pd

from synthgen.data.images.image_set import ImageSet
from synthgen.data.schema import Schema
from synthgen.dp.budget import DifferentialPrivacy
from synthgen.encoding.layout import Layout
from synthgen.errors import SettingsError
from synthgen.models.images.base import ImageModel
from synthgen.models.images.encoding import EncodedImages
from synthgen.synthesizers.contents import Contents
from synthgen.synthesizers.images import kept, knowledge, private
from synthgen.synthesizers.images.drawing import ImageDrawing
from synthgen.synthesizers.images.form import Form, check_images
from synthgen.synthesizers.images.interpolation import Interpolating
from synthgen.synthesizers.images.knowledge import NOTHING
from synthgen.synthesizers.images.validation import HeldOutImages, hold_out
from synthgen.synthesizers.images.watching import ACROSS, DOWN, SampleSheets
from synthgen.synthesizers.images.writing import DigestedImages
from synthgen.synthesizers.tables.base import TableSynthesizer
from synthgen.training.run import Plan, claim_checkpoint, run
from synthgen.workers.workers import Workers

END_OF_RATE = 1 / 10
"""Of the starting learning rate, where the cosine ends."""


class ImageSynthesizer(Interpolating, ImageDrawing):
    """Learns images and draws synthetic ones, by class or by anything else that is known of them.

    Settings are fields of the family, a dataclass; see `Parameters`.
    """

    ranks: ClassVar[tuple[int, ...]] = (1, 2, 3)
    """Series, images, volumes: what the family can learn."""

    @abstractmethod
    def build(self, form: Form, layout: Layout) -> ImageModel:
        """Returns the untrained model for images and what is known of them: also to be filled from a file."""

    def check_private_settings(self) -> None:
        """Makes sure that the networks can be trained under a privacy budget.

        Raises:
            SettingsError: If they cannot.
        """
        if self.settings["mixing"] not in {None, "dense"}:
            raise SettingsError(
                "Under a privacy budget blocks mix channels as mixing='dense'. Received "
                f"mixing={self.settings['mixing']!r}."
            )

    def _kind(self) -> str | None:
        """Of the networks, where the family does not leave it to the device."""
        return None

    @abstractmethod
    def compile_model(self, model: Any, *, num_steps: int, rate_scale: keras.Variable) -> None:
        """Gives the model its optimizers.

        Args:
            model: From `build`.
            num_steps: Of the run, along which the learning rate falls.
            rate_scale: Multiplies the learning rate.
        """

    def _watching(
        self, model: Any, held: HeldOutImages, rate_scale: keras.Variable
    ) -> Sequence[keras.callbacks.Callback]:
        """Returns callbacks that look at held-out images after each epoch."""
        del model, held, rate_scale
        return ()

    def fit(  # noqa: PLR0913
        self,
        images: ImageSet,
        y: Any = None,
        *,
        schema: Schema | None = None,
        privacy: DifferentialPrivacy | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        watch: str | os.PathLike[str] | None = None,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        verbose: bool = True,
    ) -> Self:
        """Learns images; what was learned before is forgotten.

        Args:
            images: Training images only: what `evaluate` gets as holdout must not be among them.
            y: Ignored, as by scikit-learn's density estimators.
            schema: What the columns of the images' table mean that are learned; None: a guess, the label a category.
            privacy: What to promise each patient, or each image where patients are not known; None: nothing beyond what
                the schema protects. Then one image of each patient is learned, the last epoch is kept, and what was
                read is in `ledger`.
            checkpoint: Directory that the run is backed up in after every epoch; the same call goes on from there.
            watch: Folder for a sheet of drawn images after every epoch; not for series.
            callbacks: Further Keras callbacks, e.g. TensorBoard.
            verbose: Whether to show progress on a terminal.

        Returns:
            The synthesizer itself.

        Raises:
            SettingsError: If a setting is out of range, or a privacy budget too small or without a schema.
            SchemaError: If images are too few or too small, or what is known of them does not fit.
            ProtectionError: If a class has too few patients.
            FitInterrupted: On Ctrl-C; the message says how to resume.
            TrainingError: If losses stay infinite, or the checkpoint belongs to another run.
        """
        del y
        self.check_settings()
        check_images(images, ranks=self.ranks)
        columns = knowledge.conditions_of(images, self.settings["conditions"])
        if privacy is not None:
            private.check_budget(privacy, columns=columns, schema=schema, checkpoint=checkpoint)
            self.check_private_settings()
            return self._fit_privately(images, columns, schema, privacy, watch, callbacks, verbose)
        attributes = knowledge.learned(images, columns, schema=schema, seed=self.seed)
        form = self._form(images, columns, mixing=self.settings["mixing"], kind=self._kind())
        encoded = EncodedImages(images.pixels, form.white, knowledge.encoded(attributes, images.table, seed=self.seed))
        patients = np.arange(len(images)) if images.patients is None else images.patients
        if watch is not None:
            callbacks = [*callbacks, self._sheets(Path(watch), attributes, form)]
        model = self._learn(encoded, form, knowledge.layout_of(attributes), patients, checkpoint, callbacks, verbose)
        self.take(attributes, model, form)
        self.ledger = None
        return self

    def _fit_privately(
        self,
        images: ImageSet,
        columns: list[str],
        schema: Schema | None,
        privacy: DifferentialPrivacy,
        watch: str | os.PathLike[str] | None,
        callbacks: Sequence[keras.callbacks.Callback],
        verbose: bool,
    ) -> Self:
        """Learns images under a privacy budget."""
        found = private.private_images(images, columns, schema=schema, privacy=privacy, seed=self.seed)
        form = self._form(images, columns, mixing="dense", kind="strided")
        encoded = EncodedImages(images.pixels, form.white, NOTHING.zeros(len(images))).take(found.places)
        if watch is not None:
            callbacks = [*callbacks, self._sheets(Path(watch), found.attributes, form)]
        plan = self._plan(found.num_patients)  # never by how many there are
        model = self.build(form, knowledge.layout_of(found.attributes))
        private.train(model, replace(encoded, known=found.known), found, plan, what=self.family, seed=self.seed,
                      compile_model=self.compile_model, callbacks=callbacks, verbose=verbose)  # fmt: skip
        self.take(found.attributes, model, form)
        self.history, self.best_epoch, self.ledger = [], -1, found.reader.ledger
        return self

    def _form(self, images: ImageSet, columns: list[str], *, mixing: str | None, kind: str | None) -> Form:
        label = images.label if images.label in columns else None
        return Form.of(images, label=label, patch=self.settings["patch"], mixing=mixing, kind=kind)

    def _plan(self, num_images: int) -> Plan:
        return Plan(self.settings["num_steps"], min(self.settings["batch_size"], num_images),
                    patience=self.settings["patience"], steps_per_chunk=10)  # fmt: skip

    def _sheets(self, folder: Path, attributes: TableSynthesizer | None, form: Form) -> SampleSheets:
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
        plan = self._plan(len(train))
        directory = None if checkpoint is None else Path(checkpoint)
        if directory is not None:
            claim_checkpoint(directory, plan, settings=self.settings | {"seed": self.seed},
                             data_digest=encoded.digest())  # fmt: skip
        model = self.build(form, layout)
        model.prepare(train)
        rate_scale = model.add_weight(shape=(), initializer="ones", trainable=False, name="rate_scale")
        self.compile_model(model, num_steps=plan.total, rate_scale=rate_scale)
        held = None if validation is None else HeldOutImages(model, validation, seed=self.seed)
        watching = () if held is None else self._watching(model, held, rate_scale)
        best = run(model, plan, score=None if held is None else held.score, rate_scale=rate_scale,
                   checkpoint=directory, verbose=verbose, watching=watching, callbacks=callbacks)  # fmt: skip
        model.release()
        self.history, self.best_epoch = best.history, best.best_epoch
        return model

    def take(self, attributes: TableSynthesizer | None, model: ImageModel, form: Form) -> None:
        """Makes this a fitted synthesizer of the given parts."""
        self.attributes, self.model, self.form = attributes, model, form
        self.note_settings()

    def sample(
        self,
        num_images: int,
        *,
        conditions: Mapping[str, Any] | None = None,
        known: pd.DataFrame | None = None,
        balance: str | None = None,
        seed: int | None = None,
        workers: int | Workers = 1,
        verbose: bool = True,
    ) -> ImageSet:
        """Draws synthetic images, and what is known of each.

        Args:
            num_images: At least 0.
            conditions: What every image must show: column name to a value, a list of values, or `Between(low, high)`.
            known: (num_images, some columns), what image i must show.
            balance: A categorical column whose values come equally often.
            seed: None: drawn from the synthesizer's seed, another at each call.
            workers: Processes that draw; 1: this one. What is drawn does not depend on it.
            verbose: Whether to show progress on a terminal.

        Returns:
            The images, with their table and label.

        Raises:
            NotFittedError: Before `fit`.
            ConditionError: If a condition names what is not there.
        """
        return self._sample(num_images, conditions=conditions, known=known, balance=balance, seed=seed,
                            workers=workers, verbose=verbose)  # fmt: skip

    def sample_to(  # noqa: PLR0913
        self,
        path: str | os.PathLike[str],
        num_images: int,
        *,
        kind: str | None = None,
        conditions: Mapping[str, Any] | None = None,
        balance: str | None = None,
        seed: int | None = None,
        workers: int | Workers = 1,
        verbose: bool = True,
    ) -> str:
        """Draws synthetic images into files, a few at a time; returns their digest (`provenance.digests.digest_of`).

        Args:
            path: An .npz, .nii or .nii.gz file, or a folder that does not exist. Appears when all images are written.
            num_images: At least 0.
            kind: Of a folder's files: "png" or "dicom".
            conditions: See `sample`.
            balance: See `sample`.
            seed: See `sample`.
            workers: See `sample`.
            verbose: See `sample`.

        Raises:
            WriteError: If the path cannot be written; before anything is drawn.
        """
        options = {"model": self.family} if kind == "dicom" else {}
        return self._sample_to(DigestedImages(path, num_images, kind=kind, **options), num_images,
                               conditions=conditions, balance=balance, seed=seed, workers=workers,
                               verbose=verbose)  # fmt: skip

    def described(self) -> dict[str, Any]:
        form = self.fitted()[1]
        return {"images": form.to_dict(), "attributes": None if self.attributes is None else self.attributes.family}

    def members(self) -> dict[str, Any]:
        return kept.members(self.fitted()[0], self.attributes)

    def _restore(self, contents: Contents, members: dict[str, Any]) -> None:
        self.take(*kept.restored(contents, members, settings=self.settings, build=self.build))
