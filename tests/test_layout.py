"""The layout: who may import whom, what lies at the top, and how long a file may be (CONTRIBUTING)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ("dashboard", "etl")
FOLDERS = {"bench", "dashboard", "data", "deploy", "etl", "findings", "tests"}
FILES = {
    "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "pyproject.toml", "requirements.lock",
    "requirements-test.lock",
    "streamlit_app.py",
}  # fmt: skip
LONGEST = 400


@cache
def modules(package: str) -> dict[str, Path]:
    """The modules of a package by their dotted names."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted((ROOT / package).rglob("*.py"))
    }


class WithoutTypes(ast.NodeTransformer):
    """What is imported for its type alone is not there when the program runs."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if ast.unparse(node.test) == "TYPE_CHECKING" else node


def imports(path: Path) -> Iterator[str]:
    """All that a module imports, also inside functions, by full dotted names."""
    for node in ast.walk(WithoutTypes().visit(ast.parse(path.read_text("utf-8")))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            yield from (f"{node.module}.{name.name}" for name in node.names)


@cache
def imported(path: Path, package: str) -> set[str]:
    """The modules of a package that a module imports."""
    known = modules(package)
    found = set()
    for name in imports(path):
        module = name
        while module and module not in known:
            module = module.rpartition(".")[0]
        found |= {module} if module else set()
    return found


def sources(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    return [path for path in found if path.suffix in (".py", ".js", ".css", ".sql") and path.is_file()]


def test_no_page_is_imported() -> None:
    pages = {f"dashboard.pages.{path.stem}" for path in (ROOT / "dashboard" / "pages").glob("[!_]*.py")}
    for name, path in modules("dashboard").items():
        assert not imported(path, "dashboard") & pages, name


def test_the_top_of_the_dashboard_holds_its_rooms_and_main_alone() -> None:
    assert {path.name for path in (ROOT / "dashboard").glob("*.py")} == {"__init__.py", "main.py"}


@pytest.mark.parametrize("package", PRODUCT)
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    graph = {name: imported(path, package) - {name, package} for name, path in modules(package).items()}
    while graph:
        leaves = {name for name, found in graph.items() if not found & graph.keys()}
        assert leaves, f"in a circle: {sorted(graph)}"
        graph = {name: found for name, found in graph.items() if name not in leaves}


def test_every_page_is_in_the_table_of_contents() -> None:
    contents = (ROOT / "dashboard" / "main.py").read_text("utf-8")
    pages = {path.name for path in (ROOT / "dashboard" / "pages").glob("[!_]*.py")}
    assert set(re.findall(r'st\.Page\("pages/(\w+\.py)"', contents)) == pages


def test_the_top_holds_what_a_stranger_expects_and_nothing_else() -> None:
    here = [path for path in ROOT.iterdir() if not path.name.startswith((".", "__"))]
    assert {path.name for path in here if path.is_dir() and not path.name.endswith(".egg-info")} <= FOLDERS
    assert {path.name for path in here if path.is_file()} <= FILES | {"coverage.xml"}


@pytest.mark.parametrize("folder", [*PRODUCT, "data"])
def test_no_file_is_too_long_to_read(folder: str) -> None:
    # What a source's module declares is a table of measures, which is read by the line.
    read_through = [path for path in sources(folder) if path.parent.name != "sources"]
    long = {str(path): len(path.read_text("utf-8").splitlines()) for path in read_through}
    assert {name: lines for name, lines in long.items() if lines > LONGEST} == {}


@pytest.mark.parametrize("package", PRODUCT)
def test_the_first_line_of_every_module_says_what_it_is(package: str) -> None:
    for name, path in modules(package).items():
        words = ast.get_docstring(ast.parse(path.read_text("utf-8")))
        assert words, name
        assert re.search(r"[.:]$", words.splitlines()[0]), name


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    places = re.compile("|".join(f"/{place}/" for place in ("root", "home", "work", "Users")))
    for path in [*sources(*PRODUCT, "data", "tests"), *(ROOT / name for name in FILES)]:
        assert not places.search(path.read_text("utf-8")), path.name


def test_no_style_asks_what_the_whole_page_has() -> None:
    """With `html:has(…)` and `body:has(…)` Chromium works out every style again at each letter that Plotly measures:
    15 seconds for a narrower window, on Compare with all its parts open.
    """
    for path in sorted((ROOT / "dashboard" / "assets").glob("*.css")):
        assert re.findall(r"\b(?:html|body)[^\s,{}]*:has\([^)]*\)", path.read_text("utf-8")) == [], path.name
