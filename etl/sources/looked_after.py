"""Children looked after and care leavers, published by the Department for Education each autumn, to 31 March.

Percentages and rates are printed as whole numbers. Every council that ever was stands in every year, with symbols only.
"""

from etl.model import File, Metric, PeriodKind, Polarity, Release, Shortfall, Source
from etl.readers import ees

FOLDER = "dfe-looked-after"
NUMBERS = "cla_number_and_rate_per_10k_children.csv"
STABILITY = "la_cla_placement_stability.csv"
HEALTH = "la_conviction_health_outcome_cla.csv"
ACTIVITY = "la_care_leavers_activity.csv"
HOMES = "la_care_leavers_accommodation_suitability.csv"

THEME = "Looked after and leaving care"
PER_10_000 = "per 10,000 children"
FEW = 20
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
# No metrics: kept so that the interactive tool can be held against them.
NOT_ACTIVE = "Total not in education, employment or training"
DIFFICULTIES, AVERAGE_SCORE = "Ages 5 to 16 years with SDQ score", "SDQ average score"
SUITABLE, HOUSED = "Accommodation considered suitable", "Suitability total"
# Why more of a group of care leavers is better.
LEFT_WELL = {
    ACTIVE: "Education, training or work gives a young person a footing.",
    SUITABLE: "A young person who leaves care needs a safe and settled home.",
}


def _leavers(
    age: str, title: str, short_title: str, noun: str, *, metric_id: str, file: str, group: str, total: str, words: str
) -> Metric:
    return Metric(
        id=metric_id,
        title=title,
        short_title=short_title,
        noun=noun,
        theme=THEME,
        definition=f"Care leavers aged {age.removesuffix(' years')} who were {words}, of all of that age.",
        unit="%",
        decimals=0,
        polarity=Polarity.HIGHER_IS_BETTER,
        polarity_reason=LEFT_WELL[group],
        period_kind=PeriodKind.YEAR_TO_31_MARCH,
        file=file,
        column="care_leaver_percent",
        where={"care_leaver_age": age, "breakdown": group},
        numerator=("care_leaver_count",),
        denominator=("care_leaver_count",),
        denominator_where={"care_leaver_age": age, "breakdown": total},
        minimum_denominator=FEW,
        interval=True,
        shortfall=Shortfall(f"more care leavers {words}", "numerator", "the number of care leavers"),
        caveat="Care leavers of whom nothing is known count as not.",
    )


