"""Children aged 0 to 17 in each local authority, estimated for the middle of each year."""

from etl.model import File, PeriodKind, Release, Source
from etl.readers import ees
from etl.sources.declare import count

SOURCE = Source(
    id="population",
    title="Population estimates for England and Wales",
    publisher="Office for National Statistics",
    release=Release(
        id="population_2024",
        title="mid-2024",
        published="2025-07-30",
        newest="2024",
        page="https://www.ons.gov.uk/peoplepopulationandcommunity/populationandmigration/populationestimates",
        following="mid-2025, published and not loaded yet",
        files=(File("ons/ons_mid-year_population_estimates_2012_to_2024.csv"),),
    ),
    load=ees.load,
    note="As used by the Department for Education: by its own authority numbers, with Inner and Outer London.",
    metrics=(
        count(
            id="children",
            title="Children aged 0 to 17",
            short_title="Children",
            theme="Context",
            definition="Children aged 0 to 17 living in the area in the middle of the year, as estimated by the ONS.",
            unit="children",
            decimals=0,
            period_kind=PeriodKind.AT_30_JUNE,
            rounding=(0.0, 0.0),
            column="population_estimate",
        ),
    ),
)
