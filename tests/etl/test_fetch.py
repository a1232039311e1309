"""Downloading from a server of our own, on this machine, that behaves well or badly in every way we know of."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from socket import socket
from urllib.parse import urlsplit

import pytest

from etl.fetch import published_files
from etl.fetch.http import HOSTS, RefusedError, Web, WebError, get
from etl.locks import BusyError, locked
from etl.model import Context, EtlError, File, Loaded, Release, Source
from etl.releases import Cells
from etl.sources import all_sources
from tests.etl.helpers import Command

LOCAL_FILE = "file:" + "///etc/passwd"
CSV = b"time_period,la_name,value\n2025,Leeds,14.2\n2025,Camden,c\n"
Reply = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers with the server's next reply for the path; the last one of a path is given again and again."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.server.asked.append(self)
        replies = self.server.replies[path]
        try:
            (replies.pop(0) if len(replies) > 1 else replies[0])(self)
        except OSError:
            # The other side hung up: so it should, on some of these.
            self.server.hung_up += 1
        self.close_connection = True

    def log_message(self, *_arguments: object) -> None:
        """Nothing to the terminal."""

    def answer(self, status: int = 200, body: bytes = CSV, **headers: str | None) -> None:
        """Send a status, the headers and a body with its length; a header that is None is left out."""
        self.send_response(status)
        sent = {"Content_Type": "text/csv", "Content_Length": str(len(body))} | headers
        for name, value in sent.items():
            if value is not None:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies: dict[str, list[Reply]] = {}
        self.asked: list[Handler] = []
        self.hung_up = 0
        self.looks = threading.Semaphore(0)
        self.dripped = 0

    def at(self, path: str, *replies: Reply) -> str:
        """Give these replies at a path, one after the other; the address."""
        self.replies[path] = list(replies)
        return f"http://127.0.0.1:{self.server_port}{path}"

    def handle_error(self, *_arguments: object) -> None:
        """Connections that end early are what is being tested."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as one:
        thread = threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield one
        one.shutdown()
        thread.join()


@dataclass
class Clock:
    """Time that passes only in pauses."""

    now: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def using(clock: Clock) -> Web:
    """The network as it is trusted by default, and this machine; pauses take no time."""
    return Web(plain_http_to_this_machine=True, patience=5, clock=clock.read, sleep=clock.sleep, chance=lambda: 1.0)


def good(handler: Handler) -> None:
    handler.answer()


def status(code: int, body: bytes = b"", **headers: str | None) -> Reply:
    return lambda handler: handler.answer(code, body, **headers)


def moved(to: str, code: int = 302) -> Reply:
    return lambda handler: handler.answer(code, b"", Location=to)


def packed(content: bytes) -> Reply:
    return lambda handler: handler.answer(body=gzip.compress(content), Content_Encoding="gzip")


def fetch_bytes(url: str, using: Web) -> bytes:
    into = io.BytesIO()
    get(url, into, using)
    return into.getvalue()


def asked_of(server: Server, header: str) -> list[str | None]:
    return [handler.headers.get(header) for handler in server.asked]


# One file


def test_a_file_comes_as_it_is_and_nobody_is_told_more_than_who_asks(server: Server, using: Web) -> None:
    assert fetch_bytes(server.at("/file.csv", good), using) == CSV
    assert dict(server.asked[0].headers) == {
        "Host": f"127.0.0.1:{server.server_port}",
        "User-Agent": "child-protection-monitor",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }


def test_a_packed_file_is_unpacked(server: Server, using: Web) -> None:
    rows = CSV * 20_000
    assert fetch_bytes(server.at("/file.csv", packed(rows)), using) == rows


def test_a_file_packed_in_two_members_is_unpacked_whole(server: Server, using: Web) -> None:
    body = gzip.compress(CSV) + gzip.compress(CSV * 2)
    assert (
        fetch_bytes(server.at("/f", lambda handler: handler.answer(body=body, Content_Encoding="gzip")), using)
        == CSV * 3
    )


