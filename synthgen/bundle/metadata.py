"""What a release of any kind says to machines: Croissant (MLCommons 1.1) and a Frictionless data package (v1)."""

import re
from collections.abc import Mapping
from typing import Any

from synthgen.bundle.manifest import mark

CROISSANT_TYPES = {"numerical": "sc:Float", "boolean": "sc:Boolean", "datetime": "sc:DateTime"}
FRICTIONLESS_TYPES = {"numerical": "number", "boolean": "boolean", "datetime": "datetime"}
"""By kind of column; whatever else is text."""

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


def dataset(*, name: str, licence: str, created: str, kind: str, collection: str) -> dict[str, Any]:
    """Returns what Croissant says of a whole data set, as JSON-LD.

    Args:
        name: Of the data set.
        licence: Its licence, a name or an address.
        created: ISO 8601.
        kind: Of the data that is released.
        collection: How it came about, a sentence.
    """
    return {
        "@context": _CONTEXT, "@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.1", "name": name,
        "description": mark(kind)["statement"], "license": licence, "datePublished": created, "version": "1.0.0",
        "creativeWorkStatus": "artificially generated", "digitalSourceType": mark(kind)["digital_source_type"],
        "rai:dataCollection": collection,
    }  # fmt: skip


def file_object(identifier: str, file: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what Croissant says of a file.

    Args:
        identifier: By which other entries speak of it.
        file: "name", "media", "sha256" and "bytes".
    """
    return {
        "@type": "cr:FileObject", "@id": identifier, "name": file["name"], "contentUrl": file["name"],
        "contentSize": f"{file['bytes']} B", "encodingFormat": file["media"], "sha256": file["sha256"],
    }  # fmt: skip


def package(*, name: str, licence: str, created: str, kind: str) -> dict[str, Any]:
    """Returns what Frictionless says of a whole data package; see `dataset` for the arguments."""
    return {
        "profile": "data-package", "name": re.sub(r"[^a-z0-9._-]+", "-", name.lower()), "title": name,
        "created": created, "description": mark(kind)["statement"], "artificially_generated": True,
        "licenses": [{"path" if "://" in licence else "name": licence}],
    }  # fmt: skip


def resource(name: str, file: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what Frictionless says of a file.

    Args:
        name: Of the resource.
        file: "name", "format", "media", "sha256" and "bytes".
    """
    return {"name": name, "path": file["name"], "format": file["format"], "mediatype": file["media"],
            "bytes": file["bytes"], "hash": f"sha256:{file['sha256']}"}  # fmt: skip
