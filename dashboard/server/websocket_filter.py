"""Filters the pages' WebSocket: readers learn nothing of this machine, and only messages of our pages pass back."""

from __future__ import annotations

from pathlib import Path

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

# The messages our pages send. Others that Streamlit knows tell of the repository that the program is in, clear caches,
# or write files beside the program.
MESSAGES = ("rerun_script", "stop_script", "app_heartbeat", "backend_operation_request")
OPERATIONS = ("deferred_file", "dataframe_chunk")


class WebSocketFilter:
    """Reads and filters the messages of the WebSocket (ASGI)."""

    def __init__(self, app: ASGIApp, script: Path) -> None:
        """`script` is the one Streamlit runs, whose path it would tell every reader."""
        self._app, self._script_name, self._location = app, script.name, str(script).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            return await self._app(scope, receive, send)

        async def receive_expected() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive":
                    return message
                packed = message.get("bytes")
                # Text instead of bytes: Streamlit cannot read it as a message, and hangs up.
                packed = str(message.get("text")).encode() if packed is None else packed
                if _is_expected(packed):
                    return {**message, "bytes": packed}

        async def send_without_machine(message: Message) -> None:
            if message["type"] == "websocket.send" and self._location in (message.get("bytes") or b""):
                message = {**message, "bytes": self.remove_machine(message["bytes"])}
            await send(message)

        return await self._app(scope, receive_expected, send_without_machine)

    def remove_machine(self, packed: bytes) -> bytes:
        """The message that begins a run, without the script's path and what the machine is and runs."""
        message = ForwardMsg.FromString(packed)
        session = message.new_session
        session.main_script_path = self._script_name
        for details in (session.initialize.user_info, session.initialize.environment_info):
            for field, value in details.ListFields():
                if isinstance(value, str):
                    setattr(details, field.name, "")
        return bytes(message.SerializeToString())


def _is_expected(packed: bytes) -> bool:
    """Whether our pages send this message; bytes that are no message are left to Streamlit, which hangs up."""
    try:
        message = BackMsg.FromString(packed)
    except DecodeError:
        return True
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in OPERATIONS
    return kind in MESSAGES
