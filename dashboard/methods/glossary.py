"""Terms of the field that a reader may not know, each in a sentence or two."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A term and what it means here."""

    term: str
    meaning: str


GLOSSARY = tuple(
    Term(*one)
    for one in (
        ("Agency social worker", "A social worker paid through an agency and not employed by the council."),
        ("Assessment", "What a council does after a referral to find out whether a child is in need, and of what."),
        ("Benchmark", "What a council is compared with: a rule that gives a value, and the councils that set it."),
        ("Care leaver", "A young person aged 17 to 21 who was looked after and is still supported by the council."),
        ("Caseload", "How many cases a social worker holds. One child is usually one case."),
        ("Child in need", "A child who needs a council's help to be healthy, safe or able to develop."),
        (
            "Child protection plan",
            "A plan to keep a child safe who is suffering or likely to suffer significant harm, made by a conference.",
        ),
        ("Children looked after", "Children in a council's care, by a court order or with their parents' agreement."),
        ("Denominator", "What a count is divided by: all posts, for the vacancy rate."),
        ("Derived", "Worked out here from published counts, where the rate or share itself is not published."),
        ("FTE", "Full-time equivalent: two people who work half of the week each are one."),
        (
            "Gap",
            "How far a figure is from the benchmark, in the measure's unit and where counts allow in posts or people.",
        ),
        (
            "GSS code",
            "The nine-character code of an area, as E08000035. It may change; DfE's three-digit number does not.",
        ),
        ("IDACI", "Income deprivation affecting children index: the share of children in families with low income."),
        ("ILACS", "Ofsted's framework for inspecting councils' children's services since 2018."),
        (
            "Initial child protection conference",
            "The meeting after an enquiry that decides whether a child needs a plan.",
        ),
        ("Joint return", "One figure that two councils report together. It counts once and is shown under both."),
        ("Judgement", "The grade Ofsted gives one part of a council's work: Outstanding to Inadequate."),
        ("Local authority", "Here a council that is responsible for children's social care."),
        ("Mean", "What all values come to when shared out equally. One far from the rest moves it."),
        ("Measure", "One thing that is counted or rated for each council. The database calls it a metric."),
        ("Median", "The middle value: half are at or below it."),
        (
            "National framework",
            "The Department for Education's guidance of 2023 on children's social care: four outcomes, three enablers.",
        ),
        ("Neutral", "Of a measure: neither a high nor a low figure is better."),
        ("Numerator", "The count that is divided: vacant posts, for the vacancy rate."),
        ("Percentage point", "The unit of a difference between two percentages: from 10% to 12% is two points."),
        ("Period", "The day or year a figure is for, known by its last day."),
        ("Polarity", "Which way is better: lower, higher, or neither."),
        ("Quarter", "One of four parts of all councils in order; the best quarter reaches the first cut."),
        ("Re-referral", "A referral of a child who had been referred in the twelve months before."),
        ("Recommendation", "What Ofsted's report says needs to improve, one point of that section."),
        ("Referral", "A request that a council's social care look at a child's circumstances."),
        ("Release", "One edition of a publication. Also: edition."),
        ("Return", "What was reported as one: usually by one council, sometimes by two together."),
        (
            "Revenue outturn",
            "What councils spent in a year, as they report it to the department for local government.",
        ),
        (
            "Section 251",
            "The law under which councils report education and children's spending to DfE; and that report.",
        ),
        (
            "Section 47 enquiry",
            "An enquiry into whether a child suffers, or is likely to suffer, significant harm.",
        ),
        ("SIF", "Single Inspection Framework: how Ofsted inspected children's services from 2013 to 2018."),
        (
            "Statistical neighbours",
            "The ten councils most like one by DfE's model; in people and place, not in results.",
        ),
        ("Status", "Whether there is a figure, and if not, why."),
        ("Suppressed", "Kept back by the publisher because the number is small, or would give a small one away."),
        ("Symbol", "What a publisher prints instead of a number, as c, x or z."),
        ("Vacancy", "A social worker post that nobody employed fills; agency staff may cover it."),
        ("Verdict", "Better, similar or worse than a benchmark, judged by a 95% interval."),
        ("Very small", "The City of London and the Isles of Scilly, where one person moves a rate by many points."),
    )
)
