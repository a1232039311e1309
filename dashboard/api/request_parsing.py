"""An address as a question: what was sent held against what is declared, every mistake said in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

from dashboard.api.endpoints import MOST_CHARACTERS, Endpoint, Kind
from dashboard.api.parameters import VERSION_, Parameter
from dashboard.api.problems import MOST_MISTAKES, Mistake, Problem, nearest, problem, shown
from dashboard.data.database import Database
from dashboard.data.model import DatabaseError


@dataclass(frozen=True)
class Asked:
    """One question that can be answered: to whom, about which data, in which format."""

    db: Database
    endpoint: Endpoint
    kind: Kind
    values: Mapping[str, Any]
    """Those that were sent, limit, offset and version apart."""
    limit: int | None
    """As it was sent."""
    offset: int
    frozen: bool
    """Whether a data version was named."""

    @property
    def query(self) -> str:
        """The question in one way of asking it, whichever way it was sent: without what is as when it is left out."""
        return "&".join(_pairs(self.values))

    def again(self, *, offset: int) -> str:
        """The address of another page of the same answer, of the same version of the data."""
        page = {"limit": self.limit} if self.limit is not None else {}
        rest = {**page, "offset": offset, "version": self.db.data_version}
        return f"{self.endpoint.path(self.kind.suffix)}?{'&'.join(_pairs({**self.values, **rest}))}"


def sent(raw: bytes) -> dict[str, list[str]]:
    """What an address holds: name -> values in the order sent. Raises Problem where it is too long or garbled."""
    if len(raw) > MOST_CHARACTERS:
        detail = f"The question has {len(raw):,} characters; up to {MOST_CHARACTERS:,} are read. Narrow it, or page it."
        raise problem("too-long", detail)
    try:
        pairs = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise problem("unknown-value", "The question is not in UTF-8.") from error
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def read(
    raw: bytes, endpoint: Endpoint, kind: Kind, current: Callable[[], Database], at: Callable[[str], Database]
) -> Asked:
    """The question that was sent; raises Problem with all its mistakes, and DatabaseError where there is no data.

    `at` gives the database of a named version, which says what the other parameters may be.
    """
    found = sent(raw)
    db = version_of(found, current, at)
    declared = endpoint.all_parameters(kind)
    values: dict[str, Any] = {}
    mistakes = _others(found, declared)
    for name, parameter in declared.items():
        # Looking for what was meant costs time: nobody needs to be told more.
        if name in found and len(mistakes) < MOST_MISTAKES:
            try:
                values[name] = parameter.read(db, found[name])
            except Problem as wrong:
                mistakes += wrong.mistakes
    if mistakes:
        raise Problem(mistakes)
    frozen = values.pop("version", None) is not None
    limit, offset = values.pop("limit", None), values.pop("offset", 0)
    return Asked(db, endpoint, kind, {k: v for k, v in values.items() if v is not False}, limit, offset, frozen)


def version_of(
    found: Mapping[str, list[str]], current: Callable[[], Database], at: Callable[[str], Database]
) -> Database:
    """The database of the version that was sent, or the newest. Raises Problem for one that is not kept."""
    db = current()
    if "version" not in found:
        return db
    version = VERSION_.read(db, found["version"])
    try:
        return at(version)
    except DatabaseError as error:
        raise problem("not-kept", str(error), parameter="version", value=version) from error


def refuse_others(found: Mapping[str, object], declared: Mapping[str, Parameter]) -> None:
    """Raise Problem where there are parameters that are none of those declared."""
    if others := _others(found, declared):
        raise Problem(others)


def _others(found: Mapping[str, object], declared: Mapping[str, Parameter]) -> list[Mistake]:
    """What is said of parameters that are none of those declared; of as many as somebody is told of."""
    mistakes = []
    for name in [name for name in found if name not in declared][:MOST_MISTAKES]:
        near = nearest(name, declared)
        detail = f"There is no parameter “{shown(name)}” here." + (f" Did you mean {near}?" if near else "")
        mistakes.append(Mistake("unknown-parameter", detail, shown(name), None, list(declared), near))
    return mistakes


def text(value: Any) -> str:
    """A value in words: several with commas between."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _pairs(values: Mapping[str, Any]) -> list[str]:
    """Parameters as an address holds them; of several values one of which has a comma, each stands alone."""
    return [
        f"{name}={quote(text(one), safe=',/')}"
        for name, value in values.items()
        for one in (value if isinstance(value, tuple) and any("," in part for part in value) else (value,))
    ]
