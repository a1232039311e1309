"""Questions to the figures against a slow oracle: what is found, in which order, long and wide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import polars as pl
import pytest

from dashboard.analysis import direction, queries, selection
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.analysis.selection import FigureQuery
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND
from dashboard.files import exports
from dashboard.files.exports import rows as exports_rows
from dashboard.files.exports.rows import OPTIONAL, PARTS, to_long
from dashboard.views.text.explore import explored, nothing
from tests.dashboard import small
from tests.dashboard.small import Figure

BEST, NEIGHBOURS = BENCHMARKS["best_quarter"], BENCHMARKS["neighbours"]
LEEDS, KINGSTON, WESTMINSTER, LONDON = "383", "314", "213", "E12000007"
KEYS = ["metric_id", "area_id", "period_end"]
# By which column of a figure a filter finds it; others look further.
COLUMNS = {
    "metrics": "metric_id", "themes": "theme", "areas": "area_id", "kinds": "kind", "types": "authority_type",
    "periods": "period", "statuses": "status",
}  # fmt: skip

Row = dict[str, Any]


class Oracle:
    """The rules once more in plain Python, over the rows of the file: one figure at a time."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.rows = _dicts(
            connection,
            """
            SELECT metric_id, theme, position, unit, area_id, name, kind::VARCHAR AS kind, region_id, authority_type,
                   gss_code, la_number, period_end, period, value, status::VARCHAR AS status, symbol, return_id
            FROM observation JOIN metric USING (metric_id) JOIN area USING (area_id)
            """,
        )
        self.names = dict(connection.execute("SELECT area_id, name FROM area").fetchall())
        self.london = dict(connection.execute("SELECT area_id, region_id FROM area WHERE kind = 'region'").fetchall())
        self.neighbours = connection.execute("SELECT area_id, neighbour_id FROM neighbour").fetchall()
        self.newest: dict[str, Any] = {}
        for row in self.rows:
            self.newest[row["metric_id"]] = max(row["period_end"], self.newest.get(row["metric_id"], row["period_end"]))
        self.leaders = {
            row["area_id"]: row["symbol"]
            for row in self.rows
            if row["metric_id"] == "judgement_leaders"
            and row["period_end"] == self.newest["judgement_leaders"]
            and row["value"] is not None
        }
        order = {"england": 0, "region": 1, "local_authority": 2}
        self.rows.sort(
            key=lambda row: (row["position"], -row["period_end"].toordinal(), order[row["kind"]], row["name"])
        )
        self.keys = [tuple(row[key] for key in KEYS) for row in self.rows]
        # Where in that order the rows stand of which a filter asks for one thing.
        self.places: dict[str, dict[Any, set[int]]] = defaultdict(lambda: defaultdict(set))
        for at, row in enumerate(self.rows):
            for field, value in self._filed(row):
                self.places[field][value].add(at)

    def _filed(self, row: Row) -> Iterator[tuple[str, Any]]:
        """What may be asked for to find a row: filter and value."""
        for field, column in COLUMNS.items():
            yield field, row[column]
        if row["kind"] == "local_authority":
            yield "regions", row["region_id"]
            yield "regions", self.london.get(row["region_id"])
        newest = self.newest[row["metric_id"]]
        yield "newest", row["period_end"] == newest
        if row["period_end"] > newest.replace(year=newest.year - 5):
            yield "periods", "last_five_years"
        yield "leaders", self.leaders.get(row["area_id"])

    def asked(self, query: FigureQuery) -> list[Row]:
        """The figures asked for, in the order of the menu."""
        return [self.rows[at] for at in self.found(query)]

    def found(self, query: FigureQuery) -> list[int]:
        """Where they stand in it."""
        council = query.neighbours_of
        near = {other for area_id, other in self.neighbours if area_id == council} | {council}
        met = set(range(len(self.rows)))
        for field in fields(query):
            asked = getattr(query, field.name)
            if not asked:
                continue
            if field.name == "neighbours_of":
                name, values = "areas", near
            else:
                name, values = field.name, {asked} if asked is True else set(asked)
            met &= set[int]().union(*(self.places[name].get(value, set()) for value in values))
        return sorted(met)

    def wide(self, rows: list[Row]) -> tuple[list[str], list[Row]]:
        """Rows as a table with a column a measure: its columns, and its rows."""
        order = {"england": 0, "region": 1, "local_authority": 2}
        columns = ["area", "period", "period_end", "area_kind", "region", "la_number", "gss_code"]
        of_metrics: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            of_metrics[row["metric_id"]].append(row)
        for metric_id, own in of_metrics.items():
            columns.append(metric_id)
            if any(row["status"] != "observed" for row in own):
                columns.append(f"{metric_id}_status")
            if any("+" in row["return_id"] for row in own):
                columns.append(f"{metric_id}_joint_return")
        found: dict[tuple[Any, ...], Row] = {}
        for row in rows:
            key = (row["period_end"], row["period"], -order[row["kind"]], row["name"])
            line = found.setdefault(
                key,
                dict.fromkeys(columns)
                | {name: row[name] for name in ("period", "period_end", "la_number", "gss_code")}
                | {"area": row["name"], "area_kind": row["kind"], "region": self.names.get(row["region_id"])},
            )
            graded = row["unit"] == "grade" and row["status"] == "observed"
            line[row["metric_id"]] = row["symbol"] if graded else row["value"]
            for suffix, value in (
                ("_status", row["status"]),
                ("_joint_return", row["return_id"] if "+" in row["return_id"] else None),
            ):
                if f"{row['metric_id']}{suffix}" in columns:
                    line[f"{row['metric_id']}{suffix}"] = value
        by_name = sorted(found.items(), key=lambda one: one[0][3])
        return columns, [line for _, line in sorted(by_name, key=lambda one: one[0][:3], reverse=True)]


