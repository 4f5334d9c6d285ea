"""The few styles in which text is shown, taken from the theme: `Text(..., style="bad")` in any line widget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.style import Style
from rich.text import Span, Text
from textual.color import Color
from textual.theme import Theme

from woodwork_themes import contrast

_READABLE, _VISIBLE = 4.5, 2.9
"""The least contrast of text that steps back on the darkest ground of panels, and of what is only drawn."""
_known: dict[str, tuple[Theme, Mapping[str, Style]]] = {}


def tones(theme: Theme) -> Mapping[str, Style]:
    """Return the style of each tone in *theme*.

    `ok`, `warn`, `bad`, `accent`, `title` colour the text, `muted` and `faint` step back, `strong` steps forward;
    `cursor` and `resting` are the chosen line with and without the focus, `mark` a find.
    """
    found = _known.get(theme.name)
    if found is None or found[0] is not theme:  # its file may have changed
        found = _known[theme.name] = theme, _made(theme)
    return found[1]


def _made(theme: Theme) -> Mapping[str, Style]:
    own = {name: value for name, value in theme.variables.items() if name.startswith("text-") and len(value) == 7}
    colors = {**theme.to_color_system().generate(), **own}

    def solid(name: str) -> Color:
        value = colors.get(name, "")
        return Color.parse(value) if value and not value.startswith("auto") else Color.parse("ansi_default")

    def ink(color: Color, *, bold: bool | None = None) -> Style:
        return Style(color=color.rich_color, bold=bold)

    front, back = solid("foreground"), solid("background")
    blends = front.ansi is None and back.ansi is None
    muted = ink(_between(back, front, 0.62, solid("panel"), _READABLE)) if blends else Style(dim=True)
    faint = ink(_between(back, front, 0.38, back, _VISIBLE)) if blends else Style(dim=True)
    resting = Style(bgcolor=back.blend(solid("primary"), 0.25).rich_color) if blends else Style(reverse=True)
    ground = solid("primary")
    on_it = ground.blend(ground.get_contrast_text(1.0), 1.0) if blends else Color.parse("ansi_default")
    cursor = Style(color=on_it.rich_color, bgcolor=ground.rich_color, bold=True)
    return {
        "ok": ink(solid("text-success")),
        "warn": ink(solid("text-warning")),
        "bad": ink(solid("text-error"), bold=True),
        "accent": ink(solid("text-accent")),
        "title": ink(solid("text-primary"), bold=True),
        "muted": muted,
        "faint": faint,
        "strong": Style(bold=True),
        "cursor": cursor,
        "resting": resting,
        "mark": Style(reverse=True),
    }


def _between(back: Color, front: Color, share: float, ground: Color, least: float) -> Color:
    """Return *back* with *share* of *front*, or as much more as it takes to have the contrast *least* on *ground*."""
    while share < 1.0 and contrast(back.blend(front, share).rgb, ground.rgb) < least:
        share += 0.02
    return back.blend(front, min(1.0, share))


def toned(text: Text, styles: Mapping[str, Style]) -> Text:
    """Return a copy of *text* whose tones have become styles; other styles stay."""
    copy = text.copy()
    if isinstance(copy.style, str):
        copy.style = styles.get(copy.style, copy.style)
    copy.spans = list(_resolved(copy.spans, styles))
    return copy


def _resolved(spans: Iterable[Span], styles: Mapping[str, Style]) -> Iterable[Span]:
    for span in spans:
        if isinstance(span.style, str) and span.style in styles:
            yield Span(span.start, span.end, styles[span.style])
        else:
            yield span
