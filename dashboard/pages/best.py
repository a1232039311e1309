"""Who is best: the councils of the chosen rule, how long they have been, what they share, and best on several."""

from collections.abc import Callable
from functools import partial

import polars as pl
import streamlit as st

from dashboard.analysis import best, england, shared_characteristics
from dashboard.api import view_data
from dashboard.pages.shared import session
from dashboard.pages.shared.downloads import download_table
from dashboard.views import tables
from dashboard.views.tables import best as parts
from dashboard.views.tables import ofsted
from dashboard.views.text import best as sentences
from dashboard.views.text import formats
from dashboard.views.text.citing import cite
from dashboard.views.text.markdown import literal

# Measures to go on to from one that has no best.
MOST_LINKS = 6

db = session.database()
chosen = session.chosen(db)
metric, period, benchmark, area_id = chosen.metric, chosen.period, chosen.benchmark, chosen.area_id
when = formats.period_label(metric, period.end)
nine = england.chosen(db, england.NINE)


def head(sentence: str) -> None:
    """The page's heading over its first sentence."""
    session.headline("Best councils", sentence, kicker=f"{metric.title} · {when}")


def save(make: Callable[[], pl.DataFrame], count: int, name: str) -> None:
    """A button for a file of a table as it is shown; the file is made when it is clicked."""
    download_table(make, name, f"Download these {count} rows (CSV)")


def show_best() -> None:
    """The councils that contribute to the chosen rule."""
    best_councils = best.who(db, metric, period, benchmark, area_id)
    head(sentences.opening(db, best_councils))
    why = sentences.instead(db, best_councils, benchmark, db.names[area_id] if area_id else "")
    if why:
        st.info(literal(why), icon=":material/info:")
    if best_councils.rows.is_empty():
        st.html(tables.source_note(db, metric))
        return
    leaders = best.leaders(db)
    title = sentences.title(db, best_councils)
    table = parts.councils(best_councils, leaders, area_id)
    st.html(
        table.html(
            best_councils.rows.head(parts.MOST), f"{title}, {sentences.level(best_councils)}: {metric.title}, {when}"
        )
    )
    st.html(parts.note(parts.left_out(best_councils)))
    save(
        lambda: table.frame(best_councils.rows, parts.about(db, best_councils, best.judged_by(db))),
        best_councils.rows.height,
        f"best-{metric.metric_id}-{period.end}.csv",
    )
    st.html(tables.source_note(db, metric))
    st.html(ofsted.sources(best.judged_by(db), "The judgements of leaders are the latest on record."))
    left, right = st.columns(2, gap="medium")
    with left:
        show_how_long(best_councils)
    with right:
        show_shared_characteristics(best_councils)


def show_how_long(best_councils: best.Best) -> None:
    """The quarter of each of them in every period."""
    st.header("How long they have been in the best quarter", anchor=False)
    history = best.history(db, metric, best_councils.rows)
    sentence = sentences.how_long(best_councils)
    if len(db.periods[metric.metric_id]) == 1:
        st.html(tables.sentence(f"There is one period of these figures. {sentence}"))
        return
    st.html(tables.sentence(sentence) + parts.legend())
    caption = f"Quarter of all councils in England by {metric.noun}, longest in the best quarter first"
    st.html(parts.years(history, best_councils, area_id, caption, values=False))
    st.html(parts.note(*sentences.breaks(db, metric)))
    with st.expander("These figures as a table", key="figures", on_change="rerun", bind="query-params") as table:
        if table.open:
            st.html(
                parts.years(history, best_councils, area_id, f"{metric.title} and quarter in every period", values=True)
            )
    save(
        lambda: parts.years_file(db, best_councils, history),
        history.height,
        f"best-{metric.metric_id}-{period.end}-years.csv",
    )


def show_shared_characteristics(best_councils: best.Best) -> None:
    """What the best share, and whether chance could explain it."""
    st.header("What they have in common", anchor=False)
    rows = shared_characteristics.compare_groups(db, best_councils)
    st.html(tables.sentence(sentences.shared_characteristics(rows.to_dicts(), best_councils)))
    if rows.is_empty():
        return
    st.html(parts.caveat(sentences.NO_CAUSE, sentences.on_common(rows.to_dicts())))
    table, used = parts.shared_characteristics(rows), shared_characteristics.sources(db, best_councils)
    st.html(
        table.html(
            rows, f"These {best_councils.rows.height} beside all {best_councils.among.height} that could be among them"
        )
    )
    save(
        lambda: table.frame(rows, parts.about(db, best_councils, used)), rows.height,
        f"best-{metric.metric_id}-{period.end}-in-common.csv",
    )  # fmt: skip
    st.html(ofsted.sources(used))


def show_none() -> None:
    """Why nobody is best by this measure, and where to go instead; of a judgement, who holds the highest grade."""
    if metric.graded:
        rows = best.outstanding(db, metric, period)
        own = db.names[area_id] if area_id else ""
        head(sentences.highest_grade(rows, db.councils(metric.metric_id, period.end), metric, period, own))
    else:
        head(sentences.no_best(metric, benchmark))
    ranked = [one for one in db.metrics.values() if one.ranked and one.theme == metric.theme] or nine
    st.html(parts.elsewhere(metric, ranked[:MOST_LINKS]))
    if metric.graded:
        caption = f"{metric.title}: Outstanding, {when}, by name"
        table = parts.outstanding(db, metric, period, area_id)
        st.html(table.html(rows, caption))
        save(
            lambda: table.frame(
                db.with_codes(rows), cite(db, [db.sources[one] for one in rows["source_id"].unique().sort()])
            ),
            rows.height,
            f"outstanding-{period.end}.csv",
        )
    st.html(tables.source_note(db, metric))


def show_several() -> None:
    """Who is in the best quarter on most of the nine measures."""
    st.header("Best on several measures", anchor=False)
    rows, used = best.several(db, nine), list(dict.fromkeys(db.sources[one.source_id] for one in nine))
    st.html(tables.sentence(sentences.several(rows, nine, best.by_lot(db, nine))))
    if rows.height:
        caption = f"In the best quarter in England on more than half of {len(nine)} measures, each in its newest period"
        table = parts.several(db, nine, area_id)
        st.html(table.html(rows, caption))
        save(lambda: table.frame(rows, cite(db, used)), rows.height, "best-on-several-measures.csv")
    st.html(ofsted.sources(used, sentences.of_which(nine)))


if metric.ranked and not metric.counted:
    show_best()
else:
    show_none()
show_several()
session.as_data(db, partial(view_data.best, db, metric, period, benchmark))
