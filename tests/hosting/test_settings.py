"""Settings: what is set is read, what is wrong stops the start in words, and the README says what there is."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from streamlit import config

from dashboard.ops import location
from dashboard.ops.location import DEFAULT_PATH, Address
from dashboard.ops.settings import Settings, WrongSettingsError, name_of, read, table, unknown
from dashboard.server import app
from tests.hosting.helpers import forget, log_put_back
from tests.hosting.running import ROOT, free_port

NO_ADDRESSES = (
    "http://example.org/monitor.duckdb", "https://", "https:///monitor.duckdb", "https://example.org",
    "https://example.org/", "https://example.org/figures/", "https://example.org:port/x.duckdb", "s3://bucket/x.duckdb",
    "ftp://example.org/x.duckdb", "https://example.org/x y.duckdb", "https://example.org/x.duckdb#part", "https://[::1",
    "file:" + "///srv/x.duckdb", "http://localhost.example.org/x.duckdb", "https://exämple.org/x",
    "https:/x.duckdb",
)  # fmt: skip
WRONG = {
    "MONITOR_DATABASE": ("/", ".", *NO_ADDRESSES),
    "MONITOR_DATABASE_FOLDER": (__file__,),
    "MONITOR_DATABASE_SECONDS": ("0", "a minute", "86401"),
    "MONITOR_DATABASE_OLDER": ("perhaps",),
    "MONITOR_DATA_AGE_DAYS": ("0", "-1", "a week", "1e3", "nan"),
    "MONITOR_SESSIONS": ("0", "lots", "-5", "2.5", "1000000", "٣"),
    "MONITOR_RETRY_SECONDS": ("0", "soon", "99999"),
    "MONITOR_HOSTS": ("https://dash.example", "dash.example:443", '["localhost"]', "a/b", "*"),
    "MONITOR_HSTS": ("maybe", "2"),
    "MONITOR_INDEX": ("some",),
    "MONITOR_EMBED_HOSTS": ("news.example/page", "https://news.example/page", "*", "javascript:alert(1)", "a b; c"),
    "MONITOR_CONTACT": ("us", "a b@c.uk", "http://plain.example", "<x>@y.uk", "javascript:alert(1)"),
    "MONITOR_METRICS_PORT": ("0", "65536", "http"),
    "MONITOR_METRICS_ADDRESS": ("127.0.0.1/8", "a b"),
    "MONITOR_METRICS_PATH": ("metrics", "/", "/api/metrics", "/_stcore/metrics", "/static", "/a?b"),
    "MONITOR_LOG_FORMAT": ("xml",),
    "MONITOR_LOG_LEVEL": ("debug", "loud"),
    "MONITOR_LOG_MESSAGES": ("all",),
    "MONITOR_FILTER_MESSAGES": ("some",),
    "MONITOR_WARM": ("hot",),
}
HOSTS = ("dash.example.gov.uk", "localhost", "[::1]", "*.example")
RIGHT: dict[str, tuple[str, object]] = {
    "MONITOR_DATABASE": ("/srv/figures.duckdb", Path("/srv/figures.duckdb")),
    "MONITOR_DATABASE_FOLDER": ("/srv/copy", Path("/srv/copy")),
    "MONITOR_DATABASE_SECONDS": ("300", 300),
    "MONITOR_DATABASE_OLDER": ("yes", True),
    "MONITOR_DATA_AGE_DAYS": ("400", 400.0),
    "MONITOR_SESSIONS": (" 40 ", 40),
    "MONITOR_RETRY_SECONDS": ("120", 120),
    "MONITOR_HOSTS": ("Dash.example.gov.uk, localhost [::1]  *.example", HOSTS),
    "MONITOR_HSTS": ("Yes", True),
    "MONITOR_INDEX": ("yes", True),
    "MONITOR_EMBED_HOSTS": ("https://news.example", ("https://news.example",)),
    "MONITOR_CONTACT": ("figures@example.gov.uk", "figures@example.gov.uk"),
    "MONITOR_METRICS_PORT": ("9100", 9100),
    "MONITOR_METRICS_ADDRESS": ("0.0.0.0", "0.0.0.0"),
    "MONITOR_METRICS_PATH": ("/inside/metrics", "/inside/metrics"),
    "MONITOR_LOG_FORMAT": ("JSON", "json"),
    "MONITOR_LOG_LEVEL": ("warning", "warning"),
    "MONITOR_LOG_MESSAGES": ("1", True),
    "MONITOR_FILTER_MESSAGES": ("no", False),
    "MONITOR_WARM": ("off", False),
}


def test_every_setting_is_tried_here() -> None:
    assert list(RIGHT) == list(WRONG) == [name_of(one.name) for one in fields(Settings)]


@pytest.mark.parametrize(
    "url",
    [
        "https://figures.example.org/monitor.duckdb", "https://cdn.example.org:8443/a/b.duckdb?sv=1&sig=key",
        "http://127.0.0.1:8600/monitor.duckdb", "http://localhost/x", "http://[::1]:80/x", "HTTPS://example.org/x",
    ],
)  # fmt: skip
def test_a_database_may_lie_at_an_address(url: str) -> None:
    assert read({"MONITOR_DATABASE": url}).database == Address(url)


def test_what_may_be_a_key_in_a_wrong_address_is_not_said() -> None:
    with pytest.raises(WrongSettingsError) as caught:
        read({"MONITOR_DATABASE": "https://name:password@example.org/x.duckdb?sig=key"})
    assert str(caught.value).startswith(
        "MONITOR_DATABASE is “https://example.org/x.duckdb”: the path of a file, or its"
    )


def test_the_copy_of_a_database_at_an_address_lies_in_the_folder_or_in_a_private_one(tmp_path: Path) -> None:
    at = {"MONITOR_DATABASE": "https://example.org/figures.duckdb"}
    assert (
        location.local_path({}, DEFAULT_PATH)
        == location.local_path({"MONITOR_DATABASE": " "}, DEFAULT_PATH)
        == DEFAULT_PATH
    )
    assert location.local_path({"MONITOR_DATABASE": "~/x.duckdb"}, DEFAULT_PATH) == Path.home() / "x.duckdb"
    assert (
        location.local_path({**at, "MONITOR_DATABASE_FOLDER": str(tmp_path)}, DEFAULT_PATH)
        == tmp_path / "monitor.duckdb"
    )
    private = location.local_path(at, DEFAULT_PATH)
    assert private == location.local_path(at, DEFAULT_PATH)
    assert private.parent.stat().st_mode & 0o777 == 0o700


def test_its_sha256_lies_beside_it() -> None:
    assert Address("https://example.org/x.duckdb").sha256 == "https://example.org/x.duckdb.sha256"
    assert Address("https://example.org/x.duckdb?sig=key").sha256 == "https://example.org/x.duckdb.sha256?sig=key"
    assert Address("https://example.org/x.duckdb?sig=key").shown == "https://example.org/x.duckdb"


def test_nothing_set_is_a_server_for_this_machine_with_nothing_open() -> None:
    found = read({})
    assert found == Settings() == read({"MONITOR_SESSIONS": "", "MONITOR_CONTACT": "  "})
    assert found.database == DEFAULT_PATH
    assert (found.metrics_port, found.metrics_path, found.hsts, found.log_messages) == (None, "", False, False)


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_set_is_read(name: str) -> None:
    text, value = RIGHT[name]
    assert getattr(read({name: text}), name.removeprefix("MONITOR_").lower()) == value


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_what_is_wrong_is_said_with_its_name_its_value_and_what_is_needed(name: str, value: str) -> None:
    with pytest.raises(WrongSettingsError) as caught:
        read({name: value})
    said = str(caught.value)
    assert said.startswith(f"{name} is “{value}”: ")
    assert "needed" in said
    assert said.endswith("Correct it, or unset it.")


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(WrongSettingsError) as caught:
        read({"MONITOR_SESSIONS": "lots", "MONITOR_HSTS": "perhaps", "MONITOR_WARM": "yes"})
    assert len(str(caught.value).splitlines()) == 2


def test_a_name_that_is_no_setting_is_said_with_the_nearest_that_is() -> None:
    assert unknown({"MONITOR_SESSION": "5", "MONITOR_CAT": "x", "PATH": "/bin"}) == [
        "There is no setting MONITOR_CAT.",
        "There is no setting MONITOR_SESSION. Did you mean MONITOR_SESSIONS?",
    ]


@pytest.mark.parametrize(
    "name",
    [
        *RIGHT, "MONITOR_REGISTER", "MONITOR_COMMITMENTS", "MONITOR_PORT", "MONITOR_PORT_8501_TCP_ADDR",
        "MONITOR_SERVICE_HOST", "MONITOR_SERVICE_PORT_HTTP", "MONITOR_WEB_SERVICE_HOST", "MONITOR_WEB_PORT_80_TCP",
    ],
)  # fmt: skip
def test_what_others_set_is_no_mistake(name: str) -> None:
    """The ETL's, and what Kubernetes puts beside a service called monitor."""
    assert unknown({name: "1"}) == []


