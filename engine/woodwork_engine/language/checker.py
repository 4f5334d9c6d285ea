"""The checker: from a flow file to a plan, with everything that is wrong or worth knowing about it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from woodwork_engine.kinds import KindRegistry
from woodwork_engine.language import checks
from woodwork_engine.language.checked import Checked, told
from woodwork_engine.language.codes import Code
from woodwork_engine.language.declared import Declared, sort_out
from woodwork_engine.language.deployment import FlowReader, FlowWide
from woodwork_engine.language.environment import ENV_FILE, env_text, env_values, variables
from woodwork_engine.language.files import FlowFiles
from woodwork_engine.language.headers import HeaderReader
from woodwork_engine.language.hooks import USES, HookReader
from woodwork_engine.language.inference import Inference
from woodwork_engine.language.layers import LayerReader
from woodwork_engine.language.lines import Lines
from woodwork_engine.language.moves import MoveReader
from woodwork_engine.language.names import Names
from woodwork_engine.language.part import Part
from woodwork_engine.language.payloads import payload_fields
from woodwork_engine.language.places import nearest, places_of
from woodwork_engine.language.policies import DeliverySettings, delivery_policy, names_of, written
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.python_files import PythonFiles
from woodwork_engine.language.references import ReferenceReader, routed_names
from woodwork_engine.language.settings import DELIVERY, NOT_OWN, SettingsReader
from woodwork_engine.language.suggestions import Suggestions
from woodwork_engine.plan import Edge, FlowPlan, Layer, Node, Script, Variable
from woodwork_engine.source import Diagnostic, Severity, Span

_NO_EDITS: Mapping[str, str] = MappingProxyType({})


def check(text: str, kinds: KindRegistry, *, file: str = "main.ww") -> Checked:
    """Return what there is to say about *text*, the contents of *file*; includes are read relative to it."""
    problems = Problems()
    files = FlowFiles(problems)
    files.take_main(text, file)
    return _Checker(file, files, kinds, problems).run()


def check_file(file: str, kinds: KindRegistry, *, edits: Mapping[str, str] = _NO_EDITS) -> Checked:
    """Return what there is to say about *file*; one that cannot be read is a diagnostic too.

    *edits* maps absolute paths of it and its includes to text that stands for what is on the disk.
    """
    problems = Problems()
    files = FlowFiles(problems, edits)
    files.read_main(file)
    return _Checker(file, files, kinds, problems).run()


class _Checker:
    """One check of one flow."""

    def __init__(self, file: str, files: FlowFiles, kinds: KindRegistry, problems: Problems) -> None:
        self._file = file
        self._files = files
        self._kinds = kinds
        self._problems = problems
        self._suggestions = Suggestions()
        self._folder = Path(os.path.dirname(file) or ".")
        self._environment = self._read_environment()

    def run(self) -> Checked:
        """Return the outcome."""
        plan = self._plan() if self._files.texts else None
        diagnostics = told(self._problems.found)
        blocked = any(problem.blocks for problem in self._problems.found)
        return Checked(
            None if blocked else plan, diagnostics, MappingProxyType(self._files.texts), tuple(self._files.paths)
        )

    def _read_environment(self) -> Mapping[str, str]:
        path = os.path.join(os.path.dirname(self._file), ENV_FILE)
        self._files.paths[os.path.abspath(path)] = None
        text = env_text(self._folder)
        if text is None:
            return os.environ
        values, bad = env_values(text)
        for line in bad[:10]:
            self._problems.warning(
                Code.BAD_ENV_LINE, "this line sets no variable", Span.point(path, line), "write NAME=value"
            )
        return {**values, **os.environ}

    def _plan(self) -> FlowPlan:
        problems, texts = self._problems, self._files.texts
        declared = sort_out(self._files.items, problems)
        lines = Lines(texts)
        scripts = PythonFiles(str(self._folder), self._suggestions)
        hooks = HookReader(problems, scripts)
        reader = LayerReader(problems, self._suggestions)
        flow = FlowReader(reader, hooks, problems, self._suggestions).read(declared, self._environment, self._file)
        parts = self._parts(declared)
        edges = self._edges(declared, parts, lines)
        own = SettingsReader(lines, scripts, problems, self._suggestions)
        moves = MoveReader(parts, problems, self._suggestions)
        nodes = [replace(self._node(part, flow, own, reader, hooks), was=moves.was(part)) for part in parts]
        moves.check_redirects()
        self._check_all(declared, parts, edges, nodes, flow)
        return FlowPlan(
            self._file, tuple(self._with_problems(nodes)), tuple(edges), flow.policy, tuple(self._files.paths)
        )

    def _parts(self, declared: Declared) -> list[Part]:
        items = declared.components.values()
        targets = {name for item in items for name in routed_names(item.block, self._kinds.get(item.header.text))}
        headers = HeaderReader(self._kinds, declared, targets, self._problems, self._suggestions)
        return [headers.part(item) for item in declared.components.values()]

    def _edges(self, declared: Declared, parts: Sequence[Part], lines: Lines) -> list[Edge]:
        broken = bool(declared.syntax_errors)
        names = Names(
            declared.components, self._kinds, self._files.texts, lines, self._problems, self._suggestions, broken=broken
        )
        reader = ReferenceReader(names, {part.name: part.role for part in parts}, lines, self._problems)
        explicit = {part.name: list(reader.edges(part)) for part in parts}
        inferred: dict[str, list[Edge]] = {}
        for edge in Inference(parts, (edge for found in explicit.values() for edge in found), self._problems).edges():
            inferred.setdefault(edge.source, []).append(edge)
        return [edge for name, found in explicit.items() for edge in (*found, *inferred.get(name, ()))]

    def _node(self, part: Part, flow: FlowWide, own: SettingsReader, reader: LayerReader, hooks: HookReader) -> Node:
        delivery = [entry for entry in part.entries if entry.key in DELIVERY]
        mine = written(reader.read(DeliverySettings, delivery, part.name))
        scripts: list[Script] = list(flow.scripts)
        for entry in part.entries:
            if entry.key in USES:
                scripts.extend(hooks.read(entry, part.name))
        return Node(
            part.name, part.header, part.role, part.span, own.read(part), delivery_policy(mine, *flow.layers),
            places=MappingProxyType({entry.key: entry.key_span for entry in part.entries if entry.key not in NOT_OWN}),
            built_in=own.built_in(part),
            policy_places=nearest((places_of(Layer.COMPONENT, delivery, names_of(mine)), *flow.places)),
            hooks=tuple(script for script in scripts if script.use == "hook"),
            pipes=tuple(script for script in scripts if script.use == "pipe"),
            takes=payload_fields(self._kinds.get(part.header)),
            sends_by=part.kind.sends_by if part.kind is not None else None,
        )  # fmt: skip

    def _check_all(
        self, declared: Declared, parts: Sequence[Part], edges: Sequence[Edge], nodes: Iterable[Node], flow: FlowWide
    ) -> None:
        problems = self._problems
        declarations = list(declared.components.values())
        checks.check_layout(declarations, problems)
        if declared.deployment is not None:
            declarations.append(declared.deployment)
        checks.check_secrets(declarations, problems)
        checks.check_ports(parts, problems)
        checks.check_ends(parts, edges, problems)
        checks.check_loops(parts, edges, flow.policy.max_hops, problems)
        if not any(problem.blocks for problem in problems.found):
            checks.check_reach(parts, edges, problems)
        for node in nodes:
            for variable in _unset(node, self._environment):
                problems.warning(
                    Code.UNSET_VARIABLE, f"${variable.name} is not set", variable.span,
                    f"set it or put it into {ENV_FILE}; without it {node.name!r} does not start", component=node.name,
                )  # fmt: skip

    def _with_problems(self, nodes: Iterable[Node]) -> Iterator[Node]:
        first: dict[str, Diagnostic] = {}
        for problem in self._problems.found:
            if problem.severity is Severity.ERROR and problem.component is not None:
                first.setdefault(problem.component, problem)
        for node in nodes:
            yield replace(node, problem=first[node.name]) if node.name in first else node


def _unset(node: Node, environment: Mapping[str, str]) -> Iterator[Variable]:
    for setting in node.settings.values():
        yield from (variable for variable in variables(setting) if variable.name not in environment)
