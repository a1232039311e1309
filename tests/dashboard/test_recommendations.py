"""What Ofsted asked for: searched, counted, said, shown on pages and in files, and never taken for markup."""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections import OrderedDict
from datetime import date
from html import unescape
from pathlib import Path

import duckdb
import fastexcel
import polars as pl
import pytest

from dashboard.analysis import recommendations
from dashboard.analysis.recommendations import NONE_NAMED, Asked, Filters, Read
from dashboard.api import tables as api
from dashboard.api import view_data
from dashboard.briefings import content, docx, pdf, web
from dashboard.data.database import Database
from dashboard.files import exports
from dashboard.methods.rules.recommendations import of_recommendations
from dashboard.views.tables import recommendations as tables
from dashboard.views.text import recommendations as sentences
from tests.briefings.reading import docx_wanted, docx_words, pdf_pages, printed
from tests.dashboard import small
from tests.dashboard.helpers import Page, html, opened, warnings

SANDWELL, LEEDS, BARNSLEY = "333", "383", "370"
PART = "What Ofsted asked for"
HOSTILE = (
    '=1+1 <img src=x onerror="alert(1)"> </li></ol><script>alert(2)</script> [a](javascript:alert(3)) *b* $x$ '
    '#panic("no") `c` ![i](https://evil.example/x.png) & “quoted”'
)
READ = Read(75, 237, date(2025, 1, 13), date(2026, 8, 20))


def changed(db: Database, **tables: pl.DataFrame) -> Database:
    """The database with other tables, and without what was asked of it before."""
    other = copy.copy(db)
    other.table = {**db.table, **tables}
    other._answers, other._small_answers = OrderedDict(), OrderedDict()
    return other


@pytest.fixture(scope="module")
def every(db: Database) -> pl.DataFrame:
    """All recommendations of the real database."""
    return recommendations.recommendations(db)


@pytest.fixture(scope="module")
def attacked(db: Database) -> Database:
    """The real database, in which Ofsted asked Sandwell for something that no report says."""
    words = pl.when(pl.col("inspection_id").str.starts_with(SANDWELL)).then(pl.lit(HOSTILE)).otherwise("words")
    return changed(db, recommendation=db.table["recommendation"].with_columns(words.alias("words")))


