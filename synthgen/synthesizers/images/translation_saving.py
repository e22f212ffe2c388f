"""What a model file holds of a translator, and back."""

from typing import TYPE_CHECKING, Any

from synthgen.expected import Fields, agree
from synthgen.synthesizers.contents import Contents, check_size
from synthgen.synthesizers.images.saving import NO_SCHEMA
from synthgen.synthesizers.images.translation_model import TranslationForm

if TYPE_CHECKING:
    from synthgen.synthesizers.images.translator import ImageTranslator


def members_of(translator: "ImageTranslator") -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns manifest and members, as `synthgen.synthesizers.saving.write_members` takes them.

    Args:
        translator: Any.

    Raises:
        NotFittedError: Before `fit`.
    """
    model, form = translator.fitted()
    manifest = {"family": translator.family, **translator.learned_with, "best_epoch": translator.best_epoch,
                "history": translator.history, "privacy": None, "translation": form.to_dict()}  # fmt: skip
    nothing: dict[str, Any] = {"arrays": {}, "constraints": [], "calibrator": None}
    return manifest, {"schema": NO_SCHEMA, "encoder": {}, "model": nothing, "trees": [],
                      "weights": model.weights_to_keep()}  # fmt: skip


def restore(translator: "ImageTranslator", members: dict[str, Any]) -> None:
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
