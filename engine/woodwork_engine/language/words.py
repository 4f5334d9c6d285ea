"""Words that stand without quotes: names, keys, numbers, variables, and the keywords `include` and `defaults`."""

from __future__ import annotations

import re

from woodwork_engine.language.codes import Code
from woodwork_engine.language.literals import VARIABLE, bare, dollar_word, reserved, word
from woodwork_engine.language.quotes import QuoteReader
from woodwork_engine.language.tokens import BAREWORD, DEFAULTS, INCLUDE, WORD, TokenValue
from woodwork_engine.plan import Template, Variable
from woodwork_engine.source import Fix

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*+(?=[\s:={}\[\],\"'#;]|//|/\*|\Z)")
_RUN = re.compile(r"[^\s,{}\[\]\"':=;]++")
_BARE = re.compile(r"(?:[^\s,{}\[\]\"':$]++|\$\{[A-Za-z_][A-Za-z0-9_]*+\}|\$|:(?=[^\s,{}\[\]\"']))++")
_DEFAULTS = re.compile(r"defaults\s*+([:=]?)\s*+\{")
_INCLUDE = re.compile(r"include[^\S\n]*+[\"']")


class WordReader(QuoteReader):
    """Reads words and text in quotes."""

    def value_word(self) -> None:
        """Take a bare word, a number or a variable."""
        match = _BARE.match(self.text, self.position)
        raw = match[0] if match else self.text[self.position]
        end = self.position + len(raw)
        if raw.endswith(";"):
            raw = raw.rstrip(";")
            end = self.position + len(raw)
        if "$" in raw:
            kind, value = dollar_word(raw, self.span(self.position, end))
            if kind == BAREWORD:
                value = self._run_on(raw, end, value)
        else:
            kind, value = word(raw)
        self.emit(kind, value, end)

    def _run_on(self, raw: str, end: int, value: TokenValue) -> TokenValue:
        variable = VARIABLE.match(raw)
        if variable is None or variable[1] is None:
            return value
        place = self.span(self.position, end)
        mended = "${" + variable[1] + "}" + raw[variable.end() :]
        quoted = '"' + mended.replace("\\", "\\\\") + '"'
        self.problems.error(
            Code.VARIABLE_RUN_ON, f"'{variable[0]}' is followed by more text", place, f"write {quoted}",
            fix=Fix(place, quoted),
        )  # fmt: skip
        rest = bare(raw[variable.end() :], self.span(self.position + variable.end(), end))
        first = Variable(variable[1], self.span(self.position, self.position + variable.end()))
        return Template((first, *(rest.parts if isinstance(rest, Template) else (rest,))))

    def key_word(self, *, at_top: bool) -> None:
        """Take a key, or at the top level the name of a component or a keyword."""
        self.key = False
        match = _KEY.match(self.text, self.position)
        if match is None:
            run = _RUN.match(self.text, self.position)
            end = run.end() if run else self.position + 1
            self._bad_name(self.text[self.position : end], end, quotable=not at_top)
            return
        name, end = match[0], match.end()
        if at_top and self._soft_keyword(name):
            return
        if at_top and reserved(name):
            place = self.span(self.position, end)
            self.problems.error(Code.RESERVED, f"'{name}' is reserved and names no component", place, "rename it")
        self.emit(WORD, name, end)

    def _bad_name(self, run: str, end: int, *, quotable: bool) -> None:
        place = self.span(self.position, end)
        summary = f"'{run}' is not a name"
        advice = "a name is letters, digits, '_' and '-' and begins with a letter or '_'"
        fix = Fix(place, f'"{run}"') if quotable else None
        self.problems.error(Code.NOT_A_NAME, summary, place, advice + ("; or quote it" if fix else ""), fix=fix)
        self.emit(WORD, run, end)

    def _soft_keyword(self, name: str) -> bool:
        if name == "include" and _INCLUDE.match(self.text, self.position):
            self.emit(INCLUDE, name, self.position + len(name))
            return True
        match = _DEFAULTS.match(self.text, self.position) if name == "defaults" else None
        if match is None:
            return False
        self.emit(DEFAULTS, name, self.position + len(name))
        if match[1] and "\n" not in match[0]:
            place = self.span(match.start(1), match.end(1))
            self.problems.error(
                Code.UNEXPECTED, f"'{match[1]}' is not used after 'defaults'", place, "remove it", fix=Fix(place, "")
            )
            self.position = match.end(1)
        return True
