"""Words that follow a number, and sentences as long as they may be."""

from __future__ import annotations

import re

# Of a sentence, and of what opens a page.
LONGEST, MOST_SENTENCES, MOST_WORDS = 25, 3, 60
# St. Helens is one name.
ENDS = re.compile(r"(?<=[.!?])(?<!\bSt\.)\s+(?=[A-Z0-9“‘])")


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return ENDS.split(text.strip()) if text.strip() else []


def words(text: str) -> int:
    """How many words a text has."""
    return len(text.split())


def together(first: str, second: str, alone: str = "") -> str:
    """Two parts as one sentence, or as two where that would be too long: the second then as `alone`, or nothing."""
    both = f"{first}, {second}."
    return both if words(both) <= LONGEST else f"{first}. {alone}".strip()


def opening(text: str) -> tuple[str, str]:
    """A text as what opens a page, at most MOST_SENTENCES and MOST_WORDS, and the rest, which stands below."""
    first, rest = "", sentences(text)
    while rest and len(sentences(first)) < MOST_SENTENCES and words(f"{first} {rest[0]}") <= MOST_WORDS:
        first = f"{first} {rest.pop(0)}".strip()
    return first, " ".join(rest)


def plural(count: int | None, one: str) -> str:
    """ "1 council", "2 councils"."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def are(count: int) -> str:
    return "is" if count == 1 else "are"


def were(count: int) -> str:
    return "was" if count == 1 else "were"


def have(count: int) -> str:
    return "has" if count == 1 else "have"
