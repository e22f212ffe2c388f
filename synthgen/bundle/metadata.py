"""What a release says to machines about its table: Croissant (MLCommons 1.1) and a Frictionless data package (v1)."""

import re
from collections.abc import Mapping
from typing import Any

from synthgen.bundle.manifest import MARK
from synthgen.data.schema import Schema

_CROISSANT_TYPES = {"numerical": "sc:Float", "boolean": "sc:Boolean", "datetime": "sc:DateTime"}
_FRICTIONLESS_TYPES = {"numerical": "number", "boolean": "boolean", "datetime": "datetime"}
"""By kind of column; whatever else is text."""

_MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}

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
        "@context": _CONTEXT, "@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.1", "name": name,
        "description": MARK["statement"], "license": licence, "datePublished": created, "version": "1.0.0",
        "creativeWorkStatus": "artificially generated", "digitalSourceType": MARK["digital_source_type"],
        "rai:dataCollection": "Drawn from a generative model; no row was collected from a person.",
        "distribution": [{
            "@type": "cr:FileObject", "@id": "table", "name": file["name"], "contentUrl": file["name"],
            "contentSize": f"{file['bytes']} B", "encodingFormat": _MEDIA[file["format"]], "sha256": file["sha256"],
        }],
        "recordSet": [{"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": fields}],
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
    return {
        "profile": "data-package", "name": re.sub(r"[^a-z0-9._-]+", "-", name.lower()), "title": name,
        "created": created,
        "description": MARK["statement"], "artificially_generated": True,
        "licenses": [{"path" if "://" in licence else "name": licence}],
        "resources": [{
            "name": "synthetic", "path": file["name"], "format": file["format"], "mediatype": _MEDIA[file["format"]],
            "encoding": "utf-8", "bytes": file["bytes"], "hash": f"sha256:{file['sha256']}",
            "schema": {"fields": [field | (dates if field["type"] == "datetime" else {}) for field in fields],
                       "missingValues": [""]},
        }],
    }  # fmt: skip


def _kind(schema: Schema, name: str) -> str:
    return schema.columns[name].kind


def _meaning(schema: Schema, name: str) -> str:
    return f"{_kind(schema, name)}, drawn from a model"
