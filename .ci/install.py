"""Make .venv, the environment of Python packages that a lock file names. Needs nothing but Python itself.

    python3 .ci/install.py requirements.lock [--pip VERSION]

A .venv that already has them is used as it is. Otherwise a new one takes its place only once it is whole: whatever
fails, the last one that worked is back. uv installs (its version and hash are in .ci/installer.lock); where uv cannot,
pip does, which takes ten times as long. `--pip VERSION` installs by that version of pip alone.

Kept readable by Python 3.6, so that an old one can be told what is needed.
"""

import os
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parents[1]
VENV, LAST = ROOT / ".venv", ROOT / ".venv.last"
# Written last, so that an environment without it is half made: what site-packages held.
WHOLE = "installed.txt"
INSTALLER = ROOT / ".ci" / "installer.lock"
# The packages need 1.4 GB where pip installs them, and as much again while they are unpacked.
NEEDED_GB = 2.0
# How often a step that prints nothing says that it goes on.
SAY_SECONDS = 10


class SetupError(Exception):
    """What stopped the installation, and what to do."""


def main(arguments: "list[str]") -> int:
    """Install what the lock names; the exit status."""
    lock = ROOT / arguments[0]
    pip = arguments[2] if arguments[1:2] == ["--pip"] else None
    _restore_last()
    if _has(lock):
        return 0
    try:
        _refuse()
        _install(lock, pip)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130
    return 0


def _restore_last() -> None:
    """Put back the environment that an installation set aside when it was killed before it ended."""
    if LAST.is_dir():
        print("The last installation was interrupted: the environment before it is used again.")
        shutil.rmtree(VENV, ignore_errors=True)
        LAST.rename(VENV)


def _has(lock: Path) -> bool:
    """Whether .venv runs, and holds every package of this very lock."""
    if not VENV.exists():
        return False
    copy, whole = VENV / lock.name, VENV / WHOLE
    if not whole.exists():
        print("The environment in .venv is half made or not ours: it is made again.")
    elif not copy.exists() or copy.read_bytes() != lock.read_bytes():
        print(f"The environment in .venv is not that of {lock.name}: it is made again.")
    elif not _runs() or not set(whole.read_text("utf-8").splitlines()) <= set(_packages()):
        print("The environment in .venv is broken: it is made again.")
    else:
        return True
    return False


def _python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _runs() -> bool:
    """Whether the environment's Python starts: it does not once the Python it was made with is gone."""
    try:
        return subprocess.run([str(_python()), "-I", "-c", ""], stderr=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False


def _packages() -> "list[str]":
    """What lies in the environment's site-packages, but for what running it adds."""
    folders = [*VENV.glob("lib/python*/site-packages"), *VENV.glob("Lib/site-packages")]
    return sorted(path.name for folder in folders for path in folder.iterdir() if path.name != "__pycache__")


def _refuse() -> None:
    """Raise SetupError for what can be known to fail before anything is downloaded."""
    wanted = ".".join(str(part) for part in OLDEST)
    if sys.version_info < OLDEST:
        raise SetupError(
            f"Python {wanted} or newer is needed, and {sys.executable} is {sys.version.split()[0]}.\n"
            "Install a newer Python and name it, for example: make run PYTHON=python3.12"
        )
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        raise SetupError(
            f"{sys.executable} cannot make virtual environments: a part of Python is not installed.\n"
            "On Debian and Ubuntu, as root: apt-get install python3-venv"
        )
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < NEEDED_GB:
        raise SetupError(
            f"The disk is nearly full: the packages need {NEEDED_GB:.0f} GB in {ROOT}, and {free:.1f} GB are free.\n"
            "Make room and run the same command again."
        )


def _install(lock: Path, pip: "str | None") -> None:
    """Make a new environment; the one that was there is set aside, and put back if this one fails."""
    count = sum(line[:1].isalnum() for line in lock.read_text("utf-8").splitlines())
    began = time.time()
    print(
        f"Installing up to {count} packages into .venv. This is done once, needs a network, and downloads some 250 MB."
    )
    if VENV.exists() or VENV.is_symlink():
        VENV.rename(LAST)
    done = False
    try:
        _run("1 of 3: an empty environment", [sys.executable, "-m", "venv", str(VENV)])
        if pip is not None or not _uv_installs(lock):
            _pip_installs(lock, pip)
        # The lock of the tests holds all that the dashboard runs with: `make run` has nothing to do after `make test`.
        for name in {lock.name, "requirements.lock"}:
            shutil.copyfile(str(ROOT / name), str(VENV / name))
        (VENV / WHOLE).write_text("\n".join(_packages()), "utf-8")
        done = True
    except OSError as error:
        raise SetupError(f"The environment could not be written: {error}") from error
    finally:
        if not done:
            shutil.rmtree(str(VENV), ignore_errors=True)
            if LAST.exists():
                LAST.rename(VENV)
        shutil.rmtree(str(LAST), ignore_errors=True)
    print(f"Installed in {time.time() - began:.0f} seconds.")


def _uv_installs(lock: Path) -> bool:
    """Install with uv; False where uv cannot be had, or cannot reach what pip may be set up to reach."""
    try:
        _run("2 of 3: the installer", _pip("install", "--quiet", "-r", str(INSTALLER)))
        installing = [str(_python()), "-m", "uv", "pip", "install", "--python", str(_python())]
        # On a terminal uv draws its progress; into a file it would list every package, and _run says that it goes on.
        shown = [] if sys.stderr.isatty() else ["--quiet"]
        _run("3 of 3: the packages", [*installing, *shown, *_held_to_the_lock(lock)])
    except SetupError:
        print("uv could not install them: trying with pip, which takes longer.", flush=True)
        return False
    return True


def _pip_installs(lock: Path, version: "str | None") -> None:
    if version is not None:
        _run(f"2 of 3: pip {version}", _pip("install", "--quiet", f"pip=={version}"))
    _run("3 of 3: the packages, with pip", _pip("install", *_held_to_the_lock(lock)))


def _pip(*arguments: str) -> "list[str]":
    return [str(_python()), "-m", "pip", "--disable-pip-version-check", *arguments]


def _held_to_the_lock(lock: Path) -> "list[str]":
    """Only files whose hashes are in the lock, and only such as need no compiler."""
    return ["--require-hashes", "--only-binary", ":all:", "-r", str(lock)]


def _run(what: str, command: "list[str]") -> None:
    """Run one step, and say what it is and that it goes on. Raises SetupError with what to do."""
    print(f"  {what}", flush=True)
    began = time.time()
    process = subprocess.Popen(command)
    try:
        while process.poll() is None:
            try:
                process.wait(SAY_SECONDS)
            except subprocess.TimeoutExpired:
                print(f"  … {time.time() - began:.0f} seconds so far", flush=True)
    finally:
        process.kill()
        process.wait()
    if process.returncode != 0:
        raise SetupError(
            f"The installation failed at step {what}; the lines above say why.\n"
            "- A name that could not be resolved, a refused connection or a time-out: the network. Run the same command"
            " again; behind a proxy set HTTPS_PROXY.\n"
            "- No space left on device: make room, and run it again.\n"
            "- No matching distribution, or no wheels: the package named there has no file for this Python or this kind"
            " of machine. README says which are covered.\n"
            "An environment that was there before is still in place."
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
