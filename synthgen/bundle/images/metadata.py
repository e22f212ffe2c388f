"""What a release says to machines about its images: the files, and the table of what each image shows."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from pandas.api import types

from synthgen.bundle.metadata import CROISSANT_TYPES, FRICTIONLESS_TYPES, dataset, file_object, package, resource

FILES = {"png": "*.png", "dicom": "*.dcm"}
"""How the files of a folder end."""

MEDIA = {"npz": "application/zip", "png": "image/png", "dicom": "application/dicom"}
"""Media types by format; an npz is a zip of arrays."""

COLLECTION = "Drawn from a generative model; no image was taken of a person."


def kinds(table: pd.DataFrame) -> dict[str, str]:
    """Returns what kind of values each column holds.

    Args:
        table: (images, columns).

    Example:
        >>> kinds(pd.DataFrame({"file": ["a.png"], "age": [61], "ill": [True]}))
        {'file': 'text', 'age': 'numerical', 'ill': 'boolean'}
    """
    return {str(name): _kind(table[name]) for name in table}


def _kind(column: pd.Series) -> str:
    if types.is_bool_dtype(column):
        return "boolean"
    if types.is_datetime64_any_dtype(column):
        return "datetime"
    return "numerical" if types.is_numeric_dtype(column) else "text"


def image_croissant(
    columns: Mapping[str, str],
    *,
    names: Mapping[str, str],
    table: Mapping[str, Any],
    images: Mapping[str, Any],
    kind: str = "images",
    collection: str = COLLECTION,
) -> dict[str, Any]:
    """Returns the Croissant description of images, as JSON-LD.

    Args:
        columns: Of the table, with their kinds.
        names: "name", "licence" and "created" of the data set.
        table: "name", "format", "media", "sha256" and "bytes" of the table's file.
        images: The same of an archive; or "name" of a folder, "format", "media" and "paths" of its files.
        kind: Of the data that is released.
        collection: How the images came about, a sentence.
    """
    fields = [
        {"@type": "cr:Field", "@id": f"table/{column}", "name": column,
         "dataType": CROISSANT_TYPES.get(kind, "sc:Text"),
         "source": {"fileObject": {"@id": "table"}, "extract": {"column": column}}}
        for column, kind in columns.items()
    ]  # fmt: skip
    records = [{"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "description": "What each image shows.",
                "field": fields}]  # fmt: skip
    if "paths" not in images:
        files = file_object("images", images)
    else:
        files = {
            "@type": "cr:FileSet",
            "@id": "images",
            "name": images["name"],
            "encodingFormat": images["media"],
            "includes": f"{images['name']}/**/{FILES[images['format']]}",
        }
    if images["format"] == "png":  # what readers of Croissant decode
        pixels = {
            "@type": "cr:Field",
            "@id": "images/pixels",
            "name": "pixels",
            "dataType": "sc:ImageObject",
            "source": {"fileSet": {"@id": "images"}, "extract": {"fileProperty": "content"}},
        }
        records.append({"@type": "cr:RecordSet", "@id": "pictures", "name": "pictures", "field": [pixels]})
    return {
        **dataset(**names, kind=kind, collection=collection),
        "distribution": [file_object("table", table), files],
        "recordSet": records,
    }


def image_data_package(
    columns: Mapping[str, str],
    *,
    names: Mapping[str, str],
    table: Mapping[str, Any],
    images: Mapping[str, Any],
    kind: str = "images",
) -> dict[str, Any]:
    """Returns the Frictionless description of images; see `image_croissant` for the arguments."""
    fields = [{"name": column, "type": FRICTIONLESS_TYPES.get(kind, "string")} for column, kind in columns.items()]
    described = {"encoding": "utf-8", "schema": {"fields": fields, "missingValues": [""]}}
    if "paths" in images:
        files = {"name": "images", "path": images["paths"], "format": images["format"],
                 "mediatype": images["media"]}  # fmt: skip
    else:
        files = resource("images", images)
    return {**package(**names, kind=kind), "resources": [resource("table", table) | described, files]}
