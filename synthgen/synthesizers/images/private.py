"""Images under a privacy budget: one image a patient, what is known of it read with noise, gradients shortened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from synthgen.data.images.image_set import ImageSet
from synthgen.data.schema import Schema
from synthgen.dp.budget import DifferentialPrivacy
from synthgen.dp.reader import Reader
from synthgen.dp.training import plan_training
from synthgen.encoding.layout import EncodedTable
from synthgen.encoding.protection import Cohort
from synthgen.errors import SettingsError
from synthgen.models.images.base import ImageModel
from synthgen.models.images.encoding import EncodedImages
from synthgen.models.images.gan import ConvolutionalGAN
from synthgen.synthesizers.images import knowledge
from synthgen.synthesizers.private_plan import NO_CHECKPOINT, private_plan
from synthgen.synthesizers.tables.kept import LearnedTable
from synthgen.synthesizers.tables.learned_parts import Parts
from synthgen.synthesizers.tables.marginals import DPMarginals, fitted_field
from synthgen.synthesizers.tables.private_encoding import private_encoder
from synthgen.synthesizers.tables.private_table import PrivateTable, check_enough_patients
from synthgen.training.run import Plan, run

MARGINS_SHARE = 0.05
"""Of the budget's precision: which things known of images come together, where more than one is learned."""

COMPONENTS = 500
"""Kinds of rows of what is known of images."""

ROWS_TOLD = 4_096
"""Rows of what is known that synthetic images are told in training: drawn, not taken from the data."""


@dataclass(frozen=True)
class PrivateImages:
    """What a budget allows to know of images before training.

    Args:
        attributes: The table of what is known; None where nothing is learned.
        places: (patients,) one image of each patient.
        known: (patients) encoded.
        reader: Of the data, with what was read so far.
        num_patients: About how many, as read with noise.
    """

    attributes: DPMarginals | None
    places: np.ndarray
    known: EncodedTable
    reader: Reader
    num_patients: int


def check_budget(privacy: Any, *, columns: list[str], schema: Schema | None, checkpoint: Any) -> None:
    """Refuses a budget that cannot be kept, before anything is read.

    Args:
        privacy: As it came to `fit`.
        columns: Of the images' table that are learned.
        schema: What they mean, as it came to `fit`.
        checkpoint: Directory of a checkpoint, as it came to `fit`.

    Raises:
        SettingsError: If it is no budget, the schema would have to be guessed, or what was read would be kept.
    """
    if not isinstance(privacy, DifferentialPrivacy):
        raise SettingsError(
            "Expected privacy to be a DifferentialPrivacy(epsilon=..., delta=...) or None. Received a "
            f"{type(privacy).__name__}."
        )
    if columns and schema is None:
        raise SettingsError(
            f"A privacy budget needs schema=... for the columns {columns} of the images' table: a guess would read the "
            "data outside the budget. Declare them, e.g. Schema(columns={'label': Categorical(categories=(...))}), or "
            "name conditions=() to learn images alone."
        )
    if checkpoint is not None:
        raise SettingsError(NO_CHECKPOINT)


def private_images(
    images: ImageSet, columns: list[str], *, schema: Schema | None, privacy: DifferentialPrivacy, seed: int
) -> PrivateImages:
    """Draws one image of each patient, and reads what is known of them with noise.

    Args:
        images: To learn.
        columns: Of their table.
        schema: What these mean.
        privacy: The budget.
        seed: Seed of what is random beside the noise.

    Raises:
        SettingsError: If the budget is too small for so few patients.
    """
    frame, schema = knowledge.with_patients(images, columns, Schema(columns={}) if schema is None else schema)
    if columns:
        schema.validate(frame)
    if privacy.unit is not None and privacy.unit in images.table:
        frame[privacy.unit] = images.table[privacy.unit]
    table = PrivateTable.of(frame, schema, privacy, each="image")
    table.reader.free("sides, channels and bits of the images")
    check_enough_patients(table)
    num_patients = max(int(table.num_patients), 2)
    if not columns:
        return PrivateImages(None, table.places, knowledge.NOTHING.zeros(len(table.places)), table.reader, num_patients)
    attributes = DPMarginals(num_components=COMPONENTS, seed=seed)
    encoder = private_encoder(table, num_bins=DPMarginals.private_bins)
    known = encoder.encode(table.frame, seed=table.reader.rng)  # see `learned_parts.private_parts`
    alone = Cohort(np.arange(len(known)), schema.rare_below)
    parts = Parts(encoder, known, alone, (), num_patients, table.reader)
    field, _ = fitted_field(parts, num_components=COMPONENTS, seed=seed, share=MARGINS_SHARE)
    attributes.take(LearnedTable(schema, encoder, field))
    return PrivateImages(attributes, table.places, known, table.reader, num_patients)


def train(  # noqa: PLR0913
    model: ImageModel,
    encoded: EncodedImages,
    found: PrivateImages,
    plan: Plan,
    *,
    what: str,
    seed: int,
    compile_model: Callable[..., None],
    callbacks: Sequence[keras.callbacks.Callback],
    verbose: bool,
) -> None:
    """Trains: larger batches, no images held out, no losses shown or kept, the last epoch.

    Args:
        model: Built.
        encoded: The image of each patient.
        found: What the budget allowed to know before.
        plan: Without a budget.
        what: Is trained, for the ledger.
        seed: Of what synthetic images are told.
        compile_model: See `ImageSynthesizer.compile_model`.
        callbacks: Further Keras callbacks.
        verbose: Whether to show progress.
    """
    plan = private_plan(plan, num_patients=found.num_patients)
    model.private = plan_training(found.reader, num_patients=found.num_patients, batch_size=plan.batch_size,
                                  num_steps=plan.total, what=what)  # fmt: skip
    model.check_private()
    model.prepare(encoded)
    if isinstance(model, ConvolutionalGAN):
        told = knowledge.drawn(found.attributes, ROWS_TOLD, seed=seed, conditions=None, known=None, balance=None)
        model.prepare_told(knowledge.encoded(found.attributes, told, seed=seed))
    rate_scale = model.add_weight(shape=(), initializer="ones", trainable=False, name="rate_scale")
    compile_model(model, num_steps=plan.total, rate_scale=rate_scale)
    run(model, plan, score=None, rate_scale=rate_scale, checkpoint=None, verbose=verbose, callbacks=callbacks)
    model.release()
