"""Folders of PNG or JPEG pictures: a folder for each class, or a table beside them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from synthgen.data.images.image_set import ImageSet
from synthgen.errors import ReadError, WriteError

ENDINGS = (".png", ".jpg", ".jpeg")

MARK = "synthetic image, made by synthgen"
"""What a written picture says of itself, in a text chunk."""

LABEL = "label"


def read_pictures(
    folder: Path,
    *,
    table: pd.DataFrame | None = None,
    file: str = "file",
    label: str | None = None,
    patient: str | None = None,
    size: tuple[int, int] | None = None,
    allow_synthetic: bool = False,
) -> ImageSet:
    """Reads the pictures of a folder.

    Args:
        folder: With pictures, or with a folder of pictures for each class.
        table: A row for each picture, with its path inside the folder in the column `file`. None: the folders are the
            classes.
        file: Column of the table.
        label: Column of the table that says the class.
        patient: Column of the table that says whose a picture is; only who is the same as whom is kept.
        size: Height and width to scale to; None where all are of one size.
        allow_synthetic: Whether pictures are taken that say that they are synthetic.

    Returns:
        Grey images if every picture is grey, else red, green and blue.

    Raises:
        ReadError: If there is no picture, one cannot be read or is synthetic, or they are of several sizes and none
            is asked for.
    """
    if table is None:
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS)
        classes = [path.parent.name for path in paths]
        known = pd.DataFrame({LABEL: classes} if any(path.parent != folder for path in paths) else {},
                             index=range(len(paths)))  # fmt: skip
        label, patients = (LABEL if LABEL in known else None), None
    else:
        absent = [name for name in (file, label, patient) if name is not None and name not in table]
        if absent:
            raise ReadError(f"table: no columns {absent}; it has {list(map(str, table.columns))}.")
        paths = [folder / str(name) for name in table[file]]
        known = table.drop(columns=[file, *([patient] if patient else [])]).reset_index(drop=True)
        patients = None if patient is None else pd.factorize(table[patient])[0]
    if not paths:
        raise ReadError(f"{folder}: no picture that ends in {' '.join(ENDINGS)}.")
    pixels = _stacked([_picture(path, size, allow_synthetic=allow_synthetic) for path in paths], folder)
    return ImageSet(pixels=pixels, table=known, label=label, patients=patients, bits=8 * pixels.dtype.itemsize)


def _picture(path: Path, size: tuple[int, int] | None, *, allow_synthetic: bool) -> np.ndarray:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as opened:
            if not allow_synthetic and str(opened.info.get("Description", "")).startswith(MARK):
                raise ReadError(f"{path.name} says that it is synthetic. To learn or judge it: allow_synthetic=True.")
            deep = opened.mode.startswith("I")
            picture = opened if deep else opened.convert("L" if opened.mode in ("1", "L", "LA") else "RGB")
            if size is not None:
                picture = picture.resize((size[1], size[0]), Image.Resampling.BILINEAR)
            values = np.asarray(picture)
    except ReadError:
        raise
    except (OSError, UnidentifiedImageError, ValueError) as error:
        raise ReadError(f"A picture cannot be read: {type(error).__name__} in {path.name}.") from error
    return values.astype(np.uint16 if deep else np.uint8)[..., None] if values.ndim == 2 else values


def _stacked(pictures: list[np.ndarray], folder: Path) -> np.ndarray:
    sizes = {picture.shape[:2] for picture in pictures}
    if len(sizes) > 1:
        raise ReadError(
            f"{folder}: pictures of {len(sizes)} sizes, {min(sizes)} to {max(sizes)}. Name one: size=(64, 64)."
        )
    if len({picture.dtype for picture in pictures}) > 1:
        raise ReadError(f"{folder}: pictures of 8 and of 16 bits. Store all of them with one depth.")
    channels = max(picture.shape[2] for picture in pictures)
    return np.stack([np.repeat(picture, channels // picture.shape[2], axis=2) for picture in pictures])


def write_pictures(images: ImageSet, folder: Path, *, names: Iterable[str] | None = None) -> list[Path]:
    """Writes each image as a PNG that says that it is synthetic, with a folder for each class, into a new folder.

    Args:
        images: Grey or of three channels.
        folder: Must not exist.
        names: Of the files, without an ending; None: numbers.

    Returns:
        The paths.

    Raises:
        WriteError: If the folder exists, or images are no pictures.
    """
    from PIL import Image, PngImagePlugin

    pixels = images.pixels
    if pixels.ndim != 4 or pixels.shape[-1] not in (1, 3) or (pixels.dtype == np.uint16 and pixels.shape[-1] != 1):
        raise WriteError("PNG holds grey images, or red, green and blue of 8 bits. Write others as npz or NIfTI.")
    make_folder(folder)
    said = PngImagePlugin.PngInfo()
    said.add_text("Software", "synthgen")
    said.add_text("Description", MARK)
    paths = []
    for place, name in enumerate(names or (f"{place:06d}" for place in range(len(images)))):
        inside = folder if images.label is None else folder / folder_name(images.table[images.label].iloc[place])
        inside.mkdir(exist_ok=True)
        image = pixels[place, ..., 0] if pixels.shape[-1] == 1 else pixels[place]
        Image.fromarray(image).save(inside / f"{name}.png", pnginfo=said)
        paths.append(inside / f"{name}.png")
    return paths


def folder_name(label: Any) -> str:
    """Returns a class as the name of a folder: letters, digits, and an underscore for all else.

    Example:
        >>> folder_name("no finding"), folder_name("../etc"), folder_name(2)
        ('no_finding', '___etc', '2')
    """
    return "".join(sign if sign.isalnum() or sign in "-" else "_" for sign in str(label)) or "_"


def make_folder(folder: Path) -> None:
    """Makes a folder that is not there yet.

    Raises:
        WriteError: If it is.
    """
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise WriteError(f"{folder} is there already. Name another folder.") from error
