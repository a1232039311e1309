"""The page of own figures as a script: what is typed and pasted stays in its session, and all of it goes at once."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.analysis.local_figures import Own
from dashboard.data.database import Database
from dashboard.files import exports
from dashboard.files.uploads import reading
from dashboard.pages.components import local_figures_form
from tests.dashboard.helpers import PAGES, ROOT, html, opened, sentences, serving

PAGE = PAGES["Your own figures"]
# Values that nobody publishes: found anywhere, they came from the reader.
AWKWARD = ("Kingston upon Thames", "City of London", "Isles of Scilly", "Westminster", "Cumberland")
VALUE, PASTED, WORDS = "13.371", "26.182", "made-up quarter"

pytestmark = pytest.mark.usefixtures("served")


def sentence(app: AppTest) -> str:
    return sentences(app)[0]


def press(app: AppTest, label: str) -> None:
    """A button, in or out of a form, by its label."""
    (button,) = [one for one in app.button if one.label == label]
    button.click().run()
    assert not app.exception, app.exception


def typed(
    app: AppTest, value: str, numerator: str = "", denominator: str = "", metric_id: str = "vacancy_rate"
) -> None:
    for part, given in (("value", value), ("numerator", numerator), ("denominator", denominator)):
        if given:
            app.text_input(key=f"own_{part}_{metric_id}").set_value(given)
    press(app, "Add")


def pasted(app: AppTest, text: str) -> None:
    app.segmented_control(key="way").set_value(local_figures_form.WAYS[1]).run()
    app.text_area(key=local_figures_form.PASTED).set_value(text)
    press(app, "Check and add")


def sent(app: AppTest) -> str:
    """All that the page last sent to its reader, and its address."""
    return f"{app._tree} {html(app)} {[one.proto for one in app.get('unknown')]} {dict(app.query_params)}"


def session_text(app: AppTest) -> str:
    """All that the session holds, its widgets and what Streamlit keeps for itself too, written out."""
    state = app.session_state._state._state
    return written(
        [app.session_state.to_dict(), state._old_state, state._new_session_state, state._new_widget_state.states]
    )


def written(thing: Any) -> str:
    if isinstance(thing, Mapping):
        return " ".join(f"{key} {written(value)}" for key, value in thing.items())
    if isinstance(thing, list | tuple | set | frozenset):
        return " ".join(map(written, thing))
    if isinstance(thing, pl.DataFrame):
        return (
            thing.write_csv()
            if not thing.is_empty() and not any(dtype.is_nested() for dtype in thing.dtypes)
            else repr(thing.rows())
        )
    # What holds a figure shows nothing of it: its fields do.
    if is_dataclass(thing) and not isinstance(thing, type):
        return written({field.name: getattr(thing, field.name) for field in fields(thing)})
    return repr(thing)


def test_without_a_council_the_page_asks_for_one_and_says_what_becomes_of_figures() -> None:
    app = opened("Your own figures")
    assert not app.exception
    assert sentence(app).startswith("Choose a council.")
    assert "held in memory for this session only" in html(app)
    assert "Leeds" in html(app)


def test_what_the_page_promises_is_what_the_server_is_set_to() -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert settings["logger"]["level"] == "info"  # at "debug" Streamlit logs what is typed
    assert settings["server"]["disconnectedSessionTTL"] == 60
    assert "a minute later or more" in html(opened("Your own figures", la="Leeds"))
    # In base64, beside a reader's other choices; and nothing larger at Streamlit's own address.
    assert settings["server"]["maxWidgetStateSize"] * 1_000_000 * 0.7 > reading.MAX_BYTES * 4 / 3
    assert settings["server"]["maxUploadSize"] == 1


def test_nothing_is_said_to_be_there_before_something_is_given() -> None:
    app = opened("Your own figures", la="Leeds")
    assert sentence(app).startswith("You have not added any figures for Leeds")
    assert "Published for Leeds at 30 September 2025: 2.1%." in html(app)
    assert "Compared with published figures" not in [one.value for one in app.header]


def test_a_typed_figure_stands_beside_the_published_one() -> None:
    app = opened("Your own figures", la="Leeds")
    typed(app, "14.2", "71", "500")
    assert sentence(app).startswith("At 14.2%, Leeds would rank 72nd of 147")
    assert "1 figure added." in html(app)
    assert app.text_input(key="own_value_vacancy_rate").value == ""
    (row,) = re.findall(r'<tr class="chosen".*?</tr>', html(app))
    cells = [re.sub("<[^>]+>", " ", cell).split() for cell in re.findall(r"<td>(.*?)</td>", row)]
    assert [" ".join(cell) for cell in cells] == [
        "14.2% 71 of 500", "2.1%", "+12.1 worse", "7.75%", "+6.45 32 posts to fill",
        "significantly worse 95% interval 11.4% to 17.5%", "second quarter 72nd of 147",
    ]  # fmt: skip
    assert len(app.get("plotly_chart")) == 1


def test_what_is_wrong_is_named_and_stays_in_its_field() -> None:
    app = opened("Your own figures", la="Leeds")
    typed(app, "14,2")
    assert "E_DECIMAL_COMMA" in html(app)
    assert app.text_input(key="own_value_vacancy_rate").value == "14,2"
    assert sentence(app).startswith("You have not added any figures for Leeds")
    typed(app, "14.2")
    assert "E_DECIMAL_COMMA" not in html(app)
    assert sentence(app).startswith("At 14.2%")


def test_rows_are_pasted_and_a_later_figure_takes_the_place_of_an_earlier_one() -> None:
    app = opened("Your own figures", la="Leeds")
    pasted(app, "Vacancies\t14.2\nAverage caseload\t14.8\nTurnover\t9%")
    assert "2 figures added; 1 wrong and not added." in html(app)
    assert "Turnover\t9%" in str(app.text_area(key=local_figures_form.PASTED).value)  # to be mended where it is wrong
    pasted(app, "Vacancies\t12.2")
    assert app.text_area(key=local_figures_form.PASTED).value == ""
    assert sentence(app).startswith("At 12.2%")
    assert "14.8" in html(app)


def test_one_figure_is_taken_out_and_the_others_stay() -> None:
    app = opened("Your own figures", la="Leeds")
    pasted(app, "Vacancies\t14.2\nAverage caseload\t14.8")
    app.segmented_control(key="way").set_value(local_figures_form.WAYS[0]).run()
    press(app, "Remove")
    assert sentence(app).startswith("You have added 1 unpublished figure for Leeds.")
    assert "14.8" in html(app)
    assert "14.2%" not in re.findall(r'<table class="own">.*?</table>', html(app), re.DOTALL)[0]


def test_figures_of_one_council_are_not_shown_for_another() -> None:
    app = opened("Your own figures", la="Leeds")
    typed(app, VALUE)
    app.selectbox(key="la").set_value("Kirklees").run()
    assert VALUE not in html(app)
    assert sentence(app).startswith("You have not added any figures for Kirklees")
    assert "Also in your session: figures of Leeds." in html(app)
    app.selectbox(key="la").set_value("Leeds").run()
    assert "13.4%" in sentence(app)


@pytest.mark.parametrize("council", AWKWARD)
def test_the_page_stands_for_every_kind_of_council_measure_and_benchmark(db: Database, council: str) -> None:
    app = opened("Your own figures", la=council)
    number = next(area_id for area_id, name in db.authorities.items() if name == council)
    newest = db.newest.filter((pl.col("kind") == "local_authority") & pl.col("value").is_not_null())
    values = dict(newest.group_by("metric_id").agg(pl.col("value").median()).iter_rows())
    rows = [
        f"{metric.metric_id}\t{round(values[metric.metric_id])}" for metric in db.metrics.values() if not metric.graded
    ]
    pasted(app, "\n".join(rows))
    assert f"{len(rows)} figures added" in html(app)
    # Each council beside some benchmarks and measures, and together all of them.
    at = AWKWARD.index(council)
    benchmarks, measures = app.selectbox(key="benchmark").options[at::2], list(db.metrics.values())[at::11]
    for benchmark, metric in zip(benchmarks, measures, strict=False):
        app.selectbox(key="benchmark").set_value(benchmark)
        app.selectbox(key="metric").set_value(metric.title)
        app.run()
        assert not app.exception, (benchmark, metric.metric_id)
        assert len(re.findall(r"<tr", html(app))) > len(rows)
    assert len(own_of(app, number)) == len(rows)


def own_of(app: AppTest, area_id: str) -> dict[str, Own]:
    return dict(app.session_state[local_figures_form.FIGURES][area_id])


def test_a_judgement_cannot_be_given() -> None:
    app = opened("Your own figures", la="Leeds", metric="Ofsted judgement: impact of leaders")
    assert "Judgements are Ofsted&#x27;s to give" in html(app)
    assert not [one for one in app.text_input if one.key and one.key.startswith("own_value")]


# They stay in one session.


def given_everything(app: AppTest) -> None:
    """A value typed, some pasted, some wrong, and words of what they are for."""
    typed(app, VALUE, VALUE, "100")
    typed(app, f"{PASTED}%")
    pasted(app, f"Average caseload\t{PASTED}\nTurnover\t{VALUE} %\n{WORDS}\t1")
    app.text_input(key=local_figures_form.WHEN).set_value(WORDS).run()
    assert not app.exception


def test_what_one_session_is_given_is_nowhere_in_another(db: Database) -> None:
    first, second = opened("Your own figures", la="Leeds"), opened("Your own figures", la="Leeds")
    given_everything(first)
    second.run()
    third = opened("Your own figures", la="Leeds")
    assert VALUE in session_text(first)
    assert PASTED in session_text(first)
    assert WORDS in sent(first)
    for other in (second, third):
        for given in (VALUE, PASTED, WORDS):
            assert given not in session_text(other), given
            assert given not in sent(other), given
        assert sentence(other).startswith("You have not added any figures for Leeds")


def test_nothing_that_readers_share_holds_an_own_figure(database_path: Path, tmp_path: Path) -> None:
    # A store of its own: what other tests asked is none of this session's.
    with serving(Path(shutil.copy(database_path, tmp_path))) as store:
        given_everything(opened("Your own figures", la="Leeds", benchmark="Statistical neighbours"))
        shared = store.current()
    assert shared._answers
    # As a number of its own: many of thousands of published ones begin with the same digits.
    own = re.compile(rf"(?<![\d.])({re.escape(VALUE)}|{re.escape(PASTED)})(?!\d)")
    for name, answer in {**shared._answers, **shared._small_answers}.items():
        assert not own.search(written([name, answer])), name
    for name, frame in {**shared.table, "figure": shared.figure, "newest": shared.newest}.items():
        for column in frame.columns:
            if frame[column].dtype == pl.Float64:
                assert not frame[column].is_in([float(VALUE), float(PASTED)]).any(), (name, column)


def test_nothing_is_logged_of_what_is_given(caplog: pytest.LogCaptureFixture) -> None:
    loggers = [logging.getLogger(name) for name in ("streamlit", "dashboard", *list_of_streamlits())]
    with caplog.at_level(logging.DEBUG):
        for one in loggers:
            one.addHandler(caplog.handler)
        try:
            app = opened("Your own figures", la="Leeds")
            given_everything(app)
            press(app, "Clear all of your figures")
        finally:
            for one in loggers:
                one.removeHandler(caplog.handler)
    for given in (VALUE, PASTED, WORDS):
        assert given not in caplog.text


def list_of_streamlits() -> list[str]:
    return [name for name in logging.root.manager.loggerDict if name.startswith("streamlit")]


def test_downloads_of_the_page_but_the_readers_own_hold_nothing_of_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    plain = exports.csv

    def seen(frame: pl.DataFrame) -> bytes:
        made.append(frame)
        return plain(frame)

    monkeypatch.setattr(exports, "csv", seen)
    app = opened("Your own figures", la="Leeds")
    given_everything(app)
    # What is made while a page is drawn is the reader's own file; the others are made when they are clicked.
    assert {tuple(frame["marked"].unique()) for frame in made} == {("unpublished, yours",)}
    assert VALUE in made[-1].write_csv()
    made.clear()
    for page in set(PAGES.values()) - {PAGE}:
        app.switch_page(page).run()
        assert VALUE not in sent(app), page
        assert PASTED not in sent(app), page
        assert WORDS not in sent(app), page
    assert made == []


def test_figures_stay_while_the_reader_looks_at_other_pages() -> None:
    app = opened("Your own figures", la="Leeds")
    typed(app, VALUE)
    app.switch_page(PAGES["Council"]).run()
    app.switch_page(PAGE).run()
    assert "13.4%" in html(app)


def test_the_readers_own_file_holds_what_the_table_shows_marked_in_every_row() -> None:
    app = opened("Your own figures", la="Leeds", benchmark="England")
    given_everything(app)
    (data,) = [one for one in components(app) if one.get("kind") == "give"]
    assert data["name"] == "383-your-figures-unpublished.csv"
    rows = list(csv.DictReader(io.StringIO(data["text"])))
    assert {row["marked"] for row in rows} == {"unpublished, yours"}
    assert {row["yours_for"] for row in rows} == {WORDS}
    assert [(row["metric_id"], row["your_value"]) for row in rows] == [("vacancy_rate", VALUE), ("caseload", PASTED)]
    shown = re.findall(r'<table class="own">.*?</table>', html(app), re.DOTALL)[0]
    for row in rows:
        assert f"{int(row['would_rank'])}" in shown
        assert row["benchmark_rule"] == "England"


def components(app: AppTest) -> Iterator[dict[str, Any]]:
    """What the page hands to components in the browser."""
    for message in app.get("bidi_component"):
        yield json.loads(message.proto.json)


def test_one_button_lets_go_of_everything() -> None:
    app = opened("Your own figures", la="Leeds")
    given_everything(app)
    app.selectbox(key="la").set_value("Kirklees").run()
    pasted(app, f"Vacancies\t{VALUE}")
    press(app, "Clear all of your figures")
    for given in (VALUE, PASTED, WORDS):
        assert given not in session_text(app), given
        assert given not in sent(app), given
    left = {key: value for key, value in app.session_state.items() if key.startswith("own_")}
    assert not [value for value in left.values() if value not in ("", False)], left
    assert sentence(app).startswith("You have not added any figures for Kirklees.")
    app.selectbox(key="la").set_value("Leeds").run()
    assert sentence(app).startswith("You have not added any figures for Leeds")
