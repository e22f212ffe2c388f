"""Images as a kind of data: an `ImageSet`, an image each."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, final

from synthgen.data.images.image_set import ImageSet
from synthgen.data.images.reading import holds_images, read_images, write_images
from synthgen.data.kind import Kind, Source, Words
from synthgen.data.tables.digest import TableDigest
from synthgen.errors import SchemaError


@final
class ImageKind(Kind[ImageSet]):
    """Folders of images, archives and single files of them."""

    name = "images"
    words = Words(thing="image", things="images", whole="set", these="these images")
    where = "an .npz, .nii, .nii.gz or DICOM file, or a folder of PNG, JPEG, DICOM or NIfTI files"

    def claims(self, path: Source) -> bool:
        return holds_images(Path(path))

    def holds(self, value: Any) -> bool:
        return isinstance(value, ImageSet)

    def read(self, path: Source, **options: Any) -> ImageSet:
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

    def contents(self, data: ImageSet, columns: Sequence[str]) -> Iterator[bytes]:
        head = json.dumps([*data.pixels.shape[1:], data.bits], separators=(",", ":")).encode() + b"\n"
        return (head + image.astype("<u2").tobytes() for image in data.pixels)

    def digest(self, data: ImageSet) -> str:
        known = TableDigest()
        known.update(data.table.rename(columns=str))
        whole = hashlib.sha256(known.hexdigest().encode())
        for content in self.contents(data, ()):
            whole.update(content)
        return whole.hexdigest()
