"""Damages of the kinds that publishers' slips are, put into the committed releases: none is loaded without a word.

The releases are real, as published; every damage is made up. `examine` is what `extract` asks before it puts a release
in its place, here without the edition itself in place, as on the day it comes out.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from etl import releases
from etl.areas import Areas
from etl.build import builder
from etl.check.validation import Allowed, ReleaseError
from etl.extract import release_loading
from etl.model import EtlError, Source
from etl.releases import Cells
from etl.sources import all_sources

SOURCES = {source.id: source for source in all_sources()}
WORKFORCE, INDICATORS = "social_work_workforce", "csww_indicators_2017_to_2025.csv"
IN_NEED, PLANS, NEED = (
    "children_in_need",
    "d5_cpps_at31march_by_duration_2013_to_2025.csv",
    "b1_children_in_need_2013_to_2025.csv",
)
FACTORS = "c3_factors_identified_at_end_of_assessment_2018_to_2025.csv"
ENQUIRIES = "c4_children_in_need_section_47s_and_icpcs_2013_to_2025.csv"
RECORD, HISTORY = "data_to_insight_inspections", "ofsted_csc_ilacs_history.csv"
VISITS, LIST_2024 = "ofsted_visits", "LA_Inspection_Outcomes_as_at_March_2024.ods"
LOOKED_AFTER, NUMBERS = "looked_after", "cla_number_and_rate_per_10k_children.csv"
PEOPLE, POPULATION = "population", "ons_mid-year_population_estimates_2012_to_2024.csv"
TOOL, TOOLS_FILE = "local_authority_interactive_tool", "bds_long_0_2026-04-08.parquet"
PLACEMENTS = "la_cla_placement_stability.csv"
DIRECTORS, DIRECTORS_FILE = "leadership_changes", "leadership_national_dcs_changes.csv"
NEIGHBOURS, NEIGHBOURS_FILE = "statistical_neighbours", "sn_model_2025_wide.csv"
LABELS = {
    "time_period", "time_identifier", "geographic_level", "country_code", "country_name", "region_code", "region_name",
    "old_la_code", "new_la_code", "la_name",
}  # fmt: skip
Change = Callable[["Table"], None]


@dataclass
class Table:
    """The cells of a release while they are damaged, and the file of it that is meant."""

    frame: pl.DataFrame
    file: str

    def lines(self, **labels: str) -> list[int]:
        """The lines of the file whose cells have these texts, in order."""
        found: set[int] | None = None
        for column, text in labels.items():
            here = self.frame.filter(
                (pl.col("file") == self.file) & (pl.col("column") == column) & (pl.col("text") == text)
            )["line"]
            found = set(here) if found is None else found & set(here)
        return sorted(found or ())

    def columns(self) -> list[str]:
        """The columns that are no labels."""
        return [
            column
            for column in self.frame.filter(pl.col("file") == self.file)["column"].unique(maintain_order=True)
            if column not in LABELS
        ]

    def text(self, line: int, column: str) -> str:
        return str(self._cell(line, column)["text"][0])

    def put(self, line: int, column: str, text: str) -> None:
        here = (pl.col("file") == self.file) & (pl.col("line") == line) & (pl.col("column") == column)
        self.frame = self.frame.with_columns(pl.when(here).then(pl.lit(text)).otherwise("text").alias("text"))

    def move(self, to: dict[int, int], columns: list[str] | None = None) -> None:
        """Give lines the figures of other lines."""
        columns = self.columns() if columns is None else columns
        here = (pl.col("file") == self.file) & pl.col("column").is_in(columns)
        cells = self.frame.filter(here & pl.col("line").is_in(list(to.values())))
        by = {(row[0], row[1]): row[2] for row in cells.select("line", "column", "text").iter_rows()}
        moved = pl.DataFrame(
            [(line, column, by[of, column]) for line, of in to.items() for column in columns],
            schema={"line": pl.Int64, "column": pl.String, "moved": pl.String},
            orient="row",
        ).with_columns(pl.lit(self.file).alias("file"))
        self.frame = (
            self.frame.join(moved, on=["file", "line", "column"], how="left", maintain_order="left")
            .with_columns(pl.coalesce("moved", "text").alias("text"))
            .drop("moved")
        )

    def here(self, column: str, **labels: str) -> pl.Expr:
        """The cells of a column in the lines of these labels."""
        lines = pl.col("line").is_in(self.lines(**labels))
        return (pl.col("file") == self.file) & lines & (pl.col("column") == column)

    def exchange(self, one: str, other: str, **labels: str) -> None:
        """Put two columns in each other's place in the lines of these labels."""
        name = pl.when(self.here(one, **labels)).then(pl.lit(other)).when(self.here(other, **labels)).then(pl.lit(one))
        self.frame = self.frame.with_columns(name.otherwise("column").alias("column"))

    def replace(self, old: str, new: str, column: str, **labels: str) -> int:
        """Put a text in place of another in these lines, and say in how many."""
        lines = self.lines(**labels, **{column: old})
        for line in lines:
            self.put(line, column, new)
        return len(lines)

    def _cell(self, line: int, column: str) -> pl.DataFrame:
        return self.frame.filter(
            (pl.col("file") == self.file) & (pl.col("line") == line) & (pl.col("column") == column)
        )


