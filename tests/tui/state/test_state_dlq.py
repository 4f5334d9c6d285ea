"""What the DLQ tab computes: which letters are listed, how they are grouped, and what is said about each."""

from __future__ import annotations

import time

import pytest
from msgspec.structs import replace

from support.dead_letters import HOSTILE, NOON, letter
from woodwork_engine.dead_letter import DeadState, DeathReason, Note
from woodwork_tui.state.dlq import (
    empty_text,
    kept_until,
    last_discarded,
    normalised,
    preview,
    reason_of,
    replay_mark,
)
from woodwork_tui.state.dlq_groups import Group, GroupBy, place_of, trend
from woodwork_tui.state.dlq_index import DeadIndex
from woodwork_tui.state.dlq_listing import Wish
from woodwork_tui.state.dlq_view import DlqView


def index_of(letters, by: GroupBy = GroupBy.REASON, *, trash: bool = False) -> DeadIndex:
    index = DeadIndex()
    index.update(tuple(letters), Wish(by=by, trash=trash), NOON)
    while index.busy:
        index.work(1.0, time.perf_counter)
    return index


def groups_of(letters, by: GroupBy = GroupBy.REASON) -> tuple[Group, ...]:
    return index_of(letters, by).groups


def listed(letters) -> list[str]:
    return [one.dlq_id for one in index_of(letters).listing.letters()]


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

    groups = groups_of(letters)

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


def test_views_go_round_from_reason_to_the_trash():
    assert [one.next() for one in DlqView] == [*list(DlqView)[1:], DlqView.REASON]
    assert [one.groups for one in DlqView] == [*GroupBy, GroupBy.REASON]


def test_a_group_over_several_nodes_names_one_and_counts_the_others():
    group = groups_of([letter("a"), letter("b", target="output"), letter("c", target="log")])[0]

    assert group.node == "audit +2"


def test_a_letter_whose_replay_succeeded_leaves_the_list():
    letters = [letter("a"), letter("b", state=DeadState.REPLAYED, replay_ok=True)]

    assert listed(letters) == ["a"]


def test_a_letter_whose_replay_is_under_way_stays_and_says_so():
    under_way = letter("a", state=DeadState.REPLAYED, replay_ok=None)

    assert listed([under_way]) == ["a"]
    assert replay_mark(under_way) == "1⤳"
    assert groups_of([under_way])[0].replayed == "1 under way"


def test_a_letter_that_died_again_is_shown_once_as_the_newer_letter():
    first = replace(letter("a", state=DeadState.REPLAYED, replay_ok=False), died_again_as="b")
    second = letter("b", replays=1, chain=("a",))

    assert listed([first, second]) == ["b"]
    assert replay_mark(second) == "1✗"
    assert replay_mark(second, ascii_only=True) == "1X"


def test_a_letter_that_died_again_without_a_successor_stays_in_the_list():
    first = letter("a", state=DeadState.REPLAYED, replay_ok=False)

    assert listed([first]) == ["a"]


def test_discarded_letters_are_listed_in_the_trash_alone():
    letters = [letter("a", state=DeadState.DISCARDED), letter("b")]

    assert listed(letters) == ["b"]
    assert [one.dlq_id for one in index_of(letters, trash=True).listing.letters()] == ["a"]


def test_a_letter_in_the_trash_has_a_stated_end():
    """Screens 3.3: soft delete keeps deleted messages with a restore button and a stated deletion date."""
    thrown = letter("a", state=DeadState.DISCARDED, resolved_at=NOON)

    assert kept_until(thrown, 3_600.0) == NOON + 3_600
    assert kept_until(thrown, None) is None
    assert kept_until(letter("b"), 3_600.0) is None


def test_a_group_tells_what_was_noted_last_on_any_of_its_letters():
    noted = replace(letter("a"), notes=(Note(NOON, "ana", "asked the team"), Note(NOON + 9, "ana", "fixed in 1.2")))
    earlier = replace(letter("b"), notes=(Note(NOON + 5, "bo", "mine"),))

    assert groups_of([noted, earlier, letter("c")])[0].note == "fixed in 1.2"
    assert groups_of([letter("c")])[0].note == ""


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
    told = "No dead letters. (since start: 12 died, 3 replayed ok)"

    assert empty_text(of=0, died=12, replayed_ok=3, query="") == told
    assert empty_text(of=0, died=12, replayed_ok=3, query="node:x") == told


def test_an_empty_trash_says_how_letters_get_there_and_how_to_leave():
    told = empty_text(of=0, died=12, replayed_ok=3, query="", trash=True)

    assert told == "The trash is empty. D moves a dead letter here; v shows the others again."


def test_a_list_emptied_by_a_filter_tells_how_to_clear_it():
    told = empty_text(of=1, died=1, replayed_ok=0, query="node:x")

    assert told == "0 of 1 match node:x. esc clears the filter."


def test_a_letter_is_found_among_those_of_its_group_without_looking_at_each():
    letters = [letter(f"d{n}", at=NOON + n // 2) for n in range(9)]
    newest_first = groups_of(letters)[0].letters[::-1]

    assert [place_of(newest_first, one) for one in newest_first] == list(range(9))
    assert place_of(newest_first, letter("gone", at=NOON + 2)) is None
    assert place_of((), letters[0]) is None
