"""The commands of the ETL run in this process, and the areas."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from etl import areas, build
from etl.__main__ import main
from etl.areas import Areas


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    status: int
    out: str
    err: str


Command = Callable[..., Ran]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """`command("build", "--data", folder)` is `python -m etl build --data <folder>`, without a process of its own."""

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
    return areas.read(build.DATA)
