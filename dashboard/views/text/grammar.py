"""Words that follow a number."""

from __future__ import annotations


def plural(count: int | None, one: str) -> str:
    """ "1 council", "2 councils"."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def are(count: int) -> str:
    return "is" if count == 1 else "are"


def were(count: int) -> str:
    return "was" if count == 1 else "were"


def have(count: int) -> str:
    return "has" if count == 1 else "have"
