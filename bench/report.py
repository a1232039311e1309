"""Results as tables beside the baseline page, the pandas baseline and the target: printed, saved for RESULTS.md."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table as Printed

LIBRARIES = ("streamlit", "plotly", "polars", "duckdb", "pandas", "websockets", "playwright")
WIDTH = 120
HEADS = (
    "", "median", "lowest to highest", "baseline page", "times the baseline page", "bare page", "times the bare page",
    "pandas baseline", "pandas, times ours", "target", "holds",
)  # fmt: skip
HOLDS = {True: "yes", False: "**no**", None: ""}
INTRODUCTION = """\
Absolute figures move with the machine and what else it does: compare the ratios. The baseline page has a heading,
one choice, and as many charts of 153 points and tables as the page, on a server with our settings: nothing that shows
so much can be faster. The bare page is the same with Streamlit's settings as they come; what is to be within so many
times is compared with it, or with the baseline page where it was not measured. The pandas baseline
(`bench/pandas_baseline.py`) is the core of the page as a first programmer writes it: pandas, plotly express, the
figures read from a Parquet file at each run, the map's shapes sent along, Streamlit's settings as they come. All are
measured in turns. A map or a grid counts as a chart."""


@dataclass(frozen=True)
class Line:
    """One measured quantity."""

    section: str
    what: str
    samples: Sequence[float]
    baseline: Sequence[float] = ()
    target: float | None = None
    """The median stays below it."""
    always: bool = False
    """Not only the median: every sample."""
    times: float | None = None
    """The median stays within so many times that of the bare page, or else of the baseline page."""
    pandas: Sequence[float] = ()
    bare: Sequence[float] = ()

    @property
    def holds(self) -> bool | None:
        if self.target is None and self.times is None:
            return None
        most = max(self.samples) if self.always else median(self.samples)
        within = self.times is None or median(self.samples) <= self.times * median(self.bare or self.baseline)
        return (self.target is None or most < self.target) and within

    def cells(self) -> tuple[str, ...]:
        middle = median(self.samples)
        found = [self.what, number(middle), f"{number(min(self.samples))} to {number(max(self.samples))}"]
        for others in (self.baseline, self.bare, self.pandas):
            other = median(others) if others else 0
            times = other / middle if others is self.pandas else middle / (other or 1)
            found += [number(other), f"{times:.1f}"] if others else ["", ""]
        under = [f"{'every one ' * self.always}under {number(self.target)}"] if self.target is not None else []
        within = [f"{self.times:g} times"] if self.times is not None else []
        return (*found, ", ".join(under + within), HOLDS[self.holds])


@dataclass(frozen=True)
class Table:
    """Cells under heads, the first column in words; `held` of its `judged` targets are met."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    judged: int = 0
    held: int = 0
    note: str = ""


def tables(lines: Iterable[Line]) -> list[Table]:
    """A table a section, without the columns that are empty in it."""
    found = []
    for section, grouped in groupby(lines, lambda line: line.section):
        group = list(grouped)
        rows = [line.cells() for line in group]
        used = [place for place in range(len(HEADS)) if place == 0 or any(row[place] for row in rows)]
        holds = [line.holds for line in group]
        found.append(
            Table(
                section,
                [HEADS[place] for place in used],
                [[row[place] for place in used] for row in rows],
                len(holds) - holds.count(None),
                holds.count(True),
            )
        )
    return found


def show(found: Iterable[Table]) -> None:
    """Print the tables."""
    console = Console()
    console = Console(width=max(console.width, WIDTH))  # a file or a pipe has no width of its own
    for one in found:
        printed = Printed(title=one.title, title_justify="left", box=None, pad_edge=False)
        for position, head in enumerate(one.heads):
            printed.add_column(head, justify="left" if position == 0 or head in ("target", "holds") else "right")
        for row in one.rows:
            printed.add_row(*(cell.replace("**", "") for cell in row))
        console.print(printed, *([one.note] if one.note else []), "", sep="\n")


@dataclass(frozen=True)
class Section:
    """What was measured together, and when."""

    at: str
    """When it began, ISO, UTC."""
    minutes: float
    load: float
    """Of the machine, when it began."""
    machine: str
    tables: list[Table]
    priority: int = 0
    """Below zero (nice), what was measured went before whatever else the machine did."""

    def says(self) -> str:
        """When and under what load."""
        took = f"in {self.minutes:.0f} minutes" if self.minutes >= 1.5 else "in a minute"
        began = f"{datetime.fromisoformat(self.at):%-d %B %Y at %H:%M} UTC"
        first = f", priority {self.priority}" if self.priority else ""
        return f"Measured on {began} {took}; load {self.load:.1f} before{first}."


def keep(measured: Mapping[str, Section], path: Path) -> dict[str, Section]:
    """Write what was measured over what was before, section by section; all there is now."""
    saved = read(path)
    saved |= measured
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({name: asdict(one) for name, one in saved.items()}, indent=1, ensure_ascii=False) + "\n")
    return saved


def read(path: Path) -> dict[str, Section]:
    """The saved sections; none where there is no file."""
    if not path.exists():
        return {}
    found: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return {
        name: Section(**one | {"tables": [Table(**table) for table in one["tables"]]}) for name, one in found.items()
    }


def put_together(saved: Mapping[str, Section], needed: Iterable[str], order: Sequence[str], path: Path) -> str:
    """Write RESULTS.md of all saved sections, unless one that it needs is missing; what to tell about it."""
    missing = [name for name in needed if name not in saved]
    if missing:
        return (
            f"{path.name} is left as it is: there are no earlier results of {', '.join(missing)} here to put beside "
            "these. `python -m bench` measures all."
        )
    write(saved, order, path)
    absent = [name for name in order if name not in saved]
    return f"{path.name} is without {', '.join(absent)}: there are no earlier results here." if absent else ""


def write(saved: Mapping[str, Section], order: Sequence[str], path: Path) -> None:
    """RESULTS.md of all saved sections, each with its date."""
    found = [saved[name] for name in order if name in saved]
    judged = sum(table.judged for section in found for table in section.tables)
    held = sum(table.held for section in found for table in section.tables)
    text = ["# How fast it is", "", f"Written by `python -m bench`. {held} of {judged} targets hold.", INTRODUCTION]
    before = ""
    for section in found:
        if section.machine != before:
            text += ["", section.machine]
            before = section.machine
        for table in section.tables:
            text += ["", f"## {table.title}", "", section.says(), *([table.note] if table.note else []), ""]
            text += [_row(table.heads), _row(["---", *("---:" for _ in table.heads[1:])])]
            text += [_row(row) for row in table.rows]
    path.write_text("\n".join(text) + "\n", "utf-8")


def machine(database: Path) -> str:
    """Cores, memory, versions, data."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    with duckdb.connect(str(database), read_only=True) as connection:
        data = connection.sql("SELECT data_version FROM build").fetchall()[0][0]
    return f"{cores} cores, {memory:.0f} GiB; Python {platform.python_version()}, {libraries}; data version {data}."


def priority() -> int:
    """Of this process among all (nice), or of its session where the system shares its time among sessions."""
    group = Path("/proc/self/autogroup")
    shared = int(group.read_text("ascii").split()[-1]) if group.exists() else 0
    return shared or os.getpriority(os.PRIO_PROCESS, 0)


def now() -> str:
    """This moment as a section keeps it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def number(value: float) -> str:
    """As many figures as matter."""
    return f"{value:,.{0 if abs(value) >= 100 or value == int(value) else 1}f}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
