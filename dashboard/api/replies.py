"""A reply: status, headers and body, with ETags, parts of files, gzip and open CORS."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.types import Send

from dashboard.api import problems
from dashboard.api.answers import Answer
from dashboard.api.problems import Problem, problem

FOREVER = "public, max-age=31536000, immutable"
# New data may come at any time, and is seen within this.
LIVE = "public, max-age=60"
METHODS = "GET, HEAD, OPTIONS"
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, X-Total-Count, X-Why-None, X-Data-Version, Repr-Digest, Retry-After",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
LINK = '</api/v1/openapi.json>; rel="service-desc"'
PREFLIGHT = {
    **OPEN,
    "Allow": METHODS,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "If-None-Match, If-Range, Range",
    "Access-Control-Max-Age": "86400",
}
TAG = re.compile(r'"([^"]*)"')
# The same body packed is another representation, with a tag of its own (RFC 9110).
PACKED = "-gzip"
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
GZIP = re.compile(r"(?:gzip|\*)(?:;q=([0-9.]+))?", re.ASCII)


@dataclass(frozen=True)
class Reply:
    """A status, headers, and the body that goes with them."""

    status: int
    headers: Mapping[str, str]
    body: bytes | Answer = b""
    """An answer is sent unpacked, a little at a time."""

    async def send(self, send: Send, *, head: bool) -> None:
        """Send it; of a HEAD all but the body."""
        size = self.body.size if isinstance(self.body, Answer) else len(self.body)
        headers = dict(self.headers)
        if self.status not in (204, 304):
            headers["Content-Length"] = str(size)
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        if not head and isinstance(self.body, Answer):
            for chunk in self.body.chunks():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        body = self.body if isinstance(self.body, bytes) and not head else b""
        await send({"type": "http.response.body", "body": body})


@dataclass(frozen=True)
class ClientHeaders:
    """The headers of a request that tell what the client has and accepts."""

    if_none_match: str = ""
    accept_encoding: str = ""
    range: str = ""
    if_range: str = ""
    head: bool = False
    """Whether nothing but headers is asked for."""

    @property
    def takes_gzip(self) -> bool:
        """Whether it takes gzip: named, and with a weight above zero."""
        named = {}
        for part in self.accept_encoding.lower().replace(" ", "").split(","):
            if match := GZIP.fullmatch(part):
                named[part.partition(";")[0]] = match[1] is None or match[1].strip("0.") != ""
        return named.get("gzip", named.get("*", False))

    def has(self, tag: str) -> bool:
        """Whether it has this already, packed or not; tags are compared weakly (RFC 9110)."""
        return tag in {name.removesuffix(PACKED) for name in TAG.findall(self.if_none_match)}

    @property
    def has_any(self) -> bool:
        return self.if_none_match.strip() == "*"


@dataclass(frozen=True)
class Resource:
    """The headers an answer is sent with."""

    tag: str
    media_type: str
    version: str
    frozen: bool = False
    file_name: str = ""
    """Of what is saved rather than shown."""
    digest: str = ""
    """Of the bytes as they are, in RFC 9530's words."""
    headers: Mapping[str, str] = field(default_factory=dict)
    packs: bool = True
    """Whether clients that take gzip are sent it packed."""

    @property
    def in_parts(self) -> bool:
        """Whether parts of it may be asked for: of all but JSON, which nobody reads so."""
        return not self.media_type.startswith("application/json")

    def _headers(self, tag: str) -> dict[str, str]:
        return {
            **OPEN,
            "ETag": f'"{tag}"',
            "Cache-Control": FOREVER if self.frozen else LIVE,
            "Vary": "Accept-Encoding",
            "X-Data-Version": self.version,
            "Link": LINK,
        }

    def unchanged(self, client: ClientHeaders) -> Reply:
        """304: the client has it, under the tag that it would be sent with."""
        return Reply(304, self._headers(self.tag + (PACKED if self.packs and client.takes_gzip else "")))

    def reply(self, answer: Answer, client: ClientHeaders) -> Reply:
        """The answer, packed for clients that accept gzip; or the part of a file that was asked for."""
        if client.has(self.tag) or client.has_any:
            return self.unchanged(client)
        headers = {**self._headers(self.tag), "Content-Type": self.media_type, **self.headers}
        if self.file_name:
            headers["Content-Disposition"] = f'attachment; filename="{self.file_name}"'
        if answer.count is not None:
            headers["X-Total-Count"] = str(answer.count)
        if answer.why:
            # A header holds plain letters alone.
            headers["X-Why-None"] = answer.why.replace("“", "'").replace("”", "'").encode("ascii", "replace").decode()
        if answer.next:
            headers["Link"] = f'<{answer.next}>; rel="next", {headers["Link"]}'
        if self.in_parts:
            if part := self._part(answer, client, headers):
                return part
            headers["Accept-Ranges"] = "bytes"
        if answer.plain is None and client.takes_gzip and not (self.in_parts and client.head):
            packed = {"Content-Encoding": "gzip", "ETag": f'"{self.tag}{PACKED}"'}
            return Reply(200, {**headers, **packed}, answer.packed)
        if self.digest:
            headers["Repr-Digest"] = self.digest
        return Reply(200, headers, answer if answer.plain is None else answer.plain)

    def _part(self, answer: Answer, client: ClientHeaders, headers: Mapping[str, str]) -> Reply | None:
        """The bytes asked for; None where all are to be sent (RFC 9110 lets us for what we do not understand)."""
        wanted = RANGE.fullmatch(client.range.replace(" ", ""))
        if wanted is None or not any(wanted.groups()) or client.if_range not in ("", f'"{self.tag}"'):
            return None
        (first, last), size = wanted.groups(), answer.size
        if not first:
            start, end = max(size - int(last), 0), size
        else:
            start, end = int(first), min(int(last) + 1 if last else size, size)
            if last and int(last) < start:
                return None
        if start >= end:
            raise problem("no-such-range", f"The file has {size:,} bytes.", {"Content-Range": f"bytes */{size}"})
        where = {"Accept-Ranges": "bytes", "Content-Range": f"bytes {start}-{end - 1}/{size}"}
        return Reply(206, {**headers, **where}, answer.part(start, end))


def preflight() -> Reply:
    """What a browser asks before a script of another site may ask us."""
    return Reply(204, PREFLIGHT)


def refusal(problem: Problem) -> Reply:
    """Why there is no answer; not to be cached."""
    headers = {**OPEN, "Content-Type": problems.MEDIA_TYPE, "Cache-Control": "no-store", **problem.headers}
    return Reply(problem.status, headers, problem.body())
