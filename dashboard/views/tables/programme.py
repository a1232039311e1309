"""Tables of the leadership programme: coverage, regions, tenure, coaches, suggestions, who is not covered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.programme import ABSENT, BANDS, COMPLETED, Coverage
from dashboard.data.database import Database
from dashboard.data.model import Row, Source
from dashboard.data.names import format_date
from dashboard.views.tables import cells
from dashboard.views.tables.cells import chip, council, day, in_region, missing
from dashboard.views.tables.html import Html, bold, items, join, note, outside, period, small, tag, th
from dashboard.views.tables.table import CHOSEN, Table, column, marks, plain, written
from dashboard.views.text import formats
from dashboard.views.text import programme as sentences
from dashboard.views.text.citing import cite
from dashboard.views.text.grammar import plural

# More rows than these are in the file alone.
MOST = 40
# Who answers for what the operator keeps.
REGISTER_SOURCE = "Leadership register, kept by those who run this dashboard; each row names its page"

# How many had enrolled by each day on which one did.
HISTORY = Table(
    "counts",
    (
        column("Day", lambda row: format_date(row["day"]), "day"),
        plain("Enrolled by then", "enrolled", "enrolled_by_then"),
    ),
)
# Those that no programme reaches: the page links to them.
NOT_COVERED = Table(
    "",
    (
        written(
            "source_url",
            "checked_on",
            council="name",
            la_number="la_number",
            region="region",
            state="state",
            interim="interim",
            in_post_since="in_post_since",
            leaders="grade",
        ),
    ),
)


def cite_register(db: Database, sources: Sequence[Source] = ()) -> list[pl.Expr]:
    """Where a table of the register is from; `sources` are those of the columns beside it."""
    if not sources:
        return [pl.lit(REGISTER_SOURCE).alias("source"), pl.lit(db.data_version).alias("data_version")]
    published, *others = cite(db, sources)
    return [pl.concat_str(pl.lit(f"{REGISTER_SOURCE}; "), published).alias("source"), *others]


def coverage(found: Coverage) -> Html:
    """How many the programme reaches, in large figures."""
    cards: list[tuple[int, str, str]] = [
        (found.enrolled, f"of {found.councils} directors enrolled", f"{found.completed} have completed it"),
        (found.new, "on or through “new directors”", ""),
        (found.executive, "on or through “executive”", ""),
    ]
    if found.target is not None and found.needed is not None:
        when = f"by {format_date(found.target.by_when)}"
        lacking = "met" if not found.short else f"{found.short} to go"
        promise = outside(found.target.commitment, found.target.source_url)
        cards.insert(1, (found.needed, f"wanted {when}: {lacking}", promise))
    shown = (
        tag("li", tag("b", number, class_="big"), tag("span", words), period(more), class_="figure")
        for number, words, more in cards
    )
    return tag("ul", *shown, class_="figures")


def by_region(found: Coverage) -> Table:
    """The programme by region with the target beside it."""
    target = found.target
    return Table(
        "counts regions",
        (
            column("Region", itemgetter("region"), region="region", councils="councils", in_the_register="registered"),
            column("Enrolled, of all councils", _enrolled, enrolled="enrolled", enrolled_percent="share"),
            plain("New directors", "new", "new_directors"),
            plain("Executive", "executive"),
            plain("Completed", "completed"),
            plain("With a coach now", "with_coach", "with_a_coach_now"),
            plain("On no programme", "not_enrolled", "on_no_programme"),
            plain("Not in the register", "absent", "not_in_the_register"),
            written(
                target_percent_of_england=pl.lit(target.percent if target else None, pl.Float64),
                target_by=pl.lit(target.by_when if target else None, pl.Date),
            ),
        ),
    )


def tenure(fewest: int) -> Table:
    """Time in post by the latest grade of leaders; the median of `fewest` directors or more."""
    known = pl.col("directors") - pl.col("unknown")

    def median(row: Row) -> str:
        enough = row["median"] is not None and _known(row) >= fewest
        return sentences.months(row["median"]) if enough else missing(f"fewer than {fewest}")

    return Table(
        "counts",
        (
            column("Leaders", _leaders, leaders=pl.col("grade").fill_null("all in the register")),
            plain("Directors", "directors"),
            plain("Interim", "interim"),
            *(plain(band, band, band.lower().replace(" ", "_")) for band in BANDS),
            plain("Not known", "unknown", "first_day_not_known"),
            column("Median", median, median_months_in_post=pl.when(known >= fewest).then("median")),
            column(
                "In post when judged",
                lambda row: f"{row['in_post_then']} of {_known(row)}",
                in_post_when_judged="in_post_then",
            ),
        ),
    )


def posts(db: Database, chosen: str | None) -> Table:
    """The register beside the grades; of a council that is not in it that is said."""
    coaches = pl.col("coaches").list.eval(pl.element().replace_strict(db.names, return_dtype=pl.String))
    return Table(
        "latest",
        (
            column(
                "Council",
                lambda row: th(in_region(row), scope="row"),
                "la_number",
                "gss_code",
                "region",
                "state",
                "post",
                council="name",
            ),
            column("In post since", _since, in_post_since="in_post_since", months_in_post="tenure"),
            column("Appointment", _appointment, "interim"),
            column(
                "Programme",
                lambda row: "" if row["state"] == ABSENT else _programme(row),
                programme="programme",
                enrolled_on="enrolled_on",
                completed_on="completed_on",
                coach="coach",
                coaches=coaches.list.join("; "),
            ),
            column(
                "Leaders, latest judgement",
                _grade,
                leaders="grade",
                report_published="published",
                in_post_when_judged="in_post_then",
            ),
            column("Source, looked at", _page, "source_url", "checked_on"),
        ),
        mark=marks(chosen),
        terse=True,
    )


def coaching(chosen: str | None) -> Table:
    """Coaches and their councils (`programme.coaching`): in the file a row a pair, on the page a row a coach."""
    return Table(
        "latest pairs",
        (
            column(
                "Coach",
                lambda pairs: join(council(pairs[0]["coach"]), small("leaders"), _of_coach(pairs[0])),
                coach="coach",
                coachs_leaders="coach_grade",
            ),
            column(
                "Coaches",
                lambda pairs: items(join(council(one["name"]), " ", _coached(one)) for one in pairs),
                coaches="name",
                region="region",
                programme="programme",
                state="state",
                leaders="grade",
            ),
        ),
        mark=lambda pairs: (
            CHOSEN if chosen in {one[end] for one in pairs for end in ("coach_id", "area_id")} else Html()
        ),
    )


def by_coach(pairs: pl.DataFrame) -> list[list[Row]]:
    """The pairs of each coach."""
    return [list(part.iter_rows(named=True)) for part in pairs.partition_by("coach_id", maintain_order=True)]


def suggestions(found: pl.DataFrame, benchmark: Benchmark, chosen: str | None) -> Table:
    """Directors without a coach (`programme.without_coach`) beside the councils that might coach them.

    `found` are those (`programme.suggestions`), a list in each row of the page; the file is of `with_suggestions`.
    """
    by_council = {str(key[0]): part.to_dicts() for key, part in found.partition_by("area_id", as_dict=True).items()}

    def ask(row: Row) -> Html:
        partners = by_council.get(row["area_id"])
        return items(map(_suggested, partners)) if partners else missing("none of those most like it")

    return Table(
        "latest pairs",
        (
            column(
                "Council",
                lambda row: join(
                    council(row["name"]),
                    small(row["region"], f"; {row['programme']} since {day(row['enrolled_on'])}; leaders"),
                    _grade(row),
                ),
                council="name",
                region="region",
                programme="programme",
                enrolled_on="enrolled_on",
                leaders="grade",
            ),
            column(
                "Councils to ask",
                ask,
                council_to_ask="partner",
                its_leaders="partner_grade",
                reaches_the_benchmark_on="measures",
                benchmark=pl.lit(benchmark.title),
                neighbour_rank="closeness_rank",
                names_the_council_as="named_rank",
                coaches_already="partner_coaches",
            ),
        ),
        mark=marks(chosen),
    )


def with_suggestions(rows: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """A row for each council that is suggested, or one without any."""
    beside = found.rename({"grade": "partner_grade", "coaches": "partner_coaches"})
    return rows.join(beside, on="area_id", how="left", maintain_order="left_right")


def left_out(count: int) -> str:
    """How many rows the file alone holds; empty of none."""
    return note(f"The file holds {count - MOST} more.") if count > MOST else ""


def not_covered(rows: pl.DataFrame, regions: Mapping[str, str]) -> Html:
    """The councils that no programme reaches, by region, each a link; those not in the register are marked."""
    blocks = []
    for part in rows.sort("region_id", maintain_order=True).partition_by("region_id", maintain_order=True):
        links = (
            join(council(row["name"]), join(" ", small("not in the register")) if row["state"] == ABSENT else "")
            for row in part.sort("name").iter_rows(named=True)
        )
        heading = tag("h2", f"{regions[part['region_id'][0]]} ({part.height})")
        blocks.append(tag("section", heading, items(links)))
    return tag("div", *blocks, class_="links uncovered")


def key_of_lines() -> Html:
    """What the lines of the map mean."""
    return note(
        "A line leads from a council that coaches, where the dot is, to the one it coaches. Those of a "
        "council that is chosen or pointed at are thick."
    )


def target_note(found: Coverage) -> Html:
    """Where a target comes from, or that there is none."""
    target = found.target
    if target is None:
        return note("No target has been set.")
    source = outside("source", target.source_url)
    return note(f"Target: {target.commitment} ({target.owner}), ", source, f". {sentences.IN_POST_NOW}")


def _enrolled(row: Row) -> Html:
    share = formats.number(row["share"], 0)
    words = f"{row['enrolled']} of {row['councils']} ({share}%)"
    return tag("span", words, class_="bar", style=f"--share:{share}%")


def _known(row: Row) -> int:
    return int(row["directors"] - row["unknown"])


def _leaders(row: Row) -> Html:
    return bold("All in the register") if row["grade"] is None else cells.grade(row["grade"], "", "")


def _since(row: Row) -> Html:
    if row["state"] == ABSENT:
        return missing(row["state"])
    if not row["in_post_since"]:
        return missing("not known")
    return join(day(row["in_post_since"]), small(sentences.months(row["tenure"])))


def _appointment(row: Row) -> str:
    return "" if row["state"] == ABSENT else "interim" if row["interim"] else "permanent"


def _programme(row: Row) -> str:
    when = row["completed_on"] or row["enrolled_on"]
    if when is None:
        return str(row["state"])
    since = small(f"{'completed' if row['completed_on'] else 'since'} {day(when)}")
    return join(row["programme"], since, small(f"coached by {row['coach']}") if row["coach"] else "")


def _page(row: Row) -> str:
    if row["state"] == ABSENT:
        return ""
    page = outside("page", row["source_url"], rel="noopener nofollow")
    return join(page, small(day(row["checked_on"])) if row["checked_on"] else "")


def _of_coach(row: Row) -> Html:
    return _grade({"grade": row["coach_grade"]})


def _grade(row: Row) -> Html:
    return missing("not judged") if row["grade"] is None else chip(row["grade"])


def _coached(row: Row) -> Html:
    completed = ", completed" if row["state"] == COMPLETED else ""
    return small(f"{row['programme']}{completed}; leaders {row['grade'] or 'not judged'}")


def _suggested(one: Row) -> Html:
    near = (
        f"its {formats.ordinal(one['closeness_rank'])} neighbour"
        if one["closeness_rank"]
        else f"names it as {formats.ordinal(one['named_rank'])}"
    )
    busy = f"; coaches {one['coaches']} already" if one["coaches"] else ""
    measures = f"{plural(one['measures'], 'measure')}"
    return join(council(one["partner"]), " ", small(f"{one['grade']}; {measures}; {near}{busy}"))
