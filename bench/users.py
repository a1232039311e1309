"""How many readers one process bears, what happens past its limit, and what a session holds of memory: as tables."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.progress import track

from bench import crowd, soak, views
from bench.crowd import Plan, Recovery, Step
from bench.reader import Reader
from bench.report import Line, Table, number
from bench.server import Server, serve
from bench.soak import GROWTH, Soak

USERS, TARGET_USERS, TWO_REPLICAS = (1, 10, 25, 50, 100, 200, 400), 200, 400
PANDAS_USERS = (10, 25)
# So few readers change so little that they are measured for longer.
FEW = 25
P95_MS, RECOVERY_SECONDS, SESSION_MB = 300, 30, 1
# More places than readers: what a process can bear shows where it refuses nobody.
ALL_PLACES, AS_SET = "10000", ""
# Past the limit: so many come to a process with the places it has unless told otherwise, and so many stay.
OVERFILL, STAY = 400, 100
# Pages are run once by the server itself when it starts; and so long it still packs files.
STARTING_SECONDS = 10
SERVER_CORE, CLIENT_CORE = 0, 1
IDLE, VISITED = 100, ("", "map", "council", "compare", "inspections", "best")
# Streamlit keeps the session of a reader whose connection broke for 60 seconds (.streamlit/config.toml).
KEPT_SECONDS = 75
HEADS = (
    "users", "changes", "runs a second", "p50, ms", "p95, ms", "p99, ms", "opening a page, p95, ms", "errors",
    "asked to come again", "cores used", "CPU a run, ms", "memory, MB", "core of the readers", "target", "holds",
)  # fmt: skip


@dataclass(frozen=True)
class Length:
    """How long each number of users is looked at."""

    seconds: float
    target_seconds: float
    """For the number of users that the targets are of."""
    users: Sequence[int] = USERS
    pandas: Sequence[int] = PANDAS_USERS


def bearing(database: Path, folder: Path, length: Length) -> list[Table]:
    """The tables of users."""
    rows, holds = list[list[str]](), list[bool]()

    def add(name: str, step: Step, *, target: bool = False) -> None:
        good = step.quantile(0.95) < P95_MS and not step.seen.errors and not step.seen.refused
        holds.extend([good] if target else [])
        judged = [f"p95 under {P95_MS}, no errors", "yes" if good else "**no**"] if target else ["", ""]
        rows.append([f"{step.users} {name}".strip(), *_cells(step), *judged])

    with _pinned():
        with _product(database, ALL_PLACES) as server:
            plan = Plan(length.seconds, _councils(server))
            for users in track(length.users, "Users"):
                target = users == TARGET_USERS
                seconds = length.target_seconds if target else length.seconds * (2 if users < FEW else 1)
                add("", crowd.run(crowd.step([server], users, Plan(seconds, plan.councils))), target=target)
        with _product(database, AS_SET) as server:
            recovery = crowd.run(crowd.overfill(server, OVERFILL, STAY, plan))
        add("on the places a process has", recovery.full)
        add("once the others have left", recovery.after)
        with views.serve_pandas_baseline(database, folder, core=SERVER_CORE) as server:
            pages = {view.page: weight for view in views.PANDAS_VIEWS if (weight := crowd.PAGES.get(view.page))}
            for users in track(length.pandas, "Users of the pandas baseline"):
                add(
                    "of the pandas baseline",
                    crowd.run(crowd.step([server], users, Plan(length.seconds, plan.councils, pages=pages))),
                )
    with ExitStack() as running:
        cores = (SERVER_CORE, CLIENT_CORE)
        two = [running.enter_context(_product(database, ALL_PLACES, core)) for core in cores]
        step = crowd.run(crowd.step(two, TWO_REPLICAS, Plan(length.target_seconds, plan.councils)))
    add("on two processes", step, target=True)
    return [
        Table(
            "Users at once, ten seconds of thought between their changes",
            HEADS,
            rows,
            len(holds),
            sum(holds),
            _note(length),
        ),
        _recovered(recovery),
    ]


def _note(length: Length) -> str:
    seconds = f"{length.seconds:.0f} seconds (of fewer than {FEW} users twice as long, and {length.target_seconds:.0f} "
    seconds += "where there is a target)"
    return (
        f"Each row is {seconds} after all have come. Readers are real WebSocket clients: they open pages as people do "
        "(a third the Council page, then the map and England), choose councils, measures, benchmarks and periods "
        "evenly from the whole menus, go to other pages, and open pages anew. Times are from sending a choice to the "
        "last message of the answer. One process is pinned to one core and all readers to the other; of two processes "
        "each has one core, and the readers, dealt to them in turn without a balancer, run on both."
    )


def _cells(step: Step) -> list[str]:
    quantiles = [_ms(step.quantile(share)) for share in (0.5, 0.95, 0.99)]
    opening, a_run = crowd.quantile(step.seen.opening_ms, 0.95), step.cpu / step.rate * 1000 if step.rate else math.nan
    return [
        str(len(step.seen.ms)), f"{step.rate:.1f}", *quantiles, _ms(opening), str(step.seen.errors.total()),
        str(step.seen.refused), f"{step.cpu:.2f}", _ms(a_run), f"{step.memory_mb:.0f}", f"{step.client_cpu:.2f}",
    ]  # fmt: skip


def _recovered(recovery: Recovery) -> Table:
    full, soon = recovery.full, recovery.seconds < RECOVERY_SECONDS
    within = full.quantile(0.95)
    rows = [
        ["readers who have a place", str(full.inside), "", ""],
        ["asked to come again", str(full.seen.refused), "", ""],
        ["p95 of those who have one, ms", _ms(within), "", ""],
        [
            "seconds from when most have left until somebody new is let in and answered",
            number(recovery.seconds) if math.isfinite(recovery.seconds) else "never",
            f"under {RECOVERY_SECONDS}",
            "yes" if soon else "**no**",
        ],
    ]
    title = f"Past the limit: {OVERFILL} readers come to one process, then all but {STAY} leave"
    return Table(title, ("", "seen", "target", "holds"), rows, 1, int(soon))


def holding(database: Path) -> list[Line]:
    """Memory of a session, idle after it has visited several pages, and what is freed at its end."""
    before, after, left, again = (list[float]() for _ in range(4))
    with _product(database, ALL_PLACES, core=None) as server:
        _visit(server, IDLE)  # what is cached once, and the threads
        time.sleep(KEPT_SECONDS)
        before.append(server.memory())
        with _visitors(server, IDLE):
            after.append(server.memory())
        time.sleep(KEPT_SECONDS)
        left.append(server.memory())
        with _visitors(server, IDLE):
            again.append(server.memory())
    section = f"Memory of {IDLE} idle sessions, each after {len(VISITED)} pages and a change on each, MB"
    return [
        Line(section, "a session", [(after[0] - before[0]) / IDLE], target=SESSION_MB),
        Line(section, "the process before they come (as many came and went before)", before),
        Line(section, "with all of them", after),
        Line(section, f"{KEPT_SECONDS} seconds after they left", left),
        Line(section, "with as many once more", again),
    ]


@contextmanager
def _visitors(server: Server, count: int) -> Iterator[None]:
    with ExitStack() as open_:
        for number_ in track(range(count), "Sessions"):
            reader = open_.enter_context(Reader(server, VISITED[0]))
            _walk(reader, number_)
        time.sleep(1)
        yield


def _visit(server: Server, count: int) -> None:
    with _visitors(server, count):
        pass


def _walk(reader: Reader, number_: int) -> None:
    """Through all pages, with a change on each."""
    councils: list[str] = []
    for page in VISITED:
        reader.tab.go(page, {"la": councils[number_ % len(councils)]} if councils else {})
        reader.run()
        label = "Measure" if "Measure" in reader.tab.selectboxes else "Council"
        councils = councils or reader.options("Council")
        choices_of_label = reader.options(label)
        reader.tab.choose(label, choices_of_label[number_ % len(choices_of_label)])
        reader.run()


def hours(database: Path, readers: int, minutes: float) -> Soak:
    """So many readers for so many minutes, each minute told."""
    with _product(database, AS_SET, core=None) as server:
        return crowd.run(soak.soak(server, readers, minutes, Plan(minutes * 60, _councils(server))))


def soaked(found: Soak) -> Table:
    """The results of hours."""
    grew = found.growth < GROWTH
    good = not found.errors
    last = found.samples[-1]
    third = max(1, len(found.warm) // 3)
    rows = [
        ["memory once warm, MB", number(found.start_mb), "", ""],
        ["memory in the end, MB", number(found.end_mb), "", ""],
        ["growth", f"{found.growth:+.1%}", f"under {GROWTH:.0%}", "yes" if grew else "**no**"],
        ["errors", str(found.errors), "none", "yes" if good else "**no**"],
        ["changes answered", f"{sum(sample.reruns for sample in found.samples):,}", "", ""],
        ["p95 in the first third, ms (median of minutes)", _ms(_middle(found, 0, third)), "", ""],
        ["p95 in the last third, ms (median of minutes)", _ms(_middle(found, -third, None)), "", ""],
        ["open files and sockets in the end", str(last.handles), "", ""],
        ["threads in the end", str(last.threads), "", ""],
    ]
    title = f"{found.users} users for {last.minute:.0f} minutes"
    return Table(title, ("", "seen", "target", "holds"), rows, 2, grew + good)


def _middle(found: Soak, first: int, last: int | None) -> float:
    return crowd.quantile([sample.p95_ms for sample in found.warm[first:last]], 0.5)


@contextmanager
def _product(database: Path, places: str, core: int | None = SERVER_CORE) -> Iterator[Server]:
    with serve("streamlit_app.py", core=core, MONITOR_DATABASE=str(database), MONITOR_SESSIONS=places) as server:
        time.sleep(STARTING_SECONDS)
        yield server


@contextmanager
def _pinned() -> Iterator[None]:
    """This process on a core of its own."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {CLIENT_CORE})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _councils(server: Server) -> list[str]:
    with Reader(server, "map") as reader:
        return reader.options("Council")


def _ms(value: float) -> str:
    return number(value) if math.isfinite(value) else ""
