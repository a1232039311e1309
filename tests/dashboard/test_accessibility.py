"""The statement on accessibility, held to what it says; and words of help on every page, in plain English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from importlib.metadata import version
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.ops.settings import settings
from dashboard.views.tables import accessibility as parts
from dashboard.views.text import accessibility as said
from dashboard.views.text.accessibility import Limit
from dashboard.views.text.help import HELP, how_to_read
from tests.dashboard.helpers import PAGES, html, opened

pytestmark = pytest.mark.usefixtures("served")
FILES = {path.stem for path in (Path(__file__).resolve().parents[2] / "dashboard" / "pages").glob("[!_]*.py")}
LONGEST = 25  # words of a sentence; GOV.UK asks to split longer ones


@pytest.fixture
def contact(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Settings that are read anew."""
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


def words(app: AppTest) -> str:
    """A page as it is read."""
    return unescape(re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", html(app))))


def test_every_page_has_words_of_help_in_short_sentences() -> None:
    assert set(HELP) == FILES
    for page, lines in HELP.items():
        for line in lines:
            assert line.endswith("."), page
            for sentence in re.split(r"(?<=[.!?]) ", line):
                assert len(sentence.split()) <= LONGEST, sentence


@pytest.mark.parametrize("page", PAGES)
def test_the_words_stand_at_the_head_of_their_page(page: str) -> None:
    body = html(opened(page, la="Leeds"))
    (found,) = re.findall(r'<details class="help">(.*?)</details>', body, re.DOTALL)
    listed = [unescape(line) for line in re.findall("<li>(.*?)</li>", found)]
    assert listed[:-1] == list(how_to_read(Path(PAGES[page]).stem))
    assert 'href="/methods"' in listed[-1]


@pytest.mark.parametrize("page", PAGES)
def test_the_statement_is_linked_at_the_foot_of_every_page(page: str) -> None:
    (foot,) = re.findall(r'<footer class="foot">.*?</footer>', html(opened(page)), re.DOTALL)
    assert '<a data-choose href="/accessibility">Accessibility statement</a>' in foot


def test_the_statement_has_the_parts_it_must_have_by_law() -> None:
    app = opened("Accessibility")
    assert not app.exception
    assert [header.value for header in app.header] == [
        "How it works for you", "What does not work yet", "Tell us", "If you are not happy with the answer",
        "Compliance", "How it was tested",
    ]  # fmt: skip
    read = words(app)
    for part in (
        "Partially compliant with Web Content Accessibility Guidelines (WCAG) 2.2, level AA", said.REGULATIONS,
        "Equality and Human Rights Commission", "Equality Advisory and Support Service", "disproportionate burden",
        f"prepared on {said.PREPARED:%-d %B %Y}", f"last tested on {said.TESTED:%-d %B %Y}",
        f"reviewed by {said.REVIEW:%-d %B %Y}", said.NOT_TESTED,
    ):  # fmt: skip
        assert part in read, part


def test_each_limit_says_what_why_and_what_to_do() -> None:
    table = parts.limits(said.LIMITS)
    for one in said.LIMITS:
        assert one.what in unescape(table)
        assert all((one.what, one.why, one.instead))
        assert not one.issue or re.fullmatch(r"https://github\.com/[\w.]+/[\w.]+/issues/\d+", one.issue)
        assert not one.criterion or re.fullmatch(r"\d\.\d\.\d+ .+ \((A|AA)\)", one.criterion)


def test_the_status_follows_from_what_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said.status() == "Partially compliant"
    assert "in 2 places it does not yet" in said.opening()
    known = Limit("Known, and allowed.", "", "Why.", "What to do.")
    monkeypatch.setattr(said, "LIMITS", (known,))
    assert said.status() == "Fully compliant"
    assert said.opening().endswith("as far as it was tested.")
    monkeypatch.setattr(said, "LIMITS", (known, Limit("Fails.", "2.1.1 Keyboard (A)", "Why.", "What to do.")))
    assert "in one place it does not yet" in said.opening()


def test_its_dates_follow_each_other_and_it_is_reviewed_within_a_year() -> None:
    assert said.TESTED <= said.PREPARED < said.REVIEW <= said.PREPARED + timedelta(days=366)


def test_the_streamlit_it_was_tested_with_is_the_one_that_runs() -> None:
    """Whoever raises it tests anew, by keyboard and eye too, and dates the statement."""
    assert version("streamlit").startswith(f"{said.STREAMLIT}.")


@pytest.mark.parametrize(
    ("value", "link"),
    [("help@example.org", "mailto:help@example.org"), ("https://example.org/help", "https://example.org/help")],
)
def test_whom_to_write_to_is_named_where_it_is_set(contact: pytest.MonkeyPatch, value: str, link: str) -> None:
    contact.setenv("MONITOR_CONTACT", value)
    app = opened("Accessibility")
    assert f'<a href="{link}">{value}</a>' in html(app)
    assert said.NO_CONTACT not in words(app)


def test_that_nobody_is_set_is_said_plainly(contact: pytest.MonkeyPatch) -> None:
    contact.delenv("MONITOR_CONTACT", raising=False)
    app = opened("Accessibility")
    assert said.NO_CONTACT in words(app)
    assert "mailto:" not in html(app)
