"""Figures of every measure traced by hand: looked up in the published file, and typed here as they are printed there.

Each was taken from the file itself, by its line, with tools that share nothing with this code. A value that is made of
printed numbers is written out as its arithmetic, and each of those numbers is traced too.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from etl import releases
from etl.build import builder
from etl.model import ENGLAND, File, Source, Status
from etl.sources import all_sources, ofsted_reports
from tests.published import reading
from tests.published.row_counts import areas_of, period_of

Lines = dict[int, dict[str, str]]
# The areas as they are called below, and their numbers or codes.
AREAS = {
    "England": ENGLAND,
    "North East": "E12000001",
    "East Midlands": "E12000004",
    "London": "E12000007",
    "Inner London": "E13000001",
    "Outer London": "E13000002",
    "City of London": "201",
    "Camden": "202",
    "Greenwich": "203",
    "Hackney": "204",
    "Hammersmith and Fulham": "205",
    "Kensington and Chelsea": "207",
    "Tower Hamlets": "211",
    "Westminster": "213",
    "Barnet": "302",
    "Croydon": "306",
    "Haringey": "309",
    "Harrow": "310",
    "Kingston upon Thames": "314",
    "Merton": "315",
    "Richmond upon Thames": "318",
    "Birmingham": "330",
    "Sandwell": "333",
    "Solihull": "334",
    "Liverpool": "341",
    "St Helens": "342",
    "Manchester": "352",
    "Salford": "355",
    "Barnsley": "370",
    "Doncaster": "371",
    "Sheffield": "373",
    "Bradford": "380",
    "Kirklees": "382",
    "Leeds": "383",
    "Wakefield": "384",
    "Sunderland": "394",
    "Isles of Scilly": "420",
    "Bath and North East Somerset": "800",
    "Bristol": "801",
    "North Somerset": "802",
    "Hartlepool": "805",
    "Middlesbrough": "806",
    "Hull": "810",
    "North Yorkshire": "815",
    "Derby": "831",
    "Dorset to 2019": "835",
    "Poole": "836",
    "Dorset": "838",
    "Bournemouth, Christchurch and Poole": "839",
    "Hampshire": "850",
    "Leicestershire": "855",
    "Staffordshire": "860",
    "Peterborough": "874",
    "Essex": "881",
    "Thurrock": "883",
    "Herefordshire": "884",
    "Kent": "886",
    "Lancashire": "888",
    "Blackpool": "890",
    "Cornwall": "908",
    "Cumbria": "909",
    "Lincolnshire": "925",
    "Norfolk": "926",
    "Northamptonshire": "928",
    "Northumberland": "929",
    "Somerset": "933",
    "Surrey": "936",
    "Warwickshire": "937",
    "North Northamptonshire": "940",
    "West Northamptonshire": "941",
    "Cumberland": "942",
    "Westmorland and Furness": "943",
}


def march(year: int) -> date:
    return date(year, 3, 31)


def june(year: int) -> date:
    return date(year, 6, 30)


def july(year: int) -> date:
    return date(year, 7, 31)


def september(year: int) -> date:
    return date(year, 9, 30)


NEWEST_REPORT = date(2026, 8, 20)

WORKFORCE = "csww_indicators_2017_to_2025.csv"
CHILDREN = "ons_mid-year_population_estimates_2012_to_2024.csv"
IN_NEED = "b1_children_in_need_2013_to_2025.csv"
REFERRALS = "c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv"
FACTORS = "c3_factors_identified_at_end_of_assessment_2018_to_2025.csv"
ENQUIRIES = "c4_children_in_need_section_47s_and_icpcs_2013_to_2025.csv"
REPEATS = "d3_cpps_subsequent_plan_2013_to_2025.csv"
PLANS = "d5_cpps_at31march_by_duration_2013_to_2025.csv"
ABUSE = "d2_cpps_starting_by_category_of_abuse_2013_to_2024.csv"
LOOKED_AFTER = "cla_number_and_rate_per_10k_children.csv"
STABILITY = "la_cla_placement_stability.csv"
HEALTH = "la_conviction_health_outcome_cla.csv"
ACTIVITY = "la_care_leavers_activity.csv"
HOMES = "la_care_leavers_accommodation_suitability.csv"
WORKERS, SCHOOLS = "la_cla_swcount.csv", "la_cla_school_moves.csv"
ABSENCE, AGE_11, AGE_16 = "absence_la.csv", "ks2_la.csv", "ks4_la.csv"
TOOL = "bds_long_0_2026-04-08.parquet"
SERVICES_2023, SERVICES_2024 = "RO3_2022-23_data_by_LA.ods", "RO3_2023-24_data_by_LA.ods"
SERVICES_2025 = "RO3_LA_Data_2024-25_data_by_LA.ods"
DEPRIVATION, DIRECTORS = "idaci_imd_2025_by_utla_derived.csv", "leadership_national_dcs_changes.csv"
OFSTED = "LA_Inspection_Outcomes_as_at_31_March_2025.ods"
BEFORE_2018 = "Childrens_social_care_in_England_2023_underlying_data.ods"
REPORTS = "ofsted_csc_ilacs_history.csv"
VISITS_2024 = "LA_Inspection_Outcomes_as_at_March_2024.ods"
NEIGHBOURS = "sn_model_2025_wide.csv"

POPULATION, SPENT, SPENT_LOOKED_AFTER = "population_estimate", "RO3-csctot-tot-exp", "RO3-csclkd-tot-exp"
OVERALL, OVERALL_SIF = "Overall effectiveness", "First SIF Overall Judgement (OE)"
LEADERS, LEADERS_SIF = (
    "The impact of leaders on social work practice with children and families",
    "First SIF leadership, management and governance",
)
PROTECTION = "The experiences and progress of children who need help and protection"
IN_CARE = "The experiences and progress of children in care"
CARE_LEAVERS = "The experiences and progress of care leavers"
VISIT, VISITED = "Inspection/Visit type", "Inspection/Visit date"
SUPPRESSED, NOT_APPLICABLE, NOT_AVAILABLE = Status.SUPPRESSED, Status.NOT_APPLICABLE, Status.NOT_AVAILABLE
LOW_RELIABILITY, LOW_NONZERO, UNSPECIFIED = Status.LOW_RELIABILITY, Status.LOW_NONZERO, Status.UNSPECIFIED
GOOD, REQUIRES_IMPROVEMENT = "Good", "Requires improvement to be good"


@dataclass(frozen=True)
class Printed:
    """A cell of a published file: its line (of a file without lines, the row), its column and what stands in it."""

    file: str
    line: int
    column: str
    text: str


@dataclass(frozen=True)
class Traced:
    """A figure of the database: its value or, in words, why there is none; and where that is printed."""

    metric: str
    area: str
    day: date
    value: float | Status
    printed: Printed
    symbol: str | None = None
    others: tuple[Printed, ...] = ()
    """What else the value is made of, and what the row was looked up by."""
    denominator: Printed | None = None
    """What the printed count is divided by, where the database holds both as they are printed."""
    range: tuple[float, float] | None = None
    """What a hidden figure lies between, where the count that it is made of is said to be 1 to 5."""

    def __str__(self) -> str:
        return f"{self.metric}, {self.area}, {self.day}"


def figure(
    metric: str,
    area: str,
    day: date,
    value: float,
    file: str,
    line: int,
    column: str,
    text: str,
    *others: Printed,
    symbol: str | None = None,
) -> Traced:
    """A value, and the cell that prints it or the count it is made of."""
    return Traced(metric, area, day, value, Printed(file, line, column, text), symbol, others)


def reason(
    metric: str,
    area: str,
    day: date,
    status: Status,
    file: str,
    line: int,
    column: str,
    text: str,
    *others: Printed,
    symbol: str | None = "",
) -> Traced:
    """Why there is no value; the symbol is what is printed, where it is not said to be another or None."""
    shown = text if symbol == "" else symbol
    return Traced(metric, area, day, status, Printed(file, line, column, text), shown, others)


def hidden(metric: str, area: str, day: date, per: int, file: str, line: int, column: str, of: Printed) -> Traced:
    """A figure that is made of a hidden count, which is 1 to 5, and of a printed number: a range is known of it."""
    printed, n = Printed(file, line, column, "c"), float(of.text)
    return Traced(metric, area, day, SUPPRESSED, printed, "c", denominator=of, range=(1 / n * per, 5 / n * per))


def children(line: int, text: str) -> Printed:
    return Printed(CHILDREN, line, POPULATION, text)


def rate(
    metric: str, area: str, day: date, value: float, file: str, line: int, column: str, text: str, at: int, of: str
) -> Traced:
    """A rate made of a count and of the children of an area, which are printed in the population file at a line."""
    return Traced(metric, area, day, value, Printed(file, line, column, text), denominator=children(at, of))


def share(
    metric: str, area: str, day: date, value: float, file: str, line: int, part: str, text: str, whole: str, of: str
) -> Traced:
    """A percentage made of two cells of one line."""
    printed, denominator = Printed(file, line, part, text), Printed(file, line, whole, of)
    return Traced(metric, area, day, value, printed, denominator=denominator)


FTE = (
    figure("vacancy_rate", "England", september(2025), 14.2, WORKFORCE, 2, "vacancy_rate_fte", "14.2"),
    figure("vacancies_fte", "England", september(2025), 5965.4, WORKFORCE, 2, "vacancy_fte", "5965.4"),
    figure("social_workers_fte", "England", september(2025), 36186.3, WORKFORCE, 2, "inpost_fte", "36186.3"),
    figure("turnover_rate", "England", september(2025), 11.8, WORKFORCE, 2, "turnover_rate_fte", "11.8"),
    figure("agency_rate", "England", september(2025), 13.0, WORKFORCE, 2, "agency_rate_fte", "13"),
    figure("caseload", "England", september(2025), 15.2, WORKFORCE, 2, "caseload_fte", "15.2"),
    figure("absence_rate", "England", september(2025), 3.5, WORKFORCE, 2, "absence_rate_fte", "3.5"),
    figure("vacancy_rate", "England", september(2024), 17.3, WORKFORCE, 165, "vacancy_rate_fte", "17.3"),
    figure("turnover_rate", "England", september(2024), 13.9, WORKFORCE, 165, "turnover_rate_fte", "13.9"),
    figure("agency_rate", "England", september(2024), 16.2, WORKFORCE, 165, "agency_rate_fte", "16.2"),
    figure("caseload", "England", september(2024), 15.4, WORKFORCE, 165, "caseload_fte", "15.4"),
    figure("vacancies_fte", "East Midlands", september(2025), 352.4, WORKFORCE, 6, "vacancy_fte", "352.4"),
    figure("vacancy_rate", "London", september(2025), 19.4, WORKFORCE, 9, "vacancy_rate_fte", "19.4"),
    figure("vacancy_rate", "Inner London", september(2025), 18.0, WORKFORCE, 12, "vacancy_rate_fte", "18"),
    figure("vacancy_rate", "Outer London", september(2025), 20.5, WORKFORCE, 13, "vacancy_rate_fte", "20.5"),
    figure("vacancy_rate", "Leeds", september(2025), 2.1, WORKFORCE, 57, "vacancy_rate_fte", "2.1"),
    figure("vacancy_rate", "Leeds", september(2024), 7.2, WORKFORCE, 220, "vacancy_rate_fte", "7.2"),
    figure("caseload", "Leeds", september(2025), 14.8, WORKFORCE, 57, "caseload_fte", "14.8"),
    figure("social_workers_fte", "Bristol", september(2025), 327.4, WORKFORCE, 120, "inpost_fte", "327.4"),
    figure("starters_fte", "Cornwall", september(2025), 29.2, WORKFORCE, 121, "starters_fte", "29.2"),
    figure("leavers_fte", "Birmingham", september(2025), 65.4, WORKFORCE, 74, "leavers_fte", "65.4"),
    figure("absence_rate", "Lincolnshire", september(2025), 2.6, WORKFORCE, 69, "absence_rate_fte", "2.6"),
    figure("vacancies_covered_by_agency", "Hammersmith and Fulham", september(2025), 16.7, WORKFORCE, 136,
           "vacancy_agency_cover_rate_fte", "16.7"),
    figure("vacancies_covered_by_agency", "Derby", september(2023), 0.0, WORKFORCE, 391,
           "vacancy_agency_cover_rate_fte", "0"),
    # Joint returns: one row of two councils.
    figure("vacancy_rate", "Kingston upon Thames", september(2025), 14.9, WORKFORCE, 160, "vacancy_rate_fte", "14.9"),
    figure("vacancy_rate", "Richmond upon Thames", september(2025), 14.9, WORKFORCE, 160, "vacancy_rate_fte", "14.9"),
    figure("turnover_rate", "Kingston upon Thames", september(2025), 28.0, WORKFORCE, 160, "turnover_rate_fte", "28"),
    figure("vacancy_rate", "North Northamptonshire", september(2025), 25.9, WORKFORCE, 70, "vacancy_rate_fte", "25.9"),
    figure("vacancy_rate", "West Northamptonshire", september(2025), 25.9, WORKFORCE, 70, "vacancy_rate_fte", "25.9"),
    figure("agency_rate", "West Northamptonshire", september(2025), 19.5, WORKFORCE, 70, "agency_rate_fte", "19.5"),
    figure("turnover_rate", "North Northamptonshire", september(2021), 16.2, WORKFORCE, 720,
           "turnover_rate_fte", "16.2"),
    # Reorganised: the councils that ended, and those that followed them.
    figure("vacancy_rate", "Northamptonshire", september(2019), 28.3, WORKFORCE, 1044, "vacancy_rate_fte", "28.3"),
    figure("vacancy_rate", "Dorset to 2019", september(2017), 10.6, WORKFORCE, 1422, "vacancy_rate_fte", "10.6"),
    figure("turnover_rate", "Dorset", september(2020), 4.6, WORKFORCE, 935, "turnover_rate_fte", "4.6"),
    figure("caseload", "Bournemouth, Christchurch and Poole", september(2022), 16.0, WORKFORCE, 607,
           "caseload_fte", "16"),
    figure("caseload", "Cumbria", september(2017), 19.8, WORKFORCE, 1332, "caseload_fte", "19.8"),
    figure("vacancy_rate", "Cumberland", september(2023), 23.9, WORKFORCE, 358, "vacancy_rate_fte", "23.9"),
    figure("turnover_rate", "Westmorland and Furness", september(2023), 2.5, WORKFORCE, 373,
           "turnover_rate_fte", "2.5"),
    # Recoded: another GSS code, the same number.
    figure("vacancy_rate", "Somerset", september(2022), 13.9, WORKFORCE, 616, "vacancy_rate_fte", "13.9",
           Printed(WORKFORCE, 616, "new_la_code", "E10000027")),
    figure("cases", "Somerset", september(2025), 2815.0, WORKFORCE, 128, "cases", "2815",
           Printed(WORKFORCE, 128, "new_la_code", "E06000066")),
    figure("case_holders_fte", "Barnsley", september(2025), 98.1, WORKFORCE, 50, "case_holders_fte", "98.1",
           Printed(WORKFORCE, 50, "new_la_code", "E08000038")),
    figure("agency_fte", "Sheffield", september(2025), 2.0, WORKFORCE, 62, "agency_fte", "2",
           Printed(WORKFORCE, 62, "new_la_code", "E08000039")),
    # The two very small ones.
    figure("vacancy_rate", "Isles of Scilly", september(2025), 100.0, WORKFORCE, 125, "vacancy_rate_fte", "100"),
    figure("vacancy_rate", "City of London", september(2025), 0.0, WORKFORCE, 134, "vacancy_rate_fte", "0"),
    reason("vacancies_covered_by_agency", "City of London", september(2025), NOT_APPLICABLE, WORKFORCE, 134,
           "vacancy_agency_cover_rate_fte", "z"),
    reason("turnover_rate", "Isles of Scilly", september(2025), NOT_APPLICABLE, WORKFORCE, 125,
           "turnover_rate_fte", "z"),
    reason("vacancy_rate", "Westminster", september(2025), NOT_AVAILABLE, WORKFORCE, 146, "vacancy_rate_fte", "x"),
    reason("social_workers_fte", "Kensington and Chelsea", september(2025), NOT_AVAILABLE, WORKFORCE, 139,
           "inpost_fte", "x"),
    reason("agency_rate", "Sunderland", september(2025), LOW_NONZERO, WORKFORCE, 25, "agency_rate_fte", "low"),
    reason("agency_fte", "Sunderland", september(2025), LOW_NONZERO, WORKFORCE, 25, "agency_fte", "low"),
    reason("absence_rate", "North Somerset", september(2018), SUPPRESSED, WORKFORCE, 1262, "absence_rate_fte", "c"),
    reason("vacancies_covered_by_agency", "Leicestershire", september(2019), LOW_RELIABILITY, WORKFORCE, 1042,
           "vacancy_agency_cover_rate_fte", "u"),
    # Known errors are withheld, with what is printed.
    reason("leavers_fte", "Hull", september(2017), LOW_RELIABILITY, WORKFORCE, 1354, "leavers_fte", "0",
           Printed(WORKFORCE, 1354, "leavers_headcount", "5"), symbol="printed 0.0"),
    reason("case_holders_fte", "Cumbria", september(2018), LOW_RELIABILITY, WORKFORCE, 1169,
           "case_holders_fte", "29.2", symbol="printed 29.2"),
)  # fmt: skip

CENSUS = (
    figure("children", "England", june(2024), 12_183_016, CHILDREN, 2, POPULATION, "12183016"),
    figure("children", "England", june(2012), 11_403_970, CHILDREN, 1970, POPULATION, "11403970"),
    figure("children", "Leeds", june(2024), 176_239, CHILDREN, 57, POPULATION, "176239"),
    figure("children", "Isles of Scilly", june(2024), 319, CHILDREN, 126, POPULATION, "319"),
    figure("children", "Inner London", june(2024), 639_273, CHILDREN, 12, POPULATION, "639273"),
    reason("children", "Poole", june(2018), NOT_AVAILABLE, CHILDREN, 1111, POPULATION, "x"),
    rate("child_in_need_rate", "England", march(2025), 402_400 / 12_183_016 * 10_000,
         IN_NEED, 2, "At31_episodes", "402400", 2, "12183016"),
    rate("child_in_need_rate", "Leeds", march(2025), 5_775 / 176_239 * 10_000,
         IN_NEED, 57, "At31_episodes", "5775", 57, "176239"),
    rate("child_in_need_rate", "Norfolk", march(2025), 4_643 / 171_830 * 10_000,
         IN_NEED, 95, "At31_episodes", "4643", 95, "171830"),
    # The census still calls Barnsley by its former code.
    figure("child_in_need_rate", "Barnsley", march(2025), 1_566 / 51_799 * 10_000,
           IN_NEED, 50, "At31_episodes", "1566", children(50, "51799"),
           Printed(IN_NEED, 50, "new_la_code", "E08000016")),
    reason("child_in_need_rate", "Hampshire", march(2024), LOW_RELIABILITY, IN_NEED, 269, "At31_episodes", "u"),
    rate("referral_rate", "England", march(2025), 632_830 / 12_183_016 * 10_000,
         REFERRALS, 2, "referral_count", "632830", 2, "12183016"),
    rate("referral_rate", "Leeds", march(2025), 10_304 / 176_239 * 10_000,
         REFERRALS, 57, "referral_count", "10304", 57, "176239"),
    rate("referral_rate", "Haringey", march(2025), 3_312 / 53_648 * 10_000,
         REFERRALS, 138, "referral_count", "3312", 138, "53648"),
    reason("referral_rate", "Herefordshire", march(2024), LOW_RELIABILITY, REFERRALS, 243, "referral_count", "u"),
    reason("referral_rate", "Norfolk", march(2013), NOT_AVAILABLE, REFERRALS, 2061, "referral_count", "x"),
    figure("rereferral_rate", "England", march(2025), 22.6, REFERRALS, 2, "rereferral_percent", "22.6"),
    figure("rereferral_rate", "England", march(2024), 22.4, REFERRALS, 167, "rereferral_percent", "22.4"),
    figure("rereferral_rate", "Leeds", march(2025), 24.2, REFERRALS, 57, "rereferral_percent", "24.2"),
    figure("rereferral_rate", "Hartlepool", march(2025), 26.5, REFERRALS, 17, "rereferral_percent", "26.5"),
    figure("rereferral_rate", "Kingston upon Thames", march(2025), 15.0, REFERRALS, 161, "rereferral_percent", "15"),
    figure("rereferral_rate", "Isles of Scilly", march(2025), 0.0, REFERRALS, 126, "rereferral_percent", "0"),
    reason("rereferral_rate", "Hackney", march(2022), NOT_AVAILABLE, REFERRALS, 629, "rereferral_percent", "x"),
    reason("rereferral_rate", "Hackney", march(2021), NOT_AVAILABLE, REFERRALS, 792, "rereferral_percent", "x"),
    reason("rereferral_rate", "Bournemouth, Christchurch and Poole", march(2020), NOT_AVAILABLE, REFERRALS, 939,
           "rereferral_percent", "x"),
    figure("no_further_action_rate", "Harrow", march(2025), 2.2, REFERRALS, 157, "no_further_action_percent", "2.2"),
    reason("no_further_action_rate", "Barnet", march(2024), LOW_RELIABILITY, REFERRALS, 314,
           "no_further_action_percent", "u"),
    hidden("no_further_action_rate", "Isles of Scilly", march(2025), 100, REFERRALS, 126,
           "no_further_action_percent", Printed(REFERRALS, 126, "referral_count", "32")),
    figure("not_in_need_rate", "Barnsley", march(2025), 39.8, REFERRALS, 50, "not_in_need_percent", "39.8"),
    rate("section_47_rate", "Manchester", march(2025), 3_564 / 131_831 * 10_000,
         ENQUIRIES, 37, "Section47", "3564", 37, "131831"),
    rate("section_47_rate", "Cumberland", march(2025), 1_044 / 52_489 * 10_000,
         ENQUIRIES, 32, "Section47", "1044", 32, "52489"),
    rate("section_47_rate", "North East", march(2025), 13_180 / 542_710 * 10_000,
         ENQUIRIES, 3, "Section47", "13180", 3, "542710"),
    hidden("section_47_rate", "City of London", march(2025), 10_000, ENQUIRIES, 135, "Section47",
           children(135, "847")),
    # Together for the workforce, apart for children.
    rate("conference_rate", "West Northamptonshire", march(2025), 586 / 96_295 * 10_000,
         ENQUIRIES, 74, "ICPC", "586", 74, "96295"),
    rate("conference_rate", "North Northamptonshire", march(2025), 654 / 83_113 * 10_000,
         ENQUIRIES, 70, "ICPC", "654", 70, "83113"),
    rate("conference_rate", "London", march(2025), 10_420 / 1_916_086 * 10_000,
         ENQUIRIES, 9, "ICPC", "10420", 9, "1916086"),
    reason("conference_rate", "Hampshire", march(2024), LOW_RELIABILITY, ENQUIRIES, 269, "ICPC", "u"),
    rate("plan_start_rate", "England", march(2025), 61_840 / 12_183_016 * 10_000,
         REPEATS, 2, "CPP_start", "61840", 2, "12183016"),
    rate("plan_start_rate", "Leeds", march(2025), 829 / 176_239 * 10_000,
         REPEATS, 57, "CPP_start", "829", 57, "176239"),
    rate("plan_start_rate", "Cumbria", march(2023), 604 / 90_547 * 10_000,
         REPEATS, 362, "CPP_start", "604", 362, "90547"),
    hidden("plan_start_rate", "Isles of Scilly", march(2025), 10_000, REPEATS, 126, "CPP_start",
           children(126, "319")),
    figure("repeat_plan_rate", "England", march(2025), 24.5, REPEATS, 2, "CPP_subsequent_percent", "24.5"),
    figure("repeat_plan_rate", "England", march(2024), 24.7, REPEATS, 167, "CPP_subsequent_percent", "24.7"),
    figure("repeat_plan_rate", "Hartlepool", march(2025), 32.4, REPEATS, 17, "CPP_subsequent_percent", "32.4"),
    figure("repeat_plan_rate", "North Yorkshire", march(2023), 21.2, REPEATS, 389, "CPP_subsequent_percent", "21.2",
           Printed(REPEATS, 389, "new_la_code", "E10000023")),
    figure("repeat_plan_rate", "North Yorkshire", march(2025), 25.1, REPEATS, 60, "CPP_subsequent_percent", "25.1",
           Printed(REPEATS, 60, "new_la_code", "E06000065")),
    reason("repeat_plan_rate", "Hampshire", march(2024), LOW_RELIABILITY, REPEATS, 269, "CPP_subsequent_percent", "u"),
    reason("repeat_plan_rate", "Doncaster", march(2022), LOW_RELIABILITY, REPEATS, 546, "CPP_subsequent_percent", "u"),
    # England's 40.6 and, with the population as revised since, 41.4 of 2024 (41.6 when it was first printed).
    rate("plan_rate", "England", march(2025), 49_420 / 12_183_016 * 10_000,
         PLANS, 2, "CPP_At31", "49420", 2, "12183016"),
    rate("plan_rate", "England", march(2024), 49_900 / 12_059_476 * 10_000,
         PLANS, 167, "CPP_At31", "49900", 167, "12059476"),
    rate("plan_rate", "Leeds", march(2025), 634 / 176_239 * 10_000, PLANS, 57, "CPP_At31", "634", 57, "176239"),
    reason("plan_rate", "Hackney", march(2022), NOT_AVAILABLE, PLANS, 629, "CPP_At31", "x"),
    reason("plan_rate", "Hampshire", march(2024), LOW_RELIABILITY, PLANS, 269, "CPP_At31", "u"),
    # A count without a population: the population's reason.
    reason("plan_rate", "Poole", march(2018), NOT_AVAILABLE, PLANS, 1275, "CPP_At31", "119", children(1275, "x"),
           symbol="x"),
    figure("long_plan_rate", "England", march(2025), 2.3, PLANS, 2, "2_years_or_more_percent", "2.3"),
    figure("long_plan_rate", "England", march(2024), 2.6, PLANS, 167, "2_years_or_more_percent", "2.6"),
    figure("long_plan_rate", "Leeds", march(2025), 5.0, PLANS, 57, "2_years_or_more_percent", "5"),
    figure("long_plan_rate", "Dorset", march(2024), 2.4, PLANS, 289, "2_years_or_more_percent", "2.4"),
    figure("long_plan_rate", "Cumberland", march(2024), 0.0, PLANS, 197, "2_years_or_more_percent", "0"),
    hidden("long_plan_rate", "Hartlepool", march(2025), 100, PLANS, 17, "2_years_or_more_percent",
           Printed(PLANS, 17, "CPP_At31", "173")),
    hidden("long_plan_rate", "Kingston upon Thames", march(2025), 100, PLANS, 161, "2_years_or_more_percent",
           Printed(PLANS, 161, "CPP_At31", "113")),
)  # fmt: skip

EPISODES, STARTED = "Episodes_with_assessment_factor", "CPP_start"
SHARES = (
    share("factor_domestic_abuse_parent", "England", march(2025), 162_890 / 513_250 * 100,
          FACTORS, 2, "Domestic_Abuse_parent", "162890", EPISODES, "513250"),
    share("factor_mental_health_parent", "Manchester", march(2025), 1_855 / 6_606 * 100,
          FACTORS, 37, "Mental_Health_parent", "1855", EPISODES, "6606"),
    share("factor_mental_health_child", "Essex", march(2025), 381 / 3_634 * 100,
          FACTORS, 92, "Mental_Health_child", "381", EPISODES, "3634"),
    share("factor_emotional_abuse", "Kent", march(2025), 2_520 / 19_916 * 100,
          FACTORS, 106, "Emotional_Abuse", "2520", EPISODES, "19916"),
    share("factor_neglect", "Sandwell", march(2025), 480 / 2_686 * 100,
          FACTORS, 79, "Neglect", "480", EPISODES, "2686"),
    share("factor_alcohol_parent", "Cumbria", march(2023), 762 / 3_287 * 100,
          FACTORS, 362, "Alcohol_Misuse_parent", "762", EPISODES, "3287"),
    share("factor_drugs_parent", "Haringey", march(2025), 168 / 2_730 * 100,
          FACTORS, 138, "Drug_Misuse_parent", "168", EPISODES, "2730"),
    share("factor_physical_abuse_by_adult", "Birmingham", march(2023), 909 / 6_527 * 100,
          FACTORS, 404, "Physical_Abuse_adult_on_child", "909", EPISODES, "6527"),
    share("factor_sexual_exploitation", "Isles of Scilly", march(2025), 0 / 33 * 100,
          FACTORS, 126, "Child_sexual_exploitation", "0", EPISODES, "33"),
    share("factor_criminal_exploitation", "Harrow", march(2025), 64 / 2_035 * 100,
          FACTORS, 157, "Child_criminal_exploitation", "64", EPISODES, "2035"),
    hidden("factor_drugs_parent", "City of London", march(2025), 100, FACTORS, 135, "Drug_Misuse_parent",
           Printed(FACTORS, 135, "Episodes_with_assessment_factor", "8")),
    # Not collected before 2022.
    reason("factor_physical_abuse_by_adult", "Bradford", march(2018), NOT_AVAILABLE, FACTORS, 1198,
           "Physical_Abuse_adult_on_child", "x"),
    share("plans_for_neglect", "Cornwall", march(2024), 279 / 440 * 100,
          ABUSE, 122, "Neglect_Latest", "279", STARTED, "440"),
    share("plans_for_emotional_abuse", "England", march(2024), 24_620 / 62_110 * 100,
          ABUSE, 2, "Emotional_Latest", "24620", STARTED, "62110"),
    share("plans_for_physical_abuse", "Bradford", march(2024), 119 / 984 * 100,
          ABUSE, 51, "Physical_Latest", "119", STARTED, "984"),
    share("plans_for_sexual_abuse", "Birmingham", march(2024), 48 / 1_836 * 100,
          ABUSE, 75, "Sexual_Latest", "48", STARTED, "1836"),
    share("plans_for_neglect", "Northamptonshire", march(2020), 567 / 1_088 * 100,
          ABUSE, 725, "Neglect_Latest", "567", STARTED, "1088"),
    reason("plans_for_neglect", "Norfolk", march(2013), NOT_AVAILABLE, ABUSE, 1896, "Neglect_Latest", "x"),
    # Of no plans there is no share.
    reason("plans_for_sexual_abuse", "Isles of Scilly", march(2024), NOT_APPLICABLE, ABUSE, 126, "Sexual_Latest", "0",
           Printed(ABUSE, 126, STARTED, "0"), symbol=None),
)  # fmt: skip

CARE = (
    figure("cla_rate", "Kirklees", march(2025), 64.0, LOOKED_AFTER, 186, "rate_per_10000", "64"),
    figure("cla_rate", "Cumbria", march(2023), 82.0, LOOKED_AFTER, 1146, "rate_per_10000", "82"),
    figure("cla_rate", "Northamptonshire", march(2021), 67.0, LOOKED_AFTER, 2226, "rate_per_10000", "67"),
    # Hackney, whose other figures of the year are missing.
    figure("cla_rate", "Hackney", march(2021), 72.0, LOOKED_AFTER, 2415, "rate_per_10000", "72"),
    reason("cla_rate", "Isles of Scilly", march(2025), NOT_APPLICABLE, LOOKED_AFTER, 384, "rate_per_10000", "z"),
    figure("cla_start_rate", "Somerset", march(2025), 26.0, LOOKED_AFTER, 397, "rate_per_10000", "26",
           Printed(LOOKED_AFTER, 397, "population_type", "Children starting to be looked after each year")),
    figure("placements_3_or_more", "Bradford", march(2025), 8.0, STABILITY, 361, "children_percent", "8"),
    figure("same_carer_2_years", "Cornwall", march(2025), 71.0, STABILITY, 758, "children_percent", "71"),
    reason("same_carer_2_years", "Isles of Scilly", march(2025), NOT_APPLICABLE, STABILITY, 764,
           "children_percent", "z"),
    figure("health_assessments", "Croydon", march(2025), 94.0, HEALTH, 3954, "children_percent", "94"),
    figure("health_assessments", "Inner London", march(2025), 92.0, HEALTH, 3382, "children_percent", "92"),
    reason("health_assessments", "City of London", march(2025), SUPPRESSED, HEALTH, 3878, "children_percent", "c"),
    figure("care_leavers_17_18_active", "Liverpool", march(2025), 63.0, ACTIVITY, 1043, "care_leaver_percent", "63",
           Printed(ACTIVITY, 1043, "breakdown", "Total in education, employment or training")),
    figure("care_leavers_19_21_active", "Warwickshire", march(2025), 53.0, ACTIVITY, 2111, "care_leaver_percent", "53",
           Printed(ACTIVITY, 2111, "care_leaver_age", "19 to 21 years")),
    figure("care_leavers_17_18_accommodation", "Lincolnshire", march(2025), 93.0, HOMES, 578,
           "care_leaver_percent", "93"),
    reason("care_leavers_17_18_accommodation", "City of London", march(2025), SUPPRESSED, HOMES, 1074,
           "care_leaver_percent", "c"),
    figure("care_leavers_19_21_accommodation", "City of London", march(2025), 96.0, HOMES, 1078,
           "care_leaver_percent", "96"),
    figure("social_workers_3_or_more", "Solihull", march(2024), 42.0, WORKERS, 165, "percentage", "42"),
    figure("social_workers_3_or_more", "Norfolk", march(2024), 26.0, WORKERS, 195, "percentage", "26"),
    figure("school_moves", "Bristol", march(2024), 11.0, SCHOOLS, 969, "percentage", "11"),
    reason("school_moves", "Solihull", march(2020), NOT_AVAILABLE, SCHOOLS, 6017, "percentage", "x"),
    figure("persistent_absence_in_need", "Northumberland", july(2025), 43.4, ABSENCE, 97,
           "pt_pupils_pa_10_exact", "43.4"),
    figure("severe_absence_in_need", "Salford", july(2025), 13.4, ABSENCE, 192, "pt_pupils_pa_50_exact", "13.4"),
    figure("severe_absence_in_need", "Cumberland", july(2024), 10.1, ABSENCE, 2627, "pt_pupils_pa_50_exact", "10.1"),
    figure("persistent_absence_on_plan", "Greenwich", july(2025), 69.9, ABSENCE, 2422, "pt_pupils_pa_10_exact", "69.9"),
    figure("severe_absence_on_plan", "England", july(2025), 15.4, ABSENCE, 1652, "pt_pupils_pa_50_exact", "15.4"),
    hidden("severe_absence_on_plan", "Thurrock", july(2021), 100, ABSENCE, 11977, "pt_pupils_pa_50_exact",
           Printed(ABSENCE, 11977, "t_pupils", "52")),
    reason("persistent_absence_in_need", "Birmingham", july(2020), NOT_AVAILABLE, ABSENCE, 12672,
           "pt_pupils_pa_10_exact", "x"),
    figure("age_11_standard_in_need", "Birmingham", july(2025), 34.0, AGE_11, 75, "pt_rwm_met_expected_standard", "34"),
    figure("age_11_standard_on_plan", "Cumbria", july(2019), 35.0, AGE_11, 3312, "pt_rwm_met_expected_standard", "35"),
    reason("age_11_standard_on_plan", "Essex", july(2025), SUPPRESSED, AGE_11, 422,
           "pt_rwm_met_expected_standard", "c"),
    reason("age_11_standard_in_need", "Isles of Scilly", july(2025), NOT_APPLICABLE, AGE_11, 126,
           "pt_rwm_met_expected_standard", "z"),
    figure("attainment_8_in_need", "England", july(2025), 17.3, AGE_16, 2, "avg_att8", "17.3"),
    figure("attainment_8_in_need", "Birmingham", july(2021), 21.0, AGE_16, 2047, "avg_att8", "21"),
    figure("attainment_8_on_plan", "Salford", july(2025), 26.1, AGE_16, 370, "avg_att8", "26.1"),
)  # fmt: skip


def tool(metric: str, area: str, day: date, value: float, line: int, text: str, *others: Printed) -> Traced:
    """A value of the interactive tool, by the row that prints it."""
    return figure(metric, area, day, value, TOOL, line, "Values", text, *others)


def dash(metric: str, area: str, day: date, line: int) -> Traced:
    return reason(metric, area, day, UNSPECIFIED, TOOL, line, "Values", "-")


# Spending of England is of the councils that have a figure: Middlesbrough and Wandsworth have none.
WITHOUT_TWO = (children(2, "12183016"), children(18, "35617"), children(146, "58730"))
INTERACTIVE_TOOL = (
    tool("caseholder_share", "England", september(2025), 40.1, 614199, "40.1"),
    tool("caseholder_share", "Kingston upon Thames", september(2025), 48.5, 614109, "48.5"),
    tool("caseholder_share", "Richmond upon Thames", september(2025), 48.5, 614149, "48.5"),
    dash("caseholder_share", "Westminster", september(2025), 614190),
    tool("no_cases_share", "England", september(2025), 19.5, 615729, "19.5"),
    tool("no_cases_share", "North Northamptonshire", september(2021), 7.9, 614985, "7.9"),
    tool("no_cases_share", "West Northamptonshire", september(2021), 7.9, 614986, "7.9"),
    tool("senior_practitioner_share", "England", september(2025), 18.3, 617259, "18.3"),
    tool("senior_practitioner_share", "Somerset", september(2025), 5.5, 617220, "5.5"),
    tool("assessments_in_45_days", "England", march(2025), 85.7, 261959, "85.7"),
    tool("assessments_in_45_days", "Leeds", march(2025), 73.2, 261874, "73.2"),
    tool("referrals_from_schools", "England", march(2025), 20.6, 493839, "20.6"),
    tool("referrals_from_schools", "Cornwall", march(2024), 25.0, 493538, "25"),
    reason("referrals_from_schools", "Bath and North East Somerset", march(2025), LOW_RELIABILITY, TOOL, 493684,
           "Values", "0", symbol="printed 0.0"),
    tool("referrals_from_health", "England", march(2025), 15.2, 495539, "15.2"),
    tool("referrals_from_health", "North Yorkshire", march(2023), 15.3, 495133, "15.3"),
    tool("referrals_from_police", "England", march(2025), 28.3, 497239, "28.3"),
    tool("referrals_from_police", "Dorset to 2019", march(2016), 27.3, 495589, "27.3"),
    tool("conferences_in_15_days", "England", march(2025), 81.4, 134969, "81.400000000000006"),
    tool("conferences_in_15_days", "Leeds", march(2025), 75.8, 134884, "75.8"),
    # Which is (122 + 849) / 1,374.
    tool("conferences_in_15_days", "Lancashire", march(2025), 70.7, 134883, "70.7",
         Printed(ENQUIRIES, 35, "Duration_0-10_days", "122"), Printed(ENQUIRIES, 35, "Duration_11-15_days", "849"),
         Printed(ENQUIRIES, 35, "ICPC", "1374")),
    tool("reviews_in_time", "England", march(2025), 90.6, 33479, "90.6"),
    tool("reviews_in_time", "Cumbria", march(2023), 90.2, 33011, "90.2"),
    # Which is 582 / 611.
    tool("reviews_in_time", "Lancashire", march(2025), 95.3, 33393, "95.3",
         Printed(TOOL, 284483, "Values", "582"), Printed(TOOL, 282783, "Values", "611")),
    dash("reviews_in_time", "Bath and North East Somerset", march(2025), 33324),
    # Binary noise is no digit of the figure.
    tool("long_plans_ended_rate", "England", march(2025), 4.4, 71389, "4.4000000000000004"),
    tool("long_plans_ended_rate", "West Northamptonshire", march(2025), 2.3, 71326, "2.2999999999999998"),
    tool("care_application_rate", "England", march(2025), 9.1, 231699, "9.1"),
    tool("care_application_rate", "Middlesbrough", march(2025), 17.5, 231624, "17.5"),
    tool("care_application_rate", "Northamptonshire", march(2016), 14.9, 230104, "14.9"),
    dash("care_application_rate", "Dorset", march(2025), 231580),
    dash("care_application_rate", "North East", march(2025), 231700),
    tool("emotional_health_score", "England", march(2025), 14.9, 109299, "14.9"),
    tool("emotional_health_score", "Leeds", march(2025), 14.8, 109214, "14.8"),
    # The census prints it too.
    tool("emotional_health_score", "Kent", march(2025), 15.7, 109207, "15.7",
         Printed(HEALTH, 14312, "children_count", "15.7")),
    reason("emotional_health_score", "Kingston upon Thames", march(2017), LOW_RELIABILITY, TOOL, 107849, "Values", "0",
           symbol="printed 0.0"),
    tool("children_in_low_income_families", "England", march(2025), 19.8, 47249, "19.8"),
    tool("children_in_low_income_families", "Bradford", march(2025), 39.3, 47104, "39.299999999999997"),
    # Years before the five that the census of children looked after still prints.
    tool("cla_rate", "Blackpool", march(2016), 163.0, 88919, "163"),
    tool("cla_rate", "Leeds", march(2020), 79.0, 89664, "79"),
    tool("placements_3_or_more", "Leeds", march(2018), 10.0, 489164, "10"),
    tool("placements_3_or_more", "Sheffield", march(2016), 15.0, 488866, "15"),
    tool("care_leavers_19_21_accommodation", "Camden", march(2019), 87.0, 79583, "87"),
    tool("care_leavers_19_21_accommodation", "Bournemouth, Christchurch and Poole", march(2020), 86.0, 79742, "86"),
    tool("social_work_unit_cost", "England", march(2025), 170.0, 10359, "170"),
    tool("social_work_unit_cost", "Merton", march(2025), 280.0, 10283, "280"),
    dash("social_work_unit_cost", "Cumberland", march(2024), 10062),
    tool("looked_after_unit_cost", "England", march(2025), 2100.0, 4239, "2100"),
    tool("looked_after_unit_cost", "Leeds", march(2025), 1905.0, 4154, "1905"),
    tool("looked_after_unit_cost", "Poole", march(2017), 1080.0, 2824, "1080"),
    tool("safeguarding_spend_per_child", "Leeds", march(2025), 50_976_804 / 176_239, 19454, "50976804",
         children(57, "176239")),
    tool("safeguarding_spend_per_child", "Cornwall", march(2025), 21_838_323 / 105_786, 19408, "21838323",
         children(122, "105786")),
    tool("safeguarding_spend_per_child", "England", march(2025), 3_586_900_940 / (12_183_016 - 35_617 - 58_730),
         19539, "3586900940", *WITHOUT_TWO),
    tool("family_support_spend_per_child", "Norfolk", march(2025), 56_917_290 / 171_830, 20998, "56917290",
         children(95, "171830")),
    tool("family_support_spend_per_child", "England", march(2025), 1_902_330_547 / (12_183_016 - 35_617 - 58_730),
         21069, "1902330547", *WITHOUT_TWO),
    tool("children_services_spend_per_child", "Surrey", march(2025), 264_157_047 / 269_339, 13393, "264157047",
         children(114, "269339")),
    tool("children_services_spend_per_child", "England", march(2025), 16_012_355_892 / (12_183_016 - 35_617 - 58_730),
         13419, "16012355892", *WITHOUT_TWO, Printed(TOOL, 13405, "Values", "-")),
    dash("children_services_spend_per_child", "Middlesbrough", march(2025), 13344),
)  # fmt: skip


def spent(area: str, year: int, value: float, file: str, line: int, text: str, at: int, of: str) -> Traced:
    """Spending per child: thousands of pounds by the children of the middle of the financial year."""
    metric = "children_social_care_spend_per_child"
    return figure(metric, area, march(year), value, file, line, SPENT, text, children(at, of))


MONEY_AND_CONTEXT = (
    spent("Leeds", 2025, 305_280 * 1_000 / 176_239, SERVICES_2025, 200, "305280", 57, "176239"),
    spent("Cornwall", 2025, 131_125 * 1_000 / 105_786, SERVICES_2025, 79, "131125", 122, "105786"),
    spent("Cumberland", 2024, 147_622 * 1_000 / 52_019, SERVICES_2024, 89, "147622", 197, "52019"),
    spent("Kingston upon Thames", 2023, 35_146 * 1_000 / 36_760, SERVICES_2023, 201, "35146", 490, "36760"),
    spent("England", 2025, 16_878_876.02917 * 1_000 / 12_183_016, SERVICES_2025, 418, "16878876.029169999",
          2, "12183016"),
    reason("children_social_care_spend_per_child", "Birmingham", march(2025), NOT_AVAILABLE, SERVICES_2025, 28,
           SPENT, "[x]"),
    share("looked_after_share_of_spend", "Leeds", march(2025), 146_619 / 305_280 * 100,
          SERVICES_2025, 200, SPENT_LOOKED_AFTER, "146619", SPENT, "305280"),
    share("looked_after_share_of_spend", "Barnsley", march(2024), 43_179 / 80_728 * 100,
          SERVICES_2024, 23, SPENT_LOOKED_AFTER, "43179", SPENT, "80728"),
    reason("looked_after_share_of_spend", "Birmingham", march(2025), NOT_AVAILABLE, SERVICES_2025, 28,
           SPENT_LOOKED_AFTER, "[x]"),
    # 5 of 140,328: booked under another service, and withheld.
    reason("looked_after_share_of_spend", "Sandwell", march(2025), LOW_RELIABILITY, SERVICES_2025, 293,
           SPENT_LOOKED_AFTER, "5", Printed(SERVICES_2025, 293, SPENT, "140328"), symbol="printed 0.00356308078"),
    # A rate of 0 to 1 is printed.
    figure("income_deprivation", "Tower Hamlets", march(2025), 0.713 * 100, DEPRIVATION, 130,
           "idaci_2025_rate", "0.713"),
    figure("income_deprivation", "Barnsley", march(2025), 0.435 * 100, DEPRIVATION, 80, "idaci_2025_rate", "0.435"),
    figure("income_deprivation", "Surrey", march(2025), 0.1956 * 100, DEPRIVATION, 151, "idaci_2025_rate", "0.1956"),
    figure("director_changes", "England", march(2025), 51.0, DIRECTORS, 8, "dcs_changes_total", "51"),
    figure("director_changes", "England", march(2024), 62.0, DIRECTORS, 7, "dcs_changes_total", "62"),
)  # fmt: skip

# Grades are 1 Outstanding, 2 Good, 3 Requires improvement to be good, 4 Inadequate; the symbol is the grade in words.
INSPECTIONS = (
    figure("judgement_overall", "Isles of Scilly", march(2025), 4.0, OFSTED, 117, OVERALL, "Inadequate",
           symbol="Inadequate"),
    figure("judgement_in_care", "St Helens", march(2025), 2.0, OFSTED, 217, IN_CARE, GOOD, symbol=GOOD),
    figure("judgement_protection", "St Helens", march(2025), 3.0, OFSTED, 217, PROTECTION, REQUIRES_IMPROVEMENT,
           symbol=REQUIRES_IMPROVEMENT),
    figure("judgement_care_leavers", "Staffordshire", march(2025), 3.0, OFSTED, 219, CARE_LEAVERS,
           REQUIRES_IMPROVEMENT, symbol=REQUIRES_IMPROVEMENT),
    # Inspected in March 2025 but published in July: the day shows the report before.
    figure("judgement_leaders", "Wakefield", march(2025), 1.0, OFSTED, 246, LEADERS, "Outstanding",
           symbol="Outstanding"),
    figure("judgement_leaders", "Wakefield", NEWEST_REPORT, 2.0, REPORTS, 83, "impact_of_leaders_grade", "good",
           symbol=GOOD),
    figure("judgement_leaders", "Lancashire", NEWEST_REPORT, 1.0, REPORTS, 170, "impact_of_leaders_grade",
           "outstanding", symbol="Outstanding"),
    reason("judgement_overall", "Lancashire", NEWEST_REPORT, Status.NOT_GIVEN, REPORTS, 170,
           "overall_effectiveness_grade", "not_reported_post_reform", symbol=None),
    reason("judgement_overall", "North Northamptonshire", NEWEST_REPORT, Status.NOT_GIVEN, REPORTS, 6,
           "overall_effectiveness_grade", "not_reported_post_reform", symbol=None),
    # Before 2018, under another framework.
    figure("judgement_overall", "Leeds", march(2018), 2.0, BEFORE_2018, 75, OVERALL_SIF, GOOD, symbol=GOOD),
    figure("judgement_leaders", "Leeds", march(2018), 1.0, BEFORE_2018, 75, LEADERS_SIF, "Outstanding",
           symbol="Outstanding"),
    figure("judgement_overall", "Poole", march(2018), 3.0, BEFORE_2018, 164, OVERALL_SIF, REQUIRES_IMPROVEMENT,
           symbol=REQUIRES_IMPROVEMENT),
    # Sixteen whole months to 20 August 2026.
    figure("months_since_inspection", "Wakefield", NEWEST_REPORT, 16.0, REPORTS, 83, "inspection_start_date",
           "24/03/2025"),
    # One visit each, on 1 March 2023 and 19 March 2024: of different years, in one list.
    figure("focused_visits", "Peterborough", march(2023), 1.0, VISITS_2024, 5, VISIT, "ILACS Focused Visit",
           Printed(VISITS_2024, 5, VISITED, "2023-03-01T00:00:00")),
    figure("monitoring_visits", "Liverpool", march(2024), 1.0, VISITS_2024, 109, VISIT, "LA Monitoring visit",
           Printed(VISITS_2024, 109, VISITED, "2024-03-19T00:00:00")),
    reason("judgement_in_care", "Isles of Scilly", march(2018), NOT_APPLICABLE, BEFORE_2018, 65,
           "First SIF children looked after and achieving permanence", "-", symbol=None),
)  # fmt: skip

TRACED = (*FTE, *CENSUS, *SHARES, *CARE, *INTERACTIVE_TOOL, *MONEY_AND_CONTEXT, *INSPECTIONS)
# Measures of which no figure is traced here. None is: whoever adds a measure looks one of its figures up.
NOT_TRACED: set[str] = set()
# Neighbours are no figures: area, line, and the nearest four with how close they are.
NEAREST = (
    ("Leeds", 71, (("851", "Very close"), ("882", "Very close"), ("373", "Very close"), ("826", "Close"))),
    ("Kingston upon Thames", 66, (("319", "Close"), ("315", "Close"), ("919", "Close"), ("305", "Close"))),
    ("City of London", 27, (("202", "Not close"), ("205", "Not close"), ("207", "Not close"), ("210", "Not close"))),
)


def source_of(file: str) -> Source:
    """The source whose release holds a file; where another only looks something up in it, the one that loads it."""
    return next(one for one in all_sources() if file in {declared.name for declared in one.release.files})


def file_of(name: str) -> File:
    """What is declared of a file; of one with two sheets, of the first."""
    return next(one for one in source_of(name).release.files if one.name == name)


@pytest.mark.parametrize("one", TRACED, ids=str)
def test_the_database_holds_what_is_printed(database: duckdb.DuckDBPyConnection, one: Traced) -> None:
    key = {"metric": one.metric, "area": AREAS[one.area], "day": one.day}
    found = database.execute(
        "SELECT value, value_low, value_high, status, symbol, file, line, numerator, denominator FROM observation "
        "WHERE metric_id = $metric AND area_id = $area AND period_end = $day",
        key,
    ).fetchall()
    ((value, low, high, status, symbol, file, line, numerator, denominator),) = found
    assert (file, line) == (one.printed.file, one.printed.line)
    assert symbol == one.symbol
    if isinstance(one.value, Status):
        assert (value, status) == (None, str(one.value))
        ranks = "rank, tied, rank_low < rank_high, ranked, quarter_low, quarter_high, sets_cut, not_ranked"
        ranked = f"SELECT {ranks} FROM standing WHERE metric_id = $metric AND area_id = $area AND period_end = $day"
        standing = database.execute(ranked, key).fetchall()
        if one.range is None:
            assert (low, high, standing) == (None, None, [])
        else:
            assert (low, high) == (pytest.approx(one.range[0], rel=1e-8), pytest.approx(one.range[1], rel=1e-8))
            # No rank is certain of it: it has the best and the worst, or none where the council is very small.
            ((*certain, between, among, best, worst, sets_cut, not_ranked),) = standing
            assert certain == [None, None]
            if one.area in ("City of London", "Isles of Scilly"):
                none = (None, None, None, None, False, "a very small council")
                assert (between, among, best, worst, sets_cut, not_ranked) == none
            else:
                assert (between, sets_cut, not_ranked) == (True, True, None)
                assert among > 140
                assert best < worst
    else:
        assert status == "observed"
        assert value == pytest.approx(one.value, rel=1e-8)
    if one.denominator:
        # Published beside a hidden count too.
        count = None if one.range else float(one.printed.text)
        assert (numerator, denominator) == (count, float(one.denominator.text))


def test_a_value_that_is_not_worked_out_is_typed_as_it_is_printed(database: duckdb.DuckDBPyConnection) -> None:
    """To nine digits: the noise of binary numbers (81.400000000000006) is no part of a figure."""
    derived = dict(database.execute("SELECT metric_id, derived FROM metric").fetchall())
    # Of grades, visits and dates words are printed.
    plain = [
        one for one in TRACED
        if not isinstance(one.value, Status) and not derived[one.metric] and re.fullmatch(r"[\d.]+", one.printed.text)
    ]  # fmt: skip
    assert len(plain) > 100
    assert [str(one) for one in plain if float(f"{float(one.printed.text):.9g}") != one.value] == []


@pytest.mark.parametrize(("area", "line", "nearest"), NEAREST)
def test_the_nearest_neighbours_are_the_printed_ones(
    database: duckdb.DuckDBPyConnection, area: str, line: int, nearest: tuple[tuple[str, str], ...]
) -> None:
    found = database.execute(
        "SELECT neighbour_id, closeness FROM neighbour WHERE area_id = $area ORDER BY closeness_rank LIMIT 4",
        {"area": AREAS[area]},
    ).fetchall()
    assert tuple(found) == nearest
    row = released(NEIGHBOURS)[line]
    assert row["old_la_code"] == AREAS[area]
    assert [(row[f"SN_{rank}"], row[f"SN_{rank}P"].strip()) for rank in range(1, 5)] == list(nearest)


def all_printed(one: Traced) -> tuple[Printed, ...]:
    return (one.printed, *one.others, *([one.denominator] if one.denominator else []))


def released(name: str) -> Lines:
    """The lines of a file in a committed release, each with its cells by column."""
    table = releases.read(builder.DATA / "releases", source_of(name)).table(name, file_of(name).sheet)
    return {row["line"]: {column: text for column, text in row.items() if text} for row in table.iter_rows(named=True)}


def files() -> list[str]:
    return sorted({printed.file for one in TRACED for printed in all_printed(one)})


def unlike(lines: Lines, name: str) -> list[str]:
    """Cells of a file that do not hold what was typed, and rows that are not of the area or the year."""
    words = []
    for one in TRACED:
        for printed in all_printed(one):
            if printed.file != name:
                continue
            row = lines.get(printed.line, {})
            here = row.get(printed.column)
            number = re.fullmatch(r"-?\d+\.\d+", printed.text)
            # Sheets store more digits than a float can tell apart.
            if here != printed.text and not (number and here and f"{float(here):.15g}" == f"{float(number[0]):.15g}"):
                words.append(f"{one}: {here!r} on line {printed.line} in {printed.column}, not {printed.text!r}")
    for one in TRACED:
        if one.printed.file == name:
            row = lines[one.printed.line]
            # The history of 2023 is of those that had ended from its second table on.
            if AREAS[one.area] not in {*areas_of(row, ended=False), *areas_of(row, ended=True)}:
                words.append(f"{one}: line {one.printed.line} is of {areas_of(row, ended=False)}")
            year = re.match(r"(\d{4})(?:-?(\d\d))?", period_of(row))
            # What is known of inspections on a day is of reports before it.
            judged = one.metric.startswith(("judgement", "months"))
            if year and not judged and int(year[1]) + (1 if year[2] else 0) != one.day.year:
                words.append(f"{one}: line {one.printed.line} is of {period_of(row)}")
    return words


@pytest.mark.parametrize("name", files())
def test_the_release_holds_the_text_at_that_line(name: str) -> None:
    assert unlike(released(name), name) == []


@pytest.mark.published
@pytest.mark.parametrize("name", files())
def test_the_published_file_prints_the_text_at_that_line(published: Path, name: str) -> None:
    file = file_of(name)
    assert unlike({line: row for _, line, row in reading.rows(published / file.path, file)}, name) == []


def test_at_least_one_figure_of_every_measure_is_traced(database: duckdb.DuckDBPyConnection) -> None:
    metrics = {metric for (metric,) in database.execute("SELECT metric_id FROM metric").fetchall()}
    assert metrics - {one.metric for one in TRACED} == NOT_TRACED


def test_figures_of_every_source_every_symbol_and_every_kind_of_area_are_traced() -> None:
    of_sources = Counter(source_of(one.printed.file).id for one in TRACED)
    # What Ofsted's reports ask for is in words, not in figures: tests/published/test_reports.py traces those.
    others = {source_of(NEIGHBOURS).id, ofsted_reports.SOURCE.id}
    assert of_sources.keys() | others == {source.id for source in all_sources()}
    assert len(TRACED) >= 150
    assert {one.printed.text for one in TRACED} >= {"c", "u", "x", "z", "low", "-", "[x]"}
    assert {one.value for one in TRACED if isinstance(one.value, Status)} == set(Status) - {
        Status.OBSERVED,
        Status.NO_ROW,
    }
    assert len({one.area for one in TRACED}) == len(AREAS)
    assert {one.day.year for one in TRACED} >= set(range(2016, 2027))