Examine = Callable[..., list[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Source], Path]:
    """The committed releases without the one of a source: the day on which it comes out."""

    def made(source: Source) -> Path:
        name = source.release.id
        folder = tmp_path_factory.mktemp("releases")
        for path in (builder.DATA / "releases").iterdir():
            if path.stem != name:
                shutil.copy(path, folder)
        return folder

    return made


@pytest.fixture(scope="module")
def examine(known_areas: Areas, folder: Callable[[Source], Path]) -> Examine:
    """What is said of a release after a damage, or raised."""
    read: dict[str, Cells] = {}

    def examined(source_id: str, file: str, damage: Change, allowed: Allowed | None = None) -> list[str]:
        source = SOURCES[source_id]
        if source_id not in read:
            read[source_id] = releases.read(builder.DATA / "releases", source)
        table = Table(read[source_id].frame, file)
        damage(table)
        cells = Cells(table.frame)
        validated, _ = release_loading.examine(
            source, cells, folder(source), known_areas, SOURCES, allowed or Allowed()
        )
        return [f"{rule}: {message}" for _, rule, message in validated.warning.iter_rows()]

    return examined


def line_of(table: Table, council: str, year: str = "2025") -> int:
    (line,) = table.lines(la_name=council, time_period=year)
    return line


# Each damage, its rule and what it must say.


def rates_exchanged(table: Table) -> None:
    """Vacancy and turnover rates of the newest year stand in each other's column."""
    table.exchange("vacancy_rate_fte", "turnover_rate_fte", time_period="2025")


def england_mistyped(table: Table) -> None:
    (line,) = table.lines(time_period="2025", geographic_level="National")
    assert table.text(line, "vacancy_rate_fte") == "14.2"
    table.put(line, "vacancy_rate_fte", "12.4")


def england_count_mistyped(table: Table) -> None:
    (line,) = table.lines(time_period="2025", geographic_level="National")
    table.put(line, "starters_fte", table.text(line, "starters_fte").replace(".", "", 1))


def regions_exchanged(table: Table) -> None:
    one, other = (table.lines(time_period="2025", geographic_level="Regional", region_name=name)[0]
                  for name in ("South East", "South West"))  # fmt: skip
    table.move({one: other, other: one})


def rate_without_counts_of_a_region(table: Table) -> None:
    one, other = (table.lines(time_period="2025", geographic_level="Regional", region_name=name)[0]
                  for name in ("North East", "East Midlands"))  # fmt: skip
    table.move({one: other, other: one}, ["absence_rate_fte"])


def hidden_as_zero(table: Table) -> None:
    assert table.replace("c", "0", "2_years_or_more", time_period="2025") == 59


def zeros_hidden(table: Table) -> None:
    assert table.replace("0", "c", "2_years_or_more", time_period="2025", geographic_level="Local authority") > 20


def last_years_file(table: Table) -> None:
    """All rows of the newest year are gone: the file is last year's under this year's name."""
    lines = table.lines(time_period="2025")
    table.frame = table.frame.filter(~pl.col("line").is_in(lines))


def last_years_figures(table: Table) -> None:
    """Last year's file with this year's labels."""
    last_years_file(table)
    here = pl.col("column") == "time_period"
    later = (pl.col("text").cast(pl.Int64, strict=False) + 1).cast(pl.String)
    table.frame = table.frame.with_columns(pl.when(here).then(later).otherwise("text").alias("text"))


def councils_exchanged(table: Table) -> None:
    one, other = line_of(table, "Leeds"), line_of(table, "York")
    table.move({one: other, other: one})


