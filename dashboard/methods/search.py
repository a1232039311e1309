"""The search over all of it: measures, rules, differences, reasons, words, sources, tables and columns."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from dashboard.data.database import Database
from dashboard.methods import dictionary, records
from dashboard.methods.dfe_tools import DASHBOARD, DIFFERENCES_FROM_DFE, TOOL
from dashboard.methods.glossary import GLOSSARY
from dashboard.methods.rules import RULES

MEASURES, RULES_OF, DIFFERENCES, MISSING, COUNCILS, SOURCES, DICTIONARY, GLOSSARY_SECTION = SECTIONS = (
    "Measures", "Rules", "DfE's tools", "Missing figures", "Councils", "Sources", "Dictionary", "Words",
)  # fmt: skip
# What is opened in a section, by its title, and a measure, which has an address of its own.
ENTRY, MEASURE = "entry", "measure"
# The part of the dictionary that is no table of the database.
FILES = "Files of figures"
# The Department's tools by all their names.
DFE_TOOLS = f"{TOOL} LAIT {DASHBOARD} CSC DfE"
# Of words as short as a symbol only the whole is looked for, and not what begins with it.
SHORTEST = 2
# A reader's words beyond these are not looked for.
LONGEST, MOST_WORDS = 100, 8
MOST = 12
# How much a word found in a title counts beside one in the text: whole, or its beginning.
TITLE, TITLE_BEGINS, TEXT, TEXT_BEGINS = 8, 5, 2, 1
EXACT = 50
# How similar a misspelt word must be to one that is there.
LIKE = 0.6


@dataclass(frozen=True)
class Entry:
    """Something that can be found, and where it is."""

    kind: str
    title: str
    text: str
    section: str
    query: tuple[tuple[str, str], ...] = ()
    """What the address of the page holds beside the section."""
    also: str = ""
    """Other words it is found by, which are not shown."""
    symbols: str = ""
    """What is printed in its place; it is found by that as by its title."""


@dataclass(frozen=True)
class Found:
    """What was found, the best first."""

    asked: str
    entries: tuple[Entry, ...]
    """At most MOST."""
    count: int
    instead: str = ""
    """What was looked for instead, where nothing holds what was asked."""


@dataclass(frozen=True)
class Index:
    """Every entry, and the words that lead to it: word -> place of the entry and what the word counts."""

    entries: tuple[Entry, ...]
    words: Mapping[str, tuple[tuple[int, int], ...]]


def find(db: Database, asked: str) -> Found:
    """What holds all of a reader's words, or their beginnings; where nothing does, what holds the nearest words."""
    asked = " ".join(asked[:LONGEST].split())
    tokens = _tokens(asked)[:MOST_WORDS]
    if not tokens:
        return Found(asked, (), 0)
    index = _index(db)
    entries = _ranked(index, tokens)
    if entries:
        return Found(asked, tuple(entries[:MOST]), len(entries))
    nearest = [_nearest(index, token) for token in tokens]
    known = [one for one in nearest if one]
    entries = _ranked(index, known) if known else []
    if not entries and known:
        # The words are there, but not together: the longest says most.
        known = [max(known, key=len)]
        entries = _ranked(index, known)
    return Found(asked, tuple(entries[:MOST]), len(entries), " ".join(known))


def entries(db: Database) -> Iterator[Entry]:
    """All that can be found, in the order in which equals are shown."""
    for row in db.table["metric"].sort("position").iter_rows(named=True):
        also = " ".join(row[name] or "" for name in ("noun", "short_title", "theme", "metric_id", "caveat"))
        yield Entry("Measure", row["title"], row["definition"], MEASURES, ((MEASURE, row["title"]),), also)
    for rule in RULES:
        also = f"{rule.words} {rule.also}"
        yield Entry("Rule", rule.title, rule.short, RULES_OF, ((ENTRY, rule.title),), also)
    for one in DIFFERENCES_FROM_DFE:
        also = " ".join((one.tool, one.dashboard, one.why, DFE_TOOLS))
        yield Entry("Difference", one.title, one.here, DIFFERENCES, ((ENTRY, one.title),), also)
    for status in records.statuses(db):
        title, symbols = f"{status.words[0].upper()}{status.words[1:]}", " ".join(one for one, _ in status.symbols)
        yield Entry("Reason", title, status.meaning, MISSING, (), status.status, symbols)
    for term in GLOSSARY:
        yield Entry("Word", term.term, term.meaning, GLOSSARY_SECTION, ((ENTRY, term.term),))
    for loaded in records.sources(db):
        source = loaded.source
        also = DFE_TOOLS if source.title == TOOL else ""
        yield Entry("Source", source.title, f"{source.publisher}, {source.release}", SOURCES, (), also)
    for joint in records.joint_returns(db):
        yield Entry("Joint return", " and ".join(joint.names), "joint return reported together", COUNCILS)
    for event in records.reorganisations(db):
        title = f"{' and '.join(event.before)} became {' and '.join(event.after)}"
        yield Entry("Reorganisation", title, " ".join(event.notes), COUNCILS)
    for table in dictionary.tables(db):
        yield Entry("Table", table.name, table.meaning, DICTIONARY, ((ENTRY, table.name),))
        for column in table.columns:
            yield Entry("Column", f"{table.name}.{column.name}", column.meaning, DICTIONARY, ((ENTRY, table.name),))
    for column in dictionary.files(db):
        yield Entry("Column of files", column.name, column.meaning, DICTIONARY, ((ENTRY, FILES),))


def parts(db: Database) -> set[str]:
    """The titles of all that can be opened in some section."""
    return {value for entry in _index(db).entries for name, value in entry.query if name == ENTRY}


def _index(db: Database) -> Index:
    def made() -> Index:
        every = tuple(entries(db))
        words: dict[str, dict[int, int]] = defaultdict(dict)
        for place, entry in enumerate(every):
            for token in _tokens(f"{entry.text} {entry.also}"):
                words[token][place] = TEXT
            for token in _tokens(f"{entry.title} {entry.symbols}"):
                words[token][place] = TITLE
        return Index(every, {word: tuple(places.items()) for word, places in words.items()})

    return db.cached("methods: search", made)


def _ranked(index: Index, tokens: list[str]) -> list[Entry]:
    """The entries that hold every word, best first; equals in the order of the index."""
    total: dict[int, int] = {}
    for number, token in enumerate(tokens):
        scores: dict[int, int] = {}
        for word, places in index.words.items():
            if word == token or (len(token) > SHORTEST and word.startswith(token)):
                for place, weight in places:
                    counts = weight if word == token else (TITLE_BEGINS if weight == TITLE else TEXT_BEGINS)
                    scores[place] = max(scores.get(place, 0), counts)
        total = scores if not number else {
            place: total[place] + score for place, score in scores.items() if place in total
        }  # fmt: skip
    phrase = " ".join(tokens)
    for place in total:
        if " ".join(_tokens(index.entries[place].title)) == phrase:
            total[place] += EXACT
    return [index.entries[place] for place in sorted(total, key=lambda place: (-total[place], place))]


def _nearest(index: Index, token: str) -> str | None:
    if any(word.startswith(token) for word in index.words):
        return token
    found = get_close_matches(token, index.words, n=1, cutoff=LIKE)
    return found[0] if found else None


def _tokens(text: str) -> list[str]:
    """The words of a text as they are looked for: small letters without accents, plurals as one."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold().replace("'", "")
    return [_singular(word) for word in re.findall(r"[a-z0-9_]+", plain)]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
