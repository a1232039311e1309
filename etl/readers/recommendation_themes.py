"""What recommendations are about: words to look for in them, chosen from those of 2025 and 2026.

A theme is found where one of its words begins a word of the recommendation, in any case: "pathway plan" finds "pathway
planning". A recommendation may have several themes, or none. Themes are counted, never scored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import polars as pl

THEME = pl.Schema(
    [("theme", pl.String()), ("position", pl.Int64()), ("looks_for", pl.String()), ("leaves_out", pl.String())]
)
OF_RECOMMENDATION = pl.Schema([("inspection_id", pl.String()), ("position", pl.Int64()), ("theme", pl.String())])


@dataclass(frozen=True)
class Theme:
    """A name, the words that say it, and longer words in which these do not count."""

    name: str
    looks_for: tuple[str, ...]
    leaves_out: tuple[str, ...] = ()

    def is_in(self, words: str) -> bool:
        """Whether a recommendation is about it."""
        text = words.replace("’", "'")
        if self.leaves_out:
            text = _begins(self.leaves_out).sub(" ", text)
        return bool(self._pattern.search(text))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return _begins(self.looks_for)


def _begins(texts: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(re.escape(text) for text in texts)})", re.IGNORECASE)


# In the order of an inspection report: help and protection, children in care, care leavers, leaders.
THEMES = (
    Theme(
        "Front door and strategy discussions",
        (
            "front door",
            "contacts and referrals",
            "quality of contacts",
            "threshold",
            "strategy discussion",
            "strategy meeting",
            "strategy/multi-agency",
            "screening",
            "safeguarding hub",
            "MASSH",
            "emergency duty",
            "out-of-hours",
            "police protection",
        ),
    ),
    Theme("Early help", ("early help",)),
    Theme("Assessments", ("assess",)),
    Theme(
        "Plans and safety planning",
        ("plan", "contingency"),
        (
            "pathway plan",
            "permanence plan",
            "permanency plan",
            "transition plan",
            "strategic plan",
            "family network plan",
            "personal education plan",
            "long-term planning",
        ),
    ),
    Theme(
        "Risk of harm",
        (
            "harm",
            "identification of risk",
            "identification of, and response to, risk",
            "response to risk",
            "risks to",
            "assessment of risk",
            "risk assessment",
            "address risk",
        ),
    ),
    Theme("Neglect", ("neglect",)),
    Theme("Domestic abuse", ("domestic abuse",)),
    Theme(
        "Going missing and exploitation",
        ("missing", "exploitation", "extra-familial", "return home interview"),
        ("missing education",),
    ),
    Theme("Homeless 16- and 17-year-olds", ("homeless",), ("those facing homelessness",)),
    Theme("Disabled children", ("disabled", "complex needs")),
    Theme("Young carers", ("young carer",)),
    Theme("Private fostering", ("privately fostered", "private fostering")),
    Theme(
        "Pre-proceedings and court",
        ("pre-proceeding", "before proceedings", "public law outline", "care proceedings", "supervision order"),
    ),
    Theme("Family networks and kinship", ("family network", "wider family", "kinship", "extended family")),
    Theme("Allegations (designated officer)", ("designated officer",)),
    Theme(
        "Permanence and stability",
        ("permanen", "stability of care", "achieving stability", "multiple moves"),
    ),
    Theme(
        "Homes and accommodation",
        ("homes", "accommodation", "housing"),
    ),
    Theme("Direct work and life-story work", ("direct work", "life-story", "visit")),
    Theme("Care leavers", ("care leaver", "care-experienced", "leaving care", "personal advis", "workloads of PAs")),
    Theme("Pathway plans", ("pathway plan",)),
    Theme("Health", ("health", "emotional well-being")),
    Theme("Education, training and employment", ("education", "employment", "virtual school")),
    Theme(
        "Identity and participation",
        (
            "participation",
            "views",
            "voice",
            "corporate parenting",
            "heritage",
            "identity",
            "culture",
        ),
    ),
    Theme("Leadership", ("leader",)),
    Theme(
        "Management oversight",
        ("oversight", "management decision", "management grip", "scrutiny", "scrutinised", "recording by managers"),
    ),
    Theme("Supervision", ("supervision",), ("supervision order",)),
    Theme(
        "Reviewing officers and conference chairs",
        ("reviewing officer", "IROs", "conference chair", "child protection chair", "escalation"),
    ),
    Theme(
        "Caseloads and staffing",
        ("caseload", "workload", "staffing", "capacity to lead", "leadership capacity", "mandatory training"),
    ),
    Theme("Records", ("record",)),
    Theme("Quality assurance and performance", ("quality assurance", "audit", "performance", "used by leaders")),
    Theme("Work with other agencies", ("multi-agency", "agencies", "partner")),
)


def themes() -> pl.DataFrame:
    """THEME rows: every theme, with the words it is found by."""
    rows = [
        (theme.name, position, "; ".join(theme.looks_for), "; ".join(theme.leaves_out) or None)
        for position, theme in enumerate(THEMES, start=1)
    ]
    return pl.DataFrame(rows, schema=THEME, orient="row")


def find_themes(recommendation: pl.DataFrame) -> pl.DataFrame:
    """OF_RECOMMENDATION rows: what each recommendation (inspection_id, position, words) is about."""
    rows = [
        (inspection_id, position, theme.name)
        for inspection_id, position, words in recommendation.select("inspection_id", "position", "words").iter_rows()
        for theme in THEMES
        if theme.is_in(words)
    ]
    return pl.DataFrame(rows, schema=OF_RECOMMENDATION, orient="row")
