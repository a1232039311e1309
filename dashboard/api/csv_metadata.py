"""What the columns of a CSV file hold, as CSV on the Web has it: 2025 is a period, and no number.

https://www.w3.org/TR/tabular-metadata/; each CSV file of the API names it in its Link.
"""

from __future__ import annotations

import json

import polars as pl

from dashboard.api.openapi import meaning
from dashboard.api.request_parsing import ApiRequest

SUFFIX = "csv-metadata.json"
MEDIA_TYPE = "application/csvm+json"
TYPES: dict[type[pl.DataType], str] = {
    pl.Date: "date",
    pl.Datetime: "dateTime",
    pl.Boolean: "boolean",
    pl.Float64: "number",
}


def link(request: ApiRequest) -> str:
    """The part of a Link header that names it, of a request for a CSV file."""
    return f'<{request.address(SUFFIX)}>; rel="describedby"; type="{MEDIA_TYPE}"'


def document(request: ApiRequest) -> bytes:
    """The columns of the answer to a request, each with its type and what it is."""
    rows = request.endpoint.find(request.db, request.values)
    described = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": request.address("csv"),
        "dc:title": request.endpoint.title,
        "dc:description": request.endpoint.about,
        "tableSchema": {
            "columns": [
                {
                    "name": name,
                    "titles": name,
                    "datatype": _type(kind),
                    "dc:description": meaning(request.db, request.endpoint, name) or name,
                }
                for name, kind in rows.part(0, 0).schema.items()
            ]
        },
    }
    return json.dumps(described, ensure_ascii=False, indent=1).encode()


def _type(kind: pl.DataType) -> str:
    return "integer" if kind.is_integer() else TYPES.get(type(kind), "string")
