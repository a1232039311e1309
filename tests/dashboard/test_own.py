"""A council's own figures: bad files refused by name, odd figures taken with a warning, rank by a slow oracle."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.analysis import local_rank, queries
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.analysis.comparison import SCALES
from dashboard.analysis.local_figures import Checked, Own
from dashboard.data.database import Database
from dashboard.data.model import Metric
from dashboard.files import exports, uploads
from dashboard.files.pages import local_figures
from dashboard.files.uploads import Refused, checking, plausible, reading, workbook
from dashboard.pages.components.own_files import unpacked
from dashboard.views.charts import palette
from dashboard.views.charts.local_figures import draw_local_figure
from dashboard.views.tables import local_figures as parts
from dashboard.views.text import local_figures as sentences
from tests.dashboard import small
from tests.dashboard.oracle import type_7
from tests.dashboard.own_files import (
    BAD,
    CASELOAD,
    GOOD,
    HEADER,
    LEEDS,
    SHEET_XML,
    Bad,
    csv,
    ods,
    part,
    repacked,
    row,
    with_format,
    with_sheets,
    xlsx,
)

TINY = 1e-9


def of_file(db: Database, content: bytes, area_id: str = LEEDS) -> Checked:
    """What becomes of a file, refused or not."""
    try:
        return checking.given_file(db, area_id, reading.file(content))
    except Refused as refused:
        return Checked(findings=(refused.finding,))


def of_text(db: Database, text: str, area_id: str = LEEDS) -> Checked:
    """What becomes of pasted text."""
    try:
        return checking.given_text(db, area_id, reading.text(text))
    except Refused as refused:
        return Checked(findings=(refused.finding,))


def taken(checked: Checked) -> dict[str, float]:
    return {one.metric_id: one.value for one in checked.figures}


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.rule}: {bad.about}")
def test_a_bad_file_is_refused_by_name_with_its_line_and_what_to_do(db: Database, bad: Bad) -> None:
    checked = of_file(db, bad.content)
    assert {finding.rule for finding in checked.errors} == {bad.rule}
    first = checked.errors[0]
    assert (first.line, first.column) == (bad.line, bad.column)
    assert len(checked.figures) == bad.taken
    for finding in checked.findings:
        assert re.fullmatch(r"[^a-z].+[.?]", finding.what), finding.what
        assert re.fullmatch(r"[^a-z].+[.?]", finding.remedy), finding.remedy


def test_every_rule_that_the_program_names_is_held_by_a_bad_file_or_by_a_test_of_a_warning(db: Database) -> None:
    source = "\n".join(path.read_text("utf-8") for path in Path(uploads.__file__).parent.glob("*.py"))
    named = set(re.findall(r'"([EW]_[A-Z_0-9]+)"', source))
    assert {rule for rule in named if rule.startswith("E_")} == {bad.rule for bad in BAD}
    assert {rule for rule in named if rule.startswith("W_")} == {
        "W_FAR_FROM_PAST", "W_BEYOND_ALL", "W_STALE", "W_OTHER_SHEETS", "W_EARLIER",
    }  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        csv(row(14.2, 71, 500), CASELOAD),
        b"\xef\xbb\xbf" + csv(row(14.2, 71, 500), CASELOAD),
        csv(row("14.2", "71", "500"), CASELOAD).replace(b"\r\n", b"\n"),
        csv(row("14.2", "71", "500"), CASELOAD)[:-2],
        csv(row(14.2, 71, 500), CASELOAD).decode().encode("utf-16"),
        csv(row(14.2, 71, 500), CASELOAD, delimiter="\t"),
        csv(row(14.2, 71, 500), CASELOAD).replace(b",%,", ",£ per week,".encode("cp1252")),
        csv(row(" 14.2\u00a0", "71", "500", area="LEEDS"), CASELOAD),
        csv(row(None, 71, 500), CASELOAD),
        csv(row(14.2, 71, 500, number="E08000035"), CASELOAD),
        csv(*[[*one, "a note"] for one in (row(14.2, 71, 500), CASELOAD)], header=[*HEADER, "our own column"]),
        csv(*[one[::-1] for one in (row(14.2, 71, 500), CASELOAD)], header=HEADER[::-1]),
        csv(row(14.2, 71, 500), CASELOAD, [], row(metric="agency_rate"), [""] * len(HEADER)),
        GOOD,
        xlsx(row(14.2, 71, 500), CASELOAD, sheet="Sheet1"),
        xlsx(row("14.2", "71", "500", number=383), CASELOAD),
        xlsx(row(14.2, 71, 500), CASELOAD, header=[name.replace("_", " ").upper() for name in HEADER]),
        with_format(14.2, "#,##0.0"),
        with_format(14.2, '0.0" days"'),
        with_format(14.2, "[Red]0.0;-0.0"),
        csv(row(14.2, 71, 500, area="Leeds City Council", number="383.0"), CASELOAD),
        csv(row(14.2, 71, 500), CASELOAD, delimiter=";"),
        b"sep=;\r\n" + csv(row(14.2, 71, 500), CASELOAD, delimiter=";"),
        b"Leeds: our figures\r\n\r\nas at 30 September 2025,,,\r\n" + csv(row(14.2, 71, 500), CASELOAD),
        xlsx(HEADER, row(14.2, 71, 500), CASELOAD, header=["Leeds: our figures"]),
        ods(row(14.2, 71, 500), CASELOAD),
        ods(row(14.2, 71, 500), CASELOAD, sheet="Sheet1"),
        csv(
            ["Leeds", "2024/25", "Average caseload", 15.1],
            ["Leeds", "2025/26", "caseload", 14.8],
            ["leeds", "March 2026", "Social worker vacancy rate", 14.2],
            ["Leeds", "March 2025", "Social worker vacancy rate", 9.9],
            header=["Area", "Period", "Indicator", "Value"],
        ),
    ],
)
def test_a_good_file_is_taken_whole_however_it_was_saved(db: Database, content: bytes) -> None:
    checked = of_file(db, content)
    assert not checked.errors
    assert taken(checked) == {"vacancy_rate": pytest.approx(14.2), "caseload": 14.8}


def test_rows_of_earlier_periods_are_left_out_and_counted(db: Database) -> None:
    rows = [
        ["Leeds", period, "Average caseload", value] for period, value in (("2023", 13), ("2024", 14), ("2025", 15))
    ]
    checked = of_file(db, csv(*rows, header=["area", "period", "measure", "value"]))
    assert taken(checked) == {"caseload": 15}
    assert [finding.what for finding in checked.findings if finding.rule == "W_EARLIER"] == [
        "2 rows of earlier periods: of each measure only the newest is taken."
    ]


def test_binary_noise_of_a_workbook_is_not_taken_for_digits(db: Database) -> None:
    noisy = repacked(GOOD, SHEET_XML, part(GOOD, SHEET_XML).replace("<v>14.2</v>", "<v>14.199999999999999</v>"))
    assert taken(of_file(db, noisy))["vacancy_rate"] == 14.2


def test_a_figure_is_worked_out_from_its_counts_where_only_they_are_given(db: Database) -> None:
    (found,) = of_file(db, csv(row(None, "20", "150"))).figures
    assert (found.value, found.numerator, found.denominator) == (13.3333333, 20.0, 150.0)


@pytest.mark.parametrize(
    ("value", "numerator", "denominator", "right"),
    [
        ("13.3", "20", "150", True),
        ("13.4", "20", "150", True),  # within one of its last digit, as all but 1 in 500 of the published are
        ("13.5", "20", "150", False),
        ("13", "20", "150", True),
        ("13.33", "20", "150", True),
        ("0.5", "1", "200", True),  # not a share from 0 to 1: its counts say so
        ("0", "0", "200", True),
    ],
)
def test_a_value_must_be_what_its_counts_come_to(
    db: Database, value: str, numerator: str, denominator: str, right: bool
) -> None:
    checked = of_file(db, csv(row(value, numerator, denominator)))
    assert bool(checked.figures) is right
    assert [finding.rule for finding in checked.errors] == ([] if right else ["E_COUNTS"])


def test_published_values_are_what_their_counts_come_to_by_the_same_rule(db: Database) -> None:
    """The tolerance is no invention: the published figures keep to it, but for 1 in 500."""
    pairs = db.figure.filter(
        (pl.col("kind") == "local_authority")
        & pl.col("value").is_not_null()
        & (pl.col("denominator") > 0)
        & pl.col("numerator").is_not_null()
    ).join(db.table["metric"].select("metric_id", "unit", "decimals"), on="metric_id")
    scale = pl.col("unit").replace_strict(SCALES, default=1.0, return_dtype=pl.Float64)
    made = pl.col("numerator") / pl.col("denominator") * scale
    off = (pl.col("value") - made).abs() > pl.lit(10.0).pow(-pl.col("decimals").cast(pl.Float64)) + 1e-9
    assert pairs.height > 50_000
    assert pairs.filter(off).height / pairs.height < 1 / 500


@pytest.mark.parametrize(
    ("text", "figures", "rules"),
    [
        ("Average caseload\t14.8\nVacancies\t14.2", {"caseload": 14.8, "vacancy_rate": 14.2}, []),
        ("caseload\t14.8\r\n\r\nvacancy_rate\t14.2\r\n", {"caseload": 14.8, "vacancy_rate": 14.2}, []),
        ("Vacancies\t\t71\t500", {"vacancy_rate": 14.2}, []),
        ("Vacancies\t14.2\t71\t500\nAverage caseload\t14.8\t\t", {"vacancy_rate": 14.2, "caseload": 14.8}, []),
        (csv(row(14.2), delimiter="\t").decode(), {"vacancy_rate": 14.2}, []),
        (csv(row(14.2)).decode(), {"vacancy_rate": 14.2}, []),
        ("metric\tyour value\nVacancies\t14.2", {"vacancy_rate": 14.2}, []),
        ("Vacancies\t14.2%\nAverage caseload\t14.8", {"caseload": 14.8}, ["E_PERCENT_SIGN"]),
        ("Vacancy\t14.2", {}, ["E_UNKNOWN_MEASURE"]),
        ("Vacancies 14.2", {}, ["E_DELIMITER"]),
        ("Vacancies\t14.2\t71", {}, ["E_NOT_TEMPLATE"]),
        ("metric\tpublished\nVacancies\t2.1", {}, ["E_NOT_TEMPLATE"]),
        ("your_value\tpublished\n14.2\t2.1", {}, ["E_NOT_TEMPLATE"]),
        (csv(row(14.2, number="382"), delimiter="\t").decode(), {}, ["E_WRONG_COUNCIL"]),
        ("", {}, ["E_EMPTY"]),
        (" \n\t\n", {}, ["E_EMPTY"]),
        ("Vacancies\t", {}, ["E_NO_VALUES"]),
        ("Vacancies\t14.2\n" * 501, {}, ["E_TOO_MANY_ROWS"]),
        ("=cmd|' /C calc'!A0\t14.2", {}, ["E_UNKNOWN_MEASURE"]),
        ("<script>alert(1)</script>\t14.2", {}, ["E_UNKNOWN_MEASURE"]),
    ],
)
def test_rows_are_pasted_as_spreadsheets_copy_them(
    db: Database, text: str, figures: dict[str, float], rules: list[str]
) -> None:
    checked = of_text(db, text)
    assert taken(checked) == {metric_id: pytest.approx(value) for metric_id, value in figures.items()}
    assert [finding.rule for finding in checked.errors] == rules


@pytest.mark.parametrize(
    ("typed", "rule", "column"),
    [
        (("", "", ""), "E_EMPTY", "Your value"),
        (("14,2", "", ""), "E_DECIMAL_COMMA", "Your value"),
        (("14.2\u202e", "", ""), "E_HIDDEN", "Your value"),
        (("14.2", "7l", "50"), "E_NUMBER", "Numerator"),
        (("14.2", "", "50"), "E_HALF_COUNTS", "Numerator"),
        (("14.2\ud800", "", ""), "E_NUMBER", "Your value"),
        (("9" * 1_000_000, "", ""), "E_NUMBER", "Your value"),
    ],
)
def test_what_is_typed_is_checked_by_the_same_rules(
    db: Database, typed: tuple[str, str, str], rule: str, column: str
) -> None:
    (finding,) = checking.typed(db, LEEDS, db.metrics["vacancy_rate"], *typed).findings
    assert (finding.rule, finding.line, finding.column) == (rule, None, column)
    assert len(finding.what) < 200


def test_a_refusal_says_nothing_of_what_was_given_where_it_could_be_logged(db: Database) -> None:
    with pytest.raises(Refused) as caught:
        checking.given_text(db, LEEDS, reading.text("made-up 13.37 one cell"))
    assert "13.37" in caught.value.finding.what
    assert str(caught.value) == "E_DELIMITER"
    shown = f"{caught.value!r} {caught.value.finding!r} {of_file(db, GOOD)!r} {of_file(db, GOOD).figures!r}"
    assert "13.37" not in shown
    assert "14.2" not in shown


# What may be, but hardly is.


@pytest.mark.parametrize(
    ("metric_id", "value", "rules"),
    [
        ("vacancy_rate", 2.4, []),
        ("vacancy_rate", 60.0, ["W_FAR_FROM_PAST", "W_BEYOND_ALL"]),  # none but the very small publish more
        ("caseload", 152.0, ["W_FAR_FROM_PAST", "W_BEYOND_ALL"]),  # a point forgotten
        ("caseload", 3.0, ["W_FAR_FROM_PAST", "W_BEYOND_ALL"]),
        ("referral_rate", 5_402.0, ["W_FAR_FROM_PAST", "W_BEYOND_ALL"]),
        ("vacancy_rate", 0.0, []),  # others have none too
    ],
)
def test_what_hardly_can_be_is_taken_with_a_warning(
    db: Database, metric_id: str, value: float, rules: list[str]
) -> None:
    checked = plausible.judged(db, LEEDS, [Own(metric_id, value)])
    assert taken(checked) == {metric_id: value}
    assert [finding.rule for finding in checked.findings] == rules
    assert [finding.rule for finding in checked.figures[0].warnings] == rules


def test_published_figures_are_rarely_odd_by_these_marks(db: Database) -> None:
    """Every council's newest figure, compared with the one of the year before: a few in a hundred are far from it."""
    both = db.newest.filter(
        (pl.col("kind") == "local_authority") & pl.col("change").is_not_null() & pl.col("sets_cut")
    ).unique(["metric_id", "return_id"])
    spread = (pl.col("change") - pl.col("change").median()).abs().over("metric_id")
    far = both.with_columns(spread.alias("off")).filter(
        pl.col("off") > plausible.ROBUST_Z * 1.4826 * pl.col("off").median().over("metric_id")
    )
    assert 0 < far.height / both.height < 0.02


