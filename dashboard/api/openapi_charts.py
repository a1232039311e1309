"""The addresses of pictures as the OpenAPI document describes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard.api import chart_pack, chart_requests, charts
from dashboard.api.chart_links import CHARTS, PACK
from dashboard.api.parameters import VERSION_, Parameter
from dashboard.pictures.kinds import KINDS, Kind

Json = dict[str, Any]
REFUSED = ("304", "400", "404", "409", "416", "429", "503")
ZIP = charts.File("zip", "ZIP", chart_pack.MEDIA_TYPE, charts.FILES["png"].make, packed=True)


def paths(sent: Sequence[str]) -> Json:
    """Every picture and its rows in every format, and the pack; `sent` are the headers of all answers."""
    kinds = [(kind, file) for kind in KINDS.values() for file in charts.FILES.values()]
    found = {f"{CHARTS}/{kind.name}.{file.suffix}": {"get": _operation(kind, file, sent)} for kind, file in kinds}
    return {**found, PACK: {"get": _operation(chart_pack.KIND, ZIP, sent)}}


def parameters() -> dict[str, Parameter]:
    """The parameters of all pictures, by their names in the document: other addresses have some of the same names."""
    kinds = KINDS.values()
    return {_key(one): one for kind in kinds for one in chart_requests.declared(kind, sized=True).values()}


def _operation(kind: Kind, file: charts.File, sent: Sequence[str]) -> Json:
    body = {"type": "string", **({"format": "binary"} if file.packed else {})}
    found = {
        "description": "The picture." if file.picture else "The file.",
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in sent},
        "content": {file.media_type.partition(";")[0]: {"schema": body}},
    }
    named = chart_requests.declared(kind, sized=file.picture).values()
    return {
        "operationId": f"chart_{kind.name}_{file.suffix}",
        "tags": ["Pictures"],
        "summary": f"{kind.title} as {file.label}",
        "description": kind.about,
        "parameters": [{"$ref": f"#/components/parameters/{_key(one)}"} for one in named],
        "responses": {
            "200": found,
            "206": found,
            **{status: {"$ref": f"#/components/responses/{status}"} for status in REFUSED},
        },
    }


def _key(parameter: Parameter) -> str:
    return parameter.name if parameter.name == VERSION_.name else f"{parameter.name}_chart"
