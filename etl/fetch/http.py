"""One file over the network, trusting nothing: host, scheme, redirects, size and time are all bounded.

On the standard library's `http.client` rather than a package: each hop, read and byte is checked here, and what
packages add (redirects, decoding, retries, time-outs of one read) is just what cannot be left to them.
"""

from __future__ import annotations

import io
import random
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import socket
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from etl.model import EtlError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer

HOSTS = frozenset(
    {
        "explore-education-statistics.service.gov.uk",
        "content.explore-education-statistics.service.gov.uk",
        "api.education.gov.uk",
        "www.gov.uk",
        "assets.publishing.service.gov.uk",
        "www.ons.gov.uk",
        "raw.githubusercontent.com",
    }
)
HEADERS = {"User-Agent": "child-protection-monitor", "Accept-Encoding": "gzip", "Connection": "close"}
AT_ONCE = 64 * 1024
GZIP = 16 + zlib.MAX_WBITS
REDIRECTS = {301, 302, 303, 307, 308}
PASSING = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True)
class Web:
    """How far the network is trusted, in seconds and bytes. Tests bring their own clock and their own server."""

    hosts: frozenset[str] = HOSTS
    plain_http_to_this_machine: bool = False
    deadline: float = 600.0
    """For everything: all redirects, tries and pauses."""
    patience: float = 30.0
    """For one read."""
    largest: int = 200_000_000
    """On the way."""
    largest_unpacked: int = 500_000_000
    tries: int = 5
    longest_pause: float = 60.0
    redirects: int = 5
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


@dataclass(frozen=True)
class Answer:
    """What the server answered, beside the bytes."""

    url: str
    headers: Mapping[str, str]
    unchanged: bool = False
    """The server says that the file is unchanged (`If-None-Match`, `If-Modified-Since`); no bytes came."""


class WebError(EtlError):
    """A download that failed, or cannot be trusted."""


class RefusedError(WebError):
    """The server answered, but not with the file."""


class _PassingError(Exception):
    """An error that may not recur at the next try, and when the server says to try."""

    def __init__(self, what: str, after: float | None = None) -> None:
        super().__init__(what)
        self.after = after


def get(url: str, into: BinaryIO, web: Web, ask: Mapping[str, str] | None = None) -> Answer:
    """Download into an empty file, whole, or raise WebError. What a failed try brought is thrown away."""
    end = web.clock() + web.deadline
    for number in range(1, web.tries + 1):
        into.seek(0)
        into.truncate()
        try:
            return _followed(url, into, web, ask or {}, end)
        except ssl.SSLCertVerificationError as error:
            raise WebError(
                f"E_WEB_ADDRESS: {_shown(url)}: the server cannot prove that it is the one ({error.verify_message}). "
                "Nothing was downloaded; ask whoever runs this network."
            ) from error
        except (_PassingError, OSError, HTTPException, zlib.error) as error:
            what = _shown(str(error)) or type(error).__name__
            after = error.after if isinstance(error, _PassingError) else None
        if web.clock() >= end:
            break
        if number == web.tries:
            raise WebError(f"E_WEB_FAILED: {_shown(url)}: {what}, at the last of {number} tries. Try again later.")
        if after is not None and after > web.longest_pause:
            raise WebError(f"E_WEB_LATER: {_shown(url)}: {what}, and asks to come back in {after:.0f} seconds. Do so.")
        pause = after if after is not None else min(web.longest_pause, 2.0 ** (number - 1)) * (0.5 + web.chance() / 2)
        if web.clock() + pause >= end:
            break
        web.sleep(pause)
    raise WebError(
        f"E_WEB_DEADLINE: {_shown(url)}: not whole within {web.deadline:.0f} seconds ({what}). "
        "Try again later, or from a faster network."
    )


def _followed(url: str, into: BinaryIO, web: Web, ask: Mapping[str, str], end: float) -> Answer:
    at = url
    for _ in range(web.redirects + 1):
        parts = _allowed(at, web)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_time_out(web, end))
        try:
            connection.connect()
            connection.sock = _Socket(connection.sock, web, end)
            connection.request("GET", _target(parts), headers={**HEADERS, **ask})
            response = connection.getresponse()
            if response.status in REDIRECTS and "Location" in response.headers:
                at = _joined(at, response.headers["Location"])
                continue
            return _answered(at, response, into, web, ask)
        finally:
            connection.close()
    raise WebError(
        f"E_WEB_REDIRECTS: {_shown(url)}: more than {web.redirects} redirects, the last to {_shown(at)}. "
        "Open the address in a browser, and declare the one it ends at."
    )


def _allowed(url: str, web: Web) -> SplitResult:
    """The parts of an address, if it is one we download from."""
    # A port that is no number raises when it is read.
    with suppress(ValueError):
        parts = urlsplit(url)
        host, port, nobody = parts.hostname or "", parts.port, parts.username is None
        if parts.scheme == "https" and host in web.hosts and port is None and nobody:
            return parts
        if web.plain_http_to_this_machine and parts.scheme == "http" and host == "127.0.0.1" and nobody:
            return parts
    raise WebError(
        f"E_WEB_ADDRESS: {_shown(url)}: not an address we download from; those are https and at "
        f"{', '.join(sorted(web.hosts))}. If the publisher has moved, add its new host to HOSTS in etl/fetch/http.py."
    )


