"""Pictures to take away: nothing is cut off or on top of another, figures are the database's, and as on the page."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from PIL import ImageFont

from dashboard.analysis import queries
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.api import chart_requests
from dashboard.data.database import Database
from dashboard.files.pictures.choices import Choices, colour_schemes
from dashboard.files.pictures.kinds import KINDS, Kind
from dashboard.pages.components import chart
from dashboard.pages.components import share as sharing
from dashboard.views.svg import text
from dashboard.views.svg.council_map import contrast
from dashboard.views.svg.picture import CARD_HIGH, HIGH, WIDE, svg
from dashboard.views.svg.png import png
from tests.dashboard import small
from tests.dashboard.helpers import HOSTILE_NAMES, Page, opened
from tests.dashboard.small import Figure

SVG = "{http://www.w3.org/2000/svg}"
LEEDS = "383"
MOVED = re.compile(r"translate\(([-\d.]+) ([-\d.]+)\)(?: scale\(([\d.]+)\))?")


@dataclass(frozen=True)
class Words:
    """Words of a picture and the box that they fill."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: Words) -> bool:
        """Whether the two share more than the edges of their letters."""
        across = min(self.right, other.right) - max(self.left, other.left)
        return across > 1.5 and min(self.bottom, other.bottom) - max(self.top, other.top) > 1.5


def words_of(picture: str) -> list[Words]:
    """All words where they are drawn."""

    def walk(node: ET.Element, x: float, y: float, scale: float) -> Iterator[Words]:
        if found := MOVED.match(node.get("transform", "")):
            x, y = x + scale * float(found[1]), y + scale * float(found[2])
            scale *= float(found[3] or 1)
        if node.get("aria-hidden") == "true":
            return  # the edge of words
        if node.tag == f"{SVG}text":
            lines = [one for one in node if one.get("x")] or [node]
            for line in lines:
                yield _box(node, line, x, y, scale)
        else:
            for child in node:
                yield from walk(child, x, y, scale)

    return list(walk(ET.fromstring(picture), 0, 0, 1))


def _box(node: ET.Element, line: ET.Element, x: float, y: float, scale: float) -> Words:
    size = float(node.get("font-size", 0))
    said = "".join(line.itertext())
    bold = node.get("font-weight") == "700" or any(one.get("font-weight") == "700" for one in line)
    wide = text.width(text.quiet(said), size, bold=bold)
    shift = {"start": 0.0, "middle": wide / 2, "end": wide}[node.get("text-anchor", "start")]
    left, base = float(line.get("x", 0)) - shift, float(line.get("y", 0))
    # Blanks at either end are a gap, and no words.
    gap = text.width("\N{EN SPACE}", size)
    before, after = len(said) - len(said.lstrip()), len(said) - len(said.rstrip())
    box = (left + gap * before, base - text.CAPITALS * size, left + wide - gap * after, base)
    if "rotate" in node.get("transform", ""):
        # Turned about its own place, upwards.
        pivot = [float(one) for one in re.findall(r"[-\d.]+", node.get("transform", ""))[1:]]
        ends = [(pivot[0] + (b - pivot[1]), pivot[1] - (a - pivot[0])) for a, b in ((box[0], box[1]), (box[2], box[3]))]
        box = (min(e[0] for e in ends), min(e[1] for e in ends), max(e[0] for e in ends), max(e[1] for e in ends))
    return Words(said, x + scale * box[0], y + scale * box[1], x + scale * box[2], y + scale * box[3])


def chosen(db: Database, metric_id: str = "vacancy_rate", area_id: str | None = LEEDS, **more: Any) -> Choices:
    return Choices(db.metrics[metric_id], db.latest(metric_id), BENCHMARKS["best_quarter"], area_id, **more)