def test_who_is_the_lowest_of_all_already_is_not_told_so_again(db: Database) -> None:
    lowest = (
        db.councils("caseload", db.latest("caseload").end)
        .filter(pl.col("value").is_not_null() & pl.col("sets_cut"))
        .sort("value")
        .row(0, named=True)
    )
    again = plausible.judged(db, lowest["area_id"], [Own("caseload", lowest["value"])])
    assert again.findings == ()
    smallest = db.newest.filter((pl.col("area_id") == "420") & (pl.col("metric_id") == "children"))["value"][0]
    assert plausible.judged(db, "420", [Own("children", smallest)]).findings == ()
    lower = plausible.judged(db, lowest["area_id"], [Own("caseload", lowest["value"] - 0.1)])
    assert [finding.rule for finding in lower.findings] == ["W_BEYOND_ALL"]


def test_figures_that_all_equal_the_published_are_questioned(db: Database) -> None:
    newest = db.newest.filter((pl.col("area_id") == LEEDS) & pl.col("value").is_not_null())
    own_ones = [Own(metric_id, value) for metric_id, value in newest.select("metric_id", "value").head(3).iter_rows()]
    (finding,) = plausible.judged(db, LEEDS, own_ones).findings
    assert finding.rule == "W_STALE"
    assert not plausible.judged(db, LEEDS, own_ones[:2]).findings


