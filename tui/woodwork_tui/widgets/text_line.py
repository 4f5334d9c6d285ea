"""One line of toned text, or a few: header, notices, hints."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

from woodwork_tui.widgets.tones import toned, tones


class TextLine(Widget):
    """Shows a Text whose styles are tones (see widgets.tones); it must be visible already (`text.safe`)."""

    DEFAULT_CSS = """
    TextLine { height: 1; width: 1fr; }
    """

    def __init__(self, text: Text | None = None, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._text = text or Text()

    @property
    def text(self) -> str:
        """What is shown."""
        return self._text.plain

    def tell(self, text: Text, *, layout: bool = False) -> None:
        """Show *text*; cheap when nothing changed. With *layout* it may need more or fewer lines than before."""
        if text != self._text or text.style != self._text.style:
            self._text = text
            self.refresh(layout=layout)

    def render(self) -> Text:
        """Return the text in the theme's colours."""
        return toned(self._text, tones(self.app.current_theme))
