"""A database at an address: taken when it is new; whatever else comes, the last good one stays and is served."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from dashboard.api import whole
from dashboard.data import remote
from dashboard.data.contents import Contents
from dashboard.data.database import Database
from dashboard.data.download import Bounds
from dashboard.data.model import DatabaseError
from dashboard.data.remote import Remote
from dashboard.data.versions import Store
from dashboard.ops import logs
from dashboard.ops.location import Address
from dashboard.ops.settings import Settings
from dashboard.server.health import Health
from tests.hosting import shelf as shelves
from tests.hosting.helpers import SIGN_IN, ask_metrics, copied, files, log_put_back, read, readyz, written
from tests.hosting.running import Client as Reader
from tests.hosting.running import Running, free_port, running
from tests.hosting.shelf import DATABASE, SHA256, Handler, Reply, Shelf, sha256sum

OLD, NEW, NEWEST = "2026-01-01-aaaaaaaa", "2026-02-02-bbbbbbbb", "2026-03-03-cccccccc"
# Far longer than a busy machine takes to answer itself; and, for servers that are slow, short enough for a test.
BOUNDS = Bounds(whole=60.0, patience=30.0, largest=40_000_000)
IMPATIENT = Bounds(whole=1.2, patience=0.8, largest=40_000_000)
# How long a server is slow that nobody hangs up on: longer than any bound here.
SLOW_SECONDS = 90


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Three databases, each built an hour after the other."""
    folder = tmp_path_factory.mktemp("editions")
    return {
        version: written(folder / "one.duckdb", version, hours).read_bytes()
        for version, hours in ((OLD, 3), (NEW, 2), (NEWEST, 1))
    }


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with shelves.shelf() as one:
        yield one


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """What a server reads: the copy in a folder that is not there yet."""
    return Store(tmp_path / "copy" / "monitor.duckdb")


