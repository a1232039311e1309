"""Where briefings are, and what their files are called: known to pages that only lead to them."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from dashboard.analysis.benchmarks import DEFAULT, Benchmark
from dashboard.analysis.benchmarks.rules import Group

BASE = "/briefings"
# The forms of a briefing by how a file's name ends, in the words of a link.
FORMS = {"pdf": "PDF", "docx": "Word", "html": "page to print"}


def address(area_id: str, form: str, benchmark: Benchmark | None = None, version: str | None = None) -> str:
    """The address of a briefing: of the newest figures, or of a data version that is kept.

    A target, which is of one measure, is left out: on paper it is the best quarter in England then.
    """
    asked = {}
    if benchmark is not None and benchmark.asks is None and benchmark.id != DEFAULT:
        asked["benchmark"] = benchmark.id
    if benchmark is not None and isinstance(benchmark.rule, Group) and benchmark.rule.area_ids:
        asked |= {"benchmark": benchmark.id, "group": ",".join(benchmark.rule.area_ids)}
    if version:
        asked["version"] = version
    return f"{BASE}/{area_id}.{form}" + (f"?{urlencode(asked, safe=',')}" if asked else "")


def file_name(area_id: str, name: str, form: str) -> str:
    """What a briefing is saved as: "briefing-383-leeds.pdf"."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"briefing-{area_id.lower()}-{slug}.{form}"
