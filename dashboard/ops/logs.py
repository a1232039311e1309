"""The log: one line an event, JSON or text, and nothing in it of who reads, what they typed or what they gave.

Of our own lines all is written. Of a library's line its wording is, without what the library would fill in: that may
be an address, a name somebody typed or a file of theirs. Of an error its kind and place are (see errors.told).
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import IO, Any

from dashboard.ops import errors
from dashboard.ops.metrics import ERRORS
from dashboard.ops.settings import Settings

OURS = ("dashboard", "etl")
# They would name whoever asks, and for what; what matters of it we log ourselves.
TALKATIVE = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi", "websockets")

log = logging.getLogger("dashboard.event")


def event(name: str, failure: BaseException | None = None, **said: Any) -> None:
    """Log an event with what belongs to it, or a failure with its trace; what is None is left out."""
    level = logging.ERROR if failure else logging.INFO
    kept = {key: value for key, value in said.items() if value is not None}
    log.log(level, name, extra={"said": kept}, exc_info=failure)


def log_error(error: BaseException, where: str, **said: Any) -> None:
    """Count an unexpected error, and write all of it into the log under its reference."""
    ERRORS.labels(where=where).inc()
    event("error", error, error=errors.reference(error), of=where, **said)


class Lines(logging.Formatter):
    """Turns records into lines."""

    def __init__(self, *, as_json: bool, messages: bool = False) -> None:
        super().__init__()
        self._json, self._messages = as_json, messages

    def format(self, record: logging.LogRecord) -> str:
        said = self.said(record)
        return json.dumps(said, ensure_ascii=False, default=str) if self._json else _text(said)

    def said(self, record: logging.LogRecord) -> dict[str, Any]:
        """What a line says, in the order it says it."""
        head = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        given: Mapping[str, Any] | None = getattr(record, "said", None)
        error = record.exc_info[1] if record.exc_info else None
        trace = errors.told(error, messages=self._messages) if error else {}
        if given is not None:
            return {**head, "event": record.getMessage(), **given, **trace}
        ours = record.name.split(".")[0] in OURS
        message = record.getMessage() if ours or self._messages else str(record.msg)
        if not ours and not isinstance(record.msg, str):
            message = type(record.msg).__name__  # some libraries log an error itself
        return {**head, "event": "log", "of": record.name, "message": message, **trace}


def set_up(settings: Settings, stream: IO[str] | None = None) -> None:
    """All that is logged from now on goes to one stream (standard output), a line an event."""
    to = stream or sys.stdout
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not to.isatty())
    handler = logging.StreamHandler(to)
    handler.setFormatter(Lines(as_json=as_json, messages=settings.log_messages))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in TALKATIVE:
        take_over(logging.getLogger(name))
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)


def take_over(logger: logging.Logger) -> None:
    """Have a library's logger write through ours."""
    logger.handlers.clear()
    logger.propagate = True


def _text(said: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in said.items() if key not in ("time", "level", "event", "where", "cause")}
    line = " ".join([said["time"], said["level"].upper(), said["event"], *(f"{k}={v}" for k, v in rest.items())])
    inner: Mapping[str, Any] | None = said
    while inner:
        line += "".join(f"\n    {one}" for one in inner.get("where", ()))
        inner = inner.get("cause")
        line += f"\n  caused by {inner['kind']}" if inner else ""
    return line
