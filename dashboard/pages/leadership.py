"""Leaders of children's services: how they are judged, beside the workforce, how long they stay, who is coached."""

from datetime import UTC, datetime

import polars as pl
import streamlit as st

from dashboard.analysis import inspections, leadership, programme
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT
from dashboard.analysis.leadership import HIGH, LOW
from dashboard.analysis.programme import ABSENT
from dashboard.api import view_data
from dashboard.pages.components.council_map import MapArea, MapDrawing, council_map
from dashboard.pages.components.one_of import one_of
from dashboard.pages.shared import session
from dashboard.pages.shared.assets import shapes
from dashboard.pages.shared.downloads import download_table
from dashboard.views import tables
from dashboard.views.charts.directors import draw_directors
from dashboard.views.charts.distribution import draw_grades_over_time
from dashboard.views.charts.enrolments import draw_enrolments
from dashboard.views.charts.programme_map import classify_programme
from dashboard.views.charts.tenure import draw_tenure
from dashboard.views.tables import leadership as parts
from dashboard.views.tables import ofsted as published
from dashboard.views.tables import programme as registered
from dashboard.views.tables.table import Table
from dashboard.views.text import leadership as sentences
from dashboard.views.text import programme as on_programme
from dashboard.views.text.citing import cite
from dashboard.views.text.inspections import FEWEST, after_the_record

JUDGEMENTS, WORKFORCE, DIRECTORS, PROGRAMME = PARTS = (
    "Judgements", "Ratings and workforce", "Directors in post", "The programme",
)  # fmt: skip
HEIGHT = 360

db = session.database()
area_id = session.chosen_council(db)
today = datetime.now(UTC).date()
newest = inspections.newest_report(db)
publications = published.publications(db)
of_ofsted, of_register, of_both = (
    cite(db, publications),
    registered.cite_register(db),
    registered.cite_register(db, publications),
)


def head(sentence: str, first: str = "", kicker: str = "Leaders of children's services") -> None:
    """The page's heading over what the part says, the chosen council's own sentence first."""
    session.headline("Leadership", f"{first} {sentence}".strip(), kicker=kicker, chosen=area_id)


def own(rows: pl.DataFrame) -> dict[str, object] | None:
    """The chosen council's row."""
    return next(iter(rows.filter(pl.col("area_id") == area_id).to_dicts()), None) if area_id else None


def save(
    table: Table, rows: pl.DataFrame, about: list[pl.Expr], name: str, what: str = "these", of: str = "rows"
) -> None:
    """A button for a file of a table as it is shown, made when it is clicked; `about` says where it is from."""

    def make() -> pl.DataFrame:
        return table.frame(db.with_codes(rows) if "area_id" in rows.columns else rows, about)

    download_table(make, name, f"Download {what} {rows.height} {of} (CSV)")


def show_judgements() -> None:
    """How leaders were judged, how that has changed, and every council's history."""
    everybody = leadership.history(db, today)
    mine = own(everybody)
    judged = db.metrics[leadership.JUDGEMENT]
    head(
        sentences.judged(everybody.to_dicts(), judged, newest),
        sentences.own(mine) if mine else "",
        f"Ofsted · reports published to {newest:%-d %B %Y}",
    )
    st.html(published.key(inspections.counted(everybody["grade"])) + parts.on_the_map(judged))
    over_time = inspections.distribution(db, leadership.STRAND).filter(pl.col("name") == "England")
    years = published.distribution(judged, over_time, by="period_end")
    session.chart(
        draw_grades_over_time(over_time, height=HEIGHT),
        "years", "Councils with each grade for impact of leaders, at each 31 March and now",
    )  # fmt: skip
    session.share(db, "years", session.chosen(db))
    with st.expander("These figures as a table", key="over_time", on_change="rerun", bind="query-params") as table:
        if table.open:
            st.html(years.html(over_time, "Impact of leaders in England at each 31 March"))
    save(years, over_time, published.about(db, publications), "leaders-over-time.csv")
    st.header("Who went up or down at the last inspection", anchor=False)
    for place, better in zip(st.columns(2, gap="medium"), (True, False), strict=True):
        rows = leadership.changed(everybody, better=better)
        words = "better" if better else "worse"
        with place:
            first = f"the {parts.MOST} newest reports of {rows.height}" if rows.height > parts.MOST else "newest first"
            st.html(parts.changes(area_id).html(rows.head(parts.MOST), f"Judged {words} than before: {first}"))
            save(parts.JUDGEMENTS, rows, of_ofsted, f"leaders-judged-{words}.csv", f"all judged {words}:")
    st.header("Every council", anchor=False)
    caption = f"Impact of leaders in {everybody.height} councils; months are counted to {today:%-d %B %Y}"
    st.html(parts.JUDGEMENTS.html(everybody, caption))
    save(parts.JUDGEMENTS, everybody, of_ofsted, "leaders.csv")
    st.html(published.sources(publications, after_the_record(newest), judged.caveat or ""))


