"""Local Authority Interactive Tool (LAIT): the Department for Education's own collection of measures of councils.

Used for what no other file here holds: shares of roles, timeliness, source of referral, costs, and the years before the
Department's five-year window of looked-after figures (FILLS). `etl.readers.lait` reads it.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from etl.model import File, Metric, PeriodKind, Polarity, Release, Shortfall, Source
from etl.readers import ees, lait
from etl.readers.lait import (
    CONFERENCE_COUNTS,
    CONFERENCES,
    FILE,
    IN_TIME,
    MEASURE,
    ON_TIME,
    PER_CHILD,
    REVIEWABLE,
    REVIEWED,
)

# Councils that return their workforce together, and since when (rule 3). The tool prints the figure under both.
JOINT = {("314", "318"): 2017, ("940", "941"): 2021}
# Figures printed under a council that was no more or not yet: measure and number -> years, and why.
MISPLACED: Mapping[tuple[str, str], tuple[tuple[int, ...], str]] = {
    ("CareApplications", "835"): (tuple(range(2020, 2026)), "Cafcass kept the number of the county that ended"),
    ("CareApplications", "839"): ((2017, 2018, 2019), "Cafcass joined its predecessors early"),
    ("CareApplications", "928"): (tuple(range(2022, 2026)), "Cafcass kept the county that was split"),
    ("CareLeaversNEET", "835"): ((2020,), "the figure of its successor"),
    ("ChildPov", "942"): ((2022, 2023), "estimated for the councils of today"),
    ("ChildPov", "943"): ((2022, 2023), "estimated for the councils of today"),
}
# Years of other sources' metrics that only the tool still holds: metric -> measure and years.
FILLS: Mapping[str, tuple[str, tuple[int, ...]]] = {
    "cla_rate": ("LAC", tuple(range(2016, 2021))),
    "placements_3_or_more": ("LACStable_2016on", tuple(range(2016, 2021))),
    "care_leavers_19_21_accommodation": ("CareLeaverAcc", tuple(range(2016, 2021))),
}
# Measures without a metric of their own here: counts of another, fills, and what is only held against other tables.
COMPANIONS = {
    REVIEWED: PeriodKind.AT_31_MARCH,
    REVIEWABLE: PeriodKind.AT_31_MARCH,
    "LAC": PeriodKind.AT_31_MARCH,
    "LACStable_2016on": PeriodKind.YEAR_TO_31_MARCH,
    "CareLeaverAcc": PeriodKind.YEAR_TO_31_MARCH,
    "CareLeaversNEET": PeriodKind.YEAR_TO_31_MARCH,
}
TOOL = lait.Tool(companions=COMPANIONS, fills=FILLS, joint=JOINT, misplaced=MISPLACED)
WORKFORCE, FRONT_DOOR, PROTECTION = "Workforce", "Front door", "Child protection"
LOOKED_AFTER, MONEY, CONTEXT = "Looked after and leaving care", "Money", "Context"
TEAMS_DIFFER = "Councils build their teams differently: no share is right for all."
PER_10_000, PER_WEEK = "per 10,000 children", "£ per week"


def _share(metric_id: str, measure: str, title: str, short_title: str, noun: str, theme: str, definition: str, *,
           polarity_reason: str, **more: Any) -> Metric:  # fmt: skip
    kept: dict[str, Any] = {"unit": "%", "polarity": Polarity.NEUTRAL, "period_kind": PeriodKind.YEAR_TO_31_MARCH}
    return Metric(
        id=metric_id,
        title=title,
        short_title=short_title,
        noun=noun,
        theme=theme,
        definition=definition,
        polarity_reason=polarity_reason,
        file=FILE,
        where={MEASURE: measure},
        **(kept | more),
    )


def _role(metric_id: str, measure: str, who: str, short_title: str, *, polarity_reason: str, **more: Any) -> Metric:
    """The share of social workers in one role."""
    return _share(
        metric_id,
        measure,
        f"Social workers who {who}",
        short_title,
        f"share of social workers who {who}",
        WORKFORCE,
        f"Social workers who {who}, of all social workers on 30 September.",
        period_kind=PeriodKind.AT_30_SEPTEMBER,
        polarity_reason=polarity_reason,
        caveat="By role. England's shares moved by five points or more in 2024, and the tool does not say why.",
        **more,
    )


def _referrals(metric_id: str, measure: str, whom: str) -> Metric:
    return _share(
        metric_id,
        measure,
        f"Referrals from {whom}",
        f"From {whom}",
        f"share of referrals that came from {whom}",
        FRONT_DOOR,
        f"Referrals in the year to 31 March that came from {whom}, of all referrals.",
        polarity_reason="It says who refers, not how well a council answers.",
    )


def _money(metric_id: str, measure: str, title: str, short_title: str, noun: str, definition: str, *, unit: str,
           caveat: str) -> Metric:  # fmt: skip
    per_child = unit == PER_CHILD
    return _share(
        metric_id,
        measure,
        title,
        short_title,
        noun,
        MONEY,
        definition,
        unit=unit,
        decimals=0,
        period_kind=PeriodKind.FINANCIAL_YEAR,
        derived=per_child,
        numerator=(measure,) if per_child else (),
        denominator=("children",) if per_child else (),
        polarity_reason=MORE_OR_LESS,
        caveat=caveat,
    )


MORE_OR_LESS = "Spending more may mean more need, dearer care or more help: neither more nor less is better by itself."
UNIT_COST = "Section 251 outturn, rounded to £5 by the tool. Councils book costs in different ways."
GROSS = (
    "Gross, from the section 251 outturn; not comparable with the revenue outturn of MHCLG. Derived here. "
    "England and regions are of the councils that have a figure."
)

SOURCE = Source(
    id="local_authority_interactive_tool",
    title="Local Authority Interactive Tool",
    publisher="Department for Education",
    release=Release(
        id="local_authority_interactive_tool_2026",
        title="March 2026",
        published="2026-03",
        page="https://www.gov.uk/government/publications/local-authority-interactive-tool-lait",
        files=(
            File(f"dfe-lait/{FILE}", columns=lait.COLUMNS),
            File(
                f"dfe-children-in-need/{CONFERENCES}",
                groups={"time_period": tuple(str(year) for year in range(lait.FIRST_YEAR, 2026))},
                columns=(*ees.KEYS, *CONFERENCE_COUNTS),
            ),
        ),
    ),
    load=partial(lait.load, TOOL),
    # Population for spending per child; the others so that its measures stand after theirs.
    needs=("population", "social_work_workforce", "children_in_need_2024", "looked_after", "stability"),
    metrics=(
        _role(
            "caseholder_share",
            "Social_Work_Caseholders_%",
            "hold cases as their role",
            "Case-holder share",
            polarity=Polarity.HIGHER_IS_BETTER,
            polarity_reason="More of a council's social workers are there for children and families directly.",
        ),
        _role(
            "senior_practitioner_share",
            "Social_Work_SeniorPractitioner_%",
            "are senior practitioners",
            "Senior share",
            polarity_reason=TEAMS_DIFFER,
        ),
        _role(
            "no_cases_share",
            "Social_Work_Qualified_no_cases_%",
            "are qualified and hold no cases",
            "No-case share",
            polarity_reason=TEAMS_DIFFER,
        ),
        _share(
            "assessments_in_45_days",
            "Continue_Assess_Comp",
            "Assessments within 45 working days",
            "Assessments on time",
            "share of assessments completed within 45 working days",
            FRONT_DOOR,
            "Assessments that ended in the year to 31 March within 45 working days of their start.",
            polarity=Polarity.HIGHER_IS_BETTER,
            polarity_reason="Statutory guidance asks for it, so that help does not wait.",
        ),
        _referrals("referrals_from_schools", "RefBySource_Schl_%", "schools"),
        _referrals("referrals_from_health", "RefBySource_HealthServ_%", "health services"),
        _referrals("referrals_from_police", "RefBySource_Police_%", "the police"),
        _share(
            ON_TIME,
            "CP_conf_15days",
            "Initial conferences within 15 working days",
            "Conferences on time",
            "share of initial conferences held within 15 working days",
            PROTECTION,
            "Initial child protection conferences held within 15 working days of the start of the enquiry they follow.",
            polarity=Polarity.HIGHER_IS_BETTER,
            polarity_reason="Statutory guidance asks for it, so that a child at risk does not wait.",
            numerator=CONFERENCE_COUNTS[:2],
            denominator=CONFERENCE_COUNTS[2:],
            minimum_denominator=20,
            interval=True,
            shortfall=Shortfall("more conferences on time", "numerator", "the number of conferences"),
            caveat="Counts are from the children in need census, and left out where they make another percentage.",
        ),
        _share(
            IN_TIME,
            "RevCP",
            "Child protection plans reviewed in time",
            "Reviews in time",
            "share of children on plans whose reviews were in time",
            PROTECTION,
            "Children on a plan at 31 March for three months or more whose reviews were all held in the time required.",
            polarity=Polarity.HIGHER_IS_BETTER,
            polarity_reason="Statutory guidance says when: a late review may leave a poor plan in place.",
            period_kind=PeriodKind.AT_31_MARCH,
            numerator=(REVIEWED,),
            denominator=(REVIEWABLE,),
            minimum_denominator=20,
            interval=True,
            shortfall=Shortfall("more children reviewed on time", "numerator", "the number of children to review"),
        ),
        _share(
            "long_plans_ended_rate",
            "CPPlans2yrs",
            "Child protection plans that ended after two years or more",
            "Long plans ended",
            "share of plans ended that had lasted two years or more",
            PROTECTION,
            "Plans that ended in the year to 31 March after two years or more, of all that ended.",
            polarity=Polarity.LOWER_IS_BETTER,
            polarity_reason="Two years is a long time for a child to be at risk of harm.",
            caveat="A council that ends its long plans this year looks worse for it.",
        ),
        _share(
            "care_application_rate",
            "CareApplications",
            "Care applications",
            "Care applications",
            "rate of care applications",
            PROTECTION,
            "Care applications that Cafcass received in the year to 31 March per 10,000 children.",
            unit=PER_10_000,
            polarity_reason="More may mean more harm, or that courts are asked sooner; fewer that families were helped "
            "before, or that harm is missed.",
            caveat="No regions. No figure for the councils made of Dorset, Northamptonshire and Cumbria, whose old "
            "counties Cafcass keeps.",
        ),
        _share(
            "emotional_health_score",
            "Emotional_LAC",
            "Emotional difficulties of children looked after",
            "Emotional difficulties",
            "average emotional difficulties score of children looked after",
            LOOKED_AFTER,
            "Average score (0 to 40, low is well) of the Strengths and Difficulties Questionnaire of children looked "
            "after for a year at 31 March.",
            unit="score",
            polarity=Polarity.LOWER_IS_BETTER,
            polarity_reason="A higher score means more difficulties.",
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
            caveat=UNIT_COST,
        ),
        _money(
            "looked_after_unit_cost",
            "LACFinance",
            "Weekly cost of care per child looked after",
            "Care cost",
            "weekly cost of care per child looked after",
            "Spending on children looked after per child looked after and week.",
            unit=PER_WEEK,
            caveat=UNIT_COST,
        ),
        _money(
            "safeguarding_spend_per_child",
            "SafeguardingFinance",
            "Safeguarding spending per child",
            "Safeguarding spending",
            "spending on safeguarding per child",
            "Spending on safeguarding children and young people's services per child aged 0 to 17.",
            unit=PER_CHILD,
            caveat=GROSS,
        ),
        _money(
            "family_support_spend_per_child",
            "FamilySupportFinance",
            "Family support spending per child",
            "Family support spending",
            "spending on family support per child",
            "Spending on family support services per child aged 0 to 17.",
            unit=PER_CHILD,
            caveat=GROSS,
        ),
        _money(
            "children_services_spend_per_child",
            "C&YPExpenditure",
            "Spending on services for children and young people per child",
            "Children's services spending",
            "spending on services for children and young people per child",
            "Spending of the children and young people budget, without capital from revenue, per child aged 0 to 17.",
            unit=PER_CHILD,
            caveat=GROSS,
        ),
        _share(
            "children_in_low_income_families",
            "ChildPov",
            "Children in low-income families",
            "Low-income families",
            "share of children in low-income families",
            CONTEXT,
            "Children under 16 in families with relative low income, before housing costs, in the year to 31 March.",
            polarity_reason="It is what a council works with, not what it does.",
            caveat="Estimated by the Department for Work and Pensions.",
        ),
    ),
)
