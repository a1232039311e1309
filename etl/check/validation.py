"""Whether a release can be right: validated by itself, and compared with the edition that was loaded before.

An impossible one is refused by name. What is unlikely is loaded with a warning (WARNING), which `status` shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from etl.areas import Areas, alive
from etl.check import changes, copies, history, inspections, kinds_of_proof, neighbours, proofs
from etl.check.changes import Kind
from etl.check.describe_unproved import describe
from etl.check.known_errors import KNOWN_ERRORS
from etl.check.outliers import FEWEST, find_outliers, find_outliers_of_england
from etl.model import EtlError, Loaded, PeriodKind, Source
from etl.releases import Cells

WARNING = pl.Schema([("source_id", pl.String()), ("rule", pl.String()), ("message", pl.String())])

# A share printed from 0 to 1 has no council above this (a true percentage this low everywhere is declared as such).
HIGHEST_SHARE = 1.5
# Or all its values fell to a twentieth of last year's and less.
SHRUNK = 0.05
MANY_REVISED = 0.2
# What is left of a number that has the decimals it should, times ten to their power.
DECIMAL_NOISE = 1e-4
SHOWN = 5
CONFIRMED = "If the publisher confirms it, say `--accept-unproved`: it is loaded, and `status` shows it."


@dataclass(frozen=True)
class Allowed:
    """Differences that the person who loads a release has looked at and accepted."""

    older: bool = False
    revision: bool = False
    missing: bool = False
    unproved: bool = False


@dataclass(frozen=True)
class Validated:
    """What is to be said of a release (WARNING), and how many figures each proof bears out (`kinds_of_proof.PROOF`)."""

    warning: pl.DataFrame
    proof: pl.DataFrame
    unproved: bool = False
    """Whether figures that contradict a proof were accepted."""


class ReleaseError(EtlError):
    """A release that cannot be right, or that must be looked at first. The rule's name comes first."""

    def __init__(self, rule: str, source: Source, what: str, remedy: str) -> None:
        super().__init__(f"{rule}: {source.title}, {source.release.title}: {what} {remedy}")
        self.rule = rule


def validate(
    source: Source,
    cells: Cells,
    loaded: Loaded,
    areas: Areas,
    others: Mapping[str, Loaded] | None = None,
    *,
    accepted: bool = False,
) -> Validated:
    """What is to be said of a release by itself; raises ReleaseError where it cannot be right.

    `others` are the sources loaded before. A figure that contradicts what is printed beside it is refused unless it is
    `accepted`: then it is a warning.
    """
    observation = loaded.tables.get("observation")
    unlikely = inspections.find_unlikely(loaded.tables, [one.tables for one in (others or {}).values()], areas)
    if observation is None or observation.is_empty():
        copied = neighbours.find_exchanged(loaded.tables["neighbour"], areas) if "neighbour" in loaded.tables else []
        return _concluded(source, [], unlikely, copied, pl.DataFrame(schema=kinds_of_proof.PROOF), accepted=accepted)
    metrics = {metric.id: metric for metric in source.metrics}
    # Older years of another source's measures are validated with that source.
    councils = observation.filter(
        pl.col("area_id").is_in(areas.authorities["area_id"].to_list()) & pl.col("metric_id").is_in(list(metrics))
    )
    known = {(metric_id, error.area_id, error.period_end) for error in KNOWN_ERRORS for metric_id in error.printed}
    percentages = [metric.id for metric in source.metrics if metric.unit == "%"]
    pairs = _with_last_year(councils.unique(["metric_id", "period_end", "return_id"], maintain_order=True))
    _refuse_decimals(source, observation, areas)
    _refuse_shares(source, councils.filter(pl.col("metric_id").is_in(percentages)), pairs)
    newest = pairs.filter(pl.col("period_end") == pl.col("period_end").max().over("metric_id"))
    proved = _prove(source, cells, observation, areas, others or {})
    found = [
        *(("W_MISSING_LA", words) for words in _missing(source, councils, areas)),
        *(("W_OUTLIER", words) for words in find_outliers(newest, councils, proved.checked, metrics, areas, known)),
        *(("W_OUTLIER", words) for words in find_outliers_of_england(observation, metrics)),
        *(("W_SYMBOLS", words) for words in history.find_symbols(observation, source, areas)),
        *(("W_STRANGER", words) for words in history.find_strangers(observation, source, areas)),
    ]
    described = describe(proved.unproved, observation, source.metrics, areas) if proved.unproved.height else []
    unproved = [*unlikely, *described]
    copied = copies.find_copies(source, cells, observation, areas)
    return _concluded(source, found, unproved, copied, proved.proof, accepted=accepted)


