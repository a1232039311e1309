"""What was measured as tables: beside the floor, and beside the target."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from statistics import median

import duckdb
from rich.console import Console
from rich.table import Table

LIBRARIES = ("streamlit", "plotly", "polars", "duckdb", "websockets", "playwright")
WIDTH = 120
HEADS = ("", "median", "lowest to highest", "floor", "times the floor", "target", "holds")


@dataclass(frozen=True)
class Line:
    """One measured quantity."""

    section: str
    what: str
    samples: Sequence[float]
    floor: Sequence[float] = ()
    target: float | None = None
    """The median stays below it."""
    always: bool = False
    """Not only the median: every sample."""
    times: float | None = None
    """The median stays within so many times the floor's."""

    @property
    def holds(self) -> bool | None:
        if self.target is None and self.times is None:
            return None
        most = max(self.samples) if self.always else median(self.samples)
        within = self.times is None or median(self.samples) <= self.times * median(self.floor)
        return (self.target is None or most < self.target) and within

    def cells(self) -> tuple[str, ...]:
        middle, bound = median(self.samples), "every one " if self.always else ""
        return (
            self.what,
            _number(middle),
            f"{_number(min(self.samples))} to {_number(max(self.samples))}",
            _number(median(self.floor)) if self.floor else "",
            f"{middle / median(self.floor):.1f}" if self.floor else "",
            ", ".join(
                filter(
                    None,
                    (
                        f"{bound}under {_number(self.target)}" if self.target is not None else "",
                        f"{self.times:g} times" if self.times is not None else "",
                    ),
                )
            ),
            {True: "yes", False: "**no**", None: ""}[self.holds],
        )


def show(lines: Sequence[Line]) -> None:
    """Print the tables."""
    console = Console()
    console = Console(width=max(console.width, WIDTH))  # a file or a pipe has no width of its own
    for section, found in groupby(lines, lambda line: line.section):
        table = Table(title=section, title_justify="left", box=None, pad_edge=False)
        for position, head in enumerate(HEADS):
            table.add_column(head, justify="right" if 0 < position < 5 else "left")
        for line in found:
            table.add_row(*(cell.replace("**", "") for cell in line.cells()))
        console.print(table, "")


def write(lines: Sequence[Line], path: Path, *, database: Path, load: float) -> None:
    """Write the tables with what they were measured on."""
    missed = sum(line.holds is False for line in lines)
    judged = sum(line.holds is not None for line in lines)
    text = [
        "# How fast it is",
        "",
        f"Written by `python -m bench` on {datetime.now(UTC):%-d %B %Y}. {judged - missed} of {judged} targets hold.",
        "Absolute figures move with the machine and what else it does: compare the ratios to the floor, a page with a",
        "heading, one choice and as many charts of 153 points, on a server with the same settings, in turns with ours.",
        "A map or a table counts as a chart.",
        "",
        machine(database, load),
    ]
    for section, found in groupby(lines, lambda line: line.section):
        text += ["", f"## {section}", "", _row(HEADS), _row(["---"] + ["---:"] * 4 + ["---"] * 2)]
        text += [_row(line.cells()) for line in found]
    path.write_text("\n".join(text) + "\n", "utf-8")


def machine(database: Path, load: float) -> str:
    """Cores, memory, versions, data."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    with duckdb.connect(str(database), read_only=True) as connection:
        data = connection.sql("SELECT data_version FROM build").fetchall()[0][0]
    return (
        f"{cores} cores, {memory:.0f} GiB, load {load:.1f} at the start; Python {platform.python_version()}, "
        f"{libraries}; data version {data}."
    )


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _number(value: float) -> str:
    return f"{value:,.{0 if abs(value) >= 100 or value == int(value) else 1}f}"
