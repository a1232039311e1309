"""What the database keeps a record of: statuses, symbols, withheld figures, reorganisations, joint returns, loads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboard.data.database import Database, is_joint
from dashboard.data.model import REASONS, Source
from dashboard.data.names import format_date
from dashboard.methods.example import exact

# What each status of the schema means; `formats.REASONS` says the same inside a sentence.
MEANINGS = {
    "observed": "There is a figure: as published, or worked out from published counts. Zero is a figure.",
    "suppressed": "The publisher keeps it back because the number is small, or would give a small one away.",
    "not_applicable": "There is nothing to measure: nobody of that kind, or no such judgement.",
    "not_available": "The council did not return it, or the publisher does not give it.",
    "low_reliability": "The publisher holds it to be unreliable, or it cannot be right and is withheld here.",
    "low_nonzero": "It is more than zero, but rounds to zero. It is not zero.",
    "not_given": "Ofsted no longer gives this judgement: overall effectiveness, since April 2026.",
    "unspecified": "The publisher prints a dash and does not say why.",
    "no_row": "The council existed, but the publisher has no row for it; or it was not inspected by then.",
}
OBSERVED = "observed"
# Of figures that we withhold, what is printed is kept as the symbol.
PRINTED = "printed"
# Changes to single figures up to so many are listed, beyond it they are counted.
MOST_LISTED = 40
KINDS_OF_CHANGE = {
    "new period": "a new period of a measure",
    "ended period": "a period that is no longer published",
    "revised": "a figure revised",
    "given": "a figure where there was none",
    "withdrawn": "a figure withdrawn",
    "other reason": "another reason for none",
}
RULES_OF_WARNINGS = {
    "W_COPIED": "Figures that look pasted, doubled or exchanged, and were confirmed",
    "W_MISSING_LA": "A council without a row",
    "W_OUTLIER": "A figure that moved very far",
    "W_STRANGER": "Rows that look like another council's",
    "W_SYMBOLS": "Figures that became symbols, or symbols 0, in many councils",
    "W_UNPROVED": "Figures that contradict what is printed beside them, and were confirmed",
}
RULES_OF_REJECTS = {
    "R_NOT_THEN": "The council did not exist then; the row holds symbols only",
    "R_CLASS_TOTAL": "The total of a class of councils, no area",
    "R_NO_GRADE": "A report of which no grade could be read",
    "R_OTHER_FRAMEWORK": "The council was not inspected under this framework",
    "R_REVISED": "A newer edition says it otherwise",
    # Of reports, which are refused one by one.
    "E_DATE": "A report whose dates cannot be read",
    "E_DATES": "A report with other dates than the inspection",
    "E_DUP_KEY": "A second report on one inspection",
    "E_ENCRYPTED": "A report that is locked",
    "E_HIDDEN": "A report with a character that nobody sees",
    "E_MAGIC": "A file that is not a report",
    "E_NO_INSPECTION": "A report on an inspection that is not loaded",
    "E_NO_SECTION": "A report without what needs to improve",
    "E_NO_TITLE": "A report without council and dates on its first page",
    "E_NO_URN": "A report whose file has no number of a council",
    "E_OTHER_COUNCIL": "A report of another council than its name says",
    "E_TORN": "A report that is cut or damaged",
    "E_UNKNOWN_URN": "A report whose number is of no council",
}


@dataclass(frozen=True)
class Status:
    """One status, with how many figures have it."""

    status: str
    words: str
    """As pages say it."""
    meaning: str
    symbols: tuple[tuple[str, int], ...]
    """What is printed instead of a number, and how often; of figures none."""
    councils: int
    others: int
    """Of regions and England."""

    @property
    def count(self) -> int:
        return self.councils + self.others


@dataclass(frozen=True)
class Reorganisation:
    """What happened to councils on one day."""

    on: date
    before: tuple[str, ...]
    after: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Joint:
    """Councils that report together, in which measures and since when."""

    names: tuple[str, ...]
    measures: int
    sources: tuple[str, ...]
    first: date
    last: date
    figures: int
    """Each counted once."""


@dataclass(frozen=True)
class Loaded:
    """One source as it was loaded: its rows and what became of them."""

    source: Source
    measures: int
    figures: int
    files: int
    read: int
    loaded: int
    rejected: int
    duplicate: int


def statuses(db: Database) -> list[Status]:
    """Every status, figures first, then by how many have it."""
    rows = db.whole("status", "symbol", "kind").select(
        "status", "symbol", (pl.col("kind") == "local_authority").alias("council")
    )
    symbols = rows.filter((pl.col("status") != OBSERVED) & pl.col("symbol").is_not_null()).with_columns(
        pl.when(pl.col("symbol").str.starts_with(PRINTED)).then(pl.lit("a number")).otherwise("symbol").alias("symbol")
    )
    printed: dict[str, list[tuple[str, int]]] = {}
    for status, symbol, count in symbols.group_by("status", "symbol").len().sort("len", descending=True).iter_rows():
        printed.setdefault(status, []).append((symbol, count))
    counts = {
        (status, council): count for status, council, count in rows.group_by("status", "council").len().iter_rows()
    }
    found = [
        Status(
            status,
            "a figure" if status == OBSERVED else REASONS[status],
            meaning,
            tuple(printed.get(status, ())),
            counts.get((status, True), 0),
            counts.get((status, False), 0),
        )
        for status, meaning in MEANINGS.items()
    ]
    return sorted(found, key=lambda one: (one.status != OBSERVED, -one.count))


def withheld(db: Database) -> list[tuple[str, str, str, str, str]]:
    """Published figures that cannot be right: measure, area, period, what is printed, why. By measure, then day."""
    titles = db.table["metric"].select("metric_id", "title", "position", "period_kind")
    rows = db.table["known_error"].join(titles, on="metric_id").sort("position", "period_end", "area_id")
    return [
        (
            row["title"],
            db.names[row["area_id"]],
            format_date(row["period_end"]),
            exact(row["printed"]),
            row["reason"],
        )
        for row in rows.iter_rows(named=True)
    ]


def breaks(db: Database) -> list[tuple[str, str, str]]:
    """Where series break: measure, the first day after it, why."""
    titles = db.table["metric"].select("metric_id", "title", "position")
    rows = db.table["series_break"].join(titles, on="metric_id").sort("position", "period_end")
    return [(row["title"], format_date(row["period_end"]), row["reason"]) for row in rows.iter_rows(named=True)]


def reorganisations(db: Database) -> list[Reorganisation]:
    """Which councils followed which, the latest first; those of one day that belong together are one."""
    groups: list[tuple[date, set[str], set[str], list[str]]] = []
    rows = db.table["succession"].sort("date", "predecessor_id", "successor_id")
    for before, after, on, note in rows.select("predecessor_id", "successor_id", "date", "note").iter_rows():
        same = next((one for one in groups if one[0] == on and (before in one[1] or after in one[2])), None)
        if same is None:
            groups.append((on, {before}, {after}, [note]))
            continue
        same[1].add(before)
        same[2].add(after)
        same[3].extend([] if note in same[3] else [note])
    return [
        Reorganisation(on, _named(db, before), _named(db, after), tuple(notes))
        for on, before, after, notes in sorted(groups, key=lambda one: one[0], reverse=True)
    ]


def joint_returns(db: Database) -> list[Joint]:
    """Councils that report together, by name."""
    rows = db.figure.filter(is_joint())
    found = rows.group_by("return_id").agg(
        pl.col("metric_id").n_unique().alias("measures"),
        pl.col("source_id").unique(),
        pl.col("period_end").min().alias("first"),
        pl.col("period_end").max().alias("last"),
        pl.struct("metric_id", "period_end").n_unique().alias("figures"),
    )
    joint = [
        Joint(
            _named(db, set(row["return_id"].split("+"))),
            row["measures"],
            tuple(sorted(db.sources[one].title for one in row["source_id"])),
            row["first"],
            row["last"],
            row["figures"],
        )
        for row in found.iter_rows(named=True)
    ]
    return sorted(joint, key=lambda one: one.names)


def closeness(db: Database) -> list[tuple[str, int]]:
    """How alike neighbours are, in the model's own words, and how many pairs are so; the most alike first."""
    rows = db.table["neighbour"].group_by("closeness").agg(pl.len(), pl.col("closeness_rank").mean().alias("rank"))
    return [(words, count) for words, count, _ in rows.sort("rank").iter_rows()]


