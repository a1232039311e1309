"""Seventeen ways out of a folder, on every address that has something under it: 400 or 404, and no file's content."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.hosting.running import LOCAL, Running
from tests.security.line import raw

# As in operations; {file} is written so often that it lies above any folder of ours.
CLIMBS = (
    "../../../../../../../../{file}", "..%2f..%2f..%2f..%2f..%2f..%2f..%2f{coded}",
    "%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/{file}", "..%252f..%252f..%252f..%252f{file}",
    "....//....//....//....//{file}", "..\\..\\..\\..\\..\\{file}", "..%5c..%5c..%5c..%5c{coded}", "/{file}",
    "//{file}",
    "%2f{coded}", "C:/Windows/win.ini", LOCAL + "{file}", "\\\\host\\share", "%5c%5chost%5cshare",
    "..%c0%af..%c0%af..%c0%af{file}", "x/../../../../../../../{file}", "..;/..;/..;/..;/{file}",
)  # fmt: skip
# What tests/hosting/test_page_routes.py does not climb from; of addresses that take a name, one that exists.
PREFIXES = (
    "/", "/app/static/", "/component/", "/component/monitor.council_map/", "/briefings/", "/briefings/383.html/",
    "/api/",
    "/api/v1/", "/api/v1/figures/", "/council/", "/map/", "/methods/", "/_stcore/", "/_stcore/upload_file/x/",
    "/static/js/", "/.well-known/", "/livez/", "/favicon.png/",
)  # fmt: skip
# A file of every machine, then ours: our settings, the program, the data; and how each begins.
FILES = {
    "etc/passwd": b"root:",
    "pyproject.toml": b"[project]",
    "data/monitor.duckdb": b"DUCK",
    "proc/self/environ": b"PATH=",
}


def ask_raw(server: Running, target: str) -> tuple[int, bytes]:
    """The status and the answer to a target as it is written, which no library has put right."""
    request = f"GET {target} HTTP/1.1\r\nHost: {server.host}\r\nConnection: close\r\n\r\n"
    head, _, body = raw(server, request.encode("latin-1")).partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def test_there_are_seventeen_ways() -> None:
    assert len(set(CLIMBS)) == 17


@pytest.mark.parametrize("prefix", PREFIXES)
def test_nobody_climbs_out_of_an_address(server: Running, prefix: str) -> None:
    for climb in CLIMBS:
        for file, begins in FILES.items() if "{" in climb else [("etc/passwd", b"root:")]:
            target = f"{prefix}{climb}".format(file=file, coded=file.replace("/", "%2f"))
            status, body = ask_raw(server, target)
            assert status in (400, 404), target
            assert begins not in body, target
            assert b'id="root"' not in body, target


@pytest.mark.parametrize(
    "target",
    ["http://evil.example/", "http://169.254.169.254/latest/meta-data/", "evil.example:443", "*", f"{LOCAL}etc/passwd"],
)
def test_it_is_no_proxy_for_anybody(server: Running, target: str) -> None:
    """What is no path of ours is answered, if at all, with a page of ours or a refusal."""
    status, body = ask_raw(server, target)
    assert status in (200, 308, 400, 404, 421)
    assert b"root:" not in body
    assert b"ami-id" not in body


@pytest.mark.parametrize(
    "version",
    ["../monitor", "../../etc/passwd", "/etc/passwd", "..%2fmonitor", "https://evil.example/x.duckdb", "monitor.duckdb",
     "//host/share/x", "\\\\host\\share\\x", "~/.ssh/id_rsa", "s3://bucket/x", ":memory:", "x\x00y"],
)  # fmt: skip
def test_the_name_of_a_version_is_no_path(server: Running, version: str) -> None:
    for path in (
        f"/api/v1/areas?limit=1&version={quote(version, safe='')}",
        f"/briefings/383.pdf?version={quote(version, safe='')}",
    ):
        got = server.ask(path)
        assert got.status in (400, 404)
        assert b"root:" not in got.body
