"""What can be copied of a message, and as which text."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from woodwork_engine.payload import decode
from woodwork_tui.state.delivery_row import DeliveryRow
from woodwork_tui.state.message_pages import error_page, raw_page


@dataclass(frozen=True, slots=True)
class Copyable:
    """One thing to copy: *title* in the menu, *what* in the sentence that says it was done."""

    title: str
    what: str
    make: Callable[[], str]

    def text(self) -> str:
        """Return the text; lone surrogates, which no clipboard takes, are written as escapes."""
        return self.make().encode("utf-8", "backslashreplace").decode()


def message_copies(row: DeliveryRow) -> tuple[Copyable, ...]:
    """Return what there is to copy of *row*, what is wanted most often first."""
    found = []
    if row.emission is not None:
        encoded = row.emission.encoded
        found += [
            Copyable("Payload", "the payload", lambda: _as_read(decode(encoded))),
            Copyable("Payload on one line", "the payload", lambda: _on_one_line(decode(encoded))),
        ]
    if row.problem:
        found.append(Copyable("Error and traceback", "the error", lambda: _joined(row)))
    found += [
        Copyable("Message as JSON", "the message", lambda: "\n".join(line.text for line in raw_page(row))),
        Copyable("Message id", "the message id", lambda: row.message_id),
    ]
    if row.session:
        found.append(Copyable("Session id", "the session id", lambda: row.session))
    if row.emission is not None and row.target:
        encoded = row.emission.encoded
        found.append(
            Copyable(
                "Command that sends the payload again",
                "the command",
                lambda: f"inject {row.target} {_on_one_line(decode(encoded))}",
            )
        )
    return tuple(found)


def _joined(row: DeliveryRow) -> str:
    return "\n".join(line.text for line in error_page(row))


def _as_read(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False, default=str)


def _on_one_line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