def show_workforce() -> None:
    """Councils whose grade and workforce disagree, both ways."""
    metrics = leadership.workforce(db)
    rows = leadership.beside(db, leadership.history(db, today), metrics)
    ends = {metric.metric_id: db.latest(metric.metric_id).end for metric in metrics}
    used = dict.fromkeys(db.sources[metric.source_id] for metric in metrics)
    mine = own(rows)
    head(sentences.beside(rows.to_dicts(), metrics), sentences.own_beside(mine, metrics) if mine else "")
    for side, title, name in (
        (HIGH, "Good or Outstanding leaders but poor workforce figures", "high-grade-worst-quarters"),
        (LOW, "Leaders judged lower but good workforce figures", "low-grade-best-quarters"),
    ):
        st.header(title, anchor=False)
        disagreeing = leadership.disagreeing(rows, side)
        if disagreeing.is_empty():
            st.html(tables.note("No council."))
        else:
            count = f"{disagreeing.height} council{'' if disagreeing.height == 1 else 's'}"
            quarter = "worst" if side == HIGH else "best"
            caption = f"{count}, most {quarter}-quarter measures first"
            table = parts.disagreeing(db, metrics, area_id)
            st.html(table.html(disagreeing, caption))
            save(table, disagreeing, cite(db, [*publications, *used]), f"leaders-{name}.csv")
        st.html(parts.rule(side, metrics, ends))
    st.html(published.sources([*publications, *used], sentences.NO_CAUSE))


def show_directors() -> None:
    """How often directors change in England, and how long those in the register have been in post."""
    rows = leadership.directors(db)
    posts = programme.posts(db, today)
    known = programme.tenure(posts)
    mine = own(posts) if known["directors"][-1] else None
    head(
        f"{sentences.directors(rows.to_dicts())} {on_programme.tenure(known.to_dicts())}".strip(),
        on_programme.own_post(mine) if mine else "",
    )
    if rows.height:
        st.header("Changes of directors in England", anchor=False)
        session.chart(
            draw_directors(rows, height=HEIGHT - 80),
            "directors",
            "Changes of directors in England, by year to 31 March",
        )
        session.share(db, "directors", session.chosen(db))
        with st.expander("These figures as a table", key="by_year", on_change="rerun", bind="query-params") as table:
            if table.open:
                st.html(parts.DIRECTORS.html(rows.reverse(), "Changes of directors of children's services in England"))
        declared = db.table["metric"].row(by_predicate=pl.col("metric_id") == leadership.DIRECTORS, named=True)
        source = db.sources[declared["source_id"]]
        save(parts.DIRECTORS, rows.reverse(), cite(db, [source]), "changes-of-directors.csv", of="years")
        st.html(parts.directors_source(declared, source))
    st.header("Time in post", anchor=False)
    if mine is None and not known["directors"][-1]:
        st.html(tables.sentence(on_programme.NOTHING))
        return
    session.chart(
        draw_tenure(posts, chosen=area_id, height=HEIGHT), "tenure",
        "Directors by years in post, in a row for each grade of leaders; open dots came after the judgement",
    )  # fmt: skip
    session.share(db, "tenure", session.chosen(db))
    st.html(tables.note("Filled: in post when Ofsted judged the council's leaders. Open: came later."))
    tenure = registered.tenure(FEWEST)
    st.html(tenure.html(known, "Time in post by the latest judgement of leaders"))
    save(tenure, known, of_both, "time-in-post.csv")
    st.html(tables.note(f"{on_programme.JUDGED_BEFORE} {on_programme.checked(posts.to_dicts())}"))
    registered_posts = posts.filter(pl.col("state") != ABSENT)
    label, register = f"The register: {registered_posts.height} posts", registered.posts(db, area_id)
    with st.expander(label, key="register", on_change="rerun", bind="query-params") as table:
        if table.open:
            st.html(register.html(registered_posts, f"{label}. {on_programme.NO_NAMES}"))
    save(register, registered_posts, of_both, "leadership-register.csv")
    st.html(published.sources(publications))


