"""`replay dlq where EXPR rate 5/s canary 1 stop 1`: what is typed on the `:` line to replay what a filter finds."""

from __future__ import annotations

from woodwork_tui.state.pacing import RATE, STOP_AFTER, Mistyped, pacing

_WORDS = ("rate", "canary", "stop")
_EXAMPLES = {"rate": RATE, "canary": "1", "stop": str(STOP_AFTER)}
LEAD = ("dlq", "where")


def is_meant(rest: str) -> bool:
    """Whether what follows `replay` names no letters but the dead letter queue."""
    return rest.split(None, 1)[:1] == [LEAD[0]]


def read(rest: str) -> tuple[str, ...] | str | None:
    """Return filter, rate, canary and failures as typed, what is wrong, or None while more has to be typed."""
    words = rest.split()
    if len(words) < 2:
        return None
    if words[1] != LEAD[1]:
        return None if LEAD[1].startswith(words[1]) and len(words) == 2 else f"{words[1]!r} is no 'where'"
    given, words = _tail(words[2:])
    if not words:
        return None
    rate, canary, stop = (given.get(word, "") for word in _WORDS)
    paced = pacing(rate or RATE, canary or "0", stop)
    if isinstance(paced, Mistyped):
        return paced.problem
    expression = _without_tail(rest, len(given))
    return expression, str(paced.rate), str(paced.canary), str(paced.stop_after or 0)


def _tail(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return the settings at the end of *words*, each once, and the words before them."""
    given: dict[str, str] = {}
    while len(words) >= 2 and words[-2] in _WORDS and words[-2] not in given:
        given[words[-2]] = words[-1]
        words = words[:-2]
    return given, words


def _without_tail(rest: str, settings: int) -> str:
    """Return the filter in *rest* as it was typed: blanks in quotes count."""
    text = rest.split(None, 2)[2].strip()
    for _ in range(2 * settings):
        text = text.rsplit(None, 1)[0]
    return text


def completions(rest: str) -> tuple[str, ...]:
    """Return how *rest* can go on, each as the whole of it."""
    words = rest.split()
    if len(words) < 2 or (len(words) == 2 and not rest.endswith(" ")):
        typed = words[1] if len(words) == 2 else ""
        return (f"{LEAD[0]} {LEAD[1]} ",) if LEAD[1].startswith(typed) else ()
    head, _, last = rest.rpartition(" ")
    before = words[2:] if rest.endswith(" ") else words[2:-1]
    if not before:
        return ()
    given, _ = _tail(before)
    left = (word for word in _WORDS if word not in given and word.startswith(last))
    return tuple(f"{head} {word} {_EXAMPLES[word]}" for word in left)
