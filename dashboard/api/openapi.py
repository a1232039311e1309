"""The API described for machines: an OpenAPI 3.1 document, made of the declarations and of what the database allows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from dashboard.api import openapi_charts, problems, whole
from dashboard.api.chart_links import CHARTS
from dashboard.api.endpoints import BASE, ENDPOINTS, KINDS, MOST_CHARACTERS, WHOLE, Endpoint, Kind
from dashboard.api.parameters import MOST_VALUES, VERSION, VERSION_, Parameter
from dashboard.data.database import Database
from dashboard.data.names import PRODUCT
from dashboard.files import exports
from dashboard.files.exports.rows import OPTIONAL, PARTS

Json = dict[str, Any]

ABOUT = f"""\
Every figure of the Child Protection Monitor at an address that stays, read only and open to scripts of any site.

Each address answers as JSON (with or without .json), CSV (.csv) and Parquet (.parquet), with the same rows and columns
in the same order. Parameters are strict: an unknown name or value is refused with status 400 and what is allowed, those
that do not go together with 409 (application/problem+json). One that may hold several values is repeated or holds them
with commas between, each once. A question may have {MOST_CHARACTERS:,} characters and a parameter {MOST_VALUES} values.

JSON holds the number of rows in all (count), some of them (rows) and the address of those that follow (next), which
keeps to the version of the data. Without version the newest data answer; with it the answer stays the same, or says
that this version is no longer kept. A value that is missing is null, and status says why. In CSV, text that a
spreadsheet would take for a formula has a ' before it.