def test_a_file_in_chunks_comes_whole(server: Server, using: Web) -> None:
    def chunked(handler: Handler) -> None:
        handler.answer(body=b"", Content_Length=None, Transfer_Encoding="chunked")
        for start in range(0, len(CSV), 7):
            part = CSV[start : start + 7]
            handler.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        handler.wfile.write(b"0\r\n\r\n")

    assert fetch_bytes(server.at("/f", chunked), using) == CSV


def test_redirects_within_the_allowed_hosts_are_followed(server: Server, using: Web) -> None:
    server.at("/new", good)
    server.at("/older", moved("new", 307))
    assert fetch_bytes(server.at("/old", moved("/older", 301)), using) == CSV
    assert [handler.path for handler in server.asked] == ["/old", "/older", "/new"]


# What may go better the next time


def cut(handler: Handler) -> None:
    handler.answer(body=CSV[:20], Content_Length=str(len(CSV)))


def cut_in_a_chunk(handler: Handler) -> None:
    handler.answer(body=b"40\r\n" + CSV[:20], Content_Length=None, Transfer_Encoding="chunked")


def cut_between_chunks(handler: Handler) -> None:
    handler.answer(body=b"14\r\n" + CSV[:20] + b"\r\n", Content_Length=None, Transfer_Encoding="chunked")


def cut_while_packed(handler: Handler) -> None:
    body = gzip.compress(CSV)[:-12]
    handler.answer(body=body, Content_Encoding="gzip")


def garbled(handler: Handler) -> None:
    body = bytearray(gzip.compress(CSV))
    body[len(body) // 2] ^= 0xFF
    handler.answer(body=bytes(body), Content_Encoding="gzip")


def hung_up(handler: Handler) -> None:
    handler.connection.close()


def not_http(handler: Handler) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")


PASSING = [
    cut, cut_in_a_chunk, cut_between_chunks, cut_while_packed, garbled, hung_up, not_http,
    status(429), status(500), status(502), status(503), status(504),
]  # fmt: skip


@pytest.mark.parametrize("bad", PASSING, ids=lambda reply: reply.__name__)
def test_what_may_pass_is_tried_again_from_the_start(server: Server, using: Web, clock: Clock, bad: Reply) -> None:
    assert fetch_bytes(server.at("/f", bad, bad, good), using) == CSV
    assert len(server.asked) == 3
    assert asked_of(server, "Range") == [None, None, None]
    assert clock.pauses == [1.0, 2.0]


@pytest.mark.parametrize("bad", PASSING, ids=lambda reply: reply.__name__)
def test_after_five_tries_it_is_given_up(server: Server, using: Web, clock: Clock, bad: Reply) -> None:
    with pytest.raises(WebError, match=r"^E_WEB_FAILED: http://127.*, at the last of 5 tries\. Try again later\.$"):
        fetch_bytes(server.at("/f", bad), using)
    assert len(server.asked) == 5
    assert clock.pauses == [1.0, 2.0, 4.0, 8.0]


def test_pauses_grow_to_a_minute_and_are_scattered(server: Server, using: Web, clock: Clock) -> None:
    scattered = replace(using, tries=9, deadline=10_000, chance=lambda: 0.5)
    with pytest.raises(WebError, match="9 tries"):
        fetch_bytes(server.at("/f", status(503)), scattered)
    assert clock.pauses == [0.75 * pause for pause in (1, 2, 4, 8, 16, 32, 60, 60)]


def test_a_server_that_says_when_to_come_back_is_asked_then(server: Server, using: Web, clock: Clock) -> None:
    busy, closed = status(429, Retry_After="7"), status(503, Retry_After="soon")
    assert fetch_bytes(server.at("/f", busy, closed, good), using) == CSV
    assert clock.pauses == [7.0, 2.0]


def test_a_server_may_say_it_by_a_date(server: Server, using: Web, clock: Clock) -> None:
    def at(seconds: int) -> Reply:
        return status(503, Retry_After=format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True))

    patient = replace(using, deadline=100_000, longest_pause=10_000)
    assert fetch_bytes(server.at("/f", at(3_000), at(-30), good), patient) == CSV
    # A minute for a machine that is busy with something else.
    assert clock.pauses == [pytest.approx(2_970, abs=31), 0.0]


