"""Answers: tables as JSON, CSV and Parquet, made once for each data version and cached while they are asked for."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import zlib
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from weakref import WeakKeyDictionary

from dashboard.api.endpoints import WHOLE
from dashboard.api.problems import problem
from dashboard.api.request_parsing import ApiRequest, to_text
from dashboard.api.tables import Rows, why_none
from dashboard.data.database import Database
from dashboard.files import exports
from dashboard.files.exports.text import seen

# The cache of each data version that is in use.
MOST_CACHED_BYTES = 64_000_000
# A file is written in parts of so many rows: its table is never in memory whole.
BLOCK = 10_000
# Unpacked and sent by this much.
CHUNK = 256 * 1024
LEVEL = 5


def _revision() -> str:
    """A hash of the program: another release may answer the same request differently."""
    here = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted([*here.rglob("*.py"), *here.rglob("*.sql")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


REVISION = _revision()


@dataclass(frozen=True)
class Answer:
    """A body, ready to be sent with or without gzip."""

    packed: bytes
    """With gzip; empty where `plain` is given."""
    size: int
    """In bytes, unpacked."""
    plain: bytes | None = None
    """As it is, where it is never packed: clients read it by ranges of the size that HEAD says."""
    count: int | None = None
    """How many rows the request finds, where it is a table."""
    next: str | None = None
    """The address of the rows that follow."""
    why: str = ""
    """Why there are no rows, where there are none."""

    @property
    def weight(self) -> int:
        return len(self.packed) + len(self.plain or b"")

    def chunks(self) -> Iterator[bytes]:
        """The body unpacked, a little at a time."""
        unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        if self.plain is not None:
            yield self.plain
            return
        rest = self.packed
        while rest:
            yield unpacking.decompress(rest, CHUNK)
            rest = unpacking.unconsumed_tail
        if left := unpacking.flush():
            yield left

    def part(self, start: int, end: int) -> bytes:
        """Some bytes of the body unpacked."""
        if self.plain is not None:
            return self.plain[start:end]
        position, found = 0, []
        for chunk in self.chunks():
            found.append(chunk[max(start - position, 0) : max(end - position, 0)])
            position += len(chunk)
            if position >= end:
                break
        return b"".join(found)


class AnswerCache:
    """Answers of one data version: those asked for last, up to so many bytes and so many in all."""

    def __init__(self, most_bytes: int = MOST_CACHED_BYTES, most: int = 100_000) -> None:
        self._most_bytes, self._most = most_bytes, most
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._weight = 0

    def get(self, key: Hashable) -> Answer | None:
        """The answer, if it is still here."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: Hashable, answer: Answer) -> Answer:
        """Cache an answer; those that were not asked for longest go."""
        with self._lock:
            before = self._answers.pop(key, None)
            self._weight += answer.weight - (before.weight if before else 0)
            self._answers[key] = answer
            while self._weight > self._most_bytes or len(self._answers) > self._most:
                self._weight -= self._answers.popitem(last=False)[1].weight
        return answer


_CACHES: WeakKeyDictionary[Database, AnswerCache] = WeakKeyDictionary()
_LOCK = threading.Lock()


def answer_cache(db: Database) -> AnswerCache:
    """The cache of a data version, which goes with it."""
    with _LOCK:
        return _CACHES.setdefault(db, AnswerCache())


def key(request: ApiRequest) -> tuple[str, ...]:
    """What tells a request from others about the same data."""
    return request.endpoint.name, request.kind.suffix, request.query, str(request.limit), str(request.offset)


def tag(db: Database, *parts: str) -> str:
    """The ETag of a request to a data version, answered by this program."""
    return hashlib.sha256("\n".join([REVISION, db.data_version, *parts]).encode()).hexdigest()[:24]


def make(request: ApiRequest) -> Answer:
    """The answer to a request; raises Problem where its parameters do not go together, or it asks for too much."""
    kind = request.kind
    rows = request.endpoint.find(request.db, request.values)
    if not rows.count and not rows.why:
        rows = replace(rows, why=why_none(request.db, request.values))
    left = max(rows.count - request.offset, 0)
    if request.limit is None and not kind.pages and left > kind.rows:
        raise problem(
            "too-many-rows",
            f"The question finds {left:,} rows, and a file holds up to {kind.rows:,}. Narrow it, fetch it in pages "
            f"with limit and offset, or take the whole database: {WHOLE}.",
        )
    most = min(left, kind.rows if request.limit is None else request.limit)
    following = request.following_page(offset=request.offset + most) if most and most < left else None
    if kind.suffix == "json":
        return _json(request, rows, most, following)
    if kind.suffix == "csv":
        return _csv(request, rows, most, following)
    return _parquet(request, rows, most, following)


def document(content: bytes, *, binary: bool = False) -> Answer:
    """A body that is no table."""
    return Answer(b"" if binary else gzip.compress(content, LEVEL, mtime=0), len(content), content if binary else None)


def _json(request: ApiRequest, rows: Rows, most: int, following: str | None) -> Answer:
    summary = {"data_version": request.db.data_version, "count": rows.count, "next": following}
    if rows.why:
        summary["why"] = rows.why
    head = json.dumps(summary, ensure_ascii=False, separators=(",", ":"))[:-1]
    body = f'{head},"rows":{seen(rows.part(request.offset, most)).write_json()}}}'.encode()
    return Answer(gzip.compress(body, LEVEL, mtime=0), len(body), count=rows.count, next=following, why=rows.why)


def _csv(request: ApiRequest, rows: Rows, most: int, following: str | None) -> Answer:
    packing = zlib.compressobj(LEVEL, wbits=zlib.MAX_WBITS | 16)
    packed, size = b"", 0
    for start in range(0, max(most, 1), BLOCK):
        block = exports.csv(rows.part(request.offset + start, min(BLOCK, most - start)))
        if start:
            block = block.partition(b"\n")[2]  # the heading stands once
        packed += packing.compress(block)
        size += len(block)
    return Answer(packed + packing.flush(), size, count=rows.count, next=following, why=rows.why)


def _parquet(request: ApiRequest, rows: Rows, most: int, following: str | None) -> Answer:
    export = exports.Export(
        request.endpoint.name, request.endpoint.title, rows.part(request.offset, most), request.db.data_version,
        chosen=tuple((name, to_text(value)) for name, value in request.values.items()), among=rows.count,
    )  # fmt: skip
    plain = exports.FORMATS["parquet"].make(request.db, export)
    return Answer(b"", len(plain), plain, rows.count, following, rows.why)
