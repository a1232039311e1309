"""The log: a line for each event, JSON or text, with nothing about who reads, what they typed or what they uploaded.

Our own lines are written whole. Of a library's line only the wording is written, without what the library would fill
in: that may be an address, a name somebody typed or an uploaded file. Of an error its kind and place are written (see
errors.describe).
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
# They would log who asks for what; we log what matters ourselves.
TALKATIVE = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi", "websockets")

log = logging.getLogger("dashboard.event")


def event(name: str, failure: BaseException | None = None, **fields: Any) -> None:
    """Log an event with its fields, or a failure with its trace; fields that are None are left out."""
    level = logging.ERROR if failure else logging.INFO
    known = {key: value for key, value in fields.items() if value is not None}
    log.log(level, name, extra={"said": known}, exc_info=failure)


def log_error(error: BaseException, where: str, **fields: Any) -> None:
    """Count an unexpected error, and write all of it into the log under its reference."""
    ERRORS.labels(where=where).inc()
    event("error", error, error=errors.reference(error), of=where, **fields)


class Lines(logging.Formatter):
    """Turns records into lines."""

    def __init__(self, *, as_json: bool, messages: bool = False) -> None:
        super().__init__()
        self._json, self._messages = as_json, messages

    def format(self, record: logging.LogRecord) -> str:
        fields = self.fields(record)
        return json.dumps(fields, ensure_ascii=False, default=str) if self._json else _text(fields)

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """The fields of a line, in order."""
        head = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        fields: Mapping[str, Any] | None = getattr(record, "said", None)
        error = record.exc_info[1] if record.exc_info else None
        trace = errors.describe(error, messages=self._messages) if error else {}
        if fields is not None:
            return {**head, "event": record.getMessage(), **fields, **trace}
        ours = record.name.split(".")[0] in OURS
        message = record.getMessage() if ours or self._messages else str(record.msg)
        if not ours and not isinstance(record.msg, str):
            message = type(record.msg).__name__  # some libraries log an error itself
        return {**head, "event": "log", "of": record.name, "message": message, **trace}


def set_up(settings: Settings, stream: IO[str] | None = None) -> None:
    """Send all that is logged from now on to one stream (standard output), a line for each event."""
    output = stream or sys.stdout
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not output.isatty())
    handler = logging.StreamHandler(output)
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


def _text(fields: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in fields.items() if key not in ("time", "level", "event", "where", "cause")}
    line = " ".join([fields["time"], fields["level"].upper(), fields["event"], *(f"{k}={v}" for k, v in rest.items())])
    inner: Mapping[str, Any] | None = fields
    while inner:
        line += "".join(f"\n    {frame}" for frame in inner.get("where", ()))
        inner = inner.get("cause")
        line += f"\n  caused by {inner['kind']}" if inner else ""
    return line
