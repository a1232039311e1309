"""Where the files lie that are deployed, and what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"


def text(name: str) -> str:
    """A file of deploy/."""
    return (DEPLOY / name).read_text("utf-8")


def compose() -> dict[str, Any]:
    """The services of one machine."""
    return dict(yaml.safe_load(text("compose.yaml")))
