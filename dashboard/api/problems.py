"""What is said of a question that cannot be answered: problem+json (RFC 9457), in words, with what is allowed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

MEDIA_TYPE = "application/problem+json"
# What somebody sent is repeated so far, and nothing of it that does not print.
REPEATED = 60
UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"
# Whoever sends more mistakes than this is told of these, and that is enough.
MOST_MISTAKES = 10

# Its name, which ends the address in `type`: the status, and what kind of problem it is.
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
    "failed": (500, "Our fault: the question could not be answered"),
    "no-database": (503, "There is no readable database"),
    "busy": (503, "Too many questions at once"),
}


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong with a question."""

    kind: str
    """A key of KINDS."""
    detail: str
    parameter: str | None = None
    value: str | None = None
    allowed: Sequence[str] = ()
    nearest: str | None = None

    def body(self) -> dict[str, Any]:
        """As JSON says it: what is not known is left out."""
        said = {
            "parameter": self.parameter,
            "value": shown(self.value) if self.value is not None else None,
            "nearest": self.nearest,
            "allowed": list(self.allowed) or None,
        }
        return {"detail": self.detail, **{name: one for name, one in said.items() if one is not None}}


class Problem(Exception):  # noqa: N818 - the standard calls it a problem
    """Why there is no answer; the first mistake gives it its kind and status."""

    def __init__(self, mistakes: Sequence[Mistake], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(*(one.detail for one in mistakes))
        self.mistakes = mistakes
        self.headers = headers or {}

    @property
    def status(self) -> int:
        return KINDS[self.mistakes[0].kind][0]

    def body(self) -> bytes:
        """The document, UTF-8: of the first mistake, and of all in `errors` where there are several."""
        kind = self.mistakes[0].kind
        status, title = KINDS[kind]
        said = {"type": f"/api#{kind}", "title": title, "status": status, **self.mistakes[0].body()}
        if len(self.mistakes) > 1:
            said["errors"] = [one.body() for one in self.mistakes[:MOST_MISTAKES]]
        return json.dumps(said, ensure_ascii=False).encode("utf-8")


def problem(kind: str, detail: str, headers: Mapping[str, str] | None = None, **said: Any) -> Problem:
    """A problem of one mistake."""
    return Problem([Mistake(kind, detail, **said)], headers)


def shown(text: str) -> str:
    """What somebody sent, cut short and without what does not print or turns the direction of writing."""
    cut = text[:REPEATED] + ("…" if len(text) > REPEATED else "")
    return "".join(one if one.isprintable() else UNPRINTABLE for one in cut)


def nearest(text: str, known: Collection[str]) -> str | None:
    """What somebody may have meant; None where nothing is near."""
    lower = {one.lower(): one for one in known}
    found = get_close_matches(text[:REPEATED].lower(), lower, n=1, cutoff=0.6)
    return lower[found[0]] if found else None