def children_exchanged(table: Table) -> None:
    one, other = line_of(table, "Leeds", "2024"), line_of(table, "Bradford", "2024")
    table.move({one: other, other: one})


def children_exchanged_in_2019(table: Table) -> None:
    one, other = line_of(table, "Leeds", "2019"), line_of(table, "Bradford", "2019")
    table.move({one: other, other: one})


def review_mistyped(table: Table) -> None:
    """A percentage whose counts stand in rows of their own."""
    (line,) = table.lines(**{"Short Desc": "RevCP", "Years": "2025", "LA and Regions": "Leeds"})
    table.put(line, "Values", "81.0")


def spending_exchanged(table: Table) -> None:
    """One measure of two councils, of a table in which each measure has a row of its own."""
    labels = {"Short Desc": "SafeguardingFinance", "Years": "2024-25 (OT)"}
    (one,), (other,) = (table.lines(**labels, **{"LA and Regions": name}) for name in ("Leeds", "York"))
    table.move({one: other, other: one}, ["Values"])


def placements_exchanged(table: Table) -> None:
    """All rows of two councils of a region: their sums and rates hold, and another table counts the same children."""
    one, other = (table.lines(time_period="2025", la_name=name) for name in ("Torbay", "Plymouth"))
    both = dict(zip([*one, *other], [*other, *one], strict=True))
    table.move(both, ["children_count", "children_percent"])


def digits_transposed(table: Table) -> None:
    table.replace("51", "15", "dcs_changes_total", year_ending_31_march="2025")


def block_shifted(table: Table) -> None:
    lines = table.lines(time_period="2025", geographic_level="Local authority", region_name="South West")
    table.move(dict(zip(lines[3:9], [*lines[4:9], lines[3]], strict=True)))


def ten_times(table: Table) -> None:
    line = line_of(table, "Leeds")
    table.put(line, "At31_episodes", table.text(line, "At31_episodes") + "0")


def ten_times_a_rate(table: Table) -> None:
    line = line_of(table, "Leeds")
    table.put(line, "caseload_fte", f"{float(table.text(line, 'caseload_fte')) * 10:g}")


def ten_times_a_rate_without_counts(table: Table) -> None:
    line = line_of(table, "Leeds")
    table.put(line, "absence_rate_fte", f"{float(table.text(line, 'absence_rate_fte')) * 10:g}")


def fraction(table: Table) -> None:
    for council in ("Leeds", "Camden", "Kent"):
        line = line_of(table, council)
        table.put(line, "absence_rate_fte", f"{float(table.text(line, 'absence_rate_fte')) / 100:g}")


def other_population(table: Table) -> None:
    line = table.lines(
        la_name="Leeds", time_period="2025", population_type="Children looked after on 31 March each year"
    )[0]
    table.put(line, "population_estimate", str(int(table.text(line, "population_estimate")) + 1000))


def label_of_the_year(table: Table) -> None:
    """Two years of one council stand under each other's label."""
    one, other = line_of(table, "Leeds"), line_of(table, "Leeds", "2024")
    table.move({one: other, other: one})


def columns_exchanged(table: Table) -> None:
    """Counts whose sums hold as well the other way round."""
    table.exchange("Alcohol_Misuse_parent", "Drug_Misuse_parent", time_period="2025")


def column_pasted(table: Table) -> None:
    """Children where enquiries should stand, in England's row and the regions' too."""
    here = table.here("Section47", time_period="2025")
    child = table.frame.filter(table.here("Section47_child", time_period="2025"))
    pasted = child.with_columns(pl.lit("Section47").alias("column"))
    table.frame = pl.concat([table.frame.filter(~here), pasted])


def years_exchanged(table: Table) -> None:
    here, other = pl.col("column") == "time_period", {"2022": "2023", "2023": "2022"}
    text = pl.when(here & (pl.col("file") == table.file)).then(pl.col("text").replace(other)).otherwise("text")
    table.frame = table.frame.with_columns(text.alias("text"))


def row_doubled(table: Table) -> None:
    table.move({line_of(table, "Torbay"): line_of(table, "North Somerset")})


def council_of_a_visit(table: Table) -> None:
    """Bury was judged Inadequate and is monitored; Doncaster was not."""
    for old, new in (("Bury", "a council"), ("Doncaster", "Bury"), ("a council", "Doncaster")):
        table.replace(old, new, "Local authority name")


