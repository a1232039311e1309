"""Inspection reports: what is read of a PDF, how lines become recommendations, and what is refused by name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from etl import releases
from etl.build import builder
from etl.extract.read_reports import report_cells
from etl.fetch import published_files
from etl.fetch.http import Web
from etl.model import SourceError
from etl.readers import recommendations as reading
from etl.readers.recommendation_themes import THEMES
from etl.sources.ofsted_reports import SOURCE
from tests.etl import reports
from tests.etl.helpers import Command, Ran

SANDWELL = "333-2025-12-02"
LEEDS = ["Inspection of Leeds City", "Inspection dates: 30 June 2025 to 4 July 2025", *reports.TITLE[3:]]


def lines(content: bytes, part: str) -> list[tuple[int, str]]:
    """Page and text of the lines of a part."""
    cells = pl.DataFrame(
        report_cells(content, reports.NAME), schema=["file", "sheet", "line", "column", "text"], orient="row"
    ).pivot("column", index="line", values="text")
    return [(int(page), text) for page, text in cells.filter(part=part).select("page", "text").iter_rows()]


class TestWhatIsReadOfAReport:
    def test_title_and_points_without_marks_footnotes_and_furniture(self) -> None:
        content = reports.report()
        assert lines(content, reading.TITLE) == [
            (1, "Inspection of Sandwell local authority"),
            (1, "children’s services"),
            (1, "Inspection dates: 13 to 24 October 2025"),
        ]
        assert lines(content, reading.SECTION) == [
            (2, "• The quality of pathway plans for care leavers. (outcome 4, national"),
            (2, "framework)"),
            (2, "• How well leaders oversee supervision. (enabler two)"),
        ]

    def test_a_section_that_goes_on_over_the_page_leaves_out_what_stands_between(self) -> None:
        first = [("What Needs to Improve", reports.HEADING), "• Planning for children", *reports.FURNITURE]
        second = [("13 to 24 October 2025", reports.MARK), "who are in care.", *reports.NEXT, *reports.FURNITURE]
        content = reports.pdf([reports.TITLE, first, second])
        assert lines(content, reading.SECTION) == [(2, "• Planning for children"), (3, "who are in care.")]

    def test_a_word_divided_by_a_soft_hyphen_is_whole_again(self) -> None:
        content = reports.report(["• Timely per\u00ad", "manence for children in care."])
        assert lines(content, reading.SECTION) == [(2, "• Timely permanence for children in care.")]

    @pytest.mark.parametrize(
        ("content", "rule"),
        [
            (b"", "E_MAGIC"),
            (b"<!doctype html><title>Not found</title>", "E_MAGIC"),
            (reports.report()[:-60], "E_TORN"),
            (reports.report()[:400], "E_TORN"),
            (reports.report(password="locked"), "E_ENCRYPTED"),
            # As AES declares itself.
            (reports.report(password="locked").replace(b"/V 2", b"/V 5").replace(b"/R 3", b"/R 6"), "E_ENCRYPTED"),
            (reports.report(heading="What is good?"), "E_NO_SECTION"),
            (reports.report(after=["The report goes on without an end."]), "E_NO_SECTION"),
            (reports.report(title=["A letter of thanks"]), "E_NO_TITLE"),
        ],
        ids=["empty", "page", "cut", "cut early", "locked", "locked by AES", "no section", "no end", "no title"],
    )
    def test_what_is_no_report_is_refused_with_rule_name_and_remedy(self, content: bytes, rule: str) -> None:
        with pytest.raises(SourceError) as refused:
            report_cells(content, reports.NAME)
        assert refused.value.rule == rule
        assert str(refused.value).startswith(f"{rule}: {reports.NAME}: ")
        assert str(refused.value).endswith(".")


class TestLinesBecomeRecommendations:
    def test_a_line_that_ends_with_a_hyphen_is_joined_without_a_space_but_not_a_suspended_one(self) -> None:
        assert reading.join_lines(["multi-", "agency work, 16-", "and 17-year-olds and/", "or others"]) == (
            "multi-agency work, 16- and 17-year-olds and/ or others"
        )

    @pytest.mark.parametrize(
        ("text", "words", "reference", "part"),
        [
            # As reports of 2025 and 2026 print it.
            ("Plans. (outcome 3, national framework)", "Plans.", "(outcome 3, national framework)", "Outcome 3"),
            ("Plans (Outcome four).", "Plans", "(Outcome four).", "Outcome 4"),
            ("Plans. [ Outcome 4, national framework].", "Plans.", "[ Outcome 4, national framework].", "Outcome 4"),
            ("Plans. Enabler three: National Framework.", "Plans.", "Enabler three: National Framework.", "Enabler 3"),
            ("Plans. (National Framework, Outcome 2)", "Plans.", "(National Framework, Outcome 2)", "Outcome 2"),
            ("Plans (National Framework enabler two).", "Plans", "(National Framework enabler two).", "Enabler 2"),
            (
                "Plans. (enabler: leaders drive conditions for effective practice, national framework)",
                "Plans.",
                "(enabler: leaders drive conditions for effective practice, national framework)",
                "Enabler 2",
            ),
            ("Plans. (principle 2)", "Plans.", "(principle 2)", "Principle 2"),
            # Made up: several parts, a part that there is not, and brackets of the words themselves.
            ("Plans. (outcomes 1 and 3)", "Plans.", "(outcomes 1 and 3)", "Outcome 1; Outcome 3"),
            ("Plans. (outcome 7, national framework)", "Plans. (outcome 7, national framework)", None, None),
            ("Oversight of the officer (LADO).", "Oversight of the officer (LADO).", None, None),
        ],
    )
    def test_the_part_of_the_framework_is_told_from_the_words(
        self, text: str, words: str, reference: str | None, part: str | None
    ) -> None:
        (found,) = reading.recommendations([(2, f"◼ {text}")], reports.NAME)
        assert found == reading.Recommendation(words, reference, part, 2)

    @pytest.mark.parametrize("section", [[], ["Nothing needs to improve."], ["◼"], ["Words first", "◼ A point"]])
    def test_a_section_without_points_or_with_other_words_is_refused(self, section: list[str]) -> None:
        with pytest.raises(SourceError, match="E_NO_SECTION"):
            reading.recommendations([(2, line) for line in section], reports.NAME)

    @pytest.mark.parametrize(
        ("printed", "days"),
        [
            ("13 to 24 October 2025", [date(2025, 10, 13), date(2025, 10, 24)]),
            ("30 June 2025 to 4 July 2025", [date(2025, 6, 30), date(2025, 7, 4)]),
            ("27 January to 7 February 2025", [date(2025, 1, 27), date(2025, 2, 7)]),
            (
                "30 September to 11 October 2024 and 13 to 16 January 2025",
                [date(2024, 9, 30), date(2024, 10, 11), date(2025, 1, 13), date(2025, 1, 16)],
            ),
        ],
    )
    def test_the_days_of_an_inspection(self, printed: str, days: list[date]) -> None:
        assert reading.inspection_days(f"Inspection of X Inspection dates: {printed}", reports.NAME) == days

    @pytest.mark.parametrize("printed", ["", "13 to 24 Octember 2025", "13 to 24"])
    def test_days_that_cannot_be_read_are_refused(self, printed: str) -> None:
        with pytest.raises(SourceError, match="E_DATE"):
            reading.inspection_days(f"Inspection dates: {printed}", reports.NAME)

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("The quality of pathway planning for care leavers.", {"Pathway plans", "Care leavers"}),
            ("The oversight of supervision orders.", {"Management oversight", "Pre-proceedings and court"}),
            ("The frequency of supervision.", {"Supervision"}),
            ("Children missing education.", {"Education, training and employment"}),
            ("Children who go missing.", {"Going missing and exploitation"}),
            ("The pleasantness of the weather.", set()),
        ],
    )
    def test_a_theme_is_found_by_its_words_and_not_in_longer_ones(self, words: str, found: set[str]) -> None:
        assert {theme.name for theme in THEMES if theme.is_in(words)} == found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of published reports, with one synthetic report in it."""
    reports_ = tmp_path / "published" / "ofsted" / "reports_2025_2026"
    reports_.mkdir(parents=True)
    (reports_ / reports.NAME).write_bytes(reports.report())
    return reports_


