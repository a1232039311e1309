"""Children in need census, published by the Department for Education each autumn, to 31 March.

The 2025 tables for local authorities print counts and percentages but no longer rates per 10,000 children: those are
derived (rule `rates`). Counts of 1 to 5 are suppressed, with others that would give them away.
"""

from functools import partial

from etl.model import File, Metric, PeriodKind, Previous, Release, Shortfall, Source, Sum
from etl.readers import ees
from etl.sources.declare import EES, SMALL_COUNTS, lower_is_better, neutral, percentage, rate_per_10_000

IN_NEED = "b1_children_in_need_2013_to_2025.csv"
REFERRALS = "c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv"
REPEAT_PLANS = "d3_cpps_subsequent_plan_2013_to_2025.csv"
ENQUIRIES = "c4_children_in_need_section_47s_and_icpcs_2013_to_2025.csv"
FACTORS = "c3_factors_identified_at_end_of_assessment_2018_to_2025.csv"
PLANS = "d5_cpps_at31march_by_duration_2013_to_2025.csv"

# As a share of conferences, the most of a council whose duration is not known: Sheffield in 2013.
UNKNOWN_DURATION = 0.33
FILES = (IN_NEED, REFERRALS, FACTORS, ENQUIRIES, REPEAT_PLANS, PLANS)
# The edition before had other names of columns for these.
COLUMNS_2024 = {
    "Referrals": "referral_count",
    "Re_referrals": "rereferral_count",
    "Re_referrals_percent": "rereferral_percent",
    "No_Further_Action": "no_further_action_count",
    "No_Further_Action_percent": "no_further_action_percent",
    "Not_in_Need": "not_in_need_count",
    "Not_in_Need_percent": "not_in_need_percent",
}
# What is read of it: its file, the file of today, and which columns.
FILES_2024 = {
    "b1_children_in_need_2013_to_2024.csv": (IN_NEED, ["At31_episodes"]),
    "c1_children_in_need_referrals_and_rereferrals_2013_to_2024.csv": (REFERRALS, list(COLUMNS_2024)),
    "c4_children_in_need_section_47s_and_icpcs_2013_to_2024.csv": (ENQUIRIES, ["Section47", "ICPC"]),
    "d3_cpps_subsequent_plan_2013_to_2024.csv": (
        REPEAT_PLANS,
        ["CPP_start", "CPP_subsequent", "CPP_subsequent_percent"],
    ),
    "d5_cpps_at31march_by_duration_2013_to_2024.csv": (
        PLANS,
        ["CPP_At31", "2_years_or_more", "2_years_or_more_percent"],
    ),
}

FRONT_DOOR, PROTECTION, FACTORS_THEME = "Front door", "Child protection", "Factors at assessment"
_rate = partial(
    rate_per_10_000,
    theme=PROTECTION,
    period_kind=PeriodKind.YEAR_TO_31_MARCH,
    polarity_reason=(
        "More may mean more harm, or that more of it is found and acted on; "
        "less may mean less harm, or that it is missed."
    ),
    hidden_counts=SMALL_COUNTS,
    caveat="The 2025 tables print the count, not the rate. Counts of England and the regions are rounded to 10.",
)
_of_referrals = partial(
    percentage,
    theme=FRONT_DOOR,
    period_kind=PeriodKind.YEAR_TO_31_MARCH,
    file=REFERRALS,
    denominator="referral_count",
    minimum_denominator=100,
    hidden_counts=SMALL_COUNTS,
)
DONE_OR_REFERRED = neutral("It may mean that too little is done, or that too much is referred.")

