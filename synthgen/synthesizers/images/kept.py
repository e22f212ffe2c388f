"""What a model file keeps of a synthesizer of images, and how it comes back."""

from collections.abc import Callable
from functools import partial
from typing import Any

from synthgen.data.schema import Schema
from synthgen.encoding.layout import Layout
from synthgen.encoding.table import TableEncoder
from synthgen.expected import Fields, OneOf, agree
from synthgen.models.images.base import ImageModel
from synthgen.synthesizers.contents import Contents, check_size
from synthgen.synthesizers.images import knowledge
from synthgen.synthesizers.images.form import Form
from synthgen.synthesizers.images.private import COMPONENTS
from synthgen.synthesizers.saving import NO_SCHEMA, WEIGHT
from synthgen.synthesizers.tables.base import TableSynthesizer
from synthgen.synthesizers.tables.copula import GaussianCopula
from synthgen.synthesizers.tables.kept import LearnedTable
from synthgen.synthesizers.tables.marginals import DPMarginals

ATTRIBUTES: dict[str, Callable[..., TableSynthesizer]] = {
    GaussianCopula.family: GaussianCopula, DPMarginals.family: partial(DPMarginals, num_components=COMPONENTS),
}  # fmt: skip
"""What learns the table of what is known of images."""


def members(model: ImageModel, attributes: TableSynthesizer | None) -> dict[str, Any]:
    """Returns what a model file holds, as `saving.write_members` takes it.

    Args:
        model: That draws images.
        attributes: The table of what is known of the images.
    """
    held: dict[str, Any] = {"schema": NO_SCHEMA, "encoder": {}, "trees": [], "weights": model.weights_to_keep()}
    arrays = {}
    if attributes is not None:
        schema, encoder, table = attributes.fitted()
        held |= {"schema": schema.to_dict(), "encoder": encoder.state()}
        weights = {f"{WEIGHT}{number}": weight for number, weight in enumerate(table.weights_to_keep())}
        arrays = table.state() | weights
    return held | {"model": {"arrays": arrays, "constraints": [], "calibrator": None}}


def restored(
    contents: Contents,
    members: dict[str, Any],
    *,
    settings: dict[str, Any],
    build: Callable[[Form, Layout], ImageModel],
) -> tuple[TableSynthesizer | None, ImageModel, Form]:
    """Returns what is known of the images, the model, and what its images are like.

    Args:
        contents: What of the members does not depend on the family.
        members: From `model_file.read_members`; may hold anything.
        settings: Of the synthesizer, checked.
        build: Makes the untrained model.

    Raises:
        Unexpected: If they are not those of such a synthesizer.
    """
    agree(not contents.constraints and members["model"]["calibrator"] is None, "model: expected arrays alone.")
    members["trees"].read([])
    attributes = None
    if contents.schema is not None:
        attributes = _attributes(contents.schema, contents.encoder, members)
    else:
        Fields().check(members["model"]["arrays"], "arrays of the model")
    form = Form.from_dict(members["manifest"].get("images"))
    columns = () if contents.schema is None else contents.schema.columns
    agree(form.label is None or form.label in columns, "images: label: expected a column of the schema.")
    check_size(settings, members["weights"])
    model = build(form, knowledge.layout_of(attributes))
    model.take_weights(members["weights"].read(model.expected_weights()))
    return attributes, model, form


def _attributes(schema: Schema, encoder: TableEncoder, members: dict[str, Any]) -> TableSynthesizer:
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
    attributes.take(LearnedTable(schema, encoder, table))
    return attributes
