"""Children's social work workforce, published by the Department for Education each spring.

Full-time equivalents (FTE) on 30 September. Kingston upon Thames with Richmond upon Thames, and North with West
Northamptonshire, report jointly: one row carries both numbers.
"""

from functools import partial

from etl.model import File, Metric, PeriodKind, Polarity, Previous, Release, Shortfall, Source
from etl.readers import ees
from etl.sources.declare import EES, count, lower_is_better, neutral, percentage

FILE, FILE_2024 = "csww_indicators_2017_to_2025.csv", "csww_indicators_2017_to_2024.csv"
THEME = "Workforce"
# Full-time equivalents are printed to one decimal, in every row.
TO_A_TENTH = (0.05, 0.05)


_share = partial(percentage, theme=THEME, period_kind=PeriodKind.AT_30_SEPTEMBER, rounding=TO_A_TENTH)
_count = partial(
    count,
    theme=THEME,
    unit="FTE",
    period_kind=PeriodKind.AT_30_SEPTEMBER,
    rounding=TO_A_TENTH,
    caveat="A count: larger councils have more.",
)

SOURCE = Source(
    id="social_work_workforce",
    title="Children's social work workforce",
    publisher="Department for Education",
    release=Release(
        id="social_work_workforce_2025",
        title="reporting year 2025",
        published="2026-03-19",
        newest="2025",
        page=f"{EES}/children-s-social-work-workforce",
        files=(File(f"dfe-workforce/{FILE}"),),
    ),
    previous=Previous(
        Release(
            id="social_work_workforce_edition_2024",
            title="reporting year 2024",
            published="2025-02",
            page=f"{EES}/children-s-social-work-workforce/2024",
            files=(File(f"dfe-workforce/{FILE_2024}"),),
        ),
        files={FILE_2024: FILE},
    ),
    load=ees.load,
    metrics=(
        _share(
            id="vacancy_rate",
            title="Social worker vacancy rate",
            short_title="Vacancies",
            noun="social worker vacancy rate",
            definition="FTE vacancies as a share of all FTE posts (vacancies and staff in post) on 30 September.",
            direction=lower_is_better("While a post is empty its work waits, or falls to those who are there."),
            column="vacancy_rate_fte",
            numerator="vacancy_fte",
            denominator=("vacancy_fte", "inpost_fte"),
            shortfall=Shortfall("posts to fill", "numerator", "the number of posts"),
            caveat="A vacancy may be covered by agency staff.",
        ),
        _share(
            id="turnover_rate",
            title="Social worker turnover rate",
            short_title="Turnover",
            noun="social worker turnover rate",
            definition="FTE leavers in the year to 30 September as a share of FTE staff in post at its end.",
            direction=lower_is_better("Each time children and families lose a social worker they knew."),
            period_kind=PeriodKind.YEAR_TO_30_SEPTEMBER,
            column="turnover_rate_fte",
            numerator="leavers_fte",
            denominator="inpost_fte",
            shortfall=Shortfall("fewer leavers", "numerator", "the number of staff in post"),
            # More may leave a small team in a year than are in it at the end.
            may_exceed_100=True,
        ),
        _share(
            id="agency_rate",
            title="Agency social worker rate",
            short_title="Agency staff",
            noun="agency social worker rate",
            definition="FTE agency staff as a share of FTE agency staff and staff in post on 30 September.",
            direction=lower_is_better("Agency staff cost more and as a rule stay for shorter."),
            column="agency_rate_fte",
            numerator="agency_fte",
            denominator=("agency_fte", "inpost_fte"),
            shortfall=Shortfall(
                "fewer agency social workers", "numerator", "the number of employed and agency social workers"
            ),
        ),
        Metric(
            id="caseload",
            title="Average caseload",
            short_title="Caseload",
            noun="average caseload",
            theme=THEME,
            definition="Cases per FTE social worker who held cases on 30 September, agency included.",
            unit="cases per social worker",
            polarity=Polarity.LOWER_IS_BETTER,
            polarity_reason="Fewer cases leave more time for each child.",
            period_kind=PeriodKind.AT_30_SEPTEMBER,
            column="caseload_fte",
            numerator=("cases",),
            denominator=("case_holders_fte",),
            minimum_denominator=10,
            rounding=TO_A_TENTH,
            shortfall=Shortfall("more case-holding social workers", "denominator", "the number of cases"),
            caveat="Does not reflect how complex cases are.",
        ),
        _share(
            id="absence_rate",
            title="Social worker sickness absence rate",
            short_title="Sickness absence",
            noun="social worker sickness absence rate",
            definition="Days lost to sickness in the year to 30 September as a share of days available.",
            direction=lower_is_better("The work of those who are ill waits, or falls to colleagues."),
            period_kind=PeriodKind.YEAR_TO_30_SEPTEMBER,
            column="absence_rate_fte",
            weight="social_workers_fte",
        ),
        _share(
            id="vacancies_covered_by_agency",
            title="Vacancies covered by agency staff",
            short_title="Vacancies covered",
            definition="FTE agency staff who cover vacancies as a share of FTE vacancies on 30 September.",
            direction=neutral("Cover keeps the work going, but fills no post: a high figure may be good or bad."),
            column="vacancy_agency_cover_rate_fte",
            numerator="agency_cover_fte",
            denominator="vacancy_fte",
            minimum_denominator=10,
            caveat="Withheld as unreliable where more would be covered than are vacant.",
        ),
        _count(
            id="vacancies_fte",
            title="Social worker vacancies",
            short_title="Vacant posts",
            noun="number of vacant social worker posts",
            definition="FTE social worker posts that were vacant on 30 September.",
            column="vacancy_fte",
            caveat="A count: larger councils have more. Compare councils by the vacancy rate.",
        ),
        _count(
            id="social_workers_fte",
            title="Social workers in post",
            short_title="Social workers",
            definition="FTE children and family social workers employed on 30 September, agency excluded.",
            column="inpost_fte",
        ),
        _count(
            id="agency_fte",
            title="Agency social workers",
            short_title="Agency workers",
            definition="FTE agency children and family social workers on 30 September.",
            column="agency_fte",
        ),
        _count(
            id="starters_fte",
            title="Social workers who started",
            short_title="Starters",
            definition="FTE social workers who started in the year to 30 September.",
            column="starters_fte",
            period_kind=PeriodKind.YEAR_TO_30_SEPTEMBER,
        ),
        _count(
            id="leavers_fte",
            title="Social workers who left",
            short_title="Leavers",
            definition="FTE social workers who left in the year to 30 September.",
            column="leavers_fte",
            period_kind=PeriodKind.YEAR_TO_30_SEPTEMBER,
        ),
        _count(
            id="case_holders_fte",
            title="Social workers who hold cases",
            short_title="Case holders",
            definition="FTE social workers, agency included, who held cases on 30 September.",
            column="case_holders_fte",
        ),
        _count(
            id="cases",
            title="Cases held",
            short_title="Cases",
            definition="Cases held by social workers on 30 September.",
            column="cases",
            unit="cases",
            decimals=0,
        ),
    ),
)
