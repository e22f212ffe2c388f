"""What a model file holds of a synthesizer of images, and back."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from synthgen.data.schema import Schema
from synthgen.encoding.table import TableEncoder
from synthgen.expected import Fields, OneOf, agree
from synthgen.synthesizers.base import Synthesizer
from synthgen.synthesizers.contents import Contents, check_size
from synthgen.synthesizers.copula import GaussianCopula
from synthgen.synthesizers.images import knowledge
from synthgen.synthesizers.images.form import Form
from synthgen.synthesizers.images.private import COMPONENTS
from synthgen.synthesizers.marginals import DPMarginals

if TYPE_CHECKING:
    from synthgen.synthesizers.images.base import ImageSynthesizer

WEIGHT = "weight "
"""Name of an array, before its number."""

ATTRIBUTES: dict[str, Callable[..., Synthesizer]] = {
    GaussianCopula.family: GaussianCopula, DPMarginals.family: partial(DPMarginals, num_components=COMPONENTS),
}  # fmt: skip
"""What learns the table of what is known of images."""

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
                "history": synthesizer.history, "images": form.to_dict(),
                "attributes": None if attributes is None else attributes.family,
                "privacy": None if synthesizer.ledger is None else synthesizer.ledger.to_dict()}  # fmt: skip
    members: dict[str, Any] = {"schema": NO_SCHEMA, "encoder": {}, "trees": [], "weights": model.weights_to_keep()}
    arrays: dict[str, Any] = {}
    if attributes is not None:
        schema, encoder, table = attributes.fitted()
        members |= {"schema": schema.to_dict(), "encoder": encoder.state()}
        weights = {f"{WEIGHT}{number}": weight for number, weight in enumerate(table.weights_to_keep())}
        arrays = table.state() | weights
    return manifest, members | {"model": {"arrays": arrays, "constraints": [], "calibrator": None}}


def restore(synthesizer: "ImageSynthesizer", members: dict[str, Any]) -> None:
    """Fills a synthesizer from the members of a model file.

    Args:
        synthesizer: Of the family and settings that the manifest names.
        members: From `read_members`; may hold anything.

    Raises:
        Unexpected: If they are not those of such a synthesizer.
    """
    contents, manifest = Contents.of(members), members["manifest"]
    agree(not contents.constraints and members["model"]["calibrator"] is None, "model: expected arrays alone.")
    members["trees"].read([])
    attributes = None
    if contents.schema is not None:
        attributes = _attributes(contents.schema, contents.encoder, members)
    else:
        Fields().check(members["model"]["arrays"], "arrays of the model")
    form = Form.from_dict(manifest.get("images"))
    columns = () if contents.schema is None else contents.schema.columns
    agree(form.label is None or form.label in columns, "images: label: expected a column of the schema.")
    check_size(synthesizer.settings, members["weights"])
    model = synthesizer.build(form, knowledge.layout_of(attributes))
    model.take_weights(members["weights"].read(model.expected_weights()))
    synthesizer.ledger = contents.ledger
    synthesizer.history, synthesizer.best_epoch = manifest["history"], manifest["best_epoch"]
    synthesizer.take(attributes, model, form)


def _attributes(schema: Schema, encoder: TableEncoder, members: dict[str, Any]) -> Synthesizer:
    """What is known of the images, as a fitted synthesizer of tables."""
    manifest = members["manifest"]
    family = OneOf(tuple(ATTRIBUTES)).check(manifest.get("attributes", GaussianCopula.family), "manifest: attributes")
    attributes = ATTRIBUTES[family](seed=manifest["seed"])
    encoder.check_bins(fine=attributes.encoder_settings().get("fine", False))
    table = attributes.build(encoder.layout)
    expected = {f"{WEIGHT}{number}": array for number, array in enumerate(table.expected_weights())}
    stored = members["model"]["arrays"]
    weights = Fields(expected, others=True).check(stored, "arrays of the model")
    table.restore({name: values for name, values in stored.items() if name not in expected})
    table.take_weights([weights[name] for name in expected])
    attributes.take(schema, encoder, table, (), None)
    return attributes
