"""Measure what a reader waits for and what a server pays: `python -m bench`, about five minutes; `--quick`, about one.

Writes RESULTS.md beside this file. Needs the development dependencies, Chromium, and Linux. Ours and the floor are
measured in turns, since a machine that others use is faster at one moment than at another.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from bench import api, browser, build, report, tenfold
from bench.reader import Reader
from bench.report import Line
from bench.server import Server, serve

RESULTS = Path(__file__).parent / "RESULTS.md"
CHOICES = ("Council", "Measure", "Period", "Compare with")
BUILD_SECONDS, CPU_MS, SENT_KB, TENFOLD = 8, 50, 100, 1.5
WORDS_MS, PAGE_MS, OPENING_MS, FLOORS_TIMES = 200, 500, 4000, 1.3


@dataclass(frozen=True)
class View:
    """A page to measure."""

    name: str
    page: str
    """Its path."""
    parts: tuple[str, ...] = ()
    """What it draws beside words; a chart or table last."""
    query: dict[str, str] = field(default_factory=dict, hash=False)
    choices: tuple[str, ...] = CHOICES
    changing: bool = True
    """Whether every choice draws all of its parts anew; else only the words are waited for."""
    sent_kb: int = SENT_KB
    """What a change may send at most, at the median."""
    charts: int = 0
    """How many pictures it draws, the map and the grid among them."""
    tables: int = 0
    rows: int = 0
    """Of all its tables."""

    @property
    def changed(self) -> tuple[str, ...]:
        return self.parts if self.changing else ()

    @property
    def browsed(self) -> list[str]:
        """The choices to change in a browser too: those that readers change most."""
        return [choice for choice in self.choices if choice in ("Council", "Measure", "Number")]


VIEWS = (
    View("England", "", ("chart",), choices=CHOICES[1:], changing=False, charts=1, tables=5, rows=90),
    View("Map", "map", ("map", "chart"), sent_kb=40, charts=2),
    View("Council", "council", ("chart",), {"la": "Leeds"}, charts=2, tables=5, rows=50),
    View("Compare", "compare", ("chart",), {"la": "Leeds"}, charts=3, tables=1, rows=20),
    View("Inspections", "inspections", choices=("Council",), tables=1, rows=150),
    View("Best councils", "best", choices=("Measure", "Period"), tables=4, rows=120),
    View("Data", "data", ("table",), choices=(), charts=1),
)


def floor_of(view: View) -> View:
    """The bare page that shows as much as this one."""
    shape = {name: str(getattr(view, name)) for name in ("charts", "tables", "rows")}
    parts = ("chart",) if view.charts else ()
    return View(f"Floor {' '.join(shape.values())}", "", parts, shape, ("Number",))


FLOORS = tuple(dict.fromkeys(map(floor_of, VIEWS)))
PARTS = {"words": "heading and sentence", "map": "map", "chart": "chart", "table": "table", "page": "whole page"}


@dataclass(frozen=True)
class Size:
    """How often everything is measured."""

    builds: int
    rounds: int
    reruns: int
    openings: int
    changes: int


FULL, QUICK = Size(builds=5, rounds=5, reruns=12, openings=7, changes=4), Size(2, 2, 6, 2, 3)

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    quick: Annotated[bool, typer.Option("--quick", help="Fewer rounds: for a first look, and kept nowhere.")] = False,
) -> None:
    """Measure builds, servers and browsers; print the tables and write them to bench/RESULTS.md."""
    # By itself a termination would leave the servers and the browser running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    size, load = QUICK if quick else FULL, os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        data = build.copy(Path(folder))
        lines = building(data, size)
        database = data / build.DATABASE
        product = running.enter_context(serve("streamlit_app.py", MONITOR_DATABASE=str(database)))
        floor = running.enter_context(serve("bench/floor.py"))
        pairs = [*((view, floor) for view in FLOORS), *((view, product) for view in VIEWS)]
        for view, server in pairs:
            with Reader(server, view.page, **view.query):
                pass  # what a server makes once is made
        lines += answering(pairs, size)
        lines += growing(database, Path(folder), size)
        lines += painting(pairs, size)
        lines += api.lines(product)
        report.show(lines)
        if not quick:
            report.write(lines, RESULTS, database=database, load=load)


def building(data: Path, size: Size) -> list[Line]:
    """The ETL."""
    builds = [build.build(data) for _ in track(range(size.builds), "Building")]
    section = "Building the database from the releases"
    return [
        Line(section, "time, s", [one.seconds for one in builds], target=BUILD_SECONDS),
        Line(section, "CPU, s", [one.cpu for one in builds]),
        Line(section, "peak memory, MB", [one.peak_mb for one in builds]),
    ]


def answering(pairs: list[tuple[View, Server]], size: Size) -> list[Line]:
    """The server: what one change of a choice costs it and what it sends, without a browser."""
    cpu, wall, sent, wire = (defaultdict[tuple[str, str], list[float]](list) for _ in range(4))
    with ExitStack() as open_:
        cases = {
            (view.name, choice): (server, open_.enter_context(Reader(server, view.page, **view.query)))
            for view, server in pairs
            for choice in view.choices
        }
        options = {case: _options(reader.options(case[1])) for case, (_, reader) in cases.items()}
        for _ in track(range(size.rounds), "Answering"):
            for case, (server, reader) in cases.items():
                before = server.cpu()
                for _ in range(size.reruns):
                    rerun = reader.choose(case[1], next(options[case]))
                    wall[case].append(rerun.seconds * 1000)
                    sent[case].append(rerun.sent / 1000)
                    wire[case].append(rerun.wire / 1000)
                time.sleep(0.05)  # a run ends a little after its last message
                cpu[case].append((server.cpu() - before) / size.reruns * 1000)
    return [
        Line(
            section,
            f"{view.name}: {choice}",
            samples[view.name, choice],
            samples[floor_of(view).name, "Number"],
            target(view),
        )
        for section, samples, target in (
            ("Server CPU for a change, ms", cpu, lambda _: CPU_MS),
            ("Time to a change's last message, ms", wall, lambda _: None),
            ("Messages sent for a change, kB", sent, lambda view: view.sent_kb),
            ("The same on the wire, compressed, kB", wire, lambda _: None),
        )
        for view in VIEWS
        for choice in view.choices
    ]


def growing(database: Path, folder: Path, size: Size) -> list[Line]:
    """The server with ten times the observations, in turns with the one of today."""
    section = "Server CPU for a change with ten times the observations, beside that of today, ms"
    larger = tenfold.database(database, folder / "synthetic-tenfold.duckdb")
    cpu = defaultdict[tuple[str, Path], list[float]](list)
    with ExitStack() as running:
        servers = {
            path: running.enter_context(serve("streamlit_app.py", MONITOR_DATABASE=str(path)))
            for path in (database, larger)
        }
        readers = {
            (view, path): running.enter_context(Reader(server, view.page, **view.query))
            for view in VIEWS
            if view.choices
            for path, server in servers.items()
        }
        options = {case: _options(reader.options(case[0].choices[0])) for case, reader in readers.items()}
        for _ in track(range(size.rounds + 1), "Growing"):
            for (view, path), reader in readers.items():
                before = servers[path].cpu()
                for _ in range(size.reruns):
                    reader.choose(view.choices[0], next(options[view, path]))
                time.sleep(0.05)
                cpu[view.name, path].append((servers[path].cpu() - before) / size.reruns * 1000)
    return [
        # The first round of each is that in which a server makes what it keeps.
        Line(section, name, samples[1:], cpu[name, database][1:], times=TENFOLD)
        for (name, path), samples in cpu.items()
        if path == larger
    ]


def painting(pairs: list[tuple[View, Server]], size: Size) -> list[Line]:
    """The browser: from opening a page, and from choosing, to what is painted."""
    opening, changing = (defaultdict[tuple[str, str, str], list[float]](list) for _ in range(2))
    lead = defaultdict[str, list[float]](list)
    options: dict[tuple[View, str], Iterator[str]] = {}
    for view, server in pairs:
        with Reader(server, view.page, **view.query) as reader:
            options |= {(view, choice): _options(reader.options(choice)) for choice in view.browsed}
    with browser.chromium() as chromium:
        for _ in track(range(size.openings), "Painting"):
            for view, server in pairs:
                with browser.opened(chromium, server, view.page, view.parts, **view.query) as (tab, paints):
                    for part in ("words", *view.parts, "page"):
                        opening[view.name, "", part].append(paints[part].last if part == "page" else paints[part].first)
                    if view.parts:
                        lead[view.name].append(paints["words"].first - paints[view.parts[-1]].first)
                    for choice in view.browsed:
                        for _ in range(size.changes):
                            paints = browser.choose(tab, choice, next(options[view, choice]), view.changed)
                            for part in ("words", *view.changed, "page"):
                                changing[view.name, choice, part].append(paints[part].last)
    return [
        *_painted("Opening a page in a new browser, ms", opening, {"page": OPENING_MS}),
        *(
            Line("Sentence before the first chart or table, ms", name, samples, target=0, always=True)
            for name, samples in lead.items()
            if not name.startswith("Floor")
        ),
        *_painted(
            "From choosing to painted, ms",
            changing,
            {"words": WORDS_MS, "map": WORDS_MS, "page": PAGE_MS},
            FLOORS_TIMES,
        ),
    ]


def _painted(
    section: str, times: dict[tuple[str, str, str], list[float]], targets: dict[str, float], most: float | None = None
) -> list[Line]:
    floors = {view.name: floor_of(view).name for view in VIEWS}
    return [
        Line(
            section,
            f"{name}{f', {choice}' if choice else ''}: {PARTS[part]}",
            samples,
            # A map or a grid has no like on the floor: its charts are the nearest.
            times.get((floors[name], floor_choice, part)) or times[floors[name], floor_choice, "chart"],
            targets.get(part),
            times=most if part == "page" else None,
        )
        for (name, choice, part), samples in times.items()
        if name in floors
        for floor_choice in [FLOORS[0].choices[0] if choice else ""]
    ]


def _options(options: list[str]) -> Iterator[str]:
    """Options for ever, without the first, which is what is chosen at the start."""
    return cycle(options[1:])


if __name__ == "__main__":
    app()
