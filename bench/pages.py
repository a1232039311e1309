"""What a change of a choice costs a server on each page, and what a reader with a browser waits for."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.progress import track

from bench import browser, tenfold
from bench.reader import Reader
from bench.report import Line
from bench.server import Server, serve
from bench.views import BASELINE_CHOICES, PANDAS_VIEWS, VIEWS, Servers, View, options, pandas_view

CPU_MS, TENFOLD = 50, 1.5
WORDS_MS, PAGE_MS, OPENING_MS, BARE_TIMES = 200, 500, 4000, 1.3
# A run of ours ends a little after its last message; Streamlit as it comes then collects garbage.
AFTER_SECONDS, COLLECTED_SECONDS = 0.05, 0.25
PARTS = {"words": "heading and sentence", "map": "map", "chart": "chart", "table": "table", "page": "whole page"}


@dataclass(frozen=True)
class Size:
    """How often everything is measured; of the pandas baseline's pages less, since each takes its time."""

    rounds: int
    reruns: int
    pandas_reruns: int
    openings: int
    pandas_openings: int
    changes: int


def answering(servers: Servers, size: Size) -> list[Line]:
    """The server: what one change of a choice costs it and what it sends, without a browser."""
    cpu, wall, sent, wire = (defaultdict[tuple[str, str], list[float]](list) for _ in range(4))
    with ExitStack() as open_:
        cases = {
            (view, choice): (server, open_.enter_context(Reader(server, view.page, **view.query)))
            for view, server in servers.pairs
            for choice in view.choices
        }
        choices_left = {case: options(reader.options(case[1])) for case, (_, reader) in cases.items()}
        for _ in track(range(size.rounds), "Answering"):
            for case, (server, reader) in cases.items():
                before, key = server.cpu(), (case[0].name, case[1])
                reruns = size.pandas_reruns if server is servers.pandas else size.reruns
                for _ in range(reruns):
                    rerun = reader.choose(case[1], next(choices_left[case]))
                    wall[key].append(rerun.seconds * 1000)
                    sent[key].append(rerun.sent / 1000)
                    wire[key].append(rerun.wire / 1000)
                time.sleep(AFTER_SECONDS if server in (servers.product, servers.baseline) else COLLECTED_SECONDS)
                cpu[key].append((server.cpu() - before) / reruns * 1000)
    return [
        Line(
            section,
            f"{view.name}: {choice}",
            samples[view.name, choice],
            samples[servers.baseline_of(view).name, "Number"],
            target(view),
            pandas=samples[pandas_view(view).name, choice],
            bare=samples[servers.bare_of(view).name, "Number"],
        )
        for section, samples, target in (
            ("Server CPU for a change, ms", cpu, lambda _: CPU_MS),
            ("Time to a change's last message, ms", wall, lambda _: None),
            ("Messages sent for a change, kB", sent, lambda view: view.sent_kb),
            ("The same on the wire, compressed, kB", wire, lambda _: None),
        )
        for view in VIEWS
        for choice in view.choices
    ]


def growing(database: Path, folder: Path, size: Size) -> list[Line]:
    """The server with ten times the observations, in turns with the one of today."""
    section = "Server CPU for a change with ten times the observations, beside that of today, ms"
    larger = tenfold.database(database, folder / "synthetic-tenfold.duckdb")
    cpu = defaultdict[tuple[str, Path], list[float]](list)
    with ExitStack() as running:
        servers = {
            path: running.enter_context(serve("streamlit_app.py", MONITOR_DATABASE=str(path)))
            for path in (database, larger)
        }
        readers = {
            (view, path): running.enter_context(Reader(server, view.page, **view.query))
            for view in VIEWS
            if view.choices
            for path, server in servers.items()
        }
        choices_left = {case: options(reader.options(case[0].choices[0])) for case, reader in readers.items()}
        for _ in track(range(size.rounds + 1), "Growing"):
            for (view, path), reader in readers.items():
                before = servers[path].cpu()
                for _ in range(size.reruns):
                    reader.choose(view.choices[0], next(choices_left[view, path]))
                time.sleep(AFTER_SECONDS)
                cpu[view.name, path].append((servers[path].cpu() - before) / size.reruns * 1000)
    return [
        # In the first round of each a server makes what it caches.
        Line(section, name, samples[1:], cpu[name, database][1:], times=TENFOLD)
        for (name, path), samples in cpu.items()
        if path == larger
    ]


def painting(servers: Servers, size: Size) -> list[Line]:
    """The browser: from opening a page, and from choosing, to what is painted."""
    opening, changing = (defaultdict[tuple[str, str, str], list[float]](list) for _ in range(2))
    lead = defaultdict[str, list[float]](list)
    choices_left = _list_options(servers.pairs)
    with browser.chromium() as chromium:
        for turn in track(range(size.openings), "Painting"):
            for view, server in servers.pairs:
                if server is servers.pandas and turn >= size.pandas_openings:
                    continue
                world = server is servers.pandas and view.page == "map"
                with browser.opened(chromium, server, view.page, view.parts, world=world, **view.query) as (
                    tab,
                    paints,
                ):
                    for part in ("words", *view.parts, "page"):
                        opening[view.name, "", part].append(paints[part].last if part == "page" else paints[part].first)
                    if view.parts:
                        lead[view.name].append(paints["words"].first - paints[view.parts[-1]].first)
                    for choice in view.browsed:
                        for _ in range(size.changes):
                            after = browser.choose(tab, choice, next(choices_left[view, choice]), view.changed)
                            for part in ("words", *view.changed, "page"):
                                changing[view.name, choice, part].append(after[part].last)
    return [
        *_painted(servers, "Opening a page in a new browser, ms", opening, {"page": OPENING_MS}),
        *(
            Line("Sentence before the first chart or table, ms", view.name, lead[view.name], target=1, always=True)
            for view in VIEWS
            if view.parts
        ),
        *_painted(
            servers,
            "From choosing to painted, ms",
            changing,
            {"words": WORDS_MS, "map": WORDS_MS, "page": PAGE_MS},
            BARE_TIMES,
        ),
    ]


def _list_options(pairs: list[tuple[View, Server]]) -> dict[tuple[View, str], Iterator[str]]:
    found: dict[tuple[View, str], Iterator[str]] = {}
    for view, server in pairs:
        with Reader(server, view.page, **view.query) as reader:
            found |= {(view, choice): options(reader.options(choice)) for choice in view.browsed}
    return found


def _painted(
    servers: Servers,
    section: str,
    times: dict[tuple[str, str, str], list[float]],
    targets: dict[str, float],
    most: float | None = None,
) -> list[Line]:
    baselines = {view.name: servers.baseline_of(view).name for view in VIEWS}
    bare = {view.name: servers.bare_of(view).name for view in VIEWS}
    pandas_views = dict(zip(baselines, PANDAS_VIEWS, strict=True))
    return [
        Line(
            section,
            f"{name}{f', {choice}' if choice else ''}: {PARTS[part]}",
            samples,
            # The baseline page has neither map nor grid: its charts are the nearest.
            times.get((baselines[name], baseline_choice, part)) or times[baselines[name], baseline_choice, "chart"],
            targets.get(part),
            times=most if part == "page" else None,
            pandas=times[pandas_views[name].name, choice, part] if part in ("words", "page") else (),
            bare=times[bare[name], baseline_choice, part] if part in ("words", "page") else (),
        )
        for (name, choice, part), samples in list(times.items())
        if name in baselines
        for baseline_choice in [BASELINE_CHOICES[0] if choice else ""]
    ]
