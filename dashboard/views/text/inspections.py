"""Sentences about inspections: of all councils, of reports over time, of regions, and of measures by grade."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median

from dashboard.analysis.inspections import NO_JUDGEMENT, Filters
from dashboard.analysis.transitions import ENDED, NOT_GIVEN, NOT_YET
from dashboard.data import model
from dashboard.data.model import GRADES, Metric, Row
from dashboard.data.names import format_date
from dashboard.views.text import comparisons, formats
from dashboard.views.text.formats import in_words
from dashboard.views.text.grammar import LONGEST, are, have, plural, were, words

SNAPSHOTS = (
    "At each 31 March, by Ofsted’s rule: what was inspected by then and published by 30 June. Councils are those of "
    "the day. Judgements before January 2018 are of the framework before ILACS."
)
ON_NEXT = (
    "Each dot is a judgement; its row is the next judgement. The dark line is the median. Months are counted between "
    "the two reports, since older files print no other date. Grades are counted, never averaged. A successor of a "
    "council that ended is another council."
)
ON_RATINGS = (
    "Grades are the latest on record; the figure may be older than the inspection or younger. A joint return is one "
    "dot in each grade that its councils have. Very small councils are drawn, but move no median."
)
NO_CAUSE = "One does not cause the other."
# Of the strands that are named after people.
SUBJECTS = {
    "impact of leaders": "leadership",
    "children in care": "work with children in care",
    "care leavers": "work with care leavers",
}
# The middle of fewer councils says little (rule `benchmarks`).
FEWEST = 5
# Ratings and measures disagree often where one in so many councils of the outer quarters shows it, or more.
OFTEN = 4


def what(metric: Metric) -> str:
    """A strand inside a sentence: "impact of leaders"."""
    return metric.title.removeprefix("Ofsted judgement: ")


def subject(metric: Metric) -> str:
    """A strand as what Ofsted rates: "leadership", "work with care leavers"."""
    strand = what(metric)
    return SUBJECTS.get(strand, strand)


def region(name: str) -> str:
    """A region inside a sentence: "the North East", "London"."""
    return f"the {name}" if re.match(r"(North|South|East|West) ?", name) else name


def graded(counts: Mapping[str, int], first: str = "") -> str:
    """ "60 Outstanding, 58 Good and 8 Inadequate"; what nobody has is left out. `first` follows the first of them."""
    said = [f"{count} {grade}" for grade, count in counts.items() if count]
    return formats.listed([said[0] + first, *said[1:]]) if said else ""


def rated(counts: Mapping[str, int], among: int, metric: Metric, newest: date) -> str:
    """In how many of `among` councils Ofsted gave each grade; grades that nobody has are left out."""
    known = [(grade, count) for grade, count in counts.items() if count]
    if not known:
        return f"None of {among} councils is judged for {what(metric)}."
    (grade, count), *others = known
    first = f"Ofsted rates {subject(metric)} {in_words(grade)} in {share(count, among)}"
    said = formats.listed([first, *(f"{in_words(one)} in {found}" for one, found in others)])
    day = format_date(newest)
    whole = f"{said} (reports to {day})."
    return whole if words(whole) <= LONGEST else f"{said}. Reports to {day} are counted."


def share(count: int, among: int) -> str:
    """ "8 of 15 councils", "all 15 councils", "none of 15 councils"."""
    if count == among:
        return "the only council" if among == 1 else f"all {among} councils"
    return f"{count or 'none'} of {plural(among, 'council')}"


def asked(filters: Filters, metric: Metric, region_name: str | None) -> str:
    """What councils were chosen by: "in London, judged Good and last inspected 12 to 23 months ago"; empty for all."""
    said = [f"in {region(region_name)}"] if region_name else []
    if filters.grades:
        grades = [grade for grade in GRADES if grade in filters.grades]
        judged = [f"judged {' or '.join(grades)} for {what(metric)}"] if grades else []
        judged += [f"without a judgement of {what(metric)}"] if NO_JUDGEMENT in filters.grades else []
        said.append(" or ".join(judged))
    if filters.since:
        said.append(f"last inspected {filters.since[0].lower()}{filters.since[1:]} ago")
    return formats.listed(said) if said else ""


def latest_sentence(rows: Sequence[Row], strand: str, metric: Metric, *, by: str, among: int, newest: date) -> str:
    """How many councils of `inspections.latest` have each grade; `by` is `asked`."""
    counts = {grade: sum(row[strand] == grade for row in rows) for grade in GRADES}
    known = [grade for grade, count in counts.items() if count]
    if by:
        if not rows:
            return f"None of {among} councils is {by}."
        opening = f"{len(rows)} of {among} councils {'is' if len(rows) == 1 else 'are'} {by}"
        # Of those with one grade, once asked for, no more is to be said.
        told = len(known) > 1 or (known and "judged" not in by)
        of = "" if "judged" in by else f" for {what(metric)}"
        opening += f": {graded(counts, of)}." if told else "."
    else:
        opening = rated(counts, len(rows), metric, newest)
    return opening + _without(rows, strand, metric)


def own_sentence(row: Row, strand: str, metric: Metric) -> str:
    """The latest inspection of one council, from its row of `inspections.latest`."""
    name = formats.place(row["name"])
    if row["published"] is None:
        return f"{name} has no inspection on record since 2013."
    ago = f"{plural(row['months'], 'month')} ago"
    when = f"was last inspected from {format_date(row['started'])}" if row["started"] else (
        f"had its last report published on {format_date(row['published'])}"
    )  # fmt: skip
    if row[strand]:
        return f"{name} {when}, {ago}: {row[strand]} for {what(metric)}."
    why = formats.reason(row[f"{strand}_status"], None, metric)
    return f"{name} {when}, {ago}: no judgement of {what(metric)}, {why}."


def reports_sentence(
    found: Sequence[Row], strand: str, metric: Metric, *, newest: date, region_name: str | None
) -> str:
    """The reports of the last twelve months beside those of the twelve before, from `inspections.reports`."""
    a_year, two = (
        newest.replace(year=newest.year - 1, day=min(newest.day, 28)),
        newest.replace(year=newest.year - 2, day=min(newest.day, 28)),
    )
    last = [row for row in found if row["published"] > a_year]
    before = [row for row in found if two < row["published"] <= a_year]
    where = f" in {region(region_name)}" if region_name else ""
    opening = f"In the 12 months to {format_date(newest)} Ofsted published {plural(len(last), 'report')}{where}"
    opening += f": {said}." if (said := _judged(last, strand, metric)) else "."
    return f"{opening} In the 12 months before, {plural(len(before), 'report')}" + (
        f": {said}." if (said := _judged(before, strand, metric)) else "."
    )


def history_sentence(name: str, found: Sequence[Row], strand: str, metric: Metric) -> str:
    """The grades of one council from report to report, oldest first."""
    name = formats.place(name)
    if not found:
        return f"{name} has no inspection on record since 2013."
    history = [f"{row[strand] or 'no judgement'} ({row['published']:%B %Y})" for row in found]
    return f"{name} has {plural(len(found), 'report')} since 2013: for {what(metric)} {formats.listed(history)}."


def regions_sentence(rows: Sequence[Row], metric: Metric, *, day: date, area: str) -> str:
    """How many were Good or Outstanding on a day and at first, and between which regions that lies.

    `rows` are those of `inspections.distribution`; `area` is England or the region that is chosen.
    """
    own = [row for row in rows if row["name"] == area]
    now = next((row for row in own if row["period_end"] == day), None)
    if now is None or not judged(now):
        return f"No council was judged for {what(metric)} by {format_date(day)}."
    where = "" if area == "England" else f" in {region(area)}"
    sentence = (
        f"At {format_date(day)}, {good(now)} of the {judged(now)} councils{where} with a judgement were Good or "
        f"Outstanding for {what(metric)}."
    )
    first = min((row for row in own if judged(row)), key=lambda row: row["period_end"])
    since = ""
    if first["period_end"] < day:
        since = f" At {format_date(first['period_end'])} it was {good(first)} of {judged(first)}."
    if area != "England":
        return sentence + since
    # Inner and Outer London are parts of another region.
    regional = [
        row for row in rows
        if row["period_end"] == day and judged(row) and row["name"] not in ("England", "Inner London", "Outer London")
    ]  # fmt: skip
    if len(regional) < 2:
        return sentence + since
    best, worst = (pick(regional, key=lambda row: good(row) / judged(row)) for pick in (max, min))
    if good(best) * judged(worst) == good(worst) * judged(best):
        return f"{sentence} The share is the same in every region.{since}"
    return (
        f"{sentence} It ranges from {share(good(best), judged(best))} in {region(best['name'])} "
        f"to {share(good(worst), judged(worst))} in {region(worst['name'])}.{since}"
    )


def ratings_sentence(rows: Sequence[Row], medians: Sequence[Row], metric: Metric, strand: Metric, when: str) -> str:
    """The middle of a measure by grade, and how often the two disagree, from `inspections.by_grade` and `medians`."""
    enough = [row for row in medians if row["returns"] >= FEWEST]
    if not enough:
        return f"There is no {metric.noun} {when} for {FEWEST} councils with one grade."
    first, *others = enough
    sentence = (
        f"The median {metric.noun} {when} was {_median(first, metric, first=True)} in the {first['returns']} councils "
        f"rated {in_words(first['grade'])} for {what(strand)}."
    )
    said = [
        f"{_median(row, metric, first=False)} in the {row['returns']} rated {in_words(row['grade'])}" for row in others
    ]
    sentence += f" It was {formats.listed(said)}." if said else ""
    if not metric.ranked:
        return f"{sentence} Ratings and measures are of different things. {NO_CAUSE}"
    # A joint return counts once in a grade, as in its median.
    placed = {(row["return_id"], row["grade"]): row for row in rows if row["quarter"] and row["grade"]}.values()
    low = sum(row["quarter"] == 4 and row["grade"] in GRADES[:2] for row in placed)
    high = sum(row["quarter"] == 1 and row["grade"] in GRADES[2:] for row in placed)
    worst, best = (sum(row["quarter"] == quarter for row in placed) for quarter in (4, 1))
    if not worst or not best:
        return f"{sentence} {NO_CAUSE}"
    poor, fine = share(low, worst), share(high, best)
    often = "Ratings and measures often disagree: " if OFTEN * (low + high) >= worst + best else ""
    apart = f"{often}{poor} in the worst quarter {are(low)} rated Good or Outstanding."
    return f"{sentence} {apart[0].upper()}{apart[1:]} In the best quarter {fine} {are(high)} rated lower. {NO_CAUSE}"


def _median(row: Row, metric: Metric, *, first: bool) -> str:
    """A median, the first with its unit; "0.25% to 1.24%" where hidden figures leave it open."""
    exact = row["median"] is not None
    return formats.quantity(row["median"], metric) if first and exact else comparisons.companion(row, "median", metric)


def own_region(name: str, rows: Sequence[Row], region_name: str, day: date) -> str:
    """How many were Good or Outstanding in one council's region on a day, from `inspections.distribution`."""
    now = next((row for row in rows if row["name"] == region_name and row["period_end"] == day), None)
    if now is None or not judged(now):
        return ""
    where = f"{region(region_name)}, where {formats.place(name)} is"
    return f"At {format_date(day)} it was {good(now)} of {judged(now)} in {where}."