class TestWhatIsFound:
    def test_all_of_them_the_newest_report_first_each_in_its_order(self, every: pl.DataFrame) -> None:
        assert every.height == 237
        assert every["published"].is_sorted(descending=True)
        assert (every["name"][0], every["position"].head(3).to_list()) == ("Lancashire", [1, 2, 3])
        assert set(every["position"].filter(every["area_id"] == SANDWELL)) == {1, 2, 3, 4}

    @pytest.mark.parametrize(
        ("filters", "count"),
        [
            (Filters(), 237),
            (Filters("Pathway plans"), 12),
            (Filters(part="Outcome 4"), 56),
            (Filters(part=NONE_NAMED), 36),
            (Filters(words="PATHWAY  plan"), 12),
            (Filters(words="plans pathway"), 9),  # three are about pathway planning
            (Filters("Pathway plans", "Enabler 3", "timely"), 1),
            (Filters(words="children's reviewing"), 0),
            (Filters(words="\\ .* % ["), 0),
        ],
    )
    def test_a_filter_keeps_what_it_says(self, every: pl.DataFrame, filters: Filters, count: int) -> None:
        assert recommendations.matching(every, filters).height == count

    def test_an_apostrophe_of_a_keyboard_finds_that_of_print(self, every: pl.DataFrame) -> None:
        found = recommendations.matching(every, Filters(words="children's"))
        assert found.height > 20
        assert all("’" in words for words in found["words"])

    def test_a_region_holds_its_councils(self, db: Database, every: pl.DataFrame) -> None:
        london = recommendations.recommendations(db, "E12000007")
        assert 0 < london.height < every.height
        assert set(london["region"]) == {"Inner London", "Outer London"}

    def test_themes_are_counted_as_in_the_database(
        self, db: Database, every: pl.DataFrame, database: duckdb.DuckDBPyConnection
    ) -> None:
        query = "SELECT theme, count(*), count(DISTINCT inspection_id) FROM recommendation_theme GROUP BY ALL"
        counted = recommendations.by_theme(db, every)
        assert sorted(counted.rows()) == sorted(database.sql(query).fetchall())
        assert counted["reports"].is_sorted(descending=True)
        assert counted.row(0) == ("Care leavers", 54, 34)

    def test_what_a_council_was_asked_is_that_of_its_newest_report_that_is_read(self, db: Database) -> None:
        asked = recommendations.asked(db, SANDWELL)
        assert asked.newer is None
        assert asked.rows["national_framework"].to_list() == ["Outcome 3", "Outcome 4", "Enabler 2", "Outcome 4"]
        assert recommendations.asked(db, BARNSLEY).rows.is_empty()

    def test_a_newer_report_that_is_not_read_is_known(self, db: Database) -> None:
        newest = db.table["inspection"].filter(pl.col("area_id") == SANDWELL).sort("published").tail(1)
        later = newest.with_columns(pl.lit("333-2026-11-30").alias("inspection_id"), published=date(2026, 11, 30))
        other = changed(db, inspection=pl.concat([db.table["inspection"], later]))
        assert recommendations.asked(other, SANDWELL).newer == date(2026, 11, 30)

    def test_without_any_report_there_is_nothing_and_it_is_said(self, tmp_path: Path) -> None:
        empty = small.database(tmp_path, metrics=[small.metric()], figures=[])
        assert recommendations.read(empty) is None
        assert recommendations.recommendations(empty).is_empty()
        assert recommendations.parts_named(empty) == []
        assert of_recommendations(empty) is None
        assert sentences.NO_REPORT in tables.asked_of(empty, "101", None)


class TestWhatIsSaid:
    def test_of_all_of_them(self, db: Database, every: pl.DataFrame) -> None:
        themes = recommendations.by_theme(db, every).to_dicts()
        assert sentences.search_sentence(every.to_dicts(), themes, READ, Filters(), None) == (
            "75 inspection reports published from January 2025 to August 2026 make 237 recommendations. The most "
            "frequent subjects are care leavers (34 reports), plans and safety planning (33) and management oversight "
            "(32)."
        )

    def test_of_those_that_were_chosen(self, every: pl.DataFrame) -> None:
        filters = Filters("Neglect", "Outcome 3", " long-term  harm ")
        one, several = every.head(1).to_dicts(), every.head(4).to_dicts()
        assert sentences.search_sentence(one, [], READ, filters, "London") == (
            "1 of 237 recommendations, in 1 of 75 reports, is about neglect, names outcome 3 of the national "
            "framework, contains “long-term harm” and is to a council in London."
        )
        assert sentences.search_sentence(several, [], READ, filters, "the North East") == (
            "4 of 237 recommendations, in 2 of 75 reports, are about neglect, name outcome 3 of the national "
            "framework, contain “long-term harm” and are to councils in the North East."
        )
        assert sentences.search_sentence([], [], READ, Filters(part=NONE_NAMED), None) == (
            "None of 237 recommendations names no part of the national framework."
        )

    def test_of_a_council(self, db: Database, every: pl.DataFrame) -> None:
        asked, nothing = recommendations.asked(db, SANDWELL), Asked(every.clear(), None)
        assert sentences.council_sentence("Sandwell", asked, READ, None) == (
            "In its report of 2 December 2025, Ofsted asked Sandwell to improve:"
        )
        newer = Asked(asked.rows, date(2026, 9, 1))
        assert sentences.council_sentence("Sandwell", newer, READ, None) == (
            "A newer report, of 1 September 2026, is not read yet. In its report of 2 December 2025, Ofsted asked "
            "Sandwell to improve:"
        )
        assert sentences.council_sentence("Bristol, City of", nothing, READ, date(2023, 3, 20)) == (
            "The recommendations here come from reports published from January 2025 to August 2026. Bristol's last "
            "report is of 20 March 2023."
        )
        assert sentences.own_sentence("Sandwell", asked, READ) == (
            "Sandwell was asked for 4 improvements on 2 December 2025."
        )
        assert sentences.own_sentence("Barnsley", nothing, READ) == "No report on Barnsley is among them."

    def test_every_part_that_reports_name_has_its_name(self, db: Database) -> None:
        assert set(recommendations.parts_named(db)) - {NONE_NAMED} == set(sentences.NATIONAL_FRAMEWORK)

    def test_methods_gives_every_theme_with_its_words_and_counts(self, db: Database) -> None:
        example = of_recommendations(db)
        assert example is not None
        assert len(example.rows) == db.table["theme"].height
        assert ("Pathway plans", "pathway plan", "", "12", "12") in example.rows
        assert "No report was refused: each has the section." in example.steps
        assert example.result == "236 of 237 recommendations have a theme; 1 has none."

    def test_methods_names_a_report_that_was_refused(self, db: Database) -> None:
        refused = {"source_id": "ofsted_reports", "file": "x.pdf", "line": 1, "raw": "x.pdf", "rule": "E_TORN",
                   "message": "the PDF is cut."}  # fmt: skip
        reject = db.table["reject"]
        row = pl.DataFrame([refused], schema=reject.schema)
        example = of_recommendations(changed(db, reject=pl.concat([reject, row])))
        assert example is not None
        assert "x.pdf was refused: the PDF is cut." in example.steps


