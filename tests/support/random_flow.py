"""Flows that change at random, for tests of what a reload must never do; the same seed makes the same changes."""

from __future__ import annotations

import random
from pathlib import Path

STEPS = ("a", "b", "c", "d")
REDIRECTS = {"a": "c", "b": "d", "c": "out"}

CODE = """
import asyncio
VERSION = {version}

async def work(data, context):
    if (data + VERSION) % 5 == 0:
        await asyncio.sleep(0.001)
    if (data + VERSION) % 7 == 0 and context.attempt == 1:
        raise ConnectionError("once")
    return data
"""


class RandomFlow:
    """A flow file in *folder* that `change` changes; `complete` is what brings every component back.

    *more* are further settings of the flow.
    """

    def __init__(self, folder: Path, seed: int, more: str = "max_hops = 64") -> None:
        self.chance = random.Random(seed)
        self.more = more
        self.file = folder / "main.ww"
        self.code = folder / "step.py"
        self.there = set(STEPS)
        self.kinds = dict.fromkeys(STEPS, "function")
        self.to = {"in": ["a"], "a": ["b"], "b": ["c", "d"], "c": ["out"], "d": ["out"]}
        self.concurrency = dict.fromkeys(STEPS, 8)
        self.names = {step: step for step in STEPS}
        self.known = dict(self.names)
        """The names under which components were last part of the flow."""
        self.was: dict[str, str] = {}
        self.redirects: dict[str, str] = {}
        self._named = 2
        self.version = 0
        self.write_code()

    def write_code(self) -> None:
        """Write the next version of the script that the components run."""
        self.version += 1
        _write(self.code, CODE.format(version=self.version))

    def text(self) -> str:
        """Return the flow as it should be now."""
        self.known |= {step: self.names[step] for step in self.there}
        lines = [f"deployment = local {{ drain_timeout = 5ms, max_messages = 300, {self.more} }}"]
        lines.append(f"in = input cli {{ to = {self._targets('in')} }}")
        for name in sorted(self.there):
            policy = f"concurrency = {self.concurrency[name]}, retry = {{ base = 1ms, cap = 2ms }}"
            kind = (
                'function python { path = "step.py", function = work,' if self.kinds[name] == "function" else "echo {"
            )
            lines.append(f"{self.names[name]} = {kind} {policy}{self._moves(name)}, to = {self._targets(name)} }}")
        return "\n".join([*lines, "out = output console {}", ""])

    def _targets(self, name: str) -> str:
        kept = [target for target in self.to[name] if target in self.there or target == "out"]
        return f"[{', '.join(self.names.get(target, target) for target in kept or ['out'])}]"

    def _moves(self, name: str) -> str:
        more = f", was = {self.was[name]}" if name in self.was else ""
        target = self.redirects.get(name)
        if target in self.there or target == "out":
            more += f", on_remove = redirect:{self.names.get(target, target)}"
        return more

    def change(self) -> str:
        """Change the file, or its script, in one random way; return which."""
        ways = (
            self._remove,
            self._add,
            self._retarget,
            self._rename,
            self._redirect,
            self._kind,
            self._policy,
            self._script,
            self._bad,
            self._nothing,
        )
        way = self.chance.choice(ways)
        if way() is not False:
            _write(self.file, self.text())
        return way.__name__

    def complete(self) -> None:
        """Bring every component back, so that nothing stays parked."""
        self.there = set(STEPS)
        _write(self.file, self.text())

    def _remove(self) -> None:
        if self.there:
            self.there.discard(self.chance.choice(sorted(self.there)))

    def _add(self) -> None:
        if self.there != set(STEPS):
            self.there.add(self.chance.choice(sorted(set(STEPS) - self.there)))

    def _retarget(self) -> None:
        """Routes lead forward only, so that every message comes to an end."""
        order = ("in", *STEPS, "out")
        name = self.chance.choice(order[:-1])
        later = order[order.index(name) + 1 :]
        self.to[name] = self.chance.sample(later, k=min(len(later), self.chance.choice((1, 1, 2))))

    def _rename(self) -> None:
        """Give a component, whether it is there or not, a name that nothing has had."""
        step = self.chance.choice(STEPS)
        self.was[step] = self.known[step]
        self.names[step] = f"{step}{self._named}"
        self._named += 1

    def _redirect(self) -> None:
        """What a component leaves goes to a later one, or is parked; no two leave anything to the same one."""
        step = self.chance.choice(tuple(REDIRECTS))
        self.redirects[step] = self.chance.choice(("", REDIRECTS[step]))

    def _kind(self) -> None:
        name = self.chance.choice(STEPS)
        self.kinds[name] = "echo" if self.kinds[name] == "function" else "function"

    def _policy(self) -> None:
        name = self.chance.choice(STEPS)
        self.concurrency[name] = self.chance.choice(sorted({1, 2, 8} - {self.concurrency[name]}))

    def _script(self) -> None:
        self.write_code()

    def _bad(self) -> bool:
        _write(self.file, self.text() + "\nbroken = echo {")
        return False

    def _nothing(self) -> bool:
        _write(self.file, "# a remark\n" + self.text())
        return False


def _write(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)  # some file systems write a file that is cut short to the disk, and let us wait
    path.write_text(text, encoding="utf-8")
