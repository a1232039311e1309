"""Children in need census, edition of 2024: tables the 2025 edition is not yet loaded from.

Child protection plans started, by the latest category of abuse. The categories of 2025 are not among the files we have.
"""

from etl import ees
from etl.model import File, Metric, PeriodKind, Polarity, Release, Source

CATEGORIES = "d2_cpps_starting_by_category_of_abuse_2013_to_2024.csv"
NAMED = {
    "plans_for_neglect": ("Neglect_Latest", "neglect"),
    "plans_for_emotional_abuse": ("Emotional_Latest", "emotional abuse"),
    "plans_for_physical_abuse": ("Physical_Latest", "physical abuse"),
    "plans_for_sexual_abuse": ("Sexual_Latest", "sexual abuse"),
}


def _category(metric_id: str, column: str, words: str) -> Metric:
    return Metric(
        id=metric_id,
        title=f"Child protection plans for {words}",
        short_title=f"Plans for {words}",
        noun=f"share of new child protection plans whose latest category was {words}",
        theme="Child protection",
        definition=f"Plans started in the year to 31 March whose latest category of abuse was {words}.",
        unit="%",
        polarity=Polarity.NEUTRAL,
        period_kind=PeriodKind.YEAR_TO_31_MARCH,
        column=column,
        share=True,
        denominator=("CPP_start",),
        minimum_denominator=20,
        interval=True,
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
        page="https://explore-education-statistics.service.gov.uk/find-statistics/children-in-need/2024",
        files=(File(f"dfe-children-in-need/release-2024/{CATEGORIES}"),),
    ),
    load=ees.load,
    # So that its measures stand after those of the newer edition.
    needs=("children_in_need",),
    metrics=tuple(_category(metric_id, column, words) for metric_id, (column, words) in NAMED.items()),
)
