"""Answers that many readers share: calculated once for each data version."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from dashboard.data.database import Database

P = ParamSpec("P")
T = TypeVar("T")


def cached(ask: Callable[Concatenate[Database, P], T]) -> Callable[Concatenate[Database, P], T]:
    """Keep what a query answers, some ten kilobytes (`Database.cached`); nobody may change an answer.

    Its arguments are a few choices: lists, or what is hashable (else TypeError).
    """
    name = f"{ask.__module__}.{ask.__qualname__}"

    @wraps(ask)
    def answer(db: Database, /, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (name, *map(_choice, args), *((option, _choice(kwargs[option])) for option in sorted(kwargs)))
        return db.cached(key, lambda: ask(db, *args, **kwargs), small=True)

    return answer


def _choice(value: Any) -> Hashable:
    return tuple(value) if isinstance(value, list) else value
