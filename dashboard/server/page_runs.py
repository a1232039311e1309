"""Runs of a page within the process, for no reader: to warm it up, or for what it says."""

from __future__ import annotations

import asyncio

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.session_manager import SessionClient

# Their sessions, whose runs are not counted as readers'.
SESSIONS: set[str] = set()


class PageClient(SessionClient):
    """A client that shows nothing, and knows when a run has ended and how."""

    def __init__(self) -> None:
        self.done = asyncio.Event()
        self.failed = False

    def write_forward_msg(self, msg: ForwardMsg) -> None:
        """Called by Streamlit, on the thread of the event loop."""
        if msg.WhichOneof("type") == "script_finished":
            self.failed = msg.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY
            self.done.set()


async def run_page(page: str, query: str, client: PageClient, seconds: float) -> None:
    """Run a page as for a reader; raises TimeoutError when it takes longer."""
    runtime = Runtime.instance()
    session = runtime.connect_session(client, user_info={})
    SESSIONS.add(session)
    try:
        request = BackMsg()
        request.rerun_script.page_name = page
        request.rerun_script.query_string = query
        runtime.handle_backmsg(session, request)
        async with asyncio.timeout(seconds):
            await client.done.wait()
    finally:
        runtime.close_session(session)
        SESSIONS.discard(session)
