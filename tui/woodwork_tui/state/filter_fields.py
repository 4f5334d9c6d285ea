"""The fields that a filter can ask for in each tab, and how what is typed of one goes on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from woodwork_tui.state import dlq_filter, flow_search, messages, queues, retries, sessions

FIELDS: Mapping[str, tuple[str, ...]] = {
    tab: tuple(name for name in names if name != "text")  # bare words ask for that
    for tab, names in {
        "flow": flow_search.FIELD_NAMES,
        "messages": tuple(messages.FIELDS),
        "sessions": sessions.FIELD_NAMES,
        "queues": queues.FIELD_NAMES,
        "retries": retries.FIELD_NAMES,
        "dlq": dlq_filter.FIELD_NAMES,
    }.items()
}
"""The names of fields by tab."""

_BEGUN = re.compile(r"(?:^|\s)!?([A-Za-z_]\w*)$")


def completed(text: str, fields: Sequence[str]) -> tuple[str, ...]:
    """Return how the filter *text* can go on, each as the whole text: with the *fields* that its last word begins."""
    begun = _BEGUN.search(text)
    if begun is None:
        return ()
    word, head = begun[1], text[: begun.start(1)]
    return tuple(f"{head}{name}:" for name in fields if name.startswith(word))
