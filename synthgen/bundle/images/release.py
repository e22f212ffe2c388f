"""A release of images: an archive or a folder that says of itself that it is synthetic, with a table beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import pandas as pd

from synthgen.bundle.card import columns_table, maker
from synthgen.bundle.images.metadata import COLLECTION, MEDIA, image_croissant, image_data_package, kinds
from synthgen.bundle.signed_folder import SignedFolder, described_file
from synthgen.bundle.tables.metadata import MEDIA as TABLE_MEDIA
from synthgen.data.images.image_set import ImageSet
from synthgen.data.tables.writers import write_table
from synthgen.errors import BundleError
from synthgen.provenance.origin import Origin

FILE, POSITION = "file", "position"
"""Column of the table that says which image a row is of: a file of the folder, or a place in the archive."""

PLACE = "slice"
"""Column that readers of volumes make: which slice an image is."""

FOLDER = "images"
"""Of the files of images."""

UNPROMISED = "The model file holds no image; whether images can be recognised in what it draws, the report measures."


@dataclass(frozen=True, kw_only=True)
class ImageRelease(SignedFolder):
    """Images that are released.

    Args:
        name: Of the data set.
        licence: Of the data set: a name or an address.
        synthetic: The images, and what is known of each.
        report: On these very images.
        policy: The policy's text.
        decision: What the policy said of the report.
        origin: Proof of which model drew the images; None: their maker is not known.
        format: "npz": one archive, `synthetic.npz`; "png" or "dicom": a folder, `images`.
    """

    kind: ClassVar[str] = "images"
    collection: ClassVar[str] = COLLECTION
    """How they came about, a sentence for machines."""

    synthetic: ImageSet
    format: Literal["npz", "png", "dicom"] = "npz"

    def data(self) -> ImageSet:
        return self.synthetic

    def write_data(self, folder: Path, *, created: str) -> dict[str, Mapping[str, Any]]:
        require_judged(self.synthetic, self.origin)
        images, first = self._write_images(folder)
        table = pd.concat([first, self.synthetic.table.reset_index(drop=True)], axis=1)
        if table.columns.duplicated().any():
            raise BundleError(f"synthetic: the table of the images has a column {first.columns[0]!r}. Rename it.")
        write_table(table, folder / "images.csv")
        names = {"name": self.name, "licence": self.licence, "created": created}
        described = {
            "names": names,
            "table": described_file(folder / "images.csv", "csv", TABLE_MEDIA["csv"]),
            "images": images,
        }
        return {
            "croissant.json": image_croissant(kinds(table), **described, kind=self.kind, collection=self.collection),
            "datapackage.json": image_data_package(kinds(table), **described, kind=self.kind),
        }

    def _write_images(self, folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
        """Writes the images; returns what they are for machines, and the first column of the table."""
        from synthgen.data.images.dicom_writing import write_dicom
        from synthgen.data.images.npz import write_npz
        from synthgen.data.images.pictures import write_pictures

        if self.format == "npz":
            archive = folder / "synthetic.npz"
            write_npz(self.synthetic, archive)
            return described_file(archive, "npz", MEDIA["npz"]), pd.DataFrame({POSITION: range(len(self.synthetic))})
        if self.format == "png":
            written = write_pictures(self.synthetic, folder / FOLDER)
        else:
            made_by = {} if self.origin is None else {"model": self.origin.manifest["family"]}
            written = write_dicom(self.synthetic, folder / FOLDER, **made_by)
        paths = [path.relative_to(folder).as_posix() for path in written]
        return {"name": FOLDER, "format": self.format, "media": MEDIA[self.format], "paths": paths}, pd.DataFrame(
            {FILE: paths}
        )

    def describe(self) -> tuple[str, dict[str, str]]:
        images = self.synthetic
        size = " x ".join(str(side) for side in images.pixels.shape[1:-1])
        channels = images.pixels.shape[-1]
        held = f"{len(images)} images of {size} pixels, {channels} channel{'s' * (channels > 1)}, {images.bits} bits."
        if images.label is not None:
            counts = images.table[images.label].value_counts().sort_index()
            held += f" By {images.label}: " + ", ".join(f"{level} {count}" for level, count in counts.items()) + "."
        first = POSITION if self.format == "npz" else FILE
        columns = {first: "numerical" if first == POSITION else "text", **kinds(images.table)}
        return maker(self.origin, unpromised=UNPROMISED), {
            "Images": f"{held}\n\nWhat each shows is in `images.csv`:\n\n{columns_table(columns)}"
        }


def require_judged(synthetic: ImageSet, origin: Origin | None) -> None:
    """Refuses what is said of images by nobody knows whom: the judges look at images and classes, at nothing else.

    Args:
        synthetic: The images that are to be released.
        origin: Proof of which model drew them, and what is known of each; None: there is none.

    Raises:
        BundleError: Names the columns.
    """
    others = [name for name in synthetic.table if name not in (synthetic.label, PLACE)]
    if origin is None and others:
        raise BundleError(
            f"synthetic: nobody judged the columns {others}, which may be of real patients, and no model is proven to "
            "have drawn them. Leave them out of the table, or name the model that drew these images."
        )