def neighbours(db: Database) -> list[tuple[str, tuple[str, ...]]]:
    """Every council of today with its ten statistical neighbours, nearest first; by name."""
    rows = db.table["neighbour"].sort("area_id", "closeness_rank").group_by("area_id").agg("neighbour_id")
    of = {area_id: tuple(db.names[one] for one in ids) for area_id, ids in rows.iter_rows()}
    return [(name, of[area_id]) for area_id, name in db.authorities.items() if area_id in of]


def sources(db: Database) -> list[Loaded]:
    """Every source with its rows and what became of them, in the order of their measures, others last."""
    ledger = (
        db.table["load_ledger"]
        .group_by("source_id")
        .agg(pl.len().alias("files"), pl.col("rows_read", "rows_loaded", "rows_rejected", "rows_duplicate").sum())
    )
    rows = {row["source_id"]: row for row in ledger.iter_rows(named=True)}
    figures = dict(db.whole("source_id").group_by("source_id").len().iter_rows())
    declared = db.table["metric"].group_by("source_id").agg(pl.len(), pl.col("position").min())
    measures = {source_id: (count, first) for source_id, count, first in declared.iter_rows()}
    found = [
        Loaded(
            source,
            measures.get(source_id, (0, 0))[0],
            figures.get(source_id, 0),
            *(
                rows[source_id][name] if source_id in rows else 0
                for name in ("files", "rows_read", "rows_loaded", "rows_rejected", "rows_duplicate")
            ),
        )
        for source_id, source in db.sources.items()
    ]
    last = db.table["metric"].height + 1
    return sorted(found, key=lambda one: (measures.get(one.source.source_id, (0, last))[1], one.source.title))


