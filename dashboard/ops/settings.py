"""The settings of a server, from environment variables: typed, and all errors told before anything starts."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from dashboard.ops.location import DEFAULT_PATH, Address, parse_location

PREFIX = "MONITOR_"
# Read by the ETL alone.
OF_THE_ETL = ("MONITOR_REGISTER", "MONITOR_COMMITMENTS")
# Kubernetes sets these in every container beside a service named monitor.
OF_KUBERNETES = re.compile(r"MONITOR(_\w+)?_(SERVICE_(HOST|PORT\w*)|PORT(_\d+_(TCP|UDP)\w*)?)|MONITOR_PORT(_\d+\w*)?")
YES, NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")


class WrongSettingsError(Exception):
    """What is wrong with the settings, a line each: name, value, what is needed."""


class Wrong(Exception):  # noqa: N818 - what is wrong with one value, in words
    """What a value would have to be."""


def whole(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number of a range."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise Wrong(f"a whole number from {least:,} to {most:,} is needed")
        return int(text)

    return read


def matching(pattern: str, needed: str, make: Callable[[str], Any] = str) -> Callable[[str], Any]:
    """Reads a text that matches a pattern."""

    def read(text: str) -> Any:
        if not re.fullmatch(pattern, text):
            raise Wrong(needed)
        return make(text)

    return read


def switch(text: str) -> bool:
    """Reads yes or no."""
    if text.lower() not in (*YES, *NO):
        raise Wrong("yes or no is needed")
    return text.lower() in YES


def one_of(*allowed: str) -> Callable[[str], str]:
    """Reads one of some words."""

    def read(text: str) -> str:
        if text.lower() not in allowed:
            raise Wrong(f"{', '.join(allowed[:-1])} or {allowed[-1]} is needed")
        return text.lower()

    return read


def file_or_address(text: str) -> Path | Address:
    """Reads the path of a file, which need not be there yet (`~` is the home folder), or an address."""
    try:
        location = parse_location(text)
    except ValueError:
        raise Wrong(
            "the path of a file, or its https:// address without a name or password is needed (http:// on this machine)"
        ) from None
    if isinstance(location, Path) and location.is_dir():
        raise Wrong("this is a folder; the path of the database file is needed")
    return location


def folder(text: str) -> Path:
    """Reads the path of a folder, which need not be there yet."""
    path = Path(text).expanduser()
    if path.exists() and not path.is_dir():
        raise Wrong("this is a file; the path of a folder is needed")
    return path.absolute()


contact = matching(
    r"https://[^\s<>\"]+|[^\s<>\"@]+@[^\s<>\"@]+\.[^\s<>\"@]+",
    "an e-mail address, or that of a page (https://…) is needed",
)
days = matching(r"(?=.*[1-9])[0-9]{1,6}(\.[0-9]{1,3})?", "a number of days above 0 is needed, as 400 or 0.5", float)
address = matching(
    r"(?!/(_stcore|static|media|api|assets))/[A-Za-z0-9_/-]+", "an address of its own is needed, as /metrics"
)
host = matching(r"[A-Za-z0-9.:_-]+", "an address of this machine is needed, as 127.0.0.1 or 0.0.0.0")


def hosts(text: str) -> tuple[str, ...]:
    """Reads names of hosts with spaces or commas between; *.example.org stands for every name below example.org."""
    names = tuple(text.lower().replace(",", " ").split())
    if not all(re.fullmatch(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:]+\]", name) for name in names):
        raise Wrong("names of hosts are needed, without https:// or a port, as dashboard.example.gov.uk localhost")
    return names


def origins(text: str) -> tuple[str, ...]:
    """Reads names of sites with spaces or commas between as origins; without a scheme they are https."""
    names = [name if "://" in name else f"https://{name}" for name in text.lower().replace(",", " ").split()]
    if not all(re.fullmatch(r"https?://[a-z0-9_-]+(\.[a-z0-9_-]+)*(:[0-9]{1,5})?", name) for name in names):
        raise Wrong("names of sites are needed, as www.example.gov.uk or https://intranet.example.gov.uk:8443")
    return tuple(dict.fromkeys(names))


def _setting(default: Any, read: Callable[[str], Any], shown: str, meaning: str) -> Any:
    return field(default=default, metadata={"read": read, "shown": shown, "meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """How this server is run; each is set by the environment variable of its name, in capitals after MONITOR_."""

    database: Path | Address = _setting(  # noqa: RUF009 - it is a field
        DEFAULT_PATH, file_or_address, "data/monitor.duckdb",
        "The database that is served: a file (`versions/` beside it holds the versions that are kept), or the "
        "`https://` address of one, with its SHA-256 beside it (`….sha256`).",
    )  # fmt: skip
    database_folder: Path | None = _setting(  # noqa: RUF009 - it is a field
        None, folder, "a private one",
        "Where the copy of a database at an address lies, with the last three versions. It is what a restart begins "
        "with; a private folder goes with the process.",
    )  # fmt: skip
    database_seconds: int = _setting(
        60, whole(1, 86_400), "60", "How often the address is asked whether there is another database."
    )
    database_older: bool = _setting(
        False, switch, "no", "Take a database from the address though it was built before the one here: to roll back."
    )
    data_age_days: float | None = _setting(
        None, days, "no limit", "From so many days after its build the data are too old: `/readyz` says 503."
    )
    sessions: int = _setting(
        250, whole(1, 100_000), "250",
        "Open pages at once. Beyond, 503 with `Retry-After`; a tenth is kept for readers who were here before.",
    )  # fmt: skip
    retry_seconds: int = _setting(30, whole(1, 3600), "30", "When those who were refused are asked to come again.")
    hosts: tuple[str, ...] = _setting(
        (),
        hosts,
        "any",
        "The names this server answers to, with spaces between; `/livez` and `/readyz` are answered by any.",
    )
    hsts: bool = _setting(
        False, switch, "no", "Tell browsers to come by https alone, for two years. Set it once https works."
    )
    index: bool = _setting(
        False, switch, "no", "Let search engines index the pages: `/robots.txt` and `/sitemap.xml` say so."
    )
    embed_hosts: tuple[str, ...] = _setting(
        (), origins, "none",
        "The sites that may show a chart of ours in a frame (`/embed/…`), with spaces between. Everything else is in "
        "nobody's frame.",
    )  # fmt: skip
    contact: str = _setting(
        "", contact, "none",
        "Whom readers may write to, an e-mail address or a page: named where something failed, and in the statement on "
        "accessibility.",
    )  # fmt: skip
    metrics_port: int | None = _setting(
        None, whole(1, 65535), "closed", "A port of its own for `/metrics` (OpenMetrics)."
    )
    metrics_address: str = _setting("127.0.0.1", host, "127.0.0.1", "Where that port is listened at.")
    metrics_path: str = _setting(
        "", address, "closed", "`/metrics` on the dashboard's own port, at this address; let the proxy keep it inside."
    )
    log_format: str = _setting(
        "auto", one_of("auto", "json", "text"), "auto", "`json`, `text`, or `auto`: text in a terminal, else JSON."
    )
    log_level: str = _setting(
        "info",
        one_of("info", "warning", "error"),
        "info",
        "`info` (a line a page and answer), `warning` or `error`.",
    )
    log_messages: bool = _setting(
        False, switch, "no", "Log what errors say too. It may hold what readers typed: for a developer's machine."
    )
    filter_messages: bool = _setting(
        True, switch, "yes",
        "Keep from readers where the program lies and what it runs on, and let through only what pages send. It saves "
        "no time and costs none; off only where a new Streamlit needs it.",
    )  # fmt: skip
    warm: bool = _setting(True, switch, "yes", "Run every page once before the server says that it is ready.")


def name_of(field_name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + field_name.upper()


def read(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment; an empty one counts as not set.

    Raises WrongSettingsError, which says of each wrong one its name, its value and what is needed.
    """
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for setting in fields(Settings):
        text = environment.get(name_of(setting.name), "").strip()
        if not text:
            continue
        try:
            values[setting.name] = setting.metadata["read"](text)
        except Wrong as problem:
            wrong.append(f"{name_of(setting.name)} is “{_shown(text)}”: {problem}. Correct it, or unset it.")
    if wrong:
        raise WrongSettingsError("\n".join(wrong))
    return Settings(**values)