# Of each kind the common case, and those with the longest names, hidden figures, neutral and graded measures.
SHOWN: list[tuple[str, str, str | None, dict[str, Any]]] = [
    ("map", "vacancy_rate", LEEDS, {}),
    ("map", "long_plan_rate", "838", {}),
    ("map", "judgement_leaders", None, {"view": "tiles"}),
    ("order", "vacancy_rate", "928", {}),
    ("order", "plan_rate", "810", {}),
    ("trend", "caseload", "839", {}),
    ("trend", "long_plan_rate", "810", {}),
    ("trend", "children_social_care_spend_per_child", "330", {}),
    ("funnel", "repeat_plan_rate", LEEDS, {}),
    ("grades", "judgement_leaders", LEEDS, {}),
    ("standard", "vacancy_rate", None, {}),
    ("bars", "vacancy_rate", "810", {}),
    ("bars", "plan_rate", None, {}),
    ("lines", "caseload", "839", {}),
    ("lines", "vacancies_fte", LEEDS, {}),
    ("scatter", "vacancy_rate", "330", {}),
    ("reports", "vacancy_rate", "330", {}),
    ("reports", "vacancy_rate", None, {"strand": "overall"}),
    ("regions", "vacancy_rate", LEEDS, {}),
    ("years", "vacancy_rate", None, {"strand": "care_leavers"}),
    ("next", "vacancy_rate", LEEDS, {}),
    ("ratings", "vacancy_rate", "330", {}),
    ("directors", "vacancy_rate", None, {}),
]


@pytest.mark.parametrize("height", [HIGH, CARD_HIGH])
@pytest.mark.parametrize(("kind", "metric_id", "area_id", "more"), SHOWN)
def test_no_words_are_cut_off_or_lie_on_others(
    db: Database, kind: str, metric_id: str, area_id: str | None, more: dict[str, Any], height: int
) -> None:
    drawn = KINDS[kind].draw(db, chosen(db, metric_id, area_id, **more))
    found = words_of(svg(drawn.picture, WIDE, height))
    assert len(found) > 5
    beyond = [one for one in found if one.left < 0 or one.top < 0 or one.right > WIDE or one.bottom > height]
    assert not beyond
    assert not [(one.text, other.text) for one, other in combinations(found, 2) if one.covers(other)]


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.daily], ids=lambda kind: kind.name)
def test_so_of_pictures_of_what_is_kept_by_hand(filled: Database, kind: Kind) -> None:
    drawn = kind.draw(filled, chosen(filled))
    found = words_of(svg(drawn.picture))
    assert not [one for one in found if one.left < 0 or one.top < 0 or one.right > WIDE or one.bottom > HIGH]
    assert not [(one.text, other.text) for one, other in combinations(found, 2) if one.covers(other)]
    assert drawn.rows().height
    assert Page(str(drawn.table())).rows
    if kind.name == "programme":
        # A curve under a light one for each coach and council, in England and in the inset.
        assert len(re.findall(r'd="M[\d. ]+Q', svg(drawn.picture))) >= 2


def test_every_kind_is_looked_at() -> None:
    assert {kind for kind, *_ in SHOWN} == {kind.name for kind in KINDS.values() if not kind.daily}


def test_a_dot_lies_where_the_database_says(db: Database) -> None:
    """Leeds' diamond, read off by the numbers at the axis, is the published figure; and so is each point over time."""
    choices = chosen(db)
    picture = svg(KINDS["order"].draw(db, choices).picture)
    ticks = {
        float(one.text[:-1]): (one.left + one.right) / 2 for one in words_of(picture) if re.fullmatch(r"\d+%", one.text)
    }
    (low, left), (high, right) = min(ticks.items()), max(ticks.items())
    offset = float(re.findall(r'<g transform="translate\(([\d.]+)', picture)[0])
    diamond = next(
        one for one in re.findall(r'<polygon points="([^"]+)" fill="#0b0c0c"', picture) if len(one.split()) == 4
    )
    corners = [float(pair.split(",")[0]) for pair in diamond.split()]
    at = offset + (min(corners) + max(corners)) / 2
    own = queries.councils(db, choices.metric, choices.period, choices.benchmark).filter(area_id=LEEDS)["value"][0]
    assert low + (at - left) / (right - left) * (high - low) == pytest.approx(own, abs=0.06)
    # The bars of each grade add up to the councils, and each bar has its own number.
    bars = svg(KINDS["grades"].draw(db, chosen(db, "judgement_leaders")).picture)
    graded = db.councils("judgement_leaders", db.latest("judgement_leaders").end)["value"].value_counts().sort("value")
    numbers = [one.text for one in words_of(bars)]
    assert all(str(count) in numbers for count in graded["count"])


