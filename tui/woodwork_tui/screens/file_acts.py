"""What the File tab does about the flow that runs: save, roll back, decide about messages; it asks where it must."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from woodwork_engine.plan import FlowPlan
from woodwork_engine.snapshot import Revision
from woodwork_engine.source import Diagnostic
from woodwork_tui.screens.fate_dialog import FateDialog, FateQuestion
from woodwork_tui.screens.file_draft import Drafting
from woodwork_tui.screens.file_history import painted_diff
from woodwork_tui.screens.file_source import SourcePane
from woodwork_tui.screens.tab import Tab
from woodwork_tui.state.draft import Examine
from woodwork_tui.state.fates import LABELS, Decided, Fate, ways_for
from woodwork_tui.state.flow_paths import FlowPaths
from woodwork_tui.state.lines import Line
from woodwork_tui.state.problems import matching
from woodwork_tui.state.reload_plan import WAYS, fate_lines, leftovers, plan_lines, reload_plan
from woodwork_tui.state.revisions import live_revision, ways_back
from woodwork_tui.state.text_diff import unified
from woodwork_tui.state.view import View
from woodwork_tui.text import visible
from woodwork_tui.units import clock, plural

_LOOKS = 2.0  # a second at an open dialog
_STAYS = Line("The file on disk stays as it is; the next save of it, or ^r, applies what it says.", "muted")


class FileActs:
    """Opens the dialogs of *tab* and posts what was confirmed as its `Act`; *view* gives what is shown now."""

    def __init__(self, tab: Tab, source: SourcePane, view: Callable[[], View], examine: Examine) -> None:
        self._tab = tab
        self._source = source
        self._view = view
        self._examine = examine
        self._open: FateDialog | None = None
        self._beat = -1
        self._decided = Decided()

    def look(self) -> None:
        """Let an open dialog look again, twice a second, and do what was decided about components that are gone now."""
        view = self._view()
        beat = int(view.now * _LOOKS)
        if self._open is not None and beat != self._beat:
            self._beat = beat
            self._open.look()
        self._decided, due = self._decided.due(view.snapshot)
        for name, way in due:
            self._tab.post_message(self._tab.Act("resolve_removed", {"component": name, "how": way}))

    def _ask(self, question: Callable[[], FateQuestion], done: Callable[[Fate], None]) -> None:
        if self._open is not None:
            return

        def answered(fate: Fate | None) -> None:
            self._open = None
            if fate is not None:
                done(fate)

        self._open = FateDialog(question, ascii_only=self._view().ascii)
        self._tab.app.push_screen(self._open, answered)

    # saving

    async def save(self, drafting: Drafting, edits: Mapping[str, str]) -> None:
        """Write the file shown, after asking where that would strand messages."""
        self._decided = Decided()
        after = (await drafting.find(edits, self._view().file)).plan
        if after is None or not reload_plan(after, self._view().snapshot).stranded:
            self._source.save()
        else:
            self._ask(lambda: self._about_save(after), self._saved)

    def _about_save(self, after: FlowPlan) -> FateQuestion:
        snapshot = self._view().snapshot
        title = f"Reload plan · saved, it becomes rev {snapshot.rev + 1}"
        asked = self._plan_question(after, title, "Save and apply")
        file = self._source.file
        change = unified(file.buffer.disk, file.buffer.text) if file is not None and file.buffer is not None else ()
        return replace(asked, out=f"Keep rev {snapshot.rev}", change=tuple(painted_diff(change)))

    def _plan_question(self, after: FlowPlan, title: str, doing: str, *more: Line) -> FateQuestion:
        plan = reload_plan(after, self._view().snapshot)
        lines = (*plan_lines(plan), *more)
        if not plan.stranded:
            return FateQuestion(title, lines, doing)
        ways, way = ways_for(plan)
        return FateQuestion(title, (*lines, Line(""), *fate_lines(plan)), doing, plan.keys, ways, way)

    def _saved(self, fate: Fate) -> None:
        self._decide(fate)
        self._source.save()

    def _decide(self, fate: Fate) -> None:
        self._decided = Decided.of(fate, self._view().snapshot)

    # mending

    async def fix(self, problem: Diagnostic, drafting: Drafting, texts: Mapping[str, str], paths: FlowPaths) -> None:
        """Apply the fix of *problem* as it is in *texts*, those of the editor now by absolute path."""
        found = (await drafting.find(texts, self._view().file)).diagnostics
        wanted = matching(problem, found, paths.path)
        if wanted is None or wanted.fix is None:
            self._say("There is no certain fix for this one; see what the problem says.")
        elif not self._source.apply(paths.path(wanted.fix.span.file), wanted.fix, texts):
            self._say("The text has changed meanwhile; look at the problem again.")

    # rolling back

    async def roll_back(self, number: int) -> None:
        """Ask whether to go back to revision *number*, and say what that does."""
        view = self._view()
        wanted = next((each for each in ways_back(view.snapshot.revisions) if each.number == number), None)
        if wanted is None:
            self._say(self._no_way_back(number))
            return
        after = (await Drafting(self._examine).find({FlowPaths(view.file).main_path: wanted.source}, view.file)).plan
        self._ask(lambda: self._about_rollback(wanted, after), lambda fate: self._rolled_back(wanted, fate))

    def _no_way_back(self, number: int) -> str:
        snapshot = self._view().snapshot
        if number == snapshot.rev:
            return f"rev {number} is what runs; choose an earlier one."
        kept = ", ".join(str(each.number) for each in ways_back(snapshot.revisions))
        return f"There is no way back to that one; there is one to rev {kept}." if kept else "There is no earlier one."

    def _about_rollback(self, wanted: Revision, after: FlowPlan | None) -> FateQuestion:
        snapshot = self._view().snapshot
        title = f"Roll back to rev {wanted.number} from {clock(wanted.at, millis=False)}"
        doing = "Roll back"
        head = Line(f"What runs now, rev {snapshot.rev}, is left; this becomes rev {snapshot.rev + 1}.")
        if after is None:  # its includes or scripts are no longer what they were; the engine kept what it needs
            asked = FateQuestion(title, (head, _STAYS), doing)
        else:
            asked = self._plan_question(after, title, doing, Line(""), _STAYS)
            asked = replace(asked, lines=(head, Line(""), *asked.lines))
        live = live_revision(snapshot.revisions)
        change = unified(live.source, wanted.source) if live is not None else ()
        return replace(asked, out=f"Keep rev {snapshot.rev}", change=tuple(painted_diff(change)))

    def _rolled_back(self, wanted: Revision, fate: Fate) -> None:
        self._decide(fate)
        self._tab.post_message(self._tab.Act("rollback", {"number": wanted.number}))

    # what removed components have left

    def resolve(self, name: str) -> None:
        """Ask what is to become of the messages that the removed component *name* has left."""
        if any(each.name == name for each in leftovers(self._view().snapshot)):
            self._ask(lambda: self._about_leftover(name), self._resolved)

    def _about_leftover(self, name: str) -> FateQuestion:
        left = next((each for each in leftovers(self._view().snapshot) if each.name == name), None)
        if left is None:
            return FateQuestion(f"What {name} has left", (Line("Nothing is left any more."),), "Close")
        told = f"{plural(left.messages, 'message')} of {name}, which is no longer in the flow, "
        if left.draining:
            first = Line(f"{told}may still be handled. What is left then is")
            doing = "Decide so"
        else:
            first = Line(f"{told}{'is' if left.messages == 1 else 'are'} parked. To be")
            doing = f"Do so with {plural(left.messages, 'message')}"
        ways = tuple((way, LABELS[way]) for way in WAYS)
        return FateQuestion(f"What {name} has left", (first,), doing, (name,), ways, "park")

    def _resolved(self, fate: Fate) -> None:
        for name in fate.names:
            self._tab.post_message(self._tab.Act("resolve_removed", {"component": name, "how": fate.way}))

    def _say(self, text: str) -> None:
        self._tab.notify(visible(text), severity="warning", markup=False)
