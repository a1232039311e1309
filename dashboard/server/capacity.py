"""How many readers a server admits at once, and when it asks others to come again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dashboard.ops.metrics import REFUSED

# One place in so many is reserved for readers who were here before: a page that is reloaded gives up its place a moment
# before it asks for one.
RESERVED_ONE_IN = 10


@dataclass
class Capacity:
    """The places of this process: each open page holds one for its WebSocket."""

    most: int
    taken: int = 0

    def is_full(self, *, known: bool) -> bool:
        """Whether a page that is asked for now would find no place; counts each refusal.

        `known` is true of readers who were here before.
        """
        full = self.taken >= self.most - (0 if known else self.most // RESERVED_ONE_IN)
        if full:
            REFUSED.inc()
        return full

    @contextmanager
    def take_place(self) -> Iterator[bool]:
        """Take a place, if there is one, and give it back in the end. For the thread of the event loop alone."""
        admitted = self.taken < self.most
        self.taken += admitted
        if not admitted:
            REFUSED.inc()
        try:
            yield admitted
        finally:
            self.taken -= admitted
