"""Fifty hostile addresses on every page through its WebSocket: no failure, no trace, no path and no secret is heard."""

from __future__ import annotations

import pytest

from tests.hosting.running import LOCAL, Client, Running
from tests.security import websocket_messages
from tests.security.conftest import SECRETS, Names
from tests.security.helpers import CHOICES, PAGES, heard_of_the_machine
from tests.security.payloads import PAYLOADS

# Each is written under several names of choices at once, so that every page meets it in some it knows.
VALUES = (
    *PAYLOADS,
    "'; DROP TABLE observation; --", "' OR '1'='1", "1; ATTACH '/etc/passwd' AS x", "read_csv('/etc/passwd')",
    "../../../../etc/passwd", "..\\..\\windows\\win.ini", f"{LOCAL}etc/passwd", "\\\\host\\share",
    "{{7*7}}${7*7}#{7*7}",
    "{0.__class__.__mro__}", "%s%s%s%n%x", "$(id)`id`|id", "\x00\x01\x02\x7f", "\u202e\u2066\u200b\ufeff",
    "\ud7ff\ue000\U0010ffff", "🧭" * 50, "L" * 20_000, "[" * 5_000, "(" * 5_000, "a" * 4_000 + "!",
    "\r\nSet-Cookie: x=1\r\n\r\n", "nan", "-inf",
    "1e400", "-1", "9" * 400, "0x1F", "１４", "null", "None", "undefined", "[object Object]",
    "__import__('os').environ",
    "__proto__", "constructor", "true", "", " ", "Leeds", "Leeds\u0000", "E08000035", "2025-09-31",
)  # fmt: skip


def queries(names: Names, *, every: bool) -> list[dict[str, str]]:
    """The hostile addresses, then good choices beside one that is not.

    Each address holds all values, under other names each time; with `every` each value has an address of its own, and
    is under every name of it.
    """
    short = [value for value in VALUES if len(value) < 200]
    mixed = [
        {name: short[(place + turn) % len(short)] for place, name in enumerate(CHOICES)}
        for turn in range(0, len(short), 4)
    ]
    one_in_all = [dict.fromkeys(CHOICES, value) for value in short] if every else mixed
    long = [{"la": value, "q": value, "councils": value, "metric": value} for value in VALUES if len(value) >= 200]
    good = {"la": names.council, "metric": names.measure}
    return [
        *one_in_all,
        *long,
        good | {"period": "1066"},
        good | {"benchmark": "A target", "target": "1e309"},
        good | {"benchmark": "My group", "group": names.council},
        good | {"$$ID-x-la": "1", "$$STREAMLIT_INTERNAL_KEY_x": "1", "$$ID-x-None": "1", "own_figures": "1"},
        good | {"unknown": "x" * 1000, "__class__": "1", "la[]": names.council, "": ""},
    ]


def test_there_are_fifty(names: Names) -> None:
    asked = queries(names, every=True)
    assert len(asked) >= 50
    assert len({str(one) for one in asked}) == len(asked)


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.drill)])
@pytest.mark.parametrize("page", PAGES)
def test_no_address_makes_a_page_fail_or_tell(server: Running, names: Names, page: str, *, every: bool) -> None:
    with Client(server) as reader:
        for query in queries(names, every=every):
            said = websocket_messages.ask(reader, page, query)
            assert websocket_messages.failures(reader.messages, said) == [], query
        assert heard_of_the_machine(reader.heard) == []


def test_a_page_that_is_none_is_not_run(server: Running) -> None:
    with Client(server) as reader:
        for page in ("nothing", "../main", "pages/map.py", "/etc/passwd", "council/../map", "\x00", "x" * 5000, "MAP"):
            said = websocket_messages.ask(reader, page, {"la": "Leeds"})
            assert websocket_messages.failures(reader.messages, said) == [], page
        assert heard_of_the_machine(reader.heard) == []


def test_the_log_names_no_page_that_is_none_and_nothing_that_was_typed(server: Running) -> None:
    """Run after the others: what they typed is not there."""
    with Client(server) as reader:
        reader.run("typed-by-a-reader", la="Wherever-upon-Nowhere")
        reader.run("map", la="Wherever-upon-Nowhere")
    said = server.log.read_text("utf-8")
    assert not [one for one in ("Wherever", "typed-by-a-reader", "DROP TABLE", *SECRETS.values()) if one in said]
    server.lines()
