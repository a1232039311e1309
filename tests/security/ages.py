"""How old what we depend on is, as `make audit` says first. Reads a lock file (pylock.toml, PEP 751) of standard input.

Dates are those at which the package index says that a file was uploaded; an index that does not say it, or a package
from elsewhere, leaves them out, and so does this report.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

# Nobody may be left who mends what is older.
OLD_DAYS = 730


@dataclass(frozen=True)
class Dependency:
    """One package as it is locked."""

    name: str
    version: str
    released: date | None
    """When the first file of this version was uploaded; None where the index does not say."""

    def days(self, today: date) -> int | None:
        """Its age."""
        return (today - self.released).days if self.released else None


def read(lock: str) -> list[Dependency]:
    """The packages of a lock file, oldest first; those of which no date is known come last."""
    found = [
        Dependency(one["name"], one.get("version", ""), min(_uploaded(one), default=None))
        for one in tomllib.loads(lock).get("packages", [])
    ]
    return sorted(found, key=lambda one: (one.released is None, one.released or date.max, one.name))


def report(dependencies: list[Dependency], today: date) -> list[str]:
    """A line a package, and what they come to."""
    lines = []
    for one in dependencies:
        days = one.days(today)
        age = "release date not known" if days is None else f"{one.released}  {days:>5,} days"
        lines.append(f"{one.name:<32}{one.version:<16}{age}{'  old' if days is not None and days > OLD_DAYS else ''}")
    known = [days for one in dependencies if (days := one.days(today)) is not None]
    middle = f"half of them younger than {sorted(known)[len(known) // 2]:,} days, " if known else ""
    old = sum(days > OLD_DAYS for days in known)
    lines.append(
        f"{len(dependencies)} packages: {middle}{old} older than {OLD_DAYS // 365} years, "
        f"{len(dependencies) - len(known)} without a date."
    )
    return lines


def _uploaded(package: dict[str, Any]) -> Iterator[date]:
    for file in [*package.get("wheels", []), package.get("sdist", {})]:
        moment = file.get("upload-time")
        if isinstance(moment, datetime):
            yield moment.astimezone(UTC).date() if moment.tzinfo else moment.date()


if __name__ == "__main__":
    print("\n".join(report(read(sys.stdin.read()), datetime.now(UTC).date())))
