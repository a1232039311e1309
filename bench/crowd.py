"""Many readers at once: real WebSockets, each reader opening pages, choosing, and thinking for ten seconds in between.

What a reader waits for is timed from sending a choice to the last message of its answer; a browser's painting is not
in it, nor are the scripts and styles that a browser fetches once.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode

import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Origin

from bench.server import Server
from bench.tab import PROTOCOL, STREAM, Tab

T = TypeVar("T")
THINK_SECONDS = 10.0
ANSWER_SECONDS = 30.0
# Within so many seconds all have come; what is measured begins then.
ARRIVAL_SECONDS = 15.0
COME_AGAIN = 1013
# How often each page is opened, and each choice changed, of a hundred times. Councils and measures are chosen evenly
# from the whole menu, which is harder on a server that caches answers than the favourites of real readers.
PAGES = {
    "": 20, "map": 20, "council": 30, "compare": 10, "inspections": 6, "best": 6, "data": 2, "leadership": 2,
    "progress": 2, "methods": 1, "briefings": 1,
}  # fmt: skip
CHOICES = {"Council": 40, "Measure": 35, "Compare with": 15, "Period": 10}
# Of what a reader does: to another page, or the page opened again in a new session; all else are choices.
ANOTHER_PAGE, ANEW = 0.2, 0.03
# Choices that go along from page to page, by their keys in the address.
COUNCIL = "la"
SHARED = (COUNCIL, "metric", "benchmark")
# Of those who come, so many have a council in the address already: a link they keep.
WITH_COUNCIL = 0.6
# What a browser asks for once it has the page.
ON_OPENING = ("/_stcore/health", "/_stcore/host-config")
# Somebody who comes when a crowd has left is answered so soon, or tries again.
RECOVERED_MS, AGAIN_SECONDS, GIVE_UP_SECONDS = 300, 0.5, 60


@dataclass(frozen=True)
class Plan:
    """What readers do, and for how long."""

    seconds: float
    councils: Sequence[str]
    """Those there are, by the names in the address."""
    think: float = THINK_SECONDS
    arrival: float = ARRIVAL_SECONDS
    pages: dict[str, int] = field(default_factory=lambda: PAGES)


@dataclass
class Seen:
    """What readers saw while it was measured."""

    ms: list[float] = field(default_factory=list)
    """Of each change of a choice or of the page."""
    opening_ms: list[float] = field(default_factory=list)
    """Of each session: the page's HTML, the WebSocket, the first run."""
    by_page: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    """How often somebody was asked to come again."""
    received: int = 0
    """Bytes of messages."""

    def run(self, ms: float, page: str) -> None:
        """A page answered."""
        self.ms.append(ms)
        self.by_page.setdefault(page or "england", []).append(ms)


@dataclass(frozen=True)
class Step:
    """So many readers for so long."""

    users: int
    servers: int
    seconds: float
    seen: Seen
    inside: int
    """Readers who had a place in the end."""
    cpu: float
    """Of one core, by the servers."""
    client_cpu: float
    """Of one core, by all readers together."""
    memory_mb: float
    """Of all servers, in the end."""

    @property
    def rate(self) -> float:
        """Runs of pages a second."""
        return (len(self.seen.ms) + len(self.seen.opening_ms)) / self.seconds

    def quantile(self, share: float) -> float:
        """Milliseconds within which this share of changes was answered; nan of none."""
        return quantile(self.seen.ms, share)


