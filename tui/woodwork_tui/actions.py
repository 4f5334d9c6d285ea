"""One registry of everything a person can do: feeds keys, `:` commands, palette, footer, help and toasts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

TABS = ("flow", "messages", "sessions", "queues", "retries", "dlq", "file", "health")
TAB_TITLES = {
    "flow": "Flow", "messages": "Messages", "sessions": "Sessions", "queues": "Queues", "retries": "Retries",
    "dlq": "DLQ", "file": "File", "health": "Health",
}  # fmt: skip
FILTERED_TABS = ("flow", "messages", "sessions", "queues", "retries", "dlq")
"""Tabs that list something, where `/` means something."""
COMMAND_TABS = {"msgs": "messages"}
"""Short command names of tabs that have one."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. *key* lists Textual key names, *call* the action method with its arguments.

    *command* is its form on the `:` line, empty when it has none; *hint* the footer's word, empty to leave it out.
    *rank* orders the footer, small first.
    """

    id: str
    key: str
    title: str
    group: str
    call: str
    command: str = ""
    hint: str = ""
    rank: int = 50

    @property
    def shown_key(self) -> str:
        """The first key as people write it."""
        return show_key(self.key.split(",")[0])


_KEY_NAMES = {
    "escape": "esc", "enter": "⏎", "question_mark": "?", "slash": "/", "colon": ":", "minus": "-", "backslash": "\\",
    "asterisk": "*", "delete": "del", "equals_sign": "=", "right_square_bracket": "]", "space": "space",
    "pageup": "pgup", "pagedown": "pgdn", "up": "↑", "down": "↓", "left": "←", "right": "→", "semicolon": ";",
}  # fmt: skip


def show_key(key: str) -> str:
    """Return a Textual key name as people write it: `^p`, `?`, `F12`."""
    if key.startswith("ctrl+"):
        return "^" + _KEY_NAMES.get(key[5:], key[5:])
    if len(key) > 1 and key[0] == "f" and key[1:].isdigit():
        return key.upper()
    return _KEY_NAMES.get(key, key)


def _recent_actions() -> Iterable[Action]:
    for number in range(1, 10):
        yield Action(f"start.recent{number}", str(number), f"Open recent flow {number}", "Start", f"recent({number})")


def _tab_actions() -> Iterable[Action]:
    for number, name in enumerate(TABS, 1):
        short = next((short for short, tab in COMMAND_TABS.items() if tab == name), name)
        command = f"{short} [filter]" if name in FILTERED_TABS else short
        yield Action(f"tab.{name}", str(number), TAB_TITLES[name], "Tabs", f"go('{name}')", command)


_SCOPE, _STOP = "[COMPONENT][/SESSION]", "COMPONENT|SOURCE->TARGET [if CONDITION]"
_HOLDING = (
    Action("bus.pause", "p", "Pause the selection, or resume it", "Bus", "pause", f"pause {_SCOPE}", "Pause", 23),
    Action("bus.pause_all", "P", "Pause the whole flow, or resume it", "Bus", "pause_all", "", "Pause all", 24),
    Action(
        "bus.resume",
        "",
        "Resume what is paused; a stuck session skips what it is stuck on",
        "Bus",
        "",
        f"resume {_SCOPE}",
    ),
    Action(
        "bus.step", "s", "Let one message of what is paused be handled", "Bus", "step", f"step {_SCOPE}", "Step", 25
    ),
    Action("bus.step_session", "S", "Step a paused session until it rests", "Bus", "step_session", "step-session ID"),
    Action(
        "bus.break",
        "b",
        "Set a breakpoint on the selection, or take it away",
        "Bus",
        "stop_at",
        f"break {_STOP}",
        "Break",
        22,
    ),
    Action("bus.break_if", "B", "Set a breakpoint with a condition", "Bus", "stop_if"),
    Action("bus.unbreak", "", "Take a breakpoint away", "Bus", "", f"unbreak {_STOP}"),
    Action("bus.stops", "", "Breakpoints and held messages", "Bus", "", "held"),
    Action(
        "bus.release",
        "",
        "Release a held message, as it is or with another payload",
        "Bus",
        "",
        "release ID TARGET [PAYLOAD]",
    ),
    Action("bus.release_all", "", "Release all held messages", "Bus", "", "release-all"),
    Action("held.drop", "D", "Drop a held message", "Bus", "drop", "drop ID TARGET", "Drop", 17),
    Action(
        "bus.retry_stuck",
        "",
        "Retry what a session is stuck on, in its place",
        "Bus",
        "",
        "retry-stuck COMPONENT/SESSION",
    ),
    Action("bus.purge", "X", "Purge a session's queue", "Bus", "purge", "purge COMPONENT/SESSION", "Purge", 58),
    Action("held.release", "R", "Release it as it is", "Bus", "release", "", "Release", 15),
    Action("held.edit", "e", "Edit its payload and release it", "Bus", "edit", "", "Edit & release", 16),
    Action("held.unstop", "b,delete", "Take the breakpoint away", "Bus", "unstop", "", "Take away", 15),
    Action("inject.send", "ctrl+s", "Send the message", "Bus", "send", "", "Send", 15),
    Action("inject.turn", "f2", "As a form, or as JSON", "Bus", "turn", "", "Form/JSON", 16),
    Action("bus.repeat", "I", "Repeat the last injection", "Bus", "repeat", "repeat"),
    Action("app.copy_command", "Y", "Copy the last action as a command", "Everywhere", "copy_command", "copy-command"),
)

ACTIONS: tuple[Action, ...] = (
    *_tab_actions(),
    Action("app.help", "question_mark,f1", "Keys of what has the focus", "Everywhere", "help", "help", "Help", 0),
    Action("app.command", "colon", "Command line", "Everywhere", "command", "", "Cmd", 1),
    Action("app.filter", "slash", "Filter this tab", "Everywhere", "filter", "filter EXPR", "Filter", 2),
    Action("app.palette", "ctrl+p", "Command palette", "Everywhere", "command_palette", "", "Palette", 90),
    Action("app.back", "escape", "Clear the filter, close, go back", "Everywhere", "back"),
    Action("app.last", "minus", "Last view", "Everywhere", "last", "last"),
    Action("app.full", "f", "Pane over the whole screen, and back", "Everywhere", "full", "full", "Full", 60),
    Action("app.chrome", "H", "Hide header, tabs and footer, and back", "Everywhere", "chrome", "chrome"),
    Action("app.inject", "i", "Inject a message", "Bus", "inject", "inject COMPONENT[/SESSION] PAYLOAD", "Inject", 20),
    Action("app.reload", "ctrl+r", "Read the flow file again", "Bus", "reload", "reload"),
    Action("app.about", "f12", "Versions, paths, terminal, drops", "Everywhere", "about", "about"),
    Action("app.theme", "", "Change the theme", "Everywhere", "theme", "theme NAME"),
    Action("app.ascii", "", "ASCII characters only", "Everywhere", "ascii", "ascii on|off"),
    Action("app.set", "", "Set how the app looks, for this run", "Everywhere", "set", "set NAME VALUE"),
    Action("app.leave", "q", "Back; at the root quit", "Everywhere", "leave"),
    Action("app.quit", "ctrl+q", "Quit; asks if messages would be lost", "Everywhere", "quit", "quit", "Quit", 91),
    Action("app.session", "", "Look at one session everywhere", "Everywhere", "session", "session ID"),
    Action("app.goto", "", "Select a component", "Everywhere", "goto", "goto COMPONENT"),
    # lists
    Action("list.up", "up,k", "Up", "Lists", "cursor_up"),
    Action("list.down", "down,j", "Down", "Lists", "cursor_down"),
    Action("list.left", "left,h", "Left", "Lists", "cursor_left"),
    Action("list.right", "right,l", "Right", "Lists", "cursor_right"),
    Action("list.first", "g,home", "First", "Lists", "cursor_first"),
    Action("list.final", "G,end", "Last", "Lists", "cursor_last"),
    Action("list.page_up", "pageup", "Page up", "Lists", "page_up"),
    Action("list.page_down", "pagedown", "Page down", "Lists", "page_down"),
    Action("list.choose", "enter", "Open", "Lists", "choose", "", "Open", 10),
    Action("list.follow", "F", "Follow the newest", "Lists", "follow", "", "Follow", 40),
    Action("list.sort", "o", "Sort by the next column", "Lists", "sort", "", "Sort", 55),
    Action("list.reverse", "O", "Reverse the order", "Lists", "reverse"),
    Action("list.mark", "space", "Mark", "Lists", "mark", "", "Mark", 18),
    Action("list.mark_all", "asterisk", "Mark all shown", "Lists", "mark_all", "", "All", 19),
    Action("list.unmark", "backslash", "Clear the marks", "Lists", "unmark"),
    Action("list.next", "n", "Next match", "Lists", "next_match", "", "Next", 16),
    Action("list.before", "N", "Match before", "Lists", "match_before"),
    Action(
        "list.export",
        "x",
        "Write what is marked, else all that is shown, to a file",
        "Lists",
        "export",
        "export-shown FILE",
        "Export",
        58,
    ),
    Action("list.time", "ctrl+t", "Time: clock, since the row before, ago", "Lists", "time_form", "", "Time", 57),
    Action("text.wrap", "w", "Wrap long lines", "Lists", "wrap", "", "Wrap", 56),
    # lines to type into
    Action("typed.done", "enter", "Done", "Typing", "submit", "", "Done", 10),
    Action("filter.clear", "escape", "Clear the filter", "Typing", "abandon", "", "Clear", 11),
    Action("filter.complete", "tab", "Complete a field; again, the next one", "Typing", "complete", "", "Complete", 12),
    Action("command.close", "escape", "Close the line", "Typing", "abandon", "", "Close", 11),
    Action(
        "command.complete", "tab", "Complete; again, the next way to go on", "Typing", "complete", "", "Complete", 12
    ),
    Action("command.older", "up", "The command before", "Typing", "older(-1)"),
    Action("command.newer", "down", "The command after", "Typing", "older(1)"),
    # what is selected
    Action("item.describe", "d", "Describe", "Selection", "describe", "", "Describe", 50),
    Action("item.source", "e,ctrl+right_square_bracket", "Go to the source", "Selection", "source", "", "Source", 51),
    Action("item.editor", "E", "Open the line that failed in $EDITOR", "Selection", "editor", "", "$EDITOR", 53),
    Action("item.copy", "y", "Copy", "Selection", "copy", "", "Copy", 52),
    Action("item.tap", "t", "Tap the selection", "Selection", "tap", "tap [SOURCE->]TARGET", "Tap", 21),
    Action("item.view", "v", "Another view or grouping", "Selection", "view", "", "View", 30),
    Action("item.page_back", "left,h", "Page before", "Selection", "page_back"),
    Action("item.page_on", "right,l", "Next page", "Selection", "page_on", "", "Page", 31),
    Action(
        "item.again",
        "R",
        "Retry now; a dead one: to the dead letters",
        "Bus",
        "again",
        "",
        "Retry now",
        15,
    ),
    Action("flow.tap", "t", "Tap the selection; once more, everything", "Flow", "turn_tap", "", "Tap", 21),
    Action("flow.zoom", "z", "Zoom the graph", "Flow", "zoom", "", "Zoom", 31),
    Action("flow.map", "m", "Map of a graph that does not fit, or none", "Flow", "map", "", "Map", 58),
    Action("flow.pan_up", "shift+up", "Move the window up", "Flow", "pan(0, -1)"),
    Action("flow.pan_down", "shift+down", "Move the window down", "Flow", "pan(0, 1)"),
    Action("flow.pan_left", "shift+left", "Move the window to the left", "Flow", "pan(-1, 0)"),
    Action("flow.pan_right", "shift+right", "Move the window to the right", "Flow", "pan(1, 0)"),
    Action("flow.add", "a", "Add a component", "Flow", "add", "add [KIND]", "Add", 33),
    Action("flow.route", "r", "Draw a route", "Flow", "route", "route [SOURCE [TARGET [EVENT...]]]", "Route", 34),
    Action(
        "flow.remove",
        "delete",
        "Remove a component or a line; asks",
        "Flow",
        "remove",
        "remove NAME|SOURCE->TARGET",
        "Remove",
        35,
    ),
    Action("flow.undo", "u", "Take the last change of the graph back; asks", "Flow", "undo", "undo", "Undo", 36),
    Action("build.review", "ctrl+s", "Review the change", "Flow", "review", "", "Review", 15),
    Action("pick.up", "up", "The one above", "Typing", "up"),
    Action("pick.down", "down", "The one below", "Typing", "down"),
    Action("flow.session", "", "A new session for the prompt", "Flow", "new_session", "new-session"),
    Action("flow.tap_page", "", "Show the tap", "Flow", "page('tap')", "tap"),
    Action("flow.chat_page", "", "Show the chat", "Flow", "page('chat')", "chat"),
    Action("chat.type", "i", "Type into the prompt", "Chat", "type", "", "Type", 20),
    Action("chat.send", "enter", "Send what is typed", "Chat", "submit", "", "Send", 10),
    Action("chat.leave", "escape", "Leave the prompt", "Chat", "leave", "", "Leave", 11),
    Action("chat.older", "up", "What was sent before", "Chat", "older"),
    Action("chat.newer", "down", "What was sent after that", "Chat", "newer"),
    Action(
        "sessions.compare",
        "C",
        "Compare two marked sessions",
        "Selection",
        "compare",
        "compare SESSION SESSION",
        "Compare",
        23,
    ),
    # holding messages up and letting them go
    *_HOLDING,
    # retries and dead letters
    Action("retries.now", "R", "Retry now", "Bus", "retry_now", "retry ID TARGET", "Retry now", 15),
    Action(
        "retries.kill",
        "K",
        "Kill the retry: to the dead letters",
        "Bus",
        "kill_retry",
        "kill ID TARGET",
        "Kill→DLQ",
        16,
    ),
    Action(
        "dlq.replay",
        "R",
        "Replay",
        "Bus",
        "replay",
        "replay ID...|dlq where EXPR rate 5/s canary 1 stop 1",
        "Replay",
        15,
    ),
    Action("retries.edit", "e", "Edit the payload of the retry", "Bus", "edit", "edit-retry ID TARGET", "Edit", 17),
    Action("dlq.edit", "e", "Edit and replay", "Bus", "edit", "edit-letter ID", "Edit", 16),
    Action("edit.done", "ctrl+s", "Go on with the edited payload", "Bus", "done", "", "Go on", 15),
    Action("dlq.discard", "D", "Discard", "Bus", "discard", "discard ID...", "Discard", 17),
    Action("dlq.undo", "u", "Undo the discard", "Bus", "undo", "", "Undo", 18),
    Action("dlq.group", "", "Group the dead letters", "Bus", "group", "group reason|node|session|event|trash"),
    Action("dlq.restore", "", "Bring discarded letters back", "Bus", "restore", "restore ID..."),
    Action("dlq.trash", "", "Show the trash", "Bus", "trash", "trash"),
    Action("dlq.purge", "X", "Purge: forget for good", "Bus", "purge", "purge-letters", "Purge", 24),
    Action("dlq.note", "semicolon", "Note", "Bus", "note", "note ID TEXT", "Note", 22),
    Action("dlq.export", "x", "Export dead letters to a file", "Bus", "export", "export FILE", "Export", 23),
    Action("dlq.import", "", "Import dead letters from a file", "Bus", "import_", "import FILE"),
    Action(
        "job.pause",
        "p",
        "Pause the replay job, or let it go on",
        "Bus",
        "pause_job",
        "job pause|resume|cancel|show ID",
        "Pause job",
        15,
    ),
    Action("job.cancel", "K", "Cancel the replay job", "Bus", "cancel_job", "", "Cancel job", 16),
    # the start screen
    *_recent_actions(),
    Action("start.instead", "enter", "Open what was perhaps meant", "Start", "instead", "", "Open that", 5),
    Action("start.new", "n", "New flow from a template", "Start", "new", "", "New", 6),
    Action("start.open", "o", "Open a file", "Start", "ask", "", "Open", 7),
    Action("start.demo", "d", "Run the demo flow", "Start", "demo", "", "Demo", 8),
    Action("start.example", "e", "Open an example", "Start", "example", "", "Example", 9),
    Action("start.again", "r", "Look again", "Start", "again", "", "Look again", 10),
    # file
    Action("file.save", "ctrl+s", "Save and reload", "File", "save", "save", "Save+reload", 15),
    Action("file.next", "n", "Next problem", "File", "next_problem", "problem", "Next problem", 14),
    Action("editor.redo", "ctrl+y", "Redo; ^z undoes", "Editor", "redo"),
    Action("editor.cut", "ctrl+x", "Cut", "Editor", "cut"),
    Action("editor.paste", "ctrl+v", "Paste", "Editor", "paste"),
    Action("editor.all", "f7", "Select all", "Editor", "select_all"),
    Action("editor.erase_word", "ctrl+w", "Erase the word before", "Editor", "delete_word_left"),
    Action(
        "editor.erase_rest", "ctrl+k", "Erase the rest of the line", "Editor", "delete_to_end_of_line_or_delete_line"
    ),
    Action("file.complete", "tab", "Complete what is typed", "File", "complete", "", "Complete", 12),
    Action("file.fix", "ctrl+f", "Apply the problem's fix", "File", "fix", "fix", "Fix", 13),
    Action("file.external", "E", "Open the file in $EDITOR, at this line", "File", "external", "edit", "$EDITOR", 17),
    Action("file.node", "ctrl+right_square_bracket", "Go to it in the graph", "File", "node", "node", "Graph"),
    Action("file.definition", "ctrl+g", "Go to where the name is declared", "File", "definition", "definition"),
    Action("file.format", "f8", "Lay the text out", "File", "format", "format", "Format", 56),
    Action("file.undo", "u", "Undo the last edit", "File", "undo_edit", "undo-edit", "Undo", 45),
    Action("file.rollback", "U", "Roll back to a revision; asks", "Bus", "roll_back", "rollback REV", "Roll back", 16),
    Action("file.take", "T", "Put a revision's text into the editor, not saved", "File", "take", "take REV"),
    Action("file.difference", "d", "Show how the text differs", "File", "difference"),
    Action("file.compare", "equals_sign", "Compare with what runs; again, with the one before", "File", "compare"),
    Action("file.resolve", "", "Decide about what a removed component has left", "Bus", "resolve", "resolve COMPONENT"),
)

_BY_ID = {action.id: action for action in ACTIONS}


def action(id: str) -> Action:  # noqa: A002  what it is called everywhere
    """Return the action called *id*; raises KeyError."""
    return _BY_ID[id]


def commands() -> tuple[Action, ...]:
    """Return the actions that can be typed on the `:` line."""
    return tuple(action for action in ACTIONS if action.command)
