"""The figures in warehouses: a DuckLake in a file and in PostgreSQL, and the database attached over https.

DuckDB 2 has none of them as a package yet: 1.5.5 has, and reads what we build.
"""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.hosting.running import ROOT, free_port

pytestmark = [pytest.mark.drill]
VERSION = "1.5.5"
EXTENSIONS = ("ducklake", "httpfs", "postgres-scanner")
PUBLISH = """
import sys
from pathlib import Path
from etl.publish.target import publish
done = publish(Path(sys.argv[1]), sys.argv[2], files=sys.argv[3] or None)
print(done.tables, done.rows)
"""
READ = """
import duckdb, sys
with duckdb.connect() as connection:
    for sql in sys.argv[1:]:
        found = connection.execute(sql).fetchall()
    print(found)
"""


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a Python that has this DuckDB and its extensions before ours."""
    folder = tmp_path_factory.mktemp("older")
    packages, home = folder / "packages", folder / "home"
    home.mkdir()
    wanted = [f"duckdb=={VERSION}", *(f"duckdb-extension-{one}=={VERSION}" for one in EXTENSIONS)]
    # Without pip in our own environment: a new one that has it.
    subprocess.run([sys.executable, "-m", "venv", str(folder / "pip")], check=True)
    got = subprocess.run(
        [str(folder / "pip" / "bin" / "python"), "-m", "pip", "install", "--quiet", "--target", str(packages), *wanted,
         f"duckdb-extensions=={VERSION}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if got.returncode != 0:
        pytest.skip(f"DuckDB {VERSION} and its extensions cannot be had here: {got.stderr.strip()[-200:]}")
    environment = {**os.environ, "HOME": str(home), "PYTHONPATH": f"{packages}{os.pathsep}{ROOT}"}
    install = (
        "import sys\nfrom duckdb_extensions import import_extension\nfor one in sys.argv[1:]: import_extension(one)"
    )
    names = [one.replace("-", "_") for one in EXTENSIONS]
    subprocess.run([sys.executable, "-c", install, *names], env=environment, check=True)
    return environment


def run(older: dict[str, str], program: str, *arguments: str) -> str:
    """The last line that the program prints under the older DuckDB."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], env=older, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    # Before it may stand how far it was.
    return done.stdout.strip().splitlines()[-1]


def counted(older: dict[str, str], *statements: str) -> str:
    """What the last of some statements finds."""
    return run(older, READ, *statements)


@pytest.fixture(scope="module")
def figures(older: dict[str, str], database_path: Path) -> str:
    """How many figures there are."""
    return counted(
        older, f"ATTACH '{database_path}' AS monitor (READ_ONLY)", "SELECT count(*) FROM monitor.observation"
    )


COUNT = "SELECT count(*) FROM lake.child_protection.observation"


def test_a_ducklake_holds_every_table_as_parquet_however_often_it_is_published(
    older: dict[str, str], figures: str, database_path: Path, tmp_path: Path
) -> None:
    to = f"ducklake:{tmp_path / 'lake.ducklake'}"
    said = {run(older, PUBLISH, str(database_path), to, "") for _ in range(2)}
    assert len(said) == 1
    attach = f"ATTACH '{to}' AS lake (READ_ONLY)"
    assert counted(older, attach, COUNT) == figures
    # None is kept in the catalog alone, where who reads the files does not find it.
    names = counted(
        older, attach, "SELECT table_name FROM duckdb_tables() WHERE database_name = 'lake' AND estimated_size > 0"
    )
    held = {path.parent.name for path in tmp_path.rglob("*.parquet")}
    assert len(held) > 20
    assert "('build',)" in names
    assert "build" in held


@pytest.fixture
def postgres() -> Iterator[str]:
    """A PostgreSQL of its own, as the words after `postgres:` name it."""
    programs = [Path(one) for one in Path("/usr/lib/postgresql").glob("*/bin")]
    if not programs or os.geteuid() != 0:
        pytest.skip("Debian's postgresql is not installed, or this is not root, who starts it as postgres.")
    # Not below the folder of the tests, which is root's alone.
    folder, port = Path(tempfile.mkdtemp(prefix="postgres-of-drill-")), free_port()
    shutil.chown(folder, "postgres", "postgres")
    become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    tool = str(max(programs) / "pg_ctl")
    data, options = str(folder / "data"), f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    subprocess.run([*become, tool, "-D", data, "-s", "-o", "-A trust -U monitor", "init"], check=True, cwd=folder)
    log = str(folder / "log")
    subprocess.run([*become, tool, "-D", data, "-s", "-w", "-l", log, "-o", options, "start"], check=True, cwd=folder)
    try:
        yield f"dbname=postgres host=127.0.0.1 port={port} user=monitor"
    finally:
        subprocess.run([*become, tool, "-D", data, "-s", "-m", "immediate", "stop"], check=False, cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)


def test_a_ducklake_in_postgres_takes_two_publishers_and_keeps_what_a_reader_reads(
    older: dict[str, str], figures: str, database_path: Path, tmp_path: Path, postgres: str
) -> None:
    to, files = f"ducklake:postgres:{postgres}", str(tmp_path / "lake")
    run(older, PUBLISH, str(database_path), to, files)
    attach = f"ATTACH '{to}' AS lake (READ_ONLY)"
    first = counted(older, attach, "SELECT max(snapshot_id) FROM ducklake_snapshots('lake')").strip("[](), ")
    both = [
        subprocess.Popen(
            [sys.executable, "-c", PUBLISH, str(database_path), to, ""],
            env=older,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    said = [one.communicate() for one in both]
    # One of two that change the same may be refused, in words; never both, and nothing is half there.
    assert 0 in [one.returncode for one in both], said
    assert all(one.returncode == 0 or "E_TARGET" in error for one, (_, error) in zip(both, said, strict=True)), said
    assert counted(older, attach, COUNT) == figures
    old = f"ATTACH '{to}' AS lake (READ_ONLY, SNAPSHOT_VERSION {first})"
    assert counted(older, old, COUNT) == figures


def test_the_database_is_attached_over_https(
    older: dict[str, str], figures: str, database_path: Path, tmp_path: Path
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    content = database_path.read_bytes()

    class Handler(SimpleHTTPRequestHandler):
        """The file, and the ranges of it that are asked for."""

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def answer(self, *, body: bool) -> None:
            wanted = self.headers["Range"]
            first, _, last = (wanted or "bytes=0-").removeprefix("bytes=").partition("-")
            start, end = int(first), min(int(last) if last else len(content) - 1, len(content) - 1)
            self.send_response(206 if wanted else 200)
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Length", str(end - start + 1))
            if wanted:
                self.send_header("Content-Range", f"bytes {start}-{end}/{len(content)}")
            self.end_headers()
            if body:
                self.wfile.write(content[start : end + 1])

        def log_message(self, *_: object) -> None:
            """Nothing to the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        found = counted(
            older, "LOAD httpfs", f"SET GLOBAL ca_cert_file = '{certificate}'",
            f"ATTACH 'https://localhost:{server.server_port}/monitor.duckdb' AS monitor (READ_ONLY)",
            "SELECT count(*) FROM monitor.observation",
        )  # fmt: skip
    finally:
        server.shutdown()
        server.server_close()
    assert found == figures
