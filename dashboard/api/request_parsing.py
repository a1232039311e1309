"""From the query of an address to a request: checked against the declared parameters, all mistakes in words."""

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
class ApiRequest:
    """A request that can be answered: which endpoint, which data, which format."""

    db: Database
    endpoint: Endpoint
    kind: Kind
    values: Mapping[str, Any]
    """The parameters that were sent, without limit, offset and version."""
    limit: int | None
    """As sent."""
    offset: int
    frozen: bool
    """Whether a data version was named."""

    @property
    def query(self) -> str:
        """The same text for all queries that ask the same: parameters with their default values are left out."""
        return "&".join(_format_pairs(self.values))

    def address(self, suffix: str) -> str:
        """The address of the same rows in another format."""
        page = {"limit": self.limit, "offset": self.offset or None, "version": self.db.data_version}
        if not self.frozen:
            del page["version"]
        query = "&".join(_format_pairs({**self.values, **{k: v for k, v in page.items() if v is not None}}))
        return f"{self.endpoint.path(suffix)}{'?' if query else ''}{query}"

    def following_page(self, *, offset: int) -> str:
        """The address of another page of the same answer, of the same version of the data."""
        page = {"limit": self.limit} if self.limit is not None else {}
        rest = {**page, "offset": offset, "version": self.db.data_version}
        return f"{self.endpoint.path(self.kind.suffix)}?{'&'.join(_format_pairs({**self.values, **rest}))}"


def parse_query(raw: bytes) -> dict[str, list[str]]:
    """What an address holds: name -> values in the order sent. Raises Problem where it is too long or garbled."""
    if len(raw) > MOST_CHARACTERS:
        detail = f"The question has {len(raw):,} characters; up to {MOST_CHARACTERS:,} are read. Narrow it, or page it."
        raise problem("too-long", detail)
    try:
        pairs = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise problem("unknown-value", "The question is not in UTF-8.") from error
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def parse_request(
    raw: bytes, endpoint: Endpoint, kind: Kind, current: Callable[[], Database], at_version: Callable[[str], Database]
) -> ApiRequest:
    """The request that was sent; raises Problem with all its mistakes, and DatabaseError where there is no data.

    `at` gives the database of a named version, which says what the other parameters may be.
    """
    query = parse_query(raw)
    db = find_version(query, current, at_version)
    values = read_values(db, query, endpoint.all_parameters(kind))
    frozen = values.pop("version", None) is not None
    limit, offset = values.pop("limit", None), values.pop("offset", 0)
    return ApiRequest(db, endpoint, kind, {k: v for k, v in values.items() if v is not False}, limit, offset, frozen)


def read_values(db: Database, query: Mapping[str, list[str]], declared: Mapping[str, Parameter]) -> dict[str, Any]:
    """The values of the parameters that were sent, by name; raises Problem with all mistakes."""
    values: dict[str, Any] = {}
    mistakes = _find_undeclared(query, declared)
    for name, parameter in declared.items():
        # To look for the nearest name costs time, and nobody needs to be told more.
        if name in query and len(mistakes) < MOST_MISTAKES:
            try:
                values[name] = parameter.read(db, query[name])
            except Problem as wrong:
                mistakes += wrong.mistakes
    if mistakes:
        raise Problem(mistakes)
    return values


def find_version(
    query: Mapping[str, list[str]], current: Callable[[], Database], at_version: Callable[[str], Database]
) -> Database:
    """The database of the version that was sent, or the newest. Raises Problem for one that is not archived."""
    db = current()
    if "version" not in query:
        return db
    version = VERSION_.read(db, query["version"])
    try:
        return at_version(version)
    except DatabaseError as error:
        raise problem("not-kept", str(error), parameter="version", value=version) from error


def refuse_undeclared(query: Mapping[str, object], declared: Mapping[str, Parameter]) -> None:
    """Raise Problem where there are parameters that are not declared."""
    if others := _find_undeclared(query, declared):
        raise Problem(others)


def _find_undeclared(query: Mapping[str, object], declared: Mapping[str, Parameter]) -> list[Mistake]:
    """A mistake for each of the first parameters that are not declared."""
    mistakes = []
    for name in [name for name in query if name not in declared][:MOST_MISTAKES]:
        near = nearest(name, declared)
        detail = f"There is no parameter “{shown(name)}” here." + (f" Did you mean {near}?" if near else "")
        mistakes.append(Mistake("unknown-parameter", detail, shown(name), None, list(declared), near))
    return mistakes


def to_text(value: Any) -> str:
    """A value as text, several with commas between."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _format_pairs(values: Mapping[str, Any]) -> list[str]:
    """Parameters as an address holds them; where one of several values has a comma, each is repeated by itself."""
    return [
        f"{name}={quote(to_text(part), safe=',/')}"
        for name, value in values.items()
        for part in (value if isinstance(value, tuple) and any("," in text for text in value) else (value,))
    ]
