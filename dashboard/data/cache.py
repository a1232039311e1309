"""Answers that many readers share: worked out once a data version, for whoever asks the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from dashboard.data.database import Database

P = ParamSpec("P")
T = TypeVar("T")


def shared(ask: Callable[Concatenate[Database, P], T]) -> Callable[Concatenate[Database, P], T]:
    """Remember what a question answers, some ten kilobytes (`Database.remembered`); nobody may change an answer.

    It asks the database by a few choices: whatever is not hashable, but for lists, is no choice (TypeError).
    """
    name = f"{ask.__module__}.{ask.__qualname__}"

    @wraps(ask)
    def asked(db: Database, /, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (name, *map(_choice, args), *((one, _choice(kwargs[one])) for one in sorted(kwargs)))
        return db.remembered(key, lambda: ask(db, *args, **kwargs), small=True)

    return asked


def _choice(given: Any) -> Hashable:
    return tuple(given) if isinstance(given, list) else given