Every chart and map of the pages is at {CHARTS} as SVG and PNG, and its rows as CSV and Excel; its parameters are named
and worded as in the address of the page. Past a limit pictures answer 429, and say when to ask again.
"""
# Of columns that are neither in the schema nor in an export.
MEANINGS = {
    "periods": "How many periods there are of it.",
    "first_period": "The oldest period, by the publisher's label.",
    "newest_period": "The newest period, by the publisher's label.",
    "newest_period_end": "The last day of the newest period.",
    "councils_with_a_value": "How many councils have a value in the newest period.",
    "figures": "How many rows of observations there are of it.",
    "former_gss_codes": "GSS codes it had before.",
    "succeeds": "The authorities it followed at a reorganisation.",
    "succeeded_by": "The authorities that followed it at a reorganisation.",
    "overall": "Overall effectiveness, in words; null where it was not judged (none since April 2026).",
    "leaders": "The impact of leaders, in words.",
    "protection": "Help and protection, in words.",
    "in_care": "Children in care, in words; under SIF children looked after.",
    "care_leavers": "Care leavers, in words; a judgement of its own since January 2023.",
    "closeness_rank": "1 is the most alike.",
    "source_id": "The publication, as in /api/v1/releases.",
    "published": "When the report came out.",
    "url": "The report.",
    "themes": "What it is about, by words that are looked for: our grouping, not Ofsted's. Several with ; between.",
    "page_of_report": "The page of the report.",
    "closeness": "How close, in the words of the model; null of a partner that is none of its ten neighbours.",
    "partner": "A council to learn from.",
    "partner_la_number": "Its number.",
    "named_rank": "The rank that the partner gives the council among its own ten neighbours; null where it does not.",
    "partner_value": "The partner's figure in the same period; null where it is hidden in a range.",
    "partner_value_low": "The lowest that it can be.",
    "partner_value_high": "The highest that it can be.",
    "partner_rank": "The partner's rank; best is 1.",
    "partner_ranked": "How many have a rank.",
    "leaders_on": "When the partner was inspected, or where that is not printed, when the report came out.",
    "neighbour": "The statistical neighbour.",
    "neighbour_la_number": "Its number.",
    "neighbour_gss_code": "Its GSS code.",
}
# The table whose comments say what the columns of an address are.
OF_TABLE = {
    "metrics": "metric", "areas": "area", "inspections": "inspection", "neighbours": "neighbour", "releases": "source",
    "changes": "what_changed", "recommendations": "recommendation",
}  # fmt: skip


def document(db: Database, versions: Sequence[str]) -> bytes:
    """The document, UTF-8 JSON; `versions` are the data versions that can be asked for."""
    paths: Json = {}
    for endpoint in ENDPOINTS.values():
        for suffix in ("", *KINDS):
            kind = KINDS[suffix or "json"]
            paths[endpoint.path(suffix)] = {"get": _operation(endpoint, kind, suffix)}
    paths |= _files() | openapi_charts.paths(SENT)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": PRODUCT,
            "version": "1",
            "summary": "How well each English council protects its children, figure by figure.",
            "description": ABOUT,
            "license": {"name": "Open Government Licence v3.0", "url": LICENCE},
        },
        "servers": [{"url": "/"}],
        # Open to all.
        "security": [],
        "paths": paths,
        "components": {
            "parameters": _parameters(db, versions) | _chart_parameters(db, versions),
            "headers": HEADERS,
            "schemas": _schemas(db),
            "responses": {status: said for status, said in _responses().items() if _refers(paths, status)},
        },
    }
    return json.dumps(document, ensure_ascii=False).encode("utf-8")


def _refers(paths: Json, status: str) -> bool:
    """Whether an address names this answer."""
    return f'"#/components/responses/{status}"' in json.dumps(paths)


def _operation(endpoint: Endpoint, kind: Kind, suffix: str) -> Json:
    rows = {
        "description": "The rows.",
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in (*SENT, "X-Total-Count", "X-Why-None")},
        "content": {kind.media_type.partition(";")[0]: {"schema": _body(endpoint, kind)}},
    }
    return {
        "operationId": "_".join(filter(None, [endpoint.name, suffix])),
        "tags": [endpoint.title],
        "summary": f"{endpoint.title} as {kind.label}",
        "description": endpoint.about,
        "parameters": [
            {"$ref": f"#/components/parameters/{_key(endpoint, kind, one)}"}
            for one in endpoint.all_parameters(kind).values()
        ],
        "responses": {
            "200": rows,
            # Files are read by ranges too.
            **({} if kind.suffix == "json" else {"206": rows, **_refusals("416")}),
            **_refusals("304", "400", "404", "503"),
            **_refusals(*(["409"] if any(one.name == "benchmark" for one in endpoint.parameters) else [])),
        },
    }


def _files() -> Json:
    """The addresses that take a version alone."""
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in SENT}
    file = {"description": "The file.", "headers": headers, "content": {whole.MEDIA_TYPE: {"schema": BINARY}}}
    addresses = {
        WHOLE: ("database", "The whole database as a DuckDB file", {"200": file, "206": file, **_refusals("416")}),
        f"{WHOLE}.sha256": (
            "database_sha256",
            "Its SHA-256, as sha256sum -c reads it",
            {"200": {"description": "The line.", "headers": headers, "content": {"text/plain": TEXT}}},
        ),
        f"{BASE}/openapi.json": (
            "openapi",
            "This document",
            {
                "200": {
                    "description": "The document.",
                    "headers": headers,
                    "content": {"application/json": JSON},
                }
            },
        ),
    }
    return {
        path: {
            "get": {
                "operationId": name,
                "tags": ["Whole"],
                "summary": summary,
                "parameters": [{"$ref": f"#/components/parameters/{VERSION_.name}"}],
                "responses": {**found, **_refusals("304", "400", "404", "503")},
            }
        }
        for path, (name, summary, found) in addresses.items()
    }


def _key(endpoint: Endpoint, kind: Kind, parameter: Parameter) -> str:
    """The name of a parameter among all: those that mean another thing elsewhere carry where."""
    if parameter.name == "limit":
        return f"limit_{kind.suffix}"
    alike = {one for each in ENDPOINTS.values() for one in each.parameters if one.name == parameter.name}
    return parameter.name if len(alike) < 2 else f"{parameter.name}_{endpoint.name}"


def _parameters(db: Database, versions: Sequence[str]) -> Json:
    return {
        _key(endpoint, kind, one): _parameter(db, one, versions)
        for endpoint in ENDPOINTS.values()
        for kind in KINDS.values()
        for one in endpoint.all_parameters(kind).values()
    }


def _chart_parameters(db: Database, versions: Sequence[str]) -> Json:
    return {name: _parameter(db, one, versions) for name, one in openapi_charts.parameters().items()}


def _parameter(db: Database, parameter: Parameter, versions: Sequence[str]) -> Json:
    default = f" Left out: {parameter.default}." if parameter.default else ""
    described: Json = {
        "name": parameter.name,
        "in": "query",
        "description": parameter.meaning + default,
        "schema": _kind(db, parameter, versions),
    }
    if parameter.many:
        described |= {"style": "form", "explode": True}
    example = parameter.an_example(db)
    if not example:
        return described
    typed = [example] if parameter.many else example if parameter.kind in ("choice", "version") else json.loads(example)
    return {**described, "example": typed}


def _kind(db: Database, parameter: Parameter, versions: Sequence[str]) -> Json:
    if parameter.kind == "flag":
        return {"type": "boolean"}
    if parameter.kind == "version":
        # Not an enumeration: a program that is made of this document will meet later ones.
        return {"type": "string", "pattern": f"^{VERSION}$", "examples": list(versions)}
    if parameter.kind != "choice":
        return {
            "type": "integer" if parameter.kind == "whole" else "number",
            "minimum": parameter.lowest,
            "maximum": parameter.highest,
        }
    allowed = list(parameter.known(db).values)
    value = {"type": "string", "enum": allowed}
    if not parameter.many:
        return value if allowed else {"type": "string", "maxLength": 0}
    if not allowed:  # a list of what is allowed has at least one thing in it
        return {"type": "array", "items": {"type": "string"}, "maxItems": 0}
    most = min(MOST_VALUES, len(allowed))
    return {"type": "array", "items": value, "minItems": 1, "maxItems": most, "uniqueItems": True}


def _body(endpoint: Endpoint, kind: Kind) -> Json:
    if kind.suffix != "json":
        return BINARY if kind.binary else {"type": "string"}
    row = {"$ref": f"#/components/schemas/{endpoint.name}"}
    return {
        "type": "object",
        "required": ["data_version", "count", "next", "rows"],
        "properties": {
            "data_version": {"type": "string"},
            "count": {"type": "integer", "minimum": 0, "description": "Of rows in all."},
            "why": {"type": "string", "description": "Why there are no rows: there where count is 0."},
            "next": {
                "type": ["string", "null"],
                "description": "The address of the rows that follow, on this server; null of the last.",
            },
            "rows": {"type": "array", "items": row, "maxItems": kind.most_rows},
        },
    }


def columns(db: Database, endpoint: Endpoint) -> pl.Schema:
    """The columns of an address with all that can be asked for, in the long shape."""
    if any(one.name == "with" for one in endpoint.parameters):
        return endpoint.find(db, {"with": tuple(PARTS)}).part(0, 0).schema
    # Of no area: columns are the same, and partners of every council take a second.
    return endpoint.find(db, {"area": ()}).part(0, 0).schema


def meaning(db: Database, endpoint: Endpoint, column: str) -> str:
    """What a column is, in the schema's words where it is one of its; empty where its name says all."""
    own = db.comments.get((OF_TABLE.get(endpoint.name, ""), column))
    return MEANINGS.get(column) or own or exports.meaning(db, column)


