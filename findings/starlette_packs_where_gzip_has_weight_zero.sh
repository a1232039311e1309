#!/usr/bin/env bash
# A client that must not be sent gzip says so in Accept-Encoding: "gzip;q=0, identity" (RFC 9110, 12.4.2: not acceptable).
#
# One would guess: Starlette's GZipMiddleware, and what is built on it, such as Streamlit's server, sends it plain text.
# What happens: it packs wherever the letters gzip occur in the header. Data clients that ask so, since they read files by
#   ranges of their plain size, get bytes of another size. In capitals, where the word means the same, it is not found.
# Versions: Starlette 1.10.0, Python 3.11 to 3.13.
#
# Ends with status 0 while that is so, and 1 once it changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check starlette==1.10.0
cat > "$work/ask.py" <<'PY'
import asyncio

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

app = Starlette(
    routes=[Route("/figures.csv", lambda request: PlainTextResponse("council,rate\n" + "Northshire,14.2\n" * 100))],
    middleware=[Middleware(GZipMiddleware)],
)


def coding(accepted: str) -> str:
    """How the answer is packed for a client that accepts this."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": "/figures.csv",
        "raw_path": b"/figures.csv", "root_path": "", "scheme": "http", "query_string": b"",
        "headers": [(b"accept-encoding", accepted.encode())], "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
    }
    asyncio.run(app(scope, receive, send))
    return dict(sent[0]["headers"]).get(b"content-encoding", b"plain").decode()


found = {accepted: coding(accepted) for accepted in ("identity", "gzip", "gzip;q=0, identity", "GZIP")}
for accepted, packed in found.items():
    print(f"{accepted:20} {packed}")
raise SystemExit(0 if list(found.values()) == ["plain", "gzip", "gzip", "plain"] else 1)
PY
"$work/venv/bin/python" "$work/ask.py"