def list_cut(table: Table) -> None:
    table.frame = table.frame.filter((pl.col("file") != table.file) | (pl.col("line") < 40))


def first_day_mistyped(table: Table) -> None:
    assert table.replace("13/10/2025", "16/10/2025", "inspection_start_date", local_authority="sandwell") == 1


def grade_of_another_row(table: Table) -> None:
    assert table.replace("good", "outstanding", "impact_of_leaders_grade", local_authority="sandwell") == 1


def report_dropped(table: Table) -> None:
    (line,) = table.lines(local_authority="sandwell", publication_date="02/12/25")
    table.frame = table.frame.filter(pl.col("line") != line)


def report_of_before_dropped(table: Table) -> None:
    (line,) = table.lines(local_authority="bedford", publication_date="07/04/17")
    table.frame = table.frame.filter(pl.col("line") != line)


def overall_better_than_all(table: Table) -> None:
    (line,) = table.lines(local_authority="kent", publication_date="02/02/26")
    for strand in ("impact_of_leaders", "help_and_protection", "in_care", "care_leavers"):
        table.put(line, f"{strand}_grade", "requires improvement")
    table.put(line, "overall_effectiveness_grade", "good")


@pytest.mark.parametrize(
    ("source", "file", "damage", "rule", "says"),
    [
        (WORKFORCE, INDICATORS, rates_exchanged, "E_UNPROVED", "by the counts printed beside it it should be"),
        (WORKFORCE, INDICATORS, england_mistyped, "E_UNPROVED",
         "England, 2025: vacancy_rate_fte is 12.4 (csww_indicators_2017_to_2025.csv, line "),
        (WORKFORCE, INDICATORS, england_count_mistyped, "E_UNPROVED", "regions and councils add up to"),
        (WORKFORCE, INDICATORS, regions_exchanged, "E_UNPROVED", "The rows of South East and South West may be"),
        (WORKFORCE, INDICATORS, rate_without_counts_of_a_region, "E_UNPROVED", "the mean of its councils is"),
        (WORKFORCE, INDICATORS, last_years_file, "E_EDITION", "which is loaded already: it is an older edition"),
        (WORKFORCE, INDICATORS, last_years_figures, "E_EDITION", "the years look wrongly labelled"),
        (WORKFORCE, INDICATORS, ten_times_a_rate, "E_UNPROVED", "Leeds, 2025: caseload_fte is"),
        (WORKFORCE, INDICATORS, ten_times_a_rate_without_counts, "E_UNPROVED", "Leeds moved most, from "),
        (WORKFORCE, INDICATORS, fraction, "E_SCALE", "Leeds"),
        (WORKFORCE, INDICATORS, label_of_the_year, "E_UNPROVED", "Yorkshire and The Humber, 2024"),
        (IN_NEED, PLANS, hidden_as_zero, "E_UNPROVED", "one of its parts is hidden by itself"),
        (IN_NEED, PLANS, zeros_hidden, "E_UNPROVED", "one of its parts is hidden by itself"),
        (IN_NEED, NEED, ten_times, "E_UNPROVED", "for Leeds (line "),
        (LOOKED_AFTER, NUMBERS, other_population, "E_UNPROVED", "the population estimates have"),
        (LOOKED_AFTER, PLACEMENTS, placements_exchanged, "E_UNPROVED", "another table has "),
        (TOOL, TOOLS_FILE, review_mistyped, "E_UNPROVED", "printed beside it it should be 80.09 (80.04 to"),
        (IN_NEED, FACTORS, columns_exchanged, "E_COPIED", "'Alcohol_Misuse_parent' look exchanged: in 75% of 149 co"),
        (IN_NEED, FACTORS, years_exchanged, "E_COPIED", "the years 2022 and 2023 look exchanged"),
        (IN_NEED, ENQUIRIES, column_pasted, "E_COPIED", "'Section47' in 2025 is 'Section47_child' in 100% of 149 co"),
        (WORKFORCE, INDICATORS, row_doubled, "E_UNPROVED", "(line 126) and Torbay (line 131) have the same "),
        (VISITS, LIST_2024, council_of_a_visit, "E_UNPROVED", "Doncaster: a monitoring visit on 2023-02-28 ("),
        (VISITS, LIST_2024, list_cut, "E_UNPROVED", f"{LIST_2024} lacks the inspection of "),
        (RECORD, HISTORY, grade_of_another_row, "E_DISAGREES", "impact of leaders is Good here but Outstanding there"),
        (RECORD, HISTORY, report_dropped, "E_NO_INSPECTION", "no inspection of Sandwell that began on 13 October 2025"),
        (RECORD, HISTORY, report_of_before_dropped, "E_UNPROVED", "of Bedford that was published on 2017-04-07 ("),
    ],
)  # fmt: skip
def test_a_damage_is_refused_by_name(
    examine: Examine, source: str, file: str, damage: Change, rule: str, says: str
) -> None:
    with pytest.raises(EtlError) as refused:
        examine(source, file, damage)
    assert str(refused.value).startswith(f"{rule}: ")
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("source", "file", "damage", "says"),
    [
        (WORKFORCE, INDICATORS, councils_exchanged, "W_STRANGER: csww_indicators_2017_to_2025.csv: the rows of "),
        (PEOPLE, POPULATION, children_exchanged, "look exchanged"),
        (PEOPLE, POPULATION, children_exchanged_in_2019, "Bradford (line 871) and Leeds (line 877) in 2019 look exch"),
        (TOOL, TOOLS_FILE, spending_exchanged, "Leeds (line 19454) and York (line 19538) in 2024/25 look exchanged"),
        (DIRECTORS, DIRECTORS_FILE, digits_transposed, "W_OUTLIER: England: changes of directors of children's serv"),
        (WORKFORCE, INDICATORS, block_shifted, "South West in 2025 look shifted by one"),
    ],
)
def test_rows_of_other_councils_of_the_region_are_said(
    examine: Examine, source: str, file: str, damage: Change, says: str
) -> None:
    assert [warning for warning in examine(source, file, damage) if says in warning]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (
            first_day_mistyped,
            "Sandwell: the inspection (ofsted_csc_ilacs_history.csv, line 379) began on Thursday 16 Oct",
        ),
        (
            overall_better_than_all,
            "effectiveness is Good, and the other grades are from Requires improvement to be good",
        ),
    ],
)
def test_an_inspection_of_which_there_is_no_report_proves_itself(
    known_areas: Areas, tmp_path: Path, damage: Change, says: str
) -> None:
    source = SOURCES[RECORD]
    for path in (builder.DATA / "releases").iterdir():
        if path.stem not in ("ofsted_reports_2026", source.release.id):
            shutil.copy(path, tmp_path)
    table = Table(releases.read(builder.DATA / "releases", source).frame, HISTORY)
    damage(table)
    with pytest.raises(ReleaseError, match=r"^E_UNPROVED: ") as refused:
        release_loading.examine(source, Cells(table.frame), tmp_path, known_areas, SOURCES, Allowed())
    assert says in str(refused.value)


