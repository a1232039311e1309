"""Local Authority Interactive Tool (LAIT): the Department for Education's own collection of measures of councils.

Used for what no other file here holds: shares of roles, timeliness, source of referral, costs, and the years before the
Department's five-year window of looked-after figures (FILLS). `etl.readers.lait` reads it.
"""

from collections.abc import Mapping
from functools import partial

from etl.model import File, Metric, PeriodKind, Polarity, Release, Shortfall, Source
from etl.readers import ees, lait
from etl.readers.lait import CHILDREN, FILE, MEASURE, PER_CHILD, Fill
from etl.readers.lait_counts import CONFERENCE_COUNTS, CONFERENCES, IN_TIME, ON_TIME, REVIEWABLE, REVIEWED
from etl.sources.declare import (
    Direction,
    higher_is_better,
    lower_is_better,
    neutral,
    percentage,
    rate_per_10_000,
)

# Councils that return their workforce together, and since when: the tool prints the figure under both.
JOINT = {("314", "318"): 2017, ("940", "941"): 2021}
# Figures printed under a council that was no more or not yet: measure and number -> years, and why.
MISPLACED: Mapping[tuple[str, str], tuple[tuple[int, ...], str]] = {
    ("CareApplications", "835"): (tuple(range(2020, 2026)), "Cafcass kept the number of the county that ended"),
    ("CareApplications", "839"): ((2017, 2018, 2019), "Cafcass joined its predecessors early"),
    ("CareApplications", "928"): (tuple(range(2022, 2026)), "Cafcass kept the county that was split"),
    ("CareLeaverEET", "835"): ((2020,), "the figure of its successor"),
    ("CareLeaverEETNum", "835"): ((2020,), "the figure of its successor"),
    ("CareLeaversNEET", "835"): ((2020,), "the figure of its successor"),
    ("ChildPov", "942"): ((2022, 2023), "estimated for the councils of today"),
    ("ChildPov", "943"): ((2022, 2023), "estimated for the councils of today"),
}
_FROM_2016, _FROM_2018 = tuple(range(2016, 2021)), tuple(range(2018, 2021))
# Rates to 2018 are by estimates of the population that have been replaced since: those of today make other rates.
_REVISED = 2019
# Until 2017 counts of groups are rounded to 5.
_UNROUNDED = 2018
# Years of other sources' metrics that only the tool still holds.
FILLS: Mapping[str, Fill] = {
    "cla_rate": Fill("LAC", _FROM_2016, "LACnum", CHILDREN, denominator_from=_REVISED),
    "cla_start_rate": Fill("LAC_Start_Rate", _FROM_2018, "LACnum_Start", CHILDREN, denominator_from=_REVISED),
    "placements_3_or_more": Fill("LACStable_2016on", _FROM_2016, "LACStableNum_2016on", "LACnum", _UNROUNDED),
    "same_carer_2_years": Fill("LAC_LongStable%", _FROM_2018, "LAC_LongStableNum"),
    "health_assessments": Fill("LACHealth%", _FROM_2018),
    "care_leavers_19_21_active": Fill("CareLeaverEET", _FROM_2016, "CareLeaverEETNum", "", _UNROUNDED),
    "care_leavers_19_21_accommodation": Fill("CareLeaverAcc", _FROM_2016, "NoCareLeaverAcc", "NoCareLeavers"),
}
# Measures without a metric of their own here: counts of another, fills, and what is only compared with other tables.
COMPANIONS = {
    REVIEWED: PeriodKind.AT_31_MARCH,
    REVIEWABLE: PeriodKind.AT_31_MARCH,
    "LAC": PeriodKind.AT_31_MARCH,
    "LACnum": PeriodKind.AT_31_MARCH,
    "LAC_Start_Rate": PeriodKind.YEAR_TO_31_MARCH,
    "LACnum_Start": PeriodKind.YEAR_TO_31_MARCH,
    "LACStable_2016on": PeriodKind.YEAR_TO_31_MARCH,
    "LACStableNum_2016on": PeriodKind.YEAR_TO_31_MARCH,
    "LAC_LongStable%": PeriodKind.AT_31_MARCH,
    "LAC_LongStableNum": PeriodKind.AT_31_MARCH,
    "LACHealth%": PeriodKind.YEAR_TO_31_MARCH,
    "CareLeaverEET": PeriodKind.YEAR_TO_31_MARCH,
    "CareLeaverEETNum": PeriodKind.YEAR_TO_31_MARCH,
    "CareLeaverAcc": PeriodKind.YEAR_TO_31_MARCH,
    "NoCareLeaverAcc": PeriodKind.YEAR_TO_31_MARCH,
    "NoCareLeavers": PeriodKind.YEAR_TO_31_MARCH,
    "CareLeaversNEET": PeriodKind.YEAR_TO_31_MARCH,
}
TOOL = lait.Tool(companions=COMPANIONS, fills=FILLS, joint=JOINT, misplaced=MISPLACED)
FRONT_DOOR, PROTECTION = "Front door", "Child protection"
TEAMS_DIFFER = neutral("Councils build their teams differently: no share is right for all.")
PER_WEEK = "£ per week"
# By the Department's calendar, as the tool's dictionary of April 2026 gives it.
CENSUS_DUE, LOOKED_AFTER_DUE = "2026-10", "2026-11"
UNIT_COST = "Section 251 outturn, rounded to £5 by the tool. Councils book costs in different ways."
GROSS = (
    "Gross, from the section 251 outturn; not comparable with the revenue outturn of MHCLG. "
    "England and regions are of the councils that have a figure."
)
# `etl.readers.lait` finds the value of each by its name in the tool, `where`.
_share = partial(percentage, file=FILE, period_kind=PeriodKind.YEAR_TO_31_MARCH)


