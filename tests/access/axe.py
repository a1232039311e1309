"""axe-core in a page: what breaks a rule of WCAG 2.0 to 2.2 at level A or AA, one line each."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
# Of rows and shapes that differ in their words alone, so many are looked at.
OF_A_KIND = 2
RUN = """async ([tags, within, most]) => {
    const every = (root, selector) => [...root.querySelectorAll('*')].flatMap((one) =>
        [...(one.matches(selector) ? [one] : []), ...(one.shadowRoot ? every(one.shadowRoot, selector) : [])]);
    // What it is but for its words: its tag, its looks and what is said of it, and the same of all in it.
    const kind = (node) => [node.localName, node.getAttribute('class'), node.getAttribute('style') || '',
        node.getAttribute('fill'), node.getAttribute('tabindex'), node.textContent !== '',
        ...node.getAttributeNames().filter((name) => name !== 'style'), ...[...node.children].map(kind)].join(' ');
    const kinds = new Map();
    const more = !most ? [] : every(document, 'tbody > tr, svg [role="option"]').filter((one) => {
        const known = `${one.closest('table, svg').getAttribute('class')} ${kind(one)}`;
        kinds.set(known, (kinds.get(known) ?? 0) + 1);
        return kinds.get(known) > most;
    });
    const include = within.length ? every(document, within.join()) : [document];
    if (!include.length) throw new Error(`Nothing is ${within.join()}.`);
    const before = more.map((one) => one.style.display);
    more.forEach((one) => { one.style.display = 'none'; });
    const { violations } = await axe.run({ include }, {
        runOnly: { type: 'tag', values: tags },
        resultTypes: ['violations'],
        rules: { 'target-size': { enabled: true } },
    });
    more.forEach((one, at) => { one.style.display = before[at]; });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, html, failureSummary }) =>
        `${id}: ${target.flat().join(' ')} ${html.slice(0, 160)} (${failureSummary.split('\\n')[1]?.trim()})`));
}"""


@cache
def script() -> str:
    """axe-core as the package holds it; nothing is fetched."""
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def violations(page: Page, *within: str, alike: bool = True) -> list[str]:
    """What axe finds wrong with a page as it stands, or with parts of it.

    If not `alike`, of rows and shapes that differ in their words alone it looks at two.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(script())
    found: list[str] = page.evaluate(RUN, [list(TAGS), list(within), 0 if alike else OF_A_KIND])
    return found


def version(page: Page) -> str:
    """Which axe-core this is."""
    page.evaluate(script())
    return str(page.evaluate("() => axe.version"))
