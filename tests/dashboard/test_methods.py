"""The Methods page: an entry for everything there is, numbers that equal the database, a search that finds it."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from dashboard.data.database import Database
from dashboard.data.model import REASONS
from dashboard.files import exports
from dashboard.methods import dictionary, measures, records, search
from dashboard.methods import record_tables as ledgers
from dashboard.methods import tables as parts
from dashboard.methods import text as sentences
from dashboard.methods.dfe_tools import DIFFERENCES_FROM_DFE
from dashboard.methods.dfe_tools import examples as differences
from dashboard.methods.glossary import GLOSSARY
from dashboard.methods.rules import RULES, examples
from dashboard.views import tables
from tests.dashboard import small
from tests.dashboard.helpers import ROOT, html, opened

NOTHING: dict[str, str] = {}


def first_cell(connection: duckdb.DuckDBPyConnection, question: str, *parameters: object) -> Any:
    """The first cell of an answer."""
    (row,) = connection.execute(question, list(parameters)).fetchall()
    return row[0]


def text(html: str) -> str:
    """What a reader sees of it."""
    return unescape(re.sub(r"<[^>]+>", " ", html))


# There is an entry for everything.


def test_every_measure_has_an_entry_those_of_england_alone_too(
    db: Database, database: duckdb.DuckDBPyConnection
) -> None:
    declared = dict(database.execute("FROM metric SELECT title, metric_id ORDER BY position").fetchall())
    assert measures.titles(db) == declared
    assert [one.title for _, _, one in measures.summary(db)] == list(declared)
    assert "Changes of directors of children's services" in declared


def test_every_measure_says_which_way_is_better_and_why(database: duckdb.DuckDBPyConnection) -> None:
    reasons = database.execute("FROM metric SELECT title, polarity_reason").fetchall()
    assert [title for title, reason in reasons if len(reason) < 20 or not reason.endswith(".")] == []


def test_a_measure_without_an_entry_would_be_noticed(db: Database) -> None:
    """So that the tests above are known to be able to fail."""
    found = {entry.title for entry in search.entries(db) if entry.kind == "Measure"}
    assert found == set(measures.titles(db))
    assert found - {"Average caseload"} != set(measures.titles(db))


def test_every_table_and_column_of_the_database_has_its_meaning(
    db: Database, database: duckdb.DuckDBPyConnection
) -> None:
    columns = database.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
    ).fetchall()
    told = {(table.name, column.name): column for table in dictionary.tables(db) for column in table.columns}
    assert sorted(told) == columns
    assert [key for key, column in told.items() if not column.meaning] == []
    assert [table.name for table in dictionary.tables(db) if not table.meaning] == []


def test_how_often_a_column_is_filled_in_equals_the_database(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    for table in dictionary.tables(db):
        assert table.rows == first_cell(database, f'SELECT count(*) FROM "{table.name}"')
        for column in table.columns:
            filled = first_cell(database, f'SELECT count("{column.name}") FROM "{table.name}"')
            assert table.rows - column.empty == filled, (table.name, column.name)


def test_every_column_of_a_file_has_its_meaning(db: Database) -> None:
    told = {column.name: column.meaning for column in dictionary.files(db)}
    assert list(told) == [*exports.COLUMNS, *exports.TREND_COLUMNS]
    assert [name for name, meaning in told.items() if not meaning] == []


def test_every_status_of_the_schema_has_its_meaning_and_equals_the_database(
    db: Database, database: duckdb.DuckDBPyConnection
) -> None:
    statuses = first_cell(database, "SELECT enum_range(NULL::status)")
    told = {status.status: status for status in records.statuses(db)}
    assert set(told) == set(statuses) == set(records.MEANINGS)
    assert set(REASONS) | {records.OBSERVED} == set(statuses)
    count = (
        "SELECT count(*) FROM observation JOIN area USING (area_id) WHERE status = ? AND (kind = 'local_authority') = ?"
    )
    for status, one_of in told.items():
        assert one_of.councils == first_cell(database, count, status, True), status
        assert one_of.others == first_cell(database, count, status, False), status


def test_every_symbol_is_told_with_how_often_it_is_printed(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    printed = database.execute(
        "SELECT status::VARCHAR, CASE WHEN symbol LIKE 'printed %' THEN 'a number' ELSE symbol END, count(*) "
        "FROM observation WHERE status <> 'observed' AND symbol IS NOT NULL GROUP BY ALL"
    ).fetchall()
    told = [(one.status, symbol, count) for one in records.statuses(db) for symbol, count in one.symbols]
    assert sorted(told) == sorted(printed)
    assert len(told) >= 7


def test_every_rule_that_the_code_names_is_one_of_these() -> None:
    named = set[str]()
    for folder in ("dashboard", "etl", "data", "tests"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".sql", ".css"):
                code = path.read_text("utf-8")
                assert not re.search(r"\b[Rr]ules? \d", code), f"{path}: a number says nothing, name the rule"
                for several in re.findall(r"\b[Rr]ules? (`[a-z-]+`(?:(?:, | and )`[a-z-]+`)*)", code):
                    named |= set(re.findall(r"[a-z-]+(?=`)", several))
    assert len(named) > 15
    assert named <= {rule.id for rule in RULES}


@pytest.mark.parametrize("parts_of", [RULES, DIFFERENCES_FROM_DFE])
def test_rules_and_differences_have_names_of_their_own(parts_of: tuple[Any, ...]) -> None:
    for name in ("id", "title"):
        found = [getattr(one, name) for one in parts_of]
        assert len(set(found)) == len(found)


def test_every_rule_and_every_difference_is_worked_out_on_the_real_figures(db: Database) -> None:
    assert [rule.title for rule in RULES if examples(db)[rule.id] is None] == []
    assert [one.title for one in DIFFERENCES_FROM_DFE if differences(db)[one.id] is None] == []
    for example in (*examples(db).values(), *differences(db).values()):
        assert example
        assert example.steps
        assert all(line.endswith((".", "?")) for line in (*example.steps, example.result)), example
        assert all(len(row) == len(example.heads) for row in example.rows), example
        assert not re.search(r"None|nan|\{|\}|  ", " ".join((*example.steps, example.result, example.about))), example


def test_every_kind_of_reject_warning_and_change_has_its_words(database: duckdb.DuckDBPyConnection) -> None:
    for table, column, words in (
        ("reject", "rule", records.RULES_OF_REJECTS),
        ("warning", "rule", records.RULES_OF_WARNINGS),
        ("what_changed", "kind", records.KINDS_OF_CHANGE),
    ):
        found = {kind for (kind,) in database.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall()}
        assert found <= set(words), table
    # Kinds that these figures hold no case of are declared beside the others.
    assert set(re.findall(r'"(W_[A-Z_]+)"', (ROOT / "etl" / "check" / "validation.py").read_text("utf-8"))) <= set(
        records.RULES_OF_WARNINGS
    )


# Numbers equal the database.


def test_the_first_sentence_is_true(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    figures, lines, files = database.execute(
        "SELECT count(*), count(line), count(file) FROM observation WHERE value IS NOT NULL"
    ).fetchall()[0]
    metrics, sources = (
        first_cell(database, "SELECT count(*) FROM metric"),
        first_cell(database, "SELECT count(*) FROM source"),
    )
    assert files == figures
    assert sentences.opening(db) == (
        f"{metrics} measures from {sources} sources. Every figure can be traced to its source file, and {lines:,} of "
        f"{figures:,} to its line."
    )


def test_the_sentences_of_the_sections_are_true(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    kinds = dict(database.execute("SELECT polarity::VARCHAR, count(*) FROM metric GROUP BY ALL").fetchall())
    derived = first_cell(database, "SELECT count(*) FROM metric WHERE derived")
    assert sentences.measures(db) == (
        f"Lower is better for {kinds['lower_is_better']} measures and higher for {kinds['higher_is_better']}. "
        f"The other {kinds['neutral']} are not ranked. We calculated {derived}; the rest are as published."
    )
    missing = first_cell(database, "SELECT count(*) FROM observation WHERE value IS NULL")
    assert sentences.missing(db).startswith(f"{missing:,} of {db.figure.height:,} figures are missing, for 8 reasons")
    read, loaded, rejected = database.execute(
        "SELECT sum(rows_read), sum(rows_loaded), sum(rows_rejected) FROM load_ledger"
    ).fetchall()[0]
    assert f"{read:,} rows read" in sentences.sources(db)
    assert f"{loaded:,} were loaded" in sentences.sources(db)
    assert f"{rejected:,} were rejected" in sentences.sources(db)
    assert rejected == first_cell(database, "SELECT count(*) FROM reject")
    assert sentences.councils(db).startswith(
        "153 councils are responsible for children's social care today; 5 ended in 3 reorganisations, and their "
        "figures are not joined to their successors'. 2 pairs report jointly;"
    )
    near = first_cell(database, "SELECT count(*) FROM neighbour")
    assert f"{near:,} statistical neighbours" in sentences.neighbours(db)


def test_the_coverage_of_every_measure_in_every_period_equals_the_database(
    db: Database, database: duckdb.DuckDBPyConnection
) -> None:
    rows = database.execute(
        "SELECT metric_id, period_end, count(*) FILTER (kind = 'local_authority'), "
        "count(value) FILTER (kind = 'local_authority'), "
        "count(*) FILTER (kind = 'local_authority' AND value IS NOT NULL AND return_id LIKE '%+%') "
        "FROM observation JOIN area USING (area_id) GROUP BY ALL"
    ).fetchall()
    told = {
        (measure.metric_id, period.end): period for _, _, measure in measures.summary(db) for period in measure.coverage
    }
    assert len(told) == len(rows)
    for metric_id, end, councils, observed, joint in rows:
        period = told[metric_id, end]
        assert (period.councils, period.observed, period.joint) == (councils, observed, joint), (metric_id, end)
        assert sum(count for _, count in period.missing) == councils - observed


def test_reasons_of_a_period_are_counted_each(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    suppressed = first_cell(
        database,
        "SELECT count(*) FROM observation JOIN area USING (area_id) WHERE metric_id = 'long_plan_rate' "
        "AND period = '2025' AND kind = 'local_authority' AND status = 'suppressed'",
    )
    newest = measures.measure(db, "long_plan_rate").coverage[0]
    assert newest.missing == (("suppressed, to protect small numbers (c)", suppressed),)
    # What we withhold has many printed numbers and one reason.
    seventeen = measures.measure(db, "turnover_rate").coverage[-1]
    assert seventeen.missing == (("withheld as unreliable", 3),)


def test_breaks_known_errors_and_fills_are_those_declared(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    told = [measure for _, _, measure in measures.summary(db)]
    assert sum(len(measure.errors) for measure in told) == first_cell(database, "SELECT count(*) FROM known_error")
    assert sum(len(measure.breaks) for measure in told) == first_cell(database, "SELECT count(*) FROM series_break")
    fills = first_cell(
        database, "SELECT count(*) FROM observation o JOIN metric m USING (metric_id) WHERE o.source_id <> m.source_id"
    )
    assert sum(count for measure in told for _, count, _ in measure.fills) == fills
    looked_after = measures.measure(db, "cla_rate")
    assert [(source.source_id, when) for source, _, when in looked_after.fills] == [
        ("local_authority_interactive_tool", "2016 to 2020")
    ]


def test_every_formula_comes_to_the_published_figure_by_hand(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    """The numbers of the check, read from the page, divided and compared with the file."""
    pattern = re.compile(r": ([\d,.]+) ÷ ([\d,.]+)(?: × ([\d,]+))? = £?([\d,]+(?:\.\d+)?)")
    checked = 0
    for _, _, measure in measures.summary(db):
        if not measure.check:
            continue
        above, below, times, result = pattern.search(measure.check).groups()  # type: ignore[union-attr]
        numbers = [float(number.replace(",", "")) for number in (above, below, times or "1", result)]
        last = 10.0 ** -db.metrics[measure.metric_id].decimals
        assert numbers[0] / numbers[1] * numbers[2] == pytest.approx(numbers[3], abs=last / 2 + 1e-9), measure.title
        printed = first_cell(
            database,
            "SELECT numerator FROM observation WHERE metric_id = ? AND area_id = 'E92000001' "
            "AND numerator IS NOT NULL ORDER BY period_end DESC LIMIT 1",
            measure.metric_id,
        )
        assert numbers[0] == pytest.approx(printed, rel=1e-8), measure.title
        checked += 1
    assert checked == first_cell(database, "SELECT count(*) FROM metric WHERE denominator IS NOT NULL")


def test_a_formula_is_said_in_the_columns_that_are_declared(db: Database) -> None:
    assert measures.measure(db, "vacancy_rate").formula.startswith("vacancy_fte ÷ (vacancy_fte + inpost_fte) × 100.")
    assert measures.measure(db, "plan_rate").formula == (
        "Worked out here: CPP_At31 ÷ children aged 0 to 17 in the middle of the year before × 10,000."
    )
    assert measures.measure(db, "absence_rate").formula == "As the publisher prints it."
    assert measures.measure(db, "placements_3_or_more").made_of


def test_the_ledgers_equal_the_database(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    pairs = database.execute(
        "SELECT p.name, s.name, date FROM succession JOIN area p ON p.area_id = predecessor_id "
        "JOIN area s ON s.area_id = successor_id"
    ).fetchall()
    told = {
        (before, after, one.on) for one in records.reorganisations(db) for before in one.before for after in one.after
    }
    assert set(pairs) <= told
    figures = dict(
        database.execute(
            "SELECT return_id, count(DISTINCT (metric_id, period_end)) FROM observation WHERE return_id LIKE '%+%' "
            "GROUP BY ALL"
        ).fetchall()
    )
    assert sorted(joint.figures for joint in records.joint_returns(db)) == sorted(figures.values())
    assert sum(loaded.read for loaded in records.sources(db)) == first_cell(
        database, "SELECT sum(rows_read) FROM load_ledger"
    )
    assert sum(loaded.figures for loaded in records.sources(db)) == db.figure.height
    assert sum(loaded.measures for loaded in records.sources(db)) == len(measures.titles(db))
    assert sum(count for _, _, count in records.changed(db)) == first_cell(
        database, "SELECT count(*) FROM what_changed"
    )
    assert len(records.changes(db)) == first_cell(
        database, "SELECT count(*) FROM what_changed WHERE area_id IS NOT NULL"
    )
    assert sum(len(said) for _, _, said in records.warnings(db)) == first_cell(database, "SELECT count(*) FROM warning")
    assert sum(count for _, _, _, count, _ in records.rejects(db)) == first_cell(
        database, "SELECT count(*) FROM reject"
    )
    shown = ledgers.files(db, "Files")
    assert all(sha256 in shown for (sha256,) in database.execute("SELECT sha256 FROM load_ledger").fetchall())
    assert len(records.withheld(db)) == first_cell(database, "SELECT count(*) FROM known_error")
    assert [len(others) for _, others in records.neighbours(db)] == [10] * 153


def test_files_equal_what_is_shown(db: Database) -> None:
    frame = measures.frame(db)
    assert frame["measure"].to_list() == list(measures.titles(db))
    shown = text(parts.measures(measures.summary(db), "All"))
    assert all(row["councils_with_a_figure"] in shown for row in frame.iter_rows(named=True))
    columns = dictionary.frame(db)
    assert columns.height == sum(len(table.columns) for table in dictionary.tables(db))
    coverage = measures.coverage_frame(measures.measure(db, "caseload"))
    assert coverage["with_a_figure"].to_list() == [
        period.observed for period in measures.measure(db, "caseload").coverage
    ]


# The search finds it.


def test_everything_is_found_by_its_own_name(db: Database) -> None:
    lost = []
    for entry in search.entries(db):
        titles = [found.title for found in search.find(db, entry.title).entries]
        if entry.title not in titles:
            lost.append((entry.kind, entry.title))
    assert lost == []


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("caseload", "Caseload"),
        ("average caseload", "Average caseload"),
        ("VACANCY  rate", "Social worker vacancy rate"),
        ("quartile", "Quarters"),
        ("confidence interval", "Chance"),
        ("league table", "Which way is better"),
        ("c", "Suppressed, to protect small numbers"),
        ("u", "Withheld as unreliable"),
        ("return_id", "observation.return_id"),
        ("joint", "Joint returns"),
        ("FTE", "FTE"),
        ("re-referrals", "Re-referral"),
        ("Kendall", "Trend"),
        ("Dorset", "Bournemouth and Dorset (to 2019) and Poole became Bournemouth, Christchurch and Poole and Dorset"),
        ("mean neighbours", "Mean or median of the neighbours"),
    ],
)
def test_what_readers_look_for_comes_first(db: Database, asked: str, first: str) -> None:
    found = search.find(db, asked)
    assert found.entries[0].title == first
    assert found.instead == ""


@pytest.mark.parametrize(
    ("asked", "instead"),
    [("vacansy", "vacancy"), ("benchmrk", "benchmark"), ("statistcal neighbors", "statistical neighbour")],
)
def test_a_word_that_nothing_holds_leads_to_the_nearest(db: Database, asked: str, instead: str) -> None:
    found = search.find(db, asked)
    assert found.instead == instead
    assert found.entries
    assert f"Nothing here holds “{asked}”. Nearest: “{instead}”" in text(parts.found(found))


def test_what_nothing_is_like_is_said_so(db: Database) -> None:
    found = search.find(db, "zzzzqqqq")
    assert found.count == 0
    assert "Nothing here holds “zzzzqqqq”." in text(parts.found(found))


def test_links_of_the_search_open_what_was_found_and_clear_it(db: Database) -> None:
    page = parts.found(search.find(db, "quartile"))
    assert '<a data-choose data-without="q" href="?section=Rules&amp;entry=Quarters">Quarters</a>' in page


HOSTILE = (
    "<img src=x onerror=alert(1)>", "'; DROP TABLE metric; --", "![x](https://evil.example/x.png)",
    "[click](javascript:alert(1))", "../../etc/passwd", "\x00\x01\x02", "x" * 20_000, "а" * 500, "{{7*7}}${7*7}%s%d",
    "\u202egnp.eerf", "(" * 300, "a " * 300, ".*+?[", "🧭", " ", "-",
)  # fmt: skip


@pytest.mark.parametrize("asked", HOSTILE)
def test_no_search_breaks_or_is_taken_for_markup(db: Database, asked: str) -> None:
    found = search.find(db, asked)
    assert len(found.entries) <= search.MOST
    assert len(found.asked) <= search.LONGEST
    if found.asked:
        page = parts.found(found)
        assert "<img" not in page
        assert "\u202e" not in page
        assert "javascript:" not in page


# The page.


@pytest.mark.usefixtures("served")
class TestPage:
    def test_it_opens_with_its_first_sentence_and_the_list_of_all_measures(self, db: Database) -> None:
        app = opened("Methods")
        assert not app.exception
        page = html(app)
        assert unescape(page).count(sentences.opening(db)) == 1
        assert all(unescape(page).count(f">{title}</a>") == 1 for title in measures.titles(db))
        assert not app.warning

    def test_every_measure_opens_by_its_title_and_says_all_that_is_declared(self, db: Database) -> None:
        app = opened("Methods")
        for title, metric_id in measures.titles(db).items():
            app.selectbox(key="measure").set_value(title).run()
            assert not app.exception, title
            measure, shown = measures.measure(db, metric_id), text(html(app))
            told = (
                measure.title, measure.definition, measure.formula, measure.reason, measure.better, measure.caveat,
                measure.source.title, measure.source.release, tables.released(measure.source.released),
                measure.source.next_release or f"Next release: {measure.next_edition or 'see the publisher'}",
                *(reason for _, reason in measure.breaks),
                *(reason for *_, reason in measure.errors), *(period.when[-4:] for period in measure.coverage),
            )  # fmt: skip
            assert [words for words in told if words not in shown] == [], title

    def test_a_deep_link_opens_its_measure_and_leads_on(self) -> None:
        app = opened("Methods", section="Measures", measure="Average caseload")
        assert not app.warning
        assert "<h2>Average caseload</h2>" in html(app)
        assert "/api/v1/observations.csv?metric=caseload" in html(app)
        assert '<a data-choose href="/map?metric=Average+caseload">the map</a>' in html(app)

    def test_every_section_opens_and_says_what_holds_for_it(self, db: Database) -> None:
        told = {
            "Measures": sentences.measures(db), "Rules": sentences.rules(),
            "DfE's tools": sentences.differences_from_dfe(),
            "Missing figures": sentences.missing(db), "Councils": sentences.councils(db),
            "Sources": sentences.sources(db), "Dictionary": sentences.columns(db), "Words": sentences.glossary(),
        }  # fmt: skip
        assert tuple(told) == search.SECTIONS
        for section, words in told.items():
            app = opened("Methods", section=section)
            assert not app.exception, section
            assert not app.warning, section
            assert words in unescape(html(app)), section
            assert len(html(app).encode()) < 90_000, section

    def test_every_rule_difference_table_and_word_opens_first_by_its_link(self, db: Database) -> None:
        for section, entries in (
            ("Rules", [rule.title for rule in RULES]),
            ("DfE's tools", [one.title for one in DIFFERENCES_FROM_DFE]),
            ("Dictionary", [search.FILES, *(table.name for table in dictionary.tables(db))]),
        ):
            for title in entries[::4]:
                page = html(opened("Methods", section=section, entry=title))
                assert re.findall(r'<details class="entry"( open)?>', page)[0] == " open", title
                assert page.count('<details class="entry"') == len(entries)
                assert unescape(re.findall(r"<summary><b>([^<]*)</b>", page)[0]) == title
        page = html(opened("Methods", section="Words", entry="FTE"))
        assert page.index('class="chosen">FTE<') < page.index(GLOSSARY[0].term)

    def test_the_neighbours_of_all_councils_are_drawn_when_they_are_opened(self) -> None:
        assert "nearest first</th>" not in html(opened("Methods", section="Councils"))

    def test_a_link_to_a_view_holds_the_part_that_is_open(self) -> None:
        assert opened("Methods", section="Rules", entry="Quarters").session_state["entry"] == "Quarters"
        assert "entry" not in opened("Methods", section="Dictionary", entry="Quarters").session_state

    def test_a_section_is_found_in_small_letters_too(self) -> None:
        app = opened("Methods", section="missing figures")
        assert not app.exception
        assert not app.warning
        assert "Reasons and symbols" in html(app)

    def test_what_is_not_known_is_said_so_with_the_nearest(self) -> None:
        for query, words in (
            (
                {"measure": "Avrage caseload"},
                "There is no measure called “Avrage caseload”. Did you mean Average caseload?",
            ),
            ({"section": "Ruls"}, "There is no section called “Ruls”. Did you mean Rules?"),
            ({"section": "Rules", "entry": "Quartres"}, "There is no entry called “Quartres”. Did you mean Quarters?"),
        ):
            app = opened("Methods", **query)
            assert not app.exception
            assert [warning.value for warning in app.warning] == [words]

    def test_an_entry_of_another_section_is_let_go_without_a_word(self) -> None:
        app = opened("Methods", section="Dictionary", entry="Quarters")
        assert not app.exception
        assert not app.warning

    @pytest.mark.parametrize("typed", HOSTILE)
    def test_no_address_breaks_it(self, typed: str) -> None:
        for name in ("q", "measure", "section", "entry"):
            app = opened("Methods", **{"section": "Rules", name: typed})
            assert not app.exception, name
            page = html(app) + "".join(warning.value for warning in app.warning)
            assert "<img" not in page
            assert "javascript:" not in page
            assert "](http" not in page

    def test_a_search_stands_over_the_section(self) -> None:
        app = opened("Methods", q="vacansy", section="Words")
        assert not app.exception
        assert "Nearest: “vacancy”" in unescape(html(app))
        assert "Full-time equivalent" in html(app)

    def test_files_are_offered_of_what_is_a_table(self) -> None:
        for query in ({}, {"measure": "Average caseload"}, {"section": "Dictionary"}):
            assert len(opened("Methods", **query).get("download_button")) == 1


def test_the_source_note_of_every_page_leads_to_its_measure(db: Database) -> None:
    for metric in db.metrics.values():
        link = re.search(r'href="/methods\?measure=([^"]*)">How it is measured</a>', tables.source_note(db, metric))
        assert link
        assert measures.titles(db)[unescape(link[1]).replace("+", " ")] if "%" not in link[1] else True


# Other figures than today's.


def test_figures_that_hold_no_case_of_a_rule_say_so(tmp_path: Path) -> None:
    db = small.database(
        tmp_path,
        metrics=[small.metric("alone", polarity="neutral")],
        figures=[small.Figure("alone", "101", 5.0), small.Figure("alone", "102", "c")],
    )
    assert {rule.id for rule in RULES if examples(db)[rule.id] is None} >= {"quarters", "ranks", "trends", "gaps"}
    page = parts.rules(RULES, examples(db), db, "Rules", "", NOTHING)
    assert "These figures hold no case of it to work out." in page
    parts.differences_from_dfe(DIFFERENCES_FROM_DFE, differences(db), db, "DfE's tools", "", NOTHING)
    assert sentences.opening(db).startswith("1 measures from 1 sources. Every figure can be traced")


def test_texts_of_the_database_are_never_markup(tmp_path: Path) -> None:
    bad = "<img src=x onerror=alert(1)>"
    db = small.database(
        tmp_path,
        metrics=[
            small.metric("waits", title=bad, noun=bad, definition=bad, caveat=bad, polarity_reason=bad, theme=bad)
        ],
        figures=[small.Figure("waits", one, float(one)) for one in small.COUNCILS],
        names={"101": bad},
    )
    pages = [
        parts.measures(measures.summary(db), bad),
        parts.measure(measures.measure(db, "waits"), [bad], NOTHING),
        parts.rules(RULES, examples(db), db, "Rules", "", NOTHING),
        parts.differences_from_dfe(DIFFERENCES_FROM_DFE, differences(db), db, "x", "", NOTHING),
        parts.found(search.find(db, "img")),
        ledgers.statuses(db, bad),
        ledgers.sources(db, bad),
        ledgers.neighbours(db, bad),
        ledgers.versions([bad, bad], bad),
    ]
    assert [page for page in pages if "<img" in page] == []


def test_a_version_of_the_data_from_before_there_were_reasons_opens(db: Database) -> None:
    old = Database.__new__(Database)
    old.__dict__.update(db.__dict__)
    old.table = {**db.table, "metric": db.table["metric"].drop("polarity_reason")}
    assert measures.measure(old, "caseload").reason == measures.NOT_SAID


def test_neutral_measures_have_a_minimum_too_and_grades_an_order_of_their_own(db: Database) -> None:
    assert measures.measure(db, "plan_rate").minimum.endswith("are shown, but in no median.")
    assert measures.measure(db, "judgement_leaders").better == "Outstanding is best, Inadequate worst"
    assert measures.measure(db, "vacancy_rate").minimum.startswith("Councils whose denominator is below 20 ")
    assert isinstance(db.table["metric"], pl.DataFrame)
