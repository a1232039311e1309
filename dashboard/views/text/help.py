"""How to read each page, in plain English: a few short sentences that a reader opens at its head."""

from __future__ import annotations

COLOURS = "Blue is better and orange is worse; purple is for measures where neither high nor low is better."
MISSING = "A missing figure is never counted as zero: the reason is given instead."
CHOICES = "What you choose stays in the address, so a link shows others what you see."

# By the name of the page's file.
HELP: dict[str, tuple[str, ...]] = {
    "england": (
        "Choose a measure at the top and the whole page follows it.",
        "“7th of 149” counts from the best, which is 1st.",
        "The standard is what the best quarter of councils reach, until you choose another under “Compare with”.",
        "The watch list names councils that are worse than the standard and getting worse.",
        COLOURS,
        "The name of a council opens its own page.",
    ),
    "map": (
        "Each shape or hexagon is a council; London is drawn again, larger, beside or below the rest.",
        "What the colours mean stands under the map. Hatched councils have no published figure.",
        "Point at a council to read its figure, and click to open its page.",
        "By keyboard: Tab to the map, walk with the arrow keys, open with Enter.",
        "The strip has one dot for each council, best at the top. The table has the same figures.",
    ),
    "inspections": (
        "Ofsted gives one of four grades, from Outstanding to Inadequate. Each council has its own dates.",
        "“Show” has six views: councils, reports, regions, what came next, grades by figures, what Ofsted asked for.",
        "Since April 2026 there is no grade for overall effectiveness.",
        "A grade and a figure may disagree: one does not cause the other.",
    ),
    "best": (
        "Who counts as best is set by “Compare with”, and the first sentence says by which rule.",
        "In the table by year, the number is the quarter: 1 is the best quarter of councils, 4 the worst.",
        "What the best have in common does not prove a cause.",
        "Councils are never given one score over all measures.",
    ),
    "council": (
        "Choose a council at the top. The page begins with Ofsted's grades and requests, then its best and its worst.",
        "A gap is the distance from the standard you chose: in the measure's unit and, where known, in people.",
        "“Councils to learn from” names similar councils that reach what it does not.",
        "In every picture the chosen council is the dark diamond.",
        MISSING,
    ),
    "compare": (
        "Choose up to ten councils. At first they are a council's neighbours, or the best and the worst.",
        "In the table, colour and words say in which quarter of all councils a figure is.",
        "In the last picture each dot is a council. That two measures go together does not prove a cause.",
        MISSING,
    ),
    "own": (
        "Type, paste or upload figures that are not published yet, and see where they would rank.",
        "They stay in this session: nobody else sees them, and they are in no link.",
        "Your figure has a dashed frame in tables and is the dark diamond in the picture.",
        "“Clear all of your figures” deletes them at once.",
    ),
    "leadership": (
        "“Show” changes the view: judgements of leaders, leaders beside the workforce, or directors.",
        "What is kept by hand, and not published by anybody, is marked as such. It holds no names of people.",
        "A grade and a figure may disagree: one does not cause the other.",
    ),
    "progress": (
        "Each commitment is compared with the newest published figures.",
        "“On course” is a sum that is shown, from the last five periods. It is not a forecast.",
        "Choose a commitment to see every period, and the councils that do not meet it.",
    ),
    "briefings": (
        "Choose England, a region or a council, and the form you need: a page, PDF or Word.",
        "A pack holds many in one file, and takes a moment to make.",
        "Every briefing has two pages and says what its signs mean.",
    ),
    "data": (
        "Choose measures, areas and periods; the table and the files follow. Nothing chosen means all.",
        "Long has a row for each figure. Wide has a column for each measure.",
        "The table shows the first 750 rows. The files hold all of them.",
        MISSING,
    ),
    "methods": (
        "Look for a measure, a rule, a symbol or a word, or go through the sections.",
        "Every rule is worked out on today's figures, in steps you can do again by hand.",
        "“Sources” says which file each figure was read from, and what was left out.",
    ),
    "accessibility": ("This page says who can use the dashboard, where it falls short and how to report a problem.",),
}


def how_to_read(page: str) -> tuple[str, ...]:
    """The sentences of a page, by the name of its file."""
    return HELP[page]
