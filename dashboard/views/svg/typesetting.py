"""Typst, as briefings and pictures are set: in the letters that come with us, and remembering nothing."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import typst

from dashboard.views.svg.text import FONTS

EMPTY = Path(__file__).parent / "empty.typ"
# The compiler remembers some fifty megabytes of each briefing, and eight of each picture, until it has set so many
# others, by when a server would hold half a gigabyte of them: so many empty pages, a millisecond each, make it forget.
FORGETS_AFTER = 10


class Typesetter:
    """The templates of a folder. A compiler sets one thing at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._compilers: dict[Path, typst.Compiler] = {}
        self._lock = threading.Lock()

    def compile(self, template: str, **options: Any) -> bytes | list[bytes]:
        """What a template makes, by the options of typst.Compiler.compile; a list where pictures are several."""
        with self._lock:
            made = self._compiler(self._folder / template).compile(**options)
            for _ in range(FORGETS_AFTER):
                self._compiler(EMPTY).compile(format="pdf")
        assert made is not None
        return made

    def _compiler(self, template: Path) -> typst.Compiler:
        if template not in self._compilers:
            self._compilers[template] = typst.Compiler(
                template, root=template.parent, font_paths=[FONTS], ignore_system_fonts=True
            )
        return self._compilers[template]