def _concluded(
    source: Source,
    found: list[tuple[str, str]],
    unproved: list[str],
    copied: list[str],
    proof: pl.DataFrame,
    *,
    accepted: bool,
) -> Validated:
    """What was found, with what somebody accepted; raises ReleaseError where nobody did."""
    if not accepted:
        _refuse_unproved(source, unproved, copied)
    found = [*found, *(("W_UNPROVED", words) for words in unproved), *(("W_COPIED", words) for words in copied)]
    warning = pl.DataFrame([(source.id, *one) for one in found], schema=WARNING, orient="row")
    return Validated(warning, proof, bool(unproved or copied))


def _refuse_unproved(source: Source, unproved: list[str], copied: list[str]) -> None:
    """Figures that contradict a proof (E_UNPROVED), or that stand where others should (E_COPIED)."""
    said = [*copied, *unproved] if unproved else copied
    if not said:
        return
    shown, more = " ".join(said[:SHOWN]), f" And {len(said) - SHOWN} more." if len(said) > SHOWN else ""
    few = "a figure contradicts what is printed beside it"
    many = f"{len(unproved)} figures contradict what is printed beside them" if len(unproved) > 1 else few
    what = f"{many}. {shown}{more}" if unproved else f"{shown}{more}"
    raise ReleaseError("E_UNPROVED" if unproved else "E_COPIED", source, what, CONFIRMED)


def _prove(
    source: Source, cells: Cells, observation: pl.DataFrame, areas: Areas, others: Mapping[str, Loaded]
) -> proofs.Proved:
    frames = [one.tables["observation"] for one in others.values() if "observation" in one.tables]
    return proofs.prove(observation, [source], {source.id: cells}, areas, frames)


def compare_with_earlier(
    source: Source, new: Loaded, old_source: Source, old: Loaded, areas: Areas, allowed: Allowed
) -> list[str]:
    """How a release differs from the edition before it, in words; raises ReleaseError.

    Refused unless allowed: an older edition, councils that are no longer in it, more than a fifth of a measure's
    figures revised, any judgement of a known inspection changed.
    """
    names = areas.names()
    _refuse_older(source, new, old_source, old, allowed)
    metrics = {metric.id for metric in old_source.metrics} & {metric.id for metric in source.metrics}
    changed = changes.between(_of(old, metrics), _of(new, metrics))
    _refuse_lost(source, changed, areas, allowed)
    _refuse_rejudged(source, changed, names, allowed)
    _refuse_neighbours(source, new, old_source, old, names, allowed)
    return _revisions(source, old_source, changed, _of(old, metrics), names, allowed)


def _of(loaded: Loaded, metrics: set[str]) -> dict[str, pl.DataFrame]:
    tables = {
        name: frame for name, frame in loaded.tables.items() if name in ("observation", "inspection", "judgement")
    }
    if metrics and "observation" in tables:
        tables["observation"] = tables["observation"].filter(pl.col("metric_id").is_in(list(metrics)))
    return tables


def _with_last_year(returns: pl.DataFrame) -> pl.DataFrame:
    """Returns with a value in a period and in the one before: metric_id, return_id, period_end, value, before."""
    values = returns.filter(pl.col("value").is_not_null()).select("metric_id", "return_id", "period_end", "value")
    before = values.select(
        "metric_id", "return_id", pl.col("period_end").dt.offset_by("1y"), pl.col("value").alias("before")
    )
    return values.join(before, on=["metric_id", "return_id", "period_end"], maintain_order="left")


def _refuse_shares(source: Source, percentages: pl.DataFrame, pairs: pl.DataFrame) -> None:
    """A share from 0 to 1 where 0 to 100 is expected."""
    by_period = percentages.group_by("metric_id", "period_end").agg(
        pl.col("value").max().alias("highest"), pl.col("value").count().alias("councils")
    )
    shrunk = (
        pairs.filter((pl.col("before") > 0) & pl.col("metric_id").is_in(percentages["metric_id"].unique().to_list()))
        .group_by("metric_id", "period_end")
        .agg((pl.col("value") / pl.col("before")).median().alias("ratio"), pl.len().alias("pairs"))
        .filter((pl.col("ratio") < SHRUNK) & (pl.col("pairs") >= FEWEST))
    )
    small = by_period.filter((pl.col("highest") <= HIGHEST_SHARE) & (pl.col("councils") >= FEWEST))
    low = [metric.id for metric in source.metrics if metric.always_low]
    bad = pl.concat([frame.select("metric_id", "period_end") for frame in (small, shrunk)]).filter(
        ~pl.col("metric_id").is_in(low)
    )
    if bad.height:
        metric_id, end = bad.sort("metric_id", "period_end").row(0)
        what = f"{metric_id} at {end} looks like a share from 0 to 1 where a percentage from 0 to 100 is expected."
        remedy = "See how the file prints it; if it is a percentage and truly so low, declare the measure `always_low`."
        raise ReleaseError("E_SCALE", source, what, remedy)