def test_of_several_sheets_the_templates_is_read_and_the_others_are_named(db: Database) -> None:
    checked = of_file(db, with_sheets("Working", workbook.NOTES))
    assert taken(checked) == {"vacancy_rate": 14.2}
    (finding,) = [one for one in checked.findings if one.rule == "W_OTHER_SHEETS"]
    assert "not read: Working." in finding.what


@pytest.mark.parametrize(
    ("published", "value", "is_share"),
    [
        (20.0, 0.21, True),
        (20.0, 0.9, True),
        (20.0, 1.1, False),  # more than a share can be
        (20.0, 0.03, False),  # times 100 it is far off too
        (1.2, 0.9, False),  # it was as low before
        (20.0, 0.0, False),
    ],
)
def test_a_share_from_0_to_1_is_told_from_a_low_percentage(
    tmp_path: Path, published: float, value: float, is_share: bool
) -> None:
    made_up = small.database(
        tmp_path, metrics=[small.metric()], figures=[small.Figure("waits", "101", published), *others(10.0)]
    )
    assert (plausible.share(made_up, "101", made_up.metrics["waits"], value) is not None) is is_share


def others(*values: float) -> list[small.Figure]:
    return [small.Figure("waits", str(102 + at), value) for at, value in enumerate(values)]


