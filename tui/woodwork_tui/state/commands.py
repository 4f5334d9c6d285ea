"""The `:` line: what was typed as a command, what is wrong with it so far, and how it can go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from woodwork_tui.actions import COMMAND_TABS, TABS, Action, commands
from woodwork_tui.state.dlq_groups import GroupBy
from woodwork_tui.state.injection import read_payload, recipients
from woodwork_tui.state.payload_edit import Invalid
from woodwork_tui.state.preferences import READERS, SettingError, read_setting
from woodwork_tui.state.reload_plan import leftovers
from woodwork_tui.state.revisions import ways_back
from woodwork_tui.state.view import View
from woodwork_tui.text import one_line

_ALIASES = {"q": "quit", "h": "help", **{tab: short for short, tab in COMMAND_TABS.items()}}
_MOST = 200


@dataclass(frozen=True, slots=True)
class Names:
    """The names a command may use: those of the running flow, and the themes."""

    components: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    retries: tuple[tuple[str, str], ...] = ()
    dead_letters: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    revisions: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def names(view: View, themes: Iterable[str] = ()) -> Names:
    """Return the names in *view*; one that cannot be typed is left out."""
    plan = view.snapshot.plan
    return Names(
        tuple(each.name for each in recipients(plan)),
        tuple(f"{edge.source}->{edge.target}" for edge in plan.edges if edge.is_route) if plan else (),
        tuple(session.id for session in view.snapshot.sessions[:_MOST] if _can_be_typed(session.id)),
        tuple(retry.key for retry in view.snapshot.retries[:_MOST]),
        tuple(letter.dlq_id for letter in view.dead_letters[-_MOST:]),
        tuple(themes),
        tuple(str(revision.number) for revision in ways_back(view.snapshot.revisions)),
        tuple(left.name for left in leftovers(view.snapshot)),
    )


def _can_be_typed(name: str) -> bool:
    return one_line(name) == name and " " not in name


@dataclass(frozen=True, slots=True)
class Command:
    """What is to be done: an action and its *words*; a *tab* of a tab's own action."""

    action: Action
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a line is no command; *unfinished* when typing on may still make it one."""

    problem: str
    unfinished: bool = False


CheckFilter = Callable[[str, str], str | None]
"""Says what is wrong with a tab's filter expression: tab, empty for the one in front, and expression in."""


@dataclass(frozen=True, slots=True)
class _Form:
    """What follows a command's name: candidates for each word; *rest* when the last one takes the whole line.

    *strict*: each word has to be one of its candidates. *least* words are needed.
    """

    words: tuple[Callable[[Names], Iterable[str]], ...] = ()
    least: int = 0
    rest: bool = False
    repeats: bool = False
    strict: bool = True


def _components(known: Names) -> Iterable[str]:
    return known.components


def _nothing(known: Names) -> Iterable[str]:
    return ()


def _taps(known: Names) -> Iterable[str]:
    return (*known.components, *known.routes)


def _letters(known: Names) -> Iterable[str]:
    return known.dead_letters


def _retry_ids(known: Names) -> Iterable[str]:
    return dict.fromkeys(key for key, _ in known.retries)


def _retry_targets(known: Names) -> Iterable[str]:
    return dict.fromkeys(target for _, target in known.retries)


_RETRY = _Form((_retry_ids, _retry_targets), least=2)
_LETTERS = _Form((_letters,), least=1, repeats=True, strict=False)
_FORMS: Mapping[str, _Form] = {
    **{f"tab.{tab}": _Form((_nothing,), rest=True, strict=False) for tab in TABS},
    "app.filter": _Form((_nothing,), rest=True, strict=False),
    "app.inject": _Form((_components, _nothing), rest=True),
    "app.theme": _Form((lambda known: known.themes,), least=1),
    "app.ascii": _Form((lambda known: ("on", "off"),), least=1),
    "app.set": _Form((lambda known: tuple(READERS), _nothing), least=2, rest=True),
    "dlq.group": _Form((lambda known: tuple(GroupBy),), least=1),
    "app.session": _Form((lambda known: known.sessions,), least=1, strict=False),
    "list.export": _Form((_nothing,), least=1, rest=True, strict=False),
    "sessions.compare": _Form((lambda known: known.sessions,) * 2, least=2, strict=False),
    "app.goto": _Form((_components,), least=1),
    "item.tap": _Form((_taps,)),
    "file.rollback": _Form((lambda known: known.revisions,), least=1),
    "file.resolve": _Form((lambda known: known.removed,), least=1),
    "retries.now": _RETRY,
    "retries.kill": _RETRY,
    "dlq.replay": _LETTERS,
    "dlq.discard": _LETTERS,
    "dlq.restore": _LETTERS,
}
_PLAIN = _Form()


def _by_name() -> Mapping[str, Action]:
    found: dict[str, Action] = {}
    for each in commands():
        found.setdefault(each.command.split()[0], each)
    return found