def test_who_is_asked_to_stay_away_for_long_stays_away(server: Server, using: Web, clock: Clock) -> None:
    words = r"^E_WEB_LATER: .*: the server answers 429 .*, and asks to come back in 3600 seconds\."
    with pytest.raises(WebError, match=words):
        fetch_bytes(server.at("/f", status(429, Retry_After="3600")), using)
    assert (len(server.asked), clock.pauses) == (1, [])


def test_pauses_count_towards_the_deadline(server: Server, using: Web, clock: Clock) -> None:
    with pytest.raises(WebError, match=r"^E_WEB_DEADLINE: .*: not whole within 90 seconds \(the server answers 503"):
        fetch_bytes(server.at("/f", status(503, Retry_After="40")), replace(using, deadline=90))
    assert clock.pauses == [40.0, 40.0]


def test_nobody_at_the_address_is_said_in_words(server: Server, using: Web) -> None:
    url = server.at("/f", good)
    server.server_close()
    with pytest.raises(WebError, match=r"^E_WEB_FAILED: .*Connection refused, at the last of 5 tries"):
        fetch_bytes(url.replace(f":{server.server_port}", ":9"), using)


# Slow


def drip(handler: Handler, content: bytes) -> None:
    """A byte more whenever the other side looks at its clock, as it does before it reads."""
    for byte in content:
        assert handler.server.looks.acquire(timeout=30)
        handler.wfile.write(bytes([byte]))
        handler.server.dripped += 1


def hang(handler: Handler) -> None:
    handler.rfile.read(1)  # which ends when the other side hangs up
    handler.answer()


def drip_body(handler: Handler) -> None:
    handler.answer(body=b"", Content_Length=str(len(CSV)))
    drip(handler, CSV)


def drip_packed(handler: Handler) -> None:
    body = gzip.compress(CSV)
    handler.answer(body=b"", Content_Length=str(len(body)), Content_Encoding="gzip")
    drip(handler, body)


