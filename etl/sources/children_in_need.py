"""Children in need census, published by the Department for Education each autumn, to 31 March.

The 2025 tables for local authorities print counts and percentages but no longer rates per 10,000 children: those are
derived (rule 6). Counts of 1 to 5 are suppressed, with others that would give them away.
"""

from etl import ees
from etl.model import File, Metric, PeriodKind, Polarity, Release, Shortfall, Source

IN_NEED = "b1_children_in_need_2013_to_2025.csv"
REFERRALS = "c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv"
REPEAT_PLANS = "d3_cpps_subsequent_plan_2013_to_2025.csv"
PLANS = "d5_cpps_at31march_by_duration_2013_to_2025.csv"

FRONT_DOOR, PROTECTION = "Front door", "Child protection"
PER_10_000 = "per 10,000 children"
# The City of London and the Isles of Scilly have about a thousand children or fewer; the next has over 7,000.
FEW_CHILDREN = 2_000
DERIVED = "Derived here: the 2025 tables print the count, not the rate. England and regions from rounded counts."

SOURCE = Source(
    id="children_in_need",
    title="Children in need",
    publisher="Department for Education",
    release=Release(
        id="children_in_need_2025",
        title="reporting year 2025",
        published="2025-10-30",
        page="https://explore-education-statistics.service.gov.uk/find-statistics/children-in-need",
        files=tuple(File(f"dfe-children-in-need/{name}") for name in (IN_NEED, REFERRALS, REPEAT_PLANS, PLANS)),
    ),
    load=ees.load,
    needs=("population",),
    metrics=(
        Metric(
            id="referral_rate",
            title="Referrals to children's social care",
            short_title="Referrals",
            theme=FRONT_DOOR,
            definition="Referrals in the year to 31 March per 10,000 children aged 0 to 17.",
            unit=PER_10_000,
            polarity=Polarity.NEUTRAL,
            period_kind=PeriodKind.YEAR_TO_31_MARCH,
            file=REFERRALS,
            column="referral_count",
            per_10_000_children=True,
            minimum_denominator=FEW_CHILDREN,
            interval=True,
            caveat=DERIVED,
        ),
        Metric(
            id="rereferral_rate",
            title="Re-referrals within 12 months",
            short_title="Re-referrals",
            theme=FRONT_DOOR,
            definition="Referrals in the year to 31 March of a child already referred within the 12 months before.",
            unit="%",
            polarity=Polarity.LOWER_IS_BETTER,
            period_kind=PeriodKind.YEAR_TO_31_MARCH,
            file=REFERRALS,
            column="rereferral_percent",
            numerator=("rereferral_count",),
            denominator=("referral_count",),
            minimum_denominator=100,
            interval=True,
            shortfall=Shortfall("fewer re-referrals", "numerator", "the number of referrals"),
        ),
        Metric(
            id="child_in_need_rate",
            title="Children in need",
            short_title="Children in need",
            theme=FRONT_DOOR,
            definition="Episodes of need open at 31 March per 10,000 children aged 0 to 17.",
            unit=PER_10_000,
            polarity=Polarity.NEUTRAL,
            period_kind=PeriodKind.AT_31_MARCH,
            file=IN_NEED,
            column="At31_episodes",
            per_10_000_children=True,
            minimum_denominator=FEW_CHILDREN,
            interval=True,
            caveat=DERIVED,
        ),
        Metric(
            id="plan_rate",
            title="Children on child protection plans",
            short_title="Protection plans",
            theme=PROTECTION,
            definition="Children who were the subject of a child protection plan at 31 March per 10,000 aged 0 to 17.",
            unit=PER_10_000,
            polarity=Polarity.NEUTRAL,
            period_kind=PeriodKind.AT_31_MARCH,
            file=PLANS,
            column="CPP_At31",
            per_10_000_children=True,
            minimum_denominator=FEW_CHILDREN,
            interval=True,
            caveat=DERIVED,
        ),
        Metric(
            id="plan_start_rate",
            title="Child protection plans started",
            short_title="Plans started",
            theme=PROTECTION,
            definition="Child protection plans that started in the year to 31 March per 10,000 children aged 0 to 17.",
            unit=PER_10_000,
            polarity=Polarity.NEUTRAL,
            period_kind=PeriodKind.YEAR_TO_31_MARCH,
            file=REPEAT_PLANS,
            column="CPP_start",
            per_10_000_children=True,
            minimum_denominator=FEW_CHILDREN,
            interval=True,
            caveat=DERIVED,
        ),
        Metric(
            id="repeat_plan_rate",
            title="Repeat child protection plans",
            short_title="Repeat plans",
            theme=PROTECTION,
            definition="Plans started in the year to 31 March for a child who had been on a plan before, at any time.",
            unit="%",
            polarity=Polarity.LOWER_IS_BETTER,
            period_kind=PeriodKind.YEAR_TO_31_MARCH,
            file=REPEAT_PLANS,
            column="CPP_subsequent_percent",
            numerator=("CPP_subsequent",),
            denominator=("CPP_start",),
            minimum_denominator=20,
            interval=True,
            shortfall=Shortfall("fewer repeat plans", "numerator", "the number of plans started"),
            caveat="A repeat plan may be the right response to new harm.",
        ),
        Metric(
            id="long_plan_rate",
            title="Child protection plans of two years or more",
            short_title="Long plans",
            theme=PROTECTION,
            definition="Children on a plan at 31 March who had been on it for two years or more.",
            unit="%",
            polarity=Polarity.LOWER_IS_BETTER,
            period_kind=PeriodKind.AT_31_MARCH,
            file=PLANS,
            column="2_years_or_more_percent",
            numerator=("2_years_or_more",),
            denominator=("CPP_At31",),
            minimum_denominator=20,
            interval=True,
            shortfall=Shortfall("fewer children on long plans", "numerator", "the number of children on plans"),
            caveat="A third of councils' figures are suppressed because the counts are 1 to 5.",
        ),
    ),
)
