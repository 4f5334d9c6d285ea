"""A component's own settings against the model of its kind, each fault at the place of the value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pydantic.fields import FieldInfo

from woodwork_engine.kinds import KindSettings, ScriptPath, setting_names
from woodwork_engine.language import validation
from woodwork_engine.language.codes import Code
from woodwork_engine.language.deployment import BUS
from woodwork_engine.language.environment import variables
from woodwork_engine.language.hooks import USES
from woodwork_engine.language.lines import Lines
from woodwork_engine.language.moves import WAS
from woodwork_engine.language.part import Part
from woodwork_engine.language.policies import DeliverySettings, FlowSettings, RetrySettings
from woodwork_engine.language.problems import Problems
from woodwork_engine.language.python_files import PythonFiles
from woodwork_engine.language.references import TO
from woodwork_engine.language.suggestions import Suggestions, did_you_mean
from woodwork_engine.language.syntax import Entry
from woodwork_engine.language.validation import Complaint, complaints
from woodwork_engine.language.values import place_of, plain, setting_of
from woodwork_engine.plan import Setting
from woodwork_engine.source import Fix

DELIVERY = frozenset(DeliverySettings.model_fields)
"""The keys of a component that are about deliveries to it, whatever its kind."""

NOT_OWN = DELIVERY | USES.keys() | {TO, WAS}
"""The keys of a component that its kind knows nothing of."""


class SettingsReader:
    """Reads the settings that belong to a component's kind, and checks them where the kind is known."""

    def __init__(self, lines: Lines, files: PythonFiles, problems: Problems, suggestions: Suggestions) -> None:
        self._lines = lines
        self._files = files
        self._problems = problems
        self._suggestions = suggestions

    def read(self, part: Part) -> Mapping[str, Setting]:
        """Return the settings of *part* as the plan keeps them; faults keep the component from starting."""
        own = [entry for entry in part.entries if entry.key not in NOT_OWN]
        settings = {entry.key: setting_of(entry.value) for entry in own}
        if part.kind is not None and not part.damaged:
            self._check(part, part.kind.settings, own, settings)
        return MappingProxyType(settings)

    @staticmethod
    def built_in(part: Part) -> Mapping[str, Setting]:
        """Return what the kind of *part* takes for settings that are not written, as far as those are numbers."""
        written = {entry.key for entry in part.entries}
        fields: Mapping[str, FieldInfo] = part.kind.settings.model_fields if part.kind is not None else {}
        defaults = {field.alias or name: field.default for name, field in fields.items() if not field.is_required()}
        return MappingProxyType(
            {
                name: value
                for name, value in defaults.items()
                if name not in written and isinstance(value, bool | int | float)
            }
        )

    def _check(self, part: Part, model: type[KindSettings], own: list[Entry], settings: Mapping[str, Setting]) -> None:
        unsure = {key for key, value in settings.items() if any(variables(value))}
        values = {key: plain(value) for key, value in settings.items() if key not in unsure}
        found = complaints(model, values)
        for complaint in found:
            # A value that comes from the environment is looked at when the component is built.
            if unsure and (not complaint.path or complaint.path[0] in unsure):
                continue
            self._complain(part, own, complaint)
        if not found:
            self._scripts(part, model, own, values)
        if not self._takes_more(model, values, found):
            self._unknown(part, model, own)

    def _complain(self, part: Part, own: list[Entry], complaint: Complaint) -> None:
        place = place_of(own, complaint.path)
        if place is not None and self._problems.at(place):
            return
        if complaint.type == validation.MISSING and (place is None or len(complaint.path) == 1):
            self._problems.error(
                Code.MISSING_SETTING, complaint.sentence, part.declaration.header.span,
                f"{part.header} needs it", component=part.name,
            )  # fmt: skip
            return
        fix = None
        if complaint.type == validation.NOT_TEXT and place is not None:
            written = self._lines.written(place)
            fix = Fix(place, f'"{written}"') if written.replace(".", "").replace("-", "").isalnum() else None
        self._problems.error(
            Code.BAD_SETTING, complaint.sentence, place or part.declaration.header.span, fix=fix, component=part.name
        )

    def _takes_more(self, model: type[KindSettings], values: Mapping[str, object], found: object) -> bool:
        return not found and model.model_validate(dict(values)).takes_further_keys()

    def _unknown(self, part: Part, model: type[KindSettings], own: list[Entry]) -> None:
        known = setting_names(model)
        for entry in own:
            if entry.key in known or self._problems.at(entry.key_span):
                continue
            place = _other_place(entry.key)
            if place is not None:
                self._problems.error(
                    Code.MISPLACED_SETTING, f"{entry.key!r} does not belong here", entry.key_span,
                    f"write it in {place}", component=part.name,
                )  # fmt: skip
                continue
            close = self._suggestions.close_to(entry.key, [*known, *NOT_OWN])
            self._problems.warning(
                Code.UNKNOWN_SETTING, f"{part.header} has no setting {entry.key!r}", entry.key_span,
                did_you_mean(close) or "it has no effect", fix=Fix(entry.key_span, close) if close else None,
                component=part.name,
            )  # fmt: skip

    def _scripts(self, part: Part, model: type[KindSettings], own: list[Entry], values: Mapping[str, object]) -> None:
        """Look for the file that a setting marked with ScriptPath names, and in it for the function or class."""
        for key in _script_keys(model):
            written = values.get(key)
            if not isinstance(written, str):
                continue
            wanted = [(name, str(value)) for name in ("function", "class") if (value := values.get(name)) is not None]
            for place, names in [(key, ()), *((name, (value,)) for name, value in wanted)]:
                lack = self._files.lack(written, names)
                span = place_of(own, (place,))
                if lack is not None and span is not None:
                    self._problems.error(lack.code, lack.summary, span, lack.help, component=part.name)
                    break


def _script_keys(model: type[KindSettings]) -> Iterator[str]:
    fields: Mapping[str, FieldInfo] = model.model_fields
    for name, field in fields.items():
        if any(isinstance(mark, ScriptPath) and mark.must_exist for mark in field.metadata):
            yield field.alias or name


def _other_place(key: str) -> str | None:
    """Return where a setting of the flow or of retries is written, None for any other."""
    if key in RetrySettings.model_fields:
        return f"retry = {{ {key} = ... }}"
    return "deployment = local { ... }" if key in FlowSettings.model_fields or key == BUS else None
