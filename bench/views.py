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
FLOOR_CHOICES = ("Number",)
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

    @property
    def changed(self) -> tuple[str, ...]:
        return self.parts if self.changing else ()

    @property
    def browsed(self) -> list[str]:
        """The choices to change in a browser too."""
        return [choice for choice in self.choices if choice in BROWSED]


VIEWS = (
    View("England", "", ("chart",), choices=CHOICES[1:], changing=False),
    View("Map", "map", ("map", "chart"), sent_kb=40),
    View("Council", "council", ("chart",), {"la": "Leeds"}),
    View("Compare", "compare", ("chart",), {"la": "Leeds"}),
    View("Inspections", "inspections", choices=("Council",)),
    View("Best councils", "best", choices=("Measure", "Period")),
    View("Your own figures", "own", query={"la": "Leeds"}, choices=("Council",)),
    View("Leadership", "leadership", ("chart",), choices=("Council",), changing=False),
    View("Progress", "progress", choices=()),
    View("Briefings", "briefings", choices=()),
    View("Data", "data", ("table",), choices=()),
    View("Methods", "methods", choices=()),
    View("Accessibility", "accessibility", choices=()),
)


def naive_of(view: View) -> View:
    """The same page of the naive twin, which draws its map as a chart."""
    parts = tuple("chart" if part == "map" else part for part in view.parts[:1])
    return replace(view, name=f"Naive {view.name}", parts=parts, changing=False)


NAIVE = tuple(map(naive_of, VIEWS))


@dataclass(frozen=True)
class Servers:
    """What is measured side by side."""

    product: Server
    floor: Server
    bare: Server
    naive: Server
    shown: dict[str, dict[str, int]]
    """How many charts, tables and rows each of VIEWS shows, by its name (`Tab.shown`)."""

    def floor_of(self, view: View) -> View:
        """A page of the floor that shows as much as this one."""
        shape = {name: str(self.shown[view.name].get(name, 0)) for name in ("charts", "tables", "rows")}
        parts = ("chart",) if shape["charts"] != "0" else ()
        return View(f"Floor {' '.join(shape.values())}", "", parts, shape, FLOOR_CHOICES)

    def bare_of(self, view: View) -> View:
        """The same with Streamlit's own settings."""
        floor = self.floor_of(view)
        return replace(floor, name=floor.name.replace("Floor", "Bare"))

    @property
    def pairs(self) -> list[tuple[View, Server]]:
        """Every page, each on its server."""
        return [
            *((view, self.floor) for view in dict.fromkeys(map(self.floor_of, VIEWS))),
            *((view, self.bare) for view in dict.fromkeys(map(self.bare_of, VIEWS))),
            *((view, self.product) for view in VIEWS),
            *((view, self.naive) for view in NAIVE),
        ]


@contextmanager
def served(database: Path, folder: Path) -> Iterator[Servers]:
    """The four servers over a database, each page run once; `folder` is for the naive twin's files."""
    with ExitStack() as running:
        product = running.enter_context(serve("streamlit_app.py", MONITOR_DATABASE=str(database)))
        servers = Servers(
            product,
            running.enter_context(serve("bench/floor.py")),
            running.enter_context(serve("bench/floor.py", *AS_STREAMLIT_COMES, home=folder)),
            running.enter_context(naive(database, folder)),
            {view.name: shown(product, view) for view in VIEWS},
        )
        for view, server in servers.pairs:
            with Reader(server, view.page, **view.query):
                pass  # what a server makes once is made
        yield servers


def shown(server: Server, view: View) -> dict[str, int]:
    """How many charts, tables and rows of tables a page shows."""
    with Reader(server, view.page, **view.query) as reader:
        return dict(reader.tab.shown)


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
