"""Children looked after and care leavers, published by the Department for Education each autumn, to 31 March.

Percentages and rates are whole numbers. Every council that ever existed has a row in every year, with symbols only.
"""

from functools import partial

from etl.model import File, Metric, PeriodKind, Release, Shortfall, Source
from etl.readers import ees
from etl.sources.declare import EES, SMALL_COUNTS, higher_is_better, lower_is_better, percentage, rate_per_10_000

FOLDER = "dfe-looked-after"
NUMBERS = "cla_number_and_rate_per_10k_children.csv"
STABILITY = "la_cla_placement_stability.csv"
HEALTH = "la_conviction_health_outcome_cla.csv"
ACTIVITY = "la_care_leavers_activity.csv"
HOMES = "la_care_leavers_accommodation_suitability.csv"

THEME = "Looked after and leaving care"
NOW, STARTING = "Children looked after on 31 March each year", "Children starting to be looked after each year"
ON_31_MARCH, ALL = "CLA on 31 March", "Total children"
LONG = "Children looked after continuously for at least 2.5 years on 31 March aged under 16 years"
THREE_PLACEMENTS, SAME_CARER = (
    "With 3 or more placements during the year",
    "Living with the same carer for at least 2 years",
)
CHECKS, CHECKED, CHECKABLE = (
    "Health assessments: Children looked after all ages",
    "Had their annual health assessment",
    "Total all ages",
)
MORE_OR_LESS = "Care may be what keeps a child safe: neither more children in it nor fewer is better by itself."
YOUNG, OLDER = "17 to 18 years", "19 to 21 years"
ACTIVE, LEAVERS = "Total in education, employment or training", "Total"
# No metrics: kept to compare the interactive tool with.
NOT_ACTIVE = "Total not in education, employment or training"
DIFFICULTIES, AVERAGE_SCORE = "Ages 5 to 16 years with SDQ score", "SDQ average score"
SUITABLE, HOUSED = "Accommodation considered suitable", "Suitability total"
NOT_KNOWN, NO_INFORMATION = "Total information not known", "No information"
# Of a group of care leavers: its file, the rows of all leavers there and of those not known about, its words,
# and why more of it is better.
LEFT_WELL = {
    ACTIVE: (
        ACTIVITY,
        LEAVERS,
        NOT_KNOWN,
        "in education, employment or training",
        "Education, training or work gives a young person a footing.",
    ),
    SUITABLE: (
        HOMES,
        HOUSED,
        NO_INFORMATION,
        "in suitable accommodation",
        "A young person who leaves care needs a safe and settled home.",
    ),
}
_rate = partial(
    rate_per_10_000,
    theme=THEME,
    decimals=0,
    polarity_reason=MORE_OR_LESS,
    file=NUMBERS,
    column="rate_per_10000",
    numerator="children_count",
    denominator="population_estimate",
    hidden_counts=SMALL_COUNTS,
)
_children = partial(
    percentage,
    theme=THEME,
    decimals=0,
    period_kind=PeriodKind.YEAR_TO_31_MARCH,
    column="children_percent",
    numerator="children_count",
    denominator="children_count",
)


def _leavers(metric_id: str, age: str, group: str, short_title: str) -> Metric:
    file, total, unknown, words, reason = LEFT_WELL[group]
    of_age = f"aged {age.removesuffix(' years')}"
    return percentage(
        id=metric_id,
        title=f"Care leavers {of_age} {words}",
        short_title=short_title,
        theme=THEME,
        definition=f"Care leavers {of_age} who were {words}, of all of that age.",
        decimals=0,
        direction=higher_is_better(reason),
        period_kind=PeriodKind.YEAR_TO_31_MARCH,
        file=file,
        column="care_leaver_percent",
        where={"care_leaver_age": age, "breakdown": group},
        numerator="care_leaver_count",
        denominator="care_leaver_count",
        denominator_where={"care_leaver_age": age, "breakdown": total},
        unknown="care_leaver_count",
        unknown_where={"care_leaver_age": age, "breakdown": unknown},
        shortfall=Shortfall(f"more care leavers {words}", "numerator", "the number of care leavers"),
        caveat="The printed percentage counts care leavers whose situation is not known as not.",
    )


