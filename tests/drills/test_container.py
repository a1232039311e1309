"""The image: its steps run, and what they make serves pages on a read-only root as a user who may do nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drills import container
from tests.drills.container import Image
from tests.hosting.running import ROOT, Client, Running, free_port

pytestmark = [pytest.mark.drill, pytest.mark.needs_root]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """The image, built in memory: some three gigabytes of it."""
    if os.geteuid() != 0:
        pytest.skip("The steps of the Containerfile need root: they mount and change roots.")
    if shutil.which("unshare") is None or subprocess.run(["unshare", "--mount", "true"], check=False).returncode:
        pytest.skip("This machine lets nobody have mounts of their own.")
    here = tmp_path_factory.mktemp("image")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=5g", "image", str(here)], check=True)
    try:
        yield container.build(here)
    finally:
        subprocess.run(["umount", "--lazy", str(here)], check=True)


def test_a_replica_serves_as_nobody_on_a_root_that_cannot_be_written(image: Image, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    with image.run(log, STREAMLIT_SERVER_PORT=str(port), MONITOR_HOSTS="localhost 127.0.0.1") as process:
        running = Running(process, port, log, {})
        end = time.monotonic() + 90
        while True:
            try:
                if running.ask("/readyz").status == 200:
                    break
            except OSError:
                pass
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.2)
        with Client(running) as reader:
            assert "Leeds" in reader.run("council", la="Leeds")
        assert running.ask("/briefings/383.pdf").body.startswith(b"%PDF")
        assert running.ask("/api/v1/monitor.duckdb").status == 200
        assert not [line for line in running.lines() if line["event"] == "error"]

        status = Path(f"/proc/{image.first_process(process)}/status").read_text()
        assert re.search(r"^Uid:\s+10001\s+10001", status, re.MULTILINE)
        assert set(re.findall(r"^Cap\w+:\s+(\w+)$", status, re.MULTILINE)) == {"0" * 16}
        assert re.search(r"^NoNewPrivs:\s+1$", status, re.MULTILINE)
        for place in ("/app/x", "/app/data/monitor.duckdb", "/venv/x", "/data/x"):
            refused = image.inside(process, ["/bin/sh", "-c", f"echo x >> {place}"])
            assert refused.returncode != 0, place
        written = image.inside(process, ["/usr/bin/find", "/tmp", "-type", "f"]).stdout.split()
        print("Written at run time:", written)
        size = image.inside(process, ["/usr/bin/du", "-sk", "/tmp"]).stdout.split()[0]
        assert int(size) < 1000

        command = [one.replace("8501", str(port)) for one in image.stage.health]
        assert image.inside(process, ["/venv/bin/python", *command[1:]]).returncode == 0
        began = time.monotonic()
        container.end(image, process)
        assert time.monotonic() - began < 5
    assert running.lines()[-1]["event"] == "stopped"


def test_only_what_runs_is_in_the_image(image: Image) -> None:
    venv = image.here / "last" / "upper" / "venv" / "lib"
    installed = {path.name.partition("-")[0] for path in venv.rglob("*.dist-info")}
    assert {"streamlit", "duckdb", "polars"} <= installed
    assert not {"pytest", "mypy", "playwright", "schemathesis"} & installed
    app = image.here / "last" / "upper" / "app"
    assert {path.name for path in app.iterdir()} == {
        ".streamlit", "dashboard", "data", "etl", "requirements.lock", "streamlit_app.py",
    }  # fmt: skip
    assert not list(app.rglob("tests"))
    assert (app / "data" / "monitor.duckdb").stat().st_size > 10_000_000
    assert not (app / "data" / "versions").exists()


def test_the_job_builds_into_a_volume_and_a_replica_shows_it(image: Image, tmp_path: Path) -> None:
    volume = tmp_path / "volume"
    volume.mkdir()
    os.chown(volume, 10001, 10001)
    log = tmp_path / "job.log"
    with image.run(log, ["etl-job"], data=volume) as process:
        assert process.wait(120) == 0, log.read_text()
    assert "data version" in log.read_text()
    assert (volume / "monitor.duckdb").is_file()
    with image.run(log, ["etl-job", "versions"], data=volume) as process:
        assert process.wait(60) == 0, log.read_text()
    assert ", in place" in log.read_text()

    port = free_port()
    with image.run(
        log, data=volume, STREAMLIT_SERVER_PORT=str(port), MONITOR_DATABASE="/data/monitor.duckdb", MONITOR_WARM="no"
    ) as process:
        running = Running(process, port, log, {})
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if running.ask("/readyz").status == 200:
                    break
            except OSError:
                time.sleep(0.2)
        assert running.ask("/readyz").status == 200


def test_the_base_image_is_one_that_people_know_and_no_other_machine_is_named() -> None:
    text = (ROOT / "deploy" / "Containerfile").read_text("utf-8")
    assert re.findall(r"^ARG PYTHON=(\S+)$", text, re.MULTILINE) == ["python:3.11-slim"]
    assert "://" not in text.replace("http://127.0.0.1:8501/livez", "")
