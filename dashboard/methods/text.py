"""What opens the Methods page and each of its sections: how much there is, and what holds for all of it."""

from __future__ import annotations

import polars as pl

from dashboard.data.database import Database
from dashboard.methods import dictionary, records
from dashboard.methods.dfe_tools import DIFFERENCES_FROM_DFE, SEEN
from dashboard.methods.glossary import GLOSSARY
from dashboard.methods.measures import Measure
from dashboard.methods.rules import RULES
from dashboard.views.text import formats


def opening(db: Database) -> str:
    """The page's first sentences: how much there is, and how far it can be traced."""
    metrics, sources = db.table["metric"].height, len(db.sources)
    figures, lines, files = records.traced(db)
    every = "Every figure" if files == figures else f"{files:,} of {figures:,} figures"
    to_line = f", and {lines:,} of {figures:,} to its line" if lines < figures else " and line"
    return f"{metrics} measures from {sources} sources. {every} can be traced to its source file{to_line}."


def measures(db: Database) -> str:
    """What the list of measures holds."""
    kinds = dict(db.table["metric"].group_by("polarity").len().iter_rows())
    derived = int(db.table["metric"]["derived"].sum())
    lower, higher, neither = (kinds.get(one, 0) for one in ("lower_is_better", "higher_is_better", "neutral"))
    return (
        f"Lower is better for {lower} measures and higher for {higher}. The other {neither} are not ranked. "
        f"We calculated {derived}; the rest are as published."
    )


def measure(one: Measure) -> str:
    """How far one measure reaches: its periods, and councils with a figure in the newest."""
    newest, oldest = one.coverage[0], one.coverage[-1]
    spans = f"{len(one.coverage)} periods, {oldest.label} to {newest.label}" if len(one.coverage) > 1 else "One period"
    if not newest.councils:
        return f"{one.title}: published for England as a whole. {spans}."
    return (
        f"{one.title}: {newest.observed} of {newest.councils} councils have a figure {newest.when}. "
        f"{spans}. {one.better}."
    )


def rules() -> str:
    """What holds for all rules."""
    return (
        f"{len(RULES)} rules hold on every page, in every file and in the API. Each is worked out on today's figures "
        "by the functions that the pages use, in steps that you can repeat."
    )


def differences_from_dfe() -> str:
    """What holds for all differences."""
    return (
        f"We differ from DfE's two tools in {len(DIFFERENCES_FROM_DFE)} ways ({SEEN}). What each changes is worked out "
        "on today's figures by the tool's rule; the tool's own figures may differ."
    )


def missing(db: Database) -> str:
    """How many figures there are, and how many are missing for how many reasons."""
    every = records.statuses(db)
    missing = [one for one in every if one.status != records.OBSERVED and one.count]
    most = max(missing, key=lambda one: one.count, default=None)
    total = sum(one.count for one in every)
    said = f"{sum(one.count for one in missing):,} of {total:,} figures are missing, for {len(missing)} reasons"
    return f"{said}; most often: {most.words} ({most.count:,})." if most else f"None of {total:,} figures is missing."


def councils(db: Database) -> str:
    """How many councils there are, ended ones, and joint returns."""
    joint = records.joint_returns(db)
    small = sorted(db.area.filter("very_small")["name"].to_list())
    return (
        f"{len(db.authorities)} councils are responsible for children's social care today; {len(db.ended)} ended in "
        f"{len(records.reorganisations(db))} reorganisations, and their figures are not joined to their successors'. "
        f"{len(joint)} pairs report jointly; {formats.listed(small)} are very small."
    )


def neighbours(db: Database) -> str:
    """How alike councils and their neighbours are, by the model's own words."""
    counts = records.closeness(db)
    return (
        f"DfE's model names {sum(count for _, count in counts):,} statistical neighbours, ten of each council: "
        f"{formats.listed([f'{count:,} {words.lower()}' for words, count in counts])}."
    )


def sources(db: Database) -> str:
    """What became of the rows of all sources."""
    ledger = db.table["load_ledger"].select(pl.col("rows_read", "rows_loaded", "rows_rejected", "rows_duplicate").sum())
    read, loaded, rejected, duplicate = ledger.row(0)
    return (
        f"Of {read:,} rows read from {db.table['load_ledger'].height} files and sheets, {loaded:,} were loaded, "
        f"{duplicate:,} repeat another row and {rejected:,} were rejected, each with its reason."
    )


def columns(db: Database) -> str:
    """How much the dictionary holds."""
    tables = dictionary.tables(db)
    count = sum(len(one.columns) for one in tables)
    return (
        f"{len(tables)} tables and {count} columns of the database, and {len(dictionary.files(db))} columns of a file "
        "of figures, each with what the schema says of it."
    )


def glossary() -> str:
    """How many terms there are."""
    return f"Glossary: {len(GLOSSARY)} words used on these pages."