# Nothing but a named finding comes of any bytes at all.


@given(st.binary(max_size=300))
def test_no_bytes_at_all_are_more_than_refused(content: bytes) -> None:
    readable(content)


@given(st.text(max_size=300))
def test_no_text_at_all_is_more_than_refused(text: str) -> None:
    try:
        reading.text(text)
    except Refused:
        return


@given(st.data())
def test_no_damage_to_a_workbook_is_more_than_refused(data: st.DataObject) -> None:
    spots = data.draw(st.lists(st.integers(0, len(GOOD) - 1), min_size=1, max_size=8))
    damaged = bytearray(GOOD)
    for spot in spots:
        damaged[spot] = data.draw(st.integers(0, 255))
    readable(bytes(damaged))


@given(st.data())
def test_no_damage_to_what_a_workbook_holds_is_more_than_refused(data: st.DataObject) -> None:
    member = data.draw(
        st.sampled_from(
            [SHEET_XML, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]
        )
    )
    xml = part(GOOD, member)
    at = data.draw(st.integers(0, len(xml) - 1))
    length = data.draw(st.integers(0, 12))
    put = data.draw(
        st.sampled_from(["", "9" * 30, "-1", "<v>", "</c>", "&#0;", "A", "&a;", "\N{REPLACEMENT CHARACTER}"])
    )
    readable(repacked(GOOD, member, xml[:at] + put + xml[at + length :]))


@given(st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=4), min_size=1, max_size=6))
def test_no_rows_at_all_are_more_than_found_wrong(small_one: Database, rows: list[list[str]]) -> None:
    text = "\n".join("\t".join(" ".join(cell.split()) for cell in cells) for cells in rows)
    of_text(small_one, text, "101")