class Refused(Exception):  # noqa: N818 - nobody's error: the server is full
    """The server is full; come again in so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class User:
    """One reader at one server."""

    def __init__(self, server: Server, plan: Plan, seen: Callable[[], Seen], chance: random.Random) -> None:
        """`seen` gives what is recorded at the moment."""
        self.inside = False
        self._server, self._plan, self._seen, self._chance = server, plan, seen, chance
        self._cookie = ""

    async def live(self) -> None:
        """Come, read until cancelled, and come again when refused or cut off."""
        await asyncio.sleep(self._chance.random() * self._plan.arrival)
        while True:
            try:
                await self._sit()
            except Refused as refused:
                self._seen().refused += 1
                # As many as were refused would otherwise come back in the same second.
                await asyncio.sleep(refused.seconds * self._chance.uniform(1, 1.2))
            except (OSError, InvalidHandshake, ConnectionClosed, asyncio.IncompleteReadError) as error:
                self._seen().errors[type(error).__name__] += 1
                await self._think()
            finally:
                self.inside = False

    async def come(self, tab: Tab) -> float:
        """Open a page once and leave; milliseconds, or inf where it fails or no place is free."""
        start = time.perf_counter()
        try:
            async with self._opened(tab):
                return (time.perf_counter() - start) * 1000
        except (Refused, OSError, InvalidHandshake, ConnectionClosed, asyncio.IncompleteReadError):
            return math.inf

    async def _sit(self) -> None:
        """One session, from opening a page to opening it again."""
        start = time.perf_counter()
        tab = Tab(self._another())
        if tab.page == "council" or self._chance.random() < WITH_COUNCIL:
            tab.query[COUNCIL] = self._chance.choice(self._plan.councils)
        async with self._opened(tab) as connection:
            self.inside = True
            self._seen().opening_ms.append((time.perf_counter() - start) * 1000)
            while True:
                await self._think()
                does = self._chance.random()
                if does < ANEW:
                    return
                if does < ANEW + ANOTHER_PAGE or not self._choose(tab):
                    tab.go(self._another(), {key: tab.query[key] for key in SHARED if key in tab.query})
                start = time.perf_counter()
                await self._run(connection, tab)
                self._seen().run((time.perf_counter() - start) * 1000, tab.page)

    async def _think(self) -> None:
        await asyncio.sleep(self._plan.think * self._chance.uniform(0.5, 1.5))

    def _another(self) -> str:
        return _one_of(self._chance, self._plan.pages)

    def _choose(self, tab: Tab) -> bool:
        """Choose something else on the page, if it offers anything."""
        offered = {label: weight for label, weight in CHOICES.items() if len(_options(tab, label)) > 1}
        if not offered:
            return False
        label = _one_of(self._chance, offered)
        tab.choose(label, self._chance.choice(_options(tab, label)))
        return True

    @asynccontextmanager
    async def _opened(self, tab: Tab) -> AsyncIterator[ClientConnection]:
        """A session whose page has run once; raises Refused when the server is full."""
        await self._fetch(f"/{tab.page}?{urlencode(tab.query)}")
        for path in ON_OPENING:
            await self._fetch(path)
        try:
            async with connect(
                f"ws://{self._server.address}{STREAM}",
                subprotocols=[PROTOCOL],
                origin=Origin(self._server.url),
                additional_headers={"Cookie": self._cookie} if self._cookie else None,
                open_timeout=ANSWER_SECONDS,
                max_size=None,
            ) as connection:
                await self._run(connection, tab)
                yield connection
        except InvalidStatus as error:
            if error.response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
                raise Refused(float(error.response.headers.get("Retry-After", self._plan.think))) from error
            raise
        except ConnectionClosed as error:
            if error.rcvd is not None and error.rcvd.code == COME_AGAIN:
                raise Refused(self._plan.think) from error
            raise

    async def _fetch(self, path: str) -> None:
        """Ask by HTTP; raises Refused when the server is full, and OSError for any other answer but a good one."""
        host, port = self._server.address.split(":")
        asked = (
            f"GET {path} HTTP/1.1\r\nHost: {self._server.address}\r\nAccept: text/html\r\n"
            f"Accept-Encoding: gzip\r\nCookie: {self._cookie}\r\nConnection: close\r\n\r\n"
        )
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(host, int(port))
            try:
                writer.write(asked.encode())
                first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                await reader.read()
            finally:
                writer.close()
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self._cookie = headers.get("set-cookie", self._cookie).partition(";")[0]
        status = int(first.split()[1])
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            raise Refused(float(headers.get("retry-after", self._plan.think)))
        if status != HTTPStatus.OK:
            raise OSError(f"{path} answered {status}")

    async def _run(self, connection: ClientConnection, tab: Tab) -> None:
        """One run of the page; what it complains of is counted."""
        await connection.send(tab.asks())
        async with asyncio.timeout(ANSWER_SECONDS):
            done = False
            while not done:
                packed = await connection.recv(decode=False)
                self._seen().received += len(packed)
                done = tab.hears(packed)
        for said in tab.failed:
            self._seen().errors[said[:80]] += 1


class Crowd:
    """Readers who come and go."""

    def __init__(self, servers: Sequence[Server], plan: Plan, seed: int = 1) -> None:
        """They are dealt to the servers in turn."""
        self.servers, self.plan = servers, plan
        self.seen = Seen()
        self._users: list[tuple[User, asyncio.Task[None]]] = []
        self._chance = random.Random(seed)

    def __len__(self) -> int:
        return len(self._users)

    @property
    def inside(self) -> int:
        """How many have a place."""
        return sum(user.inside for user, _ in self._users)

    def come(self, count: int) -> None:
        """So many more come."""
        for _ in range(count):
            server = self.servers[len(self._users) % len(self.servers)]
            user = User(server, self.plan, lambda: self.seen, random.Random(self._chance.random()))
            self._users.append((user, asyncio.create_task(user.live())))

    async def leave(self, count: int | None = None) -> None:
        """So many leave, or all."""
        count = len(self._users) if count is None else count
        going = [self._users.pop() for _ in range(count)]
        for _, task in going:
            task.cancel()
        await asyncio.gather(*(task for _, task in going), return_exceptions=True)

    async def measure(self, seconds: float) -> Step:
        """Look for so long at what they see and at what it costs."""
        self.seen = Seen()
        start, cpu, own = time.perf_counter(), self._cpu(), time.process_time()
        await asyncio.sleep(seconds)
        passed = time.perf_counter() - start
        return Step(
            len(self), len(self.servers), passed, self.seen, self.inside, (self._cpu() - cpu) / passed,
            (time.process_time() - own) / passed, sum(server.memory() for server in self.servers),
        )  # fmt: skip

    def _cpu(self) -> float:
        return sum(server.cpu() for server in self.servers)


async def step(servers: Sequence[Server], users: int, plan: Plan) -> Step:
    """So many readers at once."""
    crowd = Crowd(servers, plan)
    crowd.come(users)
    try:
        await asyncio.sleep(plan.arrival)
        return await crowd.measure(plan.seconds)
    finally:
        await crowd.leave()


@dataclass(frozen=True)
class Recovery:
    """More came than there are places, and most left again."""

    full: Step
    seconds: float
    """From when they left until somebody new is let in and answered soon; inf if nobody is."""
    after: Step


async def overfill(server: Server, users: int, stay: int, plan: Plan) -> Recovery:
    """Send more readers than there are places; then all leave but some who have one, and somebody new comes."""
    crowd = Crowd([server], plan)
    crowd.come(users)
    try:
        await asyncio.sleep(plan.arrival)
        full = await crowd.measure(plan.seconds)
        left = time.perf_counter()
        await crowd.leave(users - stay)
        newcomer = User(server, plan, Seen, random.Random(users))
        while await newcomer.come(Tab("map")) > RECOVERED_MS:
            if time.perf_counter() - left >= GIVE_UP_SECONDS:
                break
            await asyncio.sleep(AGAIN_SECONDS)
        seconds = time.perf_counter() - left
        return Recovery(full, seconds if seconds < GIVE_UP_SECONDS else math.inf, await crowd.measure(plan.seconds))
    finally:
        await crowd.leave()


def run(what: Coroutine[Any, Any, T]) -> T:
    """Run it in the quickest loop there is: what readers cost must not be measured as the server's."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(what)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of them does not exceed; nan of none."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)]


def _one_of(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


def _options(tab: Tab, label: str) -> list[str]:
    return tab.options(label) if label in tab.selectboxes else []
