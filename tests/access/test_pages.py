"""Every page, in all its views: no rule of WCAG 2.2 AA is broken that a program can hold."""

from __future__ import annotations

import pytest

from tests.access.conftest import Seen

TITLES = pytest.StashKey[dict[str, Seen]]()

pytest.importorskip("playwright", reason="Playwright is not installed: looking needs `pip install playwright`.")


def test_axe_finds_nothing_wrong(seen: Seen) -> None:
    assert seen.views >= 3
    assert seen.runs >= 2
    assert seen.wrong["axe"] == []


def test_every_page_has_a_title_of_its_own(seen: Seen, request: pytest.FixtureRequest) -> None:
    """So that tabs and steps back are told apart."""
    known = request.session.stash.setdefault(TITLES, {})
    assert seen.title
    assert known.setdefault(seen.title, seen) is seen


def test_every_picture_has_a_name_and_its_table_after_it(seen: Seen) -> None:
    assert seen.wrong["pictures"] == []


def test_words_in_pictures_stand_out_from_what_is_behind_them(seen: Seen) -> None:
    assert seen.wrong["words"] == []


def test_marks_and_councils_stand_out_from_the_page_by_their_colour_or_their_edge(seen: Seen) -> None:
    assert seen.wrong["marks"] == []
    assert seen.wrong["areas"] == []


def test_nothing_is_wider_than_the_screen_and_what_scrolls_is_reached_by_keyboard(seen: Seen) -> None:
    assert seen.wrong["sideways"] == []


def test_text_set_further_apart_loses_nothing(seen: Seen) -> None:
    assert seen.wrong["spaced"] == [], seen.wrong["spaced"]


def test_headings_are_one_title_and_what_is_below_it(seen: Seen) -> None:
    assert seen.wrong["headings"] == []


def test_the_policy_refuses_nothing_and_nothing_is_fetched_elsewhere(seen: Seen) -> None:
    assert seen.refused == []
    assert len(seen.asked) > seen.views
    assert [one for one in seen.asked if not one.startswith((f"{seen.server}/", "data:"))] == []


def test_nothing_moves_for_readers_who_asked_for_less_motion(seen: Seen) -> None:
    assert seen.wrong["moving"] == []
