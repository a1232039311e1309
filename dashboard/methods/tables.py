"""The Methods page: what was found, measures with their coverage, rules and differences with worked examples, words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT
from dashboard.data.database import Database
from dashboard.data.model import Source
from dashboard.data.names import format_date
from dashboard.methods.dfe_tools import DASHBOARD, TOOL, Difference
from dashboard.methods.example import Example, Rule
from dashboard.methods.glossary import Term
from dashboard.methods.measures import Coverage, Measure
from dashboard.methods.search import ENTRY, MEASURE, MEASURES, Entry, Found
from dashboard.views import tables
from dashboard.views.tables.cells import link
from dashboard.views.tables.html import Html, bold, items, join, note, outside, period, span, tag
from dashboard.views.tables.table import Column, Table, of_cells, wide
from dashboard.views.text import formats

# Of what is found, so much of its text.
SNIPPET = 150
Facts = Iterable[tuple[str, object]]


def found(of: Found) -> Html:
    """What a search found, each a link to where it is; or that there is nothing, and what is nearest."""
    asked = f"“{tables.plain(of.asked)}”"
    if not of.count:
        return note(f"Nothing here holds {asked}. Try one word: a measure, a rule, a column, a symbol.")
    said = f"{of.count} {'entry holds' if of.count == 1 else 'entries hold'} {asked}"
    if of.instead:
        said = f"Nothing here holds {asked}. Nearest: “{of.instead}”, in {of.count}"
    more = f"; the first {len(of.entries)}, a further word finds fewer" if of.count > len(of.entries) else ""
    entries = items(join(span("kind", one.kind), " ", _result(one), period(_cut(one.text))) for one in of.entries)
    return tag("section", note(f"{said}{more}."), entries, class_="found")


def measures(rows: Iterable[tuple[str, str, Measure]], caption: str) -> Html:
    """Every measure by theme: newest period and councils with a figure in words, and the measure itself."""
    return MEASURES_TABLE.html(rows, caption)


MEASURES_TABLE = Table(
    "measures",
    (
        Column("Measure", lambda row: join(_to_measure(row[2].title), period(row[2].definition))),
        Column("Better", lambda row: row[2].better),
        Column("Newest", lambda row: row[0]),
        wide(Column("Councils with a figure", lambda row: row[1])),
        wide(Column("Source", lambda row: row[2].source.title)),
        wide(Column("Next release", lambda row: row[2].next_edition or "see publisher")),
    ),
    group=lambda row: row[2].theme,
)


def _to_measure(title: str) -> Html:
    return link(title, {"section": MEASURES, MEASURE: title})


def measure(one: Measure, alike: Sequence[str], keep: Mapping[str, str]) -> Html:
    """One measure; `alike` are the titles of the others of its theme, `keep` what links to other pages hold too."""
    facts: Facts = (
        ("Definition", one.definition),
        ("Formula", f"{one.formula} {one.made_of}".strip()),
        ("Worked example", one.check),
        ("Unit", one.unit),
        ("Polarity", f"{one.better}. {one.reason}"),
        ("The gap", one.gap and f"Counted as {one.gap}."),
        ("Very small", one.minimum),
        ("Caveat", one.caveat),
        ("Proved by", _lines(one.proofs)),
        ("Unknown", one.unknown),
        ("Source", source(one.source, one.next_edition)),
        ("Also from", _lines(join(source(of), f" {count:,} figures, {when}.") for of, count, when in one.fills)),
        ("Breaks", _lines(f"{format_date(on)}: {why}" for on, why in one.breaks)),
        ("Go to", _elsewhere(one, keep)),
    )  # fmt: skip
    others = join(*map(_to_measure, alike), by=", ")
    return tag(
        "article",
        tag("h2", one.title),
        _facts(facts),
        _coverage(one),
        _errors(one),
        note(f"{one.theme}: ", others, "."),
        class_="measure",
    )


def rules(
    rules: Iterable[Rule],
    examples: Mapping[str, Example | None],
    db: Database,
    section: str,
    chosen: str,
    keep: Mapping[str, str],
) -> Html:
    """Every rule, closed but for the chosen one, which comes first."""
    return _entries(
        (
            (one.title, one.short, join(_paragraphs(one.words), _example(examples.get(one.id), db, keep)))
            for one in rules
        ),
        section,
        chosen,
    )  # fmt: skip


def differences_from_dfe(
    every: Iterable[Difference],
    examples: Mapping[str, Example | None],
    db: Database,
    section: str,
    chosen: str,
    keep: Mapping[str, str],
) -> Html:
    """Every difference from the Department's tools, closed but for the chosen one, which comes first."""
    return _entries(
        (
            (
                one.title,
                one.here,
                join(
                    _facts(((TOOL, one.tool), (DASHBOARD, one.dashboard), ("Here", one.here), ("Why", one.why))),
                    _example(examples.get(one.id), db, keep),
                ),
            )
            for one in every
        ),
        section,
        chosen,
    )


