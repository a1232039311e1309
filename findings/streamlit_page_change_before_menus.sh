#!/usr/bin/env bash
# A menu of the main script that is bound to the address (bind="query-params") is drawn on every page of st.navigation.
#
# One would guess: readers who go to another page by an address that holds the choice keep it, since the address says it
#   and the menu is there on both pages.
# What happens: Streamlit keeps it only if the browser has already sent the menu's state. A browser has not while the part
#   of Streamlit that draws menus is still on its way (it is loaded after the first text and tables). The server then
#   takes the choice out of the address, and the new page shows its default.
# Versions: Streamlit 1.67.0, websockets 16.0, Python 3.11 to 3.13.
#
# Ends with status 0 while that is so, and 1 once it changes.
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check streamlit==1.67.0 websockets==16.0
mkdir "$work/pages"
cat > "$work/app.py" <<'PY'
import streamlit as st

page = st.navigation([st.Page("pages/one.py"), st.Page("pages/two.py")])
st.selectbox("Area", ["North", "South"], key="area", bind="query-params")
page.run()
PY
echo 'import streamlit as st; st.write("one")' > "$work/pages/one.py"
echo 'import streamlit as st; st.write("two")' > "$work/pages/two.py"
port=$("$work/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cd "$work"
venv/bin/python -m streamlit run app.py --server.headless=true --server.address=127.0.0.1 --server.port="$port" \
    --browser.gatherUsageStats=false > server.log 2>&1 &
server=$!
cat > ask.py <<'PY'
"""What a browser asks: the first page, then the second with the same choice in its address."""
import sys
import time
import urllib.request

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

PORT = sys.argv[1]


def wait() -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/_stcore/health").close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The server did not start.")


def run(socket, page: str, query: str, widgets: dict[str, str]) -> list[ForwardMsg]:
    asked = BackMsg()
    asked.rerun_script.page_script_hash, asked.rerun_script.query_string = page, query
    for widget, value in widgets.items():
        asked.rerun_script.widget_states.widgets.add(id=widget, string_value=value)
    socket.send(asked.SerializeToString())
    heard = []
    while not heard or heard[-1].WhichOneof("type") != "script_finished":
        heard.append(ForwardMsg.FromString(socket.recv(timeout=30)))
    return heard


def address_after(*, menu_drawn: bool) -> str:
    """The choices in the address once the second page has run."""
    with connect(f"ws://127.0.0.1:{PORT}/_stcore/stream", subprotocols=["streamlit"], max_size=None) as socket:
        first = run(socket, "", "area=South", {})
        pages = [one.navigation.app_pages for one in first if one.WhichOneof("type") == "navigation"][-1]
        second = next(one.page_script_hash for one in pages if one.page_name == "two")
        menus = [one.delta.new_element.selectbox.id for one in first if one.delta.new_element.HasField("selectbox")]
        heard = run(socket, second, "area=South", {menus[0]: "South"} if menu_drawn else {})
        changed = [one.page_info_changed.query_string for one in heard if one.WhichOneof("type") == "page_info_changed"]
        return changed[-1] if changed else "area=South"


wait()
drawn, not_yet = address_after(menu_drawn=True), address_after(menu_drawn=False)
print(f"The menu had been drawn:         ?{drawn}")
print(f"The menu had not been drawn yet: ?{not_yet}")
raise SystemExit(0 if (drawn, not_yet) == ("area=South", "") else 1)
PY
venv/bin/python ask.py "$port"
