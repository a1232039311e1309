"""The locks: an old pip takes them on any later day, and the second holds all of the first."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from itertools import product
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
RUN, TEST, INSTALLER = "requirements.lock", "requirements-test.lock", ".ci/installer.lock"
# Kinds of machine on which a package may ask for another one.
MACHINES = [
    {"sys_platform": system, "platform_system": name, "os_name": kind, "python_version": version,
     "python_full_version": f"{version}.0"}
    for (system, name, kind), version in product(
        (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt")),
        ("3.11", "3.12", "3.13", "3.14"),
    )
]  # fmt: skip


def pins(name: str) -> dict[str, set[str]]:
    """What a lock pins: package -> its extras."""
    lines = re.findall(r"^([\w.-]+)(?:\[([\w,.-]+)\])?==", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    return {canonicalize_name(package): set(extras.split(",")) - {""} for package, extras in lines}


def lines(name: str) -> set[str]:
    """The pins of a lock as they are written, with their markers."""
    return set(re.findall(r"^([\w.\[\],-]+==[^\\\n]+?) ?\\?$", (ROOT / name).read_text("utf-8"), re.MULTILINE))


def extras_that_are_asked_for(found: Distribution, own_extras: set[str]) -> set[tuple[str, str]]:
    """(package, extra) for every requirement with extras of a package, on any kind of machine."""
    asked: set[tuple[str, str]] = set()
    for required in map(Requirement, found.requires or ()):
        environments = [{**machine, "extra": extra} for machine in MACHINES for extra in ("", *own_extras)]
        if not required.marker or any(required.marker.evaluate(one) for one in environments):
            asked |= {(canonicalize_name(required.name), extra) for extra in required.extras}
    return asked


@pytest.mark.parametrize("name", [RUN, TEST])
def test_every_extra_that_a_package_asks_for_is_in_the_pin(name: str) -> None:
    """Without it pip before 23.3 looks for the newest release, finds no pin for that, and stops."""
    found = pins(name)
    missing, looked_at = [], 0
    for package, extras in found.items():
        try:
            installed = distribution(package)
        except PackageNotFoundError:
            continue  # of another kind of machine
        looked_at += 1
        for other, extra in extras_that_are_asked_for(installed, extras):
            if extra not in found.get(other, set()):
                missing.append(f"{package} asks for {other}[{extra}]")
    assert looked_at >= len(found) - 3
    assert missing == []


def test_extras_are_asked_for_at_all() -> None:
    """Else the test above could not fail."""
    assert ("coverage", "toml") in extras_that_are_asked_for(distribution("pytest-cov"), set())
    assert "toml" in pins(TEST)["coverage"]


def test_what_tests_is_what_runs_and_more() -> None:
    assert lines(RUN) < lines(TEST)
    assert len(lines(TEST)) > len(pins(TEST)) > 80


@pytest.mark.parametrize("name", [RUN, TEST, INSTALLER])
def test_a_lock_names_no_address_and_every_pin_has_hashes(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[a-zA-Z])", text)[1:])


def test_the_installer_is_one_package() -> None:
    assert set(pins(INSTALLER)) == {"uv"}