class TestWordsFromOutsideAreText:
    def test_on_pages(self, attacked: Database) -> None:
        rows = recommendations.recommendations(attacked).filter(pl.col("area_id") == SANDWELL)
        for shown in (
            tables.asked_of(attacked, SANDWELL, None), tables.recommendations().html(rows, "Made up"),
        ):  # fmt: skip
            assert HOSTILE in unescape(shown)
            assert not re.search(r"<(img|script)", shown)

    def test_in_files(self, attacked: Database) -> None:
        rows = recommendations.recommendations(attacked).filter(pl.col("area_id") == SANDWELL)
        frame = tables.recommendations().frame(rows)
        table = pl.read_csv(exports.csv(frame))
        assert set(table["words"]) == {f"'{HOSTILE}"}
        book = exports.workbook([exports.Sheet("Data", frame)])
        assert "<f>" not in zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml").decode()
        read = fastexcel.read_excel(book).load_sheet("Data").to_polars()
        assert read["words"].to_list() == [HOSTILE] * rows.height

    def test_in_briefings(self, attacked: Database) -> None:
        briefing = content.briefing(attacked, SANDWELL)
        assert any(words.startswith(HOSTILE) for words in briefing.texts())
        page = web.web(briefing).decode()
        assert HOSTILE in unescape(page)
        assert not re.search(r"<(img|script)\b", page)
        assert pdf_pages(pdf.pdf(briefing)) == printed(briefing)
        assert docx_words(docx.docx(briefing)) == docx_wanted(briefing)


