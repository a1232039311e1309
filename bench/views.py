"""The pages that are measured, each beside the baseline page, the bare page and the pandas baseline."""

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
BASELINE_CHOICES = ("Number",)
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
    """Whether every choice redraws all of its parts; else only the words are waited for."""
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
    View("Council", "council", ("chart",), {"la": "Leeds", "detail": "true"}),
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


def pandas_view(view: View) -> View:
    """The same page of the pandas baseline, which draws its map as a chart."""
    parts = tuple("chart" if part == "map" else part for part in view.parts[:1])
    return replace(view, name=f"Pandas {view.name}", parts=parts, changing=False)


PANDAS_VIEWS = tuple(map(pandas_view, VIEWS))


@dataclass(frozen=True)
class Servers:
    """What is measured side by side."""

    product: Server
    baseline: Server
    bare: Server
    pandas: Server
    shown: dict[str, dict[str, int]]
    """How many charts, tables and rows each of VIEWS shows, by its name (`Tab.shown`)."""

    def baseline_of(self, view: View) -> View:
        """A page of the baseline page that shows as much as this one."""
        shape = {name: str(self.shown[view.name].get(name, 0)) for name in ("charts", "tables", "rows")}
        parts = ("chart",) if shape["charts"] != "0" else ()
        return View(f"Baseline {' '.join(shape.values())}", "", parts, shape, BASELINE_CHOICES)

    def bare_of(self, view: View) -> View:
        """The same with Streamlit's own settings."""
        baseline = self.baseline_of(view)
        return replace(baseline, name=baseline.name.replace("Baseline", "Bare"))

    @property
    def pairs(self) -> list[tuple[View, Server]]:
        """Every page, each on its server."""
        return [
            *((view, self.baseline) for view in dict.fromkeys(map(self.baseline_of, VIEWS))),
            *((view, self.bare) for view in dict.fromkeys(map(self.bare_of, VIEWS))),
            *((view, self.product) for view in VIEWS),
            *((view, self.pandas) for view in PANDAS_VIEWS),
        ]


@contextmanager
def served(database: Path, folder: Path) -> Iterator[Servers]:
    """The four servers over a database, each page run once; `folder` is for the pandas baseline's files."""
    with ExitStack() as running:
        product = running.enter_context(serve("streamlit_app.py", MONITOR_DATABASE=str(database)))
        servers = Servers(
            product,
            running.enter_context(serve("bench/baseline_page.py")),
            running.enter_context(serve("bench/baseline_page.py", *AS_STREAMLIT_COMES, home=folder)),
            running.enter_context(serve_pandas_baseline(database, folder)),
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
def serve_pandas_baseline(database: Path, folder: Path, core: int | None = None) -> Iterator[Server]:
    """The pandas baseline over a database."""
    home = folder / "pandas"
    home.mkdir(exist_ok=True)
    flat.export(database, home)
    shapes = ROOT / "data" / "geography" / "boundaries.geojson"
    with serve(
        "bench/pandas_baseline.py",
        *AS_STREAMLIT_COMES,
        core=core,
        home=home,
        PANDAS_DATA=str(home),
        PANDAS_SHAPES=str(shapes),
    ) as server:
        yield server


def options(choices: list[str]) -> Iterator[str]:
    """Options for ever, without the first, which is what is chosen at the start."""
    return cycle(choices[1:])
