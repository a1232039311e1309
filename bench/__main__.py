"""Measure what a reader waits for and what a server pays: `python -m bench`, half an hour; `--quick`, some minutes.

Writes RESULTS.md beside this file. It is put together from out/results.json, which stays on the machine that measured:
`--only users` measures one section again and leaves the others as they were, each with its date; where there are no
others, it leaves RESULTS.md as it was and says so. `python -m bench soak` reads for hours. Needs the development
dependencies, Chromium, and Linux. Ours, the baseline page and the pandas baseline are measured in turns, since a shared
machine is faster at one moment than at another.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from bench import api, build, pages, pictures, report, users, views
from bench.pages import Size
from bench.report import Line, Section, Table, tables

HERE = Path(__file__).parent
RESULTS, SAVED = HERE / "RESULTS.md", HERE / "out" / "results.json"
BUILD_SECONDS = 8
# How long numbers of users are looked at: most, those with a target, and those when it is asked for.
SECONDS, TARGET_SECONDS, LONG_SECONDS = 30, 60, 600


@dataclass(frozen=True)
class Bench:
    """What the sections need."""

    folder: Path
    """For temporary files."""
    size: Size
    builds: int
    length: users.Length
    running: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def data(self) -> Path:
        """A data folder of our own, so that nothing is built where somebody reads."""
        return build.copy(self.folder)

    @cached_property
    def database(self) -> Path:
        """A database, built."""
        path = self.data / build.DATABASE
        if not path.exists():
            build.build(self.data)
        return path

    @cached_property
    def servers(self) -> views.Servers:
        """Ours, the baseline page and the pandas baseline."""
        return self.running.enter_context(views.served(self.database, self.folder))


def building(bench: Bench) -> list[Table]:
    """The ETL."""
    builds = [build.build(bench.data) for _ in track(range(bench.builds), "Building")]
    section = "Building the database from the releases"
    return tables(
        [
            Line(section, "time, s", [one.seconds for one in builds], target=BUILD_SECONDS),
            Line(section, "CPU, s", [one.cpu for one in builds]),
            Line(section, "peak memory, MB", [one.peak_mb for one in builds]),
        ]
    )


# In the order of RESULTS.md. What needs the servers comes first: those who read in crowds have their own.
SECTIONS: dict[str, Callable[[Bench], list[Table]]] = {
    "build": building,
    "pages": lambda bench: tables(pages.answering(bench.servers, bench.size)),
    "browser": lambda bench: tables(pages.painting(bench.servers, bench.size)),
    "api": lambda bench: tables(api.lines(bench.servers.product)),
    "pictures": lambda bench: [pictures.table(bench.servers.product, bench.database)],
    "tenfold": lambda bench: tables(pages.growing(bench.database, bench.folder, bench.size)),
    "users": lambda bench: users.bearing(bench.database, bench.folder, bench.length),
    "memory": lambda bench: tables(users.holding(bench.database)),
}
OWN_SERVERS = ("tenfold", "users", "memory")
ORDER = (*SECTIONS, "soak")
FULL = Size(rounds=5, reruns=12, pandas_reruns=2, openings=5, pandas_openings=2, changes=4)
QUICK = Size(rounds=2, reruns=6, pandas_reruns=1, openings=2, pandas_openings=1, changes=2)

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer rounds: for a first look, and kept nowhere.")] = False,
    only: Annotated[list[str] | None, typer.Option(help=f"One of {', '.join(SECTIONS)}; may be given again.")] = None,
    long: Annotated[bool, typer.Option("--long", help="Ten minutes for each number of users with a target.")] = False,
) -> None:
    """Measure; print the tables and write them to bench/RESULTS.md."""
    # By itself a termination would leave the servers and the browser running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if context.invoked_subcommand:
        return
    asked = only or list(SECTIONS)
    if wrong := [name for name in asked if name not in SECTIONS]:
        raise typer.BadParameter(f"there is no section {wrong[0]}: take {', '.join(SECTIONS)}")
    length = users.Length(SECONDS, LONG_SECONDS if long else TARGET_SECONDS)
    if quick:
        length = users.Length(15, 15, (10, 100), (10,))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        bench = Bench(Path(folder), QUICK if quick else FULL, 2 if quick else 5, length, running)
        said = ""
        for name in SECTIONS:
            if name in asked:
                if name in OWN_SERVERS:
                    running.close()
                section = _measured(bench, SECTIONS[name])
                report.show(section.tables)
                if not quick:
                    said = keep({name: section})
    # Once, at the end: until then the sections that come are missing.
    if said:
        print(said)


@app.command()
def soak(
    minutes: Annotated[float, typer.Option(help="For how long.")] = 120,
    readers: Annotated[int, typer.Option("--users", help="How many read at once.")] = 20,
) -> None:
    """Read for hours: memory, times and errors; written to bench/RESULTS.md too."""
    length = users.Length(SECONDS, TARGET_SECONDS)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        bench = Bench(Path(folder), FULL, 1, length, running)
        section = _measured(bench, lambda bench: [users.soaked(users.hours(bench.database, readers, minutes))])
    report.show(section.tables)
    if said := keep({"soak": section}):
        print(said)


def keep(measured: Mapping[str, Section]) -> str:
    """Save sections, and write RESULTS.md where none is missing; what to tell about it."""
    return report.put_together(report.keep(measured, SAVED), SECTIONS, ORDER, RESULTS)


def _measured(bench: Bench, measure: Callable[[Bench], list[Table]]) -> Section:
    began, start, load = report.now(), time.monotonic(), os.getloadavg()[0]
    found = measure(bench)
    minutes = (time.monotonic() - start) / 60
    return Section(began, round(minutes, 1), round(load, 1), report.machine(bench.database), found, report.priority())


if __name__ == "__main__":
    app()
