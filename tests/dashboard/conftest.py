"""The real database as the dashboard holds it in memory, and the pages as scripts run over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager

from dashboard.data.database import Database
from tests import operator_files
from tests.dashboard.helpers import serving, store_of


@pytest.fixture(scope="session")
def db(database_path: Path) -> Database:
    """The real figures, which the pages read too."""
    return store_of(database_path).current()


@pytest.fixture(scope="session")
def operator_database_path(database_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real database with the synthetic register and commitments."""
    return operator_files.database(database_path, tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="session")
def filled(operator_database_path: Path) -> Database:
    """Its figures."""
    return store_of(operator_database_path).current()


@pytest.fixture(scope="module")
def served(database_path: Path) -> Iterator[None]:
    """The pages read the real database, and AppTest runs main.py for each of them."""
    before = PagesManager.__init__

    def without_the_old_rule(self: PagesManager, *arguments: Any, **named: Any) -> None:
        # AppTest takes dashboard/pages for that of Streamlit's first multipage apps, as the server did until
        # streamlit_app.py told it; it would run a page alone.
        before(self, *arguments, **named)
        PagesManager.uses_pages_directory = False

    with pytest.MonkeyPatch.context() as patch, serving(database_path):
        patch.setattr(PagesManager, "__init__", without_the_old_rule)
        # Each new AppTest reads the metadata of every installed package for components; ours are declared in code.
        patch.setattr(manifest_scanner, "scan_component_manifests", list)
        yield


@pytest.fixture
def with_rows(served: None, operator_database_path: Path) -> Iterator[None]:
    """The pages read the real database with the synthetic register and commitments."""
    with serving(operator_database_path):
        yield
