"""What the DLQ tab computes: which letters are listed, how they are grouped, and what is said about each."""

from __future__ import annotations

import pytest

from support.dead_letters import HOSTILE, NOON, letter
from woodwork_engine.dead_letter import DeadState, DeathReason
from woodwork_tui.state.dlq import (
    empty_text,
    last_discarded,
    listed,
    normalised,
    preview,
    reason_of,
    replay_mark,
)
from woodwork_tui.state.dlq_groups import Group, GroupBy, group_key, grouped, trend


def groups_of(letters, by: GroupBy = GroupBy.REASON) -> tuple[Group, ...]:
    return grouped([(group_key(one, by), one) for one in letters], by)


def test_numbers_ids_and_quoted_strings_are_folded_into_one_reason():
    one = normalised("KeyError: 'order-17' not found for user 4411 (0190f2c4a1b2-7f3a91-0000012)")
    two = normalised("KeyError: 'order-9' not found for user 7 (0190f2c4ffff-7f3a91-00000ff)")

    assert one == two
    assert one == "KeyError: '…' not found for user <n> (<id>)"


def test_words_that_merely_look_like_hexadecimal_are_kept():
    assert normalised("ValueError: facade deadbeef added") == "ValueError: facade deadbeef added"


def test_an_apostrophe_does_not_open_a_quoted_string():
    assert normalised("ValueError: can't parse, won't try") == "ValueError: can't parse, won't try"


def test_letters_with_one_folded_reason_make_one_group():
    letters = [letter(f"d{n}", message=f"order {n} refused", at=NOON + n) for n in range(3)]
    letters.append(letter("other", error="ValueError", message="1 field required"))

    groups = groups_of(listed(letters))

    assert [(group.count, group.title) for group in groups] == [
        (3, "ConnectionError: order <n> refused"),
        (1, "ValueError: 1 field required"),
    ]


def test_a_group_whose_letters_agree_shows_the_reason_unfolded():
    groups = groups_of([letter("a"), letter("b")])

    assert groups[0].title == "ConnectionError: audit-db:5432 refused"


@pytest.mark.parametrize(
    ("by", "titles"),
    [
        (GroupBy.NODE, ["audit", "output"]),
        (GroupBy.SESSION, ["s-01", "s-02"]),
        (GroupBy.EVENT, ["agent.response", "input.received"]),
    ],
)
def test_letters_can_be_grouped_by_node_session_and_event(by: GroupBy, titles: list[str]):
    letters = [
        letter("a"),
        letter("b"),
        letter("c", target="output", session="s-02", event="input.received"),
    ]

    assert [group.title for group in groups_of(letters, by)] == titles


def test_grouping_goes_round_from_reason_to_event():
    assert [GroupBy.REASON.next(), GroupBy.NODE.next(), GroupBy.SESSION.next(), GroupBy.EVENT.next()] == [
        GroupBy.NODE,
        GroupBy.SESSION,
        GroupBy.EVENT,
        GroupBy.REASON,
    ]


def test_a_group_over_several_nodes_names_one_and_counts_the_others():
    group = groups_of([letter("a"), letter("b", target="output"), letter("c", target="log")])[0]

    assert group.node == "audit +2"


def test_a_letter_whose_replay_succeeded_leaves_the_list():
    letters = [letter("a"), letter("b", state=DeadState.REPLAYED, replay_ok=True)]

    assert [one.dlq_id for one in listed(letters)] == ["a"]


def test_a_letter_whose_replay_is_under_way_stays_and_says_so():
    under_way = letter("a", state=DeadState.REPLAYED, replay_ok=None)

    assert listed([under_way]) == (under_way,)
    assert replay_mark(under_way) == "1⤳"
    assert groups_of([under_way])[0].replayed == "1 under way"


def test_a_letter_that_died_again_is_shown_once_as_the_newer_letter():
    first = letter("a", state=DeadState.REPLAYED, replay_ok=False)
    second = letter("b", replays=1, chain=("a",))

    assert listed([first, second]) == (second,)
    assert replay_mark(second) == "1✗"
    assert replay_mark(second, ascii_only=True) == "1X"


def test_a_letter_that_died_again_without_a_successor_stays_in_the_list():
    first = letter("a", state=DeadState.REPLAYED, replay_ok=False)

    assert listed([first]) == (first,)


def test_discarded_letters_are_not_listed():
    assert listed([letter("a", state=DeadState.DISCARDED)]) == ()


def test_undo_brings_back_the_discarded_batch_and_then_the_one_before():
    letters = [
        letter("a", state=DeadState.DISCARDED, resolved_at=NOON),
        letter("b", state=DeadState.DISCARDED, resolved_at=NOON + 5),
        letter("c", state=DeadState.DISCARDED, resolved_at=NOON + 5),
        letter("d"),
    ]

    assert last_discarded(letters) == ("b", "c")
    assert last_discarded(letters[:1]) == ("a",)
    assert last_discarded([letter("d")]) == ()


def test_a_reason_without_an_attempt_is_the_reason_itself():
    assert reason_of(letter("a", attempts=0, reason=DeathReason.HOP_LIMIT)) == "hop limit"


def test_a_killed_message_names_what_it_died_of_and_its_last_error():
    killed = letter("a", reason=DeathReason.KILLED)

    assert reason_of(killed) == "killed after ConnectionError: audit-db:5432 refused"


def test_the_trend_counts_deaths_in_equal_parts_of_the_time():
    letters = [letter("a", at=NOON), letter("b", at=NOON + 79), letter("c", at=NOON + 80)]

    assert trend(letters, since=NOON, now=NOON + 80) == (1, 0, 0, 0, 0, 0, 0, 2)


@pytest.mark.parametrize("payload", HOSTILE)
def test_a_preview_of_any_payload_is_short_json(payload: str):
    assert len(preview(letter("a", payload=payload))) <= 520


def test_a_preview_of_a_broken_payload_says_so():
    broken = letter("a")
    broken = type(broken)(**{name: getattr(broken, name) for name in broken.__struct_fields__} | {"encoded": b"\xc1"})

    assert preview(broken).startswith('"(1 byte that cannot be read: ')


def test_an_empty_list_says_what_died_and_what_was_replayed():
    assert empty_text([], died=12, matches=0, query="") == "No dead letters. (since start: 12 died, 0 replayed ok)"
    done = letter("a", state=DeadState.REPLAYED, replay_ok=True)
    assert empty_text([done], died=1, matches=0, query="") == "No dead letters. (since start: 1 died, 1 replayed ok)"


def test_a_list_emptied_by_a_filter_tells_how_to_clear_it():
    assert empty_text([letter("a")], died=1, matches=0, query="node:x") == (
        "0 of 1 match node:x. esc clears the filter."
    )
