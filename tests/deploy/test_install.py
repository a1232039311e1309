"""`.ci/install.py`: what it refuses before a download, and that the last environment that worked is kept."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from collections import namedtuple
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSTALL = ROOT / ".ci" / "install.py"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, for a repository that has a lock and nothing else."""
    spec = importlib.util.spec_from_file_location("install", INSTALL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "requirements.lock").write_text("synthetic==1.0 \\\n    --hash=sha256:00\n")
    for name, path in (("ROOT", "."), ("VENV", ".venv"), ("LAST", ".venv.last")):
        monkeypatch.setattr(module, name, tmp_path / path)
    return module


def refusal(install: ModuleType, capsys: pytest.CaptureFixture[str]) -> str:
    """What it says, having touched nothing."""
    assert install.main(["requirements.lock"]) == 2
    assert not (install.ROOT / ".venv").exists()
    return capsys.readouterr().err


def test_an_old_python_is_told_what_is_needed(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    said = refusal(install, capsys)
    assert "Python 3.11 or newer is needed" in said
    assert "make run PYTHON=python3.12" in said


def test_the_oldest_python_that_is_taken_is_the_one_of_the_project(install: ModuleType) -> None:
    assert f'requires-python = ">={install.OLDEST[0]}.{install.OLDEST[1]}"' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_which_package_brings_it(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], module: str
) -> None:
    monkeypatch.setattr(install, "find_spec", lambda name: None if name == module else True)
    assert "apt-get install python3-venv" in refusal(install, capsys)


def test_a_full_disk_is_told_how_much_is_needed(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(9e9, 8.7e9, 0.3e9))
    said = refusal(install, capsys)
    assert "need 2 GB" in said
    assert "0.3 GB are free" in said


def test_an_environment_that_is_ours_and_whole_needs_no_new_python(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packages = install.VENV / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "synthetic").touch()
    (install.VENV / "bin").mkdir()
    (install.VENV / "bin" / "python").symlink_to(sys.executable)
    shutil.copy(install.ROOT / "requirements.lock", install.VENV)
    (install.VENV / "installed.txt").write_text("synthetic")
    monkeypatch.setattr(sys, "version_info", (3, 8, 0))
    assert install.main(["requirements.lock"]) == 0
    assert capsys.readouterr().out == ""

    (packages / "synthetic").unlink()
    assert install.main(["requirements.lock"]) == 2
    said = capsys.readouterr()
    assert "broken: it is made again" in said.out
    assert "Python 3.11 or newer" in said.err
    assert packages.is_dir(), "a refusal leaves even a broken one alone"


def wheel(folder: Path, version: str) -> str:
    """A package with one module, and the line of a lock that pins it."""
    name = f"synthetic-{version}-py3-none-any.whl"
    files = {
        "synthetic.py": f"VERSION = {version!r}\n",
        f"synthetic-{version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: synthetic\nVersion: {version}\n",
        f"synthetic-{version}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')},"
        f"{len(text)}\n"
        for path, text in files.items()
    )
    with zipfile.ZipFile(folder / name, "w") as archive:
        for path, text in {**files, f"synthetic-{version}.dist-info/RECORD": record}.items():
            archive.writestr(path, text)
    return f"synthetic=={version} --hash=sha256:{hashlib.sha256((folder / name).read_bytes()).hexdigest()}\n"


@pytest.mark.drill
def test_an_environment_is_made_and_used_and_kept_when_another_cannot_be_made(tmp_path: Path) -> None:
    """Offline, by pip alone: uv is not to be had, which is said. One story, since each environment takes seconds."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(INSTALL, tmp_path / ".ci")
    (tmp_path / ".ci" / "installer.lock").touch()
    lock = tmp_path / "requirements.lock"
    lock.write_text(wheel(tmp_path, "1.0"))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))},
        "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PIP_CONFIG_FILE": os.devnull,
    }  # fmt: skip

    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(tmp_path / ".ci" / "install.py"), lock.name]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    def version() -> str:
        found = [str(tmp_path / ".venv" / "bin" / "python"), "-c", "import synthetic; print(synthetic.VERSION)"]
        return subprocess.run(found, capture_output=True, text=True, check=True).stdout.strip()

    made = run()
    assert made.returncode == 0, made.stderr
    assert "1 of 3" in made.stdout
    assert "trying with pip" in made.stdout
    assert version() == "1.0"

    again = run()
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")

    lock.write_text(f"synthetic==2.0 --hash=sha256:{'0' * 64}\n")
    failed = run()
    assert failed.returncode == 2
    assert "synthetic==2.0" in failed.stderr, "the package that cannot be had is named"
    assert "still in place" in failed.stderr
    assert version() == "1.0"

    # Killed half way: what was set aside comes back, whatever stands in its place.
    shutil.move(tmp_path / ".venv", tmp_path / ".venv.last")
    (tmp_path / ".venv").mkdir()
    lock.write_text(wheel(tmp_path, "1.0"))
    restored = run()
    assert restored.returncode == 0
    assert "interrupted" in restored.stdout
    assert version() == "1.0"
