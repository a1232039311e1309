"""Journeys in a browser; the readers who make them, and their server, are those of tests/readers.py."""

from __future__ import annotations

from pathlib import Path

import pytest

collect_ignore = ["counting_app.py", "screenshots.py"]  # scripts: one is a server, one needs a browser to be read


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All in this folder is a browser test."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