def _refuse_decimals(source: Source, observation: pl.DataFrame, areas: Areas) -> None:
    """A figure with more decimals than its column has in any edition: a share from 0 to 1, or another column's."""
    published = {
        metric.id: metric
        for metric in source.metrics
        if metric.column and not (metric.derived or metric.share or metric.per_10_000_children)
    }
    decimals = pl.col("metric_id").replace_strict(
        {metric.id: metric.decimals for metric in published.values()}, default=None, return_dtype=pl.Int64
    )
    whole = pl.col("value") * 10.0 ** decimals.cast(pl.Float64)
    odd = observation.filter(
        (pl.col("source_id") == source.id) & decimals.is_not_null() & ((whole - whole.round()).abs() > DECIMAL_NOISE)
    )
    if odd.height:
        names = areas.names()
        said = [
            f"{names[row['area_id']]}, {row['period']}: {published[row['metric_id']].column} is {row['value']:g} "
            f"({row['file']}, line {row['line']})"
            for row in odd.head(SHOWN).iter_rows(named=True)
        ]
        metric = published[odd["metric_id"][0]]
        what = (
            f"{odd.height} figures have more decimals than the {metric.decimals} of their column, as a share from 0 to "
            f"1 among percentages has. {'; '.join(said)}."
        )
        remedy = "Ask the publisher; if more decimals are printed now, change them in the metric's declaration."
        raise ReleaseError("E_SCALE", source, what, remedy)


def _missing(source: Source, councils: pl.DataFrame, areas: Areas) -> list[str]:
    """Councils of the newest period of a file that have no row in it, while others have."""
    names = areas.names()
    kinds = {metric.id: metric.period_kind for metric in source.metrics}
    newest = councils.filter(pl.col("period_end") == pl.col("period_end").max().over("metric_id"))
    found: dict[tuple[str, str, tuple[str, ...]], int] = {}
    for rows in newest.partition_by("metric_id", maintain_order=True):
        first = rows.row(0, named=True)
        there, period = set(rows["area_id"]), str(first["period"])
        living = alive(areas, _day(kinds[first["metric_id"]], first["period_end"]))
        lacking = sorted(names[area_id] for area_id in living if area_id not in there)
        if lacking:
            key = (str(rows["file"].drop_nulls().first()), period, tuple(lacking))
            found[key] = found.get(key, 0) + 1
    return [
        f"{file} has no row of {_listed(lacking)} in {period} ({measures} measure{'' if measures == 1 else 's'}): "
        "shown as not published."
        for (file, period, lacking), measures in found.items()
    ]


def _refuse_older(source: Source, new: Loaded, old_source: Source, old: Loaded, allowed: Allowed) -> None:
    newest, loaded = _newest(new), _newest(old)
    if newest and loaded and newest < loaded and not allowed.older:
        what = (
            f"its newest period ends on {newest}, but figures to {loaded} are loaded already "
            f"({old_source.release.title})."
        )
        remedy = "Take the newer files, or say `--allow-older` to go back on purpose."
        raise ReleaseError("E_OLDER_RELEASE", source, what, remedy)


def _refuse_lost(source: Source, changed: pl.DataFrame, areas: Areas, allowed: Allowed) -> None:
    """Rows that have gone: a council left out, a file cut between two rows, a period gone."""
    gone = changed.filter((pl.col("after") == "no row") | (pl.col("kind") == Kind.ENDED_INSPECTION))
    periods = changed.filter(pl.col("kind").is_in([Kind.ENDED_PERIOD, Kind.ENDED_MEASURE]))
    if allowed.missing or (gone.is_empty() and periods.is_empty()):
        return
    names = areas.names()
    if gone.height:
        lost = sorted({names.get(area_id, area_id) for area_id in gone["area_id"].unique()})
        years = sorted({str(end.year) for end in gone["period_end"].unique()})
        what = f"it no longer has {gone.height} figures of {_listed(lost)} ({', '.join(years)}), which are loaded now."
    else:
        what = f"it no longer has {_listed(sorted(set(periods['metric_id'])))} in periods which are loaded now."
    remedy = (
        "The file may be cut or incomplete: download it again. If the publisher took them out, say `--accept-missing`."
    )
    raise ReleaseError("E_LOST_ROWS", source, what, remedy)


