"""A saved translator, filled again from the members of its file."""

from typing import Any

from synthgen.expected import Fields, agree
from synthgen.synthesizers.contents import Contents, check_size
from synthgen.synthesizers.images.translation_model import TranslationForm
from synthgen.synthesizers.images.translator import ImageTranslator


def restore(translator: ImageTranslator, members: dict[str, Any]) -> None:
    """Fills a translator from the members of a model file.

    Args:
        translator: Of the settings that the manifest names.
        members: From `read_members`; may hold anything.

    Raises:
        Unexpected: If they are not those of such a translator.
    """
    contents, manifest = Contents.of(members), members["manifest"]
    nothing = not contents.constraints and members["model"]["calibrator"] is None and contents.schema is None
    agree(nothing and contents.ledger is None, "model: expected networks alone.")
    Fields().check(members["model"]["arrays"], "arrays of the model")
    members["trees"].read([])
    form = TranslationForm.from_dict(manifest.get("translation"))
    check_size(translator.settings, members["weights"])
    model = translator.build(form)
    model.take_weights(members["weights"].read(model.expected_weights()))
    translator.history, translator.best_epoch = manifest["history"], manifest["best_epoch"]
    translator.take(model, form)
