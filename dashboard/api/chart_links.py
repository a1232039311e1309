"""Addresses of pictures: the choices of a page as an address holds them, in the page's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote, urlencode

from dashboard.analysis.benchmarks import DEFAULT
from dashboard.analysis.benchmarks.rules import Group, Target
from dashboard.analysis.inspections import judgement
from dashboard.api.view_links import VERSION
from dashboard.data.database import Database
from dashboard.data.model import GRADES
from dashboard.files.pictures.choices import DEFAULT_METRIC, LIMITS, VIEWS, Choices
from dashboard.files.pictures.kinds import KINDS, Kind
from dashboard.views.tables import STRAND_NAMES

CHARTS = "/api/v1/charts"
EMBED = "/embed"
PACK = "/api/v1/charts/council.zip"
FORMATS = {"png": "PNG", "svg": "SVG", "csv": "CSV", "xlsx": "Excel"}
Pairs = list[tuple[str, str]]


def pairs(db: Database, kind: Kind, choices: Choices) -> Pairs:
    """Of the choices those that the kind takes and that differ from the default: one view has one address."""
    days = db.periods.get(judgement(choices.strand), [])
    newest = days[0].end if days else None
    found: dict[str, Sequence[str]] = {
        "la": [db.names[choices.area_id]] if choices.area_id else [],
        "metric": [choices.metric.title] if choices.metric.metric_id != DEFAULT_METRIC else [],
        "period": [choices.period.label] if choices.period != db.latest(choices.metric.metric_id) else [],
        "benchmark": [choices.benchmark.label] if choices.benchmark.id != DEFAULT else [],
        "limits": [words for words, limits in LIMITS.items() if limits is choices.limits and limits is not None],
        "colour": [choices.colour] if choices.colour else [],
        "view_as": [words for words, view in VIEWS.items() if view == choices.view != "boundaries"],
        "councils": [db.names[one] for one in choices.councils],
        "against": [choices.against.title] if choices.against else [],
        "judgement": [STRAND_NAMES[choices.strand]] if choices.strand != "leaders" else [],
        "region": [db.names[choices.region_id]] if choices.region_id else [],
        "at": [f"{choices.at:%-d %B %Y}"] if choices.at not in (None, newest) else [],
        "commitment": [choices.commitment] if choices.commitment else [],
        "after": [choices.after] if choices.after != GRADES[-1] else [],
    }
    rule = choices.benchmark.rule
    if isinstance(rule, Group) and choices.benchmark.id != DEFAULT:
        found["group"] = [db.names[one] for one in rule.area_ids]
    if isinstance(rule, Target) and rule.number is not None:
        found["target"] = [f"{rule.number:.15g}"]
    return [(name, value) for name in kind.parameters for value in found.get(name, ())]


def chart(
    db: Database, kind: Kind, choices: Choices, suffix: str, version: str | None = None, *more: tuple[str, str]
) -> str:
    """The address of a picture, or of its rows, on this server."""
    return _address(f"{CHARTS}/{kind.name}.{suffix}", [*pairs(db, kind, choices), *more], version)


def embed(db: Database, kind: Kind, choices: Choices, version: str | None = None) -> str:
    """The address of the page that others may frame."""
    return _address(f"{EMBED}/{kind.name}", pairs(db, kind, choices), version)


def page(db: Database, kind: Kind, choices: Choices, version: str | None = None) -> str:
    """The address of the page that shows the picture."""
    return _address(kind.page, [*pairs(db, kind, choices), *kind.more], version)


def pack(db: Database, choices: Choices, version: str | None = None) -> str:
    """The address of all pictures of the chosen council in one file."""
    return _address(PACK, pairs(db, KINDS["trend"], choices), version)


def file_name(db: Database, kind: Kind, choices: Choices) -> str:
    """What a file is called, without suffix: the kind, the council, the measure and what else tells it from others."""
    held = dict(pairs(db, kind, choices))
    parts = [kind.name]
    if "la" in held:
        parts.append(held["la"])
    if "metric" in kind.parameters:
        parts.append(choices.metric.metric_id)
    parts += [
        held[name] for name in ("period", "against", "judgement", "region", "at", "after", "commitment") if name in held
    ]
    return "-".join(filter(None, (re.sub(r"[^a-z0-9]+", "-", part.casefold()).strip("-") for part in parts)))


def _address(path: str, held: Pairs, version: str | None) -> str:
    query = _query((*held, *([(VERSION, version)] if version else [])))
    return f"{path}?{query}" if query else path


# A picture and its rows have one in seven addresses.
@lru_cache(64)
def _query(held: tuple[tuple[str, str], ...]) -> str:
    return urlencode(held, quote_via=quote)
