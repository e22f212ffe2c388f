"""What a model file holds of a synthesizer of images, and back."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from synthgen.data.schema import Schema
from synthgen.dp.ledger import Ledger
from synthgen.encoding.table import TableEncoder
from synthgen.synthesizers import saving
from synthgen.synthesizers.base import Synthesizer
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
        members: From `read_members`.
    """
    manifest = members["manifest"]
    attributes = None
    if members["schema"]["columns"]:
        schema = Schema.from_dict(members["schema"])
        encoder = TableEncoder.from_state(schema, members["encoder"])
        attributes = ATTRIBUTES[manifest.get("attributes", GaussianCopula.family)](seed=manifest["seed"])
        arrays = saving.as_arrays(members["model"]["arrays"])
        weights = [arrays.pop(f"{WEIGHT}{number}") for number in range(sum(name.startswith(WEIGHT) for name in arrays))]
        table = attributes.build(encoder.layout)
        table.restore(arrays)
        table.take_weights(weights)
        attributes.take(schema, encoder, table, (), None)
    form = Form.from_dict(manifest["images"])
    model = synthesizer.build(form, knowledge.layout_of(attributes))
    model.take_weights(members["weights"])
    ledger = manifest["privacy"]
    synthesizer.ledger = None if ledger is None else Ledger.from_dict(ledger)
    synthesizer.history, synthesizer.best_epoch = manifest["history"], manifest["best_epoch"]
    synthesizer.take(attributes, model, form)
