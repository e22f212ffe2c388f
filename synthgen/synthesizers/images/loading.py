"""A saved synthesizer of images, filled again from the members of its file."""

from collections.abc import Callable
from functools import partial
from typing import Any

from synthgen.data.schema import Schema
from synthgen.encoding.table import TableEncoder
from synthgen.expected import Fields, OneOf, agree
from synthgen.synthesizers.contents import Contents, check_size
from synthgen.synthesizers.images import knowledge
from synthgen.synthesizers.images.base import ImageSynthesizer
from synthgen.synthesizers.images.form import Form
from synthgen.synthesizers.images.private import COMPONENTS
from synthgen.synthesizers.saving import WEIGHT
from synthgen.synthesizers.tables.base import Synthesizer
from synthgen.synthesizers.tables.copula import GaussianCopula
from synthgen.synthesizers.tables.marginals import DPMarginals

ATTRIBUTES: dict[str, Callable[..., Synthesizer]] = {
    GaussianCopula.family: GaussianCopula, DPMarginals.family: partial(DPMarginals, num_components=COMPONENTS),
}  # fmt: skip
"""What learns the table of what is known of images."""


def restore(synthesizer: ImageSynthesizer, members: dict[str, Any]) -> None:
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
