"""The filter line of the DLQ tab: the engine's filter over dead letters, under the tab's name."""

from __future__ import annotations

from woodwork_engine.dead_letter_filter import FIELD_NAMES, LetterFilter, letter_filter

__all__ = ["FIELD_NAMES", "DlqFilter", "dlq_filter"]

DlqFilter = LetterFilter
dlq_filter = letter_filter
