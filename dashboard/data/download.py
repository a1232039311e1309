"""A file over the network, trusting nothing: redirects, size, every read and the whole are bounded.

On the standard library's `http.client`, like the downloads of the ETL, and for the same reason: what packages add
(redirects, unpacking, retries, time-outs of one read) is just what cannot be left to them.
"""

from __future__ import annotations

import io
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from socket import socket
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import SplitResult, quote, urljoin, urlsplit

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer

# Packed, a few bytes could become many; a database is packed already.
HEADERS = {"User-Agent": "child-protection-monitor", "Accept-Encoding": "identity", "Connection": "close"}
CHUNK = 256 * 1024
REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 3
PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Bounds:
    """How far a server is trusted, in seconds and bytes."""

    whole: float = 600.0
    """For one check: all requests and redirects."""
    patience: float = 30.0
    """For one read."""
    largest: int = 1_000_000_000


@dataclass(frozen=True)
class Answer:
    """What the server answered, beside the bytes."""

    tag: str
    """Its ETag; empty where there is none."""
    unchanged: bool = False
    """The server says that the file is still the one of the tag; no bytes came."""


class RefusedError(Exception):
    """The download is refused: `code` names the reason for monitoring, `why` says it in words."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code, self.why = code, why


def get(url: str, into: BinaryIO, bounds: Bounds, end: float, tag: str = "") -> Answer:
    """Write what is at an address into a file, whole, or raise RefusedError.

    It must be there by `end`, of the clock `monotonic`. With a `tag` only what has another one is sent.
    """
    try:
        return _follow(url, into, bounds, end, {"If-None-Match": tag} if tag else {})
    except ssl.SSLCertVerificationError as error:
        why = f"the server cannot prove that it is the one ({error.verify_message})."
        raise RefusedError("E_ADDRESS_CERTIFICATE", why) from error
    except TimeoutError as error:
        raise RefusedError(*_slow(bounds, end)) from error
    except IncompleteRead as error:
        raise RefusedError("E_ADDRESS_CUT", "the connection ended before the file did.") from error
    except (OSError, HTTPException) as error:
        if time.monotonic() >= end:
            raise RefusedError(*_slow(bounds, end)) from error
        why = f"the server cannot be reached, or broke off ({type(error).__name__})."
        raise RefusedError("E_ADDRESS_UNREACHABLE", why) from error


def _slow(bounds: Bounds, end: float) -> tuple[str, str]:
    if time.monotonic() >= end:
        return "E_ADDRESS_SLOW", f"not whole within {bounds.whole:g} seconds."
    return "E_ADDRESS_SLOW", f"the server said nothing for {bounds.patience:g} seconds."


def _follow(url: str, into: BinaryIO, bounds: Bounds, end: float, headers: Mapping[str, str]) -> Answer:
    parts = urlsplit(url)
    for _ in range(MOST_REDIRECTS + 1):
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_time_out(bounds, end))
        try:
            connection.connect()
            connection.sock = _Socket(connection.sock, bounds, end)
            connection.request("GET", _target(parts), headers={**HEADERS, **headers})
            response = connection.getresponse()
            if response.status not in REDIRECTS:
                return _read_response(response, into, bounds, conditional=bool(headers))
            parts = _redirect(parts, response.headers.get("Location", ""))
        finally:
            connection.close()
    raise RefusedError("E_ADDRESS_REDIRECT", f"the server sends us on more than {MOST_REDIRECTS} times.")


def _redirect(parts: SplitResult, location: str) -> SplitResult:
    """The target of a redirect, which must be on the same server: only the operator may name another."""
    try:
        target = urlsplit(urljoin(parts.geturl(), location))
        same = bool(location) and _origin(target) == _origin(parts)
    except ValueError:  # no address at all
        same = False
    if not same:
        why = "the server sends us elsewhere, where we do not follow. Set the address of the file itself."
        raise RefusedError("E_ADDRESS_REDIRECT", why)
    return target


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)


def _target(parts: SplitResult) -> str:
    path, query = (quote(part, safe="/%:@!$&'()*+,;=~?|") for part in (parts.path or "/", parts.query))
    return f"{path}?{query}" if query else path


def _read_response(response: HTTPResponse, into: BinaryIO, bounds: Bounds, *, conditional: bool) -> Answer:
    etag = response.headers.get("ETag", "")
    # We send it back: a line break in it would add a header to our request.
    tag = etag if etag.isascii() and etag.isprintable() else ""
    if response.status == 304 and conditional:
        return Answer(tag, unchanged=True)
    if response.status != 200:
        raise RefusedError("E_ADDRESS_STATUS", f"the server answers {response.status}.")
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise RefusedError("E_ADDRESS_PACKED", "the file comes packed, which we did not ask for.")
    _receive(response, into, bounds)
    return Answer(tag)


def _receive(response: HTTPResponse, into: BinaryIO, bounds: Bounds) -> None:
    expected = response.length
    if expected is None and not response.chunked:
        why = "the server does not say how long the file is, so that a cut one could not be told."
        raise RefusedError("E_ADDRESS_LENGTH", why)
    received = 0
    while True:
        # Before the first read too: a file that says it is too large need not be downloaded.
        if max(received, expected or 0) > bounds.largest:
            raise RefusedError("E_ADDRESS_SIZE", f"larger than {bounds.largest:,} bytes.")
        chunk = response.read1(CHUNK)
        if not chunk:
            break
        received += len(chunk)
        try:
            into.write(chunk)
        except OSError as error:
            raise disk_error(error) from error
    if expected is not None and received < expected:
        raise RefusedError("E_ADDRESS_CUT", f"the connection ended after {received:,} of {expected:,} bytes.")


def disk_error(error: OSError) -> RefusedError:
    """An error of the disk, not of the network."""
    why = f"the copy could not be written ({error.strerror or type(error).__name__}). Make room or give permission."
    return RefusedError("E_ADDRESS_WRITE", why)


def _time_out(bounds: Bounds, end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return min(bounds.patience, left)


class _Socket:
    """As much of a socket as `http.client` uses, with a limit for the whole download."""

    def __init__(self, sock: socket, bounds: Bounds, end: float) -> None:
        self.sock, self.bounds, self.end = sock, bounds, end

    def sendall(self, content: bytes) -> None:
        self.sock.sendall(content)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Impatient(self.sock, self.bounds, self.end))

    def close(self) -> None:
        # As with any socket, files made of it may still be read.
        self.sock.close()


class _Impatient(io.RawIOBase):
    """Reads until the end; with a limit for each read alone, a server that drips could hold us for ever."""

    def __init__(self, sock: socket, bounds: Bounds, end: float) -> None:
        self.sock, self.bounds, self.end = sock, bounds, end
        self.bytes = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int | None:
        self.sock.settimeout(_time_out(self.bounds, self.end))
        return self.bytes.readinto(buffer)

    def close(self) -> None:
        self.bytes.close()
        super().close()
