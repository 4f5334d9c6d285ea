"""The few styles in which text is shown, taken from the theme: `Text(..., style="bad")` in any line widget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.style import Style
from rich.text import Span, Text
from textual.color import Color
from textual.theme import Theme

_known: dict[str, Mapping[str, Style]] = {}


def tones(theme: Theme) -> Mapping[str, Style]:
    """Return the style of each tone in *theme*.

    `ok`, `warn`, `bad`, `accent`, `title` colour the text, `muted` and `faint` step back, `strong` steps forward;
    `cursor` and `resting` are the chosen line with and without the focus, `mark` a find.
    """
    found = _known.get(theme.name)
    if found is None:
        found = _known[theme.name] = _made(theme)
    return found


def _made(theme: Theme) -> Mapping[str, Style]:
    colors = theme.to_color_system().generate()

    def solid(name: str) -> Color:
        value = colors.get(name, "")
        return Color.parse(value) if value and not value.startswith("auto") else Color.parse("ansi_default")

    def ink(color: Color, *, bold: bool | None = None) -> Style:
        return Style(color=color.rich_color, bold=bold)

    front, back = solid("foreground"), solid("background")
    blends = front.ansi is None and back.ansi is None
    muted = ink(back.blend(front, 0.62)) if blends else Style(dim=True)
    faint = ink(back.blend(front, 0.38)) if blends else Style(dim=True)
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
