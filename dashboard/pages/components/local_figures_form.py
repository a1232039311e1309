"""A council's own figures in the reader's session: three ways to give them, and one button that deletes all.

The only place that holds them: under FIGURES in st.session_state, by council and measure, and beside them what was
found when some were last given. No key here is bound to the address, nothing is cached, and nothing goes to a log.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from dashboard.analysis.local_figures import Checked, Own
from dashboard.data.database import Database
from dashboard.data.model import Metric
from dashboard.files.uploads import Refused, checking, reading
from dashboard.pages.components.own_files import file_field, handed_over, unpacked
from dashboard.views.tables import plain
from dashboard.views.text.markdown import literal

FIGURES, FOUND, WHEN, FILE, PASTED = "own_figures", "own_found", "own_when", "own_file", "own_pasted"
TAKEN, WORDS = "own_taken", "own_words"
WAYS = ("Type one", "Paste from a spreadsheet", "Upload a file")
LONGEST_WHEN = 60
LONGEST_PASTED = 100_000


def figures_of(area_id: str) -> list[Own]:
    """The figures of a council that are in this session."""
    return list(st.session_state.get(FIGURES, {}).get(area_id, {}).values())


def other_councils(area_id: str) -> list[str]:
    """The other councils whose figures are in this session, by number."""
    return [other for other, figures in st.session_state.get(FIGURES, {}).items() if figures and other != area_id]


def last_result(area_id: str) -> tuple[Checked, str] | None:
    """What became of what was last given for a council, and the name of the file it was in, or empty."""
    council, checked, file = st.session_state.get(FOUND, (None, None, ""))
    return (checked, file) if council == area_id else None


def clear() -> None:
    """Delete every figure, the findings about them and the content of the fields."""
    for key in [str(key) for key in st.session_state if str(key).startswith("own_")]:
        if key in (FIGURES, FOUND, TAKEN, WORDS):
            del st.session_state[key]
        elif isinstance(st.session_state[key], str):
            # A field that was only forgotten here would keep its words in the browser.
            st.session_state[key] = ""


def clear_button() -> None:
    """Draw the button that clears all."""
    st.button("Clear all of your figures", key="own_clear", on_click=clear, icon=":material/delete_forever:")


def when_field() -> str:
    """Ask what the figures are for; in the reader's own words, and only for the table and the file."""
    # Stored here and not by the field, which is not always on the page: `clear` must find it.
    if WHEN not in st.session_state:
        st.session_state[WHEN] = st.session_state.get(WORDS, "")
    when = st.text_input(
        "What your figures are for", key=WHEN, max_chars=LONGEST_WHEN, autocomplete="off",
        placeholder="For example: end of September 2026", width=420,
    )  # fmt: skip
    st.session_state[WORDS] = when
    return reading.HIDDEN.sub("", when or "")[:LONGEST_WHEN].strip()


def type_one(db: Database, area_id: str, metric: Metric) -> None:
    """A form for one figure of the chosen measure."""
    keys = [f"own_{part}_{metric.metric_id}" for part in ("value", "numerator", "denominator")]
    counted = checking.counts_of(db, metric)
    unit = "%" if metric.unit == "%" else metric.unit
    with st.form("own_form", border=False):
        fields = st.columns([4, 3, 3, 2] if counted else [4, 2], vertical_alignment="bottom")
        fields[0].text_input(
            f"{literal(metric.title)}: your value, in {unit}",
            key=keys[0],
            autocomplete="off",
            placeholder="For example, 14.2",
        )
        if counted:
            fields[1].text_input("Numerator (optional)", key=keys[1], autocomplete="off")
            fields[2].text_input("Denominator (optional)", key=keys[2], autocomplete="off")
        fields[-1].form_submit_button("Add", on_click=partial(_add_typed, db, area_id, metric, keys), width="stretch")
    if metric.metric_id in {own.metric_id for own in figures_of(area_id)}:
        st.button(
            "Remove", key="own_out", on_click=partial(_remove, area_id, metric),
            icon=":material/remove:",
        )  # fmt: skip


def paste(db: Database, area_id: str) -> None:
    """A field for cells copied from a spreadsheet."""
    with st.form("own_paste_form", border=False):
        st.text_area(
            "Measure and value, or also numerator and denominator, in rows; or the template with its header",
            key=PASTED, height=160, max_chars=LONGEST_PASTED,
            placeholder="Copy the cells in your spreadsheet, click here and paste",
        )  # fmt: skip
        st.form_submit_button("Check and add", on_click=partial(_add_pasted, db, area_id))


def upload(db: Database, area_id: str) -> None:
    """A field for the filled-in template."""
    file_field(
        "The filled-in template or a table of your own (CSV, XLSX or ODS), at most "
        f"{reading.MAX_BYTES // 1_000_000} MB: choose it or drop it here",
        most=reading.MAX_BYTES, taken=st.session_state.get(TAKEN, 0), on_file=partial(_add_uploaded, db, area_id),
        key=FILE,
    )  # fmt: skip


def _add_typed(db: Database, area_id: str, metric: Metric, keys: list[str]) -> None:
    fields = [str(st.session_state.get(key) or "") for key in keys]
    checked = _check_and_add(area_id, lambda: checking.typed(db, area_id, metric, *fields))
    if checked.figures:
        for key in keys:
            if key in st.session_state:
                st.session_state[key] = ""


def _add_pasted(db: Database, area_id: str) -> None:
    text = str(st.session_state.get(PASTED) or "")
    checked = _check_and_add(area_id, lambda: checking.given_text(db, area_id, reading.text(text)))
    if checked.figures and not checked.errors:
        st.session_state[PASTED] = ""


def _add_uploaded(db: Database, area_id: str) -> None:
    file = unpacked(handed_over(FILE), reading.MAX_BYTES)
    st.session_state[TAKEN] = st.session_state.get(TAKEN, 0) + 1
    if file is not None:
        name, content = file
        _check_and_add(area_id, lambda: checking.given_file(db, area_id, reading.file(content)), plain(name))


def _check_and_add(area_id: str, check: Callable[[], Checked], file: str = "") -> Checked:
    """Check what was given and take what is right of it; a figure takes the place of an earlier one of its measure."""
    try:
        checked = check()
    except Refused as refused:
        checked = Checked(findings=(refused.finding,))
    st.session_state[FOUND] = (area_id, checked, file)
    figures = st.session_state.setdefault(FIGURES, {})
    figures.setdefault(area_id, {}).update({own.metric_id: own for own in checked.figures})
    return checked


def _remove(area_id: str, metric: Metric) -> None:
    st.session_state.get(FIGURES, {}).get(area_id, {}).pop(metric.metric_id, None)
    st.session_state.pop(FOUND, None)
