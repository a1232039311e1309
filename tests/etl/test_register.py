"""The operator's files: every bad row is refused by name, line and remedy, and a bad file never reaches readers."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from etl.areas import Areas
from etl.build import builder, commitments, leadership_register, operator_files, operator_rows
from etl.build.operator_files import Checked, OperatorFileError
from etl.model import EtlError, Metric
from etl.sources import all_sources
from tests.etl.helpers import LAST_GOOD, Command
from tests.operator_files import POST, POSTS, PROMISES, ROW, posts, promises, table

TODAY = date(2026, 11, 22)
Change = Mapping[str, str]


def checked(known_areas: Areas, *rows: Change) -> Checked:
    return leadership_register.check(posts(*rows), known_areas, TODAY)


@pytest.fixture(scope="module")
def metrics() -> list[Metric]:
    return [metric for source in all_sources() for metric in source.metrics]


def test_what_ships_has_headers_and_no_rows(known_areas: Areas, metrics: list[Metric]) -> None:
    files = operator_files.choose_paths(builder.DATA)
    post = leadership_register.check(operator_files.read_file(files.register), known_areas, TODAY)
    promise = commitments.check(operator_files.read_file(files.commitments), metrics)
    assert (post.table.height, promise.table.height, post.findings, promise.findings) == (0, 0, (), ())


def test_a_good_register_is_a_row_a_post_with_councils_by_number(known_areas: Areas) -> None:
    found = checked(known_areas, *POSTS)
    assert found.errors == []
    rows = {row["area_id"]: row for row in found.table.iter_rows(named=True)}
    assert list(rows) == ["383", "881", "202", "886", "801", "314", "318", "942", "420", "213", "358", "201"]
    assert rows["801"] == {
        "area_id": "801", "post": POST, "in_post_since": date(2026, 1, 12), "interim": False,
        "programme": "new directors", "enrolled_on": date(2026, 3, 9), "completed_on": None, "coach_id": "881",
        "source_url": "https://www.example.org/synthetic", "checked_on": date(2026, 11, 10), "line": 6,
    }  # fmt: skip
    assert rows["318"]["in_post_since"] is None  # not known is no error
    assert (rows["942"]["interim"], rows["942"]["coach_id"]) == (True, None)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("bristol, city of", "801"),
        ("Bath & North East Somerset UA", "800"),
        ("Kingston-upon-Hull", "810"),
        ("373", "373"),
        ("E08000039", "373"),
        ("e08000019", "373"),  # its code until 2025
        ("Dorset", "838"),  # and not the one that ended in 2019
        (" Leeds ", "383"),
    ],
)
def test_a_council_may_be_written_by_any_of_its_names_number_or_codes(
    known_areas: Areas, written: str, number: str
) -> None:
    assert checked(known_areas, {"authority": written}).table["area_id"].to_list() == [number]


ON = {"programme": "executive", "enrolled_on": "2026-03-02"}
BAD_POSTS: list[tuple[Change, str, str, str]] = [
    # what is written, rule, column, words of the message
    ({"authority": "Leedz"}, "E_AUTHORITY_UNKNOWN", "authority", "Did you mean Leeds?"),
    ({"authority": "Nowhere at all"}, "E_AUTHORITY_UNKNOWN", "authority", "three-digit number or its GSS code"),
    ({"authority": "999"}, "E_AUTHORITY_UNKNOWN", "authority", "'999' is no council"),
    ({"authority": "W06000015"}, "E_AUTHORITY_UNKNOWN", "authority", "no council"),
    ({"authority": "London"}, "E_AUTHORITY_UNKNOWN", "authority", "not its region"),
    ({"authority": "England"}, "E_AUTHORITY_UNKNOWN", "authority", "not its region"),
    ({"authority": ""}, "E_REQUIRED", "authority", "Write the council"),
    ({"authority": "Cumbria"}, "E_AUTHORITY_ENDED", "authority", "took its place: Cumberland or Westmorland"),
    ({"authority": "835"}, "E_AUTHORITY_ENDED", "authority", "Dorset"),
    ({"post": "Jane Example"}, "E_POST", "post", "no person"),
    ({"post": "chief executive"}, "E_POST", "post", POST),
    ({"post": ""}, "E_REQUIRED", "post", "Write director"),
    ({"interim": "acting"}, "E_INTERIM", "interim", "Write interim or permanent"),
    ({"interim": ""}, "E_REQUIRED", "interim", "Write interim or permanent"),
    ({"programme": "coaching"}, "E_PROGRAMME", "programme", "Write none, new directors or executive"),
    ({"in_post_since": "17/10/2022"}, "E_DATE", "in_post_since", "Write it as 2026-09-01; in a spreadsheet"),
    ({"in_post_since": "2022-02-30"}, "E_DATE", "in_post_since", "is not a day"),
    ({"in_post_since": "20221017"}, "E_DATE", "in_post_since", "is not a day"),
    ({"in_post_since": "October 2022"}, "E_DATE", "in_post_since", "is not a day"),
    ({"in_post_since": "2022-10"}, "E_DATE", "in_post_since", "is not a day"),
    ({"in_post_since": "44851"}, "E_DATE", "in_post_since", "is not a day"),
    ({"in_post_since": "2026-11-23"}, "E_DATE_FUTURE", "in_post_since", "after today, 2026-11-22"),
    ({"in_post_since": "1999-01-01"}, "E_DATE_EARLY", "in_post_since", "before 2004-11-15"),
    ({**ON, "enrolled_on": "2027-01-04"}, "E_DATE_FUTURE", "enrolled_on", "Write it once it has happened"),
    ({**ON, "completed_on": "2027-01-04"}, "E_DATE_FUTURE", "completed_on", "after today"),
    ({**ON, "completed_on": "2026-03-01"}, "E_DATE_ORDER", "completed_on", "before enrolling on 2026-03-02"),
    ({"checked_on": "2026-11-23"}, "E_DATE_FUTURE", "checked_on", "after today"),
    ({"checked_on": "2022-10-16"}, "E_DATE_ORDER", "checked_on", "before 2022-10-17"),
    ({**ON, "checked_on": "2026-03-01"}, "E_DATE_ORDER", "checked_on", "before 2026-03-02"),
    ({"programme": "none", "enrolled_on": "2026-03-02"}, "E_PROGRAMME_NONE", "enrolled_on", "no programme"),
    ({"completed_on": "2026-03-02"}, "E_PROGRAMME_NONE", "completed_on", "no programme"),
    ({"programme": "executive"}, "E_ENROLLED_MISSING", "enrolled_on", "or none as the programme"),
    ({"programme": "executive", "completed_on": "2026-03-02"}, "E_COMPLETED_WITHOUT_ENROLLED", "enrolled_on",
     "Write the day of enrolment"),
    ({"interim": "interim", "in_post_since": "2026-03-03", **ON}, "E_INTERIM_ENROLLED", "enrolled_on",
     "longer ago than in post, 2026-03-03"),
    ({**ON, "coach_authority": "Leeds"}, "E_COACH_SELF", "coach_authority", "cannot coach itself"),
    ({**ON, "coach_authority": "E08000035"}, "E_COACH_SELF", "coach_authority", "cannot coach itself"),
    ({**ON, "coach_authority": "Essx"}, "E_COACH_UNKNOWN", "coach_authority", "Did you mean Essex?"),
    ({**ON, "coach_authority": "John Example"}, "E_COACH_UNKNOWN", "coach_authority", "no council"),
    ({**ON, "coach_authority": "Cumbria"}, "E_COACH_ENDED", "coach_authority", "Cumberland"),
    ({"source_url": "a colleague"}, "E_URL", "source_url", "is not the https address"),
    ({"source_url": "http://www.example.org/x"}, "E_URL", "source_url", "https"),
    ({"source_url": "https://name:secret@example.org/x"}, "E_URL", "source_url", "https"),
    ({"source_url": "https://localhost/x"}, "E_URL", "source_url", "https"),
    ({"source_url": "https://www.example.org/a b"}, "E_URL", "source_url", "https"),
    ({"source_url": "javascript:alert(1)"}, "E_URL", "source_url", "https"),
    ({"source_url": ""}, "E_REQUIRED", "source_url", "Write the address of the page"),
    ({"source_url": "=HYPERLINK(1)"}, "E_FORMULA", "source_url", "begins like a formula"),
    ({"authority": "=1+1"}, "E_FORMULA", "authority", "begins like a formula"),
    ({"coach_authority": "@SUM(A1)"}, "E_FORMULA", "coach_authority", "begins like a formula"),
    ({"programme": "+executive"}, "E_FORMULA", "programme", "begins like a formula"),
    ({"source_url": f"https://www.example.org/{'x' * 500}"}, "E_FIELD_SIZE", "source_url", "at most 500"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "rule", "column", "words"), BAD_POSTS)
def test_a_bad_post_is_refused_by_name_with_line_and_remedy(
    known_areas: Areas, change: Change, rule: str, column: str, words: str
) -> None:
    found = checked(known_areas, {"authority": "York"}, change)
    (error,) = found.errors
    assert (error.rule, error.file, error.line, error.column) == (rule, operator_files.REGISTER, 3, column)
    assert words in str(error)
    assert str(error).endswith((".", "?"))  # what to do about it comes last
    assert found.table.is_empty()
    with pytest.raises(OperatorFileError, match=rule):
        operator_files.refuse_errors(found)


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_the_lines(known_areas: Areas) -> None:
    found = checked(
        known_areas,
        {"authority": "Leedz", "interim": "acting"},
        {"authority": "York", "in_post_since": "yesterday"},
        {"authority": "York"},
    )
    assert [(one.rule, one.line) for one in found.errors] == [
        ("E_AUTHORITY_UNKNOWN", 2), ("E_INTERIM", 2), ("E_DATE", 3), ("E_DUPLICATE", 4),
    ]  # fmt: skip
    with pytest.raises(OperatorFileError) as error:
        operator_files.refuse_errors(found)
    assert str(error.value).count("\n") == 3


@pytest.mark.parametrize("again", ["Leeds", "leeds", "383", "E08000035"])
def test_a_post_stands_once_however_its_council_is_written(known_areas: Areas, again: str) -> None:
    (error,) = checked(known_areas, {"authority": "Leeds"}, {"authority": "York"}, {"authority": again}).errors
    assert (error.rule, error.line) == ("E_DUPLICATE", 4)
    assert "stands here and on line 2. Keep the row that holds" in str(error)


def test_an_interim_who_enrolled_while_in_post_is_well_and_so_is_a_permanent_one_who_did_before(
    known_areas: Areas,
) -> None:
    since = {"in_post_since": "2026-03-02"}
    assert checked(known_areas, {**ON, **since, "interim": "interim"}).errors == []
    assert checked(known_areas, {**ON, "in_post_since": "2026-05-01"}).errors == []


@pytest.mark.parametrize(
    ("day", "rule"),
    [("", "W_CHECKED_MISSING"), ("2026-05-22", "W_CHECKED_OLD"), ("2026-05-23", None), ("2026-11-22", None)],
)
def test_a_row_that_was_looked_at_long_ago_or_never_is_warned_of_and_loaded(
    known_areas: Areas, day: str, rule: str | None
) -> None:
    found = checked(known_areas, {"in_post_since": "", "checked_on": day})
    assert [one.rule for one in found.warnings] == ([rule] if rule else [])
    assert (found.errors, found.table.height) == ([], 1)


GOOD = posts({})
BAD_FILES: list[tuple[bytes, str, str]] = [
    (b"", "E_HEADER", "the column 'authority' is missing"),
    (posts({}).replace(b",checked_on", b"", 1).replace(b",2026-11-10", b""), "E_HEADER", "'checked_on' is missing"),
    (GOOD.replace(b"authority,", b"authorty,", 1), "E_HEADER", "Is it authority?"),
    (GOOD.replace(b"interim,", b"interim,interim,", 1), "E_HEADER", "is there twice"),
    (GOOD.replace(b"post,", b"post,notes,", 1), "E_HEADER", "no column 'notes'"),
    (GOOD.replace(b"post,", b"post,director_name,", 1), "E_PERSON", "names of people"),
    (GOOD.replace(b"post,", b"post,Email,", 1), "E_PERSON", "ways to reach them"),
    (GOOD.replace(b"post,", b"post,Coach name,", 1), "E_PERSON", "names of people"),
    (GOOD.replace(b",", b";"), "E_DELIMITER", "commas are expected"),
    (GOOD.replace(b",permanent,", b",permanent,,", 1), "E_FIELD_COUNT", "11 fields where the header has 10"),
    (GOOD + b"Kept by the office\n", "E_FIELD_COUNT", "1 field where the header has 10"),
    (GOOD.replace(b"Leeds", b"Le\xe9ds"), "E_ENCODING", "byte 0xe9 is not UTF-8"),
    (GOOD.decode().encode("utf-16"), "E_ENCODING", "UTF-16"),
    (GOOD.replace(b"Leeds", b"Le\x00eds"), "E_HIDDEN", "U+0000"),
    (GOOD.replace(b"Leeds", "Leeds\u200b".encode()), "E_HIDDEN", "U+200B"),
    (GOOD.replace(b"Leeds", b'"Leeds'), "E_QUOTES", "line 2"),
    (b"PK\x03\x04 a workbook", "E_MAGIC", "ZIP file"),
    (b"<html></html>", "E_MAGIC", "a web page"),
    (posts(*({} for _ in range(operator_rows.MOST_ROWS + 1))), "E_TOO_LARGE", "more than 1000 rows"),
]


@pytest.mark.parametrize(("content", "rule", "words"), BAD_FILES)
def test_what_is_no_register_is_refused_by_name(known_areas: Areas, content: bytes, rule: str, words: str) -> None:
    with pytest.raises(OperatorFileError) as error:
        operator_files.refuse_errors(leadership_register.check(content, known_areas, TODAY))
    assert error.value.findings[0].rule == rule
    assert words in str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        GOOD.removesuffix(b"\n"),
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b"\n", b"\r\n"),
        GOOD + b",,,,,,,,,\n\n",
        GOOD.replace(b"director of children's services", "Director of Children’s Services".encode()),
        table(reversed(leadership_register.COLUMNS), [ROW]),
    ],
    ids=["no last line end", "byte order mark", "Windows", "empty lines", "curly apostrophe", "columns turned round"],
)
def test_what_programs_do_to_a_file_does_no_harm(known_areas: Areas, content: bytes) -> None:
    found = leadership_register.check(content, known_areas, TODAY)
    assert (found.errors, found.table["area_id"].to_list()) == ([], ["383"])


def test_a_file_that_is_not_there_or_far_too_long_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(
        OperatorFileError, match=r"^E_FILE_ABSENT: nowhere\.csv: .* restore the one without rows from git"
    ):
        operator_files.read_file(tmp_path / "nowhere.csv")
    (tmp_path / "long.csv").write_bytes(b"x" * (operator_files.MOST_BYTES + 1))
    with pytest.raises(OperatorFileError, match=r"^E_TOO_LARGE: long\.csv: "):
        operator_files.read_file(tmp_path / "long.csv")


def test_no_column_of_the_register_holds_words_of_ones_own(known_areas: Areas) -> None:
    """A name is refused wherever it is written, but in the address of a page, where no rule can tell."""
    for column in set(leadership_register.COLUMNS) - {"source_url"}:
        errors = checked(known_areas, {**ON, column: "Jane Example"}).errors
        assert column in {one.column for one in errors}


def test_good_commitments_name_their_measure_by_title_or_id(metrics: list[Metric]) -> None:
    found = commitments.check(promises(*PROMISES), metrics)
    assert found.errors == []
    assert found.table["metric_id"].to_list() == [
        None, "vacancy_rate", "caseload", "conferences_in_15_days", "judgement_leaders", "agency_rate", "agency_rate",
    ]  # fmt: skip
    assert found.table["target_value"].to_list() == [10.0, 12.0, 14.0, 90.0, 2.0, 16.0, 12.0]
    assert found.table["line"].to_list() == list(range(2, 9))


BAD_PROMISES: list[tuple[Change, str, str, str]] = [
    ({"commitment": ""}, "E_REQUIRED", "commitment", "Say in a few words"),
    ({"commitment": "=1"}, "E_FORMULA", "commitment", "begins like a formula"),
    ({"owner": ""}, "E_REQUIRED", "owner", "Write the office"),
    ({"owner": "jane@example.org"}, "E_PERSON", "owner", "Write the office"),
    ({"metric": "Vacancy rat"}, "E_METRIC_UNKNOWN", "metric", "is no measure"),
    ({"metric": "social worker vacancy rates"}, "E_METRIC_UNKNOWN", "metric", "mean Social worker vacancy rate?"),
    ({"metric": ""}, "E_REQUIRED", "metric", "or directors enrolled"),
    ({"metric": "director_changes"}, "E_METRIC_ENGLAND_ONLY", "metric", "no council has a figure"),
    ({"metric": "vacancies_fte"}, "E_METRIC_COUNT", "metric", "is a count"),
    ({"metric": "referral_rate"}, "E_METRIC_NEUTRAL", "metric", "neither high nor low"),
    ({"target_value": "12%"}, "E_TARGET", "target_value", "Write the number alone"),
    ({"target_value": "a few"}, "E_TARGET", "target_value", "not a number"),
    ({"target_value": "-5"}, "E_FORMULA", "target_value", "begins like a formula"),
    ({"target_value": "1e9"}, "E_TARGET", "target_value", "not a number"),
    ({"target_value": "nan"}, "E_TARGET", "target_value", "not a number"),
    ({"target_value": "101"}, "E_TARGET", "target_value", "more than 100%"),
    ({"target_value": ""}, "E_REQUIRED", "target_value", "Write the number"),
    ({"metric": "directors enrolled", "target_value": "150"}, "E_TARGET", "target_value", "more than 100%"),
    ({"metric": "judgement_leaders", "target_value": "2"}, "E_TARGET", "target_value", "Write a grade"),
    ({"by_when": "autumn"}, "E_DATE", "by_when", "is not a day"),
    ({"by_when": ""}, "E_REQUIRED", "by_when", "Write the day by which"),
    ({"by_when": "1999-12-31"}, "E_DATE_EARLY", "by_when", "before 2000-01-01"),
    ({"source": "a speech"}, "E_URL", "source", "https"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "rule", "column", "words"), BAD_PROMISES)
def test_a_bad_commitment_is_refused_by_name_with_line_and_remedy(
    metrics: list[Metric], change: Change, rule: str, column: str, words: str
) -> None:
    found = commitments.check(promises({"commitment": "Synthetic: another"}, change), metrics)
    (error,) = found.errors
    assert (error.rule, error.file, error.line, error.column) == (rule, operator_files.COMMITMENTS, 3, column)
    assert words in str(error)
    assert found.table.is_empty()


def test_the_same_commitment_twice_is_refused_but_not_with_another_measure_or_day(metrics: list[Metric]) -> None:
    again = commitments.check(promises({}, {"target_value": "10"}), metrics)
    assert [(one.rule, one.line) for one in again.errors] == [("E_DUPLICATE", 3)]
    apart = commitments.check(promises({}, {"metric": "agency_rate"}, {"by_when": "2098-09-30"}), metrics)
    assert apart.errors == []


def test_an_extra_column_of_the_commitments_is_refused(metrics: list[Metric]) -> None:
    content = promises({}).replace(b"owner,", b"owner,contact,", 1)
    with pytest.raises(OperatorFileError, match="E_PERSON"):
        commitments.check(content, metrics)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A synthetic register and synthetic commitments, kept elsewhere."""
    register_file, commitments_file = tmp_path / "posts.csv", tmp_path / "promises.csv"
    register_file.write_bytes(posts(*POSTS))
    commitments_file.write_bytes(promises(*PROMISES))
    return register_file, commitments_file


