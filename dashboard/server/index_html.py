"""Streamlit's index.html with our name and language, and a text for readers without JavaScript."""

from __future__ import annotations

import re

# Each is replaced where the installed file has it; a later Streamlit need not.
CHANGES: tuple[tuple[str, str], ...] = (
    (r'<html lang="en">', '<html lang="en-GB">'),
    (r"<title>Streamlit</title>", "<title>Child Protection Monitor</title>"),
    # Our policy refuses it, and a library of Streamlit's, which works as well without, need not try each time.
    (r"<head>", "<head>\n    <script>delete window.WebAssembly</script>"),
    # Addresses of an interface for programs that is switched off; ours is at /api.
    (r"\s*<!--(?:(?!-->).)*?agent API(?:(?!-->).)*?-->", ""),
    (r'<link rel="service-desc"[^>]*>', '<link rel="service-desc" href="/api/v1/openapi.json" />'),
)
WITHOUT_SCRIPTS = """<noscript>
      <div style="max-width: 40rem; margin: 3rem auto; padding: 0 1.25rem; font: 1.1rem/1.5 Arial, sans-serif">
        <h1>Child Protection Monitor</h1>
        <p>How well each English council protects its children, and how far it is from the best. The pictures and
          choices of this page need JavaScript, which your browser has switched off.</p>
        <p>Without it there are <a href="/briefings/E92000001.html">two pages on England</a>, and every figure
          <a href="/api">as tables and files by address</a>, among them
          <a href="/api/v1/standings.csv?newest=true">the newest standings of all councils</a>.</p>
      </div>
    </noscript>"""


def adapt_index_html(html: str) -> str:
    """Streamlit's index.html as we serve it."""
    for old, new in CHANGES:
        html = re.sub(old, new, html, count=1, flags=re.DOTALL)
    return re.sub(r"<noscript>.*?</noscript>", lambda _: WITHOUT_SCRIPTS, html, count=1, flags=re.DOTALL)
