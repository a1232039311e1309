"""Whether a change of code left every answer to readers as it was: `python -m tests.tools.compare_checkouts OTHER`.

Each checkout's own code answers the same questions over the same database, in a process of its own: pages with their
views and files (by AppTest), and over HTTP the API, briefings, markup and assets. What differs is shown; exit status 1.
Nothing is asked of either checkout but dashboard/main.py, streamlit_app.py, its addresses and the database, so modules
may have other names. Uploads, files other than CSV and /metrics are not asked; what differs by nature is in BY_NATURE.

The database is built by this checkout. If data/schema.sql differs in more than comments, the other may not read it: run
the tool in the older checkout (copy this file there), or build one that both read and name it with --database.
"""

from __future__ import annotations

import argparse
import difflib
import http.client
import json
import logging
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import duckdb
from streamlit.components.v2 import manifest_scanner
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest, local_script_runner

ROOT = Path(__file__).resolve().parents[2]
# What may differ by nature: a pattern, what stands for it, the reason.
BY_NATURE = (
    (r"(?m)^date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$", "date", "when it was asked"),
    (r'(?m)^etag: "\w+"$', "etag", "holds a hash of the code, so that what other code answered is asked for again"),
    (r'deferred_file_id: "\w+"', "deferred_file_id", "drawn at random at each run"),
    (r'active_script_hash: "\w+"', "active_script_hash", "Streamlit's hash of where the checkout lies"),
    (r"(/assets/\w+-|monitor\.\w+_)[0-9a-f]{12}", r"\1", "a hash of what is in an asset, which is compared itself"),
    (r"\$\$ID-[0-9a-f]{32}", "$$ID", "hashes of that and of what is drawn, which is compared itself"),
)
# A component's name and the files that it has.
COMPONENT = r'component_name: "(.+)"\n.+\n.+js_source_path: "(.+)"\n.+\n.+\n.+css_source_path: "(.+)"'
Query = dict[str, Any]
# Menus of more options, of measures and councils, are walked by the lists here; of others every option is a view.
MOST_OPTIONS = 20
WITHOUT_MEASURES = ("accessibility", "briefings", "data", "leadership", "methods", "progress")
QUICK = 10
SHOWN, SHOWN_LINES, SHOWN_WIDTH = 3, 14, 220
# A measure of each kind; councils that are very small, in a joint return, or young.
KINDS = "SELECT arg_min(title, position) FROM metric GROUP BY polarity, has_interval, england_only, councils_only"
AWKWARD = """
    SELECT name, area_id FROM area WHERE kind = 'local_authority' AND end_date IS NULL ORDER BY very_small DESC,
    area_id IN (SELECT area_id FROM observation WHERE return_id LIKE '%+%') DESC, start_date DESC NULLS LAST LIMIT 10
"""


def list_questions(database: Path, step: int) -> dict[str, Any]:
    """What is asked: pages (with their choices, and whether for files and for views too) and paths."""
    with duckdb.connect(str(database), read_only=True) as connection:
        metrics = connection.sql("SELECT metric_id, title FROM metric ORDER BY position").fetchall()
        kinds = sorted(title for (title,) in connection.sql(KINDS).fetchall())
        areas = connection.sql("SELECT area_id, name, kind FROM area WHERE end_date IS NULL ORDER BY 1").fetchall()
        awkward = connection.sql(AWKWARD).fetchall()
    councils = [name for _, name, kind in areas if kind == "local_authority"]
    pages = sorted(path.stem for path in (ROOT / "dashboard" / "pages").glob("[!_]*.py"))
    asked: list[tuple[str, Query, bool, bool]] = []
    for page in pages:
        titles = [title for _, title in metrics][:: 1 if page in ("council", "map") else 6]
        asked += [(page, {}, True, True), (page, {"la": "Leeds"}, True, True)]
        asked += [(page, {"la": name}, True, False) for name, _ in awkward]
        asked += [(page, {"la": name}, False, False) for name in (councils if page == "council" else ())]
        if page not in WITHOUT_MEASURES:
            asked += [(page, {"la": "Leeds", "metric": one}, n % 6 == 0, False) for n, one in enumerate(titles)]
            asked += [(page, {"la": "Leeds", "metric": one}, False, True) for one in kinds]
        asked += [(page, {"la": "Kent", "benchmark": "My group", "group": ["Leeds", "Essex"]}, True, False)]
        asked += [(page, {"la": "Kent", "benchmark": "A target", "target": "10"}, True, False)]
        asked += [(page, {"la": "Ledes", "metric": "<b>", "period": "1066", "benchmark": "-"}, False, False)]
    markup = ["/livez", "/nothing", *("/" if page == "england" else f"/{page}" for page in pages)]
    return {
        "pages": asked[::step],
        "paths": [*markup, "/briefings/nothing.html", *(f"/briefings/{area}.html" for area, _, _ in areas[::step])],
        "metrics": [metric for metric, _ in metrics],
        "councils": [area for _, area in awkward],
        "step": step,
    }


