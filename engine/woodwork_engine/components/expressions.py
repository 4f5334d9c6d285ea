"""Expressions over payloads, in JMESPath: read once, checked as far as that goes without a payload, never `eval`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from types import ModuleType
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from woodwork_engine.errors import Reject

LONGEST = 4_000
"""Characters in one expression."""

_SHOWN = 80


class ExpressionError(Reject):
    """An expression that does not fit a payload; it would not at a further attempt either (bus.md D3)."""

    def __init__(self, expression: str, problem: str) -> None:
        self.expression = expression
        self.problem = problem
        shown = expression if len(expression) <= _SHOWN else f"{expression[:_SHOWN]}..."
        super().__init__(f"`{shown}` cannot be worked out for this payload: {problem}; mend it or the payload")


class Expression:
    """One expression, ready to be asked of any number of payloads; raises ValueError for one that cannot be read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._compiled = _compiled(text)

    def of(self, payload: object) -> object:
        """Return what the expression makes of *payload*, None where it finds nothing; raises ExpressionError."""
        try:
            found: object = self._compiled.search(payload)  # type: ignore[attr-defined]  # the library has no types
        except Exception as error:  # the edge to a foreign library, whatever the payload has made of it
            raise ExpressionError(self.text, _sentence(error)) from error
        return found

    def holds(self, payload: object) -> bool:
        """Whether the expression is true of *payload*, as JMESPath has it: false, null and what is empty are not.

        Any number is true, 0 among them.
        """
        found = self.of(payload)
        return not (found is None or found is False or (isinstance(found, str | list | dict) and not found))


def _readable(text: str) -> str:
    Expression(text)
    return text


ExpressionText = Annotated[str, AfterValidator(_readable), WithJsonSchema({"type": "string", "format": "jmespath"})]
"""A setting that is an expression; one that cannot be read is told where it is written."""


@cache
def _library() -> ModuleType:
    """Return the library, loaded with the first expression: flows without one start sooner."""
    try:
        import jmespath
    except ImportError:
        raise ValueError('expressions need the package jmespath; pip install "jmespath>=1"') from None
    module: ModuleType = jmespath
    return module


def _compiled(text: str) -> object:
    if len(text) > LONGEST:
        raise ValueError(f"an expression has at most {LONGEST:,} characters")
    if not text.strip():
        raise ValueError("an expression is missing; write a JMESPath expression such as order.total")
    library = _library()
    try:
        compiled: object = library.compile(text)
        _check_calls(compiled.parsed)  # type: ignore[attr-defined]  # as above
    except RecursionError:
        raise ValueError("the expression is nested too deep") from None
    except library.exceptions.JMESPathError as error:
        raise ValueError(_misread(text, error)) from None
    return compiled


def _misread(text: str, error: Exception) -> str:
    position = getattr(error, "lex_position", None)
    where = f" at character {position + 1}" if isinstance(position, int) and position < len(text) else " at its end"
    hint = (
        "; write numbers, true, false and null in backticks, as in `100`"
        if str(getattr(error, "token_type", "")).lower() == "number"
        else ""
    )
    return f"{text!r} is no JMESPath expression{where}{hint}"


def _check_calls(parsed: Mapping[str, object]) -> None:
    """Raise ValueError for a function that there is not, or for a wrong number of arguments."""
    table = _functions()
    for name, given in _calls(parsed):
        wanted = table.get(name)
        if wanted is None:
            close = get_close_matches(name, table, n=1)
            hint = f"did you mean {close[0]!r}?" if close else "JMESPath has length, contains, join, sort_by and others"
            raise ValueError(f"there is no function {name!r}; {hint}")
        least, any_more = wanted
        if given < least or (given > least and not any_more):
            more = " or more" if any_more else ""
            raise ValueError(f"{name}() takes {least}{more} argument{'s' if least != 1 else ''}, not {given}")


@cache
def _functions() -> Mapping[str, tuple[int, bool]]:
    """Return every function: how many arguments it takes, and whether it takes more."""
    from jmespath.functions import Functions

    signatures = {name: details["signature"] for name, details in Functions.FUNCTION_TABLE.items()}
    return {name: (len(of), bool(of and of[-1].get("variadic"))) for name, of in signatures.items()}


def _calls(node: Mapping[str, object]) -> Iterator[tuple[str, int]]:
    pending = [node]
    while pending:
        here = pending.pop()
        inside = [child for child in _list(here.get("children")) if isinstance(child, dict)]
        if here.get("type") == "function_expression":
            yield str(here["value"]), len(inside)
        pending.extend(inside)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _sentence(error: Exception) -> str:
    function = getattr(error, "function_name", None)
    if function is not None and hasattr(error, "current_value"):
        types = " or ".join(str(name) for name in getattr(error, "expected_types", ()))
        return f"{function}() wants {types}, not {getattr(error, 'actual_type', 'that')}"
    if isinstance(error, TypeError) and "not supported between" in str(error):
        return "it compares text with a number by size"
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:200]
