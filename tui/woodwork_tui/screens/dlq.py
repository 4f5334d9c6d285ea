"""The DLQ tab: what died and why, in groups, and what is done about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.events import Resize

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.plan import FlowPlan
from woodwork_tui.screens.dlq_acts import DlqActs
from woodwork_tui.screens.dlq_columns import DlqLooks, group_columns, letter_columns
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.dlq import empty_text
from woodwork_tui.state.dlq_choice import Standing, still_marked, toggled
from woodwork_tui.state.dlq_detail import detail
from woodwork_tui.state.dlq_filter import dlq_filter
from woodwork_tui.state.dlq_groups import Group, GroupBy, group_key, trend_since
from woodwork_tui.state.dlq_index import DeadIndex
from woodwork_tui.state.filters import problem
from woodwork_tui.state.lines import painted
from woodwork_tui.state.payload_edit import as_text
from woodwork_tui.state.view import View
from woodwork_tui.text import fit
from woodwork_tui.units import plural
from woodwork_tui.widgets.keys import bindings
from woodwork_tui.widgets.line_table import LineTable
from woodwork_tui.widgets.line_view import LineView
from woodwork_tui.widgets.pane import Pane

_WIDE, _XWIDE, _TALL = 110, 160, 24
_LOW = 12
"""Lines below which there is room for one list."""
_MOST_GROUPS = 8
_GROUPING = "v group by: reason ▸ node ▸ session ▸ event"


class DlqTab(Tab):
    """Groups of dead letters, the letters of the group under the cursor, and everything about the one under theirs.

    On a small screen the last is shown on Enter, in place of the lists, until `esc`; on a low one the letters too.
    """

    DEFAULT_CSS = """
    DlqTab #dlq-lower { height: 1fr; layout: vertical; }
    DlqTab.-xwide #dlq-lower { layout: horizontal; }
    DlqTab #dlq-detail { display: none; padding: 0 1; }
    DlqTab.-large #dlq-detail { display: block; }
    DlqTab.-detail #dlq-detail { display: block; }
    DlqTab.-detail #dlq-groups, DlqTab.-detail #dlq-letters { display: none; }
    DlqTab.-low #dlq-lower, DlqTab.-low.-letters #dlq-groups { display: none; }
    DlqTab.-low.-letters #dlq-lower { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "dlq.replay", "dlq.edit", "dlq.discard", "dlq.undo", "item.view", "list.mark", "list.mark_all", "list.unmark",
        "item.copy",
    )  # fmt: skip
    filterable = True

    def __init__(self, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id)
        self._view = View()
        self._by = GroupBy.REASON
        self._index = DeadIndex()
        self._marked: frozenset[str] = frozenset()
        self._looks: DlqLooks | None = None
        self._second = -1
        self._asked: tuple[str, str] | None = None
        self._since = 0.0
        self._told: tuple[DeadLetter | None, FlowPlan | None] = (None, None)
        self._acts = DlqActs(self, lambda: self._view)
        self._groups: LineTable[Group] = LineTable((), key=lambda group: group.key, id="groups")
        self._letters: LineTable[DeadLetter] = LineTable((), key=lambda letter: letter.dlq_id, id="letters")
        self._detail = LineView(id="letter")
        self._group_pane = Pane(self._groups, title="Dead letters", id="dlq-groups")
        self._letter_pane = Pane(self._letters, id="dlq-letters")
        self._detail_pane = Pane(self._detail, title="Dead letter", id="dlq-detail")

    def compose(self) -> ComposeResult:
        """Lay groups over letters, and letters over or beside the detail."""
        yield self._group_pane
        with Container(id="dlq-lower"):
            yield self._letter_pane
            yield self._detail_pane

    def on_resize(self, event: Resize) -> None:
        """Show the detail beside the lists where there is room."""
        large = event.size.width >= _WIDE and event.size.height >= _TALL
        self.set_class(large, "-large")
        self.set_class(event.size.width >= _XWIDE, "-xwide")
        self.set_class(event.size.height < _LOW, "-low")
        if large:
            self.remove_class("-detail")
        self._fit_groups()

    # what is shown

    def check_filter(self, text: str) -> str | None:
        """Return what is wrong with the filter *text*, or None."""
        return problem(dlq_filter, text)

    def filter_status(self) -> str:
        """Return how many letters match."""
        return f"{len(self._index.shown):,} of {len(self._index.listed):,}"

    def remembered(self) -> Mapping[str, str | bool]:
        """Return what letters are grouped by."""
        return {"group": self._by.value}

    def recall(self, kept: Mapping[str, object]) -> None:
        """Group by what *kept* names."""
        if kept.get("group") in tuple(GroupBy):
            self.action_group(str(kept["group"]))

    def show(self, view: View) -> None:
        """Show *view*; ages and trends go on once a second."""
        self._view = view
        changed = self._index.update(view.dead_letters, view.filter, view.selection.session, self._by, view.now)
        if changed or self._looks is None or view.ascii is not self._looks.ascii:
            self._draw()
        elif int(view.now) != self._second:
            self._since = trend_since(self._index.groups, view.now)
            self._groups.refresh()
            self._letters.refresh()
        self._second = int(view.now)
        self._go_where_asked()
        self._draw_detail()
        self._acts.look()

    def _go_where_asked(self) -> None:
        """Put the cursor on the dead letter of a message that was selected elsewhere, once."""
        message = self._view.selection.message
        found = self._index.find(message) if message is not None and message != self._asked else None
        self._asked = message
        if found is not None:
            group, letter = found
            self._groups.move_to(group.key)
            self._draw_letters()
            self._letters.move_to(letter.dlq_id)
            self._go_to_letters()

    def _go_to_letters(self) -> None:
        self.add_class("-letters")
        self._letters.focus()

    def enter(self) -> None:
        """Begin in the groups, or in the letters when one was asked for."""
        message = self._view.selection.message
        here = self._letters.cursor_row
        there = here is not None and (here.envelope.message_id, here.route.target) == message
        if there or self.has_class("-letters"):
            self._go_to_letters()
        else:
            self._groups.focus()

    def _fit_columns(self) -> None:
        looks = (self._looks or DlqLooks()).after(self._index.groups, ascii_only=self._view.ascii)
        if looks != self._looks:
            self._looks = looks
            self._set_columns()

    def _set_columns(self) -> None:
        looks = self._looks or DlqLooks()
        self._groups.set_columns(group_columns(self._by, lambda: self._view.now, lambda: self._since, looks))
        self._letters.set_columns(letter_columns(self._by, lambda: self._view.now, lambda: self._marked, looks))

    def _draw(self) -> None:
        index, view = self._index, self._view
        self._fit_columns()
        self._marked = still_marked(self._marked, index.listed)
        self._since = trend_since(index.groups, view.now)
        words = (f"session:{view.selection.session}" if view.selection.session else "", view.filter.strip())
        query = " ".join(filter(None, words))
        if not index.groups:
            self._groups.set_empty(
                empty_text(view.dead_letters, died=view.snapshot.totals.dead, matches=0, query=query)
            )
        self._groups.set_rows(index.groups)
        self._fit_groups()
        kept, shown = len(index.listed), len(index.shown)
        number = f"{shown:,} of {kept:,}" if shown != kept else f"{kept:,}"
        groups = plural(len(index.groups), "group")
        self._group_pane.tell(f"Dead letters {number} · {groups} by {self._by.value}", _GROUPING)
        self._draw_letters()

    def _fit_groups(self) -> None:
        if self.has_class("-low"):
            self._group_pane.styles.height = "1fr"
            return
        most = max(1, min(_MOST_GROUPS, self.size.height // 3 - 3))
        self._group_pane.styles.height = max(1, min(len(self._index.groups), most)) + 3

    @property
    def _group(self) -> Group | None:
        return self._index.group(self._groups.cursor_key)

    def _draw_letters(self) -> None:
        group = self._group
        letters: Sequence[DeadLetter] = group.letters[::-1] if group is not None else ()
        self._letters.set_rows(letters)
        self._tell_letters(group)
        self._draw_detail()

    def _tell_letters(self, group: Group | None) -> None:
        title = f"{group.count:,} × {fit(group.title, 50)} · {group.node}" if group is not None else "Messages"
        if self._marked:
            title += f" · {len(self._marked):,} marked"
        trash = f"trash {self._index.trash:,} (u undo)" if self._index.trash else ""
        self._letter_pane.tell(title, trash)

    def _draw_detail(self) -> None:
        letter, plan = self._letters.cursor_row, self._view.snapshot.plan
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
        self._go_to_letters()

    @on(LineTable.Chosen, "#letters")
    def open_letter(self) -> None:
        """Go into the detail."""
        if not self.has_class("-large"):
            self.add_class("-detail")
            self._draw_detail()
        self._detail.focus()

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

    # what is done

    @property
    def _standing(self) -> Standing:
        group = self._group
        return Standing(
            self._letters.cursor_row,
            group.letters if group is not None else (),
            self._index.shown,
            self._marked,
            whole=self._groups.has_focus,
            filtered=len(self._index.shown) != len(self._index.listed),
        )

    def action_replay(self) -> None:
        """Replay what is marked, else the letter or the group under the cursor."""
        self._acts.replay(self._standing)

    def action_edit(self) -> None:
        """Edit the payload of the letter under the cursor and replay it."""
        self._acts.edit(self._letters.cursor_row)

    def action_discard(self) -> None:
        """Move what is marked, else the letter or the group under the cursor, to the trash."""
        self._acts.discard(self._standing)

    def action_undo(self) -> None:
        """Bring back what was discarded last."""
        self._acts.undo()

    def action_copy(self) -> None:
        """Copy the payload of the letter under the cursor as JSON."""
        letter = self._letters.cursor_row
        if letter is not None:
            self.post_message(self.Copy(as_text(letter.payload()), f"the payload of {letter.dlq_id}"))

    def action_view(self) -> None:
        """Group by the next thing."""
        self.action_group(self._by.next().value)

    def action_group(self, name: str) -> None:
        """Group by *name*; the cursor stays with its letter."""
        letter = self._letters.cursor_row
        self._by = GroupBy(name)
        self._set_columns()
        view = self._view
        self._index.update(view.dead_letters, view.filter, view.selection.session, self._by, view.now)
        self._draw()
        if letter is not None:
            self._groups.move_to(group_key(letter, self._by))
            self._draw_letters()
            self._letters.move_to(letter.dlq_id)

    def action_mark(self) -> None:
        """Mark the letter, or every letter of the group, or take the marks away; go on to the next."""
        standing = self._standing
        current = standing.group if standing.whole else [standing.current] if standing.current is not None else []
        self._mark(still_marked(toggled(self._marked, current), self._index.listed))
        if not standing.whole:
            self._letters.action_cursor_down()

    def action_mark_all(self) -> None:
        """Mark every letter of the group."""
        ids = frozenset(letter.dlq_id for letter in self._standing.group)
        self._mark(still_marked(self._marked | ids, self._index.listed))

    def action_unmark(self) -> None:
        """Take all marks away."""
        self._mark(frozenset())

    def _mark(self, marked: frozenset[str]) -> None:
        self._marked = marked
        self._letters.refresh()
        self._tell_letters(self._group)