def test_check_says_that_nothing_is_wrong_and_what_should_be_looked_at(
    data: Path, files: tuple[Path, Path], command: Command
) -> None:
    ran = command("register", "check", "--register", files[0], "--commitments", files[1], "--data", data)
    assert ran.status == 0
    assert "posts.csv: 12 rows, nothing wrong" in ran.out
    assert "promises.csv: 7 rows, nothing wrong" in ran.out
    assert "warning: W_CHECKED_MISSING: posts.csv, line 10, column 'checked_on'" in ran.out
    assert (data / builder.DATABASE).read_bytes() == LAST_GOOD


def test_check_says_all_that_is_wrong_with_both_files(
    data: Path, files: tuple[Path, Path], command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    files[0].write_bytes(posts({"authority": "Leedz"}, {"interim": "acting"}))
    files[1].write_bytes(promises({"metric": "nonsense"}))
    monkeypatch.setenv("MONITOR_REGISTER", str(files[0]))
    monkeypatch.setenv("MONITOR_COMMITMENTS", str(files[1]))
    ran = command("register", "check", "--data", data)
    assert (ran.status, ran.out) == (2, "")
    assert [line.split(":")[0] for line in ran.err.strip().splitlines()] == [
        "E_AUTHORITY_UNKNOWN", "E_INTERIM", "E_METRIC_UNKNOWN",
    ]  # fmt: skip


@pytest.mark.usefixtures("few")
def test_load_puts_both_into_the_database_and_only_a_build_that_is_told_takes_them_out(
    data: Path, files: tuple[Path, Path], command: Command, known_areas: Areas
) -> None:
    # Of measures that few sources have.
    files[1].write_bytes(promises(*(PROMISES[at] for at in (0, 4))))
    named = ("--register", files[0], "--commitments", files[1], "--data", data)
    ran = command("register", "load", *named)
    assert ran.status == 0
    assert "data version 20" in ran.out
    assert "warning: W_CHECKED_MISSING" in ran.out

    def rows() -> tuple[int, int, str]:
        with duckdb.connect(str(data / builder.DATABASE), read_only=True) as connection:
            (found,) = connection.execute(
                "SELECT (SELECT count(*) FROM leadership_post), (SELECT count(*) FROM commitment), data_version "
                "FROM build"
            ).fetchall()
        return int(found[0]), int(found[1]), str(found[2])

    posts_, promised, version = rows()
    assert (posts_, promised) == (12, 2)
    # What is built is what was checked.
    with duckdb.connect(str(data / builder.DATABASE), read_only=True) as connection:
        loaded = connection.sql("FROM leadership_post").pl().with_columns(pl.col("programme").cast(pl.String))
    assert loaded.sort("line").rows() == checked(known_areas, *POSTS).table.select(loaded.columns).rows()
    status = command("status", "--data", data)
    assert "leadership register" in status.out

    # A build that forgets where they are kept leaves them to readers.
    forgotten = command("build", "--data", data)
    assert forgotten.status == 2
    assert forgotten.err.strip().startswith("E_KEPT_GONE: leadership_register.csv: the database in place holds 12 rows")
    assert rows() == (12, 2, version)
    # A bad row too.
    files[0].write_bytes(posts({"authority": "Leedz"}))
    bad = command("build", *named)
    assert (bad.status, bad.err.strip().split(":")[0]) == (2, "E_AUTHORITY_UNKNOWN")
    assert rows() == (12, 2, version)
    assert command("build", "--accept-empty", "--data", data).status == 0
    assert rows()[:2] == (0, 0)
    assert rows()[2] != version


def test_a_bad_register_refuses_the_build_and_the_last_good_database_stays(data: Path) -> None:
    (data / operator_files.REGISTER).write_bytes(posts({"authority": "Leeds", "coach_authority": "Leeds"}))
    with pytest.raises(EtlError, match=r"^E_COACH_SELF: leadership_register\.csv, line 2"):
        builder.build(data)
    assert (data / builder.DATABASE).read_bytes() == LAST_GOOD


def test_what_is_kept_by_hand_counts_into_the_data_version_by_its_content(data: Path) -> None:
    version = builder._fingerprint
    assert version(data, b"one", b"two") == version(data, b"one", b"two")
    assert len({version(data, b"", b""), version(data, b"one", b"two"), version(data, b"onet", b"wo")}) == 3
    before = version(data, b"one", b"two")
    # Where it lies is nothing to it: what is read is handed over.
    (data / operator_files.REGISTER).write_bytes(posts({}))
    assert version(data, b"one", b"two") == before


def test_the_schema_itself_refuses_what_the_checks_do(tmp_path: Path, database_path: Path) -> None:
    copy = Path(shutil.copy(database_path, tmp_path / "copy.duckdb"))
    good = "'383', 'p', DATE '2022-10-17', false, 'executive', DATE '2026-03-02', NULL, '881', 'https://x.org', NULL, 2"
    for bad in (
        good.replace("'881'", "'383'"),
        good.replace("'executive'", "'none'"),
        good.replace("NULL, '881'", "DATE '2026-03-01', '881'"),
        good.replace("false", "true").replace("2026-03-02", "2022-10-16"),
        good.replace("https:", "http:"),
        good.replace("'383'", "'000'"),
    ):
        with duckdb.connect(str(copy)) as connection, pytest.raises(duckdb.ConstraintException):
            connection.execute(f"INSERT INTO leadership_post VALUES ({bad})")
    with duckdb.connect(str(copy)) as connection:
        connection.execute(f"INSERT INTO leadership_post VALUES ({good})")
        assert connection.execute("SELECT count(*) FROM leadership_post").fetchall() == [(1,)]


def test_every_column_of_the_tables_kept_by_hand_says_what_it_is(database: duckdb.DuckDBPyConnection) -> None:
    silent = database.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE table_name IN ('leadership_post', 'commitment') "
        "AND comment IS NULL AND column_name NOT IN ('area_id')"
    ).fetchall()
    assert silent == []
