"""Why a request cannot be answered: problem+json (RFC 9457), in words, with what is allowed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

MEDIA_TYPE = "application/problem+json"
# So many characters of what somebody sent are repeated, and none that do not print.
REPEATED = 60
UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"
# Of more mistakes than this only the first are told.
MOST_MISTAKES = 10

# Name, which ends the address in `type` -> status and title.
KINDS: dict[str, tuple[int, str]] = {
    "unknown-parameter": (400, "There is no such parameter"),
    "unknown-value": (400, "A parameter cannot have this value"),
    "not-together": (409, "These parameters do not go together"),
    "too-long": (400, "The question is too long"),
    "too-many-rows": (400, "The answer would be too large"),
    "not-kept": (404, "This version of the data is not kept"),
    "not-found": (404, "There is nothing at this address"),
    "not-allowed": (405, "This API is read only"),
    "no-such-range": (416, "The file has no such bytes"),
    "too-many": (429, "Too many pictures at once"),
    "failed": (500, "Our fault: the question could not be answered"),
    "no-database": (503, "There is no readable database"),
    "busy": (503, "Too many questions at once"),
}


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong with a request."""

    kind: str
    """A key of KINDS."""
    detail: str
    parameter: str | None = None
    value: str | None = None
    allowed: Sequence[str] = ()
    nearest: str | None = None

    def body(self) -> dict[str, Any]:
        """As JSON; what is not known is left out."""
        fields = {
            "parameter": self.parameter,
            "value": shown(self.value) if self.value is not None else None,
            "nearest": self.nearest,
            "allowed": list(self.allowed) or None,
        }
        return {"detail": self.detail, **{name: value for name, value in fields.items() if value is not None}}


class Problem(Exception):  # noqa: N818 - the standard calls it a problem
    """Why there is no answer; the first mistake gives it its kind and status."""

    def __init__(self, mistakes: Sequence[Mistake], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(*(mistake.detail for mistake in mistakes))
        self.mistakes = mistakes
        self.headers = headers or {}

    @property
    def status(self) -> int:
        return KINDS[self.mistakes[0].kind][0]

    def body(self) -> bytes:
        """The document, UTF-8: of the first mistake, and of all in `errors` where there are several."""
        kind = self.mistakes[0].kind
        status, title = KINDS[kind]
        fields = {"type": f"/api#{kind}", "title": title, "status": status, **self.mistakes[0].body()}
        if len(self.mistakes) > 1:
            fields["errors"] = [mistake.body() for mistake in self.mistakes[:MOST_MISTAKES]]
        return json.dumps(fields, ensure_ascii=False).encode("utf-8")


def problem(kind: str, detail: str, headers: Mapping[str, str] | None = None, **details: Any) -> Problem:
    """A problem of one mistake."""
    return Problem([Mistake(kind, detail, **details)], headers)


def shown(text: str) -> str:
    """What somebody sent, cut short and without what does not print or changes the direction of writing."""
    cut = text[:REPEATED] + ("…" if len(text) > REPEATED else "")
    return "".join(letter if letter.isprintable() else UNPRINTABLE for letter in cut)


def nearest(text: str, known: Collection[str]) -> str | None:
    """What somebody may have meant; None where nothing is near."""
    lower = {name.lower(): name for name in known}
    matches = get_close_matches(text[:REPEATED].lower(), lower, n=1, cutoff=0.6)
    return lower[matches[0]] if matches else None