def show_programme() -> None:
    """The directors the programme reaches, those it does not, and who coaches them."""
    posts = programme.posts(db, today)
    covered = programme.coverage(db, posts, today)
    mine = own(posts)
    if not covered.registered:
        head(on_programme.coverage(covered, today))
        return
    pairs, waiting = programme.coaching(posts), programme.without_coach(posts)
    by_region = programme.by_region(db, posts)
    head(
        f"{on_programme.coverage(covered, today)} {on_programme.regions(by_region.to_dicts())}".strip(),
        on_programme.own(mine, db) if mine else "",
    )
    st.html(registered.coverage(covered))
    history = programme.history(posts)
    if history.height:
        session.chart(
            draw_enrolments(history, covered, today, height=HEIGHT - 80), "enrolments",
            "Directors enrolled by each day, and what the target asks for by its own",
        )  # fmt: skip
        session.share(db, "enrolments", session.chosen(db))
        with st.expander("These figures as a table", key="by_day", on_change="rerun", bind="query-params") as table:
            if table.open:
                st.html(registered.HISTORY.html(history.reverse(), "Directors enrolled, newest day first"))
        save(registered.HISTORY, history.reverse(), of_register, "enrolments.csv", of="days")
    st.html(registered.target_note(covered))
    st.header("By region", anchor=False)
    regions = registered.by_region(covered)
    st.html(regions.html(by_region, "The programme by region, the largest share of councils first"))
    save(regions, by_region, of_register, "programme-by-region.csv")
    st.header("Coaches and coached", anchor=False)
    st.html(tables.sentence(on_programme.coaching(pairs.to_dicts(), waiting.height)))
    draw_map(posts, pairs)
    label, register = f"All {posts.height} councils as a table", registered.posts(db, area_id)
    with st.expander(label, key="all_councils", on_change="rerun", bind="query-params") as table:
        if table.open:
            st.html(register.html(posts, f"{label}, by name"))
    save(register, posts, of_both, "programme.csv", of="councils")
    if pairs.height:
        coaches = registered.coaching(area_id)
        with st.expander("Coaches as a table", key="coaches", on_change="rerun", bind="query-params") as table:
            if table.open:
                st.html(coaches.html(registered.by_coach(pairs), "Coaches and directors"))
        save(coaches, pairs, of_both, "coaches.csv", of="pairs")
    show_waiting(posts, waiting)
    st.header("Not covered", anchor=False)
    left = programme.not_covered(posts)
    st.html(tables.sentence(on_programme.not_covered(left.to_dicts())))
    if left.height:
        st.html(registered.not_covered(left, db.names))
        save(registered.NOT_COVERED, left, of_register, "not-covered.csv", of="councils")
    st.html(
        tables.note(f"{registered.REGISTER_SOURCE}. {on_programme.NO_NAMES} {on_programme.checked(posts.to_dicts())}")
    )


def draw_map(posts: pl.DataFrame, pairs: pl.DataFrame) -> None:
    """The councils by what the programme is to them, with a line from each coach to the council it coaches."""
    classification = classify_programme(posts)
    view = session.VIEWS[one_of("Show as", list(session.VIEWS), "view_as")]
    council_map(
        MapDrawing(
            view=view,
            label="Map of councils by the leadership programme. The tables below hold the same.",
            classes=classification.classes,
            areas=tuple(
                MapArea(row["area_id"], classification.of[row["area_id"]], on_programme.hover(row, db))
                for row in posts.iter_rows(named=True)
            ),
            opens="/council",
            chosen=area_id,
            lines=tuple(pairs.select("coach_id", "area_id").iter_rows()),
        ),
        geometry_url=shapes(db).url,
        key="programme_map",
    )
    session.share(db, "programme", session.chosen(db), view=view)
    if pairs.height:
        st.html(registered.key_of_lines())


def show_waiting(posts: pl.DataFrame, waiting: pl.DataFrame) -> None:
    """Directors without a coach beside the councils that might coach them."""
    if waiting.is_empty():
        return
    st.header("Without a coach", anchor=False)
    benchmark = BENCHMARKS[DEFAULT]
    suggested = programme.suggestions(db, posts, waiting["area_id"].to_list(), benchmark)
    caption = f"{waiting.height} on the programme without a coach, enrolled longest first, and who they might ask"
    table = registered.suggestions(suggested, benchmark, area_id)
    st.html(table.html(waiting.head(registered.MOST), caption) + registered.left_out(waiting.height))
    download_table(
        lambda: table.frame(registered.with_suggestions(waiting, suggested), of_both),
        "without-a-coach.csv",
        f"Download all {waiting.height} and who to ask (CSV)",
    )
    st.html(tables.note(on_programme.SUGGESTED))


SHOWN = dict(zip(PARTS, (show_judgements, show_workforce, show_directors, show_programme), strict=True))
session.notice("part", "part of this page", list(PARTS))
# While the register is empty only an address leads to the programme, and it says why there is nothing.
asked = st.session_state.get("part", st.query_params.get("part"))
offered = [one for one in PARTS if one != PROGRAMME or asked == PROGRAMME or programme.is_kept(db)]
part = one_of("Show", offered, "part", default=JUDGEMENTS)
SHOWN[part]()
session.as_data(
    db, lambda: view_data.inspections(db, area_id, None, strand=leadership.STRAND, latest=part == WORKFORCE)
)