def test_a_judgement_of_the_edition_in_place_does_not_change(known_areas: Areas, tmp_path: Path) -> None:
    source = SOURCES[RECORD]
    for path in (builder.DATA / "releases").iterdir():
        if path.stem != "ofsted_reports_2026":
            shutil.copy(path, tmp_path)
    table = Table(releases.read(tmp_path, source).frame, HISTORY)
    grade_of_another_row(table)
    with pytest.raises(ReleaseError, match=r"^E_REVISED_JUDGEMENT: .* of 2025-12-02: leaders was Good and is now "):
        release_loading.examine(source, Cells(table.frame), tmp_path, known_areas, SOURCES, Allowed())


def exchange_neighbours(table: Table, one: str, other: str) -> None:
    columns = [column for column in table.columns() if column.startswith("SN_")]
    (here,), (there,) = table.lines(old_la_code=one), table.lines(old_la_code=other)
    table.move({here: there, there: here}, columns)


def test_exchanged_neighbours_contradict_the_closeness_that_others_have(examine: Examine) -> None:
    with pytest.raises(EtlError, match=r"^E_NEIGHBOUR: .* The lists of two councils may be exchanged"):
        examine(NEIGHBOURS, NEIGHBOURS_FILE, lambda table: exchange_neighbours(table, "383", "886"))


def test_exchanged_neighbours_would_name_back_more_the_other_way_round(examine: Examine) -> None:
    def damage(table: Table) -> None:
        exchange_neighbours(table, "370", "877")

    with pytest.raises(ReleaseError, match=r"^E_COPIED: .*lists of Barnsley and Warrington look exchanged: .* 15 more"):
        examine(NEIGHBOURS, NEIGHBOURS_FILE, damage)
    said = examine(NEIGHBOURS, NEIGHBOURS_FILE, damage, Allowed(unproved=True))
    assert [words.partition(" of ")[0] for words in said] == ["W_COPIED: The lists"]


