"""What went wrong, told twice: a reference for whoever reads the page, the whole trace for whoever reads the log."""

from __future__ import annotations

import secrets
import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = "site-packages"
# Of the chain of causes, and of the frames of each.
MOST_CAUSES, MOST_FRAMES = 5, 60
SORRY = "Sorry, something of ours failed"
# Where an error keeps its own.
KEPT = "_monitor_reference"


def reference(error: BaseException) -> str:
    """What an error is called on the page and in the log: eight characters, the same each time it is asked for."""
    return str(error.__dict__.setdefault(KEPT, secrets.token_hex(4)))


def words(error: BaseException, contact: str = "") -> str:
    """What a reader is told of an error; `contact` is whom they may write to."""
    tell = f"write to {contact} with this reference" if contact else "tell us this reference"
    return f"{SORRY}, and it is in our log. Try again; if it fails again, {tell}. Reference {reference(error)}"


def told(error: BaseException, *, messages: bool = False, before: tuple[BaseException, ...] = ()) -> dict[str, Any]:
    """An error for the log: `kind`, `where` (each frame with its line, the last called last) and `cause`.

    What an error says may hold what a reader typed, so it is left out unless `messages` are asked for. Paths begin at
    the repository, or at the library. It is the cause of those `before` it.
    """
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    found: dict[str, Any] = {
        "kind": type(error).__qualname__,
        "where": [f"{place(one.filename)}:{one.lineno} {one.name}: {one.line}" for one in frames],
    }
    if messages:
        found["message"] = str(error)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = (*before, error)
    if cause is not None and len(before) < MOST_CAUSES and not any(cause is one for one in before):
        found["cause"] = told(cause, messages=messages, before=before)
    return found


def place(file: str) -> str:
    """Where a file lies, without the machine's part of its path."""
    path = Path(file)
    if LIBRARIES in path.parts:
        return "/".join(path.parts[path.parts.index(LIBRARIES) + 1 :])
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