def own_rating(row: Row, metric: Metric, strand: Metric, when: str) -> str:
    """One council's grade and figure side by side, from its row of `inspections.by_grade`."""
    grade = f"judged {row['grade']} for {what(strand)}" if row["grade"] else f"not judged for {what(strand)}"
    name = formats.place(row["name"])
    if row["value"] is None:
        return f"{name}, {grade}, has no {metric.noun} {when}: {formats.why(row, metric)}."
    return f"In {name}, {grade}, the {metric.noun} was {formats.quantity(row['value'], metric)} {when}."


def next_sentence(rows: Sequence[Row], metric: Metric, *, grade: str, region_name: str | None) -> str:
    """What came after one grade, from `transitions.after`."""
    where = f" in {region(region_name)}" if region_name else ""
    if not rows:
        return f"Since 2013 no council{where} was judged {grade} for {what(metric)}."
    followed = [row for row in rows if row["next_grade"]]
    times = {1: "once", 2: "twice"}.get(len(rows), f"{len(rows)} times")
    opening = f"Since 2013 {subject(metric)}{where} has been judged {in_words(grade)} {times}."
    opening += f" {_followed(followed, grade)}" if followed else " None has been judged again."
    left = {kind: sum(row["next"] == kind for row in rows) for kind in (NOT_YET, NOT_GIVEN, ENDED)}
    ended = "was in a council since abolished" if left[ENDED] == 1 else "were in councils since abolished"
    said = [
        f"{left[NOT_YET]} {have(left[NOT_YET])} not been judged again",
        f"{left[NOT_GIVEN]} {were(left[NOT_GIVEN])} inspected again without an overall judgement",
        f"{left[ENDED]} {ended}",
    ]
    said = [words for words, count in zip(said, left.values(), strict=True) if count]
    return opening + (f" Of the others, {formats.listed(said)}." if said and followed else "")


