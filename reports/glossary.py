"""Words of the report that need a line, and the links to it where a page first uses them."""

import re

from markupsafe import Markup

from reports.html import html
from scenarios.words import THIN_SPACE

GLOSSARY = {
    "Deciban": "A unit of evidence: from even odds, 1 makes it 56 in 100, 3: 67, 5: 76, 7: 83, 10: 91, 20: 99. "
    "Decibans of different series add.",
    "Check": "The same sum with one choice changed: another first date, a value or series left out, another prior.",
    "Prior": "What is believed of each future before any evidence: by default the same of all three.",
    "Window sweep": "Checks with another first date.",
    "Left out": "A check without one value or series.",
    "Cap": "The most one series may count for.",
    "Resemblance": "The share of belief the facts give a future when all three start equal.",
    "Public since": "The first day anyone could know a value.",
    "With hindsight": "Using facts published later.",
    "At least": "A bound: the true value lies on one side of it.",
    "Task horizon": "How long a task takes a skilled person if a model completes half of such tasks. It is human "
    f"working time and not how long a model runs; the horizon at 80{THIN_SPACE}% is that of four tasks in five.",
    "Code share": "Share of code written by AI, under one of many definitions, which are never joined.",
    "Multiplier": "How many times as much somebody does with AI as without.",
    "Ceiling": "What a test cannot measure beyond.",
    "Marker": "A measurable sign of one future; markers do not enter the probabilities.",
}

USES = {
    "Deciban": "decibans?",
    "Check": "checks?",
    "Prior": "priors?",
    "Window sweep": "first dates?",
    "Left out": "left out|leaving out",
    "Cap": "capped|cap",
    "Resemblance": "resembles?",
    "Public since": "public since",
    "With hindsight": "with hindsight",
    "At least": "at least",
    "Task horizon": "task horizons?",
    "Code share": "code share|shares? of code",
    "Multiplier": "multipliers?",
    "Ceiling": "ceilings?",
    "Marker": "markers?",
}
"""Word of the glossary -> how it stands in sentences, as a pattern."""

_USED = re.compile("|".join(rf"(?P<w{at}>\b(?:{use})\b)" for at, use in enumerate(USES.values())), re.IGNORECASE)


def anchor(word: str) -> str:
    """The place of a word in the glossary of a page."""
    return f"word-{word.lower().replace(' ', '-')}"


class Glossed:
    """Text of one page, in which a word leads to its meaning where it stands first."""

    def __init__(self) -> None:
        self._left = set(USES)

    def __call__(self, text: str) -> Markup:
        """The text with its first uses as links; the parts of a page are asked for in their order."""
        return Markup(_USED.sub(self._linked, str(html(text))))  # noqa: S704 - escaped by html, and links of ours

    def _linked(self, found: re.Match[str]) -> str:
        word = list(USES)[int(str(found.lastgroup)[1:])]
        if word not in self._left:
            return found[0]
        self._left.remove(word)
        return f'<a href="#{anchor(word)}">{found[0]}</a>'
