"""Where this dashboard differs from the Department for Education's own tools, and what that changes in these figures.

How the tools work was read from their published code, or seen, in November 2026. Each difference is calculated from
today's figures: the tools' results are their rules applied to these, not what they print.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.data.database import Database
from dashboard.methods import differences_from_dfe
from dashboard.methods.example import Example

TOOL, DASHBOARD = "Local Authority Interactive Tool", "Outcomes and Enablers dashboard"
SEEN = "November 2026"


@dataclass(frozen=True)
class Difference:
    """One thing done otherwise, why, and what it changes."""

    id: str
    title: str
    tool: str
    """What the interactive tool does."""
    dashboard: str
    """What the Outcomes and Enablers dashboard does."""
    here: str
    why: str
    example: Callable[[Database], Example | None]


def examples(db: Database) -> dict[str, Example | None]:
    """What each difference changes, by its id; calculated once a version of the data."""

    def made() -> dict[str, Example | None]:
        return {one.id: one.example(db) for one in DIFFERENCES_FROM_DFE}

    return db.cached("methods: differences from dfe", made)


DIFFERENCES_FROM_DFE = (
    Difference(
        "neighbours",
        "Mean or median of the neighbours",
        "Compares with the mean of the ten statistical neighbours.",
        "Compares with their median.",
        "Shows both on a council's page, compares with the median, and says where the two would give opposite answers.",
        "One neighbour far from the rest moves a mean, not a median. Readers who have seen either tool should find its "
        "figure here.",
        differences_from_dfe.of_neighbours,
    ),
    Difference(
        "joint-returns",
        "Joint returns",
        "Copies the figure of a joint return to each of its councils, and counts it for each.",
        "Leaves joint returns out of the neighbours' medians, since their row carries two numbers.",
        "Counts a joint return once, and shows it under both names.",
        "It is one published figure: neither two nor none.",
        differences_from_dfe.of_joint_returns,
    ),
    Difference(
        "edges",
        "On the edge of a quarter",
        "Closes every band on its upper side: where more is better, a council on a cut is in the lower band.",
        "Has no quarters.",
        "Puts a council on a cut into the better quarter, whichever way is better.",
        "A council that meets the best-quarter standard is in it.",
        differences_from_dfe.of_edges,
    ),
    Difference(
        "cuts",
        "Who sets the cuts",
        "Sets its bands from the values of all councils, the City of London and the Isles of Scilly among them.",
        "Has no quarters.",
        "Lets very small councils and returns set no cut, and a joint return one.",
        "A council with a dozen social workers says little of what is usual.",
        differences_from_dfe.of_cuts,
    ),
    Difference(
        "missing",
        "What is missing",
        "Prints one dash for suppressed, not applicable and not existing alike, and 0 for some that round to it.",
        "Keeps the publisher's letters in its tables.",
        "Keeps each symbol with its meaning on every page and in every file.",
        "Suppressed because of small numbers and never returned are not the same news.",
        differences_from_dfe.of_missing,
    ),
    Difference(
        "trends",
        "Change and trend",
        "Calls any change since the year before an increase or a decrease.",
        "Shows the figures of the years.",
        "Shows the change, and calls a trend only what goes one way over five years.",
        "Most figures move every year; few go anywhere.",
        differences_from_dfe.of_trends,
    ),
    Difference(
        "ended",
        "Councils that were reorganised",
        "Keeps those that ended as rows in every year, and new ones in years before they began.",
        "Leaves out years of some councils that were reorganised.",
        "Keeps each council's figures in the years it existed, says which council replaced which, and joins no series.",
        "A line drawn across a reorganisation compares two different councils.",
        differences_from_dfe.of_ended,
    ),
    Difference(
        "better-side",
        "Which way is better",
        "Gives a polarity for most of its indicators, and none for the others.",
        "Gives none.",
        "Says of every measure which way is better, or that neither is, and why.",
        "Readers ask it first.",
        differences_from_dfe.of_polarity,
    ),
    Difference(
        "ranks",
        "Ranks",
        "Prints a rank without how many are ranked or how many share it.",
        "Ranks nobody, by design.",
        "Says a rank with its base and its ties, and who the best are by a rule the reader chooses; no overall score.",
        "A rank without its base cannot be read.",
        differences_from_dfe.of_ranks,
    ),
    Difference(
        "judgements",
        "Ofsted's judgements",
        "Has none.",
        "Shows the judgement of leaders under the year of the data.",
        "Shows each judgement with the dates of its own inspection, and “not given since April 2026” where that is so.",
        "A judgement under another year's figures looks newer than it is.",
        differences_from_dfe.of_judgements,
    ),
)