def test_neighbours_that_only_the_edition_in_place_tells_apart(known_areas: Areas) -> None:
    source, in_place = SOURCES[NEIGHBOURS], builder.DATA / "releases"
    table = Table(releases.read(in_place, source).frame, NEIGHBOURS_FILE)
    exchange_neighbours(table, "420", "857")
    with pytest.raises(ReleaseError, match=r"^E_REVISED: .* of Isles of Scilly, Rutland .*Scilly has those of Rutland"):
        release_loading.examine(source, Cells(table.frame), in_place, known_areas, SOURCES, Allowed())


def test_an_older_record_of_inspections_is_refused(examine: Examine) -> None:
    def damage(table: Table) -> None:
        newest = table.lines(publication_date="20/08/26")
        table.frame = table.frame.filter(~pl.col("line").is_in(newest))

    with pytest.raises(
        EtlError, match=r"^E_EDITION: .*'publication_date': the newest it holds is '2026-0\d-\d\d', and"
    ):
        examine("data_to_insight_inspections", "ofsted_csc_ilacs_history.csv", damage)


def test_a_number_of_ofsteds_belongs_to_one_council(examine: Examine) -> None:
    def damage(table: Table) -> None:
        line = table.lines(local_authority="leeds")[0]
        table.put(line, "urn", table.text(table.lines(local_authority="kent")[0], "urn"))

    with pytest.raises(EtlError, match=r"^E_URN: .*line \d+, column 'urn': "):
        examine("data_to_insight_inspections", "ofsted_csc_ilacs_history.csv", damage)


def test_a_joint_return_is_a_set_of_numbers(examine: Examine) -> None:
    """314 / 318 with Kingston first is 318 / 314 with Richmond first: no year of it is missed or new."""

    def damage(table: Table) -> None:
        for line in table.lines(old_la_code="314 / 318"):
            for column in ("old_la_code", "new_la_code", "la_name"):
                table.put(line, column, " / ".join(reversed(table.text(line, column).split(" / "))))

    as_published = examine(WORKFORCE, INDICATORS, lambda _table: None)
    assert examine(WORKFORCE, INDICATORS, damage) == as_published


@pytest.mark.parametrize("source", SOURCES)
def test_a_release_as_published_has_at_most_two_warnings(examine: Examine, source: str) -> None:
    assert len(examine(source, "", lambda _table: None)) <= 2


def test_what_a_publisher_confirms_is_loaded_with_a_warning(examine: Examine) -> None:
    said = examine(WORKFORCE, INDICATORS, england_mistyped, Allowed(unproved=True))
    assert [words for words in said if words.startswith("W_UNPROVED: England, 2025: vacancy_rate_fte is 12.4")]


def test_what_was_accepted_is_accepted_for_that_very_file(tmp_path: Path) -> None:
    release = tmp_path / "made_up.parquet"
    release.write_bytes(b"as it was accepted")
    releases.seal(tmp_path, release.name)
    assert not releases.is_accepted(tmp_path, release.name)
    releases.accept(tmp_path, release.name)
    assert releases.is_accepted(tmp_path, release.name)
    release.write_bytes(b"as it was extracted later")
    releases.seal(tmp_path, release.name)
    assert not releases.is_accepted(tmp_path, release.name)


def test_another_file_of_the_edition_in_place_is_refused(known_areas: Areas) -> None:
    """Though no proof could tell: one figure of a measure without counts."""
    source = SOURCES[WORKFORCE]
    table = Table(releases.read(builder.DATA / "releases", source).frame, INDICATORS)
    line = line_of(table, "Kent", "2019")
    table.put(line, "absence_rate_fte", f"{float(table.text(line, 'absence_rate_fte')) + 0.1:.1f}")
    cells, in_place = Cells(table.frame), builder.DATA / "releases"
    with pytest.raises(ReleaseError, match=r"^E_REVISED: .* loaded already, with other figures\. absence_rate: 1 of"):
        release_loading.examine(source, cells, in_place, known_areas, SOURCES, Allowed())
    _, revisions = release_loading.examine(source, cells, in_place, known_areas, SOURCES, Allowed(revision=True))
    assert "Kent at 2019-09-30" in revisions[0]
