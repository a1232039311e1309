"""Published files from their addresses into a folder, for `etl extract`; what to do by hand where that cannot be.

What is known of each edition is declared here or as `File.url`. An address is of one edition: nothing is followed from
page to page, because a new edition is to be looked at by somebody before it is loaded.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from etl.fetch import http
from etl.fetch.http import Answer, RefusedError, Web, WebError
from etl.locks import Progress, locked, silent
from etl.model import EtlError, File, Release, Source

CATALOGUE = "https://explore-education-statistics.service.gov.uk/data-catalogue/data-set/{}/csv"
# The ids of the data catalogue, by file: each edition of a table has another.
DATA_SETS: Mapping[str, str] = {
    "csww_indicators_2017_to_2025.csv": "6d765688-fb18-4f13-8e8e-be816bc63b17",
    "c4_children_in_need_section_47s_and_icpcs_2013_to_2025.csv": "b0749fa2-c0e2-4a15-8c0f-23941b3b6161",
    "d1_child_protection_plans_2013_to_2025.csv": "0183a28b-6a55-4eff-aa08-33cc14f3a5bb",
    "d7_cpps_ending_by_duration_2013_to_2025.csv": "04a78d29-2196-4bea-bf95-7a2eced5d0d5",
    "cla_number_and_rate_per_10k_children.csv": "4cf02bf8-b4c7-46e5-a63e-702b431db15b",
}
# Where to look on a publisher's page, by its host.
BY_HAND: Mapping[str, str] = {
    "explore-education-statistics.service.gov.uk": (
        "choose the newest release, then 'Explore and download data', and open the data set in the data catalogue. Its "
        "address ends in its id: written into DATA_SETS in etl/fetch/published_files.py, it lets the file be fetched "
        "from then on"
    ),
    "www.gov.uk": (
        "look for the newest edition, which has a page of its own. Among its documents take the data or the underlying "
        "data, not the report; the address of the file, declared as the file's `url`, lets it be fetched from then on"
    ),
    "www.ons.gov.uk": (
        "look for the newest mid-year estimates. The file read here has them in the columns of Explore Education "
        "Statistics (time_period, old_la_code, population_estimate), as the Department for Education prepares them"
    ),
    "github.com": "find the newest file of this name, and press 'Download raw file'",
    "reports.ofsted.gov.uk": (
        "look for each council's newest inspection report. Name its PDF by the number in the address of the council's "
        "page (URN), the council and the day of publication, as "
        "80549_sandwell___-_02_december_2025.pdf"
    ),
    "www.adcs.org.uk": (
        "look for the newest yearly update of directors. There is no file: add a row with the year, the changes and "
        "the address of the page to the one that is here"
    ),
}
ELSEWHERE = "look for the newest edition"
PAGES = (b"<!doctype", b"<html", b"<?xml version", b"<head", b"<body")
MAGIC: Mapping[str, bytes] = {".ods": b"PK", ".xlsx": b"PK", ".zip": b"PK", ".parquet": b"PAR1"}
LOCK = "fetch.lock"


@dataclass(frozen=True)
class Fetched:
    """The result for one file."""

    path: str
    words: str
    here: bool
    """Whether the folder has the file as it is published now, as far as can be told."""


def fetch(sources: Iterable[Source], to: Path, using: Web, progress: Progress = silent) -> list[Fetched]:
    """Bring the files of these sources into a folder. Each is tried: that one fails does not keep the others away."""
    outcomes = []
    try:
        to.mkdir(parents=True, exist_ok=True)
        with locked(to / LOCK, "fetch"):
            for part in to.rglob("*.part"):
                part.unlink()
            for source in sources:
                for file in {file.path: file for file in source.release.files}.values():
                    progress(f"{source.title}: {file.name}")
                    outcomes.append(_fetched(source.release, file, to, using))
    except OSError as error:
        raise EtlError(
            f"E_WRITE: {to.name} could not be written to: {error.strerror or error}. "
            "Make room or give write permission, and fetch again; a file is there whole or as it was before."
        ) from error
    return outcomes


def address(file: File) -> str:
    """Where a file can be downloaded; empty where that is not known."""
    return file.url or (CATALOGUE.format(DATA_SETS[file.name]) if file.name in DATA_SETS else "")


def by_hand(release: Release, file: File) -> str:
    """How somebody gets a file that cannot be downloaded, or the next edition of it."""
    hint = BY_HAND.get(urlsplit(release.page).hostname or "", ELSEWHERE)
    where = f"Put them into {file.path.rpartition('/')[0]}" if file.many else f"Save it as {file.path}"
    return f"By hand: open {release.page} and {hint}. {where}."


def _fetched(release: Release, file: File, to: Path, using: Web) -> Fetched:
    path, url = to / file.path, address(file)
    if not url:
        here = any(path.parent.glob(path.name)) if file.many else path.is_file()
        state = "is here; whether there is a newer edition only you can tell" if here else "no address is known"
        return Fetched(file.path, f"{state}. {by_hand(release, file)}", here)
    try:
        return download(url, path, using, file.path)
    except WebError as error:
        why = " The address is out of date, or not public yet." if isinstance(error, RefusedError) else ""
        return Fetched(file.path, f"{error}{why} {by_hand(release, file)}", False)


def download(url: str, path: Path, using: Web, name: str = "") -> Fetched:
    """Download `url` to `path`, whole, or raise WebError and leave what was there.

    Asks only for what is newer than the file here, if that is still what was downloaded. The name is ours: what the
    server would call the file does not matter. A partial download is never resumed, but thrown away.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    name = name or path.name
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w+b") as into:
            answer = http.get(url, into, using, _conditions(path, url))
            if answer.unchanged:
                return Fetched(name, "unchanged", True)
            into.flush()
            _look(url, into, path.suffix, answer)
            os.fsync(into.fileno())
        new = _sha256(part)
        unchanged = path.is_file() and _sha256(path) == new
        part.replace(path)
        _note(path, url, answer, new)
    finally:
        part.unlink(missing_ok=True)
    return Fetched(name, "unchanged" if unchanged else f"{path.stat().st_size:,} bytes, new", True)


