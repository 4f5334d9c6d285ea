"""What may follow the name of a command on the `:` line, and the names it may use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol

from woodwork_engine.hold import Breakpoint, HoldState
from woodwork_tui.actions import Action


@dataclass(frozen=True, slots=True)
class Names:
    """The names a command may use: those of the running flow, and the themes.

    *lanes* are components with a session, *held* the delivery keys of held messages.
    """

    components: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    retries: tuple[tuple[str, str], ...] = ()
    dead_letters: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    revisions: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    lanes: tuple[tuple[str, str], ...] = ()
    holds: tuple[HoldState, ...] = ()
    breakpoints: tuple[Breakpoint, ...] = ()
    held: tuple[tuple[str, str], ...] = ()
    jobs: tuple[str, ...] = ()
    able: frozenset[str] | None = None
    """Ids of the commands that can be used; None: all."""


@dataclass(frozen=True, slots=True)
class Command:
    """What is to be done: an action and its *words*; a *tab* of a tab's own action."""

    action: Action
    words: tuple[str, ...] = ()


class Grammar(Protocol):
    """Reads what is typed on the `:` line, as it is to be read at the moment."""

    def parse(self, line: str) -> Command | Wrong:
        """Return what *line*, without its colon, asks for, or why it asks for nothing."""
        ...

    def completions(self, line: str) -> tuple[str, ...]:
        """Return how *line* can go on, each as the whole line."""
        ...

    def usage(self, line: str) -> str:
        """Return the form of the command that *line* begins with, or nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a line is no command; *unfinished* when typing on may still make it one."""

    problem: str
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """What follows a command's name: candidates for each word; *rest* when the last one takes the whole line.

    *strict*: each word has to be one of its candidates. *least* words are needed. A command of another shape brings
    *read*, which splits what follows its name into words or says what is wrong (an empty problem: not finished), and
    *ways*, which completes it.
    """

    words: tuple[Callable[[Names], Iterable[str]], ...] = ()
    least: int = 0
    rest: bool = False
    repeats: bool = False
    strict: bool = True
    read: Callable[[str, Names], tuple[str, ...] | Wrong] | None = None
    ways: Callable[[str, Names], Iterable[str]] | None = None


def unknown(word: str, candidates: Iterable[str], *, last: bool) -> Wrong:
    """Return that *word* is none of *candidates*; as the *last* one it may still become one of them."""
    known = tuple(candidates)
    if last and any(candidate.startswith(word) for candidate in known):
        return Wrong("", unfinished=True)
    close = get_close_matches(word, known, n=1)
    return Wrong(f"{word!r} is not known" + (f"; did you mean {close[0]}?" if close else ""))