def test_bars_of_years_stand_over_their_own_year(db: Database) -> None:
    """A year that was not found is drawn after the others, and stands between them."""
    words = words_of(svg(KINDS["directors"].draw(db, chosen(db)).picture))
    rows = KINDS["directors"].draw(db, chosen(db)).rows()
    years = {one.text: (one.left + one.right) / 2 for one in words if re.fullmatch(r"20\d\d", one.text)}
    for row in rows.iter_rows(named=True):
        if row["changes"] is not None:
            own = [(one.left + one.right) / 2 for one in words if one.text == f"{row['changes']:g}"]
            assert any(abs(at - years[str(row["year_to"].year)]) < 1 for at in own), row


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize(
    ("page", "query", "kinds"),
    [
        ("England", {}, {"standard": "standard"}),
        ("Map", {"la": "Leeds", "colour": "Verdict"}, {"strip": "order"}),
        ("Council", {"la": "Leeds", "metric": "Average caseload"}, {"trend": "trend"}),
        ("Council", {"la": "Leeds", "picture": "Funnel plot"}, {"funnel": "funnel"}),
        ("Compare", {"la": "Leeds"}, {"lines": "lines"}),
        ("Inspections", {"part": "Regions"}, {"regions": "regions", "years": "years"}),
        ("Inspections", {"part": "What came next"}, {"next": "next"}),
    ],
)
def test_a_picture_is_drawn_of_what_the_page_draws(
    db: Database, page: str, query: dict[str, str], kinds: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, Any]] = []

    class Seen(chart.Finished):
        def __init__(self, figure: dict[str, Any]) -> None:
            sent.append(figure)
            super().__init__(figure)

    monkeypatch.setattr(chart, "Finished", Seen)
    opened(page, **query)
    metric = next(one for one in db.metrics.values() if one.title == query.get("metric", "Social worker vacancy rate"))
    choices = chosen(db, metric.metric_id, LEEDS if "la" in query else None, colour=query.get("colour"))
    for kind in kinds.values():
        made = KINDS[kind].draw(db, choices).picture.drawn
        assert callable(made)
        heights = {figure["layout"]["height"] for figure in sent}
        alike = [json.dumps(made(height)["data"], default=str) for height in heights]
        assert any(json.dumps(figure["data"], default=str) in alike for figure in sent), kind


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize(
    ("page", "query", "kinds"),
    [
        ("England", {}, ["standard"]),
        ("Map", {"la": "Leeds", "compare_metric": "Average caseload"}, ["map", "order", "map", "order"]),
        ("Council", {"la": "Leeds", "detail": "true"}, ["trend", "order"]),
        ("Compare", {"la": "Leeds"}, ["bars", "lines", "scatter"]),
        ("Inspections", {"part": "Reports over time"}, ["reports"]),
        ("Inspections", {"part": "Ratings and measures"}, ["ratings"]),
        ("Leadership", {"part": "Directors in post"}, ["directors"]),
    ],
)
def test_under_every_chart_stands_what_can_be_taken_away(
    db: Database, page: str, query: dict[str, str], kinds: list[str]
) -> None:
    html = "".join(one.proto.body for one in opened(page, **query).get("html"))
    lines = re.findall(r'<details class="share">.*?</details>', html, re.DOTALL)
    found = [Page(one) for one in lines]
    assert [re.findall(r"/charts/(\w+)\.png", one) for one in lines] == [[kind] for kind in kinds]
    for one in found:
        links = [unescape(link["href"]) for link in one.all("a")]
        assert [link.partition("?")[0].rpartition(".")[2] for link in links] == ["png", "svg", "csv", "xlsx"]
        for link in links:
            # What the page links to is what its choices come to, with nothing that is refused.
            kind = KINDS[link.partition(".")[0].rpartition("/")[2]]
            request = chart_requests.parse(link.partition("?")[2].encode(), kind, lambda: db, lambda _: db, sized=True)
            assert (request.choices.area_id == LEEDS) is ("la" in query and "la" in kind.parameters)
        assert [button["data-copies"] for button in one.all("button")] == ["Live link", "Frozen link"]
        assert sharing.NOT_EMBEDDED in one.text
    if page == "Council":
        assert "/api/v1/charts/council.zip?la=Leeds" in html


