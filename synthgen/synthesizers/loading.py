"""A saved synthesizer, ready to draw rows or images again."""

import os
from typing import Any

from synthgen.calibration.calibrator import Calibrator
from synthgen.data.constraints import constraint_from_dict
from synthgen.data.schema import Schema
from synthgen.dp.ledger import Ledger
from synthgen.encoding.table import TableEncoder
from synthgen.errors import ModelFileError, SynthgenError
from synthgen.synthesizers.base import Synthesizer
from synthgen.synthesizers.images import families, translation_saving
from synthgen.synthesizers.images.base import ImageSynthesizer
from synthgen.synthesizers.images.saving import restore
from synthgen.synthesizers.images.translator import ImageTranslator
from synthgen.synthesizers.saving import as_arrays, read_members
from synthgen.synthesizers.tables import FAMILIES


def load(path: str | os.PathLike[str]) -> Synthesizer | ImageSynthesizer | ImageTranslator:
    """Reads a fitted synthesizer of tables or of images, or a translator of images; needs no training data.

    Args:
        path: A file that `save` wrote.

    Raises:
        ModelFileError: If the file is absent, damaged, no model, or of another version; says which.
    """
    members = read_members(path)
    manifest = members["manifest"]
    try:
        if manifest["family"] in families.FAMILIES:
            drawer = families.FAMILIES[manifest["family"]](seed=manifest["seed"], **manifest["settings"])
            restore(drawer, members)
            return drawer
        if manifest["family"] == ImageTranslator.family:
            translator = ImageTranslator(seed=manifest["seed"], **manifest["settings"])
            translation_saving.restore(translator, members)
            return translator
        if manifest["family"] not in FAMILIES:
            raise ModelFileError(
                f"{path} holds a {manifest['family']!r}, which this synthgen does not know; update it."
            )
        return _table(members, manifest)
    except (KeyError, TypeError, ValueError) as error:
        kind = error if isinstance(error, SynthgenError) else type(error).__name__
        raise ModelFileError(f"{path} is no valid model, although its checksums agree: {kind}.") from error


def _table(members: dict[str, Any], manifest: dict[str, Any]) -> Synthesizer:
    """The synthesizer of tables that a model file holds."""
    schema = Schema.from_dict(members["schema"])
    encoder = TableEncoder.from_state(schema, members["encoder"])
    synthesizer = FAMILIES[manifest["family"]](seed=manifest["seed"], **manifest["settings"])
    model = synthesizer.build(encoder.layout)
    model.restore(as_arrays(members["model"]["arrays"]))
    model.take_weights(members["weights"])
    constraints = tuple(constraint_from_dict(rule) for rule in members["model"]["constraints"])
    stored = members["model"]["calibrator"]
    calibrator = None if stored is None else Calibrator.from_state(stored, members["trees"])
    ledger = manifest.get("privacy")
    synthesizer.ledger = None if ledger is None else Ledger.from_dict(ledger)
    synthesizer.history, synthesizer.best_epoch = manifest["history"], manifest["best_epoch"]
    synthesizer.take(schema, encoder, model, constraints, calibrator)
    return synthesizer
