"""The page for people at /api: every address with what may be asked and an answer of real figures, plain HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from typing import Any
from urllib.parse import quote

from dashboard.api import chart_requests, charts, openapi, problems
from dashboard.api.chart_links import CHARTS, EMBED, PACK
from dashboard.api.endpoints import BASE, ENDPOINTS, KINDS, MOST_CHARACTERS, WHOLE, Endpoint, Example
from dashboard.api.parameters import MOST_VALUES, Parameter
from dashboard.api.problems import Problem
from dashboard.api.request_parsing import parse_request
from dashboard.data.database import Database
from dashboard.pictures.kinds import KINDS as PICTURES
from dashboard.pictures.kinds import Kind as Picture
from dashboard.views.tables.cells import without
from dashboard.views.tables.html import Html, attributes, escape, join, tag
from dashboard.views.tables.table import of_cells

Cells = Sequence[object]
# Rows of an example that are shown; the rest is behind the link.
SHOWN = 4
# Values of a parameter that are named; where there are more, they stand at an address of their own.
NAMED = 40
WHERE = {"metric": "metrics", "area": "areas", "group": "areas", "neighbours_of": "areas", "source": "releases"}

RULES = {
    "Every row says what it needs": """
        Names, codes, unit, period, source, release, licence and data version stand in every row. A value that is
        missing is null and never zero: status says why, symbol what is printed instead. A joint return of two councils
        stands in a row of each, named in joint_return, and counts once.""",
    "The same rows in every format": f"""
        JSON without a suffix or with .json, CSV with .csv, Parquet with .parquet. JSON comes {KINDS["json"].rows:,}
        rows at a time (limit and offset): count says how many there are, next is the address of those that follow. A
        CSV or Parquet file holds all rows up to {KINDS["csv"].rows:,}, and is refused rather than cut short. Rows have
        one order: the menu's, newest first, England, regions, then councils by name.""",
    "New data, and the same data again": """
        An address follows new data. With version it keeps to the data version it names, or says that this one is no
        longer kept. Pages that follow (next) keep to the version they began with. X-Data-Version names it; ETag and
        If-None-Match spare you what you have.""",
    "Text is safe to open": f"""
        In CSV, text that a spreadsheet would take for a formula has a ' before it. Characters that are not seen but act
        stand as {problems.UNPRINTABLE}.""",
    "Limits": f"""
        A question has up to {MOST_CHARACTERS:,} characters, a parameter up to {MOST_VALUES} values. Only GET, HEAD and
        OPTIONS; scripts of any site may ask (CORS).""",
}


def html_page(db: Database, sheet: str) -> bytes:
    """The page, UTF-8; `sheet` is the address of the style sheet."""
    figures, measures = db.figure.height, db.table["metric"].height
    sentence = (
        f"{figures:,} figures of {measures} measures can be fetched by any program, as JSON, CSV or Parquet: those of "
        f"data version {db.data_version}, built {db.built_at:%-d %B %Y}."
    )
    body = "".join(
        (
            (
                '<header class="headline"><p class="kicker"><a href="/">Child Protection Monitor</a></p>'
                f'<h1>Figures by address</h1><p class="sentence">{escape(sentence)}</p></header>'
            ),
            _contents(db),
            "".join(_section(db, endpoint) for endpoint in ENDPOINTS.values()),
            _pictures(db),
            _whole(db),
            _rules(),
            _problems(),
        )
    )
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Figures by address · Child Protection '
        'Monitor</title><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{escape(sheet)}"></head><body class="api"><main>{body}</main></body></html>'
    ).encode()


def _contents(db: Database) -> str:
    rows = []
    for endpoint in ENDPOINTS.values():
        count = endpoint.find(db, {}).count
        # A file of all rows, where there is one.
        kinds = {suffix: kind for suffix, kind in KINDS.items() if kind.pages or count <= kind.rows}
        links = join(*(tag("a", kind.label, href=endpoint.path(suffix)) for suffix, kind in kinds.items()), by=", ")
        part = "" if len(kinds) == len(KINDS) else "; other formats of a part"
        title = tag("a", endpoint.title, href=f"#{endpoint.name}")
        rows.append((title, _code(endpoint.path()), f"{count:,}", join(links, part)))
    return (
        of_cells("addresses", ("", "Address", "Rows in all", "As")).html(rows, "What can be asked")
        + f'<p class="note">For programs the same is told by <a href="{BASE}/openapi.json">{BASE}/openapi.json</a> '
        f'(OpenAPI 3.1). Everything at once: <a href="{WHOLE}">{WHOLE}</a>, <a href="#whole">the database</a>. '
        "Every page of the dashboard offers its own view as data, with lines for Python, R and Excel that read it.</p>"
    )