def _schemas(db: Database) -> Json:
    rows = {}
    for endpoint in ENDPOINTS.values():
        schema = columns(db, endpoint)
        held = {
            name: _column(kind, meaning(db, endpoint, name), always=name in ALWAYS.get(endpoint.name, ()))
            for name, kind in schema.items()
        }
        optional = OPTIONAL if endpoint.name == "observations" else frozenset()
        long = {
            "type": "object",
            "properties": held,
            "required": [name for name in held if name not in optional],
            "additionalProperties": False,
        }
        rows[endpoint.name] = long if endpoint.name != "observations" else {"anyOf": [_wide(), long]}
    return {**rows, "problem": PROBLEM}


def _wide() -> Json:
    fixed = ("area", "period", "period_end", "area_kind", "region", "la_number", "gss_code")
    cited = ("source", "licence", "data_version")
    return {
        "description": "With shape=wide.",
        "type": "object",
        "properties": {name: {"type": ["string", "null"]} for name in (*fixed, *cited)},
        "required": [*fixed, *cited],
        "additionalProperties": {
            "type": ["number", "string", "null"],
            "description": "A measure by metric_id; beside it why a value is missing, and who reported jointly.",
        },
    }


def _column(kind: pl.DataType, description: str, *, always: bool) -> Json:
    if kind.is_integer():
        schema: Json = {"type": ["integer", "null"]}
    elif kind.is_float():
        schema = {"type": ["number", "null"]}
    elif kind == pl.Boolean:
        schema = {"type": ["boolean", "null"]}
    elif kind == pl.Date:
        schema = {"type": ["string", "null"], "format": "date"}
    else:
        schema = {"type": ["string", "null"]}
    if always:
        schema["type"] = schema["type"][0]
    return {**schema, "description": description} if description else schema


