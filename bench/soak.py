"""Readers for hours: whether a server grows, slows down or fails with time. `python -m bench soak --minutes 120`."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.crowd import Crowd, Plan
from bench.server import Server

# A sample a minute; the first tenth of them is warm-up, and as many are compared at either end.
SAMPLE_SECONDS, WARM_UP = 60, 0.1
GROWTH = 0.1


@dataclass(frozen=True)
class Sample:
    """One minute."""

    minute: float
    memory_mb: float
    handles: int
    """Open files and sockets."""
    threads: int
    cpu: float
    """Of one core."""
    reruns: int
    p95_ms: float
    errors: int


@dataclass(frozen=True)
class Soak:
    """Some hours."""

    users: int
    samples: list[Sample]

    @property
    def warm(self) -> list[Sample]:
        """Those after the warm-up; of a single one, that one."""
        return self.samples[_tenth(self.samples) :] or self.samples

    @property
    def start_mb(self) -> float:
        """Memory once it was warm."""
        return median(sample.memory_mb for sample in self.warm[: _tenth(self.samples)])

    @property
    def end_mb(self) -> float:
        """Memory in the end."""
        return median(sample.memory_mb for sample in self.samples[-_tenth(self.samples) :])

    @property
    def growth(self) -> float:
        """By what share of it memory grew."""
        return self.end_mb / self.start_mb - 1

    @property
    def errors(self) -> int:
        """All of them, those of the warm-up too."""
        return sum(sample.errors for sample in self.samples)


async def soak(server: Server, users: int, minutes: float, plan: Plan, *, seconds: float = SAMPLE_SECONDS) -> Soak:
    """So many readers for so many minutes; each sample is printed as it is taken."""
    crowd, samples, start = Crowd([server], plan), list[Sample](), time.monotonic()
    crowd.come(users)
    try:
        while time.monotonic() - start < minutes * 60:
            step = await crowd.measure(seconds)
            samples.append(
                Sample(
                    round((time.monotonic() - start) / 60, 2), round(step.memory_mb, 1), *_held(server),
                    round(step.cpu, 3), len(step.seen.ms), round(step.quantile(0.95), 1), step.seen.errors.total(),
                )
            )  # fmt: skip
            print(samples[-1], flush=True)
            for said in step.seen.errors:
                print(said, flush=True)
    finally:
        await asyncio.shield(crowd.leave())
    return Soak(users, samples)


def _held(server: Server) -> tuple[int, int]:
    process = Path(f"/proc/{server.pid}")
    return len(list((process / "fd").iterdir())), len(list((process / "task").iterdir()))


def _tenth(samples: list[Sample]) -> int:
    return max(1, int(len(samples) * WARM_UP))