def intro(text: str) -> Html:
    """What holds for a whole section, in a sentence or two."""
    return tag("p", text, class_="intro")


def glossary(every: Iterable[Term], chosen: str) -> Html:
    """The terms and what they mean, the chosen one marked and first."""
    ordered = sorted(every, key=lambda one: (one.term != chosen, one.term.casefold()))
    pairs = (
        join(tag("dt", one.term, class_="chosen" if one.term == chosen else None), tag("dd", one.meaning))
        for one in ordered
    )
    return tag("dl", *pairs, class_="facts words")


def source(of: Source, following: str = "") -> Html:
    """A source in one line: publisher, title with its page, edition, date, licence, and the next release.

    `following` is that of the measure, where it is not that of the source.
    """
    following = following or formats.next_edition(of.next_release, of.next_due, datetime.now(UTC).date())
    about = f", {of.release}, {tables.released(of.released)}. {of.licence}. "
    about += f"Next release: {following or 'see the publisher'}."
    about += f" {of.note}" if of.note else ""
    return join(f"{of.publisher}, ", outside(of.title, of.page), about)


def entry(title: str, short: str, body: Html, section: str, *, is_open: bool) -> Html:
    """One part of a list that opens by itself, with the address it has."""
    address = link("Link to this", {"section": section, ENTRY: title})
    summary = tag("summary", bold(title), period(short))
    return tag("details", summary, tag("div", body, note(address)), class_="entry", open=is_open or None)


def _entries(every: Iterable[tuple[str, str, Html]], section: str, chosen: str) -> Html:
    ordered = sorted(every, key=lambda one: one[0] != chosen)
    return join(*(entry(title, short, body, section, is_open=title == chosen) for title, short, body in ordered))


def _lines(contents: Iterable[object]) -> Html:
    return join(*contents, by=Html("<br>"))


def _example(one: Example | None, db: Database, keep: Mapping[str, str]) -> Html:
    if one is None:
        return note("These figures hold no case of it to work out.")
    figures = of_cells("worked", one.heads).html(one.rows, f"{one.about}: the figures") if one.rows else ""
    about = tag("p", bold("Worked out:"), f" {one.about}")
    result = tag("p", one.result, _there(one, db, keep), class_="result")
    return tag("section", about, items(one.steps), figures, result, class_="worked")


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
        return join(" ", link("See it on the map", query, page="/map"), ".")
    return join(" ", link("See it on the council’s page", {**query, "la": name}, page="/council"), ".")


def _coverage(one: Measure) -> Html:
    def observed(row: Coverage) -> object:
        # Of what is published for England alone no council lacks a figure.
        return join(row.observed, period(f"{row.joint} in joint returns") if row.joint else "") if row.councils else ""

    table = Table(
        "coverage",
        (
            Column("Period", lambda row: row.when.removeprefix("at ").removeprefix("in the ")),
            Column("Councils", lambda row: row.councils or ""),
            Column("With a figure", observed),
            Column("Without, and why", lambda row: "; ".join(f"{count} {reason}" for reason, count in row.missing)),
            Column("England", lambda row: row.england),
        ),
    )
    return table.html(one.coverage, f"{one.title}: who has a figure, by period")


def _errors(one: Measure) -> str:
    if not one.errors:
        return ""
    rows = [(name, format_date(on), printed, reason) for name, on, printed, reason in one.errors]
    table = of_cells("withheld", ("Area", "Last day", "Printed", "Why it is withheld"))
    return table.html(rows, f"{one.title}: figures known to be wrong, and withheld")


def _elsewhere(one: Measure, keep: Mapping[str, str]) -> Html:
    query = {**keep, "metric": one.title}
    links = [link("the map", query, page="/map"), link("the best councils", query, page="/best")]
    href = f"/api/v1/observations.csv?{urlencode({'metric': one.metric_id})}"
    data = tag("a", "all its figures as CSV", href=href)
    shown = [*links, data] if any(period.councils for period in one.coverage) else [data]
    return join(join(*shown, by=", "), ".")


def _facts(facts: Facts) -> Html:
    shown = (join(tag("dt", name), tag("dd", words)) for name, words in facts if words)
    return tag("dl", *shown, class_="facts")


def _paragraphs(text: str) -> Html:
    return join(*(tag("p", paragraph) for paragraph in text.split("\n")))


def _result(one: Entry) -> Html:
    query = urlencode({"section": one.section, **dict(one.query)})
    # page.js takes the search out of the address: what was found is opened, and Back leads to the list again.
    return tag("a", one.title, data_choose=True, data_without="q", href=f"?{query}")


def _cut(text: str) -> str:
    return text if len(text) <= SNIPPET else f"{text[:SNIPPET].rsplit(' ', 1)[0]} …"
