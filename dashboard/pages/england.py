"""The front page: where England stands, how far from its best councils, where it is worst, and what is new."""

from datetime import UTC, datetime
from functools import partial
from typing import Literal

import streamlit as st

from dashboard.analysis import comparison, direction, england, partners, queries, standard
from dashboard.analysis import group as groups
from dashboard.api import view_data
from dashboard.api.view_links import VERSION
from dashboard.data.model import ENGLAND
from dashboard.pages.components import briefing_links as papers
from dashboard.pages.components.one_of import one_of
from dashboard.pages.components.scenario import scenario
from dashboard.pages.shared import session
from dashboard.pages.shared.downloads import download, download_table
from dashboard.views import tables
from dashboard.views.charts import palette
from dashboard.views.charts.standard import draw_standard
from dashboard.views.tables import england as parts
from dashboard.views.tables import watch_lists
from dashboard.views.text import direction as directions
from dashboard.views.text import formats, front
from dashboard.views.text.citing import cite_metric
from dashboard.views.text.council import council_sentence
from dashboard.views.text.england import NOBODY, england_sentence, list_title
from dashboard.views.text.formats import ColourScheme
from dashboard.views.text.group import among

HEIGHT = 300
SPANS = {f"{years} year{'' if years == 1 else 's'}": years for years in direction.YEARS}
MOST_MOVED = 5
ENDS = ("worst", "best")
# The parts that answer what readers come for, by their places.
IMPROVED, STANDARD, REGIONS, NEW = "improved", "standard", "regions", "new"
PARTS = {
    IMPROVED: "Who improved", STANDARD: "If every council met the standard", REGIONS: "Regions", NEW: "What is new",
}  # fmt: skip

db = session.database()
chosen = session.chosen(db)
metric, period, benchmark = chosen.metric, chosen.period, chosen.benchmark
today = datetime.now(UTC).date()
rows = queries.councils(db, metric, period, benchmark)
total = comparison.england_if_all_met(rows)
every_row = rows.to_dicts()
sentence = england_sentence(every_row, queries.england(db, metric, period), metric, benchmark, total)
session.headline("England", sentence, kicker="How well is every council protecting its children?")
group = groups.members(db, benchmark, chosen.area_id)
own = groups.own_row(db, rows, group, chosen.area_id)
if own is not None:
    joint = queries.partners(db, own["return_id"], own["area_id"])
    sentence = council_sentence(own["name"], own, metric, benchmark, joint, among(group))
    st.html(parts.council(own["name"], sentence))
st.html(parts.jumps(PARTS))
st.html(parts.headlines(england.headlines(db), metric.metric_id))
if not st.session_state.get(VERSION):
    st.html(parts.since(db, today))
when = formats.period_label(metric, period.end)
*lists, beside_them = st.columns([5, 4, 3] if metric.ranked else [1, 1], gap="medium")
if metric.ranked:
    for place, councils, word in zip(lists, england.ends(rows), ENDS, strict=True):
        title = list_title(word, every_row, councils.height)
        ends = parts.ends(db, metric, partners.leaders(db), chosen.area_id, behind=word == ENDS[0])
        caption = f"{metric.title}, {when}: {title.lower()}"
        with place:
            st.header(title, anchor=False)
            st.html(tables.note(NOBODY) if councils.is_empty() else ends.html(councils, caption))
with beside_them:
    st.header("Newest Ofsted reports", anchor=False)
    st.html(parts.newest_reports(england.newest_reports(db)))
    scheme: ColourScheme = "quarter" if metric.ranked else "value"
    colours = palette.classify(rows, metric, scheme, scale=db.councils_ever(metric.metric_id))
    st.html(parts.small_map(db.table["map_shape"], colours, metric, when))
if metric.ranked:
    label = f"Show all {rows.height} councils, worst first"
    with st.expander(label, key="worst_first", on_change="rerun", bind="query-params") as table:
        if table.open:
            st.html(tables.councils(db, england.worst_first(rows), metric, benchmark, label))
st.html(parts.place(IMPROVED))
st.header("Who improved, and who worsened" if metric.ranked else "Biggest changes", anchor=False)
session.notice("over", "span of years", list(SPANS))
span = one_of("Over", list(SPANS), "over")
moved = direction.movers(db, metric, SPANS[span])
st.html(tables.sentence(directions.movers_sentence(moved)))
if moved.rows.height:
    column: Literal["improvement", "change"] = "improvement" if metric.ranked else "change"
    furthest = watch_lists.moved(moved)
    sides = ("Improved most", "Worsened most") if metric.ranked else ("Rose most", "Fell most")
    for place, best, caption in zip(st.columns(2, gap="medium"), (True, False), sides, strict=True):
        place.html(furthest.html(moved.furthest(column, best=best, most=MOST_MOVED), caption))
    download_table(
        lambda: furthest.frame(moved.rows, cite_metric(db, metric)),
        f"{metric.metric_id}-movers.csv",
        f"Download changes for all {moved.rows.height} councils (CSV)",
    )

