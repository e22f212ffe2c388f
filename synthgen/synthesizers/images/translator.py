"""ImageTranslator: images into others, learned from pairs, from two piles, or from large images alone."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self, get_args

import keras

from synthgen.data.images.image_set import ImageSet
from synthgen.errors import SchemaError, SettingsError, did_you_mean
from synthgen.expected import Expected, Fields, agree
from synthgen.models.images.translation import Translation
from synthgen.synthesizers.contents import Contents, check_size
from synthgen.synthesizers.images.form import Form, check_set
from synthgen.synthesizers.images.pairs import Pairs, check_learnable, check_like, reduced
from synthgen.synthesizers.images.translation_model import (
    SCALES,
    TWO_FORMS,
    Kind,
    TranslationForm,
    compile_translation,
    translation_model,
)
from synthgen.synthesizers.images.translation_validation import SHOWN, TranslationSheets, held_out_score
from synthgen.synthesizers.learner import Learner
from synthgen.synthesizers.parameters import Learned
from synthgen.synthesizers.saving import NO_SCHEMA
from synthgen.training.run import Plan, claim_checkpoint, run


@dataclass(kw_only=True, eq=False, repr=False)
class ImageTranslator(Learner):
    """Turns images into others: another modality, less noise, more pixels, the style of other images.

    A U-Net says what to add to the image that came in. Of pairs it learns by the absolute error and by a critic of
    patches that sees both images (pix2pix; Isola et al. 2017, section 3). To enlarge, it learns the same from images
    and their own averages, and what it makes averages to what came in. Of two piles that are no pairs, two networks
    learn, there and back, with a critic at either end (CycleGAN; Zhu et al. 2017, section 3).

    **A translated image is a guess.** Any kind can invent or erase a finding, "unpaired" most of all: its loss asks for
    images of the right style, not for the right finding. Never for diagnosis; see `evaluate_translation`. And a
    translated image still shows its patient: it is as much personal data as the one it was made from.

    Args:
        kind: "paired", "super-resolution" or "unpaired".
        scale: By which sides grow, 2 or 4; None: 2, or not at all where the kind is another.
        num_steps: Training steps.
        batch_size: Images a step; cut to the number of training images.
        learning_rate: At the start; falls to a tenth along a cosine.
        adversarial_weight: What the critics count beside the absolute error, which counts 1; 0: there are none, and
            images are as near to the truth as can be, and smoother. None: 0.01 paired, 0.001 for super-resolution, 0.1
            unpaired, where 0 is refused.
        identity_weight: What changes count in images that are of the target's kind already, unpaired only, where both
            kinds have the same channels. For kinds that differ in little; 0.5 in the paper.
        penalty: Weight of the critics' penalty (gamma of R1 and R2).
        width: Channels of the largest stage, smaller ones have up to twice as many; None: 32; on a GPU 64 with patches.
        blocks: Residual blocks of a stage, down and up.
        patch: Pixels along a side that the network sees as one; None: 2, or 1 for images of up to 40 pixels.
        mixing: Of a block's channels: "depthwise", "grouped" or "dense"; None: as this device does fast.
        validation: Share of patients held out to choose the best epoch.
        patience: Epochs (of 20) without improvement after which training stops; None never stops.
        jit_compile: Whether XLA compiles training; None: on a GPU only.
        seed: Seed of everything random, in fitting and in drawing that is given none.

    Example:
        >>> import numpy as np
        >>> from synthgen.data.images.image_set import ImageSet
        >>> clean = np.random.default_rng(0).integers(0, 256, (40, 8, 8), np.uint8)
        >>> source, target = ImageSet.from_array(255 - clean), ImageSet.from_array(clean)
        >>> translator = ImageTranslator(num_steps=20, batch_size=8, width=8).fit(source, target, verbose=False)
        >>> translator.translate(source)
        <ImageSet 40 images of 8 x 8, 1 channel, 8 bits>
    """

    family: ClassVar[str] = "ImageTranslator"
    instead: ClassVar[str] = "translates images and draws none: in Python, synthgen.load(path).translate"
    stated: ClassVar[Mapping[str, Expected]] = {"translation": TWO_FORMS}

    model = Learned[Translation | None](lambda: None)
    form = Learned[TranslationForm | None](lambda: None)

    kind: Kind = "paired"
    scale: int | None = None
    num_steps: int = 3_000
    batch_size: int = 32
    learning_rate: float = 1e-3
    adversarial_weight: float | None = None
    identity_weight: float = 0.0
    penalty: float = 1.0
    width: int | None = None
    blocks: int = 1
    patch: int | None = None
    mixing: str | None = None
    validation: float = 0.1
    patience: int | None = None
    jit_compile: bool | None = None
    seed: int = 0

    @property
    def paired(self) -> bool:
        """Whether it learns from images that belong together."""
        return bool(self.settings["kind"] != "unpaired")

    def check_settings(self) -> None:
        """Finds out whether `fit` can use the settings.

        Raises:
            SettingsError: If it cannot; names the first wrong one, what came and what was expected.
        """
        super().check_settings()
        kind, scale = self.settings["kind"], self.settings["scale"]
        if kind not in get_args(Kind):
            hint = did_you_mean(str(kind), get_args(Kind))
            raise SettingsError(f"Expected kind in {list(get_args(Kind))}. Received {kind!r}.{hint}")
        if kind == "super-resolution" and scale not in (None, *SCALES):
            raise SettingsError(f"Expected scale in {list(SCALES)}, or None. Received {scale!r}.")
        if kind != "super-resolution" and scale is not None:
            raise SettingsError(f"scale={scale!r}: sides grow with kind='super-resolution' only. Leave scale out.")
        if kind == "unpaired" and self.settings["adversarial_weight"] == 0:
            raise SettingsError(
                "adversarial_weight: expected more than 0, since unpaired images teach by critics alone."
            )

    @property
    def _scale(self) -> int:
        if self.settings["kind"] != "super-resolution":
            return 1
        return int(self.settings["scale"] or SCALES[0])

    def fit(
        self,
        source: ImageSet | None = None,
        target: ImageSet | None = None,
        *,
        checkpoint: str | os.PathLike[str] | None = None,
        watch: str | os.PathLike[str] | None = None,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        verbose: bool = True,
    ) -> Self:
        """Learns to translate; what was learned before is forgotten.

        Args:
            source: Images that come in. Paired: image i belongs to image i of the target. Unpaired: any number. None
                for super-resolution, which makes them from the target.
            target: Images that go out, of the same size.
            checkpoint: Directory that the run is backed up in after every epoch; the same call goes on from there.
            watch: Folder for a sheet of translated images after every epoch; it shows real ones beside them.
            callbacks: Further Keras callbacks, e.g. TensorBoard.
            verbose: Whether to show progress on a terminal.

        Returns:
            The translator itself.

        Raises:
            SettingsError: If a setting is out of range.
            SchemaError: If images are too few or too small, or do not fit each other.
            FitInterrupted: On Ctrl-C; the message says how to resume.
            TrainingError: If losses stay infinite, or the checkpoint belongs to another run.
        """
        self.check_settings()
        source, target = self._two_sets(source, target)
        form = TranslationForm(source=self._form_of(source), target=self._form_of(target))
        pairs = Pairs.of(source, target, paired=self.paired, share=self.settings["validation"], seed=self.seed)
        if watch is not None:
            shown = (pairs.source, pairs.target) if pairs.held is None else pairs.held
            few = [images.stored(slice(SHOWN)) for images in shown]
            whites = form.source.white, form.target.white
            truth = few[1] if self.paired else None
            callbacks = [*callbacks, TranslationSheets(Path(watch), few[0], truth, whites=whites)]
        self.take(self._learn(pairs, form, checkpoint, callbacks, verbose), form)
        return self

    def _two_sets(self, source: ImageSet | None, target: ImageSet | None) -> tuple[ImageSet, ImageSet]:
        """What comes in and what goes out, checked."""
        if self.settings["kind"] == "super-resolution":
            if source is not None:
                raise SchemaError(
                    "source: expected None, since super-resolution averages pixels of the target itself. Call "
                    "fit(target=images); for pairs that two devices made, resize them alike and take kind='paired'."
                )
            source = reduced(check_set(target, name="target"), self._scale)
        two = check_set(source, name="source"), check_set(target, name="target")
        check_learnable(*two, paired=self.paired, scale=self._scale)
        return two

    def _form_of(self, images: ImageSet) -> Form:
        return Form.of(images, label=None, patch=self.settings["patch"], mixing=self.settings["mixing"], kind="strided")

    def _learn(
        self,
        pairs: Pairs,
        form: TranslationForm,
        checkpoint: str | os.PathLike[str] | None,
        callbacks: Sequence[keras.callbacks.Callback],
        verbose: bool,
    ) -> Translation:
        """Returns the trained model; fills in history and best epoch."""
        batch = min(self.settings["batch_size"], len(pairs.source), len(pairs.target))
        plan = Plan(self.settings["num_steps"], batch, patience=self.settings["patience"], steps_per_chunk=10)
        directory = None if checkpoint is None else Path(checkpoint)
        if directory is not None:
            digest = hashlib.sha256(pairs.source.digest() + pairs.target.digest()).digest()
            claim_checkpoint(directory, plan, settings=self.settings | {"seed": self.seed}, data_digest=digest)
        model = self.build(form)
        model.prepare(pairs.source.stored(), pairs.target.stored())
        rate_scale = model.add_weight(shape=(), initializer="ones", trainable=False, name="rate_scale")
        compile_translation(model, self.settings, num_steps=plan.total, rate_scale=rate_scale)
        score = None if pairs.held is None else held_out_score(model, pairs.held, paired=self.paired)
        best = run(model, plan, score=score, rate_scale=rate_scale, checkpoint=directory, verbose=verbose,
                   callbacks=callbacks)  # fmt: skip
        model.release()
        self.history, self.best_epoch = best.history, best.best_epoch
        return model

    def build(self, form: TranslationForm) -> Translation:
        """Returns the untrained model: also to be filled from a file.

        Args:
            form: Of the images.
        """
        return translation_model(form, self.settings, seed=self.seed)

    def take(self, model: Translation, form: TranslationForm) -> None:
        """Makes this a fitted translator of the given parts."""
        self.model, self.form = model, form
        self.note_settings()

    def fitted(self) -> tuple[Translation, TranslationForm]:
        """Returns the model, and what its images are like.

        Raises:
            NotFittedError: Before `fit`.
        """
        return self._learned(self.model), self._learned(self.form)

    def translate(self, images: ImageSet) -> ImageSet:
        """Returns what the translator makes of images; the same image always becomes the same.

        Args:
            images: Of the size, channels and bits that came in when it was fitted.

        Returns:
            As many, with their table, label and patients: what was known of them was not checked against what they now
            show. Written with `write_images` they say that they are synthetic.

        Raises:
            NotFittedError: Before `fit`.
            SchemaError: If the images are of another kind.
        """
        model, form = self.fitted()
        check_like("images", images, form.source)
        return ImageSet(pixels=model.translate(images.pixels), table=images.table.copy(), label=images.label,
                        patients=images.patients, bits=form.target.bits)  # fmt: skip

    def reduced(self, images: ImageSet) -> ImageSet:
        """Returns large images as small as those that this translator enlarges, pixels averaged; to judge it by.

        Args:
            images: Of the size of the target.

        Raises:
            NotFittedError: Before `fit`.
            SchemaError: If the images are of another kind.
        """
        form = self.fitted()[1]
        check_like("images", images, form.target)
        return reduced(images, form.scale)

    def described(self) -> dict[str, Any]:
        return {"translation": self.fitted()[1].to_dict()}

    def members(self) -> dict[str, Any]:
        nothing: dict[str, Any] = {"arrays": {}, "constraints": [], "calibrator": None}
        return {"schema": NO_SCHEMA, "encoder": {}, "model": nothing, "trees": [],
                "weights": self.fitted()[0].weights_to_keep()}  # fmt: skip

    def _restore(self, contents: Contents, members: dict[str, Any]) -> None:
        nothing = not contents.constraints and members["model"]["calibrator"] is None and contents.schema is None
        agree(nothing and contents.ledger is None, "model: expected networks alone.")
        Fields().check(members["model"]["arrays"], "arrays of the model")
        members["trees"].read([])
        form = TranslationForm.from_dict(members["manifest"].get("translation"))
        check_size(self.settings, members["weights"])
        model = self.build(form)
        model.take_weights(members["weights"].read(model.expected_weights()))
        self.take(model, form)
