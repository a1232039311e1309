"""The pandas baseline: every page's core as a first programmer writes it, with pandas and plotly express.

The file is read at each run, ranks are grouped again, the map's shapes are sent along. It is served with Streamlit's
settings. It leaves out much that our pages say: sentences, reasons, intervals, files, citations.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pandas as pd  # type: ignore[import-untyped]
import plotly.express as px
import streamlit as st

FOLDER, SHAPES = Path(os.environ["PANDAS_DATA"]), Path(os.environ["PANDAS_SHAPES"])
BENCHMARKS = ["Best quarter in England", "England", "Region", "Statistical neighbours"]
FIRST = "Agency workers"
MOST = 5

st.set_page_config("Children's social care", layout="wide")

df = pd.read_parquet(FOLDER / "figures.parquet")
councils = df[(df["kind"] == "local_authority") & ~df["ended"]].copy()
grouped = councils.groupby(["measure", "period_end"])["value"]
lower = councils["polarity"] == "lower_is_better"
councils["rank"] = grouped.rank(method="min").where(lower, grouped.rank(method="min", ascending=False))
councils["of"] = grouped.transform("count")
names = sorted(councils["council"].unique())
measures = list(df["measure"].unique())


def choose_council() -> str | None:
    """The council of the address, or one that is chosen."""
    council: str | None = st.selectbox("Council", names, index=None, key="la", bind="query-params")
    return council


def choose_measure() -> str:
    """One measure."""
    first = next((place for place, one in enumerate(measures) if one.startswith(FIRST)), 0)
    return str(st.selectbox("Measure", measures, index=first, key="metric", bind="query-params"))


def choose_period(measure: str) -> str:
    """One of its periods."""
    periods = df[df["measure"] == measure].sort_values("period_end", ascending=False)["period"].unique()
    return str(st.selectbox("Period", list(periods), key=f"period {measure}"))


def choose_benchmark() -> str:
    """The councils to compare with."""
    return str(st.selectbox("Compare with", BENCHMARKS, key="benchmark", bind="query-params"))


def benchmark_of(rows: pd.DataFrame, all_rows: pd.DataFrame, benchmark: str) -> pd.Series:
    """Its value for each council."""
    if benchmark == "England":
        england = all_rows[all_rows["kind"] == "england"]["value"]
        return pd.Series(england.iloc[0] if len(england) else None, index=rows.index)
    if benchmark == "Region":
        regions = all_rows[all_rows["kind"] == "region"].set_index("council")["value"]
        return rows["region"].map(regions)
    if benchmark == "Statistical neighbours":
        neighbours = pd.read_csv(FOLDER / "neighbours.csv")
        values = neighbours.merge(rows, left_on="neighbour", right_on="council", suffixes=("", "_of"))
        return rows["council"].map(values.groupby("council")["value"].median())
    best = rows["polarity"].iloc[0] == "lower_is_better" if len(rows) else True
    return pd.Series(rows["value"].quantile(0.25 if best else 0.75), index=rows.index)


def of_period(measure: str, period: str, benchmark: str) -> pd.DataFrame:
    """All councils in one measure and period, best first."""
    rows = councils[(councils["measure"] == measure) & (councils["period"] == period)].copy()
    all_rows = df[(df["measure"] == measure) & (df["period"] == period)]
    rows["benchmark"] = benchmark_of(rows, all_rows, benchmark)
    rows["gap"] = rows["value"] - rows["benchmark"]
    return rows.sort_values("rank")


def table(rows: pd.DataFrame, *columns: str) -> None:
    """Some columns as a table."""
    st.dataframe(rows[list(columns)], hide_index=True)


def england() -> None:
    """England over time, regions, best and worst."""
    measure = choose_measure()
    period, benchmark = choose_period(measure), choose_benchmark()
    rows = of_period(measure, period, benchmark)
    st.title(f"England: {measure}, {period}, {benchmark}: {(rows['gap'] > 0).sum()} above")
    newest = df[df["kind"] == "england"].sort_values("period_end").groupby("measure").tail(1)
    for place, (_, row) in zip(st.columns(MOST), newest.head(MOST).iterrows(), strict=True):
        place.metric(row["measure"], row["value"])
    ever = councils[councils["measure"] == measure].merge(
        rows[["council", "benchmark"]], on="council", suffixes=("", "_now")
    )
    ever["meets"] = ever["value"] <= ever["benchmark"]
    st.plotly_chart(px.bar(ever.groupby("period_end")["meets"].sum().reset_index(), x="period_end", y="meets"))
    regions = df[(df["kind"] == "region") & (df["measure"].isin([measure, *measures[:MOST]]))]
    st.dataframe(regions.pivot_table(index="council", columns="measure", values="value", aggfunc="last"))
    for place, found in zip(st.columns(2), (rows.head(MOST), rows.tail(MOST)), strict=True):
        with place:
            table(found, "council", "value", "rank")
    years = councils[councils["measure"] == measure].pivot_table(index="council", columns="period_end", values="value")
    if years.shape[1] > 1:
        moved = (years.iloc[:, -1] - years.iloc[:, -2]).sort_values()
        for place, found in zip(st.columns(2), (moved.head(MOST), moved.tail(MOST)), strict=True):
            place.dataframe(found)


def show_map() -> None:
    """A map and all councils in order."""
    council, measure = choose_council(), choose_measure()
    period, benchmark = choose_period(measure), choose_benchmark()
    rows = of_period(measure, period, benchmark)
    own = rows[rows["council"] == council]["value"].sum() if council else None
    st.title(f"{measure}, {period}, {benchmark}, {council}: {own}")
    shapes = json.loads(SHAPES.read_text("utf-8"))
    chart = px.choropleth(
        rows, geojson=shapes, locations="area_id", color="value", hover_name="council", height=620,
        color_continuous_scale="Viridis",
    )  # fmt: skip
    chart.update_geos(fitbounds="locations", visible=False)
    left, right = st.columns([3, 2])
    left.plotly_chart(chart)
    right.plotly_chart(px.bar(rows, x="council", y="value", color="gap", height=620))
    table(rows, "council", "value", "rank", "of", "benchmark", "gap")


def show_council() -> None:
    """One council."""
    council, measure = choose_council(), choose_measure()
    period, benchmark = choose_period(measure), choose_benchmark()
    rows = of_period(measure, period, benchmark)
    if council is None:
        st.title("Choose a council")
        st.stop()
    own = rows[rows["council"] == council]
    st.title(f"{council}: {measure}, {period}: {own['value'].sum()}, {benchmark} {own['benchmark'].sum()}")
    ours = councils[councils["council"] == council]
    judged = ours[ours["unit"] == "grade"]
    st.dataframe(judged.pivot_table(index="measure", columns="period", values="value", aggfunc="last"))
    newest = ours.sort_values("period_end").groupby("measure").tail(1).sort_values("rank")
    for place, found in zip(st.columns(2), (newest.head(MOST), newest.dropna().tail(MOST)), strict=True):
        with place:
            table(found, "measure", "value", "rank", "of")
    history = df[(df["measure"] == measure) & df["council"].isin([council, "England"])]
    left, right = st.columns(2)
    left.plotly_chart(px.line(history, x="period_end", y="value", color="council"))
    right.plotly_chart(px.bar(rows.assign(own=rows["council"] == council), x="council", y="value", color="own"))
    table(newest, "theme", "measure", "period", "value", "rank", "of")
    neighbours = pd.read_csv(FOLDER / "neighbours.csv")
    near = rows[rows["council"].isin(neighbours[neighbours["council"] == council]["neighbour"])]
    table(near, "council", "value", "rank", "gap")


def compare() -> None:
    """Ten councils side by side."""
    council, measure = choose_council(), choose_measure()
    period, benchmark = choose_period(measure), choose_benchmark()
    rows = of_period(measure, period, benchmark)
    neighbours = pd.read_csv(FOLDER / "neighbours.csv")
    near = [council, *neighbours[neighbours["council"] == council]["neighbour"]][:10]
    few = rows[rows["council"].isin(near)]
    st.title(f"{measure}, {council}, {period}, {benchmark}: {few['value'].sum()}, {few['benchmark'].sum()}")
    left, right = st.columns(2)
    left.plotly_chart(px.bar(few, x="value", y="council", color="gap", orientation="h"))
    history = councils[(councils["measure"] == measure) & councils["council"].isin(near)]
    right.plotly_chart(px.line(history, x="period_end", y="value", color="council"))
    newest = councils[councils["council"].isin(near)].sort_values("period_end").groupby(["measure", "council"]).tail(1)
    st.dataframe(newest.pivot_table(index="measure", columns="council", values="rank"))
    other = councils[councils["measure"] == measures[1]].sort_values("period_end").groupby("council").tail(1)
    both = rows.merge(other, on="council", suffixes=("", " of the second"))
    st.plotly_chart(px.scatter(both, x="value", y="value of the second", hover_name="council"))


def inspections() -> None:
    """All councils with their latest judgements."""
    council = choose_council()
    judged = councils[councils["unit"] == "grade"].sort_values("period_end")
    latest = judged.pivot_table(index="council", columns="measure", values="value", aggfunc="last")
    st.title(f"Inspections of {council}: {list(latest.loc[council]) if council in latest.index else ''}")
    st.dataframe(latest)


def best() -> None:
    """The best quarter, how long, and who is best on several measures."""
    measure = choose_measure()
    period = choose_period(measure)
    rows = of_period(measure, period, BENCHMARKS[0])
    found = rows[rows["rank"] <= rows["of"] / 4]
    st.title(f"Best councils: {measure}, {period}: {len(found)}")
    judged = councils[councils["unit"] == "grade"].sort_values("period_end")
    leaders = judged.groupby("council")["value"].last().rename("judged")
    table(found.merge(leaders, on="council"), "council", "value", "rank", "judged")
    ever = councils[(councils["measure"] == measure) & councils["council"].isin(found["council"])]
    st.dataframe(ever.pivot_table(index="council", columns="period_end", values="rank"))
    st.dataframe(found["region"].value_counts())
    newest = councils.sort_values("period_end").groupby(["measure", "council"]).tail(1)
    several = newest[newest["rank"] <= newest["of"] / 4]["council"].value_counts()
    st.dataframe(several.head(20))


def own() -> None:
    """A council's own figures beside the published ones."""
    council = choose_council()
    ours = councils[councils["council"] == council].sort_values("period_end").groupby("measure").tail(1)
    st.title(f"Your own figures: {council}, {len(ours)} measures")
    st.data_editor(ours[["measure", "period", "value"]].assign(own=None), hide_index=True)


