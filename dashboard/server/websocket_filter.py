"""What goes over the pages' WebSocket: nothing of this machine to the reader, and only what our pages send back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlencode

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.session_manager import SessionClient

# What our pages send. Streamlit would also tell of the repository we are run from, clear caches, or write files beside
# the program for whoever sits at this machine.
MESSAGES = ("rerun_script", "stop_script", "app_heartbeat", "backend_operation_request")
OPERATIONS = ("deferred_file", "dataframe_chunk")
PAGE_SECONDS = 60


class Wire:
    """Reads along on the WebSocket (ASGI)."""

    def __init__(self, app: ASGIApp, script: Path) -> None:
        """`script` is the one Streamlit runs: it would tell every reader where it lies."""
        self._app, self._name, self._place = app, script.name, str(script).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            return await self._app(scope, receive, send)

        async def received() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive":
                    return message
                packed = message.get("bytes")
                # Words instead of a message: to Streamlit as bytes, which are none, so that it hangs up.
                packed = str(message.get("text")).encode() if packed is None else packed
                if _expected(packed):
                    return {**message, "bytes": packed}

        async def sent(message: Message) -> None:
            if message["type"] == "websocket.send" and self._place in (message.get("bytes") or b""):
                message = {**message, "bytes": self.without_machine(message["bytes"])}
            await send(message)

        return await self._app(scope, received, sent)

    def without_machine(self, packed: bytes) -> bytes:
        """The message that begins a run, without where we lie, which machine this is and what it runs."""
        message = ForwardMsg.FromString(packed)
        session = message.new_session
        session.main_script_path = self._name
        for one in (session.initialize.user_info, session.initialize.environment_info):
            for field, value in one.ListFields():
                if isinstance(value, str):
                    setattr(one, field.name, "")
        return bytes(message.SerializeToString())


class FirstReader(SessionClient):
    """A reader within the process, who looks at nothing: for a run of a page before anybody waits for it."""

    def __init__(self) -> None:
        self.done = asyncio.Event()

    def write_forward_msg(self, msg: ForwardMsg) -> None:
        """Called by Streamlit, on the thread of the event loop."""
        if msg.WhichOneof("type") == "script_finished":
            self.done.set()


async def run_once(page: str, choices: dict[str, str]) -> None:
    """Run a page as for a reader; raises TimeoutError when it takes too long."""
    runtime, reader = Runtime.instance(), FirstReader()
    session = runtime.connect_session(reader, user_info={})
    try:
        asked = BackMsg()
        asked.rerun_script.page_name = page
        asked.rerun_script.query_string = urlencode(choices)
        runtime.handle_backmsg(session, asked)
        async with asyncio.timeout(PAGE_SECONDS):
            await reader.done.wait()
    finally:
        runtime.close_session(session)


def _expected(packed: bytes) -> bool:
    """Whether our pages send this; what is no message at all is left to Streamlit, which hangs up."""
    try:
        message = BackMsg.FromString(packed)
    except DecodeError:
        return True
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in OPERATIONS
    return kind in MESSAGES
