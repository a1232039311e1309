"""Children in need census, edition of 2024: tables the 2025 edition is not yet loaded from.

Child protection plans started, by the latest category of abuse. The categories of 2025 are not among the files we have.
Four more tables have no metrics here: the interactive tool is compared with them (`etl.check.reconcile_lait`).
"""

from etl.model import File, Metric, PeriodKind, Release, Source, Sum
from etl.readers import ees
from etl.sources.declare import EES, neutral, percentage

FOLDER = "dfe-children-in-need/release-2024"
CATEGORIES = "d2_cpps_starting_by_category_of_abuse_2013_to_2024.csv"
ASSESSMENTS = "c2_children_in_need_assessments_duration_2014_to_2024.csv"
REFERRERS = "c5_children_in_need_referrals_by_source_2014_to_2024.csv"
REVIEWS = "d6_cpps_reviewed_within_timescales_2013_to_2024.csv"
ENDED_PLANS = "d7_cpps_ending_by_duration_2013_to_2024.csv"
WITHIN_45_DAYS = ("Same_day", "1-10_days", "11-20_days", "21-30_days", "31-40_days", "41-45_days")
# As a share of plans, the most that have no category: the North West in 2024, of which Halton gave none.
UNKNOWN_CATEGORY = 0.025
# The years of the tool.
COMPARED = tuple(str(year) for year in range(2016, 2025))
NAMED = {
    "plans_for_neglect": ("Neglect_Latest", "neglect"),
    "plans_for_emotional_abuse": ("Emotional_Latest", "emotional abuse"),
    "plans_for_physical_abuse": ("Physical_Latest", "physical abuse"),
    "plans_for_sexual_abuse": ("Sexual_Latest", "sexual abuse"),
}


def _compared(name: str, *columns: str) -> File:
    """A table that is only compared with the interactive tool: the columns compared, in the years compared."""
    return File(f"{FOLDER}/{name}", groups={"time_period": COMPARED}, columns=(*ees.KEYS, *columns))


def _category(metric_id: str, column: str, words: str) -> Metric:
    return percentage(
        id=metric_id,
        title=f"Child protection plans for {words}",
        short_title=f"Plans for {words}",
        noun=f"share of new child protection plans whose latest category was {words}",
        theme="Child protection",
        definition=f"Plans started in the year to 31 March whose latest category of abuse was {words}.",
        direction=neutral("It says what kind of harm was found, not how well it was met."),
        period_kind=PeriodKind.YEAR_TO_31_MARCH,
        file=CATEGORIES,
        # No hidden_counts: counts larger than 5 are hidden beside small ones, as England's row says in most years.
        counted=column,
        denominator="CPP_start",
        # Alike to the plan; a newer edition may revise the one and not the other.
        same_as="plan_start_rate",
        same_within=0.05,
        caveat="To 2024. Many councils' counts of 1 to 5 are suppressed.",
    )


SOURCE = Source(
    id="children_in_need_2024",
    title="Children in need",
    publisher="Department for Education",
    release=Release(
        id="children_in_need_2024",
        title="reporting year 2024",
        published="2024-10",
        newest="2024",
        following="reporting year 2025, published and not among the files loaded here",
        page=f"{EES}/children-in-need/2024",
        files=(
            File(f"{FOLDER}/{CATEGORIES}"),
            _compared(ASSESSMENTS, "Assessments_completed", *WITHIN_45_DAYS),
            _compared(REFERRERS, "Referrals", "Schools", "Health_Services", "Police"),
            _compared(REVIEWS, "CPP_At31_3Months", "Reviewed_within_timescales", "Reviewed_within_timescales_percent"),
            _compared(ENDED_PLANS, "2_years_or_more_percent"),
        ),
    ),
    load=ees.load,
    # So that its measures come after those of the newer edition.
    needs=("children_in_need",),
    sums=tuple(
        Sum(
            CATEGORIES,
            tuple(f"{abuse}_{when}" for abuse in ("Neglect", "Physical", "Sexual", "Emotional", "Multiple")),
            "CPP_start",
            UNKNOWN_CATEGORY,
        )
        for when in ("Initial", "Latest")
    ),
    metrics=tuple(_category(metric_id, column, words) for metric_id, (column, words) in NAMED.items()),
)
