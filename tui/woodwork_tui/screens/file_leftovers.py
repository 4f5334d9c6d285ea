"""The pane that lists what removed components have left: messages that drain, or are parked until the name returns."""

from __future__ import annotations

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.message import Message

from woodwork_tui.state.columns import Column
from woodwork_tui.state.reload_plan import Leftover
from woodwork_tui.text import safe, state_text
from woodwork_tui.units import age, count
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.pane import Pane


class LeftoversPane(Pane):
    """Components that are no longer in the flow but have messages; it is there only while there are any."""

    DEFAULT_CSS = """
    LeftoversPane { display: none; height: 6; }
    LeftoversPane.-any { display: block; }
    """

    class Opened(Message):
        """The person wants to decide about what the component *name* has left."""

        def __init__(self, name: str) -> None:
            self.name = name
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(title="Removed, with messages left", hint="enter decide", id=id)
        self.table = LineTable[Leftover](_columns(False), key=lambda row: row.name)
        self._ascii = False
        self._shown: tuple[Leftover, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out the table."""
        yield self.table

    def show(self, left: tuple[Leftover, ...], *, ascii_only: bool) -> None:
        """Show *left*; cheap where nothing changed."""
        if ascii_only != self._ascii:
            self._ascii = ascii_only
            self.table.set_columns(_columns(ascii_only))
        if left != self._shown:
            self._shown = left
            self.set_class(bool(left), "-any")
            self.table.set_rows(left)

    @on(LineTable.Highlighted)
    def _moved(self, event: LineTable.Highlighted) -> None:
        event.stop()
        if isinstance(event, LineTable.Chosen):
            self.post_message(self.Opened(str(event.key)))


def _columns(ascii_only: bool) -> tuple[Column[Leftover], ...]:
    def state(row: Leftover) -> Text:
        return state_text("draining" if row.draining else "parked", ascii_only, "drains" if row.draining else "parked")

    return (
        Column("name", "COMPONENT", lambda row: safe(row.name, width=60), minimum=12, drop=0),
        Column("state", "STATE", state, 9, drop=0),
        Column("left", "LEFT", lambda row: count(row.messages), 6, align="right", drop=0),
        Column("oldest", "OLDEST", lambda row: age(row.oldest), 6, align="right", drop=1),
    )