@pytest.fixture
def extract(command: Command, data: Path, folder: Path) -> Command:
    """`extract()` reads the folder into a data folder that held no report before."""
    path = releases.path(data / "releases", SOURCE.release)
    path.unlink()

    def run(*arguments: object) -> Ran:
        return command("extract", "ofsted_reports", "--from", folder.parents[1], "--data", data, *arguments)

    return run


def loaded(data: Path) -> dict[str, int]:
    """How many lines of each report are in the release; a refused one has none."""
    frame = releases.read(data / "releases", SOURCE).frame
    return dict(frame.group_by("file").agg((pl.col("column") == "text").sum()).sort("file").iter_rows())


class TestAFolderOfReports:
    def test_a_report_that_is_put_there_is_loaded(self, extract: Command, data: Path, few: None) -> None:
        assert extract().status == 0
        builder.build(data)
        with duckdb.connect(str(data / builder.DATABASE), read_only=True) as connection:
            rows = connection.sql("FROM recommendation ORDER BY ALL").fetchall()
            themes = connection.sql("FROM recommendation_theme SELECT position, theme ORDER BY ALL").fetchall()
        of = ("ofsted_reports", reports.NAME)
        assert rows == [
            (
                SANDWELL, 1, "The quality of pathway plans for care leavers.", "(outcome 4, national framework)",
                "Outcome 4", 2, *of,
            ),
            (SANDWELL, 2, "How well leaders oversee supervision.", "(enabler two)", "Enabler 2", 2, *of),
        ]  # fmt: skip
        assert themes == [(1, "Care leavers"), (1, "Pathway plans"), (2, "Leadership"), (2, "Supervision")]

    @pytest.mark.parametrize(
        ("name", "content", "rule"),
        [
            ("80481_leeds___-_12_august_2025.pdf", reports.report()[:-60], "E_TORN"),
            ("80481_leeds___-_12_august_2025.pdf", reports.report(password="locked"), "E_ENCRYPTED"),
            ("80481_leeds___-_12_august_2025.pdf", reports.report(heading="What is good?"), "E_NO_SECTION"),
            ("80481_leeds___-_12_august_2025.pdf", reports.report(["•"], LEEDS), "E_NO_SECTION"),
            ("80481_leeds___-_12_august_2025.pdf", reports.report(), "E_OTHER_COUNCIL"),
            ("80549_leeds___-_12_august_2025.pdf", reports.report(), "E_OTHER_COUNCIL"),
            ("leeds.pdf", reports.report(), "E_NO_URN"),
            ("99999_sandwell___-_02_december_2025.pdf", reports.report(), "E_UNKNOWN_URN"),
            ("80549_sandwell___-_31_november_2025.pdf", reports.report(), "E_DATE"),
            ("80549_sandwell___-_03_december_2025.pdf", reports.report(), "E_DATES"),
            ("80549_sandwell___-_2_december_2025.PDF", reports.report(), "E_DUP_KEY"),
            (
                "80549_sandwell___-_01_may_2020.pdf",
                reports.report(title=[*reports.TITLE[:2], "Inspection dates: 1 to 2 April 2020", *reports.TITLE[3:]]),
                "E_NO_INSPECTION",
            ),
        ],
    )  # fmt: skip
    def test_a_report_that_is_not_right_is_refused_by_name_and_the_others_are_loaded(
        self, extract: Command, data: Path, folder: Path, name: str, content: bytes, rule: str
    ) -> None:
        (folder / name).write_bytes(content)
        ran = extract()
        assert ran.status == 2
        assert f"refused: {rule}: {name}: " in ran.err
        assert loaded(data)[reports.NAME] == 6

    def test_a_loaded_report_whose_file_is_torn_keeps_its_words(
        self, extract: Command, data: Path, folder: Path
    ) -> None:
        extract()
        before = releases.read(data / "releases", SOURCE).frame
        (folder / reports.NAME).write_bytes(b"%PDF-1.7 torn")
        ran = extract()
        assert (ran.status, "E_TORN" in ran.err) == (2, True)
        assert releases.read(data / "releases", SOURCE).frame.equals(before)

    def test_a_loaded_report_that_is_gone_is_missed_until_that_is_accepted(
        self, extract: Command, data: Path, folder: Path
    ) -> None:
        extract()
        (folder / "leeds.pdf").write_bytes(b"%PDF-")
        (folder / reports.NAME).unlink()
        ran = extract()
        assert (ran.status, "E_LOST_ROWS" in ran.err, reports.NAME in ran.err) == (2, True, True)
        assert loaded(data) == {reports.NAME: 6}
        extract("--accept-missing")
        assert loaded(data) == {"leeds.pdf": 0}

    def test_a_refused_report_is_told_in_the_database(
        self, extract: Command, data: Path, folder: Path, few: None
    ) -> None:
        (folder / "leeds.pdf").write_bytes(b"%PDF-")
        extract()
        builder.build(data)
        with duckdb.connect(str(data / builder.DATABASE), read_only=True) as connection:
            query = "FROM reject SELECT file, rule, message WHERE source_id = 'ofsted_reports'"
            ((file, rule, message),) = connection.sql(query).fetchall()
        assert (file, rule) == ("leeds.pdf", "E_TORN")
        assert message.startswith("the PDF is cut or damaged")

    def test_fetch_says_whether_there_are_reports_and_how_to_name_them(self, folder: Path) -> None:
        (found,) = published_files.fetch([SOURCE], folder.parents[1], Web())
        assert (found.here, found.path) == (True, "ofsted/reports_2025_2026/*.pdf")
        assert found.words.endswith(f"as {reports.NAME}. Put them into ofsted/reports_2025_2026.")
        (folder / reports.NAME).unlink()
        assert not published_files.fetch([SOURCE], folder.parents[1], Web())[0].here

    def test_without_any_report_the_release_stays(self, command: Command, data: Path, tmp_path: Path) -> None:
        before = releases.read(data / "releases", SOURCE).frame
        ran = command("extract", "ofsted_reports", "--from", tmp_path, "--data", data)
        assert (ran.status, "E_FILE_ABSENT" in ran.err) == (2, True)
        assert releases.read(data / "releases", SOURCE).frame.equals(before)
