"""One module an official publication; each declares SOURCE, and is found by being here. `declare` builds metrics."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from etl.model import Source


def all_sources() -> list[Source]:
    """Every source, those that others need first."""
    names = [module.name for module in iter_modules(__path__) if module.name != "declare"]
    waiting = [import_module(f"{__name__}.{name}").SOURCE for name in names]
    ordered: list[Source] = []
    while waiting:
        ready = next(source for source in waiting if set(source.needs) <= {done.id for done in ordered})
        waiting.remove(ready)
        ordered.append(ready)
    return ordered