SOURCE = Source(
    id="looked_after",
    title="Children looked after in England including adoptions",
    publisher="Department for Education",
    release=Release(
        id="looked_after_2025",
        title="reporting year 2025",
        published="2025-11-26",
        page=(
            "https://explore-education-statistics.service.gov.uk/find-statistics/"
            "children-looked-after-in-england-including-adoptions"
        ),
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
                groups={"care_leaver_age": (YOUNG, OLDER), "breakdown": (ACTIVE, NOT_ACTIVE, LEAVERS)},
            ),
            File(f"{FOLDER}/{HOMES}", groups={"care_leaver_age": (YOUNG, OLDER), "breakdown": (SUITABLE, HOUSED)}),
        ),
    ),
    load=ees.load,
    metrics=(
        Metric(
            id="cla_rate",
            title="Children looked after",
            short_title="Looked after",
            noun="rate of children looked after",
            theme=THEME,
            definition="Children looked after at 31 March per 10,000 children aged 0 to 17, as published.",
            unit=PER_10_000,
            decimals=0,
            polarity=Polarity.NEUTRAL,
            polarity_reason=MORE_OR_LESS,
            period_kind=PeriodKind.AT_31_MARCH,
            file=NUMBERS,
            column="rate_per_10000",
            where={"population_type": NOW},
            numerator=("children_count",),
            denominator=("population_estimate",),
            minimum_denominator=2_000,
            interval=True,
        ),
        Metric(
            id="cla_start_rate",
            title="Children starting to be looked after",
            short_title="Starting care",
            noun="rate of children starting to be looked after",
            theme=THEME,
            definition="Children who started to be looked after in the year to 31 March per 10,000 aged 0 to 17.",
            unit=PER_10_000,
            decimals=0,
            polarity=Polarity.NEUTRAL,
            polarity_reason=MORE_OR_LESS,
            period_kind=PeriodKind.YEAR_TO_31_MARCH,
            file=NUMBERS,
            column="rate_per_10000",
            where={"population_type": STARTING},
            numerator=("children_count",),
            denominator=("population_estimate",),
            minimum_denominator=2_000,
            interval=True,
        ),
        Metric(
            id="placements_3_or_more",
            title="Children looked after with three or more placements",
            short_title="Three placements",
            noun="share of children looked after with three or more placements in the year",
            theme=THEME,
            definition="Children looked after at 31 March who had three or more placements during the year.",
            unit="%",
            decimals=0,
            polarity=Polarity.LOWER_IS_BETTER,
            polarity_reason="With each move a child loses a home, and often a school and friends.",
            period_kind=PeriodKind.YEAR_TO_31_MARCH,
            file=STABILITY,
            column="children_percent",
            where={"cla_group": ON_31_MARCH, "placement_stability": THREE_PLACEMENTS},
            numerator=("children_count",),
            denominator=("children_count",),
            denominator_where={"cla_group": ON_31_MARCH, "placement_stability": ALL},
            minimum_denominator=FEW,
            interval=True,
            shortfall=Shortfall("fewer children moved so often", "numerator", "the number of children looked after"),
        ),
        Metric(
            id="same_carer_2_years",
            title="Children looked after with the same carer for two years",
            short_title="Same carer",
            noun="share of children long looked after who lived with the same carer for two years",
            theme=THEME,
            definition="Children under 16 looked after for at least 2.5 years who lived with one carer for at least 2.",
            unit="%",
            decimals=0,
            polarity=Polarity.HIGHER_IS_BETTER,
            polarity_reason="A child who stays with one carer can settle.",
            period_kind=PeriodKind.AT_31_MARCH,
            file=STABILITY,
            column="children_percent",
            where={"cla_group": LONG, "placement_stability": SAME_CARER},
            numerator=("children_count",),
            denominator=("children_count",),
            denominator_where={"cla_group": LONG, "placement_stability": ALL},
            minimum_denominator=FEW,
            interval=True,
            shortfall=Shortfall(
                "more children with one carer", "numerator", "the number of children long looked after"
            ),
        ),
        Metric(
            id="health_assessments",
            title="Children looked after with an annual health assessment",
            short_title="Health assessments",
            noun="share of children looked after who had their annual health assessment",
            theme=THEME,
            definition="Children looked after for a year at 31 March who had their annual health assessment.",
            unit="%",
            decimals=0,
            polarity=Polarity.HIGHER_IS_BETTER,
            polarity_reason="Regulations ask for it every year.",
            period_kind=PeriodKind.YEAR_TO_31_MARCH,
            file=HEALTH,
            column="children_percent",
            where={"characteristic": CHECKS, "breakdown": CHECKED},
            numerator=("children_count",),
            denominator=("children_count",),
            denominator_where={"characteristic": CHECKS, "breakdown": CHECKABLE},
            minimum_denominator=FEW,
            interval=True,
            shortfall=Shortfall(
                "more children assessed", "numerator", "the number of children looked after for a year"
            ),
        ),
        _leavers(
            YOUNG,
            "Care leavers aged 17 to 18 in education, employment or training",
            "Leavers 17-18 active",
            "share of care leavers aged 17 to 18 in education, employment or training",
            metric_id="care_leavers_17_18_active", file=ACTIVITY, group=ACTIVE, total=LEAVERS,
            words="in education, employment or training",
        ),
        _leavers(
            OLDER,
            "Care leavers aged 19 to 21 in education, employment or training",
            "Leavers 19-21 active",
            "share of care leavers aged 19 to 21 in education, employment or training",
            metric_id="care_leavers_19_21_active", file=ACTIVITY, group=ACTIVE, total=LEAVERS,
            words="in education, employment or training",
        ),
        _leavers(
            YOUNG,
            "Care leavers aged 17 to 18 in suitable accommodation",
            "Leavers 17-18 housed",
            "share of care leavers aged 17 to 18 in suitable accommodation",
            metric_id="care_leavers_17_18_accommodation", file=HOMES, group=SUITABLE, total=HOUSED,
            words="in suitable accommodation",
        ),
        _leavers(
            OLDER,
            "Care leavers aged 19 to 21 in suitable accommodation",
            "Leavers 19-21 housed",
            "share of care leavers aged 19 to 21 in suitable accommodation",
            metric_id="care_leavers_19_21_accommodation", file=HOMES, group=SUITABLE, total=HOUSED,
            words="in suitable accommodation",
        ),
    ),
)  # fmt: skip
