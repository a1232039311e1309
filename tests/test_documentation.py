"""The words for people who come here: what they name is there, and what they show runs."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest

from etl.sources import all_sources

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/DECISIONS.md", "data/GLOSSARY.md", "tests/README.md")


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_that_is_named_is_there(name: str) -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", text(name))
    quoted = re.findall(r"`((?:dashboard|etl|data|tests|bench|\.ci)/[\w./]*\w/?)`", text(name))
    built = {"data/monitor.duckdb"}
    for one in {*linked, *quoted} - built:
        assert (ROOT / one).exists(), one


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_target_that_is_named_is_in_the_makefile(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+)", text(name))) <= {(one, "") for one in targets} | {
        ("", one) for one in targets
    }


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_of_the_etl_that_is_named_is_one(name: str) -> None:
    commands = set(re.findall(r"^def (\w+)\(", text("etl/__main__.py"), re.MULTILINE))
    for one in re.findall(r"`python -m etl (\w+)", text(name)):
        assert one in commands, one


def test_the_question_to_the_database_in_the_readme_is_answered(database: duckdb.DuckDBPyConnection) -> None:
    (question,) = re.findall(r"\.sql\('''(.*?)'''\)", text("README.md"), re.DOTALL)
    assert len(database.execute(question).fetchall()) > 140


def test_addresses_in_the_readme_name_councils_and_measures_that_are_there(
    database: duckdb.DuckDBPyConnection,
) -> None:
    titles = {title for (title,) in database.execute("FROM metric SELECT title").fetchall()}
    names = {name for (name,) in database.execute("FROM area SELECT name").fetchall()}
    addresses = re.findall(r"`(/\w*\?[^`]+)`", text("README.md"))
    assert addresses
    for address in addresses:
        query = parse_qs(urlsplit(address).query)
        assert set(query.get("metric", [])) <= titles, address
        assert set(query.get("la", [])) <= names, address


def test_every_source_that_is_loaded_is_named_in_the_readme_with_its_page(
    database: duckdb.DuckDBPyConnection,
) -> None:
    words = text("README.md")
    for title, publisher, page in database.execute("FROM source SELECT title, publisher, page").fetchall():
        assert publisher in words, title
        assert page in words, title


def test_every_table_of_the_contract_says_what_it_is(database: duckdb.DuckDBPyConnection) -> None:
    silent = "FROM duckdb_tables() SELECT table_name WHERE comment IS NULL"
    assert database.execute(silent).fetchall() == []


def test_every_source_says_where_it_is_from() -> None:
    for source in all_sources():
        assert source.title
        assert source.publisher


def test_the_changelog_is_for_readers_and_has_this_version() -> None:
    (version,) = re.findall(r'^version = "([^"]+)"', text("pyproject.toml"), re.MULTILINE)
    assert f"## {version}" in text("CHANGELOG.md")