def list_api(described: str, metrics: Sequence[str], councils: Sequence[str]) -> Iterator[str]:
    """Questions to every address of an API, by its own description."""
    document, briefings = json.loads(described.partition("\n\n")[2]), list[str]()
    for path, methods in document["paths"].items():
        values: dict[str, list[str]] = {}
        for reference in methods["get"].get("parameters", []):
            one = document["components"]["parameters"][reference["$ref"].rpartition("/")[2]]
            values[one["name"]] = one["schema"].get("enum") or one["schema"].get("items", {}).get("enum", [])
        base: Query = {"with": ",".join(values["with"])} if "with" in values else {}
        newest = {**base, "newest": "true"} if "newest" in values else base
        few = [(name, one) for name, known in values.items() if len(known) <= MOST_OPTIONS for one in known]
        asked: list[Query] = [{}, *({name: one, "limit": 100} for name, one in few)]
        if "area" in values:
            asked += [{**newest, "area": one} for one in councils]
        if "metric" in values:
            asked += [{**newest, "metric": one} for one in metrics]
            asked += [{**base, "metric": one} for one in metrics[::8]]
        if marks := values.get("benchmark"):
            asked += [{**newest, "metric": one, "benchmark": mark} for one in metrics[::8] for mark in marks]
            asked += [{**newest, "metric": metrics[0], "benchmark": "group", "group": ",".join(councils[:4])}]
            asked += [{**newest, "metric": metrics[0], "benchmark": "target", "target": 10}]
            briefings = [f"/briefings/{one}.html?benchmark={mark}" for one in councils for mark in marks]
        if not path.endswith(".duckdb"):  # the database itself
            yield from (f"{path}?{urlencode(one)}" if one else path for one in asked)
    yield from ("/api", "/api/v1/nothing", "/api/v1/areas?nothing=1", "/api/v1/areas?area=nothing", *briefings)


