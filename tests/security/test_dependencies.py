"""What we depend on: pinned with hashes, beyond the holes that are known, of a known age; and how it is audited."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.hosting.running import ROOT
from tests.security import ages

LOCKS = ("requirements.lock", "requirements-test.lock")
# Known holes of what stands at the door, and the version that mends each.
MENDED = {
    "streamlit": ((1, 54, 0), "CVE-2026-33682: asks another server on Windows, by the name of a file"),
    "starlette": ((1, 1, 0), "CVE-2026-48818: of the same kind"),
    "h11": ((0, 16, 0), "CVE-2025-43859: two readings of one request"),
}
LOCK = """
lock-version = "1.0"
[[packages]]
name = "young"
version = "2.0"
wheels = [{ name = "young-2.0-py3-none-any.whl", upload-time = 2026-11-01T10:00:00Z, hashes = {} }]
sdist = { name = "young-2.0.tar.gz", upload-time = 2026-11-02T00:30:00+02:00, hashes = {} }
[[packages]]
name = "of-no-date"
version = "1.0"
wheels = [{ name = "of_no_date-1.0-py3-none-any.whl", hashes = {} }]
[[packages]]
name = "old"
version = "0.1"
sdist = { name = "old-0.1.tar.gz", upload-time = 2020-01-01T00:00:00Z, hashes = {} }
"""


def locked(name: str) -> dict[str, str]:
    """What a lock file pins, by name."""
    return dict(re.findall(r"^([\w.-]+(?:\[[\w,]+\])?)==([^\s;\\]+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_to_files_with_known_hashes_and_to_no_address(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    entries = [one for one in re.split(r"^(?=\S+==)", text, flags=re.MULTILINE) if "==" in one.partition("\n")[0]]
    assert len(locked(name)) > 40
    assert len(entries) >= len(locked(name))
    assert [one[:40] for one in entries if "--hash=sha256:" not in one] == []
    assert not re.search(r"https?://|git\+|--trusted-host|^-e ", text, re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
@pytest.mark.parametrize("package", MENDED)
def test_known_holes_are_mended(name: str, package: str) -> None:
    least, why = MENDED[package]
    version = tuple(int(part) for part in re.findall(r"\d+", locked(name)[package])[:3])
    assert version >= least, why


def test_ages_are_told_oldest_first_and_what_is_not_known_is_said() -> None:
    lines = ages.report(ages.read(LOCK), date(2026, 11, 22))
    assert [line.split()[0] for line in lines] == ["old", "young", "of-no-date", "3"]
    assert lines[0].endswith("2020-01-01  2,517 days  old")
    assert lines[1].endswith("2026-11-01     21 days")
    assert lines[2].endswith("release date not known")
    assert lines[3] == "3 packages: half of them younger than 2,517 days, 1 older than 2 years, 1 without a date."


def test_an_audit_tells_the_ages_and_fails_where_nothing_could_be_learnt() -> None:
    recipe = (ROOT / "Makefile").read_text("utf-8").partition("\naudit:")[2].partition("\n\n")[0]
    assert "pip-audit --strict -r requirements-test.lock --require-hashes" in recipe
    assert "-c requirements-test.lock" in recipe
    assert "tests.security.ages" in recipe
