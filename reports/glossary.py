"""Words of the report that need a line."""

from scenarios.words import THIN_SPACE

GLOSSARY = {
    "Deciban": "A unit of evidence: from even odds, 1 makes it 56 in 100, 3: 67, 5: 76, 7: 83, 10: 91, 20: 99. "
    "Decibans of different series add.",
    "Check": "The same sum with one choice changed: another first date, a value or series left out, another prior.",
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
