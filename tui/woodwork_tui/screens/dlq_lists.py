"""The lists of the DLQ tab: groups of dead letters, the letters of one, everything about one of these."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.events import Resize

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.plan import FlowPlan
from woodwork_tui.screens.dlq_columns import DlqLooks, group_columns, letter_columns
from woodwork_tui.state.dlq import empty_text
from woodwork_tui.state.dlq_detail import detail
from woodwork_tui.state.dlq_groups import Group, group_key, place_of, trend_since
from woodwork_tui.state.dlq_index import DeadIndex
from woodwork_tui.state.dlq_view import DlqView
from woodwork_tui.state.lines import painted
from woodwork_tui.state.view import View
from woodwork_tui.text import fit
from woodwork_tui.units import plural
from woodwork_tui.widgets.focus import focus_now
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.line_view import LineView
from woodwork_tui.widgets.pane import Pane

_WIDE, _XWIDE, _TALL = 110, 160, 24
_LOW = 12
"""Lines below which there is room for one list."""
_MOST_GROUPS = 8
_IN_TRASH = "u brings back  X forgets for good"
_GROUPING = "v group by: reason ▸ node ▸ session ▸ event ▸ trash"


class DlqLists(Vertical):
    """Groups over letters, letters over or beside the detail, as *index* has them.

    On a small screen the detail is shown on Enter, in place of the lists, until it is closed; on a low one the letters
    too.
    """

    DEFAULT_CSS = """
    DlqLists { height: 1fr; }
    DlqLists #dlq-lower { height: 1fr; layout: vertical; }
    DlqLists.-xwide #dlq-lower { layout: horizontal; }
    DlqLists #dlq-detail { display: none; padding: 0 1; }
    DlqLists.-large #dlq-detail { display: block; }
    DlqLists.-detail #dlq-detail { display: block; }
    DlqLists.-detail #dlq-groups, DlqLists.-detail #dlq-letters { display: none; }
    DlqLists.-low #dlq-lower, DlqLists.-low.-letters #dlq-groups { display: none; }
    DlqLists.-low.-letters #dlq-lower { display: block; }
    """

    def __init__(self, index: DeadIndex) -> None:
        super().__init__()
        self._index = index
        self._view = View()
        self._kind = DlqView.REASON
        self._marked: frozenset[str] = frozenset()
        self._looks: DlqLooks | None = None
        self._since = 0.0
        self._second = -1
        self._told: tuple[DeadLetter | None, FlowPlan | None] = (None, None)
        self._stay: DeadLetter | None = None
        self._groups: LineTable[Group] = LineTable((), key=lambda group: group.key, id="groups")
        self._letters: LineTable[DeadLetter] = LineTable(
            (), key=lambda letter: letter.dlq_id, place=self._place_of, id="letters"
        )
        self._detail = LineView(id="letter")
        self._group_pane = Pane(self._groups, title="Dead letters", id="dlq-groups")
        self._letter_pane = Pane(self._letters, id="dlq-letters")
        self._detail_pane = Pane(self._detail, title="Dead letter", id="dlq-detail")

    def compose(self) -> ComposeResult:
        """Lay the lists out."""
        yield self._group_pane
        with Container(id="dlq-lower"):
            yield self._letter_pane
            yield self._detail_pane

    def fit(self, event: Resize) -> None:
        """Show the detail beside the lists where the tab, of which *event* tells the size, has room."""
        large = event.size.width >= _WIDE and event.size.height >= _TALL
        self.set_class(large, "-large")
        self.set_class(event.size.width >= _XWIDE, "-xwide")
        self.set_class(event.size.height < _LOW, "-low")
        if large:
            self.remove_class("-detail")
        self._fit_height()

    def _place_of(self, rows: Sequence[DeadLetter], dlq_id: Hashable) -> int | None:
        """Return where a letter is among *rows*, which are the newest first."""
        letter = self._index.listing.letter(str(dlq_id))
        return place_of(rows, letter) if letter is not None else None

    # where the person is

    @property
    def letter(self) -> DeadLetter | None:
        """The letter under the cursor."""
        return self._letters.cursor_row

    @property
    def group(self) -> Group | None:
        """The group under the cursor."""
        return self._index.group(self._groups.cursor_key)

    @property
    def in_groups(self) -> bool:
        """Whether the person is in the list of groups."""
        return self._groups.has_focus

    def enter(self) -> None:
        """Begin in the groups, or in the letters when one was asked for."""
        message, here = self._view.selection.message, self.letter
        there = here is not None and (here.envelope.message_id, here.route.target) == message
        if there or self.has_class("-letters"):
            self.go_to_letters()
        else:
            focus_now(self._groups)

    def go_to_letters(self) -> None:
        """Put the focus into the letters."""
        self.add_class("-letters")
        self._letters.focus()

    def next_letter(self) -> None:
        """Put the cursor on the next letter."""
        self._letters.action_cursor_down()

    def go_to(self, group: Group, letter: DeadLetter) -> None:
        """Put the cursor on *letter* of *group*."""
        self._groups.move_to(group.key)
        self._draw_letters()
        self._letters.move_to(letter.dlq_id)
        self.go_to_letters()

    def stay(self) -> None:
        """Keep the cursor on its letter when the groups are next made anew."""
        self._stay = self.letter

    def close(self) -> bool:
        """Come back from the detail to the letters, from the letters to the groups."""
        if self.has_class("-detail") or self._detail.has_focus:
            self.remove_class("-detail")
            self._letters.focus()
            return True
        inside = self._letters.has_focus
        self.remove_class("-letters")
        if inside:
            self._groups.focus()
        return inside

    # what is shown

    def see(self, view: View, kind: DlqView) -> None:
        """Take what is said beside the letters from *view* and *kind* from now on."""
        self._view = view
        if kind is not self._kind:
            self._kind = kind
            self._set_columns()

    def show(self) -> None:
        """Show ages and trends, which go on once a second."""
        view = self._view
        if self._looks is None or view.ascii is not self._looks.ascii:
            self.draw()
        elif int(view.now) != self._second:
            self._since = trend_since(self._index.groups, view.now)
            self._groups.refresh()
            self._letters.refresh()
        self._second = int(view.now)
        self._draw_detail()

    def mark(self, marked: frozenset[str]) -> None:
        """Show what is *marked*."""
        if marked != self._marked:
            self._marked = marked
            self._letters.refresh()
            self._tell_letters(self.group)

    def draw(self) -> None:
        """Show what the index has found."""
        index, view = self._index, self._view
        self._fit_columns()
        self._since = trend_since(index.groups, view.now)
        if not index.groups:
            self._groups.set_empty(self._empty_text())
        self._groups.set_rows(index.groups)
        self._fit_height()
        self.tell_groups()
        self._draw_letters()
        letter, self._stay = self._stay, None
        if letter is not None and self._groups.move_to(group_key(letter, index.wish.by)):
            self._draw_letters()
            self._letters.move_to(letter.dlq_id)

    def _empty_text(self) -> str:
        index, view = self._index, self._view
        words = (f"session:{view.selection.session}" if view.selection.session else "", view.filter.strip())
        query, died, ok = " ".join(filter(None, words)), view.snapshot.totals.dead, index.listing.replayed_ok
        return empty_text(of=index.of, died=died, replayed_ok=ok, query=query, trash=index.wish.trash)

    def tell_groups(self) -> None:
        """Say how many letters and groups there are, and while they are read how many of them are."""
        index = self._index
        number = f"{index.shown:,} of {index.of:,}" if index.shown != index.of else f"{index.of:,}"
        title = f"{'Trash' if index.wish.trash else 'Dead letters'} {number}"
        title += f" · {plural(len(index.groups), 'group')} by {index.wish.by.value}"
        if index.progress is not None:
            title = f"{'Trash' if index.wish.trash else 'Dead letters'} · reading {index.progress:.0%}"
        self._group_pane.tell(title, _GROUPING)

    def _fit_columns(self) -> None:
        looks = (self._looks or DlqLooks()).after(self._index.listing, ascii_only=self._view.ascii)
        if looks != self._looks:
            self._looks = looks
            self._set_columns()

    def _set_columns(self) -> None:
        looks = self._looks or DlqLooks()

        def now() -> float:
            return self._view.now

        self._groups.set_columns(group_columns(self._kind, now, lambda: self._since, looks))
        self._letters.set_columns(letter_columns(self._kind, now, lambda: self._marked, self._max_age, looks))

    def _max_age(self) -> float | None:
        plan = self._view.snapshot.plan
        return plan.policy.dlq.max_age if plan is not None else None

    def _fit_height(self) -> None:
        if self.has_class("-low"):
            self._group_pane.styles.height = "1fr"
            return
        most = max(1, min(_MOST_GROUPS, self.size.height // 3 - 3))
        self._group_pane.styles.height = max(1, min(len(self._index.groups), most)) + 3

    def _draw_letters(self) -> None:
        group = self.group
        letters: Sequence[DeadLetter] = group.letters[::-1] if group is not None else ()
        self._letters.set_rows(letters)
        self._tell_letters(group)
        self._draw_detail()

    def _tell_letters(self, group: Group | None) -> None:
        title = f"{group.count:,} × {fit(group.title, 50)} · {group.node}" if group is not None else "Messages"
        if self._marked:
            title += f" · {len(self._marked):,} marked"
        trash = self._index.listing.trash
        hint = _IN_TRASH if self._index.wish.trash else f"trash {trash:,} (u undo)"
        self._letter_pane.tell(title, hint if trash else "")

    def _draw_detail(self) -> None:
        letter, plan = self.letter, self._view.snapshot.plan
        before = self._told
        if not self._detail_pane.display or (letter is before[0] and plan is before[1]):
            return
        self._told = (letter, plan)
        same = letter is not None and before[0] is not None and letter.dlq_id == before[0].dlq_id
        lines = detail(letter, plan, ascii_only=self._view.ascii) if letter is not None else ()
        self._detail.set_lines(painted(lines), keep_place=same)

    @on(LineTable.Highlighted, "#groups")
    def follow_group(self) -> None:
        """Show the letters of another group."""
        self._draw_letters()

    @on(LineTable.Highlighted, "#letters")
    def follow_letter(self) -> None:
        """Show another letter."""
        self._draw_detail()

    @on(LineTable.Chosen, "#groups")
    def open_group(self) -> None:
        """Go to the letters of the group."""
        self.go_to_letters()

    @on(LineTable.Chosen, "#letters")
    def open_letter(self) -> None:
        """Go into the detail."""
        if not self.has_class("-large"):
            self.add_class("-detail")
            self._draw_detail()
        self._detail.focus()
