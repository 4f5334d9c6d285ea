"""How long flow files of 5,000 lines take: `python tests/benchmarks/language.py`. Median seconds, and ratios.

The ratio is to Python's own `tokenize` over a Python text of as many lines saying the same: a lexer in pure Python.
The last part checks hostile texts of 200 kB and of four times that; the growth stays near four.
"""

from __future__ import annotations

import io
import statistics
import time
import tokenize
from collections.abc import Callable

from woodwork_engine.components import builtin_kinds
from woodwork_engine.language import check
from woodwork_engine.language.lexer import lex
from woodwork_engine.language.parser import parse
from woodwork_engine.language.problems import Problems

LINES = 5_000
ROUNDS = 5
KINDS = builtin_kinds()


def ordinary() -> str:
    """Return a file as people write it: an entry a line, comments, blank lines."""
    block = (
        '# number {n}\na{n} = llm scripted {{\n    answers: ["one", "two"]\n    latency: 20ms\n    seed: {n}\n'
        "    to: [a{next}, log]\n}}\n\n"
    )
    count = LINES // 8
    body = "".join(block.format(n=n, next=(n + 1) % count) for n in range(count - 1))
    return f"log = logger {{}}\n{body}a{count - 1} = echo {{ to = log }}\n"


def dense() -> str:
    """Return a file with a whole component in every line."""
    line = "a{n} = llm scripted {{ answers: yes, latency: 20ms, to: [a{next}, a{far}], retry: {{ max_retries: 1 }} }}\n"
    return "".join(line.format(n=n, next=(n + 1) % LINES, far=(n * 7) % LINES) for n in range(LINES))


def python(dense_lines: bool) -> str:
    """Return Python text that says as much."""
    if dense_lines:
        line = 'a{n} = llm(answers="yes", latency=20, to=["a{n}", "a{n}"], retry=dict(max_retries=1))\n'
        return "".join(line.format(n=n) for n in range(LINES))
    block = (
        '# number {n}\na{n} = llm(\n    answers=["one", "two"],\n    latency=20,\n    seed={n},\n'
        '    to=["a", "b"],\n)\n\n'
    )
    return "".join(block.format(n=n) for n in range(LINES // 8))


HOSTILE: dict[str, Callable[[int], str]] = {
    "open comments": lambda size: "/* " * (size // 3),
    "open quotes": lambda size: '"\n' * (size // 2),
    "commas behind a quote": lambda size: '"' + " , " * (size // 3) + "x",
    "closers": lambda size: "]" * size,
    "wrong closers": lambda size: "a = echo { x = " + "]" * size,
    "words": lambda size: "a " * (size // 2),
    "variables": lambda size: 'a = echo { x = "' + "${A}" * (size // 4) + '" }',
    "unknown names": lambda size: "".join(f"a{n} = echo {{ to = x{n} }}\n" for n in range(size // 24)),
    "nested components": lambda size: "a = llm scripted { tools = [" + "x y {}, " * (size // 8) + "] }",
    "one loop": lambda size: "".join(f"a{n} = echo {{ to = a{n + 1} }}\n" for n in range(size // 24)),
}  # fmt: skip


def seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median of what *work* takes, in seconds of this process."""
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def main() -> None:
    """Print the figures."""
    check("a = echo {}", KINDS)
    for name, text, other in (("ordinary", ordinary(), python(False)), ("dense", dense(), python(True))):
        base = seconds(lambda other=other: list(tokenize.generate_tokens(io.StringIO(other).readline)))
        print(f"{name}: {text.count(chr(10)):,} lines, {len(text) / 1_000:,.0f} kB; Python's tokenize {base:.3f} s")
        for what, work in (
            ("lex", lambda text=text: lex(text, "main.ww", Problems())),
            ("parse", lambda text=text: parse(text, "main.ww", Problems())),
            ("check", lambda text=text: check(text, KINDS)),
        ):
            taken = seconds(work)
            print(f"  {what:6} {taken:.3f} s   {taken / base:5.2f} of tokenize")
    print("hostile texts: seconds for 200 kB, for 800 kB, growth")
    for name, make in HOSTILE.items():
        small, large = make(200_000), make(800_000)
        first, second = (seconds(lambda text=text: check(text, KINDS), 3) for text in (small, large))
        print(f"  {name:22} {first:7.3f} {second:7.3f}   x{second / max(first, 0.001):.1f}")


if __name__ == "__main__":
    main()
