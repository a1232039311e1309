"""The Methods page: what was found, measures with their coverage, rules and differences with worked examples, words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from urllib.parse import urlencode

from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT
from dashboard.data.database import Database
from dashboard.data.model import Source
from dashboard.methods.dfe_tools import DASHBOARD, TOOL, Departure
from dashboard.methods.example import Example, Rule
from dashboard.methods.glossary import Word
from dashboard.methods.measures import Measure
from dashboard.methods.search import ENTRY, MEASURE, MEASURES, Entry, Found
from dashboard.views import tables
from dashboard.views.tables import cells as html

# Of what is found, so much of its text.
SNIPPET = 150
Facts = Iterable[tuple[str, str]]


def found(of: Found) -> str:
    """What a search found, each a link to where it stands; or that nothing does, and what is nearest."""
    asked = f"“{escape(tables.plain(of.asked))}”"
    if not of.count:
        return f'<p class="note">Nothing here holds {asked}. Try one word: a measure, a rule, a column, a symbol.</p>'
    said = f"{of.count} {'entry holds' if of.count == 1 else 'entries hold'} {asked}"
    if of.instead:
        said = f"Nothing here holds {asked}. Nearest: “{escape(of.instead)}”, in {of.count}"
    more = f"; the first {len(of.entries)}, a further word finds fewer" if of.count > len(of.entries) else ""
    items = "".join(
        f'<li><span class="kind">{escape(one.kind)}</span> {_result(one)}<span class="period">{escape(_cut(one.text))}'
        "</span></li>"
        for one in of.entries
    )
    return f'<section class="found"><p class="note">{said}{more}.</p><ul>{items}</ul></section>'


def measures(rows: Iterable[tuple[str, str, Measure]], caption: str) -> str:
    """Every measure by theme: newest period and councils with a figure in words, and the measure itself."""
    heads = ("Measure", "Better", "Newest", "Councils with a figure", "Source", "Next edition")
    body, theme = [], ""
    for newest, councils, one in rows:
        if one.theme != theme:
            theme = one.theme
            body.append(f'<tr class="theme"><th colspan="{len(heads)}" scope="colgroup">{escape(theme)}</th></tr>')
        title = html.link(one.title, {"section": MEASURES, MEASURE: one.title})
        cells = (one.better, newest, councils, one.source.title, one.source.next_release or "not known")
        body.append(
            f'<tr><th scope="row">{title}<span class="period">{escape(one.definition)}</span></th>'
            f"{html.cells(escape(cell) for cell in cells)}</tr>"
        )
    return html.table(caption, heads, body, kind="measures")


def measure(one: Measure, alike: Sequence[str], keep: Mapping[str, str]) -> str:
    """One measure; `alike` are the titles of the others of its theme, `keep` what links to other pages hold too."""
    facts: Facts = (
        ("Definition", escape(one.definition)),
        ("Formula", escape(f"{one.formula} {one.made_of}".strip())),
        ("By hand", escape(one.check)),
        ("Unit", escape(one.unit)),
        ("Which way", f"{escape(one.better)}. {escape(one.reason)}"),
        ("The gap", escape(one.gap and f"Counted as {one.gap}.")),
        ("Very small", escape(one.minimum)),
        ("Mind", escape(one.caveat)),
        ("Source", source(one.source)),
        ("Also from", "<br>".join(f"{source(of)} {count:,} figures, {escape(when)}." for of, count, when in one.fills)),
        ("Breaks", "<br>".join(f"{on:%-d %B %Y}: {escape(why)}" for on, why in one.breaks)),
        ("Go to", _elsewhere(one, keep)),
    )  # fmt: skip
    others = ", ".join(html.link(title, {"section": MEASURES, MEASURE: title}) for title in alike)
    return (
        f'<article class="measure"><h2>{escape(one.title)}</h2>{_facts(facts)}{_coverage(one)}{_errors(one)}'
        f'<p class="note">{escape(one.theme)}: {others}.</p></article>'
    )


def rules(
    rules: Iterable[Rule],
    examples: Mapping[str, Example | None],
    db: Database,
    section: str,
    chosen: str,
    keep: Mapping[str, str],
) -> str:
    """Every rule, closed but for the chosen one, which comes first."""
    return _entries(
        (
            (one.title, one.short, _paragraphs(one.words) + _example(examples.get(one.id), db, keep))
            for one in rules
        ),
        section,
        chosen,
    )  # fmt: skip


def departures(
    every: Iterable[Departure],
    examples: Mapping[str, Example | None],
    db: Database,
    section: str,
    chosen: str,
    keep: Mapping[str, str],
) -> str:
    """Every difference from the Department's tools, closed but for the chosen one, which comes first."""
    return _entries(
        (
            (
                one.title,
                one.here,
                _facts(
                    (name, escape(words))
                    for name, words in (
                        (TOOL, one.tool),
                        (DASHBOARD, one.dashboard),
                        ("Here", one.here),
                        ("Why", one.why),
                    )
                )
                + _example(examples.get(one.id), db, keep),
            )
            for one in every
        ),
        section,
        chosen,
    )


def intro(text: str) -> str:
    """What holds for a whole section, in a sentence or two."""
    return f'<p class="intro">{escape(text)}</p>'