def _role(metric_id: str, measure: str, who: str, short_title: str, direction: Direction) -> Metric:
    """The share of social workers in one role."""
    return _share(
        id=metric_id,
        title=f"Social workers who {who}",
        short_title=short_title,
        theme="Workforce",
        definition=f"Social workers who {who}, of all social workers on 30 September.",
        direction=direction,
        period_kind=PeriodKind.AT_30_SEPTEMBER,
        where={MEASURE: measure},
        weight="social_workers_fte",
        caveat="By role. England's shares moved by five points or more in 2024, and the tool does not say why.",
    )


def _referrals(metric_id: str, measure: str, who: str) -> Metric:
    return _share(
        id=metric_id,
        title=f"Referrals from {who}",
        short_title=f"From {who}",
        noun=f"share of referrals that came from {who}",
        theme=FRONT_DOOR,
        definition=f"Referrals in the year to 31 March that came from {who}, of all referrals.",
        direction=neutral("It says who refers, not how well a council answers."),
        next_due=CENSUS_DUE,
        weight="referral_rate",
        where={MEASURE: measure},
    )


def _money(
    metric_id: str,
    measure: str,
    title: str,
    short_title: str,
    noun: str,
    definition: str,
    *,
    unit: str,
    weight: str = "",
    mean_within: tuple[float, float] = (0.0, 0.0),
) -> Metric:
    """Spending: published by the week, or derived by the child from the total."""
    per_child = unit == PER_CHILD
    return Metric(
        id=metric_id,
        title=title,
        short_title=short_title,
        noun=noun,
        theme="Money",
        definition=definition,
        unit=unit,
        decimals=0,
        polarity=Polarity.NEUTRAL,
        polarity_reason=(
            "Spending more may mean more need, dearer care or more help: neither more nor less is better by itself."
        ),
        period_kind=PeriodKind.FINANCIAL_YEAR,
        file=FILE,
        where={MEASURE: measure},
        derived=per_child,
        numerator=(measure,) if per_child else (),
        denominator=("children",) if per_child else (),
        rounding=(0.5, 0.5),
        weight=weight,
        mean_within=mean_within,
        caveat=GROSS if per_child else UNIT_COST,
    )