def _section(db: Database, endpoint: Endpoint) -> str:
    examples = [
        (example, example_url) for example in endpoint.examples if (example_url := _example_url(db, endpoint, example))
    ]
    links = "".join(
        f'<li><a href="{escape(url)}">{escape(example.words)}</a><code>{escape(url)}</code></li>'
        for example, url in examples
    )
    parameters = [_parameter(db, parameter) for parameter in endpoint.all_parameters(KINDS["json"]).values()]
    columns = [(_code(name), openapi.meaning(db, endpoint, name)) for name in openapi.columns(db, endpoint)]
    declared: dict[str, tuple[tuple[str, ...], Iterable[Cells]]] = {
        "Parameters": (("Name", "What it asks", "Allowed"), parameters),
        "Columns": (("Name", "What it is"), columns),
    }
    details = "".join(
        tag("details", tag("summary", what), of_cells("declared", heads).html(rows, f"{what} of {endpoint.path()}"))
        for what, (heads, rows) in declared.items()
    )
    return (
        f'<section id="{endpoint.name}"><h2>{escape(endpoint.title)}</h2><p>{escape(endpoint.about)}</p>'
        f'<ul class="questions">{links}</ul>{_answer(db, endpoint, examples)}{details}</section>'
    )


def _example_url(db: Database, endpoint: Endpoint, example: Example) -> str | None:
    """The address of an example; None where this database does not hold what it asks for."""
    query = "&".join(f"{name}={quote(value, safe=',/')}" for name, value in example.parameters.items())
    try:
        parse_request(query.encode(), endpoint, KINDS["json"], lambda: db, lambda _: db)
    except Problem:
        return None
    return endpoint.path() + (f"?{query}" if query else "")


def _answer(db: Database, endpoint: Endpoint, examples: list[tuple[Example, str]]) -> str:
    """The first rows of the first example, in the columns that tell most."""
    if not examples:
        return ""
    query = examples[0][1].partition("?")[2]
    request = parse_request(query.encode(), endpoint, KINDS["json"], lambda: db, lambda _: db)
    result = endpoint.find(db, request.values)
    rows = result.part(0, SHOWN).select(endpoint.shown)
    body = [[*map(_shown, row)] for row in rows.rows()]
    more = f"the first {rows.height} of {result.count:,} rows" if result.count > rows.height else f"{rows.height} rows"
    caption = f"{examples[0][0].words}: {more}, {len(endpoint.shown)} of {result.part(0, 0).width} columns"
    return of_cells("answer", endpoint.shown).html(body, caption)


def _parameter(db: Database, param: Parameter) -> Cells:
    allowed: Iterable[str]
    if param.kind == "choice":
        known = param.known(db).listed
        if len(known) > NAMED and param.name in WHERE:
            there = f"{BASE}/{WHERE[param.name]}"
            link = tag("a", there, href=there)
            allowed = [join(f"{len(known)}, as in ", _code(param.an_example(db)), ": see ", link)]
        else:
            allowed = [_code(value) for value in known]
    elif param.kind == "flag":
        allowed = [_code("true"), _code("false")]
    elif param.kind == "version":
        allowed = [join("a data version, as in ", _code(db.data_version))]
    else:
        allowed = [
            f"{'a whole number' if param.kind == 'whole' else 'a number'} from {param.lowest:,} to {param.highest:,}"
        ]
    several = " Several: repeated, or with commas." if param.many else ""
    default = f" Left out: {param.default}." if param.default else ""
    return _code(param.name), param.meaning + several + default, join(*allowed, by=", ")