SOURCE = Source(
    id="looked_after",
    title="Children looked after in England including adoptions",
    publisher="Department for Education",
    release=Release(
        id="looked_after_2025",
        title="reporting year 2025",
        published="2025-11-26",
        newest="2025",
        next_due="2026-11",
        page=f"{EES}/children-looked-after-in-england-including-adoptions",
        files=(
            File(f"{FOLDER}/{NUMBERS}", groups={"population_type": (NOW, STARTING)}),
            File(
                f"{FOLDER}/{STABILITY}",
                groups={"cla_group": (ON_31_MARCH, LONG), "placement_stability": (THREE_PLACEMENTS, SAME_CARER, ALL)},
            ),
            File(
                f"{FOLDER}/{HEALTH}",
                groups={"characteristic": (CHECKS, DIFFICULTIES), "breakdown": (CHECKED, CHECKABLE, AVERAGE_SCORE)},
            ),
            File(
                f"{FOLDER}/{ACTIVITY}",
                groups={"care_leaver_age": (YOUNG, OLDER), "breakdown": (ACTIVE, NOT_ACTIVE, LEAVERS, NOT_KNOWN)},
            ),
            File(
                f"{FOLDER}/{HOMES}",
                groups={"care_leaver_age": (YOUNG, OLDER), "breakdown": (SUITABLE, HOUSED, NO_INFORMATION)},
            ),
        ),
    ),
    load=ees.load,
    needs=("population",),
    metrics=(
        _rate(
            id="cla_rate",
            title="Children looked after",
            short_title="Looked after",
            definition="Children looked after at 31 March per 10,000 children aged 0 to 17, as published.",
            period_kind=PeriodKind.AT_31_MARCH,
            where={"population_type": NOW},
        ),
        _rate(
            id="cla_start_rate",
            title="Children starting to be looked after",
            short_title="Starting care",
            definition="Children who started to be looked after in the year to 31 March per 10,000 aged 0 to 17.",
            period_kind=PeriodKind.YEAR_TO_31_MARCH,
            where={"population_type": STARTING},
        ),
        _children(
            id="placements_3_or_more",
            title="Children looked after with three or more placements",
            short_title="Three or more placements",
            noun="share of children looked after with three or more placements in the year",
            definition="Children looked after at 31 March who had three or more placements during the year.",
            direction=lower_is_better("With each move a child loses a home, and often a school and friends."),
            file=STABILITY,
            where={"cla_group": ON_31_MARCH, "placement_stability": THREE_PLACEMENTS},
            denominator_where={"cla_group": ON_31_MARCH, "placement_stability": ALL},
            same_as="cla_rate",
            hidden_counts=SMALL_COUNTS,
            shortfall=Shortfall("fewer children moved so often", "numerator", "the number of children looked after"),
        ),
        _children(
            id="same_carer_2_years",
            title="Children looked after with the same carer for two years",
            short_title="Same carer for two years",
            noun="share of children long looked after who lived with the same carer for two years",
            definition="Children under 16 looked after for at least 2.5 years who lived with one carer for at least 2.",
            direction=higher_is_better("A child who stays with one carer can settle."),
            period_kind=PeriodKind.AT_31_MARCH,
            file=STABILITY,
            where={"cla_group": LONG, "placement_stability": SAME_CARER},
            denominator_where={"cla_group": LONG, "placement_stability": ALL},
            shortfall=Shortfall(
                "more children with one carer", "numerator", "the number of children long looked after"
            ),
        ),
        _children(
            id="health_assessments",
            title="Children looked after with an annual health assessment",
            short_title="Health assessments",
            noun="share of children looked after who had their annual health assessment",
            definition="Children looked after for a year at 31 March who had their annual health assessment.",
            direction=higher_is_better("Regulations ask for it every year."),
            file=HEALTH,
            where={"characteristic": CHECKS, "breakdown": CHECKED},
            denominator_where={"characteristic": CHECKS, "breakdown": CHECKABLE},
            shortfall=Shortfall(
                "more children assessed", "numerator", "the number of children looked after for a year"
            ),
        ),
        _leavers("care_leavers_17_18_active", YOUNG, ACTIVE, "Care leavers 17-18 in work or study"),
        _leavers("care_leavers_19_21_active", OLDER, ACTIVE, "Care leavers 19-21 in work or study"),
        _leavers("care_leavers_17_18_accommodation", YOUNG, SUITABLE, "Care leavers 17-18 in suitable housing"),
        _leavers("care_leavers_19_21_accommodation", OLDER, SUITABLE, "Care leavers 19-21 in suitable housing"),
    ),
)