def _look(url: str, into: BinaryIO, suffix: str, answer: Answer) -> None:
    """Refuse what cannot be the file: nothing, or a page that reports an error with the status of success."""
    into.seek(0)
    start = into.read(512)
    if not start:
        raise WebError(f"E_FETCH_EMPTY: {url}: the file has no content.")
    kind = {name.lower(): value for name, value in answer.headers.items()}.get("content-type", "")
    page = kind.startswith("text/html") or start.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(PAGES)
    if page or not start.startswith(MAGIC.get(suffix, b"")):
        raise WebError(
            f"E_FETCH_KIND: {url}: a {'web page' if page else 'file of another kind'} came, not a {suffix} file: "
            "the address is out of date."
        )


def _noted(path: Path) -> Path:
    return path.with_name(f"{path.name}.fetched.json")


def _note(path: Path, url: str, answer: Answer, sha256: str) -> None:
    """Record beside a file where it is from, and what to ask for next time."""
    headers = {name.lower(): value for name, value in answer.headers.items() if value.isascii() and value.isprintable()}
    record = {
        "url": url,
        "fetched": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "sha256": sha256,
        "etag": headers.get("etag", ""),
        "last_modified": headers.get("last-modified", ""),
    }
    _noted(path).write_text(json.dumps(record, indent=2) + "\n", "utf-8")


def _conditions(path: Path, url: str) -> dict[str, str]:
    """What to send so that only something newer comes; nothing where the file is not just what was downloaded."""
    try:
        record = json.loads(_noted(path).read_text("utf-8"))
        if record["url"] != url or record["sha256"] != _sha256(path):
            return {}
        conditions = {"If-None-Match": str(record["etag"]), "If-Modified-Since": str(record["last_modified"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {name: value for name, value in conditions.items() if value}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