def _refuse_rejudged(source: Source, changed: pl.DataFrame, names: dict[str, str], allowed: Allowed) -> None:
    """A judgement does not change once the report is out: a slip of the file, or swapped columns."""
    other = changed.filter(pl.col("kind") == Kind.REVISED_JUDGEMENT)
    if other.is_empty() or allowed.revision:
        return
    said = [
        f"{names[row['area_id']]}, report of {row['period_end']}: {row['metric_id'].removeprefix('judgement_')} was "
        f"{row['before']} and is now {row['after']}"
        for row in other.head(SHOWN).iter_rows(named=True)
    ]
    more = f"; and {other.height - SHOWN} more" if other.height > SHOWN else ""
    what = f"{'; '.join(said)}{more}."
    remedy = "Read the reports: two columns may be swapped. If the file is right, say `--accept-revision`."
    raise ReleaseError("E_REVISED_JUDGEMENT", source, what, remedy)


def _refuse_neighbours(
    source: Source, new: Loaded, old_source: Source, old: Loaded, names: dict[str, str], allowed: Allowed
) -> None:
    """Other neighbours in the edition that is loaded already, or the lists of two councils exchanged in a new one."""
    if "neighbour" not in new.tables or "neighbour" not in old.tables or allowed.revision:
        return
    ours, theirs = (
        {row[0]: tuple(row[1]) for row in one.tables["neighbour"].group_by("area_id").agg("neighbour_id").iter_rows()}
        for one in (new, old)
    )
    whose = {neighbours: area_id for area_id, neighbours in theirs.items()}
    other = sorted(area_id for area_id in ours if ours[area_id] != theirs.get(area_id))
    taken = [area_id for area_id in other if whose.get(ours[area_id], area_id) != area_id]
    if taken or (other and old_source.release == source.release):
        said = [f"{names[area_id]} has those of {names[whose[ours[area_id]]]}" for area_id in taken[:SHOWN]]
        what = f"the statistical neighbours of {_listed([names[area_id] for area_id in other])} are others than those "
        what += f"that are loaded now. {'; '.join(said)}{'.' * bool(said)}"
        raise ReleaseError("E_REVISED", source, what, "If the model was revised, say `--accept-revision`.")


def _revisions(
    source: Source,
    old_source: Source,
    changed: pl.DataFrame,
    old: dict[str, pl.DataFrame],
    names: dict[str, str],
    allowed: Allowed,
) -> list[str]:
    """Measures whose earlier figures were revised: how many figures, and which moved most."""
    if "observation" not in old:
        return []
    total = dict(old["observation"].group_by("metric_id").len().iter_rows())
    found, many = [], []
    for (metric_id,), rows in changes.revised(changed).group_by("metric_id", maintain_order=True):
        share = rows.height / total[metric_id]
        largest = rows.sort(pl.col("moved_by").abs(), descending=True, nulls_last=True).row(0, named=True)
        words = (
            f"{metric_id}: {rows.height} of {total[metric_id]} earlier figures revised; most of all "
            f"{names.get(largest['area_id'], largest['area_id'])} at {largest['period_end']}, "
            f"{largest['before']} to {largest['after']}."
        )
        found.append(words)
        if share > MANY_REVISED:
            many.append(words)
    # Rows that are gone were accepted as such.
    other = changes.revised(changed).filter(pl.col("after") != "no row")
    if other.height and old_source.release == source.release and not allowed.revision:
        what = f"this edition is loaded already, with other figures. {' '.join(found[:SHOWN])}"
        remedy = "If the publisher replaced its file, say `--accept-revision`; else download it again."
        raise ReleaseError("E_REVISED", source, what, remedy)
    if many and not allowed.revision:
        what = f"more than {MANY_REVISED:.0%} of what was published before is another figure now. " + " ".join(
            many[:SHOWN]
        )
        remedy = (
            "A column may mean something else now. Read the publisher's note; if it is right, say `--accept-revision`."
        )
        raise ReleaseError("E_REVISED", source, what, remedy)
    return found


def _newest(loaded: Loaded) -> date | None:
    ends = [tables["period_end"].max() for name, tables in loaded.tables.items() if name == "observation"]
    return ends[0] if ends and isinstance(ends[0], date) else None


def _day(kind: PeriodKind, end: date) -> date:
    # School outcomes of a year are those of children of 31 March in it.
    return date(end.year, 3, 31) if kind is PeriodKind.ACADEMIC_YEAR else end


def _listed(names: list[str] | tuple[str, ...]) -> str:
    shown = ", ".join(names[:SHOWN])
    return shown + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