@pytest.mark.usefixtures("with_rows")
@pytest.mark.parametrize(
    ("page", "query", "kinds"),
    [
        ("Leadership", {"part": "Directors in post"}, ["directors", "tenure"]),
        ("Leadership", {"part": "The programme"}, ["enrolments", "programme"]),
        ("Progress", {}, ["met", "course"]),
    ],
)
def test_so_under_charts_of_what_is_kept_by_hand(page: str, query: dict[str, str], kinds: list[str]) -> None:
    html = "".join(one.proto.body for one in opened(page, **query).get("html"))
    assert re.findall(r"/charts/(\w+)\.png", html) == kinds


def test_where_sites_may_frame_a_chart_its_code_is_offered(db: Database) -> None:
    html = sharing.share(db, KINDS["trend"], chosen(db), "https://d.example", frozen=True, embeds=True)
    (code,) = [unescape(one) for one in re.findall(r"<pre[^>]*>(&lt;iframe.*?)</pre>", html)]
    frame = Page(code).all("iframe")[0]
    assert frame["src"] == f"https://d.example/embed/trend?la=Leeds&version={db.data_version}"
    assert frame["title"] == "Over time"


def test_names_that_look_like_markup_are_words(tmp_path: Path) -> None:
    figures = [
        Figure("waits", area_id, 10.0 + at + year - 2021, year=year)
        for at, area_id in enumerate(HOSTILE_NAMES)
        for year in range(2021, 2026)
    ]
    db = small.database(tmp_path, metrics=[small.metric()], figures=figures, names=HOSTILE_NAMES)
    for name in ("order", "trend", "bars", "lines"):
        for area_id in HOSTILE_NAMES:
            choices = replace(
                Choices(db.metrics["waits"], db.latest("waits"), BENCHMARKS["best_quarter"]), area_id=area_id
            )
            root = ET.fromstring(svg(KINDS[name].draw(db, choices).picture))
            tags = {one.tag.removeprefix(SVG) for one in root.iter()}
            assert tags <= {
                "svg", "title", "desc", "rect", "text", "tspan", "g", "path", "circle", "polygon", "defs", "clipPath",
                "pattern",
            }  # fmt: skip
            attributes = {name for one in root.iter() for name in one.attrib}
            assert not {one for one in attributes if one.startswith("on") or one in ("href", "style", "src")}
            if name == "trend" and "<b>" not in HOSTILE_NAMES[area_id]:
                assert HOSTILE_NAMES[area_id] in " ".join(root.itertext())


@pytest.mark.parametrize("face", text.FILES.values())
def test_the_font_has_every_sign_of_a_chart(face: str) -> None:
    """One that it lacks takes its whole label into another font."""
    views = Path(text.__file__).parents[1].rglob("*.py")
    signs = sorted({sign for path in views for sign in path.read_text("utf-8") if not sign.isascii()})
    font = ImageFont.truetype(text.FONTS / face, 40)
    lacking = bytes(font.getmask("\uffff"))
    assert {"▸", "−"} <= set(signs)
    assert [sign for sign in text.plain("".join(signs)) if bytes(font.getmask(sign)) == lacking] == []


def test_what_no_xml_may_hold_is_marked() -> None:
    assert (
        text.quoted("a\x0bb\ud800 <&\"'")
        == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER} &lt;&amp;&quot;&#x27;"
    )


def test_a_picture_is_the_same_bytes_whenever_it_is_made(db: Database) -> None:
    made = [svg(KINDS["years"].draw(db, chosen(db)).picture) for _ in range(2)]
    assert made[0] == made[1]
    assert png(made[0], WIDE, HIGH, scale=0.5) == png(made[1], WIDE, HIGH, scale=0.5)


def test_a_sentence_ends_with_its_full_stop_and_not_in_a_name() -> None:
    said = "In St. Helens it was 3.1%. St. Albans has none! More?"
    assert text.first_sentences(said) == "In St. Helens it was 3.1%."
    assert text.wrap_sentences("One. Two. Three.", 10, 30, 1) == ["One."]
    assert text.wrap("at 30 September 2025", 10, 60) == ["at", "30\N{NO-BREAK SPACE}September", "2025"]


def test_what_is_pale_has_an_edge() -> None:
    assert contrast("#12436D") > 3 > contrast("#8DBDE6")


def test_a_measure_without_quarters_begins_with_its_values(db: Database) -> None:
    neutral = next(one for one in db.metrics.values() if one.neutral)
    assert colour_schemes(db, neutral, BENCHMARKS["best_quarter"])[0] == "Value"
