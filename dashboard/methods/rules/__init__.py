"""Every rule of comparison, in the order in which one needs the other."""

from __future__ import annotations

from dashboard.data.database import Database
from dashboard.methods.example import Example, Rule
from dashboard.methods.rules import areas, benchmarks, data, presentation, rank, recommendations, trends

RULES: tuple[Rule, ...] = (
    *areas.RULES,
    *data.RULES,
    *rank.RULES,
    *benchmarks.RULES,
    *trends.RULES,
    *presentation.RULES,
    *recommendations.RULES,
)


def examples(db: Database) -> dict[str, Example | None]:
    """The worked example of each rule, by its id; calculated once a version of the data."""

    def made() -> dict[str, Example | None]:
        return {rule.id: rule.example(db) for rule in RULES}

    return db.cached("methods: examples", made)
