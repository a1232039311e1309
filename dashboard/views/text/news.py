"""What is new about England or a council, in words: reports of Ofsted, releases, earlier figures that changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

import polars as pl

from dashboard.data.cache import cached
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, STRANDS, Metric, Row, Source
from dashboard.data.names import format_date, reason, released
from dashboard.views.text import formats
from dashboard.views.text.grammar import plural

# The newest so many are said; of figures that changed so many are named.
MOST, NAMED = 60, 10
CHANGED = ("revised", "given", "withdrawn")
FEED_OF_ENGLAND = "england"


@dataclass(frozen=True)
class Item:
    """One thing that is new."""

    key: str
    """Its name, which stays the same in every data version that holds it."""
    on: date
    """When it was published; the first of the month where no more is known."""
    title: str
    words: str
    page: str
    """The address of our page on it, without host."""
    source: str | None
    """The publisher's page or report."""

    @property
    def kind(self) -> str:
        """report, release or revisions."""
        return self.key.partition("/")[0]


@cached
def items(db: Database, area_id: str) -> list[Item]:
    """The newest items about England, which are those of all councils, or about one council; newest first."""
    found = [*_reports(db, area_id), *_releases(db, area_id), *_revisions(db, area_id)]
    return sorted(found, key=lambda one: (one.on, one.key), reverse=True)[:MOST]


def feed(area_id: str) -> str:
    """The address of the Atom feed of England or a council."""
    return f"/feeds/{FEED_OF_ENGLAND if area_id == ENGLAND else area_id}.atom"


def next_releases(db: Database) -> list[tuple[str, str]]:
    """What is due next by the publishers' calendars: the month as "2026-10", and the publication; soonest first."""
    due = {(source.next_due, source.title) for source in db.sources.values() if source.next_due}
    # One source, LAIT, holds measures of several publications: those of its measures count.
    due |= {
        (metric.next_due, db.sources[metric.source_id].title)
        for metric in db.metrics.values()
        if metric.next_due and not db.sources[metric.source_id].next_due
    }
    return sorted(due)


def due_lines(db: Database, today: date) -> dict[str, list[str]]:
    """The same in words, by heading: what is due next, and what was due by now and is not loaded."""
    found: dict[str, list[str]] = {}
    for month, title in next_releases(db):
        heading = "Next releases" if month >= f"{today:%Y-%m}" else "Due by now, and not loaded yet"
        found.setdefault(heading, []).append(f"{title}: {date.fromisoformat(f'{month}-01'):%B %Y}")
    return found


def day(text: str) -> date:
    """A release date of the database as a day: the first of the month where the day is not known."""
    return date.fromisoformat(text if len(text) == 10 else f"{text}-01")


def _reports(db: Database, area_id: str) -> Iterator[Item]:
    inspections = db.table["inspection"]
    if area_id != ENGLAND:
        inspections = inspections.filter(pl.col("area_id") == area_id)
    newest = inspections.sort("published", descending=True).head(MOST)
    judged: dict[str, dict[str, str]] = {}
    for inspection_id, strand, grade in db.table["judgement"].iter_rows():
        judged.setdefault(inspection_id, {})[strand] = grade
    for row in newest.iter_rows(named=True):
        grades = judged.get(row["inspection_id"], {})
        name = formats.place(db.names[row["area_id"]])
        leaders = grades.get("leaders")
        title = f"{name}: Ofsted judged leaders {leaders}" if leaders else f"{name}: Ofsted's inspection report"
        said = [f"{_strand(db, strand)}: {grades[strand]}." for strand in STRANDS if strand in grades]
        inspected = f", inspected from {format_date(row['started'])}" if row["started"] else ""
        words = " ".join([f"Report published {format_date(row['published'])}{inspected}.", *said])
        page = f"/council?{urlencode({'la': db.names[row['area_id']]})}"
        yield Item(f"report/{row['inspection_id']}", row["published"], title, words, page, row["url"])


def _strand(db: Database, strand: str) -> str:
    return db.metrics[f"judgement_{strand}"].title.removeprefix("Ofsted judgement: ").capitalize()


def _releases(db: Database, area_id: str) -> Iterator[Item]:
    has = set(db.of_area(area_id).filter(pl.col("status") != "no_row")["metric_id"])
    by_source: dict[str, list[Metric]] = {}
    for metric in db.metrics.values():
        if metric.metric_id in has:
            by_source.setdefault(metric.source_id, []).append(metric)
    for source in db.sources.values():
        metrics = by_source.get(source.source_id, [])
        # Sources without figures, such as the model of neighbours, are news of England alone.
        if not metrics and area_id != ENGLAND:
            continue
        words = f"{source.publisher}, released {released(source.released)}."
        if metrics:
            end = max(db.latest(metric.metric_id).end for metric in metrics)
            about = "" if area_id == ENGLAND else f" about {formats.place(db.names[area_id])}"
            words += f" {plural(len(metrics), 'measure')}{about}, to {format_date(end)}."
        page = _page(db, area_id, metrics[0]) if metrics else "/methods?section=Sources"
        key = f"release/{area_id}/{source.source_id}/{source.release}"
        yield Item(key, day(source.released), f"Released: {_edition(source)}", words, page, source.page)


def _revisions(db: Database, area_id: str) -> Iterator[Item]:
    changed = db.table["what_changed"].filter(pl.col("kind").is_in(CHANGED) & pl.col("metric_id").is_in([*db.metrics]))
    if area_id != ENGLAND:
        changed = changed.filter(pl.col("area_id") == area_id)
    for source in db.sources.values():
        rows = changed.filter(pl.col("source_id") == source.source_id).sort(
            pl.col("moved_by").abs(), "metric_id", "area_id", descending=[True, False, False], nulls_last=True
        )
        if rows.is_empty():
            continue
        said = [_revision(db, row) for row in rows.head(NAMED).iter_rows(named=True)]
        more = f" {rows.height - NAMED} more changed." if rows.height > NAMED else ""
        title = f"{plural(rows.height, 'earlier figure')} changed: {_edition(source)}"
        key = f"revisions/{area_id}/{source.source_id}/{source.release}"
        yield Item(key, day(source.released), title, " ".join(said) + more, "/methods?section=Sources", source.page)


def _revision(db: Database, row: Row) -> str:
    metric = db.metrics[row["metric_id"]]
    before, after = (_said(row[one], metric) for one in ("before", "after"))
    place, when = formats.place(db.names[row["area_id"]]), formats.period_label(metric, row["period_end"])
    return f"{metric.title}, {place}, {when}: {before} before, {after} now."


def _said(text: str, metric: Metric) -> str:
    """A figure of `what_changed`, or the status that it gives instead, in words."""
    try:
        return formats.quantity(float(text), metric)
    except ValueError:
        return reason(text, None, metric)


def _edition(source: Source) -> str:
    return f"{source.title}, {source.release}"


def _page(db: Database, area_id: str, metric: Metric) -> str:
    if area_id == ENGLAND:
        return f"/map?{urlencode({'metric': metric.title})}"
    return f"/council?{urlencode({'la': db.names[area_id], 'metric': metric.title})}"
