"""A picture by address, cold, beside the same chart drawn by headless Chromium and taken as a PNG of the same size."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from urllib.parse import quote

import plotly
from playwright.sync_api import Browser

from bench.api import asking
from bench.browser import chromium
from bench.report import HOLDS, Table, number
from bench.server import Server
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.data.database import Database
from dashboard.pictures.choices import Choices
from dashboard.pictures.kinds import KINDS
from dashboard.views.svg.picture import HIGH, SCALE, WIDE

SHOWN = ("trend", "order", "funnel", "lines", "scatter")
ROUNDS = 5
# Of the time that Chromium takes, which has started already.
MOST = 0.3
SCRIPT = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
HEADS = (
    "",
    "median",
    "lowest to highest",
    "Chromium that runs",
    "times it",
    "target",
    "holds",
)


def table(server: Server, database: Path) -> Table:
    """Pictures of councils that nobody asked for before, as PNG; and Chromium with Plotly's script on this machine."""
    db = Database(database)
    councils = list(db.authorities.items())[: len(SHOWN) * ROUNDS + 1]
    metric, period = db.metrics["vacancy_rate"], db.latest("vacancy_rate")
    choices = [Choices(metric, period, BENCHMARKS["best_quarter"], one) for one, _ in councils]
    # What is read and compared once a data version, as by the pages, is no part of a picture.
    for kind in SHOWN:
        asking(server)(_address(kind, councils[-1][1]))
    rows, held = [], 0
    start = time.perf_counter()
    with chromium() as browser:
        _draw(browser, _figure(db, SHOWN[0], choices[-1]))
    started = (time.perf_counter() - start) * 1000
    with chromium() as browser:
        for place, kind in enumerate(SHOWN):
            ours: list[float] = []
            theirs: list[float] = []
            for at in range(place * ROUNDS, (place + 1) * ROUNDS):
                figure = _figure(db, kind, choices[at])
                # A connection of its own: a server closes one that waits while Chromium draws.
                ours.append(_ms(partial(asking(server), _address(kind, councils[at][1]))))
                theirs.append(_ms(partial(_draw, browser, figure)))
            times = median(ours) / median(theirs)
            held += times <= MOST
            spread = f"{number(min(ours))} to {number(max(ours))}"
            rows.append((
                KINDS[kind].title, number(median(ours)), spread, number(median(theirs)), f"{times:.2f}",
                f"{MOST:g} times", HOLDS[times <= MOST],
            ))  # fmt: skip
    note = f"A Chromium that has to start first takes {number(started)} ms to its first picture."
    return Table("A picture by address, PNG of 1920 by 1080, cold, ms", HEADS, rows, len(rows), held, note)


def _figure(db: Database, kind: str, choices: Choices) -> object:
    drawn = KINDS[kind].draw(db, choices).picture.drawn
    assert callable(drawn)
    return drawn(HIGH)


def _address(kind: str, council: str) -> str:
    return f"/api/v1/charts/{kind}.png?la={quote(council)}&metric=vacancy_rate"


def _draw(browser: Browser, figure: object) -> None:
    """The chart as Plotly draws it, taken as a PNG as large as ours."""
    page = browser.new_page(viewport={"width": WIDE, "height": HIGH}, device_scale_factor=SCALE)
    try:
        page.set_content("<div id=chart></div>")
        page.add_script_tag(path=SCRIPT)
        page.evaluate(
            "figure => Plotly.newPlot('chart', figure.data, figure.layout)", json.loads(json.dumps(figure, default=str))
        )
        page.screenshot(type="png")
    finally:
        page.close()


def _ms(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return (time.perf_counter() - start) * 1000
