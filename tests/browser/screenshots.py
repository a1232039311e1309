"""Pictures of every page as people see them, from real data: `make screenshots`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
TO = ROOT / "dashboard" / "assets" / "screenshots"
PAGES = {
    "england": "/",
    "map": "/map",
    "inspections": "/inspections",
    "council": "/council?la=Leeds",
    "compare": "/compare?la=Leeds",
    "best": "/best",
    "own": "/own?la=Leeds",
    "leadership": "/leadership",
    "progress": "/progress",
    "briefings": "/briefings?la=Leeds",
    "data": "/data?metrics=Average+caseload",
    "methods": "/methods",
}
SIZES = {1440: 1080, 390: 844}


def main() -> None:
    """Serve the dashboard and picture each page at each width into `dashboard/assets/screenshots`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", f"--server.port={port}"]
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health")
        _picture(f"http://127.0.0.1:{port}")
    finally:
        server.terminate()
        server.wait()


def _picture(address: str) -> None:
    TO.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, path in PAGES.items():
            for width, height in SIZES.items():
                page = browser.new_page(viewport={"width": width, "height": height})
                page.goto(address + path)
                page.wait_for_selector(".sentence")
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(1_500)  # Plotly paints some time after the last message
                page.screenshot(path=TO / f"{name}-{width}.png")
                page.close()
        browser.close()


def _wait(address: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(address, timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"{address} did not answer")


if __name__ == "__main__":
    main()
