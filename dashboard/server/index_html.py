"""Streamlit's index.html with our name and language, and a text for readers without JavaScript."""

from __future__ import annotations

import re
from html import escape

from dashboard.data.names import PRODUCT
from dashboard.server.first_words import FirstWords
from dashboard.views.svg.picture import CARD_HIGH, CARD_SCALE, CARD_WIDE
from dashboard.views.text.news import feed

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
FEED = '<link rel="alternate" type="application/atom+xml" title="What is new: England" href="/feeds/england.atom" />'
# Of a page that is served with its first words: where they go, and what a link to it is called.
TITLE = "<title>Child Protection Monitor</title>"
FIRST = "<!-- first words -->"
# They go once Streamlit has drawn the same, at the place to which they were scrolled. Where it draws nothing, because
# its script or WebSocket is blocked, they stay, and say so.
TAKE_AWAY = """<script>
      (() => {
        const first = document.getElementById('first-words');
        if (!first) return;
        const root = document.getElementById('root');
        let seen = 0;
        const late = setTimeout(() => { document.getElementById('not-connected').hidden = false; }, 8000);
        const look = setInterval(() => {
          const done = root.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'notRunning';
          const headed = root.querySelector('.headline h1, [data-testid="stAlert"]');
          if (!seen && (done || headed)) seen = Date.now();
          // Both, or the one for three seconds.
          if (!seen || (!(done && headed) && Date.now() - seen < 3000)) return;
          clearInterval(look);
          clearTimeout(late);
          const main = root.querySelector('[data-testid="stMain"]');
          const { scrollTop } = first;
          first.remove();
          if (main && scrollTop) main.scrollTop = scrollTop;
        }, 30);
      })();
    </script>"""
NOT_CONNECTED = """<p class="notice" id="not-connected" hidden>The pictures and choices of this page have not come.
          Your network may block WebSockets, or the service may be busy. The words, tables and links here need
          neither.</p>
        <noscript><p class="notice">The pictures and choices of this page need JavaScript, which your browser has
          switched off. The words, tables and links here do not.</p></noscript>"""
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
    html = re.sub(r"<noscript>.*?</noscript>", lambda _: WITHOUT_SCRIPTS, html, count=1, flags=re.DOTALL)
    html = html.replace("</head>", f"  {FEED}\n  </head>", 1)
    # Before the root, which the style sheet so hides without a look at all that the page has.
    html = html.replace('<div id="root">', f'{FIRST}<div id="root">', 1)
    return html.replace("</body>", f"{TAKE_AWAY}\n  </body>", 1)


def with_first_words(index_html: str, words: FirstWords, style: str, address: str, robots: str, root: str = "") -> str:
    """The page with its first words, and the title and description of a link to it.

    `style` is the address of the style sheet, `address` that of the page, without its host: it is the same on every
    server; `robots` what search engines may do, `root` where the dashboard is: what shows a picture of a link wants its
    whole address.
    """
    title, description = escape(words.title), escape(words.description)
    head = f"""<title>{title}</title>
    <meta name="description" content="{description}" />
    <meta name="robots" content="{escape(robots)}" />
    <link rel="canonical" href="{escape(address)}" />
    <meta property="og:type" content="website" />
    <meta property="og:url" content="{escape(root + address)}" />
    <meta property="og:site_name" content="{PRODUCT}" />
    <meta property="og:title" content="{title}" />
    <meta property="og:description" content="{description}" />
    {_picture(words, root)}
    <link rel="stylesheet" href="{style}" />"""
    if words.council:
        head += f"""
    <link rel="alternate" type="application/atom+xml" title="What is new: {escape(words.council[1])}" href="{
            feed(words.council[0])
        }" />"""
    body = f"""<div id="first-words">
      <div class="bar"><b>Child Protection Monitor</b></div>
      <main>
        {NOT_CONNECTED}
        {words.body}
      </main>
    </div>
    """
    return index_html.replace(WITHOUT_SCRIPTS, "", 1).replace(TITLE, head, 1).replace(FIRST, body, 1)


def _picture(words: FirstWords, root: str) -> str:
    """The picture of a link, and what it shows in words."""
    if not words.picture:
        return '<meta name="twitter:card" content="summary" />'
    address, alt = escape(root + words.picture), escape(f"{words.title}. {words.description}")
    wide, high = round(CARD_WIDE * CARD_SCALE), round(CARD_HIGH * CARD_SCALE)
    return f"""<meta property="og:image" content="{address}" />
    <meta property="og:image:type" content="image/png" />
    <meta property="og:image:width" content="{wide}" />
    <meta property="og:image:height" content="{high}" />
    <meta property="og:image:alt" content="{alt}" />
    <meta name="twitter:card" content="summary_large_image" />"""
