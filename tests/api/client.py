"""A program that asks the API in this process, header by header and byte by byte (ASGI)."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import dataclass
from typing import Any

import polars as pl
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message

from dashboard.api import routes
from dashboard.files.exports import FORMULA
from tests import loops

STYLE = "/assets/style.css"


@dataclass(frozen=True)
class Got:
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> bytes:
        """Unpacked."""
        return gzip.decompress(self.raw) if self.headers.get("content-encoding") == "gzip" else self.raw

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Asks an application; `get` and `ask` may be called from several threads."""

    def __init__(self, app: ASGIApp | None = None) -> None:
        self.app = app or Starlette(routes=routes.routes(lambda: STYLE))

    def get(self, address: str, **headers: str) -> Got:
        """GET; `if_none_match="..."` is the header If-None-Match."""
        return self.ask("GET", address, **headers)

    def ask(self, method: str, address: str, **headers: str) -> Got:
        """Ask with any method."""
        path, _, query = address.partition("?")
        return self.raw(method, path, query.encode("utf-8"), **headers)

    def raw(self, method: str, path: str, query: bytes, **headers: str) -> Got:
        """The same with a query of any bytes."""
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode("utf-8", "surrogatepass"),
            "root_path": "",
            "query_string": query,
            "headers": [
                (name.replace("_", "-").encode("ascii"), value.encode("latin-1")) for name, value in headers.items()
            ],
            "server": ("test", 80),
            "scheme": "http",
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b""}

        async def send(message: Message) -> None:
            sent.append(message)

        loops.run(self.app(scope, receive, send))  # type: ignore[arg-type]
        start, *bodies = sent
        return Got(
            start["status"],
            {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]},
            b"".join(message["body"] for message in bodies),
        )

    def table(self, address: str, suffix: str) -> pl.DataFrame:
        """The rows of an address (without a suffix) in one format, typed as Parquet has them."""
        path, _, query = address.partition("?")
        got = {one: self.get(f"{path}.{one}?{query}") for one in {suffix, "parquet"}}
        assert {one.status for one in got.values()} == {200}, [one.body[:500] for one in got.values()]
        parquet = pl.read_parquet(io.BytesIO(got["parquet"].body))
        if suffix == "parquet":
            return parquet
        return (from_json if suffix == "json" else from_csv)(got[suffix].body, parquet.schema)


def from_json(body: bytes, schema: pl.Schema) -> pl.DataFrame:
    """The rows of a JSON answer; its numbers and texts are taken as they stand, its days are read."""
    said = {name: pl.String() if kind == pl.Date else kind for name, kind in schema.items()}
    rows = json.loads(body)["rows"]
    assert all(list(row) == list(schema) for row in rows)
    return _with_days(pl.DataFrame(rows, said, strict=True), schema)


def from_csv(body: bytes, schema: pl.Schema) -> pl.DataFrame:
    """The rows of a CSV answer, without the ' that stands before what a spreadsheet would run."""
    text = pl.read_csv(body, infer_schema=False)
    assert text.columns == list(schema)
    guarded = pl.col(pl.String).str.replace("^'(" + FORMULA.removeprefix("^") + ")", "$1")
    booleans = {name: pl.col(name) == "true" for name, kind in schema.items() if kind == pl.Boolean}
    return _with_days(text.with_columns(guarded).with_columns(**booleans), schema)


def _with_days(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    days = [name for name, kind in schema.items() if kind == pl.Date]
    return frame.with_columns(pl.col(days).str.to_date()).cast(dict(schema))  # type: ignore[arg-type]