def test_the_readme_has_the_table_of_settings() -> None:
    assert "\n".join(table()) in (ROOT / "README.md").read_text("utf-8")


def started(**environment: str) -> subprocess.CompletedProcess[str]:
    """The server started with these settings, which must end by itself."""
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(free_port())]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=90, check=False
    )


def test_a_wrong_setting_stops_the_start_without_a_trace() -> None:
    ended = started(MONITOR_SESSIONS="lots", MONITOR_CONTACT="us")
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        "The dashboard was not started.",
        "MONITOR_SESSIONS is “lots”: a whole number from 1 to 100,000 is needed. Correct it, or unset it.",
        "MONITOR_CONTACT is “us”: an e-mail address, or that of a page (https://…) is needed. Correct it, or unset it.",
    ]
    assert "Traceback" not in ended.stdout


def test_a_path_before_every_address_stops_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    config.set_option("server.baseUrlPath", "monitor")
    try:
        with pytest.raises(SystemExit) as ended:
            app.prepare()
    finally:
        config.set_option("server.baseUrlPath", "")
    assert ended.value.code == 2
    assert "STREAMLIT_SERVER_BASE_URL_PATH is “monitor”" in capsys.readouterr().err


def test_a_port_for_metrics_that_is_taken_stops_the_start_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this process: what the entry point calls first ends it with the same status and in the same words."""
    with socket.socket() as taken, log_put_back():
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("MONITOR_METRICS_PORT", str(port))
        monkeypatch.setenv("MONITOR_LOG_FORMAT", "json")
        forget()
        with pytest.raises(SystemExit) as ended:
            app.prepare()
    forget()
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.err.splitlines()[0] == "The dashboard was not started."
    assert f"MONITOR_METRICS_PORT is “{port}”: nothing can listen there at 127.0.0.1" in said.err
    assert "Traceback" not in said.out + said.err