def answer(questions: dict[str, Any], archive: Path) -> None:
    """Answer all questions by the code of the working folder, whose process this is."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as into:
        linked = set[str]()

        def put(name: str, content: str) -> None:
            linked.update(re.findall(r"/assets/[\w.-]+\w", content))
            for component, *parts in re.findall(COMPONENT, content):
                linked.update(f"/_stcore/bidi-components/{component}/{part}" for part in parts)
            for pattern, stands, _reason in BY_NATURE:
                name, content = re.sub(pattern, stands, name), re.sub(pattern, stands, content)
            if name not in into.NameToInfo:
                into.writestr(name, content)

        answer_pages(questions, put)
        with serve() as ask:
            api = list_api(ask("/api/v1/openapi.json"), questions["metrics"], questions["councils"])
            for paths in (questions["paths"], islice(api, 0, None, questions["step"]), linked):
                for path in sorted(paths):
                    kind = next((one for one in ("api", "briefings") if path.startswith(f"/{one}/")), "markup")
                    put(f"{kind} {path}", ask(path))


def answer_pages(questions: dict[str, Any], put: Callable[[str, str], None]) -> None:
    """Pages with what they show and, of some, their files and every view that they offer."""
    messages: list[ForwardMsg] = []
    files: list[tuple[str, Callable[[], bytes]]] = []
    patch(messages, files)
    logging.disable(logging.WARNING)  # Streamlit warns of every file that is made outside of a page

    def walk(page: str, query: Query, with_files: bool, with_views: bool, seen: frozenset[str] = frozenset()) -> None:
        app = AppTest.from_file(str(Path("dashboard/main.py").absolute()), default_timeout=300)
        if page != "england":
            app.switch_page(f"pages/{page}.py")
        app.query_params.update(query)
        files.clear()
        app.run()
        address = f"/{page}?{urlencode(query, doseq=True)}"
        put(f"pages {address}", "\n".join(map(str, messages)))
        for name, make in [(name, make) for name, make in files if with_files and name.endswith(".csv")]:
            put(f"files {address} {name}", make().decode())
        for key, option in (offered := choices(messages, seen | query.keys()) if with_views else []):
            walk(page, {**query, key: option}, with_files, True, seen | {key for key, _ in offered})

    for one in questions["pages"]:
        walk(*one)


def choices(messages: Sequence[ForwardMsg], seen: frozenset[str]) -> list[tuple[str, str]]:
    """What a page offers to choose beside what is seen, by the names in the address, where it is no long list."""
    found: dict[str, list[str]] = {}
    for message in messages:
        found[message.delta.add_block.expandable.query_param_key] = ["true"]
        drawn = message.delta.new_element
        one: Any = getattr(drawn, drawn.WhichOneof("type") or "", None)
        options = [getattr(option, "content", option) for option in getattr(one, "options", ())]
        found[getattr(one, "query_param_key", "")] = options if len(options) <= MOST_OPTIONS else []
    return [(key, option) for key, options in found.items() for option in options if key and key not in seen]


def patch(messages: list[ForwardMsg], files: list[tuple[str, Callable[[], bytes]]]) -> None:
    """Have AppTest run main.py for every page, and leave here what a page sends and how its files are made."""
    runner: Any = local_script_runner
    begin, parse, defer = PagesManager.__init__, runner.parse_tree_from_messages, MediaFileManager.add_deferred

    def without_the_old_rule(self: PagesManager, *arguments: Any, **named: Any) -> None:
        # AppTest takes dashboard/pages for that of Streamlit's first multipage apps; it would run a page alone.
        begin(self, *arguments, **named)
        PagesManager.uses_pages_directory = False

    def keep(sent: list[ForwardMsg]) -> Any:
        messages[:] = sent
        for message in sent:
            message.ClearField("hash")  # of all that is in it
            if message.delta.new_element.WhichOneof("type") == "plotly_chart":
                chart = message.delta.new_element.plotly_chart
                figure = json.loads(chart.spec)
                # In one order, which says nothing; without the hash of what is in the figure.
                figure["layout"].pop("datarevision", None)
                chart.spec = json.dumps(figure, sort_keys=True, separators=(",", ":"))
        return parse(sent)

    def keep_file(self: Any, make: Any, kind: Any, place: str, file_name: str | None = None, **named: Any) -> str:
        files.append((file_name or "", make))
        return defer(self, make, kind, place, file_name, **named)

    # The last would read the metadata of every installed package for components; ours are declared in code.
    for owner, name, new in (
        (PagesManager, "__init__", without_the_old_rule), (runner, "parse_tree_from_messages", keep),
        (MediaFileManager, "add_deferred", keep_file), (manifest_scanner, "scan_component_manifests", list),
    ):  # fmt: skip
        setattr(owner, name, new)


@contextmanager
def serve() -> Iterator[Callable[[str], str]]:
    """A server of the working folder's code: gives status, headers and body of an address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", f"--server.port={port}"]
    process = subprocess.Popen([*command, "--server.address=127.0.0.1"], stdout=sys.stderr)

    def ask(path: str) -> str:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=300)) as connection:
            connection.request("GET", quote(path, safe="/?&=%,.+"))
            got = connection.getresponse()
            headers = sorted(f"{name}: {value}" for name, value in got.getheaders())
            return "\n".join([f"status {got.status}", *headers, "", got.read().decode("utf-8", "backslashreplace")])

    try:
        for _ in range(1800):
            with suppress(OSError):
                ask("/livez")
                break
            time.sleep(0.1)
        yield ask
    finally:
        process.terminate()
        process.wait(20)