def _pictures(db: Database) -> str:
    """Every kind of picture, with its parameters and an address of each format."""
    rows = []
    for kind in PICTURES.values():
        query = _picture_query(db, kind)
        files = () if query is None else charts.FILES.values()
        links = (tag("a", file.label, href=f"{CHARTS}/{kind.name}.{file.suffix}{query}") for file in files)
        names = join(*(_code(name) for name in kind.parameters), by=", ")
        rows.append((kind.title, _code(f"{CHARTS}/{kind.name}.svg"), kind.about, names, join(*links, by=", ")))
    parameters = [_parameter(db, one) for one in (*chart_requests.PARAMETERS.values(), chart_requests.SIZE)]
    heads = ("", "Address", "What it shows", "Parameters", "As")
    declared = tag(
        "details",
        tag("summary", "Parameters of pictures"),
        of_cells("declared", ("Name", "What it asks", "Allowed")).html(parameters, "Parameters of pictures"),
    )
    return (
        '<section id="charts"><h2>Pictures</h2><p>Every chart and map of the pages, with its title, first sentence, '
        "legend, source, licence and data version in the picture. Choices are named and worded as in the address of "
        "the page, so that the end of a page’s address is that of its pictures.</p>"
        f"<p>All pictures of a council for slides: <code>{PACK}?la=Leeds</code>. A chart with its "
        f"table for a frame of your page, where the operator lets you: <code>{EMBED}/trend?la=Leeds</code>.</p>"
        + of_cells("addresses", heads).html(rows, "Kinds of pictures")
        + f"{declared}</section>"
    )


def _picture_query(db: Database, kind: Picture) -> str | None:
    """The query of a picture that this database can draw; None where it has none, as of a register without rows."""
    graded = next((one.metric_id for one in db.metrics.values() if one.graded), "")
    for query in ("", f"la={quote(next(iter(db.authorities.values())))}", f"metric={graded}"):
        with suppress(Problem):
            charts.draw(chart_requests.parse(query.encode(), kind, lambda: db, lambda _: db))
            return f"?{query}" if query else ""
    return None


def _whole(db: Database) -> str:
    tables = len(db.table)
    metric, area = (ENDPOINTS["observations"].all_parameters(KINDS["json"])[name] for name in ("metric", "area"))
    sql = (
        f"SELECT area, period, value, status, rank, ranked\nFROM figures\nWHERE metric_id = '{metric.an_example(db)}' "
        f"AND la_number = '{area.an_example(db)}'"
    )
    return (
        f'<section id="whole"><h2>The whole database</h2><p><a href="{WHOLE}" download>{WHOLE}</a> is one file for '
        f"DuckDB 1.4 and later: {tables} tables with what each column is, and the view <code>figures</code>, which "
        f"holds every figure as {BASE}/observations?with=standing,trend gives it. Keys and checks are left out. "
        f'<a href="{WHOLE}.sha256">Its SHA-256</a> tells whether it arrived whole. With its extension httpfs DuckDB '
        f"reads it where it lies: <code>ATTACH 'https://(this server){WHOLE}' AS monitor (READ_ONLY)</code>.</p>"
        f'<pre tabindex="0" role="region" aria-label="A question to it, in SQL">{escape(sql)}</pre></section>'
    )


def _rules() -> str:
    rules = "".join(f"<h3>{escape(title)}</h3><p>{escape(words.strip())}</p>" for title, words in RULES.items())
    return f'<section id="rules"><h2>How it answers</h2>{rules}</section>'


def _problems() -> str:
    rows = [(_code(kind), status, title, kind) for kind, (status, title) in problems.KINDS.items()]
    table = of_cells("declared", ("type ends in", "Status", "What it is"), lambda row: Html(attributes(id=row[3])))
    return (
        '<section id="problems"><h2>When there is no answer</h2><p>A refusal is application/problem+json (RFC 9457): '
        "detail says what is wrong and what to do, allowed what may be asked, nearest what was probably meant.</p>"
        + table.html(rows, "Kinds of problem")
        + "</section>"
    )


def _code(value: str) -> Html:
    return tag("code", value)


def _shown(value: Any) -> str:
    """A cell as JSON has it; nothing for null."""
    if value is None:
        return without("null")
    if isinstance(value, float):
        return re.sub(r"\.0$", "", repr(value))
    return value.isoformat() if isinstance(value, date) else str(value)
