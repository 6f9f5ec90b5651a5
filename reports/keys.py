"""The key of the marks: a small drawing and a word for each."""

from collections.abc import Iterable

from markupsafe import Markup

from reports.charts.marks import KEY

_INK, _FAINT = 'stroke="var(--ink)" fill="none"', 'stroke="var(--rule)" fill="none"'

_SMALL = f'<circle cx="9" cy="8" r="3" {_FAINT} stroke-width="1.2"/>'

DRAWINGS = {
    "measured": '<circle cx="9" cy="8" r="4" fill="var(--ink)"/>',
    "stated": f'<path d="M9 3l5 5-5 5-5-5z" {_INK} stroke-width="1.4"/>',
    "interval": f'<path d="M9 1v14" {_INK} stroke-width="1.4"/>',
    "published": f'<path d="M9 1v14" {_INK} stroke-width="1.6" stroke-dasharray="1.5 2.5"/>',
    "bound": f'<path d="M5 14h8M9 14V5" {_INK} stroke-width="1.4"/><path d="M9 1l3 5H6z" fill="var(--ink)"/>',
    "range": '<path d="M9 2v12" stroke="var(--ink)" stroke-width="6" opacity=".55"/>',
    "before": f'<path d="M3 8h12" {_FAINT} stroke-width="1.6"/>',
    "unused": _SMALL,
    "doubtful": _SMALL,
}


def key(names: Iterable[str]) -> Markup:
    """The marks that a figure uses, each with its meaning."""
    return Markup().join(
        Markup('<span><svg width="18" height="16" aria-hidden="true" focusable="false">{}</svg>{}</span> ').format(
            Markup(DRAWINGS[name]),  # noqa: S704 - a constant of this module
            KEY[name],
        )
        for name in names
    )