def leadership() -> None:
    """All councils' leaders, who moved, and by grade."""
    council = choose_council()
    judged = councils[councils["measure"].str.contains("leaders")].sort_values("period_end")
    latest = judged.pivot_table(index="council", columns="period", values="value", aggfunc="last")
    st.title(f"Leadership of {council}: {list(latest.loc[council].dropna())[-1:] if council in latest.index else ''}")
    newest = judged.groupby("council").tail(1)
    st.plotly_chart(px.bar(newest["value"].value_counts().reset_index(), x="value", y="count"))
    st.dataframe(latest)
    moved = judged.groupby("council")["value"].agg(["first", "last"])
    for place, found in zip(
        st.columns(2), (moved["first"] > moved["last"], moved["first"] < moved["last"]), strict=True
    ):
        place.dataframe(moved[found])


def progress() -> None:
    """The operator's files: empty, as they come."""
    st.title("Progress")
    st.info("No commitments are kept.")


def briefings() -> None:
    """A file for each council."""
    st.title("Briefings")
    for name in names[: len(BENCHMARKS)]:
        st.download_button(name, councils[councils["council"] == name].to_csv(index=False), f"{name}.csv")
    st.dataframe(df[df["kind"] == "region"].groupby("council")["measure"].nunique())


def methods() -> None:
    """Every measure, and one of them."""
    measure = choose_measure()
    ever = councils[councils["measure"] == measure]
    st.title(f"Methods: {measure}, {ever['period'].nunique()} periods, {ever['value'].count()} figures")
    st.dataframe(df.groupby("measure").agg({"theme": "first", "unit": "first", "polarity": "first", "value": "count"}))
    st.dataframe(ever.groupby("period")["status"].value_counts())


def accessibility() -> None:
    """A statement."""
    st.title("Accessibility")
    st.markdown("Some of this is not accessible yet.")


def data() -> None:
    """Every figure."""
    st.title("Data")
    chosen = st.multiselect("Measures", measures)
    st.dataframe(df[df["measure"].isin(chosen)] if chosen else df, hide_index=True)
    st.download_button("Download", df.to_csv(index=False), "data.csv")


st.navigation(
    [
        st.Page(england, title="England", default=True),
        st.Page(show_map, title="Map", url_path="map"),
        st.Page(show_council, title="Council", url_path="council"),
        st.Page(compare, title="Compare", url_path="compare"),
        st.Page(inspections, title="Inspections", url_path="inspections"),
        st.Page(best, title="Best councils", url_path="best"),
        st.Page(own, title="Your own figures", url_path="own"),
        st.Page(leadership, title="Leadership", url_path="leadership"),
        st.Page(progress, title="Progress", url_path="progress"),
        st.Page(briefings, title="Briefings", url_path="briefings"),
        st.Page(data, title="Data", url_path="data"),
        st.Page(methods, title="Methods", url_path="methods"),
        st.Page(accessibility, title="Accessibility", url_path="accessibility"),
    ],
    position="top",
).run()
