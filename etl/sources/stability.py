"""Stability measures for children looked after, by the Department for Education: social workers and school moves."""

from functools import partial

from etl.model import File, PeriodKind, Release, Shortfall, Source
from etl.readers import ees
from etl.sources.declare import EES, SMALL_COUNTS, lower_is_better, percentage

FOLDER = "dfe-looked-after"
SOCIAL_WORKERS = "la_cla_swcount.csv"
SCHOOLS = "la_cla_school_moves.csv"
THEME = "Looked after and leaving care"
ON_31_MARCH, ALL = "CLA on 31 March", "Total children"
THREE_WORKERS = "3 or more social workers during the year"
MOVES, MOVED = "Mid-year moves", "With one or more mid-year moves during the year"
_children = partial(
    percentage,
    theme=THEME,
    decimals=0,
    period_kind=PeriodKind.YEAR_TO_31_MARCH,
    column="percentage",
    numerator="number",
    denominator="number",
    hidden_counts=SMALL_COUNTS,
)

SOURCE = Source(
    id="stability",
    title="Stability measures for children looked after in England",
    publisher="Department for Education",
    release=Release(
        id="stability_2024",
        title="reporting year 2024",
        published="2026-01-21",
        newest="2024",
        next_due="2026-06",
        page=f"{EES}/stability-measures-for-children-looked-after-in-england",
        files=(
            File(
                f"{FOLDER}/{SOCIAL_WORKERS}",
                groups={"cla_group": (ON_31_MARCH,), "sw_stability": (THREE_WORKERS, ALL)},
            ),
            File(
                f"{FOLDER}/{SCHOOLS}",
                groups={"cla_group": (ON_31_MARCH,), "move_measure": (MOVES,), "school_stability": (MOVED, ALL)},
            ),
        ),
    ),
    load=ees.load,
    needs=("looked_after",),
    metrics=(
        _children(
            id="social_workers_3_or_more",
            title="Children looked after with three or more social workers",
            short_title="Three or more social workers",
            noun="share of children looked after with three or more social workers in the year",
            definition="Children looked after at 31 March who had three or more social workers during the year.",
            direction=lower_is_better("With each new social worker a child has to begin again."),
            file=SOCIAL_WORKERS,
            where={"cla_group": ON_31_MARCH, "sw_stability": THREE_WORKERS},
            denominator_where={"cla_group": ON_31_MARCH, "sw_stability": ALL},
            # Revised since by the table of all looked after.
            same_as="cla_rate",
            same_within=0.075,
            shortfall=Shortfall("fewer children with so many", "numerator", "the number of children looked after"),
            caveat="Published for 2024 only: the one view of how often children change social worker.",
        ),
        _children(
            id="school_moves",
            title="Children looked after who moved school mid-year",
            short_title="School moves",
            definition="Children looked after at 31 March who moved school during a school year.",
            direction=lower_is_better("A move in the middle of a school year disturbs learning and friendships."),
            file=SCHOOLS,
            where={"cla_group": ON_31_MARCH, "move_measure": MOVES, "school_stability": MOVED},
            denominator_where={"cla_group": ON_31_MARCH, "move_measure": MOVES, "school_stability": ALL},
            shortfall=Shortfall("fewer children moved", "numerator", "the number of children matched to a school"),
        ),
    ),
)
