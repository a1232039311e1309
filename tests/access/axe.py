"""axe-core in a page: what breaks a rule of WCAG 2.0 to 2.2 at level A or AA, one line each."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
RUN = """async (tags) => {
    const { violations } = await axe.run(document, {
        runOnly: { type: 'tag', values: tags },
        resultTypes: ['violations'],
        rules: { 'target-size': { enabled: true } },
    });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, html, failureSummary }) =>
        `${id}: ${target.flat().join(' ')} ${html.slice(0, 160)} (${failureSummary.split('\\n')[1]?.trim()})`));
}"""


@cache
def script() -> str:
    """axe-core as the package holds it; nothing is fetched."""
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def violations(page: Page) -> list[str]:
    """What axe finds wrong with a page as it stands."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(script())
    found: list[str] = page.evaluate(RUN, list(TAGS))
    return found


def version(page: Page) -> str:
    """Which axe-core this is."""
    page.evaluate(script())
    return str(page.evaluate("() => axe.version"))
