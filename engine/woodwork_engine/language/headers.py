"""What the words before a component's block mean: its kind, its role, and what `cli` stands for."""

from __future__ import annotations

import re
from collections.abc import Collection

from woodwork_engine.kinds import KindRegistry
from woodwork_engine.language import later
from woodwork_engine.language.codes import Code
from woodwork_engine.language.declared import Declared
from woodwork_engine.language.mending import NO_KIND
from woodwork_engine.language.part import Part
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.suggestions import Suggestions, did_you_mean
from woodwork_engine.language.syntax import Declaration
from woodwork_engine.language.values import unique
from woodwork_engine.role import Role
from woodwork_engine.source import Fix

CLI = "cli"

_SAYS_INPUT = re.compile(r"in(?:put)?(?:_|\Z)")
_SAYS_OUTPUT = re.compile(r"out(?:put)?(?:_|\Z)")


class HeaderReader:
    """Finds the kind of each declaration; what is not built stays, with a diagnostic that names the component."""

    def __init__(
        self,
        kinds: KindRegistry,
        declared: Declared,
        targets: Collection[str],
        problems: Problems,
        suggestions: Suggestions,
    ) -> None:
        self._kinds = kinds
        self._declared = declared
        self._targets = targets
        self._problems = problems
        self._suggestions = suggestions

    def part(self, declaration: Declaration) -> Part:
        """Return *declaration* with its kind."""
        entries = unique(declaration.block.entries)
        damaged = self._declared.syntax_errors.within(declaration.span)
        header = declaration.header.text
        if header == CLI:
            found = self._cli(declaration)
            if found is None:
                role = Role.PROCESSOR if declaration.name in self._targets else Role.RESOURCE
                return Part(declaration, header, None, role, entries, damaged)
            header = found
        header = later.ALIASES.get(header, header)
        kind = self._kinds.get(header)
        if kind is not None:
            return Part(declaration, kind.name, kind, kind.role, entries, damaged)
        if NO_KIND not in declaration.header.words:
            self._not_built(declaration, header)
        return Part(declaration, header, None, later.role_of(header), entries, damaged)

    def _cli(self, declaration: Declaration) -> str | None:
        name = declaration.name
        sends = declaration.block.get("to") is not None
        receives = name in self._targets
        if sends != receives:
            return "input cli" if sends else "output cli"
        if not sends and _SAYS_INPUT.match(name):
            return "input cli"
        if not sends and _SAYS_OUTPUT.match(name):
            return "output cli"
        why = "something routes to it and it has 'to'" if sends else "nothing routes to it and it has no 'to'"
        self._problems.error(
            Code.UNDECIDED_CLI, f"{name!r} may be an input or an output: {why}", declaration.header.span,
            "write input cli or output cli", component=name,
        )  # fmt: skip
        return None

    def _not_built(self, declaration: Declaration, header: str) -> None:
        span, name = declaration.header.span, declaration.name
        if later.is_later(header):
            self._problems.error(
                Code.LATER_KIND, f"{header!r} is not in this version; {name!r} does not start", span,
                _instead(self._kinds, later.role_of(header)), component=name,
            )  # fmt: skip
            return
        if header in later.DEPLOYMENTS or header in later.BUSES:
            place = "deployment" if header in later.DEPLOYMENTS else "message_bus, in a deployment"
            advice, fix = f"{header} stands under {place}", None
        else:
            known = [*self._kinds.headers(), CLI, *later.ALIASES, *later.headers()]
            close = self._suggestions.close_to(header, known) if header not in later.FAMILIES else None
            advice = did_you_mean(close) or self._types_of(header)
            fix = Fix(span, close) if close else None
        self._problems.error(Code.UNKNOWN_KIND, f"there is no kind {header!r}", span, advice, fix=fix, component=name)

    def _types_of(self, header: str) -> str:
        family = header.partition(" ")[0]
        names = [kind.name for kind in self._kinds]
        types = [name for name in names if name.startswith(f"{family} ")]
        return f"there are {', '.join(types or names)}"


def _instead(kinds: KindRegistry, role: Role) -> str | None:
    known = [kind.name for kind in kinds if kind.role is role]
    return f"this version has {', '.join(known)}" if known else None
