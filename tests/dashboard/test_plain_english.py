"""What pages open with is short: over a spread of councils, measures and benchmarks, and in words that people use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from dashboard.analysis import comparison, queries
from dashboard.analysis import group as groups
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.data.database import Database
from dashboard.views.text.council import council_sentence
from dashboard.views.text.council import opening as council_opening
from dashboard.views.text.england import england_sentence
from dashboard.views.text.grammar import LONGEST, MOST_SENTENCES, MOST_WORDS, opening, sentences, words
from dashboard.views.text.group import among
from tests.dashboard.helpers import ROOT

# Long names, joint returns, small ones, one that is new, the best and the worst.
COUNCILS = (
    "Bournemouth, Christchurch and Poole", "Kingston upon Thames", "Isles of Scilly", "City of London", "Hampshire",
    "Westmorland and Furness", "Havering", "Sandwell",
)  # fmt: skip
# Which nobody at a council says; the field's own stand in the right column of data/GLOSSARY.md.
NOT_USED = (
    "whom", "nought", "anew", "heed", "of equals", "held against", "beyond chance", "to ring", "reach it", "reaches it",
    "reached it", "cannot be said", "furthest behind", "as it is", "is no score", "no ranking", "by lot",
    "what it rests on", "which is better", "which is worse", "standing, best first", "whoever runs", "no better side",
    "noughts", "kinds of area", "figure or reason", "rows are shown", "on every council of", "in the pack", "not taken",
    "below the line", "above the line", "stands at", "all stand", "they stay yours", "lets go", "answers for",
    "no council is chosen yet", "period before too", "never the best", "of those compared",
    "by region it is", "on record here", "figures among the worst", "figures among the best", "once only",
    "half of them within", "five years running", "can be said to", "read its figures", "hatched: no figure",
    "a third thing", "by reports published to",
)  # fmt: skip
# What the code alone calls them.
STATES = ("cannot be said",)
TEXT = (ROOT / "dashboard").rglob("*.py")
SAID = re.compile(r'"""(?:.|\n)*?"""|f?"((?:[^"\\\n]|\\.)*)"')


def spoken(db: Database) -> Iterator[str]:
    """What England, and councils of every kind, are said to be: each measure, with the benchmarks in turn."""
    numbers = {name: area_id for area_id, name in db.authorities.items()}
    for metric, benchmark, name in zip(db.metrics.values(), cycle(BENCHMARKS.values()), cycle(COUNCILS), strict=False):
        period = db.latest(metric.metric_id)
        rows = queries.councils(db, metric, period, benchmark)
        total = comparison.england_if_all_met(rows)
        yield england_sentence(rows.to_dicts(), queries.england(db, metric, period), metric, benchmark, total)
        for one in (name, *COUNCILS[:2]):
            group = groups.members(db, benchmark, numbers[one])
            row = groups.own_row(db, rows, group, numbers[one])
            if row is not None:
                joint = queries.partners(db, row["return_id"], row["area_id"])
                yield council_sentence(one, row, metric, benchmark, joint, among(group))
    for benchmark in BENCHMARKS.values():
        for name in COUNCILS:
            yield opened(db, numbers[name], benchmark.id)


def opened(db: Database, area_id: str, benchmark_id: str = "best_quarter") -> str:
    """The first sentences of a council's page."""
    benchmark = BENCHMARKS[benchmark_id]
    profile, group = queries.profile(db, area_id, benchmark), groups.members(db, benchmark, area_id)
    _, worst = groups.extremes(groups.ranked_among(db, profile, group), group)
    first = worst.row(0, named=True) if worst.height else None
    return council_opening(
        db.names[area_id], queries.inspections(db, area_id), profile.to_dicts(), db.metrics, first, among(group)
    )


def test_no_sentence_is_longer_than_25_words_and_a_page_opens_with_60_at_most(db: Database) -> None:
    said = list(spoken(db))
    assert len(said) > 300
    assert [one for text in said for one in sentences(text) if words(one) > LONGEST] == []
    for text in said:
        first, _ = opening(text)
        assert words(first) <= MOST_WORDS
        assert 1 <= len(sentences(first)) <= MOST_SENTENCES


def test_a_council_opens_with_ofsted_its_direction_and_its_biggest_problem(db: Database) -> None:
    numbers = {name: area_id for area_id, name in db.authorities.items()}
    ofsted, direction, problem = sentences(opened(db, numbers["Sandwell"]))
    assert ofsted == "Ofsted judged Sandwell's leaders Good in October 2025, up from Requires improvement in 2022."
    assert re.fullmatch(r"Over five years \w+ of \d+ measures ha(s|ve) improved and \w+ ha(s|ve) worsened\.", direction)
    assert problem == "Its biggest problem is reviews held on time: 80.6%, 135th of 149."
    assert sentences(opened(db, numbers["Isles of Scilly"]))[1:] == [
        "Isles of Scilly is too small to rank reliably.", "Treat each figure with care.",
    ]  # fmt: skip


def test_a_text_is_cut_after_whole_sentences_and_what_is_left_is_kept() -> None:
    text = "One is short. 2 follow it. A third. The rest, which waits below."
    assert opening(text) == ("One is short. 2 follow it. A third.", "The rest, which waits below.")
    long = " ".join(["word"] * 40)
    assert opening(f"{long}. {long.capitalize()}.") == (f"{long}.", f"{long.capitalize()}.")
    assert sentences("At 7.75% it ends. At 8% too.") == ["At 7.75% it ends.", "At 8% too."]


@pytest.mark.parametrize("path", sorted(TEXT), ids=lambda path: str(path.relative_to(ROOT)))
def test_readers_meet_no_words_that_nobody_says(path: Path) -> None:
    texts = (found[1] or "" for found in SAID.finditer(path.read_text("utf-8")))
    # A sentence may be parted between two literals anywhere, a space at either end.
    said = " ".join(" ".join(text for text in texts if text not in STATES).lower().split())
    assert [word for word in NOT_USED if re.search(rf"\b{re.escape(word)}\b", said)] == []
