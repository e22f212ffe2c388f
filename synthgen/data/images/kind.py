"""Images as a kind of data: an `ImageSet`, an image each."""

import os
from pathlib import Path
from typing import Any, final

from synthgen.data.images.image_set import ImageSet
from synthgen.data.images.reading import read_images, write_images
from synthgen.data.kind import Kind, Words
from synthgen.errors import SchemaError

ENDINGS = (".npz", ".nii", ".nii.gz", ".dcm")
"""Files that hold images and no table."""


@final
class ImageKind(Kind[ImageSet]):
    """Folders of images, archives and single files of them."""

    name = "images"
    words = Words(thing="image", things="images", whole="set", these="these images")

    def claims(self, path: Path) -> bool:
        return path.is_dir() or path.name.lower().endswith(ENDINGS)

    def holds(self, value: Any) -> bool:
        return isinstance(value, ImageSet)

    def read(self, path: str | os.PathLike[str], **options: Any) -> ImageSet:
        return read_images(path, **options)

    def write(self, data: ImageSet, path: str | os.PathLike[str], **options: Any) -> None:
        write_images(data, path, **options)

    def split(self, data: ImageSet, *, by: str | None, holdout: float, seed: int) -> tuple[ImageSet, ImageSet]:
        if by is not None:
            raise SchemaError(
                f"by names {by!r}, but images know whose they are: they are divided by patient. Leave it out, or say "
                "whose each is when they are read."
            )
        return data.split(holdout=holdout, seed=seed)
