"""Every rule of comparison, in the order in which one needs the other."""

from __future__ import annotations

from dashboard.database import Database
from dashboard.methods import on_benchmarks, on_direction, on_figures, on_pages, on_standing
from dashboard.methods.example import Example, Rule

RULES: tuple[Rule, ...] = (
    *on_figures.RULES,
    *on_standing.RULES,
    *on_benchmarks.RULES,
    *on_direction.RULES,
    *on_pages.RULES,
)


def examples(db: Database) -> dict[str, Example | None]:
    """The worked example of each rule, by its id; worked out once a version of the data."""

    def made() -> dict[str, Example | None]:
        return {rule.id: rule.example(db) for rule in RULES}

    return db.remembered("methods: examples", made)