def unknown(environment: Mapping[str, str]) -> list[str]:
    """A warning for each variable that looks like a setting and is none, with the nearest that is one."""
    known = [*(name_of(setting.name) for setting in fields(Settings)), *OF_THE_ETL]
    warnings = []
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known and not OF_KUBERNETES.fullmatch(name):
            near = get_close_matches(
                name.removeprefix(PREFIX), [setting.removeprefix(PREFIX) for setting in known], n=1
            )
            warnings.append(f"There is no setting {name}.{f' Did you mean {PREFIX}{near[0]}?' if near else ''}")
    return warnings


def table() -> list[str]:
    """The settings as rows of the README's table."""
    rows = [
        (name_of(setting.name), setting.metadata["shown"], setting.metadata["meaning"]) for setting in fields(Settings)
    ]
    return ["| Variable | If not set | What it does |", "|---|---|---|"] + [
        f"| `{name}` | {shown} | {meaning} |" for name, shown, meaning in rows
    ]


def _shown(text: str) -> str:
    """A value for a message; an address without what may be a key or a password."""
    scheme, separator, rest = text.partition("://")
    return f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}"[:100] if separator else text[:100]


@cache
def settings() -> Settings:
    """The settings of this process; raises WrongSettingsError."""
    return read(os.environ)
