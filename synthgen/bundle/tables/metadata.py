"""What a release says to machines about its table: every column, and how each of its cells came about."""

from collections.abc import Mapping
from typing import Any

from synthgen.bundle.metadata import CROISSANT_TYPES, FRICTIONLESS_TYPES, dataset, file_object, package, resource
from synthgen.data.schema import Schema

MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
"""Media types by format."""

COLLECTION = "Drawn from a generative model; no row was collected from a person."


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
        file: "name", "format", "media", "sha256" and "bytes" of the table's file.
    """
    fields = [
        {
            "@type": "cr:Field", "@id": f"rows/{column}", "name": column, "description": _meaning(schema, column),
            "dataType": CROISSANT_TYPES.get(_kind(schema, column), "sc:Text"),
            "source": {"fileObject": {"@id": "table"}, "extract": {"column": column}},
        }
        for column in columns
    ]  # fmt: skip
    return {
        **dataset(name=name, licence=licence, created=created, kind="tables", collection=COLLECTION),
        "distribution": [file_object("table", file)],
        "recordSet": [{"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": fields}],
    }


def data_package(
    schema: Schema, columns: list[str], *, name: str, licence: str, created: str, file: Mapping[str, Any]
) -> dict[str, Any]:
    """Returns the Frictionless description of a table; see `croissant` for the arguments."""
    fields = [
        {"name": column, "type": FRICTIONLESS_TYPES.get(_kind(schema, column), "string"),
         "description": _meaning(schema, column)}
        for column in columns
    ]  # fmt: skip
    dates = {"format": "any"}  # with or without a time of day and a zone
    described = {"fields": [field | (dates if field["type"] == "datetime" else {}) for field in fields],
                 "missingValues": [""]}  # fmt: skip
    return {
        **package(name=name, licence=licence, created=created, kind="tables"),
        "resources": [resource("synthetic", file) | {"encoding": "utf-8", "schema": described}],
    }


def _kind(schema: Schema, name: str) -> str:
    return schema.columns[name].kind


def _meaning(schema: Schema, name: str) -> str:
    return f"{_kind(schema, name)}, drawn from a model"
