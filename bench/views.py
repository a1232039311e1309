"""The pages that are measured, and beside each the floor, the bare page that shows as much, and the naive twin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path

from bench import flat
from bench.reader import Reader
from bench.server import ROOT, Server, serve

CHOICES = ("Council", "Measure", "Period", "Compare with")
# What readers change most, which is done in a browser too.
BROWSED = ("Council", "Measure", "Number")
SENT_KB = 100
# Streamlit's own settings but for these: it opens no browser and calls nobody.
AS_STREAMLIT_COMES = ("--server.headless", "true", "--browser.gatherUsageStats", "false")


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
    """Of all its tables. The tests hold these numbers against the pages."""

    @property
    def changed(self) -> tuple[str, ...]:
        return self.parts if self.changing else ()

    @property
    def browsed(self) -> list[str]:
        """The choices to change in a browser too."""
        return [choice for choice in self.choices if choice in BROWSED]


VIEWS = (
    View("England", "", ("chart",), choices=CHOICES[1:], changing=False, charts=1, tables=7, rows=64),
    View("Map", "map", ("map", "chart"), sent_kb=40, charts=2),
    View("Council", "council", ("chart",), {"la": "Leeds"}, charts=2, tables=5, rows=48),
    View("Compare", "compare", ("chart",), {"la": "Leeds"}, charts=3, tables=1, rows=17),
    View("Inspections", "inspections", choices=("Council",), tables=1, rows=154),
    View("Best councils", "best", choices=("Measure", "Period"), tables=4, rows=124),
    View("Your own figures", "own", query={"la": "Leeds"}, choices=("Council",)),
    View("Leadership", "leadership", ("chart",), choices=("Council",), changing=False, charts=1, tables=3, rows=180),
    View("Progress", "progress", choices=()),
    View("Briefings", "briefings", choices=(), tables=1, rows=13),
    View("Data", "data", ("table",), choices=(), charts=1),
    View("Methods", "methods", choices=(), tables=1, rows=98),
    View("Accessibility", "accessibility", choices=(), tables=1, rows=7),
)


def floor_of(view: View) -> View:
    """A page of the floor that shows as much as this one."""
    shape = {name: str(getattr(view, name)) for name in ("charts", "tables", "rows")}
    parts = ("chart",) if view.charts else ()
    return View(f"Floor {' '.join(shape.values())}", "", parts, shape, ("Number",))


def bare_of(view: View) -> View:
    """The same with Streamlit's own settings."""
    floor = floor_of(view)
    return replace(floor, name=floor.name.replace("Floor", "Bare"))


def naive_of(view: View) -> View:
    """The same page of the naive twin, which draws its map as a chart."""
    parts = tuple("chart" if part == "map" else part for part in view.parts[:1])
    return replace(view, name=f"Naive {view.name}", parts=parts, changing=False)


FLOORS = tuple(dict.fromkeys(map(floor_of, VIEWS)))
BARE = tuple(dict.fromkeys(map(bare_of, VIEWS)))
NAIVE = tuple(map(naive_of, VIEWS))


@dataclass(frozen=True)
class Servers:
    """What is measured side by side."""

    product: Server
    floor: Server
    bare: Server
    naive: Server

    @property
    def pairs(self) -> list[tuple[View, Server]]:
        """Every page, each on its server."""
        return [
            *((view, self.floor) for view in FLOORS),
            *((view, self.bare) for view in BARE),
            *((view, self.product) for view in VIEWS),
            *((view, self.naive) for view in NAIVE),
        ]


@contextmanager
def served(database: Path, folder: Path) -> Iterator[Servers]:
    """The four servers over a database, each page run once; `folder` is for the naive twin's files."""
    with ExitStack() as running:
        servers = Servers(
            running.enter_context(serve("streamlit_app.py", MONITOR_DATABASE=str(database))),
            running.enter_context(serve("bench/floor.py")),
            running.enter_context(serve("bench/floor.py", *AS_STREAMLIT_COMES, home=folder)),
            running.enter_context(naive(database, folder)),
        )
        for view, server in servers.pairs:
            with Reader(server, view.page, **view.query):
                pass  # what a server makes once is made
        yield servers


@contextmanager
def naive(database: Path, folder: Path, core: int | None = None) -> Iterator[Server]:
    """The naive twin over a database."""
    home = folder / "naive"
    home.mkdir(exist_ok=True)
    flat.export(database, home)
    shapes = ROOT / "data" / "geography" / "boundaries.geojson"
    with serve(
        "bench/naive.py", *AS_STREAMLIT_COMES, core=core, home=home, NAIVE_DATA=str(home), NAIVE_SHAPES=str(shapes)
    ) as server:
        yield server


def options(choices: list[str]) -> Iterator[str]:
    """Options for ever, without the first, which is what is chosen at the start."""
    return cycle(choices[1:])