_COMMANDS = _by_name()


def parse(line: str, known: Names, check_filter: CheckFilter = lambda tab, text: None) -> Command | Wrong:
    """Return what *line*, without its colon, asks for, or why it asks for nothing."""
    word, _, rest = line.strip().partition(" ")
    rest = rest.strip()
    name = _ALIASES.get(word, word)
    found = _COMMANDS.get(name)
    if found is None:
        return _unknown(word, bool(rest))
    form = _FORMS.get(found.id, _PLAIN)
    words = _split(rest, form)
    if len(words) < form.least:
        return Wrong(f"{found.command}", unfinished=True)
    if len(words) > len(form.words) and not form.repeats:
        return Wrong(f"{name} takes {'nothing more' if form.words else 'nothing'}: {found.command}")
    if wrong := _unfit(words, form, known):
        return wrong
    return _checked(found, words, known, check_filter)


def _unknown(word: str, finished: bool) -> Wrong:
    if not word:
        return Wrong("", unfinished=True)
    every = (*_COMMANDS, *_ALIASES)
    if not finished and any(name.startswith(word) for name in every):
        return Wrong("", unfinished=True)
    close = get_close_matches(word, every, n=1)
    return Wrong(f"no command {word!r}" + (f"; did you mean {close[0]}?" if close else ""))


def _split(rest: str, form: _Form) -> tuple[str, ...]:
    if not form.rest:
        return tuple(rest.split())
    return tuple(rest.split(None, len(form.words) - 1)) if rest else ()


def _unfit(words: tuple[str, ...], form: _Form, known: Names) -> Wrong | None:
    if not form.strict:
        return None
    for number, word in enumerate(words[: len(form.words)]):
        if form.rest and number == len(form.words) - 1:
            continue
        candidates = tuple(form.words[number](known))
        if word in candidates:
            continue
        last = number == len(words) - 1
        if last and any(candidate.startswith(word) for candidate in candidates):
            return Wrong("", unfinished=True)
        close = get_close_matches(word, candidates, n=1)
        return Wrong(f"{word!r} is not known" + (f"; did you mean {close[0]}?" if close else ""))
    return None


def _checked(found: Action, words: tuple[str, ...], known: Names, check_filter: CheckFilter) -> Command | Wrong:
    if found.id == "app.inject" and len(words) == 2:
        read = read_payload(words[1])
        if isinstance(read, Invalid):
            return Wrong(str(read))
    if found.id == "app.set":
        try:
            read_setting(words[0], words[1], known.themes)
        except SettingError as error:
            return Wrong(str(error))
    if words and (found.id.startswith("tab.") or found.id == "app.filter"):
        problem = check_filter(found.id.partition("tab.")[2], words[0])
        if problem is not None:
            return Wrong(problem)
    return Command(found, words)


def completions(line: str, known: Names) -> tuple[str, ...]:
    """Return how *line* can go on, each as the whole line; commands that take something end in a blank."""
    word, gap, rest = line.lstrip().partition(" ")
    if not gap:
        found = [name for name in _COMMANDS if name.startswith(word)]
        return tuple(f"{name} " if " " in _COMMANDS[name].command else name for name in found)
    found_action = _COMMANDS.get(_ALIASES.get(word, word))
    if found_action is None:
        return ()
    form = _FORMS.get(found_action.id, _PLAIN)
    earlier, space, last = rest.rpartition(" ")
    place = len(earlier.split())
    if place >= len(form.words):
        if not form.repeats:
            return ()
        place = 0
    taken = set(earlier.split())
    head = f"{word} {earlier}{space}"
    able = (each for each in form.words[place](known) if each.startswith(last) and each != last and each not in taken)
    more = place + 1 < len(form.words)
    return tuple(f"{head}{each}{' ' if more else ''}" for each in able)


def usage(line: str) -> str:
    """Return the form of the command that *line* begins with, or nothing."""
    word = line.lstrip().partition(" ")[0]
    found = _COMMANDS.get(_ALIASES.get(word, word))
    return found.command if found else ""


@dataclass(frozen=True, slots=True)
class CommandHistory:
    """Commands that were typed, oldest first, and where the person is among them (None: at the end)."""

    lines: tuple[str, ...] = ()
    at: int | None = None
    limit: int = 200

    def added(self, line: str) -> CommandHistory:
        """Return the history with *line* as its newest."""
        kept = tuple(each for each in self.lines if each != line)
        return CommandHistory((*kept, line)[-self.limit :], None, self.limit)

    def moved(self, step: int) -> CommandHistory:
        """Return the history *step* lines further (negative: older)."""
        at = (len(self.lines) if self.at is None else self.at) + step
        at = max(0, at)
        return CommandHistory(self.lines, at if at < len(self.lines) else None, self.limit)

    @property
    def line(self) -> str:
        """The line at this place; nothing at the end."""
        return "" if self.at is None or not self.lines else self.lines[self.at]