def words(every: Iterable[Word], chosen: str) -> str:
    """The words and what they mean, the chosen one marked and first."""
    ordered = sorted(every, key=lambda one: (one.word != chosen, one.word.casefold()))
    mark = ' class="chosen"'
    items = "".join(
        f"<dt{mark if one.word == chosen else ''}>{escape(one.word)}</dt><dd>{escape(one.meaning)}</dd>"
        for one in ordered
    )
    return f'<dl class="facts words">{items}</dl>'


def source(of: Source) -> str:
    """A source in one line: publisher, title with its page, edition, date, licence, and the next edition."""
    following = of.next_release or "not known here"
    return (
        f'{escape(of.publisher)}, <a href="{escape(of.page)}" rel="noopener">{escape(of.title)}</a>, '
        f"{escape(of.release)}, {escape(tables.released(of.released))}. {escape(of.licence)}. "
        f"Next edition: {escape(following)}."
    )


def entry(title: str, short: str, body: str, section: str, *, is_open: bool) -> str:
    """One part of a list that opens by itself, with the address it has; `body` is HTML."""
    link = html.link("Link to this", {"section": section, ENTRY: title})
    return (
        f'<details class="entry"{" open" if is_open else ""}><summary><b>{escape(title)}</b>'
        f'<span class="period">{escape(short)}</span></summary><div>{body}<p class="note">{link}</p></div></details>'
    )


def _entries(every: Iterable[tuple[str, str, str]], section: str, chosen: str) -> str:
    ordered = sorted(every, key=lambda one: one[0] != chosen)
    return "".join(
        entry(title, short, body, section, is_open=title == chosen) for title, short, body in ordered
    )  # fmt: skip


def _example(one: Example | None, db: Database, keep: Mapping[str, str]) -> str:
    if one is None:
        return '<p class="note">These figures hold no case of it to work out.</p>'
    steps = "".join(f"<li>{escape(step)}</li>" for step in one.steps)
    figures = ""
    if one.rows:
        body = [
            f'<tr><th scope="row">{escape(first)}</th>{html.cells(escape(cell) for cell in rest)}</tr>'
            for first, *rest in one.rows
        ]
        figures = html.table(f"{one.about}: the figures", one.heads, body, kind="worked")
    return (
        f'<section class="worked"><p><b>Worked out:</b> {escape(one.about)}</p><ul>{steps}</ul>{figures}'
        f'<p class="result">{escape(one.result)}{_there(one, db, keep)}</p></section>'
    )


def _there(one: Example, db: Database, keep: Mapping[str, str]) -> str:
    """A link to the page that shows what an example is made of; none where no page does."""
    if one.metric_id is None or one.metric_id not in db.metrics:
        return ""
    query = {**keep, "metric": db.metrics[one.metric_id].title, "benchmark": BENCHMARKS[DEFAULT].label}
    label = next((period.label for period in db.periods[one.metric_id] if period.end == one.period_end), None)
    if label is not None:
        query["period"] = label
    name = db.authorities.get(one.area_id or "")
    if name is None:
        return f" {html.link('See it on the map', query, page='/map')}."
    return f" {html.link('See it on the council’s page', {**query, 'la': name}, page='/council')}."


def _coverage(one: Measure) -> str:
    heads = ("Period", "Councils", "With a figure", "Without, and why", "England")
    body = []
    for period in one.coverage:
        missing = "; ".join(f"{count} {reason}" for reason, count in period.missing)
        joint = f'<span class="period">{period.joint} in joint returns</span>' if period.joint else ""
        # Of what is published for England alone no council lacks a figure.
        counts = (str(period.councils), f"{period.observed}{joint}") if period.councils else ("", "")
        cells = (*counts, escape(missing), escape(period.england))
        when = period.when.removeprefix("at ").removeprefix("in the ")
        body.append(f'<tr><th scope="row">{escape(when)}</th>{html.cells(cells)}</tr>')
    return html.table(f"{one.title}: who has a figure, by period", heads, body, kind="coverage")


def _errors(one: Measure) -> str:
    if not one.errors:
        return ""
    body = [
        f'<tr><th scope="row">{escape(name)}</th><td>{on:%-d %B %Y}</td><td>{escape(printed)}</td>'
        f"<td>{escape(reason)}</td></tr>"
        for name, on, printed, reason in one.errors
    ]
    heads = ("Area", "Last day", "Printed", "Why it is withheld")
    return html.table(f"{one.title}: figures known to be wrong, and withheld", heads, body, kind="withheld")


def _elsewhere(one: Measure, keep: Mapping[str, str]) -> str:
    data = (
        f'<a href="/api/v1/observations.csv?{escape(urlencode({"metric": one.metric_id}))}">all its figures as CSV</a>'
    )
    if not any(period.councils for period in one.coverage):
        return f"{data}."
    query = {**keep, "metric": one.title}
    return f"{html.link('the map', query, page='/map')}, {html.link('the best councils', query, page='/best')}, {data}."


def _facts(facts: Facts) -> str:
    items = "".join(f"<dt>{escape(name)}</dt><dd>{words}</dd>" for name, words in facts if words)
    return f'<dl class="facts">{items}</dl>'


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in text.split("\n"))


def _result(one: Entry) -> str:
    query = urlencode({"section": one.section, **dict(one.query)})
    # page.js takes the search out of the address: what was found is opened, and Back leads to the list again.
    return f'<a data-choose data-without="q" href="?{escape(query)}">{escape(one.title)}</a>'


def _cut(text: str) -> str:
    return text if len(text) <= SNIPPET else f"{text[:SNIPPET].rsplit(' ', 1)[0]} …"
