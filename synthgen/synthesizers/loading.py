"""A saved synthesizer, ready to draw rows or images again."""

import os
from typing import Any, TypeVar

from synthgen.calibration.calibrator import Calibrator
from synthgen.expected import OneOf, Unexpected
from synthgen.synthesizers.contents import Contents, check_size, refused
from synthgen.synthesizers.images import families, translation_loading
from synthgen.synthesizers.images.base import ImageSynthesizer
from synthgen.synthesizers.images.loading import restore
from synthgen.synthesizers.images.translator import ImageTranslator
from synthgen.synthesizers.parameters import Parameters
from synthgen.synthesizers.reading import read_members
from synthgen.synthesizers.tables.base import Synthesizer
from synthgen.synthesizers.tables.families import FAMILIES

Family = TypeVar("Family", bound=Parameters)


def load(path: str | os.PathLike[str]) -> Synthesizer | ImageSynthesizer | ImageTranslator:
    """Reads a fitted synthesizer of tables or of images, or a translator of images; needs no training data.

    Nothing in the file is believed: sizes, kinds, shapes and numbers are checked before they are used. What is
    possible, if another model than the one that was saved, loads: who must be sure of that signs the file.

    Args:
        path: A file that `save` wrote.

    Raises:
        ModelFileError: If the file is absent, damaged, no model, or of another version; says which.
    """
    members = read_members(path)
    with refused(path):
        known = (*FAMILIES, *families.FAMILIES, ImageTranslator.family)
        family = OneOf(known).check(members["manifest"]["family"], "manifest: family")
        if family in families.FAMILIES:
            drawer = _unfitted(families.FAMILIES[family], members["manifest"])
            restore(drawer, members)
            return drawer
        if family == ImageTranslator.family:
            translator = _unfitted(ImageTranslator, members["manifest"])
            translation_loading.restore(translator, members)
            return translator
        synthesizer = _unfitted(FAMILIES[family], members["manifest"])
        _restore(synthesizer, members)
        return synthesizer


def _unfitted(family: type[Family], manifest: dict[str, Any]) -> Family:
    """A synthesizer of the settings in a file, as far as `fit` would take them too."""
    synthesizer = family(seed=manifest["seed"]).set_params(**manifest["settings"])
    synthesizer.check_settings()
    return synthesizer


def _restore(synthesizer: Synthesizer, members: dict[str, Any]) -> None:
    """Fills a synthesizer of tables from the members of a model file."""
    contents, manifest, taken = Contents.of(members), members["manifest"], members["model"]
    schema, encoder, calibrator = contents.schema, contents.encoder, None
    if schema is None:
        raise Unexpected("schema: expected at least one column.")
    encoder.check_bins(fine=contents.ledger is not None or synthesizer.encoder_settings().get("fine", False))
    if taken["calibrator"] is None:
        members["trees"].read([])
    else:
        expected = Calibrator.expected_arrays(taken["calibrator"], encoder.layout)
        calibrator = Calibrator.from_state(taken["calibrator"], members["trees"].read(expected), encoder.layout)
    check_size(synthesizer.settings, members["weights"])
    model = synthesizer.build(encoder.layout)
    model.restore(taken["arrays"])
    model.take_weights(members["weights"].read(model.expected_weights()))
    synthesizer.ledger = contents.ledger
    synthesizer.history, synthesizer.best_epoch = manifest["history"], manifest["best_epoch"]
    synthesizer.take(schema, encoder, model, contents.constraints, calibrator)
