"""What tests of the dashboard share: pages as scripts, HTML as a browser sees it, names and addresses nobody types.

Made-up figures are in `small`, made-up rows in `rows`, made-up inspections in `inspected`, slow rules in `oracle`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.data import versions
from dashboard.data.contents import read_apart
from dashboard.data.database import Database
from dashboard.data.versions import Store, store
from dashboard.files import exports

ROOT = Path(__file__).resolve().parents[2]
MAIN = str(ROOT / "dashboard" / "main.py")
PAGES = {
    "England": "pages/england.py",
    "Map": "pages/map.py",
    "Inspections": "pages/inspections.py",
    "Best councils": "pages/best.py",
    "Council": "pages/council.py",
    "Compare": "pages/compare.py",
    "Your own figures": "pages/own.py",
    "Leadership": "pages/leadership.py",
    "Progress": "pages/progress.py",
    "Briefings": "pages/briefings.py",
    "Data": "pages/data.py",
    "Methods": "pages/methods.py",
    "Accessibility": "pages/accessibility.py",
}
# Which are of all measures and councils, or of none: they have no choices that pages share.
WITHOUT_CHOICES = ("Methods", "Accessibility")

Query = dict[str, str | list[str]]

# Of a council's page all that is closed at first.
ALL_OPEN: dict[str, str] = dict.fromkeys(
    ("detail", "every", "extremes", "inspections", "partners", "takes", "near"), "true"
)

# Values that no page offers, by the choices that pages share.
HOSTILE_QUERIES: list[Query] = [
    {"la": "<img src=x onerror=alert(1)>"},
    {"la": "'; DROP TABLE observation; --"},
    {"la": "![x](https://evil.example/x.png)"},
    {"la": "[click](javascript:alert(1))"},
    {"la": "../../etc/passwd"},
    {"la": "\x00\x01\x02"},
    {"la": "E08000035"},
    {"la": "leeds"},
    {"la": "Leeds "},
    {"la": "L" * 20_000},
    {"la": "Лидс 🧭 \u202egnp.eerf"},
    {"la": "Cumbria"},  # ended in 2023: not offered, and said so
    {"la": "", "metric": "", "period": "", "benchmark": "", "colour": "", "view_as": "", "topic": "", "theme": ""},
    {"part": "", "picture": "", "over": "", "section": "", "way": "", "shape": "", "councils": "", "group": ""},
    {"metric": "vacancy_rate"},
    {"metric": "<script>alert(1)</script>", "la": "Leeds"},
    {"metric": "{{7*7}}${7*7}%s%d"},
    {"period": "1066"},
    {"period": "2025' OR '1'='1"},
    {"benchmark": "nothing", "la": "Westminster"},
    {"benchmark": "My group", "group": "<img src=x onerror=alert(1)>"},
    {"benchmark": "My group", "group": ["Leeds"] * 200 + ["../../etc/passwd"] * 200},
    {"benchmark": "A target", "target": "<script>alert(1)</script>"},
    {"benchmark": "A target", "target": "9" * 400},
    {"benchmark": "A target", "target": ["1", "2"]},
    {"compare_metric": "<img src=x>", "compare_period": "![x](y)"},
    {"compare_metric": "Average caseload", "compare_period": "' OR 1=1"},
    {"behind": "perhaps", "compare_table": "<b>", "benchmark": "Best quarter in its region"},
    {"colour": "Gold", "view_as": "Globe"},
    {"table": "perhaps", "course": "<b>", "inspections": "-1"},
    {"metrics": "Nothing", "areas": "<b>", "periods": "1066"},
    {"metric": "Average caseload", "period": "2013", "benchmark": "Region", "la": "City of London"},
    {"unknown": "x" * 1000, "__class__": "1", "la[]": "Leeds"},
]
HOSTILE_NAMES = {
    "101": "<img src=x onerror=alert(1)>",
    "102": "</td></table><script>alert(1)</script>",
    "103": '"quoted" onmouseover="alert(1)',
    "104": "it's 'single' & <b>bold</b> &lt;",
    "105": "a?b=c&la=Leeds#d%20e+f",
    "106": "javascript:alert(1)",
}


def opened(page: str = "Map", **query: str | list[str]) -> AppTest:
    """A page as it opens at an address, without an error."""
    app = AppTest.from_file(MAIN, default_timeout=60)
    if page != "England":
        app.switch_page(PAGES[page])
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, (page, query, [error.value for error in app.exception])
    return app


def html(app: AppTest) -> str:
    """All HTML of a page, from the top."""
    return "\n".join(element.proto.body for element in app.get("html"))


def firsts(app: AppTest, caption: str) -> list[str]:
    """What the rows of a page's table begin with; the table is known by words of its caption."""
    (table,) = re.findall(rf"<caption>[^<]*{caption}.*?</table>", html(app), re.DOTALL)
    return [row[0] for row in Page(table).rows[1:]]


def sentences(app: AppTest) -> list[str]:
    """The generated sentences of a page, from the top."""
    return [unescape(text) for text in re.findall(r'<p class="sentence"[^>]*>([^<]*)</p>', html(app))]


def warnings(app: AppTest) -> list[str]:
    return [warning.value for warning in app.warning]


def kinds(db: Database) -> list[str]:
    """The first measure of each kind: by unit, polarity, and whether counts, intervals and shortfalls are published."""
    found: dict[tuple[object, ...], str] = {}
    for metric in db.metrics.values():
        kind = (metric.unit, metric.polarity, metric.has_interval, metric.shortfall_moves, metric.graded)
        found.setdefault(kind, metric.metric_id)
    return list(found.values())


def read(frame: pl.DataFrame) -> list[dict[str, str]]:
    """A file as a spreadsheet would read it."""
    return list(csv.DictReader(io.StringIO(exports.csv(frame).decode("utf-8"), newline="")))


@cache
def store_of(path: Path) -> Store:
    """One for each file, read once whichever modules serve it: its answers are shared, as those of a server are."""
    return Store(path, read_apart)


@contextmanager
def serving(path: Path) -> Iterator[Store]:
    """The pages read a database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(versions, "Store", lambda path, _read: store_of(path))
        patch.setenv("MONITOR_DATABASE", str(path))
        store.cache_clear()
        yield store()
    store.cache_clear()


class Page(HTMLParser):
    """HTML as a browser would see it: every tag with its attributes, every row with its cells' text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] = " ".join(f"{self.rows[-1][-1]} {data}".split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]
