"""What people call measures, beside their titles: for the choices in which they type."""

from __future__ import annotations

from dashboard.data.cache import cached
from dashboard.data.database import Database
from dashboard.data.model import Metric

# Words of the field for measures whose title and short title hold them not.
ALSO = {
    "vacancy_rate": ("Unfilled posts", "Staffing"),
    "vacancies_fte": ("Unfilled posts, number",),
    "turnover_rate": ("Leavers, share", "Retention"),
    "agency_rate": ("Locums", "Temporary staff"),
    "caseload": ("Caseloads", "Workload", "Cases per social worker"),
    "absence_rate": ("Sick leave",),
    "plan_rate": ("CPP rate",),
    "conference_rate": ("ICPC rate",),
    "conferences_in_15_days": ("ICPC timeliness",),
    "section_47_rate": ("Investigations", "S47"),
    "referral_rate": ("Contacts referred", "MASH"),
    "rereferral_rate": ("Repeat referrals",),
    "child_in_need_rate": ("CIN rate",),
    "assessments_in_45_days": ("Assessment timeliness",),
    "cla_rate": ("Children in care", "CLA rate", "LAC rate"),
    "cla_start_rate": ("Entering care",),
    "placements_3_or_more": ("Placement stability", "Placement moves"),
    "same_carer_2_years": ("Long-term placement stability",),
    "care_leavers_17_18_active": ("NEET care leavers, 17 to 18",),
    "care_leavers_19_21_active": ("NEET care leavers, 19 to 21",),
    "care_leavers_17_18_accommodation": ("Housing of care leavers, 17 to 18",),
    "care_leavers_19_21_accommodation": ("Housing of care leavers, 19 to 21",),
    "emotional_health_score": ("SDQ score",),
    "judgement_overall": ("Ofsted rating",),
    "income_deprivation": ("IDACI",),
    "children_in_low_income_families": ("Child poverty",),
    "children": ("Population",),
}
# Between another name and the title; page.js knows it too.
ARROW = " → "


def find_metric(db: Database, text: str) -> Metric | None:
    """The measure that somebody means by its title, id, short or former title or another name, in any case.

    Titles come first: the short title of one measure may be the title of another.
    """
    # Phones type the apostrophe of print.
    return _by_name(db).get(text.strip().casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


@cached
def _by_name(db: Database) -> dict[str, Metric]:
    found: dict[str, Metric] = {}
    for names in (
        lambda one: (one.title,),
        lambda one: (one.metric_id, one.former_title or ""),
        lambda one: (one.short_title,),
        lambda one: ALSO.get(one.metric_id, ()),
    ):
        for metric in db.metrics.values():
            for name in names(metric):
                found.setdefault(name.casefold(), metric)
    found.pop("", None)
    return found


@cached
def other_names(db: Database) -> dict[str, str]:
    """What can be typed into a choice of measures -> the title: "Vacancies → Social worker vacancy rate"."""
    return {
        f"{name}{ARROW}{metric.title}": metric.title
        for metric in db.metrics.values()
        for name in (metric.short_title, *ALSO.get(metric.metric_id, ()))
        # Who types a part of the title finds it by that.
        if name.lower() not in metric.title.lower()
    }
