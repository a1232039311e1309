"""Every source, through one contract; and the metrics others build on, by the ids they were promised."""

from __future__ import annotations

import re
from fnmatch import fnmatch

import duckdb
import polars as pl
import pytest

from etl import releases
from etl.areas import Areas
from etl.build import builder
from etl.model import LEDGER, OBSERVATION, Context, Loaded, Metric, Polarity, Source, Status
from etl.readers.inspections import INSPECTION, JUDGEMENT
from etl.sources import all_sources, local_authority_interactive_tool

SOURCES = all_sources()
METRICS = [metric for source in SOURCES for metric in source.metrics]
LOWER, NEUTRAL = Polarity.LOWER_IS_BETTER, Polarity.NEUTRAL
PER_10_000 = "per 10,000 children"
# The ids of the issue, with the unit and direction that each must keep.
PROMISED = {
    "vacancy_rate": ("%", LOWER),
    "vacancies_fte": ("FTE", NEUTRAL),
    "social_workers_fte": ("FTE", NEUTRAL),
    "turnover_rate": ("%", LOWER),
    "agency_rate": ("%", LOWER),
    "caseload": ("cases per social worker", LOWER),
    "absence_rate": ("%", LOWER),
    "referral_rate": (PER_10_000, NEUTRAL),
    "rereferral_rate": ("%", LOWER),
    "child_in_need_rate": (PER_10_000, NEUTRAL),
    "plan_rate": (PER_10_000, NEUTRAL),
    "plan_start_rate": (PER_10_000, NEUTRAL),
    "repeat_plan_rate": ("%", LOWER),
    "long_plan_rate": ("%", LOWER),
    "judgement_overall": ("grade", LOWER),
    "judgement_leaders": ("grade", LOWER),
    "judgement_protection": ("grade", LOWER),
    "judgement_in_care": ("grade", LOWER),
    "judgement_care_leavers": ("grade", LOWER),
}
SHAPES = {"observation": OBSERVATION, "inspection": INSPECTION, "judgement": JUDGEMENT}


@pytest.fixture(scope="module")
def everything(known_areas: Areas) -> dict[str, Loaded]:
    """What every source gives, by its id, read from its committed release."""
    loaded: dict[str, Loaded] = {}
    for source in SOURCES:
        cells = releases.read(builder.DATA / "releases", source)
        loaded[source.id] = source.load(source, cells, Context(known_areas, loaded))
    return loaded


def each(source: Source) -> str:
    return source.id


def as_declared(name: str, source: Source) -> str:
    """A file as its source declares it: a report by the pattern of its folder."""
    return next((file.name for file in source.release.files if file.many and fnmatch(name, file.name)), name)


@pytest.mark.parametrize("source", SOURCES, ids=each)
class TestEverySource:
    def test_it_loads_from_its_committed_release_into_tables_of_the_schema(
        self, source: Source, everything: dict[str, Loaded]
    ) -> None:
        tables = everything[source.id].tables
        assert any(frame.height for frame in tables.values())
        for name, frame in tables.items():
            if name in SHAPES:
                assert frame.schema == SHAPES[name], name

    def test_its_ledger_balances_and_covers_every_file_and_sheet(
        self, source: Source, everything: dict[str, Loaded]
    ) -> None:
        ledger = everything[source.id].ledger
        assert ledger.schema == LEDGER
        for row in ledger.iter_rows(named=True):
            assert row["source_id"] == source.id
            assert row["rows_read"] == row["rows_loaded"] + row["rows_rejected"] + row["rows_duplicate"] > 0
            assert re.fullmatch(r"[0-9a-f]{64}", row["sha256"])
        entries = [as_declared(name.split("#")[0], source) for name in ledger["file"]]
        declared = [file.name for file in source.release.files]
        assert sorted(set(entries) if "*.pdf" in declared else entries) == sorted(declared)

    def test_rows_that_were_not_loaded_are_named_with_their_line(
        self, source: Source, everything: dict[str, Loaded]
    ) -> None:
        loaded = everything[source.id]
        rejected = loaded.tables["reject"] if "reject" in loaded.tables else pl.DataFrame({"line": []})
        assert rejected.height == loaded.ledger["rows_rejected"].sum()
        assert rejected["line"].null_count() == 0

    def test_its_release_has_no_other_file_and_says_what_is_declared(self, source: Source) -> None:
        cells = releases.read(builder.DATA / "releases", source).frame
        assert {as_declared(name, source) for name in cells["file"]} == {file.name for file in source.release.files}
        assert cells["licence"].unique().to_list() == [source.licence]
        assert cells["release_date"].unique().to_list() == [source.release.published]
        assert cells["page"].unique().to_list() == [source.release.page]
        assert cells["publisher"].unique().to_list() == [source.publisher]

    def test_its_file_stays_small_enough_for_the_repository(self, source: Source) -> None:
        assert releases.path(builder.DATA / "releases", source.release).stat().st_size < 1_000_000

    def test_each_of_its_metrics_has_figures_and_each_figure_a_metric(
        self, source: Source, everything: dict[str, Loaded], database: duckdb.DuckDBPyConnection
    ) -> None:
        declared = {metric.id for metric in source.metrics}
        tables = everything[source.id].tables
        if "observation" in tables:
            given = set(tables["observation"]["metric_id"])
            # The interactive tool holds years of metrics of other sources, and says which.
            fills = local_authority_interactive_tool.FILLS if source is local_authority_interactive_tool.SOURCE else ()
            assert given == declared | set(fills)
        found = database.execute("SELECT metric_id FROM metric WHERE source_id = $source", {"source": source.id})
        assert {metric_id for (metric_id,) in found.fetchall()} == declared

    def test_its_observations_are_values_exactly_when_observed(
        self, source: Source, everything: dict[str, Loaded]
    ) -> None:
        if "observation" not in everything[source.id].tables:
            return
        rows = everything[source.id].tables["observation"]
        assert rows.filter(pl.col("value").is_not_null() != (pl.col("status") == Status.OBSERVED)).is_empty()
        assert set(rows["status"]) <= {str(status) for status in Status}
        assert rows.filter(pl.struct("metric_id", "area_id", "period_end").is_duplicated()).is_empty()
        assert rows["file"].null_count() == 0
        # A figure made of several lines has none of its own.
        derived = [metric.id for metric in source.metrics if metric.derived]
        assert rows.filter(pl.col("line").is_null() & ~pl.col("metric_id").is_in(derived)).is_empty()

    def test_what_it_needs_is_loaded_before_it(self, source: Source) -> None:
        before = [one.id for one in SOURCES[: SOURCES.index(source)]]
        assert set(source.needs) <= set(before)


