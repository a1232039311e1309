"""Worked examples of the Methods page, worked out once more: in plain Python over rows of the file, one at a time.

What an example is about is read from it; every number in it is found here anew, from the database and from nothing
that the dashboard made, and must stand in its words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from itertools import combinations
from statistics import fmean, median
from typing import Any

import duckdb
import pytest

from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.data.database import Database
from dashboard.methods import differences_from_dfe
from dashboard.methods.dfe_tools import examples as differences
from dashboard.methods.example import Example
from dashboard.methods.rules import examples
from dashboard.methods.rules import trends as on_direction
from etl.build import trends
from tests.dashboard.oracle import Areas, Oracle, oracles, type_7

BEST = 0.25
Row = dict[str, Any]


def rows(connection: duckdb.DuckDBPyConnection, question: str, *parameters: object) -> list[Row]:
    cursor = connection.execute(question, list(parameters))
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def plain(value: float, decimals: int) -> str:
    """Rounded half away from zero, thousands parted."""
    shown = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{shown:,}".replace("-", "\N{MINUS SIGN}")


def short(value: float, decimals: int = 9) -> str:
    """With as many decimals as there are, and no more than these."""
    found = plain(value, decimals)
    return found.rstrip("0").rstrip(".") if "." in found else found


def words(example: Example) -> str:
    return "\n".join((example.about, *example.steps, *(" | ".join(row) for row in example.rows), example.result))


def example_of(db: Database, rule: str) -> Example:
    example = examples(db)[rule]
    assert example is not None
    return example


def differs(db: Database, one: str) -> Example:
    example = differences(db)[one]
    assert example is not None
    return example


def name(of: str) -> str:
    return re.sub(r", (City|County) of$", "", of)


@pytest.fixture(scope="module")
def areas(database: duckdb.DuckDBPyConnection) -> Areas:
    return Areas(database)


def known(row: Row) -> bool:
    """Whether there is a figure, exact or in a range."""
    return row["value"] is not None or row["value_low"] is not None


class Figures:
    """The figures of councils in one period of one measure, and what the measure is."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, metric_id: str, end: date | None = None) -> None:
        (self.metric,) = rows(
            connection, "SELECT *, polarity::VARCHAR AS polarity FROM metric WHERE metric_id = ?", metric_id
        )
        if end is None:
            ((end,),) = connection.execute(
                "SELECT max(period_end) FROM observation WHERE metric_id = ?", [metric_id]
            ).fetchall()
        self.end = end
        self.rows = rows(
            connection,
            "SELECT o.*, o.status::VARCHAR AS status, name, very_small, kind::VARCHAR AS kind FROM observation o "
            "JOIN area USING (area_id) WHERE metric_id = ? AND period_end = ? ORDER BY name",
            metric_id,
            end,
        )
        self.councils = [row for row in self.rows if row["kind"] == "local_authority"]
        self.lower = self.metric["polarity"] == "lower_is_better"
        self.decimals: int = self.metric["decimals"]

    def of(self, area_id: str | None) -> Row:
        return next(row for row in self.rows if row["area_id"] == area_id)

    def everybody(self) -> dict[str, Row]:
        """The returns with a figure, those too small to rank among them."""
        return {row["return_id"]: row for row in self.councils if row["value"] is not None}

    def setting(self) -> list[float]:
        """Values of returns that are ranked, from low to high."""
        return sorted(row["value"] for row in self.returns().values())

    def hides(self) -> bool:
        """Whether some figures are ranges, or too many are hidden, so that cuts are none or not one number."""
        silent = [row for row in self.councils if row["status"] in ("suppressed", "unspecified")]
        ranged = any(row["value_low"] is not None for row in self.councils)
        return ranged or len(silent) > (len(silent) + len(self.everybody())) / 4

    def ranked(self, row: Row) -> bool:
        """Whether a figure, exact or in a range, is ranked: of no very small council, not of too few, enough known."""
        minimum = self.metric["minimum_denominator"]
        counted, members = self.counted, self.members[row["return_id"]]
        few = bool(minimum) and counted and (members[0]["denominator"] or 0) < minimum
        unknown = any((one["unknown"] or 0) > (one["denominator"] or math.inf) / 5 for one in members)
        return known(row) and not few and not unknown and not any(one["very_small"] for one in members)

    @cached_property
    def counted(self) -> bool:
        return any(one["denominator"] is not None for one in self.councils if known(one))

    @cached_property
    def members(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self.councils:
            found.setdefault(row["return_id"], []).append(row)
        return found

    def returns(self) -> dict[str, Row]:
        """The returns that are ranked and have one figure."""
        return {return_id: row for return_id, row in self.everybody().items() if self.ranked(row)}

    @cached_property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """The returns that are ranked, with the lowest and the highest that each can be.

        Where nothing is unknown it is the share that the counts make, as the ranges of others are made.
        """
        found = {}
        for row in (one for one in self.councils if self.ranked(one)):
            alone = row["value"]
            if row["value_low"] is None and row["unknown"] == 0 and row["numerator"] and alone:
                alone = float(f"{100 * row['numerator'] / row['denominator']:.9g}")
            low, high = (alone if row[end] is None else row[end] for end in ("value_low", "value_high"))
            found[row["return_id"]] = low, high
        return found

    def too_many_hidden(self) -> bool:
        """Whether more than a quarter are hidden without a range, so that nobody knows where a quarter ends."""
        large = [row for row in self.councils if not row["very_small"]]
        known = {row["return_id"] for row in large if row["value"] is not None or row["value_low"] is not None}
        silent = {
            row["return_id"]
            for row in large
            if row["status"] in ("suppressed", "unspecified") and row["value_low"] is None
        }
        return len(silent) > (len(silent) + len(known)) / 4

    def cut(self, share: float = BEST, values: list[float] | None = None) -> float:
        return type_7(self.setting() if values is None else values, share if self.lower else 1 - share)

    def better(self, one: float, other: float) -> bool:
        return one < other if self.lower else one > other

    def rank(self, value: float) -> int:
        return 1 + sum(self.better(row["value"], value) for row in self.returns().values())

    def shown(self, value: float) -> str:
        return plain(value, self.decimals)


def about(connection: duckdb.DuckDBPyConnection, example: Example) -> Figures:
    assert example.metric_id
    return Figures(connection, example.metric_id, example.period_end)


def kendall(connection: duckdb.DuckDBPyConnection, metric_id: str, area_id: str, end: date) -> tuple[int, int]:
    """Of the ten pairs of the five years up to a day, how many rose and how many fell."""
    values = [
        row["value"]
        for row in rows(
            connection,
            "SELECT value FROM observation WHERE metric_id = ? AND area_id = ? AND period_end <= ? "
            "ORDER BY period_end DESC LIMIT 5",
            metric_id, area_id, end,
        )
    ][::-1]  # fmt: skip
    pairs = list(combinations(values, 2))
    return sum(later > earlier for earlier, later in pairs), sum(later < earlier for earlier, later in pairs)


def test_england_is_published_and_no_sum(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    example = example_of(db, "areas")
    figures = about(database, example)
    england = figures.of("E92000001")["value"]
    total = sum(row["value"] for row in figures.everybody().values())
    assert f"England, as published: {short(england)} " in words(example)
    assert f"The {len(figures.everybody())} returns with a figure add up to {short(total, 6)}" in words(example)
    assert f": {short(england - total, 6)} less." in words(example)
    missing = [row for row in figures.councils if row["value"] is None]
    assert all(name(row["name"]) in words(example) for row in missing[:6])


def test_a_joint_return_takes_one_place(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    for example in (example_of(db, "joint-returns"), differs(db, "joint-returns")):
        figures = about(database, example)
        with_value = [row for row in figures.councils if row["return_id"] in figures.returns()]
        assert f"{len(with_value)} councils" in words(example)
        assert f"{len(figures.returns())} returns" in words(example)
        ((other, rank, twice, of),) = re.findall(
            r"^(.+?)(?: comes next, | is )(\d+)\w\w of \d+\. With .+? it (?:would be|is) (\d+)\w\w of (\d+)\.$",
            "\n".join(example.steps), re.MULTILINE,
        )  # fmt: skip
        row = next(row for row in with_value if name(row["name"]) == other)
        assert int(rank) == figures.rank(row["value"])
        assert int(twice) == 1 + sum(figures.better(one["value"], row["value"]) for one in with_value)
        assert int(of) == len(with_value)
        assert int(twice) > int(rank)


def test_one_label_means_several_days(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    example = example_of(db, "periods")
    (label,) = re.findall(r"What publishers call “(.+)”", example.about)
    assert len({row[2] for row in example.rows}) > 1
    for title, _, day in example.rows:
        ((newest, end),) = database.execute(
            "SELECT period, period_end FROM observation JOIN metric USING (metric_id) WHERE title = ? "
            "ORDER BY period_end DESC LIMIT 1",
            [title],
        ).fetchall()
        assert (newest, f"{end:%-d %B %Y}") == (label, day)


def test_the_middle_would_be_another_if_the_missing_were_nought(
    db: Database, database: duckdb.DuckDBPyConnection
) -> None:
    example = example_of(db, "missing")
    figures = about(database, example)
    missing = sum(row["value"] is None for row in figures.councils)
    assert f"Of {len(figures.councils)} councils {len(figures.councils) - missing} have a figure" in words(example)
    assert f"{missing} have none" in words(example)
    right, wrong = median(figures.setting()), median([*figures.setting(), *[0.0] * missing])
    assert f"half are at or below {figures.shown(right)}%" in words(example)
    assert f"that would be {figures.shown(wrong)}%" in words(example)
    assert figures.shown(right) != figures.shown(wrong)


def test_a_rate_is_count_by_children(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    example = example_of(db, "rates")
    figures = about(database, example)
    row = figures.of(example.area_id)
    ((children,),) = database.execute(
        "SELECT value FROM observation WHERE metric_id = 'children' AND area_id = ? AND period_end = ?",
        [example.area_id, date(figures.end.year - 1, 6, 30)],
    ).fetchall()
    rate = row["numerator"] / children * 10_000
    step = f"{short(row['numerator'])} ÷ {short(children)} × 10,000 = {short(rate, 4)}."
    assert step in words(example)
    assert f"The rate is {figures.shown(rate)} per 10,000" in words(example)


def test_a_cut_is_judged_as_it_is(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    example = example_of(db, "rounding")
    figures = about(database, example)
    cut = figures.cut()
    assert f"is {short(cut)}, and is shown as {short(cut)}" in words(example)
    assert f"Shown as {figures.shown(cut)}" in words(example)
    assert short(cut) != figures.shown(cut)
    for council, value, quarter in example.rows:
        row = next(row for row in figures.returns().values() if name(row["name"]) in council)
        assert value == short(row["value"])
        assert (quarter == "best quarter") == (not figures.better(cut, row["value"]))


def test_measures_are_counted_by_their_better_side(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    counts = dict(database.execute("SELECT polarity::VARCHAR, count(*) FROM metric GROUP BY ALL").fetchall())
    example = example_of(db, "better-side")
    assert [int(row[1]) for row in example.rows] == [
        counts[one] for one in ("lower_is_better", "higher_is_better", "neutral")
    ]
    said = words(differs(db, "better-side"))
    ranked = counts["lower_is_better"] + counts["higher_is_better"]
    assert f"Of {sum(counts.values())} measures here {ranked} are ranked and {counts['neutral']} are not" in said


def test_ranks_are_one_more_than_are_better(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    example = example_of(db, "ranks")
    figures = about(database, example)
    returns = figures.returns().values()
    for council, value, rank in example.rows:
        row = next(row for row in returns if name(row["name"]) == council)
        tied = [one for one in returns if one["value"] == row["value"]]
        ending = f" ({len(tied)} share it)" if len(tied) > 1 else ""
        assert value == f"{figures.shown(row['value'])}%"
        assert re.fullmatch(rf"(joint )?{figures.rank(row['value'])}\w\w of {len(returns)}{re.escape(ending)}", rank)
    assert "share it" in example.result
    bare = re.findall(r"As a bare rank: (\d+)\.", words(differs(db, "ranks")))
    assert bare == re.findall(r"(\d+)\w\w of", example.result)


def test_the_cut_of_the_best_quarter_is_found_between_two_values(
    db: Database, database: duckdb.DuckDBPyConnection
) -> None:
    example = example_of(db, "quarters")
    figures = about(database, example)
    values = figures.setting()
    at = 1 + (len(values) - 1) * (BEST if figures.lower else 1 - BEST)
    one, other = values[math.floor(at) - 1], values[math.floor(at)]
    assert f"{len(values)} returns set the cuts." in words(example)
    assert f" = {short(at)}." in words(example)
    assert f"value is {short(one)} and the" in words(example)
    assert f"is {short(other)}." in words(example)
    assert f"× ({short(other)} − {short(one)}) = {short(figures.cut())}." in words(example)
    assert f"{short(figures.cut())}%" in example.result
    ((last,), (first,)) = (
        re.findall(rf"{quarter} quarter is (.+), at", words(example)) for quarter in ("best", "second")
    )
    found = {name(row["name"]): row["value"] for row in figures.returns().values()}
    assert not figures.better(figures.cut(), found[last])
    assert figures.better(figures.cut(), found[first])


def test_hidden_counts_are_told_by_the_measure_that_hides_most(db: Database) -> None:
    example = example_of(db, "ranges")
    assert example.metric_id == "long_plan_rate"
    assert "59 of 151 councils hide a count of 1 to 5." in words(example)
    assert "The rule is used for 26 measures: " in words(example)
    # Those are ranges because some are unknown.
    assert "care leavers" not in words(example).lower()
    assert [row[:3] for row in example.rows[:2]] == [("2025", "59", "2.8"), ("2024", "51", "3.4")]


def test_the_very_small_would_move_the_cut(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    example = example_of(db, "very-small")
    figures = about(database, example)
    everybody = sorted(row["value"] for row in figures.everybody().values())
    assert f"{len(everybody) - len(figures.setting())} are not ranked." in words(example)
    # With the decimals it has, as the next section prints it.
    assert f"Without them a quarter are at or below {figures.cut():g}%" in words(example)
    assert f"with them it would be {figures.cut(values=everybody):g}%." in words(example)
    assert len(example.rows) == len(everybody) - len(figures.setting())


def test_every_benchmark_is_what_the_oracle_finds(
    db: Database, database: duckdb.DuckDBPyConnection, areas: Areas
) -> None:
    example = example_of(db, "benchmarks")
    figures = about(database, example)
    oracle: Oracle = oracles(database, example.metric_id or "", areas)[figures.end]
    area = example.area_id or ""
    shown = {row[0].split(":")[0]: row[1] for row in example.rows}
    assert list(shown) == [benchmark.label for benchmark in BENCHMARKS.values()], "an entry for every benchmark"
    for benchmark in BENCHMARKS.values():
        if benchmark.asks == "number":
            expected = float(round(float(oracle.figures["E92000001"]["value"])))
        elif benchmark.asks == "councils":
            expected = median(low for low, _ in oracle.others(area, areas.neighbours[area][:3]).values())
        else:
            found = getattr(oracle, benchmark.id)(area)
            assert found is not None
            expected = found[0]
        # A cut has its own decimals: 7.75 lies between two published figures.
        assert f"{figures.shown(expected) if round(expected, 1) == expected else expected}%" in shown[benchmark.label]


def gap_of(figures: Figures, row: Row) -> tuple[float, float]:
    """How far a council is from the cut, and what it comes to in real units."""
    cut = figures.cut()
    gap = row["value"] - cut if figures.lower else cut - row["value"]
    scale = {"%": 100.0}.get(figures.metric["unit"], 1.0)
    if figures.metric["shortfall_moves"] == "denominator":
        return gap, row["numerator"] / cut - row["denominator"]
    aim = cut / scale * row["denominator"]
    return gap, row["numerator"] - aim if figures.lower else aim - row["numerator"]


def test_a_gap_is_worked_out_in_points_and_in_posts(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    example = example_of(db, "gaps")
    assert len(example.steps) == 4, "a measure of each way of closing a gap"
    for metric_id, points, real in zip(
        ("vacancy_rate", "caseload"), example.steps[::2], example.steps[1::2], strict=True
    ):
        figures = Figures(database, metric_id)
        row = next(row for row in figures.councils if points.startswith(f"{name(row['name'])}, "))
        gap, shortfall = gap_of(figures, row)
        assert f"{short(row['value'])} − {short(figures.cut())} = {short(gap, 6)} " in points
        assert f" = {short(shortfall, 4)}, that is {plain(shortfall, 0)} " in real


def test_england_is_the_sum_of_all_shortfalls(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    example = example_of(db, "england-if-all-met")
    figures = about(database, example)
    gaps = {return_id: gap_of(figures, row) for return_id, row in figures.returns().items()}
    short_of = {return_id: max(real, 0.0) for return_id, (gap, real) in gaps.items() if round(gap, 9) > 0}
    missing = {row["return_id"] for row in figures.councils if row["value"] is None}
    assert f"{len(gaps)} returns are ranked: {len(gaps) - len(short_of)} meet the benchmark" in words(example)
    assert f"{len(short_of)} are short of it. {len(missing)} have no figure." in words(example)
    assert f"add up to {short(float(f'{sum(short_of.values()):.9g}'))}." in words(example)
    assert f"{plain(sum(short_of.values()), 0)} posts to fill" in example.result
    furthest = sorted(short_of.values(), reverse=True)[: len(example.rows)]
    assert [row[2] for row in example.rows] == [short(float(f"{real:.9g}")) for real in furthest]


def test_wilsons_interval_holds_all_shares_that_chance_allows(
    db: Database, database: duckdb.DuckDBPyConnection
) -> None:
    """Not by the formula of the page: its ends are where the score test is at its limit, found by halving."""
    example = example_of(db, "chance")
    figures = about(database, example)
    row = figures.of(example.area_id)
    n, p, z = row["denominator"], row["numerator"] / row["denominator"], 1.959963984540054

    def end(inside: float, outside: float) -> float:
        for _ in range(80):
            half = (inside + outside) / 2
            allowed = abs(p - half) <= z * math.sqrt(half * (1 - half) / n)
            inside, outside = (half, outside) if allowed else (inside, half)
        return inside

    low, high = end(p, 0.0), end(p, 1.0)
    assert f"from {figures.shown(low * 100)}% to {figures.shown(high * 100)}%." in words(example)
    assert f"{short((low + high) / 2, 5)} − {short((high - low) / 2, 5)} and " in words(example)
    verdict = "worse" if low * 100 > figures.cut() else "better" if high * 100 < figures.cut() else "similar"
    said = "similar: not significant" if verdict == "similar" else f"significantly {verdict}"
    assert example.result.endswith(f"it is {said}.")
    # The funnel of the same size, around England: who is at a limit has England at the end of its interval.
    england = figures.of("E92000001")["value"] / 100
    limits = []
    for edge in (0.0, 1.0):
        inside, outside = england, edge
        for _ in range(80):
            half = (inside + outside) / 2
            allowed = abs(half - england) <= z * math.sqrt(england * (1 - england) / n)
            inside, outside = (half, outside) if allowed else (inside, half)
        limits.append(figures.shown(inside * 100))
    assert f"from {limits[0]}% to {limits[1]}% around England's" in words(example)


def test_a_change_is_the_figure_less_the_one_before(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    example = example_of(db, "changes")
    figures = about(database, example)
    before = Figures(database, example.metric_id or "", figures.end.replace(year=figures.end.year - 1))
    now, then = figures.of(example.area_id)["value"], before.of(example.area_id)["value"]
    assert f"{short(now)} − {short(then)} = {short(now - then, 6)}." in words(example)
    assert ("an improvement of" in example.result) == figures.better(now, then)
    assert ("a worsening of" in example.result) == figures.better(then, now)


def test_a_trend_is_counted_pair_by_pair(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    assert on_direction.CLEAR == trends.CLEAR
    example = example_of(db, "trends")
    figures = about(database, example)
    up, down = kendall(database, figures.metric["metric_id"], example.area_id or "", figures.end)
    assert f"is higher in {up}, lower in {down} and the same in {10 - up - down}." in words(example)
    assert f"S = {up} − {down} = {short(up - down)}." in words(example)
    better = (up < down) == figures.lower
    assert example.result.endswith("is getting better." if better else "is getting worse.")
    directions = rows(
        database,
        "SELECT direction::VARCHAR AS direction, count(DISTINCT return_id) AS many FROM trend "
        "JOIN observation USING (metric_id, area_id, period_end) JOIN area USING (area_id) "
        "WHERE metric_id = ? AND period_end = ? AND kind = 'local_authority' GROUP BY ALL",
        figures.metric["metric_id"],
        figures.end,
    )
    assert all(f"{row['direction']} {row['many']}" in words(example) for row in directions)


def test_who_is_on_the_watch_list_is_worse_beyond_chance_and_getting_worse(
    db: Database, database: duckdb.DuckDBPyConnection
) -> None:
    example = example_of(db, "watch-list")
    figures = about(database, example)
    watched, peers = [], []
    for return_id, row in figures.returns().items():
        n, k = row["denominator"], row["numerator"]
        if not n or k is None or k > n:
            continue
        p, z2 = k / n, 1.959963984540054**2
        centre = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) * math.sqrt(z2) / (1 + z2 / n)
        direction = {
            one["direction"]
            for one in rows(
                database,
                "SELECT direction::VARCHAR AS direction FROM trend WHERE metric_id = ? AND area_id = ? "
                "AND period_end = ?",
                figures.metric["metric_id"], row["area_id"], figures.end,
            )
        }  # fmt: skip
        if (centre - half) * 100 > figures.cut() and direction == {"getting worse"}:
            watched.append((row["value"], return_id))
        if (centre + half) * 100 < figures.cut() and direction == {"getting better"}:
            peers.append((-row["value"], return_id))
    assert f"On the watch list: {len(watched)} returns." in words(example)
    assert f"To learn from: {len(peers)} returns." in words(example)
    assert figures.returns()[max(watched)[1]]["name"] in example.steps[0]
    assert figures.returns()[max(peers)[1]]["name"] in example.steps[1]


def test_a_learning_partner_reaches_what_the_council_does_not(
    db: Database, database: duckdb.DuckDBPyConnection, areas: Areas
) -> None:
    example = example_of(db, "partners")
    own = example.area_id or ""
    ((partner,),) = (re.findall(r"^(.+?) is first of", example.result, re.MULTILINE),)
    other = next(area for area, of in db.names.items() if of == partner)
    reached, short_of = 0, 0
    for (metric_id,) in database.execute(
        "SELECT metric_id FROM metric WHERE polarity <> 'neutral' AND unit <> 'grade'"
    ).fetchall():
        figures = Figures(database, metric_id)
        ranges = figures.ranges
        mine, theirs = figures.of(own)["return_id"], figures.of(other)["return_id"]
        if mine not in ranges or figures.too_many_hidden():
            continue

        def cut(held: dict[str, tuple[float, float]], end: int, lower: bool = figures.lower) -> float:
            return type_7([ends[end] for ends in held.values()], BEST if lower else 1 - BEST)

        # Short whatever the hidden figures are: its own at its better end, all others at their worse.
        worse, better = (1, 0) if figures.lower else (0, 1)
        lax = cut(ranges | {mine: (ranges[mine][better],) * 2}, worse)
        if not figures.better(lax, ranges[mine][better]):
            continue
        short_of += 1
        if theirs in ranges and theirs != mine:
            reached += not figures.better(cut(ranges, better), ranges[theirs][worse])
    assert f"is short of the benchmark in {short_of} ranked measures." in words(example)
    assert f"reaches the benchmark in {reached} of them." in words(example)
    assert other in areas.neighbours[own] or own in areas.neighbours[other]


def test_an_inspection_counts_at_the_march_before_its_report(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    example = example_of(db, "inspections")
    assert example.period_end
    found = rows(
        database,
        "SELECT started, published FROM inspection WHERE area_id = ? AND started <= ? AND published > ?",
        example.area_id, example.period_end, example.period_end,
    )  # fmt: skip
    (inspected,) = [row for row in found if row["published"] <= date(example.period_end.year, 6, 30)]
    assert (
        f"from {inspected['started']:%-d %B %Y}; the report came out on {inspected['published']:%-d %B %Y}."
        in words(example)
    )
    ((given,),) = database.execute(
        "SELECT symbol FROM observation WHERE metric_id = 'judgement_leaders' AND area_id = ? AND period_end = ?",
        [example.area_id, example.period_end],
    ).fetchall()
    assert f": leaders {given}." in words(example)


def test_what_a_lot_would_give_is_the_share_of_all(db: Database) -> None:
    example = example_of(db, "in-common")
    everybody, group, best, hits = (
        int(number)
        for number in re.findall(
            r"Of (\d+) returns (\d+) are in this group; of the (\d+) best (\d+) are", words(example)
        )[0]
    )
    assert f" = {short(best * group / everybody, 1)}." in words(example)
    ways = [math.comb(group, one) * math.comb(everybody - group, best - one) for one in range(min(group, best) + 1)]
    beyond = sum(ways[hits:]) <= 0.025 * sum(ways) or sum(ways[: hits + 1]) <= 0.025 * sum(ways)
    assert ("significantly" in example.result) == beyond


def test_the_sentence_of_the_map_is_written_from_its_rows(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    example = example_of(db, "pages")
    figures = about(database, example)
    england = figures.of("E92000001")["value"]
    returns = figures.returns().values()
    reached = sum(not figures.better(figures.cut(), row["value"]) for row in returns)
    assert f"was {figures.shown(england)}%" in example.result
    assert f"{reached} of {len(returns)} councils meet the best-quarter standard" in example.result


def neighbours_of(figures: Figures, areas: Areas, area: str) -> list[tuple[float, float]]:
    """The lowest and highest of the neighbours that may be compared, each return once, none of the council's own."""
    ranges, own = figures.ranges, figures.of(area)["return_id"]
    near = {row["return_id"] for row in figures.councils if row["area_id"] in areas.neighbours[area]} - {own}
    return [ends for return_id, ends in ranges.items() if return_id in near]


def printed_of(figures: Figures, areas: Areas, area: str) -> list[float]:
    """What is printed of them."""
    own = figures.of(area)["return_id"]
    near = [row for row in figures.councils if row["area_id"] in areas.neighbours[area] and row["return_id"] != own]
    kept = {row["return_id"]: row["value"] for row in near if row["value"] is not None and figures.ranked(row)}
    return list(kept.values())


def test_mean_and_median_of_neighbours_give_opposite_answers_so_often(
    db: Database, database: duckdb.DuckDBPyConnection, areas: Areas
) -> None:
    example = differs(db, "neighbours")
    opposite, held = 0, 0
    for (metric_id,) in database.execute(
        "SELECT metric_id FROM metric WHERE polarity <> 'neutral' AND unit <> 'grade'"
    ).fetchall():
        figures = Figures(database, metric_id)
        for row in figures.councils:
            ends = neighbours_of(figures, areas, row["area_id"]) if row["value"] is not None else []
            # The mean is of the figures as printed, those of which some are unknown among them.
            near = printed_of(figures, areas, row["area_id"]) if ends else []
            too_many = figures.hides() and not any(one["value_low"] is not None for one in figures.councils)
            if len(near) < 5 or too_many or median(low for low, _ in ends) != median(high for _, high in ends):
                continue
            middle, mean = float(f"{median(low for low, _ in ends):.9g}"), float(f"{fmean(near):.9g}")
            met = [not figures.better(one, row["value"]) for one in (middle, mean)]
            held, opposite = held + 1, opposite + (met[0] != met[1])
            if (metric_id, row["area_id"]) == (example.metric_id, example.area_id):
                assert f"is {short(middle)}, their mean {short(mean)}." in words(example)
                assert f"It meets the {'median' if met[0] else 'mean'} and misses" in words(example)
    assert f"So it is with {opposite:,} of the {held:,} newest figures" in words(example)
    assert opposite > 100


def every_ranked(database: duckdb.DuckDBPyConnection) -> Iterator[Figures]:
    for (metric_id,) in database.execute(
        "SELECT metric_id FROM metric WHERE polarity <> 'neutral' AND unit <> 'grade' ORDER BY position"
    ).fetchall():
        yield Figures(database, metric_id)


def test_bands_closed_on_the_upper_side_put_councils_on_a_cut_lower(
    db: Database, database: duckdb.DuckDBPyConnection
) -> None:
    example = differs(db, "edges")
    on, measures = 0, 0
    for figures in every_ranked(database):
        if figures.lower or figures.hides():
            continue
        cuts = [figures.cut(share) for share in (0.25, 0.5, 0.75)]
        measures += 1
        on += sum(row["value"] in cuts for row in figures.returns().values())
        if figures.metric["metric_id"] == example.metric_id:
            best = [name(row["name"]) for row in figures.returns().values() if row["value"] == cuts[0]]
            assert all(one in words(example) for one in best)
            assert f"The cut of the best quarter is {figures.shown(cuts[0])}%" in words(example)
            # Above the third quartile, and not on it, is the tool's band A.
            assert all(not row["value"] > cuts[0] for row in figures.returns().values() if row["value"] == cuts[0])
    assert f"So it is with {on:,} newest figures on one of the three cuts, in {measures} measures." in words(example)


def test_cuts_set_by_everybody_move_so_many(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    example = differs(db, "cuts")
    moved, held = 0, 0
    for figures in every_ranked(database):
        if figures.hides():
            continue
        values = [row["value"] for row in figures.councils if row["value"] is not None]
        ranked = [row["value"] for row in figures.councils if row["return_id"] in figures.returns()]
        own = [figures.cut(share) for share in (0.25, 0.5, 0.75)]
        other = [figures.cut(share, values) for share in (0.25, 0.5, 0.75)]
        quarters = [[sum(figures.better(cut, value) for cut in cuts) for value in ranked] for cuts in (own, other)]
        held += len(ranked)
        moved += sum(one != two for one, two in zip(*quarters, strict=True))
        if figures.metric["metric_id"] == example.metric_id:
            assert ", ".join(short(cut) for cut in own) in example.steps[0]
            assert ", ".join(short(cut) for cut in other) in example.steps[1]
    assert f"So it is with {moved:,} of the {held:,} newest figures that are ranked." in words(example)


def test_so_many_moved_in_a_year_and_so_few_have_a_trend(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    example = differs(db, "trends")
    assert example.metric_id
    figures = Figures(database, example.metric_id)
    before = Figures(database, example.metric_id, figures.end.replace(year=figures.end.year - 1))
    moved, clear, against = 0, 0, 0
    for return_id, row in figures.everybody().items():
        then = before.everybody().get(return_id)
        change = row["value"] - then["value"] if then else 0.0
        moved += round(change, 9) != 0
        trend = rows(
            database,
            "SELECT s FROM trend WHERE metric_id = ? AND area_id = ? AND period_end = ?",
            example.metric_id, row["area_id"], figures.end,
        )  # fmt: skip
        s = trend[0]["s"]
        if s is not None and abs(s) >= 8:
            clear += 1
            against += round(change, 9) != 0 and (s > 0) != (change > 0)
    assert f"{moved} moved in the last year" in words(example)
    assert f"Over five years {clear} go one way" in words(example)
    assert f"Of those, {against or 'none'} moved against" in words(example)


def test_what_is_missing_and_what_did_not_exist_is_counted(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    missing = rows(
        database,
        "SELECT status::VARCHAR AS status, count(*) AS many FROM observation JOIN area USING (area_id) "
        "WHERE value IS NULL AND kind = 'local_authority' GROUP BY ALL",
    )
    said = words(differs(db, "missing"))
    assert f"{sum(row['many'] for row in missing):,} figures of councils are missing here" in said
    counts = {row["status"]: row["many"] for row in missing}
    assert f"For {counts['unspecified']:,} of them, read from the tool alone" in said
    assert f"{counts['low_nonzero']} are more than zero but round to zero" in said
    (sources,) = database.execute(
        "SELECT list(DISTINCT source_id) FROM observation WHERE status = 'unspecified'"
    ).fetchone() or ([],)
    assert sources == [differences_from_dfe.TOOL_ID], "the dash is the tool's alone"
    nonexistent = dict(
        database.execute("SELECT source_id, count(*) FROM reject WHERE rule = 'R_NOT_THEN' GROUP BY ALL").fetchall()
    )
    ended = words(differs(db, "ended"))
    assert f"{nonexistent[differences_from_dfe.TOOL_ID]:,} rows of the tool's file" in ended
    assert f"{sum(nonexistent.values()):,} rows of all files are." in ended


def test_the_oldest_judgement_of_leaders_is_told_with_its_date(
    db: Database, database: duckdb.DuckDBPyConnection
) -> None:
    example = differs(db, "judgements")
    latest = rows(
        database,
        "SELECT area_id, arg_max(coalesce(started, published), published) AS inspected, "
        "arg_max(grade::VARCHAR, published) AS grade FROM inspection JOIN judgement USING (inspection_id) "
        "JOIN area USING (area_id) WHERE strand = 'leaders' AND end_date IS NULL GROUP BY area_id",
    )
    oldest = min(latest, key=lambda row: (row["inspected"], row["area_id"]))
    years = [row["inspected"].year for row in latest]
    assert f"from {min(years)} to {max(years)}." in words(example)
    assert f"{oldest['grade']}, {oldest['inspected']:%-d %B %Y}." in words(example)
    assert example.area_id == oldest["area_id"]


def test_an_example_with_a_wrong_number_would_be_noticed(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    """So that the tests above are known to be able to fail."""
    example = example_of(db, "quarters")
    figures = about(database, example)
    assert f" = {short(figures.cut())}." in words(example)
    assert f" = {short(figures.cut() + 0.01)}." not in words(example)