@pytest.fixture(scope="module")
def small_one(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return small.database(
        tmp_path_factory.mktemp("small"),
        metrics=[small.metric()],
        figures=[small.Figure("waits", "101", 12.0), *others(5.0, 10.0)],
    )


def readable(content: bytes) -> None:
    try:
        sheet = reading.file(content)
    except Refused:
        return
    assert sheet.lines


# What the browser hands over.


@pytest.mark.parametrize(
    ("handed", "found"),
    [
        ({"name": "q2.csv", "content": "QUJD"}, ("q2.csv", b"ABC")),
        ({"name": "n" * 500, "content": ""}, ("n" * 100, b"")),
        ({"name": "q2.csv", "content": "QUJDRA=="}, ("q2.csv", bytes(4))),  # four bytes where three are read
        ({"name": "q2.csv", "content": "A" * 50_000}, ("q2.csv", bytes(4))),
        ({"name": "q2.csv", "content": "***"}, None),
        ({"name": "q2.csv", "content": "\u20ac"}, None),
        ({"name": 1, "content": "QUJD"}, None),
        ({"content": "QUJD"}, None),
        ("QUJD", None),
        (None, None),
    ],
)
def test_only_a_file_of_at_most_so_many_bytes_is_unpacked(handed: object, found: tuple[str, bytes] | None) -> None:
    assert unpacked(handed, 3) == found


# Template and what is given back.


@pytest.mark.parametrize("area_id", [LEEDS, "314", "420", "213"])
def test_the_template_holds_every_measure_with_what_is_published_and_nothing_filled_in(
    db: Database, area_id: str
) -> None:
    rows = local_figures.template(db, area_id)
    assert rows["metric_id"].to_list() == [metric.metric_id for metric in db.metrics.values() if not metric.graded]
    assert rows["la_number"].unique().to_list() == [area_id]
    published = dict(db.newest.filter(pl.col("area_id") == area_id).select("metric_id", "value").iter_rows())
    assert dict(rows.select("metric_id", "published").iter_rows()) == {
        metric_id: published.get(metric_id) for metric_id in rows["metric_id"]
    }
    assert all(rows[name].null_count() == rows.height for name in checking.OURS)


@pytest.mark.parametrize("make", [local_figures.template_csv, local_figures.template_xlsx])
def test_the_template_is_readable_as_it_is_and_every_row_of_it_can_be_filled_in(db: Database, make: object) -> None:
    content = make(db, LEEDS)  # type: ignore[operator]
    assert make(db, LEEDS) == content  # type: ignore[operator]
    assert [finding.rule for finding in of_file(db, content).errors] == ["E_NO_VALUES"]
    sheet = reading.file(content)
    header, *rows = sheet.lines
    names = [cell.text for cell in header.cells]
    assert names == list(local_figures.TEMPLATE)
    filled = [[cell.text for cell in line.cells[:8]] for line in rows]
    values = {one[2]: one[6] if one[6] not in ("", "not published") else "0" for one in filled}
    again = csv(*[[*one, values[one[2]], "", ""] for one in filled])
    checked = of_file(db, again)
    assert not checked.errors
    assert len(checked.figures) == len(rows)


def test_a_template_of_one_council_is_refused_for_another(db: Database) -> None:
    checked = of_file(db, csv(row(14.2, number="382", area="Kirklees")))
    assert [finding.rule for finding in checked.errors] == ["E_WRONG_COUNCIL"]
    assert "Kirklees" in checked.errors[0].what


def test_what_is_given_back_is_marked_in_every_row_and_is_safe_to_open(db: Database) -> None:
    figures = of_file(db, csv(row(14.2, 71, 500), CASELOAD)).figures
    rows = local_rank.rank_figures(db, LEEDS, figures, BENCHMARKS["best_quarter"])
    table = local_figures.with_rank(db, rows, figures, BENCHMARKS["best_quarter"], "=cmd|' /C calc'!A0")
    assert table["marked"].unique().to_list() == ["unpublished, yours"]
    assert table.columns == list(local_figures.COLUMNS)
    assert table.select("your_value", "your_numerator", "your_denominator").rows() == [
        (14.2, 71.0, 500.0),
        (14.8, None, None),
    ]
    assert b"\"'=cmd|" in exports.csv(table)
    assert b',"=cmd' not in exports.csv(table)


# Ranks, by the rules once more in plain Python.


@cache
def published_of(db: Database, metric_id: str) -> list[dict[str, Any]]:
    """The councils with a figure in the newest period of a measure."""
    end = db.latest(metric_id).end
    return [
        one
        for one in db.figure.filter(pl.col("metric_id") == metric_id).to_dicts()
        if one["kind"] == "local_authority"
        and one["period_end"] == end
        and (one["value"] is not None or one["value_low"] is not None)
    ]


def slow(db: Database, metric: Metric, area_id: str, value: float) -> tuple[int | None, ...]:
    """Best and worst rank, of how many, best and worst quarter; the others as published, each return once."""
    councils = published_of(db, metric.metric_id)
    own = next((one for one in councils if one["area_id"] == area_id), None)
    small = area_id in ("201", "420") if own is None else own["not_ranked"]
    if not metric.ranked or small:
        return (None,) * 5
    # Turned so that lower is better: from the best to the worst that each can be.
    ends: dict[str, tuple[float, float]] = {}
    for one in councils:
        low, high = one["value_low"] or one["value"], one["value_high"] or one["value"]
        if one["unknown"] == 0:
            # Beside ranges that are made of counts its own are.
            low = high = float(f"{one['numerator'] / one['denominator'] * 100:.9g}")
        if one["sets_cut"]:
            ends[one["return_id"]] = (low, high) if metric.lower_is_better else (-high, -low)
    others = [one for key, one in ends.items() if area_id not in key.split("+")]
    mine = value if metric.lower_is_better else -value
    lax, strict = ([type_7([one[end] for one in ends.values()], at) for at in (0.25, 0.5, 0.75)] for end in (1, 0))
    whole = councils[0]["enough"]
    return (
        1 + sum(worst < mine for _, worst in others),
        1 + sum(best < mine for best, _ in others),
        1 + len(others),
        1 + sum(mine > cut for cut in lax) if whole else None,
        1 + sum(mine > cut for cut in strict) if whole else None,
    )


# A council, joint returns, the very small, one without a figure, a young one.
WHO = (LEEDS, "314", "318", "940", "941", "201", "420", "213", "942")


@pytest.mark.parametrize("area_id", WHO)
def test_a_provisional_rank_is_what_a_slow_oracle_says(db: Database, area_id: str) -> None:
    """For each measure: at the values of others, on every cut, between two values, below and above all."""
    tried: dict[str, list[float]] = {}
    for metric in [one for one in db.metrics.values() if not one.graded]:
        councils = db.councils(metric.metric_id, db.latest(metric.metric_id).end)
        values = councils["value"].drop_nulls().sort().to_list()
        cuts = db.table["quarter_cut"].filter(
            (pl.col("metric_id") == metric.metric_id) & (pl.col("period_end") == db.latest(metric.metric_id).end)
        )
        tried[metric.metric_id] = [values[0], values[-1] + 1, values[len(values) // 3], (values[10] + values[11]) / 2]
        tried[metric.metric_id] += cuts.select("best_low", "middle_low", "worst_low").rows()[0]
        tried[metric.metric_id][4:] = [one if one is not None else values[2] for one in tried[metric.metric_id][4:]]
    for at in range(7):
        figures = [Own(metric_id, values[at]) for metric_id, values in tried.items()]
        rows = local_rank.rank_figures(db, area_id, figures, BENCHMARKS["england"]).to_dicts()
        assert len(rows) == len(figures)
        for row_ in rows:
            said = tuple(row_[name] for name in ("rank_low", "rank_high", "ranked", "quarter_low", "quarter_high"))
            assert said == slow(db, db.metrics[row_["metric_id"]], area_id, row_["value"]), row_


def test_a_published_figure_given_as_ones_own_stands_where_it_stands(db: Database) -> None:
    exact_ones = 0
    for area_id in WHO:
        published = db.newest.filter((pl.col("area_id") == area_id) & pl.col("value").is_not_null())
        figures = [
            Own(one["metric_id"], one["value_low"] or one["value"], one["numerator"], one["denominator"])
            for one in published.iter_rows(named=True)
            if one["metric_id"] in db.metrics and not db.metrics[one["metric_id"]].graded
        ]
        compared = queries.compared(db, published, BENCHMARKS["neighbours"]).filter(
            pl.col("metric_id").is_in([one.metric_id for one in figures])
        )
        columns = [
            "metric_id", "value", "rank", "tied", "ranked", "quarter", "benchmark", "council_count", "gap", "shortfall",
            "low", "high", "verdict",
        ]  # fmt: skip
        found = local_rank.rank_figures(db, area_id, figures, BENCHMARKS["neighbours"])
        # A council's own figure is exact, also where the published one is a range that starts there: it stands within
        # that range.
        exact = pl.col("metric_id").is_in(compared.filter(pl.col("value_low").is_null())["metric_id"].to_list())
        alike, published_alike = found.filter(exact), compared.filter(exact)
        exact_ones += alike.height
        assert alike["change"].abs().sum() == 0
        assert alike.select(columns).sort("metric_id").equals(published_alike.select(columns).sort("metric_id"))
        ranges = {row["metric_id"]: row for row in compared.filter(~exact).iter_rows(named=True)}
        assert len(ranges) == found.height - alike.height
        for own in found.filter(~exact).iter_rows(named=True):
            row = ranges[own["metric_id"]]
            assert [own[one] for one in ("ranked", "council_count", "low")] == [
                row[one] for one in ("ranked", "council_count", "low")
            ]
            assert own["value"] == row["value_low"]
            assert own["high"] <= row["high"]
            if row["sets_cut"]:
                assert row["rank_low"] <= own["rank_low"] <= own["rank_high"] <= row["rank_high"]
                assert row["quarter_low"] <= own["quarter_low"] <= own["quarter_high"] <= row["quarter_high"]
                assert row["gap_low"] <= own["gap_low"] <= own["gap_high"] <= row["gap_high"]
                said = tuple(own[name] for name in ("rank_low", "rank_high", "ranked", "quarter_low", "quarter_high"))
                assert said == slow(db, db.metrics[own["metric_id"]], area_id, own["value"])
                assert own["verdict"] == row["verdict"] or row["verdict"] is None
            else:
                assert (own["rank_low"], own["quarter_low"], own["gap"], own["verdict"]) == (None,) * 4
    assert exact_ones > 400


@pytest.mark.parametrize("benchmark_id", [one for one in BENCHMARKS if BENCHMARKS[one].asks is None])
@pytest.mark.parametrize("area_id", [LEEDS, "314", "201"])
def test_benchmarks_are_those_of_every_other_page_and_gaps_follow(
    db: Database, area_id: str, benchmark_id: str
) -> None:
    benchmark = BENCHMARKS[benchmark_id]
    for metric_id, value in {"vacancy_rate": 13.37, "conferences_in_15_days": 81.3, "referral_rate": 500.0}.items():
        metric = db.metrics[metric_id]
        (found,) = local_rank.rank_figures(db, area_id, [Own(metric_id, value)], benchmark).to_dicts()
        rows = queries.councils(db, metric, db.latest(metric_id), benchmark)
        published = rows.row(by_predicate=pl.col("area_id") == area_id, named=True)
        assert (found["benchmark"], found["council_count"]) == (published["benchmark"], published["council_count"])
        if found["benchmark"] is None or not published["sets_cut"]:
            assert found["gap"] is None
        else:
            gap = value - found["benchmark"]
            worse = -gap if metric.polarity == "higher_is_better" else gap
            assert found["gap"] == pytest.approx(worse, abs=1e-6)
        assert (found["shortfall"], found["low"], found["verdict"]) == (None, None, None)  # no counts were given


def test_counts_that_are_given_give_posts_an_interval_and_a_verdict(db: Database) -> None:
    """Of 500 posts 71 are vacant: by hand, 71 - 7.75 % of 500 posts to fill; Wilson's interval from a table."""
    (found,) = local_rank.rank_figures(
        db, LEEDS, [Own("vacancy_rate", 14.2, 71, 500)], BENCHMARKS["best_quarter"]
    ).to_dicts()
    assert found["shortfall"] == pytest.approx(71 - found["benchmark"] / 100 * 500)
    assert (found["low"], found["high"]) == (pytest.approx(11.41, abs=0.01), pytest.approx(17.54, abs=0.01))
    assert found["verdict"] == "worse"


def test_a_joint_partners_figure_is_replaced_with_ones_own(db: Database) -> None:
    kingston = local_rank.rank_figures(db, "314", [Own("vacancy_rate", 0.0)], BENCHMARKS["england"]).to_dicts()[0]
    richmond = local_rank.rank_figures(db, "318", [Own("vacancy_rate", 0.0)], BENCHMARKS["england"]).to_dicts()[0]
    assert kingston["return_id"] == richmond["return_id"] == "314+318"
    assert (kingston["rank"], kingston["ranked"]) == (richmond["rank"], richmond["ranked"])
    assert kingston["ranked"] == db.councils("vacancy_rate", db.latest("vacancy_rate").end)["ranked"].drop_nulls()[0]


def test_who_has_no_published_figure_is_one_more(db: Database) -> None:
    westminster = local_rank.rank_figures(db, "213", [Own("vacancy_rate", 13.37)], BENCHMARKS["england"]).to_dicts()[0]
    leeds = local_rank.rank_figures(db, LEEDS, [Own("vacancy_rate", 13.37)], BENCHMARKS["england"]).to_dicts()[0]
    assert westminster["published"] is None
    assert westminster["change"] is None
    assert westminster["ranked"] == leeds["ranked"] + 1


def test_who_has_no_row_at_all_is_compared_with_the_others_too(tmp_path: Path) -> None:
    made_up = small.database(tmp_path, metrics=[small.metric()], figures=others(5.0, 10.0, 20.0, 30.0))
    (found,) = local_rank.rank_figures(made_up, "101", [Own("waits", 10.0)], BENCHMARKS["best_quarter"]).to_dicts()
    assert (found["rank"], found["tied"], found["ranked"], found["quarter"]) == (2, 2, 5, 2)
    assert (found["status"], found["published"], found["period_end"]) == ("no_row", None, date(2025, 9, 30))


def test_many_figures_come_in_the_order_of_the_menu(db: Database) -> None:
    given_ones = [Own("referral_rate", 500.0), Own("caseload", 15.0), Own("vacancy_rate", 13.37)]
    rows = local_rank.rank_figures(db, LEEDS, given_ones, BENCHMARKS["best_quarter"])
    assert rows["metric_id"].to_list() == ["vacancy_rate", "caseload", "referral_rate"]
    assert local_rank.rank_figures(db, LEEDS, [], BENCHMARKS["best_quarter"]).height == 0


# Picture, words and tables.


@pytest.mark.parametrize(
    ("area_id", "value", "symbol", "published"),
    [
        (LEEDS, 14.2, "diamond-open", "Leeds 2.1%"),
        (LEEDS, 2.3, "diamond-open", "Leeds 2.1%"),
        (LEEDS, 99.0, "triangle-right-open", "Leeds 2.1%"),
        ("213", 14.2, "diamond-open", None),
    ],
)
def test_the_picture_has_both_marks_by_name(
    db: Database, area_id: str, value: float, symbol: str, published: str | None
) -> None:
    metric, benchmark = db.metrics["vacancy_rate"], BENCHMARKS["best_quarter"]
    rows = queries.councils(db, metric, db.latest("vacancy_rate"), benchmark)
    (found,) = local_rank.rank_figures(db, area_id, [Own("vacancy_rate", value)], benchmark).to_dicts()
    figure = draw_local_figure(
        rows, metric, palette.classify(rows, metric, "quarter"), own=found, england=14.2,
        benchmark_label="Best quarter in England", height=420,
    )  # fmt: skip
    mark = figure["data"][-1]
    assert mark["marker"]["symbol"] == symbol
    assert mark["text"] == ["Yours, unpublished"]
    shown = [note["text"] for note in figure["layout"]["annotations"]]
    assert f"<b>Yours {value:.1f}%</b>, unpublished" in shown
    assert [text for text in shown if text == f"<b>{published}</b>"] == ([f"<b>{published}</b>"] if published else [])
    # Between those before it and those behind it, by the order of the picture.
    before = sum(one is not None and one < value for one in rows.unique("return_id")["value"])
    assert mark["y"] == [before + 0.5]
    # The two names are apart: by their places, or on two sides, or one above the other.
    notes = {note["text"]: note for note in figure["layout"]["annotations"]}
    ours, theirs = notes[f"<b>Yours {value:.1f}%</b>, unpublished"], notes.get(f"<b>{published}</b>")
    if theirs:
        apart = abs(ours["y"] - theirs["y"]) >= 0.05 * 149
        assert apart or ours["xanchor"] != theirs["xanchor"] or abs(ours["yshift"]) >= 18


# Words and tables.


@pytest.mark.parametrize(
    ("area_id", "figure", "metric_id", "benchmark_id", "words"),
    [
        (
            LEEDS,
            Own("vacancy_rate", 14.2, 71, 500),
            "vacancy_rate",
            "best_quarter",
            (
                "At 14.2%, Leeds would rank 72nd of 147 by social worker vacancy rate, in the second quarter. That is "
                "12.1 percentage points more than the published 2.1%, a worsening. It is 6.45 percentage points above "
                "the best-quarter standard (7.75%): 32 posts to fill, if the number of posts does not change."
            ),
        ),
        (
            LEEDS,
            Own("vacancy_rate", 2.1),
            "vacancy_rate",
            "england",
            (
                "At 2.1%, Leeds would rank joint 6th of 147 (2 share it) by social worker vacancy rate, in the best "
                "quarter. That is the same as the published figure (2.1%). It would be better than England (14.2%)."
            ),
        ),
        (
            "213",
            Own("vacancy_rate", 5.0),
            "vacancy_rate",
            "best_quarter",
            "At 5.0%, Westminster would rank",
        ),
        (
            LEEDS,
            Own("referral_rate", 500.0),
            "referral_rate",
            "best_quarter",
            "Your figure for the rate of referrals in Leeds is 500.0 per 10,000 children.",
        ),
        (
            LEEDS,
            Own("referral_rate", 500.0),
            "vacancy_rate",
            "best_quarter",
            "You have added 1 unpublished figure for Leeds.",
        ),
        (LEEDS, None, "vacancy_rate", "best_quarter", "You have not added any figures for Leeds."),
    ],
)
def test_the_page_opens_with_what_is_in_the_session(
    db: Database, area_id: str, figure: Own | None, metric_id: str, benchmark_id: str, words: str
) -> None:
    benchmark = BENCHMARKS[benchmark_id]
    rows = local_rank.rank_figures(db, area_id, [figure] if figure else [], benchmark).to_dicts()
    said = sentences.opening(db.names[area_id], rows, db.metrics[metric_id], db.metrics, benchmark)
    assert said.startswith(words), said
    if area_id == "213":
        assert "Its own published figure is missing: not available (x)." in said


def test_a_joint_return_is_said_to_be_one(db: Database) -> None:
    rows = local_rank.rank_figures(db, "314", [Own("vacancy_rate", 9.4)], BENCHMARKS["england"]).to_dicts()
    said = sentences.opening(
        "Kingston upon Thames",
        rows,
        db.metrics["vacancy_rate"],
        db.metrics,
        BENCHMARKS["england"],
        ["Richmond upon Thames"],
    )
    assert "The published figure is shared with Richmond upon Thames; yours replaces it for both. It would be" in said


def test_a_sentence_of_many_counts_which_are_better(db: Database) -> None:
    given_ones = [Own("vacancy_rate", 1.0), Own("caseload", 30.0), Own("referral_rate", 500.0)]
    rows = local_rank.rank_figures(db, LEEDS, given_ones, BENCHMARKS["england"]).to_dicts()
    said = sentences.opening("Leeds", rows, db.metrics["agency_rate"], db.metrics, BENCHMARKS["england"])
    assert said == (
        "You have added 3 unpublished figures for Leeds. "
        "Of 2 in ranked measures, 1 is better than published and 1 is worse."
    )


@pytest.mark.parametrize(
    ("text", "file", "words"),
    [
        ("Vacancies\t14.2", "", "1 figure added."),
        ("Vacancies\t60", "q2.csv", "q2.csv: 1 figure added; please check it."),
        (
            "Vacancies\t60\nAverage caseload\t15\nTurnover\tx\nAgency staff\t", "",
            "2 figures added; please check 1 of them; 1 wrong and not added; 1 row left empty.",
        ),
        ("Vacancies\tx\nTurnover\tx", "", "Nothing was added: 2 things are wrong."),
        ("Vacancies", "q2.csv", "q2.csv: nothing was added; 1 thing is wrong."),
    ],
)  # fmt: skip
def test_what_became_of_a_gift_is_said_in_one_sentence(db: Database, text: str, file: str, words: str) -> None:
    assert sentences.result(of_text(db, text), file) == words


def test_a_yearly_measure_is_said_to_count_a_year(db: Database) -> None:
    yearly = {metric_id for metric_id, metric in db.metrics.items() if sentences.whole_year(metric)}
    assert {"turnover_rate", "rereferral_rate", "social_work_unit_cost", "persistent_absence_in_need"} <= yearly
    assert not yearly & {"vacancy_rate", "plan_rate", "children"}


HOSTILE = "<img src=x onerror=alert(1)>\u202e=1+1"


def test_nothing_that_was_given_becomes_markup(db: Database) -> None:
    checked = of_text(db, f"{HOSTILE}\t14.2\nVacancies\t<b>1</b>")
    said = parts.findings(checked.findings, "What is wrong")
    assert "<img" not in said
    assert "<b>" not in said
    assert "\u202e" not in said


def test_the_table_of_all_holds_the_own_figure_where_it_would_stand(db: Database) -> None:
    metric, benchmark = db.metrics["vacancy_rate"], BENCHMARKS["best_quarter"]
    rows = queries.councils(db, metric, db.latest("vacancy_rate"), benchmark)
    for value, place in ((0.0, None), (14.2, None), (100.0, None)):
        (found,) = local_rank.rank_figures(db, LEEDS, [Own("vacancy_rate", value)], benchmark).to_dicts()
        listed = re.findall(r"<tr.*?</tr>", parts.among(db, rows, found, metric, "All"))[1:]
        at = next(index for index, one in enumerate(listed) if "yours, unpublished" in one)
        not_worse = sum(one is not None and one <= value for one in rows["value"])
        assert at == not_worse, place
        assert len(listed) == rows.height + 1


def test_the_columns_of_a_reader_are_named_as_the_sheet_names_them(db: Database) -> None:
    said = parts.findings(of_file(db, with_format(0.142, "0%")).findings, "What is wrong")
    assert "Line 2, I (your_value)" in said
    assert "it shows 14.2% and holds 0.142" in said