# The ten factors read most, of some forty: column, words.
TEN_FACTORS = {
    "factor_domestic_abuse_parent": ("Domestic_Abuse_parent", "domestic abuse of a parent"),
    "factor_mental_health_parent": ("Mental_Health_parent", "mental health of a parent"),
    "factor_mental_health_child": ("Mental_Health_child", "mental health of the child"),
    "factor_emotional_abuse": ("Emotional_Abuse", "emotional abuse"),
    "factor_neglect": ("Neglect", "neglect"),
    "factor_alcohol_parent": ("Alcohol_Misuse_parent", "alcohol misuse by a parent"),
    "factor_drugs_parent": ("Drug_Misuse_parent", "drug misuse by a parent"),
    "factor_physical_abuse_by_adult": ("Physical_Abuse_adult_on_child", "physical abuse by an adult"),
    "factor_sexual_exploitation": ("Child_sexual_exploitation", "child sexual exploitation"),
    "factor_criminal_exploitation": ("Child_criminal_exploitation", "child criminal exploitation"),
}


# Physical abuse of which was not said who did it: once most of it, since 2025 none.
NOT_SAID_WHO = {"factor_physical_abuse_by_adult": "Physical_Abuse_unknown"}


def _factor(metric_id: str, column: str, words: str) -> Metric:
    return percentage(
        id=metric_id,
        title=f"Factor at assessment: {words}",
        short_title=words.capitalize(),
        noun=f"share of assessments that found {words}",
        theme=FACTORS_THEME,
        definition=f"Assessments ended in the year to 31 March, with any factor, that found {words}.",
        direction=neutral("It says what assessments found and how a council records it, not how well it acted."),
        period_kind=PeriodKind.YEAR_TO_31_MARCH,
        file=FACTORS,
        counted=column,
        denominator="Episodes_with_assessment_factor",
        unknown=NOT_SAID_WHO.get(metric_id, ()),
        hidden_counts=SMALL_COUNTS,
        caveat="Several factors may be found in one assessment. Councils record them in different ways.",
    )