METRICS = (
    _role(
        "caseholder_share",
        "Social_Work_Caseholders_%",
        "hold cases as their role",
        "Share holding cases",
        higher_is_better("More of a council's social workers are there for children and families directly."),
    ),
    _role(
        "senior_practitioner_share",
        "Social_Work_SeniorPractitioner_%",
        "are senior practitioners",
        "Senior share",
        TEAMS_DIFFER,
    ),
    _role(
        "no_cases_share",
        "Social_Work_Qualified_no_cases_%",
        "are qualified and hold no cases",
        "No-case share",
        TEAMS_DIFFER,
    ),
    _share(
        id="assessments_in_45_days",
        title="Assessments within 45 working days",
        short_title="Assessments on time",
        noun="share of assessments completed within 45 working days",
        theme=FRONT_DOOR,
        definition="Assessments that ended in the year to 31 March within 45 working days of their start.",
        direction=higher_is_better("Statutory guidance asks for it, so that help does not wait."),
        where={MEASURE: "Continue_Assess_Comp"},
        weight="referral_rate",
        mean_within=(0.7, 3.7),
        next_due=CENSUS_DUE,
    ),
    _referrals("referrals_from_schools", "RefBySource_Schl_%", "schools"),
    _referrals("referrals_from_health", "RefBySource_HealthServ_%", "health services"),
    _referrals("referrals_from_police", "RefBySource_Police_%", "the police"),
    _share(
        id=ON_TIME,
        title="Initial conferences within 15 working days",
        short_title="Conferences on time",
        noun="share of initial conferences held within 15 working days",
        theme=PROTECTION,
        definition="Initial child protection conferences held within 15 working days of the start of the "
        "enquiry they follow.",
        direction=higher_is_better("Statutory guidance asks for it, so that a child at risk does not wait."),
        where={MEASURE: "CP_conf_15days"},
        next_due=CENSUS_DUE,
        numerator=CONFERENCE_COUNTS[:2],
        denominator=CONFERENCE_COUNTS[2:],
        shortfall=Shortfall("more conferences on time", "numerator", "the number of conferences"),
        caveat="Counts are from the children in need census; those on time are left out where they are suppressed "
        "or make another percentage.",
    ),
    _share(
        id=IN_TIME,
        title="Child protection plans reviewed in time",
        short_title="Reviews held on time",
        noun="share of children on plans whose reviews were in time",
        theme=PROTECTION,
        definition="Children on a plan at 31 March for three months or more whose reviews were all held in "
        "the time required.",
        direction=higher_is_better("Statutory guidance says when: a late review may leave a poor plan in place."),
        period_kind=PeriodKind.AT_31_MARCH,
        where={MEASURE: "RevCP"},
        next_due=CENSUS_DUE,
        numerator=REVIEWED,
        denominator=REVIEWABLE,
        shortfall=Shortfall("more children reviewed on time", "numerator", "the number of children to review"),
    ),
    _share(
        id="long_plans_ended_rate",
        title="Child protection plans that ended after two years or more",
        short_title="Plans ended after two years or more",
        noun="share of plans ended that had lasted two years or more",
        theme=PROTECTION,
        definition="Plans that ended in the year to 31 March after two years or more, of all that ended.",
        direction=lower_is_better("Two years is a long time for a child to be at risk of harm."),
        where={MEASURE: "CPPlans2yrs"},
        weight="plan_start_rate",
        mean_within=(0.2, 0.2),
        next_due=CENSUS_DUE,
        caveat="A council that ends its long plans this year looks worse for it.",
    ),
    rate_per_10_000(
        id="care_application_rate",
        title="Care applications",
        short_title="Care applications",
        theme=PROTECTION,
        definition="Care applications that Cafcass received in the year to 31 March per 10,000 children.",
        period_kind=PeriodKind.YEAR_TO_31_MARCH,
        file=FILE,
        polarity_reason="More may mean more harm, or that courts are asked sooner; fewer that families were helped "
        "before, or that harm is missed.",
        where={MEASURE: "CareApplications"},
        weight="children",
        caveat="No regions. No figure for the councils made of Dorset, Northamptonshire and Cumbria, whose old "
        "counties Cafcass keeps.",
    ),
    Metric(
        id="emotional_health_score",
        title="Emotional difficulties of children looked after",
        short_title="Emotional difficulties",
        noun="average emotional difficulties score of children looked after",
        theme="Looked after and leaving care",
        definition="Average score (0 to 40; lower is better) of the Strengths and Difficulties Questionnaire of "
        "children looked "
        "after for a year at 31 March.",
        unit="score",
        polarity=Polarity.LOWER_IS_BETTER,
        polarity_reason="A higher score means more difficulties.",
        period_kind=PeriodKind.YEAR_TO_31_MARCH,
        file=FILE,
        where={MEASURE: "Emotional_LAC"},
        weight="cla_rate",
        mean_within=(0.1, 0.7),
        next_due=LOOKED_AFTER_DUE,
        caveat="Of the children with a questionnaire: about three in four.",
    ),
    _money(
        "social_work_unit_cost",
        "SWFinance",
        "Weekly cost of social work per child in need",
        "Social work cost",
        "weekly cost of social work per child in need",
        "Spending on social work and commissioning per child in need at 31 March and week.",
        unit=PER_WEEK,
        weight="child_in_need_rate",
        mean_within=(5.0, 10.0),
    ),
    _money(
        "looked_after_unit_cost",
        "LACFinance",
        "Weekly cost of care per child looked after",
        "Care cost",
        "weekly cost of care per child looked after",
        "Spending on children looked after per child looked after and week.",
        unit=PER_WEEK,
        weight="cla_rate",
        mean_within=(5.0, 17.0),
    ),
    _money(
        "safeguarding_spend_per_child",
        "SafeguardingFinance",
        "Safeguarding spending per child",
        "Safeguarding spending",
        "spending on safeguarding per child",
        "Spending on safeguarding children and young people's services per child aged 0 to 17.",
        unit=PER_CHILD,
    ),
    _money(
        "family_support_spend_per_child",
        "FamilySupportFinance",
        "Family support spending per child",
        "Family support spending",
        "spending on family support per child",
        "Spending on family support services per child aged 0 to 17.",
        unit=PER_CHILD,
    ),
    _money(
        "children_services_spend_per_child",
        "C&YPExpenditure",
        "Spending on services for children and young people per child",
        "Children's services spending",
        "spending on services for children and young people per child",
        "Spending of the children and young people budget, without capital from revenue, per child aged 0 to 17.",
        unit=PER_CHILD,
    ),
    _share(
        id="children_in_low_income_families",
        title="Children in low-income families",
        short_title="Low-income families",
        theme="Context",
        definition="Children under 16 in families with relative low income, before housing costs, in the "
        "year to 31 March.",
        direction=neutral("It is what a council works with, not what it does."),
        where={MEASURE: "ChildPov"},
        weight="children",
        caveat="Estimated by the Department for Work and Pensions.",
    ),
)

SOURCE = Source(
    id="local_authority_interactive_tool",
    title="Local Authority Interactive Tool",
    publisher="Department for Education",
    release=Release(
        id="local_authority_interactive_tool_2026",
        title="March 2026",
        published="2026-03",
        newest="2025",
        page="https://www.gov.uk/government/publications/local-authority-interactive-tool-lait",
        files=(
            File(
                f"dfe-lait/{FILE}",
                groups={MEASURE: tuple(dict.fromkeys([*(metric.where[MEASURE] for metric in METRICS), *COMPANIONS]))},
                columns=lait.COLUMNS,
                years=lait.YEARS,
            ),
            File(
                f"dfe-children-in-need/{CONFERENCES}",
                groups={"time_period": tuple(str(year) for year in range(lait.FIRST_YEAR, 2026))},
                columns=(*ees.KEYS, *CONFERENCE_COUNTS),
            ),
        ),
    ),
    load=partial(lait.load, TOOL),
    # Population for spending per child; the others so that its measures come after theirs.
    needs=("population", "social_work_workforce", "children_in_need_2024", "looked_after", "stability"),
    metrics=METRICS,
)