def _dicts(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture(scope="module")
def oracle(database: duckdb.DuckDBPyConnection) -> Oracle:
    return Oracle(database)


def make_up_queries(db: Database, count: int, *, seed: int) -> list[FigureQuery]:
    """So many made-up queries with any of the filters, ids that are none of ours among them."""
    random = Random(seed)
    known = {field: list(ids.values()) for field, ids in selection.filter_options(db).items()}
    made = []
    for _ in range(count):
        chosen: dict[str, Any] = {}
        for field, ids in known.items():
            if random.random() < 0.3:
                some = random.sample(ids, min(len(ids), random.choice([1, 1, 2, 3, 12, 60])))
                chosen[field] = some[0] if field == "neighbours_of" else tuple(some)
        if random.random() < 0.1:
            chosen[random.choice(["metrics", "areas", "periods"])] = ("nothing", "' OR 1=1 --")
        if random.random() < 0.3:
            chosen["newest"] = True
        made.append(FigureQuery(**chosen))
    return made


def keys(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    return frame.select(KEYS).rows()


def test_rows_are_those_that_the_oracle_finds_one_by_one_in_its_order(db: Database, oracle: Oracle) -> None:
    found = 0
    for query in make_up_queries(db, 40, seed=5):
        rows = selection.rows(db, query)
        places = oracle.found(query)
        expected = [oracle.rows[at] for at in places]
        assert keys(rows) == [oracle.keys[at] for at in places], query
        assert rows["value"].to_list() == [row["value"] for row in expected]
        assert rows["status"].to_list() == [row["status"] for row in expected]
        assert selection.matching(db, query) == rows.height
        found += rows.height > 0
    assert found > 15


def test_everything_is_found_when_nothing_is_filtered_and_no_two_rows_share_a_place(
    db: Database, oracle: Oracle
) -> None:
    rows = selection.rows(db, FigureQuery())
    assert rows.columns == db.figure.columns
    assert keys(rows) == oracle.keys
    assert len(set(keys(rows))) == rows.height == db.figure.height


def test_the_order_does_not_depend_on_how_the_question_is_put(db: Database) -> None:
    some = FigureQuery(("caseload", "vacancy_rate"), areas=(LEEDS, ENGLAND, "E12000003", WESTMINSTER))
    other = FigureQuery(("vacancy_rate", "caseload", "caseload"), areas=(WESTMINSTER, "E12000003", LEEDS, ENGLAND))
    rows = selection.rows(db, some)
    assert rows.equals(selection.rows(db, other))
    assert rows["name"].to_list()[:4] == ["England", "Yorkshire and The Humber", "Leeds", "Westminster"]
    assert rows["period"].to_list()[:5] == ["2025"] * 4 + ["2024"]
    assert rows["metric_id"].unique(maintain_order=True).to_list() == ["vacancy_rate", "caseload"]


def test_londons_councils_are_those_of_inner_and_outer_london(db: Database) -> None:
    of_london = FigureQuery(("vacancy_rate",), regions=(LONDON,), newest=True)
    assert selection.rows(db, of_london).height == 33
    assert selection.rows(db, replace(of_london, regions=("E13000001",))).height == 14
    assert set(selection.rows(db, of_london)["kind"]) == {"local_authority"}


def test_neighbours_of_a_council_are_itself_and_its_ten(db: Database) -> None:
    rows = selection.rows(db, FigureQuery(("vacancy_rate",), neighbours_of=LEEDS, newest=True))
    assert set(rows["area_id"]) == {LEEDS, *queries.neighbours(db, LEEDS)}
    assert rows.height == 11


def test_leaders_are_those_of_the_newest_judgement(db: Database) -> None:
    rows = selection.rows(db, FigureQuery(("vacancy_rate",), leaders=("Outstanding",), newest=True))
    judged = db.newest.filter((pl.col("metric_id") == "judgement_leaders") & (pl.col("symbol") == "Outstanding"))
    assert set(rows["area_id"]) == set(judged["area_id"])


def test_the_newest_of_what_is_published_for_england_alone_is_found_too(db: Database) -> None:
    rows = selection.rows(db, FigureQuery(("director_changes",), newest=True))
    assert rows.height == 1
    assert rows["period_end"][0] == db.by_metric["director_changes"]["period_end"].max()


@cache
def _everything(db: Database, benchmark_id: str) -> pl.DataFrame:
    """All figures with all columns, as `exports.table` makes them."""
    compared = queries.compared(db, selection.rows(db, FigureQuery()), BENCHMARKS[benchmark_id])
    return exports.table(db, direction.with_direction(db, compared), BENCHMARKS[benchmark_id].title)


@pytest.mark.parametrize("benchmark", ["best_quarter", "neighbours", "region"])
def test_a_long_table_is_the_whole_export_in_fewer_rows_and_columns(db: Database, benchmark: str) -> None:
    everything = _everything(db, benchmark)
    assert everything.columns == [*exports.COLUMNS, *exports.TREND_COLUMNS]
    # Where the export says no area_id, the code does.
    at = everything.with_row_index("row").select("row", "metric_id", "gss_code", "period_end", "la_number")
    # Other queries for each: as many in all.
    seed = 11 + list(BENCHMARKS).index(benchmark)
    random = Random(seed)
    for query in make_up_queries(db, 10, seed=seed):
        parts = random.sample(list(PARTS), random.randint(0, len(PARTS)))
        rows = selection.rows(db, query)
        table = to_long(db, rows, parts, BENCHMARKS[benchmark])
        columns = {column for part in parts for column in PARTS[part]}
        assert table.columns == [column for column in everything.columns if column not in OPTIONAL or column in columns]
        same = table.select("metric_id", "gss_code", "period_end", "la_number").join(
            at, on=["metric_id", "gss_code", "period_end", "la_number"], maintain_order="left", nulls_equal=True
        )
        assert table.equals(everything[same["row"]].select(table.columns)), (query, parts)


def test_a_row_without_any_part_says_what_it_is_and_where_it_is_from(db: Database) -> None:
    table = to_long(db, selection.rows(db, FigureQuery(("vacancy_rate",), newest=True)), (), BEST)
    assert table.columns == [
        "area", "metric", "period", "period_end", "value", "value_low", "value_high", "unit", "status", "symbol",
        "change", "change_low", "change_high", "series_break", "numerator", "denominator", "unknown", "joint_return",
        "polarity", "region", "area_kind", "la_number", "gss_code",
        "metric_id", "source", "publisher", "release", "released", "page", "licence", "data_version",
    ]  # fmt: skip
    westminster = table.row(by_predicate=pl.col("area") == "Westminster", named=True)
    assert [westminster[name] for name in ("value", "status", "symbol")] == [None, "not_available", "x"]


def test_regions_and_england_stand_in_a_long_table_but_are_compared_with_nothing(db: Database) -> None:
    rows = selection.rows(db, FigureQuery(("vacancy_rate",), areas=(ENGLAND, "E12000003", LEEDS), newest=True))
    table = to_long(db, rows, ("gap", "interval"), BENCHMARKS["england"])
    gaps = dict(table.select("area", "gap").iter_rows())
    assert gaps.pop("Leeds") < 0
    assert gaps == {"England": None, "Yorkshire and The Humber": None}


def test_a_wide_table_is_what_the_oracle_lays_out_cell_by_cell(db: Database, oracle: Oracle) -> None:
    laid_out = 0
    for query in (FigureQuery(newest=True), *make_up_queries(db, 24, seed=3)):
        rows = selection.rows(db, query)
        if rows.height > 15_000:
            continue
        table = exports_rows.to_wide(db, rows)
        columns, lines = oracle.wide(oracle.asked(query))
        assert table.columns == [*columns, "source", "licence", "data_version"], query
        assert table.select(columns).to_dicts() == lines, query
        assert selection.height(rows, "wide") == table.height
        laid_out += table.height > 0
    assert laid_out > 10


def test_the_first_rows_of_a_wide_table_have_the_columns_of_all(db: Database) -> None:
    rows = selection.rows(db, FigureQuery(themes=("Workforce", "Inspection")))
    table = exports_rows.to_wide(db, rows)
    for most in (1, 7, 200, table.height, table.height + 1):
        assert exports_rows.to_wide(db, rows, most).equals(table.head(most))


def test_a_wide_table_keeps_why_a_value_is_missing_and_whose_return_it_is(db: Database) -> None:
    rows = selection.rows(
        db, FigureQuery(("vacancy_rate", "social_workers_fte"), areas=(WESTMINSTER, KINGSTON, LEEDS), periods=("2025",))
    )
    table = {row["area"]: row for row in exports_rows.to_wide(db, rows).iter_rows(named=True)}
    assert [table["Westminster"][name] for name in ("vacancy_rate", "vacancy_rate_status")] == [None, "not_available"]
    assert [table["Leeds"][name] for name in ("vacancy_rate", "vacancy_rate_status")] == [2.1, "observed"]
    assert table["Kingston upon Thames"]["vacancy_rate_joint_return"] == "314+318"
    assert table["Leeds"]["vacancy_rate_joint_return"] is None
    # Where nothing is missing there is nothing to explain.
    observed = exports_rows.to_wide(db, rows.filter(pl.col("area_id") != WESTMINSTER))
    assert not [name for name in observed.columns if name.endswith("_status")]


def test_judgements_in_a_wide_table_are_words_that_nobody_can_average(db: Database) -> None:
    rows = selection.rows(db, FigureQuery(("judgement_overall",), areas=("888", LEEDS), newest=True))
    table = {row["area"]: row for row in exports_rows.to_wide(db, rows).iter_rows(named=True)}
    assert table["Leeds"]["judgement_overall"] == "Outstanding"
    # Lancashire was inspected after April 2026: what is printed instead of a grade is none.
    assert table["Lancashire"]["judgement_overall"] is None
    assert table["Lancashire"]["judgement_overall_status"] == "not_given"


def test_measures_that_end_on_one_day_under_other_labels_stand_in_rows_of_their_own(db: Database) -> None:
    query = FigureQuery(("plan_rate", "children_social_care"), areas=(LEEDS,))
    money = db.table["metric"].filter(pl.col("theme") == "Money")["metric_id"]
    rows = selection.rows(db, replace(query, metrics=("plan_rate", *money)))
    table = exports_rows.to_wide(db, rows)
    assert table.filter(pl.col("period_end").is_duplicated()).height > 0
    assert not table.select("period_end", "period").is_duplicated().any()


@pytest.mark.parametrize("shape", ["long", "wide"])
def test_a_question_that_finds_nothing_has_an_empty_table_with_its_first_columns(
    db: Database, shape: selection.Shape
) -> None:
    rows = selection.rows(db, FigureQuery(("vacancy_rate",), periods=("1066",)))
    table = exports_rows.to_wide(db, rows) if shape == "wide" else to_long(db, rows, tuple(PARTS), NEIGHBOURS)
    assert table.is_empty()
    assert table.columns[0] == "area"
    assert table.columns[-1] == ("data_version" if shape == "wide" else "no_trend_because")


def everything_of(field: str, options: Mapping[str, Mapping[str, str]]) -> FigureQuery:
    """The query in which one filter is set to all it offers."""
    chosen: dict[str, Any] = {field: tuple(options[field].values())}
    return FigureQuery(**chosen)


def test_every_filter_offers_words_of_one_id_each_and_leads_to_every_figure(db: Database) -> None:
    options = selection.filter_options(db)
    assert set(selection.LABELS) == {field.name for field in fields(FigureQuery)} == set(options) | {"newest"}
    for field, words in options.items():
        assert len(set(words.values())) == len(words) > 1, field
    for field in ("metrics", "themes", "areas", "kinds", "periods", "statuses"):
        everything = everything_of(field, options)
        assert selection.matching(db, everything) == db.figure.height, field
    councils = selection.matching(db, FigureQuery(kinds=("local_authority",)))
    for field in ("regions", "types"):
        assert selection.matching(db, everything_of(field, options)) == councils, field


def test_periods_are_offered_newest_first_and_england_before_its_regions_and_councils(db: Database) -> None:
    options = selection.filter_options(db)
    ends = dict(db.figure.group_by("period").agg(pl.col("period_end").max()).iter_rows())
    first, *periods = options["periods"].values()
    assert first == selection.LAST_FIVE
    newest = [ends[period] for period in periods]
    assert newest == sorted(newest, reverse=True)
    kinds = dict(db.area.select("area_id", "kind").iter_rows())
    assert list(dict.fromkeys(kinds[area_id] for area_id in options["areas"].values())) == [
        "england", "region", "local_authority",
    ]  # fmt: skip


def test_filters_are_said_as_the_reader_sees_them(db: Database) -> None:
    query = FigureQuery(
        metrics=("caseload", "absence_rate"), areas=(LEEDS,), neighbours_of=KINGSTON, newest=True,
        statuses=("observed", "suppressed"), kinds=("local_authority",),
    )  # fmt: skip
    assert query.words(db) == (
        ("Measures", "Average caseload; Social worker sickness absence rate"),
        ("Areas", "Leeds"),
        ("Newest only", "Yes"),
        ("Area type", "Councils"),
        ("Statistical neighbours of", "Kingston upon Thames"),
        ("Data status", "Observed; Suppressed, to protect small numbers"),
    )
    assert FigureQuery().words(db) == ()
    assert query.without("areas") == replace(query, areas=())
    assert query.without("neighbours_of").neighbours_of is None


def first_sentence(db: Database, query: FigureQuery, benchmark: str = "best_quarter") -> str:
    """The first sentence of a query."""
    rows = selection.rows(db, query)
    if rows.is_empty():
        return nothing(db, query)
    return explored(db, rows, selection.spotlight(db, rows, BENCHMARKS[benchmark]), BENCHMARKS[benchmark])


def test_the_sentence_counts_what_is_there_and_what_is_missing(db: Database, oracle: Oracle) -> None:
    for number, query in enumerate(make_up_queries(db, 24, seed=17)):
        rows = oracle.asked(query)
        sentence = first_sentence(db, query, list(BENCHMARKS)[number % len(BENCHMARKS)])
        if not rows:
            assert sentence.startswith(f"None of {len(oracle.rows):,} figures")
            continue
        all_of_them = len(rows) == len(oracle.rows)
        assert sentence.startswith("All " if all_of_them else f"{len(rows):,} of {len(oracle.rows):,} figures")
        missing = sum(row["value"] is None for row in rows)
        if len(rows) > 1:
            expected = (
                "All have a value." if not missing
                else "None has a value: " if missing == len(rows)
                else f" {len(rows) - missing:,} have a value, {missing:,} {'is' if missing == 1 else 'are'} missing: "
            )  # fmt: skip
            assert expected in sentence, sentence
        assert sentence.endswith(".")
        assert "  " not in sentence
        assert "None " not in sentence.removeprefix("None of").replace("None has", "").replace(". None of", "")


VACANCIES = FigureQuery(("vacancy_rate",), newest=True)
SAID: list[tuple[FigureQuery, str]] = [
    (
        replace(VACANCIES, newest=False, areas=(LEEDS,)),
        (
            "9 of {all} figures: the social worker vacancy rate in Leeds, from 2017 to 2025. All have a value. In"
            " Leeds the social worker vacancy rate was 2.1% at 30 September 2025, joint 6th of 147 (2 share it). "
            "It meets the best-quarter standard (7.75%)."
        ),
    ),
    (
        replace(VACANCIES, areas=(ENGLAND,)),
        (
            "1 of {all} figures. In England the social worker vacancy rate was 14.2% at 30 September 2025, an "
            "improvement of 3.1 percentage points in a year."
        ),
    ),
    (
        replace(VACANCIES, kinds=("local_authority",)),
        (
            "153 of {all} figures: the social worker vacancy rate in 153 councils, for 2025. 151 have a value, 2 "
            "are missing: not available. At 30 September 2025 the best council is at 0.0% (Brighton and "
            "Hove), the worst at 41.7% (Havering), the very small left out. 37 of 147 councils meet the "
            "best-quarter standard (7.75%)."
        ),
    ),
    (
        replace(VACANCIES, kinds=("region",)),
        (
            "11 of {all} figures: the social worker vacancy rate in 11 regions, for 2025. All have a value. At 30"
            " September 2025 the best region is at 7.4% (Yorkshire and The Humber), the worst at 20.5% (Outer"
            " London)."
        ),
    ),
    (
        replace(VACANCIES, areas=(WESTMINSTER, "207")),
        (
            "2 of {all} figures: the social worker vacancy rate in Kensington and Chelsea and Westminster, for "
            "2025. None has a value: not available."
        ),
    ),
    (
        replace(VACANCIES, metrics=("director_changes",)),
        (
            "1 of {all} figures: the number of changes of directors of children's services in England, for 2025. "
            "It has a value."
        ),
    ),
    (
        replace(VACANCIES, metrics=("vacancy_rate", "caseload"), areas=(LEEDS,)),
        (
            "2 of {all} figures: the social worker vacancy rate and the average caseload in Leeds, for 2025. All "
            "have a value."
        ),
    ),
]


@pytest.mark.parametrize("number", range(len(SAID)))
def test_the_sentence_of_some_questions(db: Database, number: int) -> None:
    query, words = SAID[number]
    assert first_sentence(db, query) == words.format(all=f"{db.figure.height:,}")


def test_what_finds_nothing_says_which_filter_stands_in_the_way(db: Database) -> None:
    some = FigureQuery(("vacancy_rate",), areas=(LEEDS,), periods=("2012",))
    assert first_sentence(db, some).endswith("matches all that you chose. Without “Periods” there would be 9.")
    assert selection.suggest_dropped_filter(db, some) == ("periods", 9)
    none = replace(some, kinds=("region",))
    assert first_sentence(db, none).endswith("No single filter stands in the way: choose fewer.")
    assert selection.suggest_dropped_filter(db, FigureQuery(("nothing",))) == ("metrics", db.figure.height)


def test_few_councils_of_a_made_up_measure_are_said_as_they_stand(tmp_path: Path) -> None:
    values: list[float | str] = [5.0, 5.0, 9.0, 20.0, "c"]
    figures = [Figure("waits", council, value) for council, value in zip(small.COUNCILS, values, strict=False)]
    db = small.database(
        tmp_path,
        metrics=[small.metric(), small.metric("plans", polarity="neutral"), small.metric("odd")],
        figures=[*figures, Figure("waits", ENGLAND, 9.0), Figure("odd", "101", 1.0), Figure("odd", "102", 1.0)]
        + [Figure("plans", council, 5.0 * number) for number, council in enumerate(small.COUNCILS[:3])],
    )
    assert first_sentence(db, FigureQuery(("waits",)), "england") == (
        "6 of 11 figures: the rate of waits in England and 5 councils, for 2025. 5 have a value, 1 is missing: "
        "suppressed. At 30 September 2025 the best published figure is 5.0% (Council 101 and 1 more), the worst "
        "20.0% (Council 104). 3 of 4 councils do as well as England (9.0%) or better."
    )
    assert first_sentence(db, FigureQuery(("waits",), areas=("101", "104")), "england").endswith(
        "1 of 2 councils does as well as England (9.0%) or better."
    )
    assert first_sentence(db, FigureQuery(("waits",), areas=("104", "105")), "england").endswith(
        "None of 1 councils does as well as England (9.0%) or better."
    )
    assert first_sentence(db, FigureQuery(("plans",)), "england").endswith(
        "At 30 September 2025 the lowest council is at 0.0% (Council 101), the highest at 10.0% (Council 103)."
    )
    assert first_sentence(db, FigureQuery(("odd",)), "england").endswith(
        "the councils are all at 1.0% (Council 101 and 1 more)."
    )
