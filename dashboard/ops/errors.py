"""Errors in two forms: a reference for readers of the page, the whole trace for readers of the log."""

from __future__ import annotations

import secrets
import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = "site-packages"
# The most causes of an error, and frames of each, that are logged.
MOST_CAUSES, MOST_FRAMES = 5, 60
SORRY = "Sorry, something of ours failed"
# The attribute of an error that holds its reference.
REFERENCE = "_monitor_reference"


def reference(error: BaseException) -> str:
    """The name of an error on the page and in the log: eight characters, always the same for one error."""
    return str(error.__dict__.setdefault(REFERENCE, secrets.token_hex(4)))


def message_for_reader(error: BaseException, contact: str = "") -> str:
    """What a reader is told of an error; `contact` is where they may write to."""
    tell = f"write to {contact} with this reference" if contact else "tell us this reference"
    return f"{SORRY}, and it is in our log. Try again; if it fails again, {tell}. Reference {reference(error)}"


def describe(error: BaseException, *, messages: bool = False, before: tuple[BaseException, ...] = ()) -> dict[str, Any]:
    """An error for the log: `kind`, `where` (each frame with its line, the last called last) and `cause`.

    An error's message may hold what a reader typed, so it is left out unless `messages` are asked for. Paths begin at
    the repository, or at the library. `before` are the errors that this one caused.
    """
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    described: dict[str, Any] = {
        "kind": type(error).__qualname__,
        "where": [f"{relative_path(frame.filename)}:{frame.lineno} {frame.name}: {frame.line}" for frame in frames],
    }
    if messages:
        described["message"] = str(error)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = (*before, error)
    if cause is not None and len(before) < MOST_CAUSES and not any(cause is earlier for earlier in before):
        described["cause"] = describe(cause, messages=messages, before=before)
    return described


def relative_path(file: str) -> str:
    """The path of a file without the part that belongs to this machine."""
    path = Path(file)
    if LIBRARIES in path.parts:
        return "/".join(path.parts[path.parts.index(LIBRARIES) + 1 :])
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
