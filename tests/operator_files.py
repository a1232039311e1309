"""A synthetic leadership register and synthetic commitments: nobody is in these posts, nobody has promised this."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from etl import areas
from etl.build import builder, commitments, leadership_register
from etl.sources import all_sources

POST = "director of children's services"
# What the rows below are made of, until they say otherwise.
ROW = {
    "authority": "Leeds", "post": POST, "in_post_since": "2022-10-17", "interim": "permanent", "programme": "none",
    "enrolled_on": "", "completed_on": "", "coach_authority": "",
    "source_url": "https://www.example.org/synthetic", "checked_on": "2026-11-10",
}  # fmt: skip
PROMISE = {
    "commitment": "Synthetic: fewer vacancies", "owner": "Synthetic office", "metric": "Social worker vacancy rate",
    "target_value": "12", "by_when": "2099-09-30", "source": "https://www.example.org/synthetic-promise",
}  # fmt: skip

# Names, numbers and codes; coaches, coached and those who wait; an interim; a joint return; the very small.
POSTS: tuple[Mapping[str, str], ...] = (
    {"authority": "Leeds"},
    {"authority": "Essex", "programme": "executive", "enrolled_on": "2026-02-02", "in_post_since": "2015-04-01"},
    {"authority": "Camden", "programme": "executive", "enrolled_on": "2025-11-03", "completed_on": "2026-06-30",
     "in_post_since": "2017-09-04"},
    {"authority": "Kent", "programme": "new directors", "enrolled_on": "2026-03-09", "coach_authority": "Essex",
     "in_post_since": "2025-12-01"},
    {"authority": "E06000023", "programme": "new directors", "enrolled_on": "2026-03-09", "coach_authority": "881",
     "in_post_since": "2026-01-12"},
    {"authority": "314", "programme": "executive", "enrolled_on": "2026-05-18", "coach_authority": "Camden"},
    {"authority": "Richmond upon Thames", "in_post_since": ""},
    {"authority": "Cumberland", "interim": "interim", "programme": "new directors", "enrolled_on": "2026-09-07",
     "in_post_since": "2026-08-03"},
    {"authority": "Isles of Scilly", "programme": "executive", "enrolled_on": "2026-09-07", "checked_on": ""},
    {"authority": "Westminster", "interim": "interim", "in_post_since": "2026-07-01"},
    {"authority": "Trafford", "programme": "new directors", "enrolled_on": "2026-09-21", "in_post_since": "2026-09-01"},
    {"authority": "City of London", "programme": "executive", "enrolled_on": "2026-10-05", "coach_authority": "Leeds"},
)  # fmt: skip
PROMISES: tuple[Mapping[str, str], ...] = (
    {"commitment": "Synthetic: a tenth of directors", "metric": "directors enrolled", "target_value": "10"},
    {},
    {"metric": "caseload", "target_value": "14", "by_when": "2027-09-30"},
    {"commitment": "Synthetic: conferences in time", "metric": "conferences_in_15_days", "target_value": "90"},
    {"commitment": "Synthetic: good leaders everywhere", "metric": "Ofsted judgement: impact of leaders",
     "target_value": "Good", "by_when": "2029-03-31"},
    {"commitment": "Synthetic: of long ago", "metric": "agency_rate", "target_value": "16", "by_when": "2023-12-31"},
    {"commitment": "Synthetic: of before all figures", "metric": "agency_rate", "by_when": "2010-03-31"},
)  # fmt: skip


def table(columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Rows as CSV under their header."""
    written = io.StringIO()
    writer = csv.DictWriter(written, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def posts(*rows: Mapping[str, str]) -> bytes:
    """A register of rows that differ so from ROW."""
    return table(leadership_register.COLUMNS, ({**ROW, **row} for row in rows))


def promises(*rows: Mapping[str, str]) -> bytes:
    """Commitments that differ so from PROMISE."""
    return table(commitments.COLUMNS, ({**PROMISE, **row} for row in rows))


def database(real: Path, folder: Path) -> Path:
    """A copy of the real database with the synthetic posts and promises in it, as a build puts them there."""
    copy = Path(shutil.copy(real, folder / "monitor.duckdb"))
    today = datetime.now(UTC).date()
    metrics = [metric for source in all_sources() for metric in source.metrics]
    post = leadership_register.check(posts(*POSTS), areas.read(builder.DATA), today)
    promise = commitments.check(promises(*PROMISES), metrics)
    assert [str(one) for one in (*post.errors, *promise.errors)] == []
    with duckdb.connect(str(copy)) as connection:
        for name, frame in (("leadership_post", post.table), ("commitment", promise.table)):
            connection.register("incoming", frame)
            connection.execute(f'INSERT INTO "{name}" BY NAME FROM incoming')
            connection.unregister("incoming")
    return copy
