"""README's lines on a bare Debian: its own Python and pip, and of this machine only where packages come from.

As root, since a root folder of another system is made and entered. And for the machines we have none of: every locked
package has a file for them.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.drills.container import OF_THE_MACHINE
from tests.hosting.running import ROOT, free_port

pytestmark = [pytest.mark.drill]
RELEASES = ("bookworm", "trixie")
README = (ROOT / "README.md").read_text("utf-8")
# Where packages come from, if this machine does not ask the usual places itself.
WAYS = ("etc/resolv.conf", "etc/ssl/certs/ca-certificates.crt", "etc/xdg/pip", "etc/pip.conf", "opt/pypi", "opt/wheels")
PATIENCE = 900
PLATFORMS = [
    ("x86_64-manylinux_2_28", ""), ("aarch64-manylinux_2_28", ""), ("aarch64-apple-darwin", "14.0"),
    ("x86_64-apple-darwin", "15.0"), ("x86_64-pc-windows-msvc", ""),
]  # fmt: skip


@dataclass
class Machine:
    """A root folder with a system in it, and the product at /srv/monitor."""

    root: Path

    def start(self, command: str, **environment: str) -> subprocess.Popen[str]:
        """A command as root of that machine, with its own processes and devices; its output in one stream."""
        enter = (
            f"mount -t proc proc {self.root}/proc && mount --rbind /dev {self.root}/dev && "
            f'exec chroot {self.root} /bin/sh -c "cd /srv && cd monitor 2>/dev/null; $COMMAND"'
        )
        passed = {name: value for name, value in os.environ.items() if OF_THE_MACHINE.fullmatch(name)}
        settings = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8", "CI": "true"}
        return subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "/bin/sh", "-c", enter],
            env={**passed, **settings, "DEBIAN_FRONTEND": "noninteractive", **environment, "COMMAND": command},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip

    def run(self, command: str) -> tuple[int, str]:
        """Exit status and output."""
        process = self.start(command)
        said, _ = process.communicate()
        return process.returncode, said


@pytest.fixture(scope="module", params=RELEASES)
def bare(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A Debian with nothing but its essential packages and its list of certificates, and a clone of this repository."""
    if os.geteuid() != 0 or shutil.which("mmdebstrap") is None:
        pytest.skip("A bare Debian is made by root with mmdebstrap, which `make drill` installs where it may.")
    root = tmp_path_factory.mktemp("bare") / request.param
    made = subprocess.run(
        ["mmdebstrap", "--variant=minbase", "--include=ca-certificates", request.param, str(root)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode != 0:
        pytest.skip(f"Debian's packages cannot be had here: {made.stderr.strip()[-300:]}")
    for name in WAYS:
        if Path("/", name).exists():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if Path("/", name).is_dir() else shutil.copyfile)(Path("/", name), root / name)
    # What Debian's installer writes, and no package brings.
    (root / "etc" / "hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(root / "srv" / "monitor")], check=True)
    yield Machine(root)
    shutil.rmtree(root, ignore_errors=True)


def line_of_readme(pattern: str) -> str:
    """The one line of README's blocks of commands that begins so."""
    (found,) = re.findall(rf"^({pattern}[^#\n]*?) *(?:#.*)?$", README, re.MULTILINE)
    return str(found)


def test_the_lines_of_the_readme_install_serve_and_test(bare: Machine) -> None:
    """In order: a word where a part of Python is missing, what README says brings it, `make run` twice, `make test`."""
    status, said = bare.run("apt-get update && apt-get install -y --no-install-recommends make python3")
    assert status == 0, said
    status, said = bare.run("make run")
    assert status != 0
    assert "apt-get install python3-venv" in said
    status, said = bare.run(line_of_readme("apt-get install"))
    assert status == 0, said

    said = serve(bare)
    assert "Installing" in said
    assert "observations, data version" in said
    said = serve(bare)
    assert "Installing" not in said
    assert "observations" not in said

    status, said = bare.run("make test")
    assert status == 0, said[-3000:]
    assert re.search(r"\d{3,} passed", said)


def serve(bare: Machine) -> str:
    """Run `make run` until a page and a council's are answered: what it said meanwhile."""
    port, end = free_port(), time.monotonic() + PATIENCE
    process = bare.start(line_of_readme("make run"), STREAMLIT_SERVER_PORT=str(port))
    assert process.stdout is not None
    try:
        while not answers(port, "/readyz"):
            assert process.poll() is None, process.stdout.read()
            assert time.monotonic() < end
            time.sleep(0.2)
        assert answers(port, "/")
        assert answers(port, "/council?la=Leeds")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return process.stdout.read()


def answers(port: int, path: str) -> bool:
    """Whether an address is answered with 200."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize(("platform", "system"), PLATFORMS)
def test_every_locked_package_has_a_file_for(platform: str, system: str, version: str, tmp_path: Path) -> None:
    """README names these machines as covered."""
    command = [sys.executable, "-m", "uv", "pip", "install", "--dry-run", "--require-hashes", "--only-binary", ":all:"]
    command += ["--target", str(tmp_path), "--python-platform", platform, "--python-version", version]
    found = subprocess.run(
        [*command, "-r", str(ROOT / "requirements-test.lock")], capture_output=True, text=True, check=False,
        env={**os.environ, **({"MACOSX_DEPLOYMENT_TARGET": system} if system else {})},
    )  # fmt: skip
    if "error sending request" in found.stderr or "No module named uv" in found.stderr:
        pytest.skip(f"The packages cannot be looked up here: {found.stderr.strip()[-200:]}")
    assert found.returncode == 0, found.stderr
