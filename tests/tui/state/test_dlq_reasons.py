"""The reasons of dead letters in words."""

from __future__ import annotations

import pytest

from support.dead_letters import letter
from woodwork_engine.dead_letter import DeathReason
from woodwork_tui.state.dlq_detail import detail
from woodwork_tui.state.dlq_groups import GroupBy, group_key
from woodwork_tui.state.dlq_reasons import MEANING


@pytest.mark.parametrize("reason", list(DeathReason))
def test_every_reason_is_explained_in_the_detail_and_names_its_group(reason: DeathReason) -> None:
    """E1: in words, also where no attempt was made."""
    one = letter("dl-000001", reason=reason, attempts=0)
    assert MEANING[reason] in "\n".join(line.text for line in detail(one, None))
    assert group_key(one, GroupBy.REASON) == reason.value.replace("_", " ")