SOURCE = Source(
    id="children_in_need",
    title="Children in need",
    publisher="Department for Education",
    release=Release(
        id="children_in_need_2025",
        title="reporting year 2025",
        published="2025-10-30",
        newest="2025",
        next_due="2026-10",
        page=f"{EES}/children-in-need",
        files=tuple(File(f"dfe-children-in-need/{name}") for name in FILES),
    ),
    load=ees.load,
    needs=("population",),
    sums=(
        Sum(
            PLANS,
            (
                "3_months_or_less",
                "more_than_3_months_6_months",
                "more_than_6_months_less_than_1_year",
                "1_year_less_than_2_years",
                "2_years_or_more",
            ),
            "CPP_At31",
        ),
        Sum(
            ENQUIRIES,
            ("Duration_0-10_days", "Duration_11-15_days", "Duration_16-20_days", "Duration_21+_days"),
            "ICPC",
            UNKNOWN_DURATION,
        ),
    ),
    previous=Previous(
        Release(
            id="children_in_need_edition_2024",
            title="reporting year 2024",
            published="2024-10",
            page=f"{EES}/children-in-need/2024",
            files=tuple(
                File(f"dfe-children-in-need/release-2024/{name}", columns=(*ees.KEYS, *columns))
                for name, (_, columns) in FILES_2024.items()
            ),
        ),
        files={name: now for name, (now, _) in FILES_2024.items()},
        columns=COLUMNS_2024,
    ),
    metrics=(
        _rate(
            id="referral_rate",
            title="Referrals to children's social care",
            short_title="Referrals",
            noun="rate of referrals",
            theme=FRONT_DOOR,
            definition="Referrals in the year to 31 March per 10,000 children aged 0 to 17.",
            file=REFERRALS,
            counted="referral_count",
        ),
        _of_referrals(
            id="rereferral_rate",
            title="Re-referrals within 12 months",
            short_title="Re-referrals",
            noun="share of referrals that are re-referrals",
            definition="Referrals in the year to 31 March of a child already referred within the 12 months before.",
            direction=lower_is_better(
                "A child who is referred again so soon may not have got the help that was needed."
            ),
            column="rereferral_percent",
            numerator="rereferral_count",
            shortfall=Shortfall("fewer re-referrals", "numerator", "the number of referrals"),
        ),
        _rate(
            id="child_in_need_rate",
            title="Children in need",
            short_title="Children in need",
            theme=FRONT_DOOR,
            definition="Episodes of need open at 31 March per 10,000 children aged 0 to 17.",
            period_kind=PeriodKind.AT_31_MARCH,
            file=IN_NEED,
            counted="At31_episodes",
        ),
        _rate(
            id="plan_rate",
            title="Children on child protection plans",
            short_title="Protection plans",
            definition="Children who were the subject of a child protection plan at 31 March per 10,000 aged 0 to 17.",
            period_kind=PeriodKind.AT_31_MARCH,
            file=PLANS,
            counted="CPP_At31",
        ),
        _rate(
            id="plan_start_rate",
            title="Child protection plans started",
            short_title="Plans started",
            definition="Child protection plans that started in the year to 31 March per 10,000 children aged 0 to 17.",
            file=REPEAT_PLANS,
            counted="CPP_start",
        ),
        percentage(
            id="repeat_plan_rate",
            title="Repeat child protection plans",
            short_title="Repeat plans",
            noun="share of new plans that are repeat plans",
            theme=PROTECTION,
            definition="Plans started in the year to 31 March for a child who had been on a plan before, at any time.",
            direction=lower_is_better("A child who needs another plan may not have stayed safe after the last."),
            period_kind=PeriodKind.YEAR_TO_31_MARCH,
            file=REPEAT_PLANS,
            column="CPP_subsequent_percent",
            numerator="CPP_subsequent",
            denominator="CPP_start",
            hidden_counts=SMALL_COUNTS,
            shortfall=Shortfall("fewer repeat plans", "numerator", "the number of plans started"),
            caveat="A repeat plan may be the right response to new harm.",
        ),
        percentage(
            id="long_plan_rate",
            title="Child protection plans of two years or more",
            short_title="Long plans",
            noun="share of plans that have lasted two years or more",
            theme=PROTECTION,
            definition="Children on a plan at 31 March who had been on it for two years or more.",
            direction=lower_is_better("Two years is a long time for a child to be at risk of harm."),
            period_kind=PeriodKind.AT_31_MARCH,
            file=PLANS,
            column="2_years_or_more_percent",
            numerator="2_years_or_more",
            denominator="CPP_At31",
            hidden_counts=SMALL_COUNTS,
            shortfall=Shortfall("fewer children on long plans", "numerator", "the number of children on plans"),
            caveat="Counts of 1 to 5 are hidden in a third of councils: their figures are ranges.",
        ),
        _of_referrals(
            id="no_further_action_rate",
            title="Referrals with no further action",
            short_title="No further action",
            noun="share of referrals that ended in no further action",
            definition="Referrals with no further action in the year to 31 March, as a share of all referrals.",
            direction=DONE_OR_REFERRED,
            column="no_further_action_percent",
            numerator="no_further_action_count",
        ),
        _of_referrals(
            id="not_in_need_rate",
            title="Referrals assessed as not in need",
            short_title="Not in need",
            definition="Referrals assessed as not in need in the year to 31 March, as a share of all referrals.",
            direction=DONE_OR_REFERRED,
            column="not_in_need_percent",
            numerator="not_in_need_count",
        ),
        _rate(
            id="section_47_rate",
            title="Section 47 enquiries",
            short_title="Section 47",
            definition="Enquiries into suspected harm that started in the year to 31 March per 10,000 children aged "
            "0 to 17.",
            file=ENQUIRIES,
            counted="Section47",
        ),
        _rate(
            id="conference_rate",
            title="Initial child protection conferences",
            short_title="Conferences",
            definition="Initial conferences held in the year to 31 March per 10,000 children aged 0 to 17.",
            file=ENQUIRIES,
            counted="ICPC",
        ),
        *(_factor(metric_id, column, words) for metric_id, (column, words) in TEN_FACTORS.items()),
    ),
)
