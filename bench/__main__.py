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

from bench import browser, build, report
from bench.reader import Reader
from bench.report import Line
from bench.server import Server, serve

RESULTS = Path(__file__).parent / "RESULTS.md"
CHOICES = ("Council", "Measure", "Period", "Compare with")
BUILD_SECONDS, CPU_MS, SENT_KB = 8, 50, 100
WORDS_MS, PAGE_MS, OPENING_MS = 200, 500, 4000


@dataclass(frozen=True)
class View:
    """A page to measure."""

    name: str
    page: str
    """Its path."""
    parts: tuple[str, ...]
    """What it draws beside words; a chart or table last."""
    query: dict[str, str] = field(default_factory=dict, hash=False)
    choices: tuple[str, ...] = CHOICES
    changing: bool = True
    """Whether every choice draws all of its parts anew; else only the words are waited for."""

    @property
    def changed(self) -> tuple[str, ...]:
        return self.parts if self.changing else ()

    @property
    def browsed(self) -> list[str]:
        """The choices to change in a browser too: those that readers change most."""
        return [choice for choice in self.choices if choice in ("Council", "Measure", "Number")]


FLOOR = View("Floor", "", ("chart",), choices=("Number",))
VIEWS = (
    View("England", "", ("chart",), choices=CHOICES[1:], changing=False),
    View("Map", "map", ("map", "chart")),
    View("Council", "council", ("chart",), {"la": "Leeds"}),
    View("Data", "data", ("table",), choices=()),
)
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
        pairs = [(FLOOR, floor), *((view, product) for view in VIEWS)]
        for view, server in pairs:
            with Reader(server, view.page, **view.query):
                pass  # what a server makes once is made
        lines += answering(pairs, size)
        lines += painting(pairs, size)
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
        Line(section, f"{name}: {choice}", samples[name, choice], samples["Floor", "Number"], target, always)
        for section, samples, target, always in (
            ("Server CPU for a change, ms", cpu, CPU_MS, False),
            ("Time to a change's last message, ms", wall, None, False),
            ("Messages sent for a change, kB", sent, SENT_KB, True),
            ("The same on the wire, compressed, kB", wire, None, False),
        )
        for name, choice in samples
        if name != "Floor"
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
            if name != "Floor"
        ),
        *_painted("From choosing to painted, ms", changing, {"words": WORDS_MS, "map": WORDS_MS, "page": PAGE_MS}),
    ]


def _painted(section: str, times: dict[tuple[str, str, str], list[float]], targets: dict[str, float]) -> list[Line]:
    floors = {part: samples for (name, _, part), samples in times.items() if name == "Floor"}
    return [
        Line(
            section,
            f"{name}{f', {choice}' if choice else ''}: {PARTS[part]}",
            samples,
            # The map and the table have no like on the floor; its chart is the nearest.
            floors.get(part, floors["chart"]),
            targets.get(part),
        )
        for (name, choice, part), samples in times.items()
        if name != "Floor"
    ]


def _options(options: list[str]) -> Iterator[str]:
    """Options for ever, without the first, which is what is chosen at the start."""
    return cycle(options[1:])


if __name__ == "__main__":
    app()