def _refusals(*statuses: str) -> Json:
    return {status: {"$ref": f"#/components/responses/{status}"} for status in statuses}


def _responses() -> Json:
    problem = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/problem"}}}
    titles: dict[str, list[str]] = {}
    for status, title in problems.KINDS.values():
        titles.setdefault(str(status), []).append(title)
    refusals: Json = {
        status: {"description": "; ".join(said) + ".", "content": problem} for status, said in titles.items()
    }
    return {"304": {"description": "What you have is what there is (If-None-Match)."}, **refusals}


LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
TEXT = {"schema": {"type": "string"}}
JSON = {"schema": {"type": "object"}}
BINARY: Json = {"type": "string", "format": "binary"}
FIGURE = (
    "area", "metric", "metric_id", "period", "period_end", "unit", "status", "polarity", "area_kind", "gss_code",
    "source", "publisher", "release", "released", "page", "licence", "data_version",
)  # fmt: skip
# The columns in which every row holds something.
ALWAYS = {
    "observations": FIGURE,
    "standings": (*FIGURE, "la_number"),
    "benchmarks": (*FIGURE, "la_number"),
    "inspections": ("area", "framework", "published", "data_version"),
    "neighbours": ("area", "closeness_rank", "neighbour", "data_version"),
    "releases": ("source", "publisher", "release", "released", "page", "licence", "data_version"),
    "metrics": ("metric_id", "metric", "unit", "polarity", "theme", "definition", "data_version"),
    "areas": ("area_id", "area", "area_kind", "gss_code", "data_version"),
}
HEADERS = {
    "ETag": {"description": "Names this answer of this version of the data, for If-None-Match.", **TEXT},
    "X-Data-Version": {"description": "The version of the data.", **TEXT},
    "X-Why-None": {"description": "Why there are no rows, where there are none.", **TEXT},
    "X-Total-Count": {"description": "How many rows there are in all.", "schema": {"type": "integer"}},
    "Link": {
        "description": 'The next rows (rel="next"), what the columns of a CSV file hold (rel="describedby"), '
        "and this document.",
        **TEXT,
    },
}
SENT = ("ETag", "X-Data-Version", "Link")
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "The kind of problem, explained there."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, and what to do."},
        "parameter": {"type": "string"},
        "value": {"type": "string", "description": "What was sent, cut short."},
        "allowed": {"type": "array", "items": {"type": "string"}},
        "nearest": {"type": "string", "description": "What was probably meant."},
        "errors": {
            "type": "array",
            "items": {"type": "object"},
            "description": "All mistakes, where there are several.",
        },
    },
}
