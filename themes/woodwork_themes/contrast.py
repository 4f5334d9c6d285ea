"""How well one colour can be read on another: the contrast ratio of WCAG 2.2 (1 to 21; text needs 4.5)."""

from __future__ import annotations

RGB = tuple[int, int, int]


def contrast(one: RGB, other: RGB) -> float:
    """Return the ratio of the relative luminances of two colours, the same whichever comes first."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: RGB) -> float:
    """Return the relative luminance of *color* (0 black, 1 white), as WCAG 2.2 defines it for sRGB."""
    red, green, blue = (_linear(channel / 255) for channel in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def rgb(color: str) -> RGB:
    """Return the channels of a colour written as `#rrggbb`."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
