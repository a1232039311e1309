"""Pictures of what the operator keeps by hand: directors' time in post, the programme, commitments."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl

from dashboard.analysis import programme, progress
from dashboard.analysis.programme import ABSENT
from dashboard.analysis.progress import Held
from dashboard.data.database import Database
from dashboard.pictures.choices import CannotBeDrawnError, Choices
from dashboard.pictures.drawn import BOUNDARIES, Drawn, source_line
from dashboard.views.charts.enrolments import draw_enrolments
from dashboard.views.charts.palette import GREY, NEUTRAL, LegendClass
from dashboard.views.charts.programme_map import classify_programme
from dashboard.views.charts.progress import draw_progress
from dashboard.views.charts.standard import BLUE, PALE, draw_standard
from dashboard.views.charts.tenure import draw_tenure
from dashboard.views.svg.council_map import CouncilMap
from dashboard.views.svg.picture import MarkKey, Picture
from dashboard.views.svg.text import first_sentences
from dashboard.views.tables import ofsted
from dashboard.views.tables import programme as tables
from dashboard.views.tables import progress as of_progress
from dashboard.views.text import programme as sentences
from dashboard.views.text import progress as on_progress
from dashboard.views.text.citing import cite

FEWEST = 5
REGISTER = "the register of directors, kept by the operator of this dashboard"
NOTHING = "There is nothing in the register of directors yet."


def _today() -> date:
    return datetime.now(UTC).date()


def _dot(symbol: str) -> dict[str, object]:
    return {"symbol": symbol, "size": 9, "color": NEUTRAL, "line": {"width": 1.5, "color": NEUTRAL}}


def draw_time_in_post(db: Database, choices: Choices) -> Drawn:
    """Directors by years in post, in a row for each grade of leaders."""
    posts, publications = programme.posts(db, _today()), ofsted.publications(db)
    known = programme.tenure(posts)
    if not known["directors"][-1]:
        raise CannotBeDrawnError(NOTHING)
    table = tables.tenure(FEWEST)
    return Drawn(
        Picture(
            "Directors’ time in post, by the latest judgement of leaders",
            first_sentences(sentences.tenure(known.to_dicts()) or "Each dot is a director."),
            lambda height: draw_tenure(posts, chosen=choices.area_id, height=height),
            f"With {REGISTER}. {source_line(db, publications)}",
            (
                MarkKey("In post when Ofsted judged leaders", _dot("circle")),
                MarkKey("Came later", _dot("circle-open")),
            ),
            "Directors by years in post, in a row for each grade of leaders",
        ),
        lambda: table.frame(known, tables.cite_register(db, publications)),
        lambda: table.html(known, "Time in post by the latest judgement of leaders"),
    )


def draw_enrolled(db: Database, _: Choices) -> Drawn:
    """How many directors had enrolled by each day, beside the target."""
    today = _today()
    posts = programme.posts(db, today)
    covered, history = programme.coverage(db, posts, today), programme.history(posts)
    if not history.height:
        raise CannotBeDrawnError(NOTHING)
    newest_first = history.reverse()
    return Drawn(
        Picture(
            "Directors on the leadership programme", first_sentences(sentences.coverage(covered, today), 2),
            lambda height: draw_enrolments(history, covered, today, height=height), _by_hand(db), (),
            "Directors enrolled by each day, and what the target asks for by its own",
        ),
        lambda: tables.HISTORY.frame(newest_first, tables.cite_register(db)),
        lambda: tables.HISTORY.html(newest_first, "Directors enrolled, newest day first"),
    )  # fmt: skip


def draw_programme(db: Database, choices: Choices) -> Drawn:
    """The councils by what the programme is to them, with a line from each coach to the council it coaches."""
    today = _today()
    posts = programme.posts(db, today)
    covered = programme.coverage(db, posts, today)
    if not covered.registered:
        raise CannotBeDrawnError(NOTHING)
    classification, pairs = classify_programme(posts), programme.coaching(posts)
    table, known = tables.posts(db, choices.area_id), posts.filter(pl.col("state") != ABSENT)
    lines = tuple(pairs.select("coach_id", "area_id").iter_rows())
    drawing = CouncilMap(db.table["map_shape"], choices.view, classification, choices.area_id, lines)
    tied = {"symbol": "circle", "size": 6, "color": GREY}
    return Drawn(
        Picture(
            "The leadership programme, council by council", first_sentences(sentences.coverage(covered, today), 2),
            drawing, f"{_by_hand(db)} {BOUNDARIES[choices.view == 'tiles']}",
            (*classification.classes, *([MarkKey("From each coach to the council it coaches", tied)] if lines else [])),
            "Map of councils by the leadership programme",
        ),
        lambda: table.frame(db.with_codes(posts), tables.cite_register(db, ofsted.publications(db))),
        lambda: table.html(known, f"The register: {known.height} posts"),
    )  # fmt: skip


def draw_commitment_met(db: Database, choices: Choices) -> Drawn:
    """How many councils are at what a commitment asks for, by period."""
    held = _held(db, choices)
    metric, level = held.standard.metric, on_progress.level(held.commitment)
    yearly = progress.snapshots(held.standard)
    return _of_commitment(
        db, held,
        Picture(
            f"{held.commitment.label}: councils that meet it", first_sentences(on_progress.detail(held)),
            lambda height: draw_standard(yearly, height=height), _committed(db, held),
            (LegendClass(f"At {level}", BLUE), LegendClass("Not yet", PALE)),
            f"Councils at {level}: {metric.noun}, by period",
        ),
    )  # fmt: skip


def draw_commitment_course(db: Database, choices: Choices) -> Drawn:
    """England's figure by period beside what a commitment asks for by its day."""
    held = _held(db, choices)
    if held.england is None:
        raise CannotBeDrawnError("England has no published figure in the measure of this commitment.")
    noun = held.standard.metric.noun
    return _of_commitment(
        db, held,
        Picture(
            f"{held.commitment.label}: England", first_sentences(on_progress.detail(held)),
            lambda height: draw_progress(held, height=height), _committed(db, held), (),
            f"England's {noun} by period, what is to be reached, and what the last five periods come to",
        ),
    )  # fmt: skip


def _of_commitment(db: Database, held: Held, picture: Picture) -> Drawn:
    periods, newest_first, metric = of_progress.periods(held), held.standard.rows.reverse(), held.standard.metric
    source = cite(db, [db.sources[metric.source_id]])
    return Drawn(
        picture,
        lambda: periods.frame(newest_first, source),
        lambda: periods.html(newest_first, f"{held.commitment.label}: councils by period"),
        (metric.metric_id,),
    )


def _held(db: Database, choices: Choices) -> Held:
    """The commitment that was chosen, or the first that figures can be compared with."""
    found = [one for _, one in progress.compare_with_figures(db, _today()) if isinstance(one, Held)]
    label = choices.commitment
    chosen = next((one for one in found if label in (None, one.commitment.label)), None)
    if chosen is None:
        why = "No commitment is recorded yet." if label is None else f"“{label}” is compared with no published figure."
        raise CannotBeDrawnError(why)
    return chosen


def _committed(db: Database, held: Held) -> str:
    whose = f"Commitment of {held.commitment.owner}, recorded by the operator of this dashboard."
    return f"{whose} {source_line(db, [db.sources[held.standard.metric.source_id]])}"


def _by_hand(db: Database) -> str:
    return f"Source: {REGISTER}. Data version {db.data_version}. Child Protection Monitor."
