"""What several modules of these tests use: the committed data copied, a few small sources, what a command did."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from etl.build import builder
from etl.model import Source
from etl.sources import all_sources

# What builds leave in data/, beside what is committed.
NOT_COMMITTED = shutil.ignore_patterns(f"{builder.DATABASE}*", "versions", "*.lock", "*.draft")
LAST_GOOD = b"the last good database"
# Together they fill every table, and every check holds of them: built in a tenth of the time that all take.
FEW = (
    "ofsted_inspections", "ofsted_single_inspections", "data_to_insight_inspections", "ofsted_visits",
    "ofsted_reports", "population", "statistical_neighbours",
)  # fmt: skip


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    status: int
    out: str
    err: str


Command = Callable[..., Ran]


def copied_data(to: Path) -> Path:
    """A copy of the data folder as it is committed, and nothing of what builds left in it."""
    return Path(shutil.copytree(builder.DATA, to, ignore=NOT_COMMITTED))


def few_sources(*more: str) -> list[Source]:
    """The sources that are quick to build, and those that are named."""
    return [source for source in all_sources() if source.id in (*FEW, *more)]


def files_of(data: Path) -> dict[str, bytes]:
    """What every file of a folder holds."""
    return {str(path.relative_to(data)): path.read_bytes() for path in data.rglob("*") if path.is_file()}
