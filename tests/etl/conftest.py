"""The commands of the ETL run in this process, the areas, and data folders that a test may change."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import typer.main

from etl import areas
from etl.__main__ import app, main
from etl.areas import Areas
from etl.build import builder
from tests.etl.helpers import LAST_GOOD, Command, Ran, copied_data, few_sources

# Made once: to make all commands takes longer than what most of these tests run.
COMMANDS = typer.main.get_command(app)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """`command("build", "--data", folder)` is `python -m etl build --data <folder>`, without a process of its own."""
    monkeypatch.setattr(typer.main, "get_command", lambda _app: COMMANDS)

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["etl", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        status = ended.value.code
        return Ran(status if isinstance(status, int) else int(status is not None), said.out, said.err)

    return run


@pytest.fixture(scope="session")
def known_areas() -> Areas:
    """The authorities, regions and England of the committed reference files."""
    return areas.read(builder.DATA)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the committed data folder, with a last good database."""
    folder = copied_data(tmp_path / "data")
    (folder / builder.DATABASE).write_bytes(LAST_GOOD)
    return folder


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds of this test read the few sources that are quick to build."""
    monkeypatch.setattr(builder, "all_sources", few_sources)