def compare(here: Path, there: Path) -> int:
    """Print what differs between two archives, and how many there are of each kind; how many differ or failed."""
    asked, differing, failed = Counter[str](), Counter[str](), Counter[str]()
    with zipfile.ZipFile(here) as mine, zipfile.ZipFile(there) as theirs:
        for name in sorted({*mine.namelist(), *theirs.namelist()}):
            kind = name.partition(" ")[0]
            before, after = (one.read(name) if name in one.NameToInfo else b"not offered" for one in (theirs, mine))
            asked[kind] += 1
            failed[kind] += any(one.startswith(b"status 5") or b"\n    exception {" in one for one in (before, after))
            if before != after:
                differing[kind] += 1
                print(f"differs: {name}")
            if before != after and differing[kind] <= SHOWN:
                # A line for each tag and for each part of JSON, so that a difference is a short one.
                old, new = (re.sub(r"\\n|(?=<)|(?<=[,;}])", "\n", one.decode()).split("\n") for one in (before, after))
                found = difflib.unified_diff(old, new, "there", "here", n=1, lineterm="")
                print("\n".join(f"    {line[:SHOWN_WIDTH]}" for line in islice(found, SHOWN_LINES)))
    for kind, total in asked.items():
        print(f"{kind}: {total} asked, {differing[kind]} differ, {failed[kind]} failed")
    return differing.total() + failed.total()


def build(folder: Path) -> Path:
    """The database, with synthetic posts and promises, so that their pages are not empty."""
    # Imported here: the process of the other checkout runs this file too.
    from etl.build import builder
    from tests import operator_files
    from tests.etl.helpers import copied_data

    builder.build(copied_data(folder / "data"))
    return operator_files.database(folder / "data" / builder.DATABASE, folder)


def main() -> int:
    """Ask both checkouts, and compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("other", type=Path, help="the other checkout")
    parser.add_argument("--quick", action="store_true", help=f"ask one question of {QUICK}")
    parser.add_argument("--database", type=Path, help="a database that both can read, instead of one that is built")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        asked, archives = Path(name, "questions.json"), (Path(name, "here.zip"), Path(name, "there.zip"))
        database = (chosen.database or build(Path(name))).resolve()
        asked.write_text(json.dumps(list_questions(database, QUICK if chosen.quick else 1)), "utf-8")
        given = {**os.environ, "MONITOR_DATABASE": str(database), "MONITOR_WARM": "no", "MONITOR_LOG_LEVEL": "error"}
        command, running = [sys.executable, __file__, "--answer", str(asked)], []
        for checkout, archive in zip((ROOT, chosen.other.resolve()), archives, strict=True):
            there = {**given, "PYTHONPATH": str(checkout), "POLARS_MAX_THREADS": "1"}
            running += [subprocess.Popen([*command, str(archive)], cwd=checkout, env=there)]
        if sum([abs(process.wait()) for process in running]):
            raise SystemExit("A checkout could not answer.")
        return 1 if compare(*archives) else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--answer"]:
        answer(json.loads(Path(sys.argv[2]).read_text("utf-8")), Path(sys.argv[3]))
    else:
        sys.exit(main())