@pytest.mark.usefixtures("served")
class TestThePages:
    def test_the_search_opens_with_all_of_them_and_marks_the_council(self, every: pl.DataFrame) -> None:
        app = opened("Inspections", part=PART, la="Sandwell")
        shown = html(app)
        assert len(Page(shown).rows) == 1 + every.height
        assert "Sandwell was asked for 4 improvements on 2 December 2025. 75 inspection reports" in shown
        assert shown.count('class="count"') == 31
        buttons = [one.proto.label for one in app.get("download_button")]
        assert buttons[:2] == ["Download these 237 rows (CSV)", "Download these 237 rows (Excel)"]

    def test_an_address_chooses_theme_region_part_and_words(self, db: Database) -> None:
        chosen = {"about": "Care leavers", "region": "North East", "framework": "Outcome 3", "words": "interviews"}
        app = opened("Inspections", part=PART, **chosen)
        filters = Filters("Care leavers", "Outcome 3", "interviews")
        expected = recommendations.matching(recommendations.recommendations(db, "E12000001"), filters)
        assert expected.is_empty()
        assert "None of 237 recommendations is about care leavers, names outcome 3 of the" in html(app)
        app.text_input(key="words").set_value("").run()
        app.selectbox(key="framework").set_value("Outcome 4").run()
        expected = recommendations.matching(
            recommendations.recommendations(db, "E12000001"), Filters("Care leavers", "Outcome 4")
        )
        words = [row[1] for row in Page(html(app)).rows[1:]]
        assert words == expected["words"].to_list() != []

    def test_the_table_of_themes_is_drawn_when_it_is_opened(self) -> None:
        assert "How often each theme comes up" not in html(opened("Inspections", part=PART))
        assert "How often each theme comes up</caption>" in html(opened("Inspections", part=PART, by_theme="true"))

    def test_a_wrong_name_is_said(self) -> None:
        app = opened("Inspections", part=PART, about="Pathway plan", framework="Outcome 9")
        assert [words.partition("”")[0] for words in warnings(app)] == [
            "There is no theme called “Pathway plan", "There is no part of the national framework called “Outcome 9",
        ]  # fmt: skip

    def test_a_council_has_its_own_on_its_page_or_says_that_none_is_read(self) -> None:
        shown = html(opened("Council", la="Sandwell"))
        assert "In its report of 2 December 2025, Ofsted asked Sandwell to improve:" in shown
        asked = shown.partition("Ofsted asked Sandwell to improve:")[2].partition("</ol>")[0]
        assert asked.startswith('</p><ol class="asked">')
        assert asked.count("<li>") >= 4
        assert "Outcome 4: children in care and care leavers have stable, loving homes" in shown
        assert "https://files.ofsted.gov.uk/" in shown
        barnsley = [one.proto.body for one in opened("Council", la="Barnsley").get("html")]
        (none,) = [body for body in barnsley if "The recommendations here come" in body]
        assert "Barnsley&#x27;s last report is of 27 October 2023." in none
        assert '<ol class="asked">' not in none


def test_a_briefing_lists_them_with_the_date_and_names_the_source(db: Database) -> None:
    words = list(content.briefing(db, SANDWELL).texts())
    at = words.index("In its report of 2 December 2025, Ofsted asked Sandwell to improve:")
    assert words[at + 2] == (
        "The pace of leaders’ actions to achieve timely permanence for some children in care. (Outcome 4)"
    )
    assert any("Inspection reports of local authority children's services" in one for one in words)
    without = list(content.briefing(db, BARNSLEY).texts())
    assert any("Barnsley's last report is of" in one for one in without)
    assert not any("Inspection reports of local authority" in one for one in without)


def test_the_api_gives_those_about_a_theme_the_newest_report_first(db: Database, every: pl.DataFrame) -> None:
    found = api.recommendations(db, {"about": ("Pathway plans", "Young carers"), "national_framework": ("Outcome 4",)})
    rows = found.part(0, found.count)
    either = recommendations.has_theme("Pathway plans") | recommendations.has_theme("Young carers")
    expected = every.filter(either & recommendations.names_part("Outcome 4"))
    columns = ["inspection_id", "position", "words", "themes"]
    assert rows.select(columns).rows() == expected.select(columns).rows() != []
    none_named = api.recommendations(db, {"national_framework": (NONE_NAMED,)})
    assert none_named.part(0, none_named.count)["reference"].null_count() == 36


def test_the_view_asks_the_api_for_what_it_shows_first(db: Database) -> None:
    view = view_data.inspections(
        db, None, "E12000007", latest=False, strand="leaders", asked=True, theme="Pathway plans"
    )  # fmt: skip
    first = view.addresses[0]
    assert first.what == "What Ofsted asked for in London"
    assert (first.table, first.parameters) == (
        "recommendations", (("region", "E12000007"), ("about", "Pathway plans")),
    )  # fmt: skip
