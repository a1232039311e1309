"""School outcomes of children in need, with and without a plan, by the Department for Education each spring.

Of children on a plan, or in need without a plan and not looked after, at 31 March of the school year. No tests were
held in 2019/20 and 2020/21 at 11, and absence was not collected in 2019/20.
"""

from etl.model import File, Metric, PeriodKind, Polarity, Release, Source
from etl.readers import ees
from etl.sources.declare import EES, FEW, SMALL_COUNTS, higher_is_better, lower_is_better, percentage

ABSENCE, AGE_11, AGE_16 = "absence_la.csv", "ks2_la.csv", "ks4_la.csv"
THEME = "Outcomes of children in need"
ON_PLAN, IN_NEED = "CPPO at 31 March", "CINO at 31 March"
ALL_SCHOOLS = "Total"
# CINO are those in need who have no plan and are not looked after: the Department counts each child in one group.
WHO = {ON_PLAN: "children on a child protection plan", IN_NEED: "children in need not on a plan or in care"}
DEFINED = {
    ON_PLAN: "Children on a child protection plan at 31 March",
    IN_NEED: "Children in need at 31 March, without those on a child protection plan or looked after,",
}
SHORT = {ON_PLAN: "on plans", IN_NEED: "in need, no plan"}


def _formerly(title: str) -> str:
    """What addresses called a measure of children in need while its title did not say which of them."""
    return title.removesuffix(" not on a plan or in care") if title.endswith(WHO[IN_NEED]) else ""


# Of pupils with results England counts each once, wherever the pupil is known.
COUNTED_ONCE = 0.01
GROUPS = {"social_care_group": (ON_PLAN, IN_NEED)}


def _absence(metric_id: str, group: str, kind: str, threshold: int) -> Metric:
    title = f"{kind.capitalize()} absence of {WHO[group]}"
    return percentage(
        id=metric_id,
        title=title,
        former_title=_formerly(title),
        short_title=f"{kind.capitalize()} absence {SHORT[group]}",
        noun=f"share of {WHO[group]} who were {kind}ly absent from school",
        theme=THEME,
        definition=f"{DEFINED[group]} who missed {threshold} % or more of possible sessions.",
        direction=lower_is_better("A child away from school learns less, and is seen by fewer adults."),
        period_kind=PeriodKind.ACADEMIC_YEAR,
        file=ABSENCE,
        column=f"pt_pupils_pa_{threshold}_exact",
        where={"social_care_group": group, "phase_type_grouping": ALL_SCHOOLS},
        numerator=f"t_pupils_pa_{threshold}_exact",
        denominator="t_pupils",
        # Half of these children are persistently absent: there what is small may be the number of those who are not.
        hidden_counts=SMALL_COUNTS if threshold == 50 else None,
    )


def _age_11(metric_id: str, group: str) -> Metric:
    title = f"Reading, writing and maths at 11, {WHO[group]}"
    return percentage(
        id=metric_id,
        title=title,
        former_title=_formerly(title),
        short_title=f"At 11 {SHORT[group]}",
        noun=f"share of {WHO[group]} who met the standard in reading, writing and maths at 11",
        theme=THEME,
        definition=f"{DEFINED[group]} who met the expected standard in all three at key stage 2.",
        decimals=0,
        direction=higher_is_better("What a child can do at 11 is what later schooling builds on."),
        period_kind=PeriodKind.ACADEMIC_YEAR,
        file=AGE_11,
        column="pt_rwm_met_expected_standard",
        where={"social_care_group": group},
        # No hidden_counts: the table prints no zero, so that what is hidden may be 0 to 5.
        numerator="t_rwm_met_expected_standard",
        denominator="t_rwm_eligible_pupils",
        england_apart=COUNTED_ONCE,
        caveat="The newest year is revised, not final.",
    )


def _age_16(metric_id: str, group: str) -> Metric:
    title = f"Attainment 8 at 16, {WHO[group]}"
    return Metric(
        id=metric_id,
        title=title,
        former_title=_formerly(title),
        short_title=f"Attainment 8 {SHORT[group]}",
        noun=f"average Attainment 8 score of {WHO[group]}",
        theme=THEME,
        definition=f"Average score in eight qualifications at 16. {DEFINED[group].rstrip(',')}.",
        unit="points",
        polarity=Polarity.HIGHER_IS_BETTER,
        polarity_reason="What a young person attains at 16 opens or closes the next step.",
        period_kind=PeriodKind.ACADEMIC_YEAR,
        file=AGE_16,
        column="avg_att8",
        where={"social_care_group": group},
        numerator=("t_att8",),
        denominator=("t_pupils",),
        minimum_denominator=FEW,
        england_apart=COUNTED_ONCE,
        caveat="Grades of 2019/20 and 2020/21 were given by teachers and are not comparable.",
    )


SOURCE = Source(
    id="outcomes",
    title="Outcomes for children in need, including children looked after",
    publisher="Department for Education",
    release=Release(
        id="outcomes_2025",
        title="2024/25",
        published="2026-04-02",
        newest="202425",
        page=f"{EES}/outcomes-for-children-in-need-including-children-looked-after-by-local-authorities-in-england",
        files=(
            File(f"dfe-outcomes/{ABSENCE}", groups={**GROUPS, "phase_type_grouping": (ALL_SCHOOLS,)}),
            File(f"dfe-outcomes/{AGE_11}", groups=GROUPS),
            File(f"dfe-outcomes/{AGE_16}", groups=GROUPS),
        ),
    ),
    load=ees.load,
    metrics=(
        _absence("persistent_absence_on_plan", ON_PLAN, "persistent", 10),
        _absence("severe_absence_on_plan", ON_PLAN, "severe", 50),
        _absence("persistent_absence_in_need", IN_NEED, "persistent", 10),
        _absence("severe_absence_in_need", IN_NEED, "severe", 50),
        _age_11("age_11_standard_on_plan", ON_PLAN),
        _age_11("age_11_standard_in_need", IN_NEED),
        _age_16("attainment_8_on_plan", ON_PLAN),
        _age_16("attainment_8_in_need", IN_NEED),
    ),
)
