"""How many may read at once: the places of a server, who takes one, and who is asked to come again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dashboard.ops.metrics import REFUSED

# Of so many places one is kept for readers who were here before: somebody who loads a page again gives up their place
# a moment before they ask for it.
KEPT_ONE_IN = 10


@dataclass
class Places:
    """The places of this process, one a WebSocket, which each open page holds."""

    most: int
    taken: int = 0

    def full(self, *, known: bool) -> bool:
        """Whether a page that is asked for now would find no place; counts whoever is refused.

        `known` are readers who were here before.
        """
        full = self.taken >= self.most - (0 if known else self.most // KEPT_ONE_IN)
        if full:
            REFUSED.inc()
        return full

    @contextmanager
    def one(self) -> Iterator[bool]:
        """Take a place, if there is one; it is given back in the end. Only the thread of the server's loop does so."""
        got = self.taken < self.most
        self.taken += got
        if not got:
            REFUSED.inc()
        try:
            yield got
        finally:
            self.taken -= got
