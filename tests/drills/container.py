"""The steps of the Containerfile on this machine, without a container engine: overlays, chroot, a read-only root.

The system of this machine stands in for the base image, with its homes and our repository hidden. So this shows that
the steps run, what they need and what the program writes; it does not show what is in the base image, or what an
engine does with an instruction.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.hosting.running import ROOT

# What the build may see of this machine's settings: where packages come from.
OF_THE_MACHINE = re.compile(r"PIP_\w+|(http|https|no)_proxy|SSL_CERT_FILE", re.IGNORECASE)
HIDDEN = ("root", "home", "srv", "mnt", "work", "opt/venv")


@dataclass
class Stage:
    """A stage of the build, and what it says of how it is run."""

    name: str
    lines: list[str] = field(default_factory=list)
    """Commands of a shell that make its files under $HERE/NAME/root."""
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": "/usr/local/bin:/usr/bin:/bin"})
    folder: str = "/"
    user: str = "0:0"
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    @property
    def root(self) -> str:
        return f"$HERE/{self.name}/root"


def stages(text: str) -> list[Stage]:
    """The stages of a Containerfile; ValueError for an instruction that we do not know."""
    found: list[Stage] = []
    joined = re.sub(r"\\\n\s*", " ", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    for line in filter(None, map(str.strip, joined.splitlines())):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            _, _, name = rest.partition(" AS ")
            found.append(Stage(name or "last"))
        elif word != "ARG":
            _step(found[-1], word, rest.strip())
    return found


def _step(stage: Stage, word: str, rest: str) -> None:
    if word == "ENV":
        for pair in shlex.split(rest):
            name, _, value = pair.partition("=")
            stage.environment[name] = value.replace("$PATH", stage.environment["PATH"])
    elif word == "WORKDIR":
        stage.folder = rest
        stage.lines.append(f"mkdir -p {stage.root}{rest}")
    elif word == "RUN":
        settings = " ".join(f"{name}={shlex.quote(value)}" for name, value in stage.environment.items())
        inside = shlex.quote(f"cd {stage.folder} && {rest}")
        stage.lines.append(f"chroot --userspec={stage.user} {stage.root} /usr/bin/env {settings} /bin/sh -c {inside}")
    elif word == "COPY":
        stage.lines += _copied(stage, rest.split())
    elif word == "USER":
        stage.user = rest
    elif word == "CMD":
        stage.command = json.loads(rest)
    elif word == "HEALTHCHECK":
        stage.health = json.loads(rest[rest.index("CMD ") + 4 :])
    elif word not in ("LABEL", "EXPOSE", "STOPSIGNAL"):
        raise ValueError(word)


def _copied(stage: Stage, words: list[str]) -> Iterator[str]:
    options = dict(word[2:].split("=") for word in words if word.startswith("--"))
    *sources, to = [word for word in words if not word.startswith("--")]
    there = f"$HERE/{options['from']}/root" if "from" in options else str(ROOT)
    target = f"{stage.root}{to if to.startswith('/') else f'{stage.folder}/{to}'}"
    for source in sources:
        path = f"{there}/{source.lstrip('/')}"
        yield f"for one in {path}; do if [ -d $one ]; then mkdir -p {target} && cp -r $one/. {target}/; else"
        folder = target if target.endswith("/") else target.rpartition("/")[0]
        yield f"  mkdir -p {folder} && cp $one {target}; fi; done"
        if "chmod" in options:
            yield f"chmod {options['chmod']} {target}{Path(source).name}"


def _mounted(stage: Stage, base: str, *, written: bool) -> list[str]:
    """Commands that put a stage's files over the base's, to be written or only read."""
    here = f"$HERE/{stage.name}"
    over = f"lowerdir={base},upperdir={here}/upper,workdir={here}/work"
    layers = over if written else f"lowerdir={here}/upper:{base}"
    hidden = [f"[ ! -d {stage.root}/{one} ] || mount -t tmpfs -o size=1m hidden {stage.root}/{one}" for one in HIDDEN]
    return [
        f"mkdir -p {here}/upper {here}/work {here}/root",
        f"mount -t overlay overlay -o {layers} {stage.root}",
        f"mount -t proc proc {stage.root}/proc",
        f"mount --rbind /dev {stage.root}/dev",
        f"mount -t tmpfs -o size={'2g' if written else '64m'},mode=1777 tmp {stage.root}/tmp",
        *hidden,
    ]


@dataclass(frozen=True)
class Image:
    """What was built: it can be run."""

    here: Path
    stage: Stage
    base: str

    @contextmanager
    def run(
        self, log: Path, command: list[str] | None = None, data: Path | None = None, **environment: str
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run it as an engine would: read-only, 64 MB of /tmp, its user, no capability, the first process of its own.

        `data` is mounted at /data.
        """
        stage = self.stage
        settings = " ".join(f"{k}={shlex.quote(v)}" for k, v in {**stage.environment, **environment}.items())
        user, group = stage.user.split(":")
        drop = f"/usr/bin/setpriv --reuid={user} --regid={group} --clear-groups --no-new-privs --bounding-set=-all"
        drop += " --inh-caps=-all"
        inside = f"cd {stage.folder} && exec {shlex.join(command or stage.command)}"
        lines = [
            *_mounted(stage, self.base, written=False),
            *([f"mount --bind {data} {stage.root}/data"] if data else []),
            f"exec chroot {stage.root} {drop} /usr/bin/env -i {settings} /bin/sh -c {shlex.quote(inside)}",
        ]
        with log.open("wb") as said:
            process = subprocess.Popen(
                ["unshare", "--mount", "--pid", "--fork", "--kill-child", "bash", "-euc", "\n".join(lines)],
                env={"HERE": str(self.here), "PATH": os.environ["PATH"]}, stdout=said, stderr=said,
            )  # fmt: skip
            try:
                yield process
            finally:
                if process.poll() is None:
                    # All in there ends with its first process, which outlives whoever started it.
                    for child in self._children(process):
                        os.kill(child, signal.SIGKILL)
                    process.wait(20)

    def first_process(self, process: subprocess.Popen[bytes]) -> int:
        """What has the number 1 inside."""
        (child,) = self._children(process)
        return child

    @staticmethod
    def _children(process: subprocess.Popen[bytes]) -> list[int]:
        return [int(one) for one in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]

    def inside(self, process: subprocess.Popen[bytes], command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a command in there, as its user."""
        user, group = self.stage.user.split(":")
        settings = [f"{name}={value}" for name, value in self.stage.environment.items()]
        return subprocess.run(
            [
                "nsenter", "--target", str(self.first_process(process)), "--mount", "--pid", "--root",
                "--setuid", user, "--setgid", group, "/usr/bin/env", "-i", *settings, *command,
            ],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip


def build(here: Path, base: str = "/") -> Image:
    """Run all steps of deploy/Containerfile; the files lie under `here`, a file system of its own."""
    found = stages((ROOT / "deploy" / "Containerfile").read_text("utf-8"))
    lines = []
    for stage in found:
        lines += _mounted(stage, base, written=True)
        # The base image has it under this name.
        binaries = f"{stage.root}/usr/local/bin"
        lines.append(f"mkdir -p {binaries} && ln -sf /usr/bin/python3 {binaries}/python")
        lines += stage.lines
    environment = {name: value for name, value in os.environ.items() if OF_THE_MACHINE.fullmatch(name)}
    done = subprocess.run(
        ["unshare", "--mount", "bash", "-euc", "\n".join(lines)],
        env={**environment, "HERE": str(here), "PATH": os.environ["PATH"]},
        capture_output=True, text=True, timeout=1200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-5000:]
    return Image(here, found[-1], base)


def end(image: Image, process: subprocess.Popen[bytes]) -> Mapping[str, object]:
    """Tell it to stop; how it ended."""
    os.kill(image.first_process(process), signal.SIGTERM)
    return {"status": process.wait(30)}
