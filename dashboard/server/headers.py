"""The headers of every answer: what a browser may load and run, and that nobody may frame our pages."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Two years, as browsers' own lists ask.
HSTS = "max-age=63072000"
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
OFF = "accelerometer camera display-capture geolocation gyroscope magnetometer microphone midi payment usb"
FOREVER = "public, max-age=31536000, immutable"


def policy(html: str) -> str:
    """The Content-Security-Policy of pages whose HTML is `html`: its inline scripts run by their hashes, no others do.

    Styles are written by Streamlit and Plotly as they go, so those may be inline.
    """
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in INLINE.findall(html)
    ]
    allowed = {
        "default-src": ["'none'"],
        "script-src": ["'self'", *hashes],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in allowed.items())


def default_headers(policy: str, *, hsts: bool) -> dict[str, str]:
    """The headers of every answer that does not set its own."""
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{feature}=()" for feature in OFF.split()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        **({"Strict-Transport-Security": HSTS} if hsts else {}),
    }


class SecurityHeaders:
    """Adds the headers to every answer (ASGI)."""

    def __init__(self, app: ASGIApp, policy: str, hsts: bool, forever: Sequence[str] = ()) -> None:
        """Files under the addresses that begin with one of `forever` never change, and browsers may cache them."""
        self._app, self._default_headers, self._forever = app, default_headers(policy, hsts=hsts), tuple(forever)
        self._secure = hsts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                # The list is copied: an answer may share its list of headers with others.
                message["headers"] = list(message.get("headers", ()))
                headers = MutableHeaders(raw=message["headers"])
                framed = _may_be_framed(headers.get("content-security-policy", ""))
                for name, value in self._default_headers.items():
                    # The older header knows nobody or all: of what some may frame, the policy says it alone.
                    if not (framed and name == "X-Frame-Options"):
                        headers.setdefault(name, value)
                if message["status"] == 200 and self._forever and scope["path"].startswith(self._forever):
                    headers["Cache-Control"] = FOREVER
                if self._secure:
                    message["headers"] = [_secure(*header) for header in message["headers"]]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _may_be_framed(policy: str) -> bool:
    """Whether an answer's own policy names sites that may show it in a frame."""
    ancestors = [part.split()[1:] for part in policy.split(";") if part.split()[:1] == ["frame-ancestors"]]
    return any(one and one != ["'none'"] for one in ancestors)


def _secure(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """A header; of a cookie marked to go by https alone, as Streamlit does only where it holds the certificate."""
    marked = name.lower() != b"set-cookie" or b"secure" in [part.strip().lower() for part in value.split(b";")[1:]]
    return name, value if marked else value + b"; Secure"
