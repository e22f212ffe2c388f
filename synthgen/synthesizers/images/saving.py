"""What a model file holds of a synthesizer of images, and back."""

from typing import TYPE_CHECKING, Any

from synthgen.data.schema import Schema
from synthgen.encoding.table import TableEncoder
from synthgen.synthesizers import saving
from synthgen.synthesizers.copula import GaussianCopula
from synthgen.synthesizers.images import knowledge
from synthgen.synthesizers.images.form import Form

if TYPE_CHECKING:
    from synthgen.synthesizers.images.base import ImageSynthesizer

NO_SCHEMA: dict[str, Any] = {"columns": {}, "patient_key": None, "rare_below": None}
"""Of images of which nothing is known."""


def members_of(synthesizer: "ImageSynthesizer") -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns manifest and members, as `synthgen.synthesizers.saving.write_members` takes them.

    Args:
        synthesizer: Any.

    Raises:
        NotFittedError: Before `fit`.
    """
    (model, form), attributes = synthesizer.fitted(), synthesizer.attributes
    manifest = {"family": synthesizer.family, **synthesizer.learned_with, "best_epoch": synthesizer.best_epoch,
                "history": synthesizer.history, "privacy": None, "images": form.to_dict()}  # fmt: skip
    members: dict[str, Any] = {"schema": NO_SCHEMA, "encoder": {}, "trees": [], "weights": model.weights_to_keep()}
    arrays: dict[str, Any] = {}
    if attributes is not None:
        schema, encoder, copula = attributes.fitted()
        members |= {"schema": schema.to_dict(), "encoder": encoder.state()}
        arrays = copula.state()
    return manifest, members | {"model": {"arrays": arrays, "constraints": [], "calibrator": None}}


def restore(synthesizer: "ImageSynthesizer", members: dict[str, Any]) -> None:
    """Fills a synthesizer from the members of a model file.

    Args:
        synthesizer: Of the family and settings that the manifest names.
        members: From `read_members`.
    """
    manifest = members["manifest"]
    attributes = None
    if members["schema"]["columns"]:
        schema = Schema.from_dict(members["schema"])
        encoder = TableEncoder.from_state(schema, members["encoder"])
        attributes = GaussianCopula(seed=manifest["seed"])
        copula = attributes.build(encoder.layout)
        copula.restore(saving.as_arrays(members["model"]["arrays"]))
        attributes.take(schema, encoder, copula, (), None)
    form = Form.from_dict(manifest["images"])
    model = synthesizer.build(form, knowledge.layout_of(attributes))
    model.take_weights(members["weights"])
    synthesizer.history, synthesizer.best_epoch = manifest["history"], manifest["best_epoch"]
    synthesizer.take(attributes, model, form)