def test_every_module_among_the_sources_is_found() -> None:
    modules = {path.stem for path in (builder.DATA.parent / "etl" / "sources").glob("[!_]*.py")}
    assert {source.id for source in SOURCES} | {"declare"} == modules


def test_every_committed_release_has_a_source() -> None:
    committed = {path.stem for path in (builder.DATA / "releases").glob("*.parquet")}
    before = {source.previous.release.id for source in SOURCES if source.previous}
    assert committed == {source.release.id for source in SOURCES} | before


@pytest.mark.parametrize("names", [[s.id for s in SOURCES], [s.release.id for s in SOURCES], [m.id for m in METRICS],
                                   [m.title for m in METRICS], [m.short_title for m in METRICS]],
                         ids=["source", "release", "metric", "title", "short title"])  # fmt: skip
def test_no_two_share_a_name(names: list[str]) -> None:
    assert len(names) == len(set(names))


@pytest.mark.parametrize("metric_id", PROMISED)
def test_a_promised_metric_keeps_its_unit_and_direction(database: duckdb.DuckDBPyConnection, metric_id: str) -> None:
    rows = database.execute("SELECT unit, polarity FROM metric WHERE metric_id = $id", {"id": metric_id}).fetchall()
    unit, polarity = PROMISED[metric_id]
    assert rows == [(unit, str(polarity))]


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.id)
def test_a_metric_says_all_a_reader_needs(metric: Metric) -> None:
    assert metric.definition.endswith(".")
    assert len(metric.definition) > 20
    assert metric.short_title == metric.short_title.strip() != ""
    assert re.fullmatch(r"[a-z0-9_]+", metric.id)
    if metric.interval:
        assert metric.per_10_000_children or ((metric.numerator or metric.share) and metric.denominator)
    if metric.shortfall:
        assert metric.polarity is not NEUTRAL
        assert metric.shortfall.moves in ("numerator", "denominator")
    if metric.per_10_000_children:
        assert (metric.polarity, metric.unit) == (NEUTRAL, PER_10_000)


def test_a_neutral_metric_or_a_grade_is_never_ranked_and_all_others_are(
    database: duckdb.DuckDBPyConnection,
) -> None:
    # Of a neutral metric some rows say which councils are too small to count in medians; none of those has a rank.
    places = "rank, rank_low, rank_high, tied, ranked, quarter, quarter_low, quarter_high"
    rows = database.sql(f"SELECT DISTINCT metric_id FROM standing WHERE coalesce({places}) IS NOT NULL").fetchall()
    ranked = {metric.id for metric in METRICS if metric.polarity is not NEUTRAL and metric.unit != "grade"}
    assert {metric_id for (metric_id,) in rows} == ranked
    others = database.sql("SELECT DISTINCT metric_id, sets_cut, not_ranked IS NULL FROM standing").fetchall()
    neutral = {metric.id for metric in METRICS if metric.polarity is NEUTRAL and metric.unit != "grade"}
    assert {metric_id for metric_id, _, _ in others} <= ranked | neutral
    assert {row[1:] for row in others if row[0] in neutral} == {(False, False)}
    cuts = database.sql(
        "SELECT DISTINCT metric_id FROM quarter_cut WHERE coalesce(best_low, best_high, middle_low, "
        "middle_high, worst_low, worst_high) IS NOT NULL"
    ).fetchall()
    # Of this one more than a quarter are hidden in every year.
    assert {metric_id for (metric_id,) in cuts} == ranked - {"age_11_standard_on_plan"}
    assert not ranked & {"vacancies_fte", "referral_rate", "child_in_need_rate", "plan_rate", "judgement_overall"}


def test_the_figures_of_councils_are_what_their_declared_parts_give(database: duckdb.DuckDBPyConnection) -> None:
    """To the last printed decimal, and as both parts are rounded to a tenth. Those of regions are rounded to ten."""
    rows = database.sql(
        """
        SELECT metric_id, area_id, period_end, value, observation.numerator / observation.denominator AS ratio,
            CASE WHEN unit = '%' THEN 100 WHEN unit LIKE 'per 10,000%' THEN 10000 ELSE 1 END AS scale,
            0.5 / pow(10, decimals) + 0.1 * scale * (1 + ratio) / observation.denominator AS rounding
        FROM observation JOIN metric USING (metric_id) JOIN area USING (area_id)
        WHERE kind = 'local_authority' AND status = 'observed' AND observation.denominator > 0
        """
    ).fetchall()
    assert len(rows) > 15_000
    assert [row for row in rows if row[4] is not None and abs(row[3] - row[4] * row[5]) > row[6]] == []
