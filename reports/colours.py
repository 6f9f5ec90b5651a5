"""Colours of pages and charts, by token.

Charts are drawn with the light ones; in the page each becomes a variable of the style sheet, so that one drawing serves
light, dark and print.
"""

LIGHT = {
    "paper": "#fffdf8",
    "stall": "#a06000",
    "compounding": "#2470c0",
    "recursive": "#5c0f50",
    "ink": "#22262a",
    "muted": "#5d646b",
    "rule": "#8a9199",
    "grid": "#e3dfd6",
    "link": "#0b57a4",
    "shade": "#f5f2ea",
}
DARK = {
    "paper": "#15181c",
    "stall": "#c08a30",
    "compounding": "#4592e6",
    "recursive": "#f3bfe6",
    "ink": "#e6e3dc",
    "muted": "#a3abb3",
    "rule": "#6f7780",
    "grid": "#30363c",
    "link": "#8cbcf5",
    "shade": "#22272c",
}
"""Tokens: colour means a future and nothing else; the rest is ink on paper. `shade` marks what cannot be measured."""