def _followed(rows: Sequence[Row], grade: str) -> str:
    """Whether those judged again did better, and how long it took; rows have a next grade."""
    if len(rows) == 1:
        return f"The one judged again was {in_words(rows[0]['next_grade'])}, {rows[0]['months']} months later."
    steps = [GRADES.index(grade) - GRADES.index(row["next_grade"]) for row in rows]
    better, same, worse = (sum(test) for test in zip(*((one > 0, one == 0, one < 0) for one in steps), strict=True))
    count = same if grade == GRADES[0] else better
    all_of = "Both" if len(rows) == 2 else f"All {len(rows)}"
    who = all_of if count == len(rows) else f"{count or 'None'} of the {len(rows)}"
    said = f"{who} judged again {'kept the grade' if grade == GRADES[0] else 'had improved'}"
    said += f" and {worse} had declined" if worse and grade != GRADES[0] else ""
    wait = formats.number(median(row["months"] for row in rows), 0)
    return f"{said}. The median wait for the next report was {wait} months."


def own_next(name: str, rows: Sequence[Row], metric: Metric, *, grade: str) -> str:
    """What came after one grade of one council, from its rows of `transitions.after`, newest first."""
    name = formats.place(name)
    if not rows:
        return f"{name} was never judged {grade} for {what(metric)} since 2013."
    history = []
    for row in reversed(rows):
        then = f"then {row['next_grade']}, {row['months']} months later" if row["next_grade"] else "and not again since"
        history.append(f"{grade} in {row['published']:%B %Y}, {then}")
    return f"{name} was judged for {what(metric)} {'; '.join(history)}."


