"""Reforms and targets: each commitment compared with the published figures, with the sum of the last five periods."""

from collections.abc import Callable
from datetime import UTC, datetime

import polars as pl
import streamlit as st

from dashboard.analysis import progress
from dashboard.analysis.progress import Commitment, Held
from dashboard.api import view_data
from dashboard.pages.shared import session
from dashboard.pages.shared.downloads import download_table
from dashboard.views import tables
from dashboard.views.charts.progress import draw_progress
from dashboard.views.charts.standard import draw_standard
from dashboard.views.tables import progress as parts
from dashboard.views.text import formats
from dashboard.views.text import programme as on_programme
from dashboard.views.text import progress as sentences
from dashboard.views.text.citing import cite
from dashboard.views.text.markdown import literal

HEIGHT = 300

db = session.database()
area_id = session.chosen_council(db)
today = datetime.now(UTC).date()
compared = progress.compare_with_figures(db, today)
commitments = [one for one, _ in compared]
by_label = {one.label: one for one in commitments}


def save(make: Callable[[], pl.DataFrame], count: int, name: str, of: str = "rows") -> None:
    """A button for a file of a table as it is shown; the file is made when it is clicked."""
    download_table(make, name, f"Download these {count} {of} (CSV)")


def show_detail(commitment: Commitment, held: Held) -> None:
    """One commitment: where it stands, its sums, councils by period, England's history, who does not meet it."""
    metric = held.standard.metric
    rows, total = progress.councils(db, held)
    st.header(literal(commitment.label), anchor=False)
    mine = next(iter(rows.filter(pl.col("area_id") == area_id).to_dicts()), None) if area_id else None
    sentence = " ".join(filter(None, (sentences.detail(held), sentences.gained(total, metric))))
    st.html(tables.sentence(f"{sentence} {sentences.own(mine, held)}" if mine else sentence))
    lines = [sentences.assessment("Councils that meet it", held.councils, held, None)]
    if held.england is not None:
        lines.insert(0, sentences.assessment("England", held.england, held, metric))
        lines.append(sentences.unclear(progress.direction(db, metric)) if held.england.sum else "")
    st.html(parts.sums(lines))
    left, right = st.columns(2, gap="medium") if held.england else (st.container(), None)
    with left:
        st.subheader("Councils that meet it, by period", anchor=False)
        yearly = progress.snapshots(held.standard)
        session.chart(
            draw_standard(yearly, height=HEIGHT),
            "met",
            f"Councils at {sentences.level(commitment)}: {metric.noun}, by period",
        )
        session.share(db, "met", session.chosen(db), commitment=commitment.label)
    if right is not None:
        with right:
            st.subheader("England, and what is to be reached", anchor=False)
            alt = f"England's {metric.noun} by period, what is to be reached, and what the last five periods come to"
            session.chart(draw_progress(held, height=HEIGHT), "course", alt)
            session.share(db, "course", session.chosen(db), commitment=commitment.label)
    periods, newest_first = parts.periods(held), held.standard.rows.reverse()
    source = cite(db, [db.sources[metric.source_id]])
    with st.expander("These figures as a table", key="periods", on_change="rerun", bind="query-params") as table:
        if table.open:
            st.html(periods.html(newest_first, f"{commitment.label}: councils by period"))
    name = f"commitment-{commitment.line}"
    save(lambda: periods.frame(newest_first, source), newest_first.height, f"{name}-periods.csv", "periods")
    st.subheader("Councils that do not meet it", anchor=False)
    lacking, councils = parts.short(rows), parts.councils(held, db.names, area_id)
    if lacking.height:
        when = formats.period_label(metric, held.end)
        st.html(councils.html(lacking.head(parts.MOST), f"{metric.title}, {when}: furthest from it first"))
        st.html(tables.note(parts.left_out(lacking.height)) if lacking.height > parts.MOST else "")
    else:
        st.html(tables.note("Every council that has a figure meets it."))
    save(
        lambda: councils.frame(db.with_codes(rows), source), rows.height, f"{name}-councils.csv", "councils"
    )  # fmt: skip
    st.html(tables.source_note(db, metric))


if not commitments:
    session.headline("Progress", sentences.NOTHING, kicker="Reforms and targets")
    st.html(parts.how_to_add())
    st.stop()

held = [found for _, found in compared if isinstance(found, Held)]
registered = sum(one.metric is None for one in commitments)
opening = sentences.opening(held, registered=registered, silent=len(commitments) - len(held) - registered)
session.headline("Progress", opening, kicker="Reforms and targets")
session.notice("commitment", "commitment", list(by_label))
first = next((found.commitment.label for found in held), commitments[0].label)
chosen_label = st.session_state.get("commitment", st.query_params.get("commitment"))
shown = by_label.get(chosen_label or first, by_label[first])
overview = parts.overview(db, shown.line)
st.html(overview.html(compared, "Commitments, and where the published figures stand"))
save(lambda: overview.frame(compared), len(compared), "commitments.csv", "commitments")
st.html(tables.note(f"{sentences.ON_COURSE} {sentences.ARITHMETIC}"))
label = st.selectbox(
    "Commitment", list(by_label), index=list(by_label).index(first), key="commitment", bind="query-params", width=520
)
chosen = by_label[label]
found = {one.line: found for one, found in compared}[chosen.line]
if isinstance(found, Held):
    show_detail(chosen, found)
    metric = found.standard.metric
    session.as_data(db, lambda: view_data.commitment(metric))
elif chosen.metric is None:
    st.header(literal(chosen.label), anchor=False)
    assert found is not None
    st.html(tables.sentence(on_programme.coverage(found[0], today)) + parts.of_register())
else:
    st.html(tables.note("There is no figure from before its day."))
