"""What changes from one file to the next: meaning counts, layout does not."""

from __future__ import annotations

from support.checking import plan_of
from woodwork_engine.plan import PlanDiff, diff

BEFORE = """
in = input cli { to = a }
a = llm scripted { answers = ["x", "y"], latency = 10ms, memory = notes, to = [out, log] }
notes = memory { limit = 5 }
log = logger {}
out = console {}
deployment = local { max_hops = 9, message_bus = memory { max_retries = 2 } }
"""


def changes(before: str, after: str) -> PlanDiff:
    return diff(plan_of(before), plan_of(after))


def test_places_comments_order_of_keys_and_style_do_not_count() -> None:
    after = """# another layout
    deployment: local { message_bus: memory { max_retries: 2 }, max_hops: 9 }
    in: input command_line { to: ["a"] }
    a: llm scripted
    {
        to: ["out", "log"]   // the same
        memory: "notes"
        latency: "10ms"
        answers: [x, y]
    }
    notes: memory short_term { limit: 5 }
    log: logger {}
    out: output console {}
    """
    found = changes(BEFORE, after)
    assert not found, found.summary()
    assert found.summary() == "no effective change"


def test_the_place_of_a_variable_does_not_count_and_its_name_does() -> None:
    before = 'a = llm x { k = $A, u = "h/${B}", to = [] }'
    assert not changes(before, '\n\n a = llm x { k = ${A}, u = "h/${B}", to = [] }')
    assert changes(before, before.replace("$A", "$C")).changed == {"a": ("k",)}
    assert changes(before, before.replace("${B}", "${C}")).changed == {"a": ("u",)}


def test_what_was_added_removed_and_changed_is_named() -> None:
    after = BEFORE.replace("latency = 10ms", "latency = 20ms, seed = 1").replace(
        "log = logger {}\n", "new = logger {}\n"
    )
    found = changes(BEFORE, after.replace("[out, log]", "[new]"))
    assert (found.added, found.removed) == (("new",), ("log",))
    assert found.changed == {"a": ("latency", "seed")}
    assert [(edge.source, edge.target) for edge in found.routes_added] == [("a", "new")]
    assert [(edge.source, edge.target) for edge in found.routes_removed] == [("a", "out"), ("a", "log")]
    assert not found.flow_policy


def test_policies_count_wherever_they_come_from() -> None:
    assert changes(BEFORE, BEFORE.replace("max_hops = 9", "max_hops = 8")).flow_policy
    retried = changes(BEFORE, BEFORE.replace("max_retries = 2", "max_retries = 3"))
    assert set(retried.changed) == {"in", "a", "notes", "log", "out"}
    assert set(retried.changed.values()) == {("policy",)}


def test_a_route_narrowed_to_an_event_is_another_route() -> None:
    found = changes(BEFORE, BEFORE.replace("[out, log]", "[out, { component = log, on = x }]"))
    assert [edge.events for edge in found.routes_added] == [("x",)]
    assert [edge.target for edge in found.routes_removed] == ["log"]


def test_a_route_that_is_written_out_where_it_was_inferred_is_a_change_of_routes_only() -> None:
    before = "in = input cli {}\na = llm scripted { to = [] }\n"
    found = changes(before, before.replace("cli {}", "cli { to = a }"))
    assert (found.added, found.removed, dict(found.changed)) == ((), (), {})
    assert len(found.routes_added) == len(found.routes_removed) == 1


def test_a_component_that_can_start_again_has_changed() -> None:
    found = changes("a = oddity { to = [] }", "a = echo { to = [] }")
    assert set(found.changed["a"]) == {"kind", "problem"}