def drip_headers(handler: Handler) -> None:
    drip(handler, b"HTTP/1.1 200 OK\r\nX-Filler: " + b"x" * 1000)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the socket is told to wait, each time it is told."""
    told: list[float] = []

    class Told:
        """A socket that says what it is told."""

        def __init__(self, sock: socket) -> None:
            self.sock = sock

        def settimeout(self, seconds: float) -> None:
            told.append(seconds)
            self.sock.settimeout(seconds)

        def __getattr__(self, name: str) -> object:
            return getattr(self.sock, name)

    class Connection(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            self.sock = Told(self.sock)

    monkeypatch.setattr("etl.fetch.http.HTTPConnection", Connection)
    return told


@pytest.mark.parametrize("slow", [drip_body, drip_packed, drip_headers], ids=lambda reply: reply.__name__)
def test_a_server_that_drips_is_left_at_the_deadline(server: Server, waits: list[float], slow: Reply) -> None:
    """Each byte comes at once and a second passes with it: a limit for each read alone would read to the end."""
    seconds = count()

    def clock() -> float:
        server.looks.release()
        return next(seconds)

    with pytest.raises(WebError, match=r"^E_WEB_DEADLINE: .* not whole within 20 seconds \(time is up\)"):
        fetch_bytes(server.at("/f", slow), Web(plain_http_to_this_machine=True, deadline=20, clock=clock))
    assert len(server.asked) == 1
    assert 0 < server.dripped < 25
    assert waits == sorted(waits, reverse=True)
    assert waits[0] <= 20
    assert waits[-1] == 1


def test_a_server_that_hangs_is_not_waited_for_beyond_the_deadline(
    server: Server, using: Web, waits: list[float]
) -> None:
    with pytest.raises(WebError, match=r"^E_WEB_DEADLINE: "):
        fetch_bytes(server.at("/f", hang), replace(using, deadline=0.2))
    assert len(server.asked) == 1
    assert waits == [0.2]


def test_a_read_that_hangs_is_tried_again(server: Server, using: Web, waits: list[float]) -> None:
    assert fetch_bytes(server.at("/f", hang, good), replace(using, patience=0.2)) == CSV
    assert set(waits) == {0.2}


# What is refused


@pytest.mark.parametrize("code", [201, 204, 206, 400, 401, 403, 404, 410, 418])
def test_what_a_server_refuses_is_asked_for_once(server: Server, using: Web, code: int) -> None:
    with pytest.raises(RefusedError, match=rf"^E_WEB_REFUSED: .*: the server answers {code} "):
        fetch_bytes(server.at("/f", status(code, b"" if code == 204 else b"why")), using)
    assert len(server.asked) == 1


def test_unchanged_is_no_answer_to_who_did_not_ask(server: Server, using: Web) -> None:
    with pytest.raises(RefusedError, match="304"):
        fetch_bytes(server.at("/f", status(304)), using)


@pytest.mark.parametrize(
    "to",
    [
        "https://127.0.0.1/f",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/f",
        "https://api.education.gov.uk.example.org/f",
        "https://example.org/?api.education.gov.uk",
        "https://api.education.gov.uk:8443/f",
        "https://user:pass@api.education.gov.uk/f",
        "http://api.education.gov.uk/f",
        "//api.education.gov.uk/f",
        LOCAL_FILE,
        "ftp://api.education.gov.uk/f",
        "gopher://127.0.0.1/",
        "data:text/csv,a",
        "https://[::1/f",
        "https://api.education.gov.uk:port/f",
        "https:///f",
    ],
)
def test_every_hop_must_be_https_to_a_host_we_know(server: Server, using: Web, to: str) -> None:
    for url in (server.at("/f", moved(to)), to):
        with pytest.raises(
            WebError,
            match=(
                r"^E_WEB_ADDRESS: .*: not an address we download from; "
                r".*HOSTS in etl/fetch/http"
            ),
        ):
            fetch_bytes(url, using)
    assert len(server.asked) == 1


def test_plain_http_is_for_tests_only(server: Server) -> None:
    with pytest.raises(WebError, match=r"^E_WEB_ADDRESS: "):
        fetch_bytes(server.at("/f", good), Web())
    assert server.asked == []


def test_redirects_in_a_circle_end(server: Server, using: Web) -> None:
    server.at("/b", moved("/a"))
    with pytest.raises(WebError, match=r"^E_WEB_REDIRECTS: .*/a: more than 5 redirects, the last to .*/a\."):
        fetch_bytes(server.at("/a", moved("/b")), using)
    assert len(server.asked) == 6


def test_a_redirect_that_leads_nowhere_is_refused(server: Server, using: Web) -> None:
    with pytest.raises(RefusedError, match="302"):
        fetch_bytes(server.at("/f", status(302)), using)


def endless(handler: Handler) -> None:
    handler.answer(body=b"", Content_Length=None, Transfer_Encoding="chunked")
    for _ in range(10_000):
        handler.wfile.write(b"2710\r\n" + b"x" * 10_000 + b"\r\n")


def test_a_file_that_says_it_is_too_large_is_not_begun(server: Server, using: Web) -> None:
    large = status(200, CSV, Content_Length=str(10**12))
    with pytest.raises(WebError, match=r"^E_WEB_SIZE: .*larger than a release can be \(200 MB"):
        fetch_bytes(server.at("/f", large), using)


def test_a_file_that_never_ends_is_left(server: Server, using: Web) -> None:
    into = io.BytesIO()
    with pytest.raises(WebError, match=r"^E_WEB_SIZE: "):
        get(server.at("/f", endless), into, replace(using, largest=1_000_000))
    assert len(into.getvalue()) < 1_200_000


def test_a_few_bytes_that_unpack_to_a_flood_are_left(server: Server, using: Web) -> None:
    bomb = gzip.compress(bytes(30_000_000))
    assert len(bomb) < 30_000
    into = io.BytesIO()
    with pytest.raises(WebError, match=r"^E_WEB_SIZE: .*unpacked 1 MB"):
        get(
            server.at("/f", lambda handler: handler.answer(body=bomb, Content_Encoding="gzip")),
            into,
            replace(using, largest_unpacked=1_000_000),
        )
    assert len(into.getvalue()) <= 1_000_000


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_a_packing_we_did_not_ask_for_is_refused(server: Server, using: Web, coding: str) -> None:
    with pytest.raises(WebError, match=r"^E_WEB_CODING: .*: packed as "):
        fetch_bytes(server.at("/f", lambda handler: handler.answer(Content_Encoding=coding)), using)


def test_a_file_without_a_length_is_refused_because_a_cut_one_would_look_the_same(server: Server, using: Web) -> None:
    with pytest.raises(WebError, match=r"^E_WEB_LENGTH: .*Download it by hand"):
        fetch_bytes(server.at("/f", lambda handler: handler.answer(Content_Length=None)), using)
    # A packed one has an end of its own.
    body = gzip.compress(CSV)
    whole = server.at("/g", lambda handler: handler.answer(body=body, Content_Length=None, Content_Encoding="gzip"))
    assert fetch_bytes(whole, using) == CSV


def test_what_a_server_says_is_printed_on_one_line_without_control_characters(server: Server, using: Web) -> None:
    def hostile(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 404 \x1b[2J\x07 gone" + b"!" * 5000 + b"\r\nContent-Length: 0\r\n\r\n")

    with pytest.raises(RefusedError) as refused:
        fetch_bytes(server.at("/f", hostile), using)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 600


# Into a folder


def test_a_download_is_put_in_place_with_where_it_is_from(server: Server, using: Web, tmp_path: Path) -> None:
    path = tmp_path / "dfe" / "file.csv"
    url = server.at(
        "/id/csv", lambda handler: handler.answer(ETag='"1"', Last_Modified="Thu, 01 Jan 2026 00:00:00 GMT")
    )
    fetched = published_files.download(url, path, using)
    assert (fetched.path, fetched.words, fetched.here) == ("file.csv", f"{len(CSV)} bytes, new", True)
    assert path.read_bytes() == CSV
    kept = json.loads((tmp_path / "dfe" / "file.csv.fetched.json").read_text("utf-8"))
    assert datetime.fromisoformat(kept.pop("fetched")) <= datetime.now(UTC)
    assert kept == {
        "url": url,
        "sha256": hashlib.sha256(CSV).hexdigest(),
        "etag": '"1"',
        "last_modified": "Thu, 01 Jan 2026 00:00:00 GMT",
    }
    assert sorted(one.name for one in path.parent.iterdir()) == ["file.csv", "file.csv.fetched.json"]


def versioned(handler: Handler) -> None:
    """A server that knows whether its file has changed."""
    if handler.headers.get("If-None-Match") == '"1"':
        handler.answer(304, b"")
    else:
        handler.answer(ETag='"1"')


def test_a_file_that_has_not_changed_is_not_sent_again(server: Server, using: Web, tmp_path: Path) -> None:
    path, url = tmp_path / "file.csv", server.at("/f", versioned)
    published_files.download(url, path, using)
    assert published_files.download(url, path, using).words == "unchanged"
    assert asked_of(server, "If-None-Match") == [None, '"1"']
    assert path.read_bytes() == CSV


@pytest.mark.parametrize("how", ["cut", "deleted", "of another address", "without its note", "with a damaged note"])
def test_a_file_that_is_not_what_was_downloaded_is_sent_again(
    server: Server, using: Web, tmp_path: Path, how: str
) -> None:
    path, url = tmp_path / "file.csv", server.at("/f", versioned)
    note = tmp_path / "file.csv.fetched.json"
    published_files.download(url, path, using)
    if how == "cut":
        path.write_bytes(CSV[:10])
    elif how == "deleted":
        path.unlink()
    elif how == "of another address":
        url = server.at("/g", versioned)
    elif how == "without its note":
        note.unlink()
    else:
        note.write_text("[]", "utf-8")
    assert published_files.download(url, path, using).here
    assert asked_of(server, "If-None-Match") == [None, None]
    assert path.read_bytes() == CSV


def test_a_mark_that_could_not_be_sent_back_is_not_kept(server: Server, using: Web, tmp_path: Path) -> None:
    def folded(handler: Handler) -> None:
        handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\nETag: "1"\r\n X: y\r\n\r\n' % len(CSV) + CSV)

    path, url = tmp_path / "file.csv", server.at("/f", folded)
    for _ in range(2):
        assert published_files.download(url, path, using).here


@pytest.mark.parametrize(
    "named", ['attachment; filename="../../etc/cron.d/x"', "attachment; filename=/etc/passwd", "inline; filename=x.exe"]
)
def test_the_servers_name_for_a_file_does_not_matter(server: Server, using: Web, tmp_path: Path, named: str) -> None:
    folder = tmp_path / "deep" / "deeper"
    url = server.at("/..%2f..%2fx", lambda handler: handler.answer(Content_Disposition=named))
    published_files.download(url, folder / "ours.csv", using)
    assert sorted(str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*") if one.is_file()) == [
        "deep/deeper/ours.csv",
        "deep/deeper/ours.csv.fetched.json",
    ]


@pytest.mark.parametrize("bad", [cut, status(404), moved(LOCAL_FILE), status(200, b"<html>")])
def test_a_download_that_fails_leaves_the_file_of_before_and_no_part(
    server: Server, using: Web, tmp_path: Path, bad: Reply
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"the last good file")
    with pytest.raises(WebError):
        published_files.download(server.at("/f", bad), path, using)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("file.csv", b"the last good file")]


@pytest.mark.parametrize(
    ("name", "body", "kind", "words"),
    [
        (
            "f.csv",
            b"\xef\xbb\xbf \n<!DOCTYPE html><title>",
            "text/csv",
            "E_FETCH_KIND: .*a web page came",
        ),
        ("f.csv", CSV, "text/html; charset=utf-8", "E_FETCH_KIND: .*a web page came, not a .csv file"),
        ("f.csv", b"", "text/csv", "E_FETCH_EMPTY: "),
        ("f.ods", CSV, "application/octet-stream", "E_FETCH_KIND: .*a file of another kind came, not a .ods file"),
        ("f.parquet", b"PK\x03\x04", "application/octet-stream", "E_FETCH_KIND: "),
    ],
)
def test_what_cannot_be_the_file_is_refused(
    server: Server, using: Web, tmp_path: Path, name: str, body: bytes, kind: str, words: str
) -> None:
    with pytest.raises(WebError, match=f"^{words}"):
        published_files.download(server.at("/f", status(200, body, Content_Type=kind)), tmp_path / name, using)
    assert list(tmp_path.iterdir()) == []


# The files of a source


def source(*files: File, page: str = "https://www.gov.uk/some-statistics") -> Source:
    def load(_source: Source, _cells: Cells, _context: Context) -> Loaded:
        raise NotImplementedError

    return Source(
        id="made_up",
        title="Made-up statistics",
        publisher="Nobody",
        release=Release(id="made_up_2026", title="2026", published="2026-01-01", page=page, files=files),
        load=load,
    )


def test_each_file_is_fetched_once_and_one_that_fails_does_not_keep_the_others_away(
    server: Server, using: Web, tmp_path: Path
) -> None:
    one, other = server.at("/1", good), server.at("/2", status(404, b"Not found"))
    fetched = published_files.fetch(
        [
            source(
                File("nobody/gone.csv", url=other),
                File("nobody/sheets.csv", sheet="a", url=one),
                File("nobody/sheets.csv", sheet="b", url=one),
                File("nobody/unknown.csv"),
            )
        ],
        tmp_path,
        using,
    )
    assert [(file.path, file.here) for file in fetched] == [
        ("nobody/gone.csv", False),
        ("nobody/sheets.csv", True),
        ("nobody/unknown.csv", False),
    ]
    gone, sheets, unknown = (file.words for file in fetched)
    assert "the server answers 404 Not Found. The address is out of date, or not public yet. By hand: open " in gone
    assert sheets == f"{len(CSV)} bytes, new"
    assert unknown.startswith("no address is known. By hand: open https://www.gov.uk/some-statistics and look for the ")
    assert unknown.endswith("Save it as nobody/unknown.csv.")
    assert len(server.asked) == 2
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["nobody", "sheets.csv", "sheets.csv.fetched.json"]


def test_a_file_put_there_by_hand_is_left_alone(using: Web, tmp_path: Path) -> None:
    path = tmp_path / "nobody" / "unknown.csv"
    path.parent.mkdir()
    path.write_bytes(CSV)
    (fetched,) = published_files.fetch([source(File("nobody/unknown.csv"))], tmp_path, using)
    assert fetched.here
    assert fetched.words.startswith("is here; whether there is a newer edition only you can tell. By hand: open ")
    assert path.read_bytes() == CSV


def test_one_fetches_at_a_time_and_parts_that_a_dead_one_left_are_removed(using: Web, tmp_path: Path) -> None:
    with (
        locked(tmp_path / published_files.LOCK, "fetch"),
        pytest.raises(BusyError, match="another fetch is running here"),
    ):
        published_files.fetch([], tmp_path, using)
    (tmp_path / "left.csv.part").write_bytes(CSV)
    assert published_files.fetch([], tmp_path, using) == []
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_said_in_words(using: Web, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EtlError, match=r"^E_WRITE: file could not be written to: File exists\. Make room"):
        published_files.fetch([source(File("x/y.csv"))], tmp_path / "file", using)


def test_every_source_has_an_address_or_words_for_doing_it_by_hand() -> None:
    for one in all_sources():
        for file in one.release.files:
            address = published_files.address(file)
            if address:
                assert urlsplit(address).hostname in HOSTS
                assert address.startswith("https://")
            words = published_files.by_hand(one.release, file)
            assert one.release.page in words
            assert published_files.ELSEWHERE + "." not in words, (
                f"{one.id}: say in BY_HAND where to look on {one.release.page}"
            )


def test_the_address_of_a_data_set_is_that_of_its_edition() -> None:
    assert published_files.address(File("dfe-workforce/csww_indicators_2017_to_2025.csv")) == (
        "https://explore-education-statistics.service.gov.uk/data-catalogue/data-set/"
        "6d765688-fb18-4f13-8e8e-be816bc63b17/csv"
    )
    assert published_files.address(File("x/csww_indicators_2017_to_2025.csv", url="https://www.gov.uk/x.csv")) == (
        "https://www.gov.uk/x.csv"
    )
    assert published_files.address(File("dfe-workforce/csww_indicators_2017_to_2026.csv")) == ""


def test_the_command_ends_with_status_2_while_a_file_is_missing(tmp_path: Path, command: Command) -> None:
    path = tmp_path / "dfe-neighbours" / "sn_model_2025_wide.csv"
    ran = command("fetch", "statistical_neighbours", "--to", tmp_path)
    assert ran.status == 2
    assert ran.err.strip().startswith(
        "dfe-neighbours/sn_model_2025_wide.csv: no address is known. By hand: open https://www.gov.uk/"
    )
    path.parent.mkdir()
    path.write_bytes(CSV)
    ran = command("fetch", "statistical_neighbours", "--to", tmp_path)
    assert (ran.status, ran.err.strip()) == (0, "")
    assert ran.out.startswith("dfe-neighbours/sn_model_2025_wide.csv: is here; ")
    assert command("fetch", "nonsense", "--to", tmp_path).status == 2