def changed(db: Database) -> list[tuple[Source, str, int]]:
    """What the newest editions say otherwise than those before: source, kind of change, how many; most first."""
    rows = db.table["what_changed"].group_by("source_id", "kind").len()
    found = [(db.sources[source_id], kind, count) for source_id, kind, count in rows.iter_rows()]
    return sorted(found, key=lambda one: (one[0].title, one[0].source_id, -one[2], one[1]))


def changes(db: Database) -> list[tuple[str, str, str, str, str, str]]:
    """Single figures that an edition changed: measure, area, last day, kind, before, after. None of more than some."""
    rows = db.table["what_changed"].filter(pl.col("area_id").is_not_null())
    if rows.height > MOST_LISTED:
        return []
    titles = db.table["metric"].select("metric_id", "title", "position")
    found = rows.join(titles, on="metric_id", how="left").sort("position", "period_end", "area_id")
    return [
        (
            row["title"],
            db.names[row["area_id"]],
            format_date(row["period_end"]),
            row["kind"],
            _as_printed(row["before"]),
            _as_printed(row["after"]),
        )
        for row in found.iter_rows(named=True)
    ]


def warnings(db: Database) -> list[tuple[str, str, Sequence[str]]]:
    """What a release may hold but hardly does: source, kind in words, what was found. By source, then kind."""
    rows = db.table["warning"].group_by("source_id", "rule").agg("message").sort("source_id", "rule")
    return [
        (db.sources[source_id].title, RULES_OF_WARNINGS.get(rule, rule), sorted(found))
        for source_id, rule, found in rows.iter_rows()
    ]


def rejects(db: Database) -> list[tuple[str, str, str, int, str]]:
    """Rows that were not loaded: source, file, reason in words, how many, the first of them. Most first."""
    rows = (
        db.table["reject"]
        .sort("file", "line")
        .group_by("source_id", "file", "rule", maintain_order=True)
        .agg(pl.len().alias("count"), pl.first("line", "message"))
        .sort("count", "file", descending=[True, False])
    )
    return [
        (
            db.sources[row["source_id"]].title,
            row["file"],
            RULES_OF_REJECTS.get(row["rule"], row["rule"]),
            row["count"],
            f"Line {row['line']:,}: {row['message']}",
        )
        for row in rows.iter_rows(named=True)
    ]


def traced(db: Database) -> tuple[int, int, int]:
    """How many figures have a value; how many of those lead to a line of a file; how many to a file."""
    rows = db.whole("value", "line", "file").filter(pl.col("value").is_not_null())
    return rows.height, int(rows["line"].count()), int(rows["file"].count())


def _named(db: Database, area_ids: set[str]) -> tuple[str, ...]:
    return tuple(sorted(db.names[one] for one in area_ids))


def _as_printed(text: str | None) -> str:
    """A value with its digits, or the reason why there is none."""
    if text is None:
        return ""
    return REASONS.get(text, text)
