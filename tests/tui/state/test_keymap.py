"""Keys as a person wants them: which names are keys, and that no key comes to mean two things in one place."""

from __future__ import annotations

import pytest
from textual.keys import _character_to_key

from woodwork_tui.actions import ACTIONS, action
from woodwork_tui.state.key_names import KeyNameError, character_name, key_name, types_text
from woodwork_tui.state.keymap import keymap


def refused(wishes):
    return [(each.action, each.problem) for each in keymap(wishes).refused]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("F", "F"),
        ("?", "question_mark"),
        ("esc", "escape"),
        ("PgUp", "pageup"),
        ("F5", "f5"),
        ("^f", "ctrl+f"),
        ("Ctrl+F", "ctrl+f"),
        ("ctrl+]", "ctrl+right_square_bracket"),
        ("shift+up", "shift+up"),
        ("alt+x", "alt+x"),
        ("+", "plus"),
        (",", "comma"),
        ("question_mark", "question_mark"),
    ],
)
def test_a_key_is_written_as_people_write_it(written, name):
    assert key_name(written) == name


def test_every_character_has_the_name_that_events_carry():
    characters = [chr(code) for code in range(0x21, 0x7F)]
    assert [character_name(each) for each in characters] == [_character_to_key(each) for each in characters]


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("ctrl+i", "cannot tell 'ctrl+i' from tab"),
        ("ctrl+[", "from escape"),
        ("ctrl+c", "it copies what is selected, or quits"),
        ("ctrl+1", "do not send"),
        ("hyper+x", "do not send"),
        ("shift+a", "the capital letter 'A'"),
        ("banana", "no key 'banana'"),
        ("", "no key ''"),
        ("\x1b", "is no key"),
    ],
)
def test_what_is_no_key_or_never_arrives_is_refused_with_the_reason(written, says):
    with pytest.raises(KeyNameError, match=says.replace("+", r"\+").replace("[", r"\[")):
        key_name(written)


def test_letters_punctuation_and_the_space_bar_type_text_and_other_keys_do_not():
    assert all(map(types_text, ("a", "G", "question_mark", "space")))
    assert not any(map(types_text, ("escape", "f5", "alt+f", "shift+up", "enter")))


def test_an_action_takes_the_keys_it_is_given_instead_of_its_own():
    assert keymap({"list.follow": ("alt+f",), "item.tap": ("t", "F15")}).keys == {
        "list.follow": "alt+f",
        "item.tap": "t,f15",
    }


def test_vims_keys_stay_whatever_else_is_set():
    assert keymap({"list.down": ("f17",), "list.first": ("f19",)}).keys == {"list.down": "f17,j", "list.first": "f19,g"}
    assert refused({"list.mark": ("j",)}) == [("list.mark", "'j' is already 'list.down' (Down)")]


def test_an_action_that_is_not_known_is_refused_and_the_one_meant_is_named():
    (found,) = keymap({"list.folow": ("x",)}).refused
    assert (found.problem, found.remedy) == ("no action 'list.folow'", "did you mean 'list.follow'?")


def test_a_command_without_a_key_cannot_get_one():
    (found,) = keymap({"app.theme": ("T",)}).refused
    assert "has no key" in found.problem
    assert found.remedy == "it is a command: :theme NAME"


def test_a_key_that_means_something_there_already_is_refused_and_nothing_changes():
    found = keymap({"app.full": ("z",), "list.follow": ("1",)})
    assert found.keys == {}
    assert [each.problem for each in found.refused] == [
        "'z' is already 'flow.zoom' (Zoom the graph)",
        "'1' is already 'tab.flow' (Flow)",
    ]


def test_of_two_wishes_for_one_key_the_later_one_gives_way():
    found = keymap({"list.follow": ("f15",), "list.sort": ("f15",)})
    assert found.keys == {"list.follow": "f15"}
    assert found.refused[0].action == "list.sort"


def test_two_actions_may_change_places():
    found = keymap({"list.sort": (action("list.follow").key,), "list.follow": (action("list.sort").key,)})
    assert found.refused == ()
    assert found.keys == {"list.sort": "F", "list.follow": "o"}


def test_a_wish_that_gives_way_takes_the_ones_with_it_that_needed_its_key():
    found = keymap({"list.sort": ("F",), "list.follow": ("1",)})
    assert found.keys == {}
    assert [each.action for each in found.refused] == ["list.sort", "list.follow"]


def test_places_that_are_never_there_together_may_use_one_key():
    assert refused({"retries.kill": ("D",)}) == []


@pytest.mark.parametrize(
    "name",
    ["app.quit", "typed.done", "filter.clear", "command.complete", "chat.send", "editor.cut", "inject.send"],
)
def test_what_is_heard_while_text_is_typed_cannot_be_a_letter(name):
    assert "it is typed as text there" in refused({name: ("Q",)})[0][1]
    assert refused({name: ("f19",)}) == []


def test_the_keys_of_the_registry_are_no_conflict_with_themselves():
    wishes = {each.id: tuple(each.key.split(",")) for each in ACTIONS if each.key}
    assert refused(wishes) == []


def test_the_editor_stands_in_the_file_tab_and_hears_its_keys_too():
    assert refused({"file.fix": ("ctrl+x",)})
    assert refused({"dlq.replay": ("ctrl+x",)}) == []
