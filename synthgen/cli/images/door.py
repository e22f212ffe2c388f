"""What images need of their own on the command line."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, final

from synthgen.cli.door import Description, Door, Prepared
from synthgen.cli.outputs import require_new_folder, require_writable
from synthgen.cli.speaking import count
from synthgen.errors import ReadError, WriteError

if TYPE_CHECKING:
    from synthgen.bundle.signed_folder import SignedFolder
    from synthgen.data.images.image_set import ImageSet
    from synthgen.data.schema import Schema
    from synthgen.provenance.origin import Origin

FOLDERS = ("png", "dicom")
"""Kinds of files that a folder of synthetic images can hold."""

YES, NO = {"yes", "true"}, {"no", "false"}
"""What says whether."""


@final
class ImageDoor(Door):
    """Images: archives, folders and files, with what is known of each."""

    kind = "images"
    usual = "image-gan"
    example = "synthetic.npz"
    formats = ("npz", "png", "dicom")
    takes: ClassVar = {"fit": ("--watch",), "sample": ("--kind",), "judge": ("--paths",)}

    def options(self, told: Mapping[str, str]) -> dict[str, Any]:
        return {name: _value(name, text) for name, text in told.items()}

    def of_synthetic(self, options: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in options.items() if name != "patient"} | {"allow_synthetic": True}

    def require_places(self, *paths: Path | None) -> None:
        for path in paths:
            if path is not None and path.suffix != ".npz":
                raise WriteError(f"{path}: images that are learned or kept out are written as .npz.")
        require_writable(*paths)

    def write_real(self, data: "ImageSet", path: Path) -> None:
        from synthgen.data.images.npz import write_npz

        write_npz(data, path, synthetic=False)

    def schema(self, path: Path | None, *, private: bool = False) -> "Schema | None":
        from synthgen.cli.tables.public_schema import public_schema

        return public_schema(path) if private and path is not None else super().schema(path)

    def prepared(self, data: "ImageSet", schema: "Schema | None", *, private: bool) -> Prepared:
        images = data if private else data.without_duplicates()  # to look for copies would be a read of the data
        copies = len(data) - len(images)
        return Prepared(data=images, schema=schema,
                        note=f"{count(copies)} copies of other images were left out." if copies else "")  # fmt: skip

    def learned(self, data: "ImageSet") -> str:
        return repr(data)

    def require_target(self, output: Path, kind: str | None) -> None:
        if kind is None and not output.name.endswith((".npz", ".nii", ".nii.gz")):
            raise WriteError(
                f"{output}: name an .npz or .nii.gz file, or a new folder and --kind {' or '.join(FOLDERS)}."
            )
        if kind is None:
            require_writable(output)
        else:
            require_new_folder(output, parents=True)

    def judging(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        if asked["paths"] is None:
            return {}
        from synthgen.synthesizers.loading import load

        return {"interpolation": load(asked["paths"]).interpolate(seed=asked["seed"])}

    def require_judged(self, synthetic: "ImageSet", origin: "Origin | None") -> None:
        from synthgen.bundle.images.release import require_judged

        require_judged(synthetic, origin)

    def folder(self, *, train: "ImageSet", schema: "Schema | None", **release: Any) -> "SignedFolder":
        from synthgen.bundle.images.release import ImageRelease

        del train, schema
        return ImageRelease(**release)

    def describe(self, data: "ImageSet", *, patient_key: str | None, rare_below: int) -> Description:
        from synthgen.cli.images.describing import described

        del patient_key
        return described(data, rare_below=rare_below)

    def inspected(self, manifest: Mapping[str, Any]) -> Iterator[str]:
        form = manifest["images"]
        sides = " x ".join(str(side) for side in form["sides"])
        channels = form["channels"]
        yield f"images        {sides}, {channels} channel{'s' * (channels > 1)}, {form['bits']} bits"


def _value(name: str, text: str) -> Any:
    if name == "table":
        from synthgen.data.tables.readers import read_table

        return read_table(Path(text))
    if name in ("window", "bounds"):
        return _ends(name, text)
    if name in _VALUES:
        return _VALUES[name](name, text)
    return None if text == "none" else text


def _sides(name: str, text: str) -> tuple[int, int]:
    sides = text.split("x")
    if len(sides) != 2 or not all(side.isdigit() for side in sides):
        raise ReadError(f"Expected --read {name}=HEIGHTxWIDTH, such as 64x64. Received {text!r}.")
    return int(sides[0]), int(sides[1])


def _whether(name: str, text: str) -> bool:
    if text.lower() not in YES | NO:
        raise ReadError(f"Expected --read {name}=yes or {name}=no. Received {text!r}.")
    return text.lower() in YES


def _ends(name: str, text: str) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in text.split(","))
    except ValueError:
        raise ReadError(f"Expected --read {name}=LOWER,UPPER, such as -1000,400. Received {text!r}.") from None
    return low, high


_VALUES: dict[str, Callable[[str, str], Any]] = {
    "columns": lambda _, text: text.split(","),
    "size": _sides,
    "skip_corrupt": _whether,
    "allow_synthetic": _whether,
    "bits": lambda _, text: int(text) if text.isdigit() else text,
}
"""What becomes of the text of an option of the reader."""
