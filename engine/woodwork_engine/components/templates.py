"""Payload templates: `{n}`, `{session}` and random choices such as `{red|green}`, at any depth."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

_HOLE = re.compile(r"\{(n|session|[^{}|]*(?:\|[^{}|]*)+)\}")


def fill(template: object, n: int, session: str, chance: random.Random) -> object:
    """Return *template* with its holes filled; text that is `{n}` alone becomes the number itself."""
    if isinstance(template, str):
        return n if template == "{n}" else _HOLE.sub(lambda hole: _value(hole[1], n, session, chance), template)
    if isinstance(template, Mapping):
        return {str(key): fill(value, n, session, chance) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [fill(item, n, session, chance) for item in template]
    return template


def _value(hole: str, n: int, session: str, chance: random.Random) -> str:
    if hole == "n":
        return str(n)
    return session if hole == "session" else chance.choice(hole.split("|"))