st.html(parts.turns())
st.html(papers.line(ENGLAND, benchmark, st.session_state.get(VERSION)))
st.html(parts.grades(england.grades(db)))

st.html(parts.place(STANDARD))
st.header("If every council met the standard of the best", anchor=False)
nine = england.chosen(db, england.NINE)
listed = nine if metric.metric_id in england.NINE or not metric.ranked else [metric, *nine]
gained = england.gains(db, benchmark, listed)
gains = parts.gains(db, benchmark, metric.metric_id)
st.html(gains.html(gained, "If every council met the benchmark"))
download_table(
    lambda: gains.frame(gained),
    "if-every-council-met-it.csv",
    f"Download these {len(gained)} rows (CSV)",
)

fixed = standard.over_time(db, metric)
if fixed is not None:
    st.header("How many councils meet the standard", anchor=False)
    st.html(tables.sentence(front.standard_sentence(fixed)))
    session.chart(
        draw_standard(fixed, height=HEIGHT),
        "standard",
        f"Councils that met one standard of {metric.noun}, by year",
    )
    session.share(db, "standard", chosen)
    met, by_period = parts.standard(fixed), fixed.rows.reverse()
    with st.expander("These figures as a table", key="standard table", on_change="rerun") as table:
        if table.open:
            target = formats.level_quantity(fixed.target, metric)
            st.html(met.html(by_period, f"Councils that met {target}: {metric.title}"))
    download_table(
        lambda: met.frame(by_period, cite_metric(db, metric)),
        f"{metric.metric_id}-standard.csv",
        f"Download these {fixed.rows.height} years (CSV)",
    )
    st.html(tables.source_note(db, metric))

st.header("What it would take", anchor=False)
scenario(db, None)

st.html(parts.place(REGIONS))
st.header("Regions side by side", anchor=False)
beside = list(dict.fromkeys([metric, *england.chosen(db, england.HEADLINES[1:])])) if not metric.graded else nine[:4]
first = beside[0]
end = period.end if first is metric else db.latest(first.metric_id).end
areas = england.regions(db, beside, first, end)
st.html(parts.regions(areas, beside, first, formats.period_label(first, end)))
figures = queries.published(db, beside, areas["area_id"].to_list(), {first.metric_id: end})
download(
    db,
    figures,
    f"{first.metric_id}-and-others-regions-{end}.csv",
    benchmark=benchmark,
    label=f"Download these {figures.height} figures (CSV)",
)

st.header("Watch list", anchor=False)
watch, peers = direction.watch_list(db, metric, benchmark), direction.peers(db, metric, benchmark)
st.html(tables.sentence(front.watch_sentence(metric, watch.height, peers.height, benchmark)))
if said := front.chance_sentence(rows, metric, benchmark):
    st.html(tables.note(said))
left, right = st.columns(2, gap="medium")
with left:
    if watch.height:
        st.html(watch_lists.watched(watch, metric, benchmark, "Getting worse over five years"))
        download(
            db,
            watch,
            f"{metric.metric_id}-watch-list-{period.end}.csv",
            benchmark=benchmark,
            label="Download watch list (CSV)",
        )
with right:
    if peers.height:
        judged = partners.leaders(db)
        st.html(watch_lists.watched(peers, metric, benchmark, "Getting better over five years", judged))
        download(
            db,
            peers,
            f"{metric.metric_id}-to-ring-{period.end}.csv",
            benchmark=benchmark,
            label="Download improving councils (CSV)",
        )
several = direction.watch_counts(db, benchmark, nine)
st.html(tables.sentence(directions.counts_sentence(several, nine, "watch")))
often = several.filter(several["count"] > 1)
if often.height:
    st.html(watch_lists.counted(db, often, f"Councils on a watch list of more than one of {len(nine)} measures"))
if several.height > often.height:
    label = f"All {several.height} councils on at least one watch list"
    with st.expander(label, key="watched", on_change="rerun", bind="query-params") as table:
        if table.open:
            st.html(watch_lists.counted(db, several, label))

st.html(parts.place(NEW))
st.header("What is new", anchor=False)
st.html(parts.news(db, today))
session.as_data(db, partial(view_data.england, db, metric, period, benchmark, nine))
