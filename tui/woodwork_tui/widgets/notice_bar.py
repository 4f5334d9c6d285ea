"""The sticky lines that say what is wrong; without anything wrong they are not there."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from woodwork_tui.state.key_words import rekeyed
from woodwork_tui.state.notices import Notice
from woodwork_tui.text import glyph, safe, tone
from woodwork_tui.widgets.keys import own_keys
from woodwork_tui.widgets.text_line import TextLine


class NoticeBar(TextLine):
    """Shows notices, each on its own line or wrapped."""

    DEFAULT_CSS = """
    NoticeBar { height: auto; max-height: 4; display: none; background: $error 18%; padding: 0 1; }
    NoticeBar.-any { display: block; }
    Screen.-short NoticeBar { max-height: 2; }
    """
    SCOPED_CSS = False

    def show(self, notices: Sequence[Notice], *, ascii_only: bool) -> None:
        """Show *notices*."""
        lines = []
        for notice in notices:
            line = Text(f"{glyph(notice.state, ascii_only)} ", style=tone(notice.state))
            line.append_text(safe(notice.text))
            if notice.hint:
                line.append(f"   {rekeyed(notice.hint, own_keys(self))}", style="muted")
            lines.append(line)
        self.set_class(bool(lines), "-any")
        self.tell(Text("\n").join(lines), layout=True)
