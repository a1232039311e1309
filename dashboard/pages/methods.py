"""How every figure is made: measures, rules, differences from the Department's tools, reasons, records, dictionary."""

from collections.abc import Callable

import polars as pl
import streamlit as st

from dashboard.api import view_data
from dashboard.data.versions import store
from dashboard.methods import dfe_tools, dictionary, glossary, measures, record_tables, search
from dashboard.methods import rules as ruling
from dashboard.methods import tables as parts
from dashboard.methods import text as sentences
from dashboard.pages.components.one_of import one_of
from dashboard.pages.shared import session
from dashboard.pages.shared.downloads import download_table

db = session.database()
titles = measures.titles(db)
# Links from here lead back to the council that was chosen.
council = str(st.session_state.get("la"))
keep = {"la": council} if council in db.authorities.values() else {}


def show_sentence(sentence: str) -> None:
    """The sentence of a section."""
    st.html(parts.intro(sentence))


def save(make: Callable[[], pl.DataFrame], count: int, name: str) -> None:
    """A button for a file of a table as it is shown; the file is made when it is clicked."""
    download_table(make, name, f"Download these {count} rows (CSV)")


def find_entry(known: list[str]) -> str:
    """The part of a section that the address names; one of another section is dropped, an unknown one is reported."""
    entry = st.query_params.get(search.ENTRY, "")
    st.session_state.pop(search.ENTRY, None)
    if entry in known:
        # A link to this view holds what is drawn, which is what is in the state.
        st.session_state[search.ENTRY] = entry
        return entry
    if entry in search.parts(db):
        del st.query_params[search.ENTRY]
    else:
        session.notice(search.ENTRY, "entry", known)
    return ""


def show_measures() -> None:
    """One measure, or the list of all."""
    session.notice(search.MEASURE, "measure", list(titles))
    title = st.selectbox(
        "Measure", list(titles), index=None, key=search.MEASURE, bind="query-params",
        placeholder=f"All {len(titles)}: choose or type one", width=560,
    )  # fmt: skip
    if title is None:
        show_sentence(sentences.measures(db))
        every = measures.summary(db)
        st.html(parts.measures(every, f"All {len(every)} measures"))
        save(lambda: measures.frame(db), len(every), "measures.csv")
        return
    measure = measures.measure(db, titles[title])
    show_sentence(sentences.measure(measure))
    st.html(parts.measure(measure, measures.alike(db, measure), keep))
    save(lambda: measures.coverage_frame(measure), len(measure.coverage), f"{measure.metric_id}-coverage.csv")


def show_rules() -> None:
    """Every rule with its example."""
    chosen = find_entry([one.title for one in ruling.RULES])
    show_sentence(sentences.rules())
    st.html(parts.rules(ruling.RULES, ruling.examples(db), db, search.RULES_OF, chosen, keep))


def show_differences() -> None:
    """Every difference from the Department's tools."""
    chosen = find_entry([one.title for one in dfe_tools.DIFFERENCES_FROM_DFE])
    show_sentence(sentences.differences_from_dfe())
    st.html(
        parts.differences_from_dfe(
            dfe_tools.DIFFERENCES_FROM_DFE, dfe_tools.examples(db), db, search.DIFFERENCES, chosen, keep
        )
    )


def show_missing() -> None:
    """Reasons and symbols, figures withheld, and breaks."""
    show_sentence(sentences.missing(db))
    st.html(record_tables.statuses(db, "Reasons and symbols, and how many figures have each"))
    st.html(record_tables.withheld(db, "Published figures that cannot be right, and are withheld"))
    st.html(record_tables.breaks(db, "Where a method changed: figures are not compared with earlier years"))


def show_councils() -> None:
    """Reorganisations, joint returns and neighbours."""
    show_sentence(sentences.councils(db))
    st.html(record_tables.reorganisations(db, "Council reorganisations"))
    st.html(record_tables.joint_returns(db, "Joint returns"))
    show_sentence(sentences.neighbours(db))
    with st.expander("Statistical neighbours of every council", key="neighbours", on_change="rerun") as shown:
        if shown.open:
            st.html(record_tables.neighbours(db, "The ten statistical neighbours of each council, by DfE's model"))


def show_sources() -> None:
    """Sources and editions, what they changed, warnings, rejects, archived versions."""
    show_sentence(sentences.sources(db))
    st.html(record_tables.sources(db, "Sources, their editions, and what became of their rows"))
    with st.expander("Every file that was read, and its checksum", key="files", on_change="rerun") as shown:
        if shown.open:
            st.html(record_tables.files(db, "Every file that was read"))
    st.html(record_tables.changed(db, "What the newest editions changed, where the one before is kept"))
    if single := record_tables.changes(db, "Single figures that they changed"):
        st.html(single)
    st.html(record_tables.warnings(db, "Unusual values (loaded with a warning)"))
    st.html(record_tables.rejects(db, "Rows that were not loaded, each with its reason"))
    st.html(record_tables.versions(store().versions(), "Versions of the data that are kept"))


def show_dictionary() -> None:
    """Tables and columns."""
    every = dictionary.tables(db)
    chosen = find_entry([search.FILES, *(one.name for one in every)])
    show_sentence(sentences.columns(db))
    st.html(record_tables.dictionary(every, dictionary.files(db), search.DICTIONARY, chosen))
    count = sum(len(one.columns) for one in every)
    save(lambda: dictionary.frame(db), count, "data-dictionary.csv")


def show_words() -> None:
    """Words of the field."""
    chosen = find_entry([one.term for one in glossary.GLOSSARY])
    show_sentence(sentences.glossary())
    st.html(parts.glossary(glossary.GLOSSARY, chosen))


SHOWN = dict(
    zip(
        search.SECTIONS,
        (
            show_measures, show_rules, show_differences, show_missing, show_councils, show_sources, show_dictionary,
            show_words,
        ),
        strict=True,
    )
)  # fmt: skip

session.headline("Methods", sentences.opening(db))
search_text = st.text_input(
    "Search", key="q", bind="query-params", placeholder="A measure, a rule, a symbol, a column: vacancy, quarters, c",
    icon=":material/search:", width=560,
)  # fmt: skip
if search_text:
    st.html(parts.found(search.find(db, search_text)))
known = {one.casefold(): one for one in search.SECTIONS}
if (named := st.query_params.get("section", "")) not in search.SECTIONS and named.casefold() in known:
    st.session_state["section"] = st.query_params["section"] = known[named.casefold()]
session.notice("section", "section", list(search.SECTIONS))
section = one_of("Section", search.SECTIONS, "section", default=search.MEASURES, label_visibility="collapsed")
SHOWN[section]()
session.as_data(db, view_data.methods)