@pytest.fixture(scope="module")
def held(editions: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Store:
    """What a server reads that has a copy; a test may leave another edition there, and asks which it finds."""
    path = tmp_path_factory.mktemp("held") / "monitor.duckdb"
    path.write_bytes(editions[OLD])
    return Store(path)


def here_and_next(held: Store) -> tuple[str, str]:
    """The edition that is there, and another one."""
    here = held.current().data_version
    return here, NEW if here == OLD else OLD


def remote_of(shelf: Shelf, store: Store, **changes: object) -> Remote:
    """What follows the shelf."""
    return Remote(Address(shelf.url), lambda: store, seconds=0.1, **{"bounds": BOUNDS, **changes})  # type: ignore[arg-type]


# Taken


def test_what_is_published_is_taken_and_nothing_else_is_left(
    shelf: Shelf, store: Store, editions: dict[str, bytes]
) -> None:
    shelf.put(editions[OLD])
    found = remote_of(shelf, store).look()
    assert (found.good, found.code) == (True, "")
    assert store.current().data_version == OLD
    assert files(store) == ["monitor.duckdb"]
    assert store.path.read_bytes() == editions[OLD]
    assert store.path.parent.stat().st_mode & 0o077 == 0


def test_while_nothing_is_new_only_the_line_beside_it_is_asked_for(
    shelf: Shelf, store: Store, editions: dict[str, bytes]
) -> None:
    shelf.put(editions[OLD])
    following = remote_of(shelf, store)
    assert following.look().good
    assert shelf.paths() == [SHA256, DATABASE]
    since = following.look().since
    assert following.look().since == since
    assert [(one.path, one.status) for one in shelf.asked] == [(SHA256, 304)] * 2


def test_a_server_that_starts_again_begins_with_its_copy_and_does_not_take_it_again(
    shelf: Shelf, store: Store, editions: dict[str, bytes]
) -> None:
    shelf.put(editions[OLD])
    assert remote_of(shelf, store).look().good
    shelf.paths()
    again = Store(store.path)
    assert again.current().data_version == OLD
    assert remote_of(shelf, again).look().good
    assert shelf.paths() == [SHA256]


def test_a_new_version_takes_its_place_at_once_and_is_read_once(
    shelf: Shelf, store: Store, editions: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = list[Path]()

    class Counted(Database):
        def __init__(self, path: Path, read: Callable[[Path], Contents]) -> None:
            made.append(path)
            super().__init__(path, read)

    monkeypatch.setattr(remote, "Database", Counted)
    monkeypatch.setattr("dashboard.data.versions.Database", Counted)
    following = remote_of(shelf, store)
    for version in (OLD, NEW, NEWEST):
        shelf.put(editions[version])
        assert following.look().good
        assert store.current().data_version == version
    # Before there is a copy it is looked for.
    assert [path.name == "monitor.duckdb" for path in made] == [False, True, False, False]


def test_a_copy_that_is_damaged_here_is_taken_anew(shelf: Shelf, store: Store, editions: dict[str, bytes]) -> None:
    shelf.put(editions[OLD])
    following = remote_of(shelf, store)
    assert following.look().good
    with store.path.open("r+b") as copy:
        copy.truncate(50_000)
    assert store.current().data_version == OLD
    assert store.damaged
    assert following.look().good
    assert not store.damaged
    assert store.path.read_bytes() == editions[OLD]


def test_a_server_may_send_us_on_to_itself(shelf: Shelf, store: Store, editions: dict[str, bytes]) -> None:
    shelf.put(editions[OLD])
    shelf.files["/other/place"] = shelf.files[DATABASE]
    shelf.replies[DATABASE] = lambda handler: handler.answer(302, Location="/other/place")
    assert remote_of(shelf, store).look().good
    assert store.current().data_version == OLD


def test_without_etags_and_in_pieces_of_unknown_number_it_is_taken_too(
    shelf: Shelf, store: Store, editions: dict[str, bytes]
) -> None:
    shelf.put(editions[OLD], sha256sum(editions[OLD]).upper().split()[0])
    shelf.replies[DATABASE] = chunked(editions[OLD])
    shelf.replies[SHA256] = lambda handler: handler.answer(200, shelf.files[SHA256])
    following = remote_of(shelf, store)
    assert [following.look().good, following.look().good] == [True, True]
    assert shelf.paths() == [SHA256, DATABASE, SHA256]
    assert store.current().data_version == OLD


def test_the_query_of_a_signed_address_is_kept_for_the_line_beside_it(
    shelf: Shelf, store: Store, editions: dict[str, bytes]
) -> None:
    shelf.put(editions[OLD])
    signed = Remote(Address(f"{shelf.url}?sig=key"), lambda: store, seconds=1, bounds=BOUNDS)
    assert signed.look().good
    assert shelf.paths() == [f"{SHA256}?sig=key", f"{DATABASE}?sig=key"]


@pytest.mark.parametrize("size", ["small", pytest.param("real", marks=pytest.mark.drill)])
def test_a_server_can_follow_another_one_by_its_whole_database(
    shelf: Shelf, store: Store, database_path: Path, tmp_path: Path, size: str
) -> None:
    """The API gives the database without keys and with a view of all figures: the copy gives the very same file."""
    first = Database(database_path if size == "real" else copied(tmp_path / "small.duckdb", OLD))
    made = whole.make(first)
    content = whole.written(first)
    shelf.put(content, made.line)
    assert Remote(Address(shelf.url), lambda: store, seconds=1).look().good
    copy = store.current()
    assert copy.comments == first.comments
    assert copy.table.keys() == first.table.keys()
    assert all(copy.table[name].height == first.table[name].height for name in copy.table)
    assert copy.figure.height > 20
    assert copy.figure.drop("line").equals(first.figure.drop("line"))
    assert whole.written(copy) == content


# Not taken


def chunked(content: bytes, *, end: bytes = b"0\r\n\r\n") -> Reply:
    def reply(handler: Handler) -> None:
        handler.answer(200, b"", Content_Length=None, Transfer_Encoding="chunked")
        for start in range(0, len(content), 60_000):
            piece = content[start : start + 60_000]
            handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        handler.wfile.write(end)

    return reply


def endless(handler: Handler) -> None:
    handler.answer(200, b"", Content_Length=None, Transfer_Encoding="chunked")
    while not handler.server.over.is_set():
        handler.wfile.write(b"100000\r\n" + bytes(0x100000) + b"\r\n")


def hangs(handler: Handler) -> None:
    handler.server.over.wait(SLOW_SECONDS)


def drip(handler: Handler) -> None:
    """A byte now and then: each read of it succeeds."""
    for _ in range(SLOW_SECONDS * 5):
        if handler.server.over.wait(0.2):
            return
        handler.wfile.write(b"x")
        handler.wfile.flush()


def drips(handler: Handler) -> None:
    handler.answer(200, b"", Content_Length="1000000")
    drip(handler)


def drips_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    drip(handler)


def answers(status: int, body: bytes = b"", **headers: str | None) -> Reply:
    return lambda handler: handler.answer(status, body, **headers)


def changed(content: bytes, statement: str, folder: Path) -> bytes:
    """A database after a statement, or several."""
    path = folder / "changed.duckdb"
    path.write_bytes(content)
    with duckdb.connect(str(path)) as connection:
        connection.execute(statement)
    changed = path.read_bytes()
    path.unlink()
    return changed


def cut(content: bytes) -> Reply:
    """It says how long it is, and ends half way."""
    return lambda handler: handler.answer(200, content[: len(content) // 2], Content_Length=str(len(content)))


ELSEWHERE = (
    "http://example.org/monitor.duckdb",
    "https://127.0.0.1/",
    "http://127.0.0.1:9/",
    "ftp://x/",
    "http://[::1",
    "",
)
Fault = tuple[Callable[[bytes], Reply], str]


def sent(to: str) -> Fault:
    return lambda _: answers(302, Location=to), "E_ADDRESS_REDIRECT: the server sends us elsewhere, where we do not"


BY_THE_WIRE: dict[str, Fault] = {
    "404": (lambda _: answers(404, SIGN_IN), "E_ADDRESS_STATUS: the server answers 404."),
    "403": (lambda _: answers(403), "E_ADDRESS_STATUS: the server answers 403."),
    "500": (lambda _: answers(500), "E_ADDRESS_STATUS: the server answers 500."),
    "a part": (lambda new: answers(206, new[:5000]), "E_ADDRESS_STATUS: the server answers 206."),
    "304 unasked": (lambda _: answers(304, Content_Length=None), "E_ADDRESS_STATUS: the server answers 304."),
    "a page": (lambda _: answers(200, SIGN_IN), "E_ADDRESS_KIND: what came is no DuckDB file"),
    "nothing": (lambda _: answers(200), "E_ADDRESS_KIND: what came is no DuckDB file"),
    "cut": (cut, "E_ADDRESS_CUT: the connection ended after "),
    "cut between pieces": (lambda new: chunked(new[:100_000], end=b""), "E_ADDRESS_CUT: the connection ended before"),
    "of no length": (lambda new: answers(200, new, Content_Length=None), "E_ADDRESS_LENGTH: the server does not say"),
    "packed": (lambda new: answers(200, gzip.compress(new), Content_Encoding="gzip"), "E_ADDRESS_PACKED: the file"),
    "another file": (lambda new: answers(200, new[:-1] + b"x"), "E_ADDRESS_SHA256: what came has not the SHA-256"),
    "too large": (lambda _: answers(200, b"", Content_Length="40000001"), "E_ADDRESS_SIZE: larger than 40,000,000"),
    "without end": (lambda _: endless, "E_ADDRESS_SIZE: larger than 40,000,000 bytes."),
    "hangs": (lambda _: hangs, "E_ADDRESS_SLOW: the server said nothing for 0.8 seconds."),
    "drips": (lambda _: drips, "E_ADDRESS_SLOW: not whole within 1.2 seconds."),
    "drips headers": (lambda _: drips_headers, "E_ADDRESS_SLOW: not whole within 1.2 seconds."),
    "hangs up": (lambda _: lambda _: None, "E_ADDRESS_UNREACHABLE: the server cannot be reached, or broke off"),
    "no HTTP": (lambda _: lambda handler: none(handler.wfile.write(b"SSH-2.0\r\n\r\n")), "E_ADDRESS_UNREACHABLE: the"),
    "round and round": (lambda _: answers(302, Location=DATABASE), "E_ADDRESS_REDIRECT: the server sends us on more"),
    **{f"sent to {to or 'nowhere'}": sent(to) for to in ELSEWHERE},
}  # fmt: skip


def none(_: object) -> None:
    return None


@pytest.mark.parametrize("how", BY_THE_WIRE)
def test_whatever_else_comes_the_last_good_one_stays_and_the_next_good_one_is_taken(
    shelf: Shelf, held: Store, editions: dict[str, bytes], how: str
) -> None:
    """A look ends while the server still hangs or drips: had it waited for the server, it would have another reason."""
    here, following_one = here_and_next(held)
    make, why = BY_THE_WIRE[how]
    following = remote_of(shelf, held, older=True, bounds=IMPATIENT if "SLOW" in why else BOUNDS)
    shelf.put(editions[following_one])
    shelf.replies[DATABASE] = make(editions[following_one])
    found = following.look()
    assert found.why.startswith(why)
    assert not found.good
    assert held.current().data_version == here
    assert held.path.read_bytes() == editions[here]
    assert files(held) == ["monitor.duckdb"]
    del shelf.replies[DATABASE]
    assert following.look().good
    assert held.current().data_version == following_one


BESIDE: dict[str, tuple[Reply, str]] = {
    "404": (answers(404, SIGN_IN), "E_ADDRESS_STATUS: of the SHA-256 beside it: the server answers 404."),
    "a page": (answers(200, b"<html></html>"), "E_ADDRESS_SHA256: what lies beside it is no SHA-256. Make it by"),
    "a long page": (answers(200, SIGN_IN), "E_ADDRESS_SIZE: of the SHA-256 beside it: larger than 1,000 bytes."),
    "nothing": (answers(200), "E_ADDRESS_SHA256: what lies beside it is no SHA-256."),
    "too short": (answers(200, b"abc123  monitor.duckdb\n"), "E_ADDRESS_SHA256: what lies beside it is no SHA-256."),
    "two": (answers(200, sha256sum(b"a") + sha256sum(b"b")), "E_ADDRESS_SHA256: what lies beside it is no SHA-256."),
    "hangs": (hangs, "E_ADDRESS_SLOW: the server said nothing for 0.8 seconds."),
    "sent on": (answers(301, Location="https://elsewhere.example/x"), "E_ADDRESS_REDIRECT: the server sends us else"),
}


@pytest.mark.parametrize("how", BESIDE)
def test_without_its_sha256_beside_it_nothing_is_asked_for_or_taken(
    shelf: Shelf, held: Store, editions: dict[str, bytes], how: str
) -> None:
    here, following_one = here_and_next(held)
    reply, why = BESIDE[how]
    following = remote_of(shelf, held, older=True, bounds=IMPATIENT if "SLOW" in why else BOUNDS)
    shelf.put(editions[following_one])
    shelf.replies[SHA256] = reply
    shelf.paths()
    assert following.look().why.startswith(why)
    assert DATABASE not in shelf.paths()
    assert held.current().data_version == here
    del shelf.replies[SHA256]
    assert following.look().good
    assert held.current().data_version == following_one


OF_ANOTHER_KIND = {
    "a database of something else": ("E_ADDRESS_DATABASE", None),
    "no version": ("E_ADDRESS_DATABASE", "DELETE FROM build"),
    "no measures": ("E_ADDRESS_DATABASE", "DROP TABLE standing"),
    "fewer tables": ("E_ADDRESS_TABLES", "DROP TABLE boundary"),
    "built before": ("E_ADDRESS_OLDER", "UPDATE build SET built_at = built_at - INTERVAL 1 DAY"),
}


@pytest.mark.parametrize("how", OF_ANOTHER_KIND)
def test_a_database_that_is_not_one_of_ours_or_older_is_not_taken_and_not_fetched_twice(
    shelf: Shelf, store: Store, editions: dict[str, bytes], tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put(editions[NEW])
    following = remote_of(shelf, store)
    assert following.look().good
    code, statement = OF_ANOTHER_KIND[how]
    if statement is None:
        (tmp_path / "empty.duckdb").unlink(missing_ok=True)
        with duckdb.connect(str(tmp_path / "empty.duckdb")) as connection:
            connection.execute("CREATE TABLE something (a INTEGER)")
        shelf.put_file(tmp_path / "empty.duckdb")
    else:
        shelf.put(changed(editions[NEW], statement, tmp_path))
    shelf.paths()
    first = following.look()
    assert first.code == code
    assert [following.look().code, following.look().since] == [code, first.since]
    assert shelf.paths() == [SHA256, DATABASE, SHA256, SHA256]
    assert store.current().data_version == NEW
    # Not for ever: the fault may have been ours.
    monkeypatch.setattr(remote, "AGAIN_SECONDS", 0)
    assert following.look().code == code
    assert shelf.paths() == [SHA256, DATABASE]
    shelf.put(editions[NEWEST])
    assert following.look().good
    assert store.current().data_version == NEWEST


def test_a_wrong_file_is_not_sent_again_while_it_has_the_same_etag(
    shelf: Shelf, store: Store, editions: dict[str, bytes]
) -> None:
    shelf.put(editions[OLD], sha256sum(editions[NEW]))
    following = remote_of(shelf, store)
    assert [following.look().code for _ in range(3)] == ["E_ADDRESS_SHA256"] * 3
    assert [one.status for one in shelf.asked if one.path == DATABASE] == [200, 304, 304]
    shelf.put(editions[NEW])
    assert following.look().good


def test_a_damaged_file_with_its_own_sha256_is_not_taken(
    shelf: Shelf, store: Store, editions: dict[str, bytes]
) -> None:
    """The sum was made of what was damaged already: then DuckDB's own checksums find it."""
    shelf.put(editions[OLD])
    following = remote_of(shelf, store)
    assert following.look().good
    for left in (0.9, 0.5, 0.1):
        shelf.put(editions[NEW][: int(len(editions[NEW]) * left)])
        assert following.look().code == "E_ADDRESS_DATABASE"
        assert store.current().data_version == OLD


def test_to_roll_back_an_older_one_is_taken_where_that_is_set(
    shelf: Shelf, store: Store, editions: dict[str, bytes]
) -> None:
    shelf.put(editions[NEW])
    assert remote_of(shelf, store).look().good
    shelf.put(editions[OLD])
    found = remote_of(shelf, store).look()
    assert found.why == (
        f"E_ADDRESS_OLDER: it holds {OLD}, which was built before {NEW}. Where that is meant, start once with "
        "MONITOR_DATABASE_OLDER=yes."
    )
    assert remote_of(shelf, store, older=True).look().good
    assert store.current().data_version == OLD


def test_a_folder_that_cannot_be_written_to_is_said_so(
    shelf: Shelf, editions: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    shelf.put(editions[OLD])
    found = remote_of(shelf, Store(tmp_path / "file" / "monitor.duckdb")).look()
    assert found.why.startswith("E_ADDRESS_WRITE: the copy could not be written (")
    assert str(tmp_path) not in found.why


def test_what_somebody_who_was_killed_left_half_written_is_removed_after_an_hour(
    shelf: Shelf, store: Store, editions: dict[str, bytes]
) -> None:
    shelf.put(editions[OLD])
    store.path.parent.mkdir()
    left, others = (store.path.with_name(f"monitor.duckdb.draft-{name}") for name in ("left", "others"))
    for one, age in ((left, 4000), (others, 10)):
        one.write_bytes(b"half")
        os.utime(one, (time.time() - age,) * 2)
    following = remote_of(shelf, store)
    following.start()
    until(lambda: following.state is not None)
    following.stop()
    assert files(store) == ["monitor.duckdb", others.name]


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_the_last_three_versions_are_archived_where_a_folder_is_set(
    shelf: Shelf, store: Store, editions: dict[str, bytes], tmp_path: Path
) -> None:
    following = remote_of(shelf, store, keep=True)
    fourth = changed(editions[NEWEST], "UPDATE build SET data_version = '2026-04-04-dddddddd'", tmp_path)
    for content in (*editions.values(), fourth):
        shelf.put(content)
        assert following.look().good
    assert store.versions() == ["2026-04-04-dddddddd", NEWEST, NEW]
    assert store.at(NEW).data_version == NEW
    assert files(store) == [
        "monitor.duckdb", *(f"versions/{name}.duckdb" for name in (NEW, NEWEST, "2026-04-04-dddddddd"))
    ]  # fmt: skip
    shelf.put(changed(fourth, "UPDATE build SET data_version = '../../../out'", tmp_path))
    assert following.look().good
    assert not list(tmp_path.rglob("out*"))


# Encrypted


@pytest.fixture
def encrypted(shelf: Shelf, tmp_path: Path) -> Path:
    """The shelf by https, with a certificate of its own that nobody has signed; that certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here to make a certificate.")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    shelf.socket = context.wrap_socket(shelf.socket, server_side=True)
    return certificate


def test_a_server_that_cannot_prove_who_it_is_is_not_asked(
    shelf: Shelf, store: Store, editions: dict[str, bytes], encrypted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put(editions[OLD])
    address = Address(f"https://localhost:{shelf.server_port}{DATABASE}")
    following = Remote(address, lambda: store, seconds=1, bounds=BOUNDS)
    found = following.look()
    assert found.why.startswith("E_ADDRESS_CERTIFICATE: the server cannot prove that it is the one (self")
    assert shelf.paths() == []
    monkeypatch.setenv("SSL_CERT_FILE", str(encrypted))
    assert following.look().good
    assert store.current().data_version == OLD
    by_number = Address(f"https://127.0.0.1:{shelf.server_port}{DATABASE}")
    assert Remote(by_number, lambda: store, seconds=1, bounds=BOUNDS).look().code == "E_ADDRESS_CERTIFICATE"


# Said


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What is logged, as JSON."""
    to = io.StringIO()
    with log_put_back():
        logs.set_up(Settings(log_format="json"), to)
        yield to


def test_each_change_is_logged_once_with_its_reason_and_without_the_key_of_the_address(
    shelf: Shelf, store: Store, editions: dict[str, bytes], stream: io.StringIO
) -> None:
    following = Remote(Address(f"{shelf.url}?sig=hush"), lambda: store, seconds=1, bounds=BOUNDS)
    shelf.put(editions[OLD])
    following.look()
    following.look()
    shelf.replies[SHA256] = answers(404)
    since = following.look().since
    assert following.look().since == since
    shelf.replies[SHA256] = answers(200, SIGN_IN)
    assert following.look().since >= since
    del shelf.replies[SHA256]
    following.look()
    said = [line for line in map(json.loads, stream.getvalue().splitlines()) if line["event"] != "log"]
    assert [(line["event"], line["level"], line["good"], line.get("reason")) for line in said] == [
        ("address", "info", True, None),
        ("address", "warning", False, "E_ADDRESS_STATUS"),
        ("address", "warning", False, "E_ADDRESS_SIZE"),
        ("address", "info", True, None),
    ]
    assert {line["at"] for line in said} == {shelf.url}
    assert said[0]["sha256"] == sha256sum(editions[OLD]).decode().split()[0]
    assert said[1]["why"] == "E_ADDRESS_STATUS: of the SHA-256 beside it: the server answers 404."
    assert "hush" not in stream.getvalue()


def test_readiness_is_about_what_is_here_and_says_how_the_address_does(
    shelf: Shelf, store: Store, editions: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.server.health.FRESH_SECONDS", -1)
    following = remote_of(shelf, store)
    known = Health(lambda: store, None, following.status)
    known.warm.set()
    verdict = known.verdict()
    assert not verdict.ready
    assert verdict.body["address"] == {"good": None, "asked": None}
    assert following.is_good() is following.seconds_since_look() is None
    following.look()
    verdict = known.verdict()
    assert not verdict.ready
    assert verdict.body["why"] == "monitor.duckdb is not there; readers are shown nothing."
    assert verdict.body["address"]["why"].endswith("the server answers 404.")
    shelf.put(editions[OLD])
    following.look()
    verdict = known.verdict()
    assert (verdict.ready, verdict.body["data_version"], verdict.body["address"]["good"]) == (True, OLD, True)
    assert "why" not in verdict.body["address"]
    shelf.replies[SHA256] = answers(500)
    since = following.look().since
    verdict = known.verdict()
    assert (verdict.ready, verdict.body["data_version"], verdict.body["address"]["good"]) == (True, OLD, False)
    assert verdict.body["address"]["since"] == since.isoformat(timespec="seconds")
    assert following.is_good() is False
    seconds = following.seconds_since_look()
    assert seconds is not None
    assert 0 <= seconds < 20


def test_who_reads_meanwhile_is_shown_the_last_one_and_never_waits(
    shelf: Shelf, store: Store, editions: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither for a server that hangs nor for a database that takes long to be read."""
    shelf.put(editions[OLD])
    following = remote_of(shelf, store)
    assert following.look().good
    go = threading.Event()

    class Slow(Database):
        def __init__(self, path: Path, read: Callable[[Path], Contents]) -> None:
            assert go.wait(20)
            super().__init__(path, read)

    monkeypatch.setattr(remote, "Database", Slow)
    shelf.put(editions[NEW])
    look = threading.Thread(target=following.look)
    look.start()
    until(lambda: DATABASE in [one.path for one in shelf.asked[2:]])
    assert {store.current().data_version for _ in range(200)} == {OLD}
    # All of them were answered while the new one is still being read.
    assert look.is_alive()
    assert not go.is_set()
    go.set()
    look.join()
    assert store.current().data_version == NEW


def test_while_one_reads_a_file_that_was_replaced_the_others_are_shown_the_last_one(
    tmp_path: Path, editions: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    live = tmp_path / "monitor.duckdb"
    live.write_bytes(editions[OLD])
    store = Store(live)
    before = store.current()
    reading, go = threading.Event(), threading.Event()

    class Slow(Database):
        def __init__(self, path: Path, read: Callable[[Path], Contents]) -> None:
            reading.set()
            assert go.wait(20)
            super().__init__(path, read)

    monkeypatch.setattr("dashboard.data.versions.Database", Slow)
    live.with_name("next").write_bytes(editions[NEW])
    live.with_name("next").replace(live)
    first, patient = list[str](), list[str]()
    threads = [
        threading.Thread(target=lambda: first.append(store.current().data_version)),
        threading.Thread(target=lambda: patient.append(store.current(wait=True).data_version)),
    ]
    threads[0].start()
    assert reading.wait(20)
    threads[1].start()
    assert store.current() is before
    assert patient == []
    go.set()
    for one in threads:
        one.join()
    assert first == patient == [NEW]


def test_a_file_that_is_not_there_is_logged_once_however_often_it_is_asked_for(
    tmp_path: Path, editions: dict[str, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path / "monitor.duckdb")
    for _ in range(5):
        with pytest.raises(DatabaseError):
            store.current()
    assert len(caplog.messages) == 1
    store.path.write_bytes(b"half")
    for _ in range(5):
        with pytest.raises(DatabaseError):
            store.current()
    assert len(caplog.messages) == 2
    store.path.write_bytes(editions[OLD])
    assert store.current().data_version == OLD


# The product


@pytest.fixture
def following(shelf: Shelf, tmp_path: Path) -> Iterator[Running]:
    """The product, which starts while nothing is published."""
    with running(
        tmp_path,
        tmp_path / "server.log",
        MONITOR_DATABASE=f"{shelf.url}?sig=hush",
        MONITOR_DATABASE_FOLDER=str(tmp_path / "copy"),
        MONITOR_DATABASE_SECONDS="1",
        MONITOR_METRICS_PORT=str(free_port()),
        MONITOR_WARM="yes",
    ) as found:
        yield found


def gauges(server: Running) -> dict[str, float]:
    found = read(ask_metrics(int(server.environment["MONITOR_METRICS_PORT"]))[2])
    return {name: value for (name, labels), value in found.items() if name.startswith(("monitor_address", "monitor_r"))}


def test_a_server_follows_an_address_from_before_there_is_anything_to_a_server_that_hangs(
    shelf: Shelf, following: Running, database_path: Path, tmp_path: Path
) -> None:
    got = readyz(following, 503, "answers 404")
    assert '"data_version":null' in got.text
    assert following.ask("/livez").status == 200
    assert gauges(following)["monitor_address_good"] == 0

    shelf.put_file(database_path)
    got = readyz(following, 200, '"good":true')
    pages = following.wait_for("ready")
    assert pages["pages"] > 8
    version = Database(database_path).data_version
    with Reader(following) as reader:
        assert version in reader.run("map")

        shelf.replies[SHA256] = answers(500)
        got = readyz(following, 200, '"good":false')
        assert '"why":"E_ADDRESS_STATUS: of the SHA-256 beside it: the server answers 500."' in got.text
        assert re.search(r'"since":"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"', got.text)
        assert version in reader.run("map", metric="Average caseload")
        said = gauges(following)
        assert (said["monitor_ready"], said["monitor_address_good"]) == (1, 0)
        assert said["monitor_address_refused_total"] >= 1
        assert said["monitor_address_unasked_seconds"] < 60

        del shelf.replies[SHA256]
        shelf.put(changed(database_path.read_bytes(), f"UPDATE build SET data_version = '{NEW}'", tmp_path))
        readyz(following, 200, NEW)
        assert NEW in reader.run("map", metric="Average caseload")

    shelf.replies[SHA256] = hangs
    log = following.log.read_text("utf-8")
    assert "hush" not in log
    states = [(line["good"], line.get("reason")) for line in following.lines() if line["event"] == "address"]
    assert states == [(False, "E_ADDRESS_STATUS"), (True, None), (False, "E_ADDRESS_STATUS"), (True, None)]
    shelf.paths()
    until(lambda: any(one.status == 0 for one in shelf.asked))  # it has asked the server that hangs
    following.process.terminate()
    # It does not wait for the server, which would hang for far longer.
    following.process.wait(20)
    assert files(Store(tmp_path / "copy" / "monitor.duckdb"))[0] == "monitor.duckdb"
