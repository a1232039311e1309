"""The public API of Explore Education Statistics: the whole file of a data set, or the rows of a query.

Few of the tables used here are in it: `etl.fetch.published_files` takes the others from the data catalogue.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from etl.fetch import http
from etl.fetch.http import RefusedError, Web
from etl.model import EtlError

BASE = "https://api.education.gov.uk/statistics/v1"
PAGE_SIZE = 1_000
PAGES = 1_000
"""More than any table has; a server that never ends is not followed further."""
LARGEST = 50_000_000
REMEDIES = {
    400: "Look the ids up in the metadata of the data set: they change with its versions.",
    403: "The data set has been withdrawn; see its publication for the one that follows it.",
    404: "Find the data set in the data catalogue, and take its id from there.",
}


@dataclass(frozen=True)
class Row:
    """One row of an answer. Places, filters and indicators are ids of the data set's metadata, values as printed."""

    period: str
    period_code: str
    level: str
    locations: Mapping[str, str]
    filters: Mapping[str, str]
    values: Mapping[str, str]


@dataclass(frozen=True)
class Rows:
    """The answer to a query, of all pages."""

    rows: tuple[Row, ...]
    warnings: tuple[str, ...]
    """What the server did not know of what was asked: an answer with one lacks something."""


def csv_address(data_set: str, base: str = BASE) -> str:
    """Where the whole file of a data set is, in its newest version."""
    return f"{base}/data-sets/{UUID(data_set)}/csv"


def query(data_set: str, asked: Mapping[str, Sequence[str]], using: Web | None = None, base: str = BASE) -> Rows:
    """The rows of a data set that fit, such as `{"timePeriods.in": ["2025|RY"], "indicators": ["wLcft"]}`.

    An answer without a row raises EtlError with what the server says to it: nothing is never taken for "there is none".
    """
    rows: list[Row] = []
    warnings: dict[str, None] = {}
    page, pages, total = 1, 1, None
    while page <= pages:
        parameters = {name: ",".join(values) for name, values in asked.items()}
        parameters |= {"page": str(page), "pageSize": str(PAGE_SIZE)}
        url = f"{base}/data-sets/{UUID(data_set)}/query?{urlencode(parameters, safe=',|')}"
        text = _text(url, using or Web())
        try:
            answer = json.loads(text)
            paging = answer["paging"]
            at, pages, total_now = int(paging["page"]), int(paging["totalPages"]), int(paging["totalResults"])
            rows += [_row(one) for one in answer["results"]]
            warnings |= {_says(one): None for one in answer.get("warnings") or ()}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise EtlError(
                f"E_API_SHAPE: {url}: not an answer as version 1 of the API gives ({type(error).__name__}: {error}). "
                "Read its documentation again, and change etl/fetch/ees_api.py."
            ) from error
        if at != page or pages > PAGES or total_now != (total if total is not None else total_now):
            raise EtlError(
                f"E_API_PAGES: {url}: page {at} of {pages}, {total_now} rows in all, where page {page} was asked for "
                f"and there were {total} before. The data set may have changed meanwhile: fetch again."
            )
        page, total = page + 1, total_now
    if len(rows) != total:
        raise EtlError(f"E_API_PAGES: {data_set}: {len(rows)} rows came of {total}. Fetch again.")
    if not rows:
        raise EtlError(
            f"E_API_EMPTY: {data_set}: no row fits ({'; '.join(warnings) or 'the server does not say why'}). "
            "Ids change with versions of a data set: look them up in its metadata."
        )
    return Rows(tuple(rows), tuple(warnings))


def _row(one: Mapping[str, Any]) -> Row:
    return Row(
        period=one["timePeriod"]["period"],
        period_code=one["timePeriod"]["code"],
        level=one["geographicLevel"],
        locations=dict(one["locations"]),
        filters=dict(one["filters"]),
        values=dict(one["values"]),
    )


def _says(one: Mapping[str, Any]) -> str:
    """A warning or an error in one line: its code, its words, and what it is about."""
    about = json.dumps(one["detail"], ensure_ascii=False) if one.get("detail") else one.get("path")
    return ": ".join(str(part) for part in (one.get("code"), one.get("message"), about) if part)


def _text(url: str, using: Web) -> bytes:
    into = io.BytesIO()
    # It is held in memory.
    using = replace(using, largest=min(using.largest, LARGEST), largest_unpacked=min(using.largest_unpacked, LARGEST))
    try:
        http.get(url, into, using)
    except RefusedError as error:
        raise EtlError(f"{error}{_reason(error)} {REMEDIES.get(error.status, 'See its documentation.')}") from error
    return into.getvalue()


def _reason(error: RefusedError) -> str:
    """What the API adds to a refusal, if it can be read."""
    try:
        body = json.loads(error.body)
        return f" {'; '.join(_says(one) for one in body.get('errors') or ()) or body['title']}"
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
