"""What a release says to machines about its data: Croissant (MLCommons 1.1) and a Frictionless data package (v1)."""

import re
from collections.abc import Mapping
from typing import Any

from synthgen.bundle.manifest import Things, mark
from synthgen.data.schema import Schema

_CROISSANT_TYPES = {"numerical": "sc:Float", "boolean": "sc:Boolean", "datetime": "sc:DateTime"}
_FRICTIONLESS_TYPES = {"numerical": "number", "boolean": "boolean", "datetime": "datetime"}
"""By kind of column; whatever else is text."""

MEDIA = {
    "csv": "text/csv", "parquet": "application/vnd.apache.parquet", "npz": "application/zip", "png": "image/png",
    "dicom": "application/dicom",
}  # fmt: skip
"""Media types by format; an npz is a zip of arrays."""

_COLLECTION = {
    "rows": "Drawn from a generative model; no row was collected from a person.",
    "images": "Drawn from a generative model; no image was taken of a person.",
}

_CONTEXT = {
    "@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/", "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/", "conformsTo": "dct:conformsTo", "citeAs": "cr:citeAs", "column": "cr:column",
    "data": {"@id": "cr:data", "@type": "@json"}, "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract", "field": "cr:field",
    "fileObject": "cr:fileObject", "fileProperty": "cr:fileProperty", "fileSet": "cr:fileSet", "format": "cr:format",
    "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key",
    "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path", "recordSet": "cr:recordSet",
    "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace",
    "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField", "transform": "cr:transform",
}  # fmt: skip
"""The context that the Croissant specification prescribes."""


def croissant(
    schema: Schema, columns: list[str], *, name: str, licence: str, created: str, file: Mapping[str, Any]
) -> dict[str, Any]:
    """Returns the Croissant description of a table, as JSON-LD.

    Args:
        schema: What the columns mean.
        columns: Of the table, in order.
        name: Of the data set.
        licence: Its licence, a name or an address.
        created: ISO 8601.
        file: "name", "format", "sha256" and "bytes" of the table's file.
    """
    fields = [
        {
            "@type": "cr:Field", "@id": f"rows/{column}", "name": column, "description": _meaning(schema, column),
            "dataType": _CROISSANT_TYPES.get(_kind(schema, column), "sc:Text"),
            "source": {"fileObject": {"@id": "table"}, "extract": {"column": column}},
        }
        for column in columns
    ]  # fmt: skip
    return {
        **dataset(name=name, licence=licence, created=created, things="rows"),
        "distribution": [file_object("table", file)],
        "recordSet": [{"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": fields}],
    }


def dataset(*, name: str, licence: str, created: str, things: Things) -> dict[str, Any]:
    """Returns what Croissant says of a whole data set; see `croissant` for the arguments."""
    return {
        "@context": _CONTEXT, "@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.1", "name": name,
        "description": mark(things)["statement"], "license": licence, "datePublished": created, "version": "1.0.0",
        "creativeWorkStatus": "artificially generated", "digitalSourceType": mark(things)["digital_source_type"],
        "rai:dataCollection": _COLLECTION[things],
    }  # fmt: skip


def file_object(identifier: str, file: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what Croissant says of a file.

    Args:
        identifier: By which other entries speak of it.
        file: "name", "format", "sha256" and "bytes".
    """
    return {
        "@type": "cr:FileObject", "@id": identifier, "name": file["name"], "contentUrl": file["name"],
        "contentSize": f"{file['bytes']} B", "encodingFormat": MEDIA[file["format"]], "sha256": file["sha256"],
    }  # fmt: skip


def data_package(
    schema: Schema, columns: list[str], *, name: str, licence: str, created: str, file: Mapping[str, Any]
) -> dict[str, Any]:
    """Returns the Frictionless description of a table; see `croissant` for the arguments."""
    fields = [
        {"name": column, "type": _FRICTIONLESS_TYPES.get(_kind(schema, column), "string"),
         "description": _meaning(schema, column)}
        for column in columns
    ]  # fmt: skip
    dates = {"format": "any"}  # with or without a time of day and a zone
    described = {"fields": [field | (dates if field["type"] == "datetime" else {}) for field in fields],
                 "missingValues": [""]}  # fmt: skip
    return {
        **package(name=name, licence=licence, created=created, things="rows"),
        "resources": [resource("synthetic", file) | {"encoding": "utf-8", "schema": described}],
    }


def package(*, name: str, licence: str, created: str, things: Things) -> dict[str, Any]:
    """Returns what Frictionless says of a whole data package; see `croissant` for the arguments."""
    return {
        "profile": "data-package", "name": re.sub(r"[^a-z0-9._-]+", "-", name.lower()), "title": name,
        "created": created, "description": mark(things)["statement"], "artificially_generated": True,
        "licenses": [{"path" if "://" in licence else "name": licence}],
    }  # fmt: skip


def resource(name: str, file: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what Frictionless says of a file.

    Args:
        name: Of the resource.
        file: "name", "format", "sha256" and "bytes".
    """
    return {"name": name, "path": file["name"], "format": file["format"], "mediatype": MEDIA[file["format"]],
            "bytes": file["bytes"], "hash": f"sha256:{file['sha256']}"}  # fmt: skip


def _kind(schema: Schema, name: str) -> str:
    return schema.columns[name].kind


def _meaning(schema: Schema, name: str) -> str:
    return f"{_kind(schema, name)}, drawn from a model"