def visits_sentence(rows: Sequence[Row], *, name: str | None, span: tuple[date, date]) -> str:
    """How often Ofsted visited a council, or all of them, between inspections; `span` is what is on record.

    `rows` are those of `inspections.visits`.
    """
    kinds = dict.fromkeys(sorted({row["kind"] for row in rows}), 0)
    for row in rows:
        kinds[row["kind"]] += 1
    said = [f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in kinds.items()] or ["no visit"]
    return (
        f"Ofsted’s lists of visits run from {span[0]:%B %Y} to {span[1]:%B %Y} and have {formats.listed(said)}"
        f"{f' to {formats.place(name)}' if name else ''}. A visit looks at a part of the work, ends with a letter and "
        "gives no grade."
    )


def none(strand: str) -> str:
    """Why a report has no grade for a strand, as a legend says it."""
    words = {"overall": model.NOT_GIVEN, "care_leavers": "not judged on its own before January 2023"}
    found = words.get(strand, "not judged")
    return f"{found[0].upper()}{found[1:]}"


def good(row: Row) -> int:
    """How many of a row of `inspections.distribution` are Good or Outstanding."""
    return int(row[GRADES[0]] + row[GRADES[1]])


def judged(row: Row) -> int:
    """How many of a row of `inspections.distribution` have a grade."""
    return int(sum(row[grade] for grade in GRADES))


def _without(rows: Sequence[Row], strand: str, metric: Metric) -> str:
    reasons: dict[str, int] = {}
    for row in rows:
        if row[strand] is None:
            why = formats.reason(row[f"{strand}_status"], None, metric)
            reasons[why] = reasons.get(why, 0) + 1
    said = [f" {count} {have(count)} no judgement of it: {why}." for why, count in reasons.items()]
    reformed = sum(row["overall_status"] == "not_given" for row in rows)
    if strand != "overall" and reformed:
        those = "one" if reformed == 1 else str(reformed)
        said.append(f" The {those} inspected since April 2026 {have(reformed)} no overall judgement.")
    return "".join(said)


def _judged(found: Sequence[Row], strand: str, metric: Metric) -> str:
    counts = {grade: sum(row[strand] == grade for row in found) for grade in GRADES}
    none = sum(row[strand] is None for row in found)
    said = graded(counts, f" for {what(metric)}")
    return "; ".join(filter(None, (said, f"{none} without a judgement of {what(metric)}" if none else "")))


def after_the_record(newest: date) -> str:
    """How far the record goes."""
    return f"Includes reports published up to {format_date(newest)}."