def _joined(url: str, to: str) -> str:
    try:
        return urljoin(url, to)
    except ValueError:  # not an address at all, which is reported when it is checked
        return to


def _target(parts: SplitResult) -> str:
    path, query = (quote(part, safe="/%:@!$&'()*+,;=~?|") for part in (parts.path or "/", parts.query))
    return f"{path}?{query}" if query else path


def _time_out(web: Web, end: float) -> float:
    left = end - web.clock()
    if left <= 0:
        raise TimeoutError("time is up")
    return min(web.patience, left)


class _Socket:
    """As much of a socket as `http.client` uses, with a deadline."""

    def __init__(self, sock: socket, web: Web, end: float) -> None:
        self.sock, self.web, self.end = sock, web, end

    def sendall(self, content: bytes) -> None:
        self.sock.sendall(content)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Impatient(self.sock, self.web, self.end))

    def close(self) -> None:
        # As with any socket, files made of it may still be read.
        self.sock.close()


class _Impatient(io.RawIOBase):
    """Reads until the deadline; with a limit for each read alone, a server that drips could hold us for ever."""

    def __init__(self, sock: socket, web: Web, end: float) -> None:
        self.sock, self.web, self.end = sock, web, end
        self.bytes = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int | None:
        self.sock.settimeout(_time_out(self.web, self.end))
        return self.bytes.readinto(buffer)

    def close(self) -> None:
        self.bytes.close()
        super().close()


def _answered(url: str, response: HTTPResponse, into: BinaryIO, web: Web, ask: Mapping[str, str]) -> Answer:
    status, headers = response.status, dict(response.headers.items())
    if status == 200:
        _receive(url, response, into, web)
        return Answer(url, headers)
    if status == 304 and ask:
        return Answer(url, headers, unchanged=True)
    if status in PASSING:
        raise _PassingError(
            f"the server answers {status} {_shown(response.reason)}", _seconds(response.headers.get("Retry-After", ""))
        )
    raise RefusedError(f"E_WEB_REFUSED: {_shown(url)}: the server answers {status} {_shown(response.reason)}.")


def _seconds(retry_after: str) -> float | None:
    """What a Retry-After header asks for: seconds, or a date; None where it is neither."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def _receive(url: str, response: HTTPResponse, into: BinaryIO, web: Web) -> None:
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        raise WebError(f"E_WEB_CODING: {_shown(url)}: packed as {coding!r}, which we did not ask for. Report it.")
    expected = response.length
    unpack = None if coding == "identity" else _Gzip()
    received = unpacked = 0
    while True:
        # Checked before the first read too: a file that says it is too large need not be downloaded.
        if max(received, expected or 0) > web.largest or unpacked > web.largest_unpacked:
            raise WebError(
                f"E_WEB_SIZE: {_shown(url)}: larger than a release can be "
                f"({web.largest / 1e6:.0f} MB, unpacked {web.largest_unpacked / 1e6:.0f} MB). "
                "If it is right, raise the limits in etl/fetch/http.py."
            )
        chunk = response.read1(AT_ONCE)
        if not chunk:
            break
        received += len(chunk)
        for part in unpack.parts(chunk) if unpack else [chunk]:
            unpacked += len(part)
            if unpacked > web.largest_unpacked:
                break
            _write(into, part)
    if expected is not None and received < expected:
        raise _PassingError(f"the connection ended after {received} of {expected} bytes")
    if unpack and not unpack.whole:
        raise _PassingError("the packed file ended early")
    # Chunks have an end of their own, and so has gzip; else nothing would tell a whole file from a cut one.
    if expected is None and not response.chunked and not unpack:
        raise WebError(
            f"E_WEB_LENGTH: {_shown(url)}: the server does not say how long the file is, so that a cut one could not "
            "be told. Download it by hand, and compare its end."
        )


def _write(into: BinaryIO, part: bytes) -> None:
    try:
        into.write(part)
    except OSError as error:
        # Not the network's fault, and no better at another try.
        raise WebError(f"E_WRITE: {error.strerror or error}. Make room, and fetch again.") from error


class _Gzip:
    """Unpacks in parts, so that a few bytes cannot fill the memory."""

    def __init__(self) -> None:
        self.engine = zlib.decompressobj(wbits=GZIP)

    @property
    def whole(self) -> bool:
        return self.engine.eof

    def parts(self, packed: bytes) -> Iterator[bytes]:
        while packed:
            if self.engine.eof:  # another file is packed behind the first: gzip means both, one after the other
                self.engine = zlib.decompressobj(wbits=GZIP)
            while part := self.engine.decompress(packed, AT_ONCE):
                yield part
                packed = self.engine.unconsumed_tail
            packed = self.engine.unused_data


def _shown(words: str) -> str:
    """An address, or what a server says, for a message: short, and on one line."""
    printed = "".join(letter if letter.isprintable() else "?" for letter in words)
    return printed if len(printed) <= 200 else f"{printed[:200]}…"
