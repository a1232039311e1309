"""A line to the server on which bytes are sent as they are, and what the server process holds meanwhile."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from pathlib import Path

from tests.hosting.running import Running

SECONDS = 10
MEGABYTE = 1_000_000


def raw(server: Running, sent: bytes, *, enough: int = 100_000_000) -> bytes:
    """What the server answers to some bytes, until it hangs up or upgrades to a WebSocket."""
    with socket.create_connection(("127.0.0.1", server.port), SECONDS) as line:
        heard = b""
        # Who is refused in the middle of a question may not get to its end.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            line.sendall(sent)
        with contextlib.suppress(ConnectionResetError):
            while len(heard) < enough and (part := line.recv(65_536)):
                heard += part
                if heard.startswith((b"HTTP/1.1 101", b"HTTP/1.1 403")):
                    break
    return heard


def frame(content: bytes, *, code: int = 2, last: bool = True, masked: bool = True, said: int | None = None) -> bytes:
    """One frame of a WebSocket; `said` is the length that it claims."""
    length = len(content) if said is None else said
    start = bytes([(0x80 if last else 0) | code])
    mask = 0x80 if masked else 0
    if length < 126:
        start += bytes([mask | length])
    elif length < 65_536:
        start += bytes([mask | 126]) + struct.pack(">H", length)
    else:
        start += bytes([mask | 127]) + struct.pack(">Q", length)
    return start + (bytes(4) if masked else b"") + content  # a mask of noughts changes nothing


def memory_mb(server: Running, *, most: bool = False) -> float:
    """The memory of the server process in megabytes: now, or the most it was since `forget_most`."""
    said = Path(f"/proc/{server.process.pid}/status").read_text("ascii")
    name = "VmHWM:" if most else "VmRSS:"
    return int(next(line.split()[1] for line in said.splitlines() if line.startswith(name))) * 1024 / MEGABYTE


def worked(server: Running) -> float:
    """The seconds that processors have worked for the server process."""
    said = Path(f"/proc/{server.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")


def forget_most(server: Running) -> None:
    """Count the most memory from now on."""
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5", "ascii")
