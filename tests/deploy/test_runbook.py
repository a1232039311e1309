"""The runbook and the notes on hosting: every command, option, setting, number and rule that they name exists."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from dashboard.data import remote
from dashboard.ops import metrics, settings
from etl.__main__ import app
from tests.deploy.helpers import DEPLOY, ROOT, compose

RUNBOOK = (DEPLOY / "RUNBOOK.md").read_text("utf-8")
NOTES = (DEPLOY / "README.md").read_text("utf-8")
BOTH = RUNBOOK + NOTES
BLOCKS = re.findall(r"^```\n(.*?)^```$", RUNBOOK, re.MULTILINE | re.DOTALL)
# A command, without what is said of it.
COMMANDS = [
    line.partition("  #")[0].strip() for block in BLOCKS for line in re.findall(r"^\$ (.+)$", block, re.MULTILINE)
]


@cache
def help_of(*words: str) -> str:
    """What a command of the ETL says of itself."""
    found = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert found.exit_code == 0, found.output
    return found.output


@cache
def sources() -> str:
    """All of the product's own text."""
    return "".join(
        path.read_text("utf-8") for package in ("etl", "dashboard") for path in (ROOT / package).rglob("*.py")
    )


def test_there_are_commands_and_none_of_a_kind_that_is_not_looked_at() -> None:
    assert len(COMMANDS) > 25
    known = re.compile(r"(MONITOR_\w+=\S+ )*(curl|jq|tail|df|make|python -m etl|streamlit run)\b")
    assert [one for one in COMMANDS if not known.match(one)] == []


@pytest.mark.parametrize("command", sorted({one for one in COMMANDS if "python -m etl" in one}))
def test_a_command_of_the_etl_is_one_and_takes_these_options(command: str) -> None:
    (said,) = re.findall(r"python -m etl ([^;|]+)", command)
    name, *rest = said.split()
    shown = help_of(name)
    for option in rest:
        assert not option.startswith("-") or re.search(rf"{option}\b", shown), option


def test_commands_and_options_that_are_named_in_words_are_there_too() -> None:
    for name in re.findall(r"`python -m etl (\w+)", BOTH):
        help_of(name)
    shown = help_of("extract")
    for option in re.findall(r"`(--(?:accept|allow)-\w+)`", BOTH):
        assert option in shown, option
    assert "rollback" in help_of()


def test_every_target_of_make_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    run = {one.removeprefix("make ") for one in COMMANDS if one.startswith("make ")}
    named = run | set(re.findall(r"`make ([a-z-]+)`", BOTH))
    assert run
    assert named > run
    assert named <= targets


def test_every_setting_is_one() -> None:
    known = {settings.name_of(one) for one in settings.Settings.__dataclass_fields__} | {*settings.OF_THE_ETL}
    of_compose = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text("utf-8")))
    named = set(re.findall(r"\bMONITOR_[A-Z_]*[A-Z]\b", BOTH))
    assert len(named) > 8
    assert named <= known | of_compose


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The metrics as a server that follows an address says them."""
    from dashboard.server import app as server_app
    from tests.hosting.helpers import forget

    monkeypatch.setenv("MONITOR_DATABASE", "https://figures.example.gov.uk/monitor.duckdb")
    monkeypatch.setenv("MONITOR_DATABASE_FOLDER", str(tmp_path))
    forget()
    server_app.remote.cache_clear()
    try:
        return server_app._metrics().decode("utf-8")
    finally:
        monkeypatch.undo()
        forget()
        server_app.remote.cache_clear()


def test_every_number_is_one_and_every_one_is_explained(numbers: str) -> None:
    there = set(re.findall(r"^# TYPE (monitor_\w+)", numbers, re.MULTILINE))
    rows = re.findall(r"^\| (`monitor_.*?) \|", RUNBOOK, re.MULTILINE)
    assert {re.sub(r"_(total|info)$", "", one) for row in rows for one in re.findall(r"`(\w+)`", row)} == there
    # Elsewhere perhaps only how a name begins.
    for one in set(re.findall(r"\bmonitor_[a-z_]*[a-z]", BOTH)):
        whole = re.sub(r"_(total|info|bucket|count|sum)$", "", one)
        assert any(name == whole or name.startswith(f"{whole}_") for name in there), one
    for one in (remote.REFUSED, metrics.ERRORS):
        assert {family.name for family in one.collect()} < there


def test_every_rule_that_refuses_is_in_the_program() -> None:
    program = sources()
    rules = set(re.findall(r"\bE_[A-Z_]+[A-Z]\b", BOTH))
    assert len(rules) >= 4
    for rule in rules:
        assert rule in program, rule


def test_every_event_and_field_that_a_log_is_asked_for_is_written() -> None:
    program = sources() + (DEPLOY / "nginx.conf").read_text("utf-8")
    for event in re.findall(r'\.event=="(\w+)"', RUNBOOK):
        assert re.search(rf'(event|log\.\w+)\(\s*"{event}"|"event":"{event}"', program), event
    asked = " ".join(one for one in COMMANDS if one.startswith("jq"))
    for field in set(re.findall(r"\.(\w+)\b(?!\.log)", asked)) - {"log"}:
        written = field in {"time", "event", "level", "kind", "where"}
        assert written or re.search(rf"\b{field}=|\"{field}\"", program), field


def test_every_address_that_is_asked_is_answered() -> None:
    program = sources()
    for address in set(re.findall(r"127\.0\.0\.1:\d+(/\w+)", RUNBOOK)) - {"/council", "/monitor"}:
        assert f'"{address}"' in program, address


def test_every_service_and_file_that_is_named_is_there() -> None:
    services = set(compose()["services"])
    for line in re.findall(r"`docker compose ([^`]+)`", BOTH):
        named = [word for word in line.split() if word in ("replica-a", "replica-b", "proxy", "etl")]
        assert set(named) <= services
        assert named, line
    for name in re.findall(r"\b(?:cronjob|deployment)/([\w-]+)", BOTH):
        there = [yaml.safe_load(path.read_text("utf-8")) for path in (DEPLOY / "kubernetes").rglob("*.yaml")]
        assert name in {one.get("metadata", {}).get("name") for one in there}, name
    for path in re.findall(r"\]\(([\w./-]+?)(?:#[\w-]+)?\)", BOTH):
        assert (DEPLOY / path).exists(), path


def headings(text: str) -> set[str]:
    """The anchors of a document, as sites of repositories make them."""
    found: list[Any] = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\s-]", "", one.lower()).strip().replace(" ", "-") for one in found}


def test_every_link_leads_to_a_heading() -> None:
    for anchor in re.findall(r"\]\(#([\w-]+)\)", RUNBOOK):
        assert anchor in headings(RUNBOOK), anchor
    for anchor in re.findall(r"\]\(README\.md#([\w-]+)\)", RUNBOOK):
        assert anchor in headings(NOTES), anchor
    for anchor in re.findall(r"\]\(\.\./README\.md#([\w-]+)\)", NOTES):
        assert anchor in headings((ROOT / "README.md").read_text("utf-8")), anchor
