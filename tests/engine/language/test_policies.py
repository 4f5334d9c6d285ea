"""What settings become, and which one wins (LANGUAGE.md, Settings about deliveries and the flow)."""

from __future__ import annotations

import pytest

from support.checking import checked, codes, plan_of, said
from woodwork_engine.policy import (
    BreakerPolicy,
    DedupePolicy,
    DeliveryPolicy,
    DlqPolicy,
    ErrorRule,
    FlowPolicy,
    RetryPolicy,
)


def policy(settings: str = "", around: str = "") -> DeliveryPolicy:
    node = plan_of(f"a = echo {{ to = []\n{settings}\n}}\n{around}").node("a")
    assert node is not None
    return node.policy


def flow(settings: str) -> FlowPolicy:
    return plan_of(f"deployment = local {{\n{settings}\n}}").policy


def test_without_a_word_the_built_in_values_hold() -> None:
    assert policy() == DeliveryPolicy()
    assert plan_of("a = echo {}").policy == FlowPolicy()


def test_every_setting_of_a_component_reaches_its_policy() -> None:
    written = """
        concurrency = 2, timeout = 1500ms, ttl = 2h, delivery = at_most_once, on_remove = dead_letter
        max_queue = 50, max_session_queue = 5, overflow = reject, block_timeout = 5, quantum = 4
        dedupe = { window = 1m, max_ids = 9 }, breaker = { rate = 0.8, window = 1m, min = 5 }
        accepts = ["news.*", alarm], ordering = session, on_exhausted = skip
        retry = { max_retries = 7, base = 10ms, factor = 1.5, cap = 5m, jitter = none, max_retry_after = 1m }
    """
    assert policy(written) == DeliveryPolicy(
        concurrency=2, timeout=1.5, ttl=7200.0, ttl_is_own=True, delivery="at_most_once", on_remove="dead_letter",
        max_queue=50, max_session_queue=5, overflow="reject", block_timeout=5.0, quantum=4, accepts=("news.*", "alarm"),
        dedupe=DedupePolicy(60.0, 9),
        breaker=BreakerPolicy(0.8, 60.0, 5),
        retry=RetryPolicy(7, base=0.01, factor=1.5, cap=300.0, jitter="none", max_retry_after=60.0),
    )  # fmt: skip


def test_every_setting_of_a_deployment_reaches_the_policy_of_the_flow() -> None:
    written = """
        max_inflight = 2, max_messages = 3, max_bytes = 4MiB, max_hops = 5, overflow_factor = 6
        drain_timeout = 7s, stop_timeout = 8, durable = false
        dlq = { max_replays = 9, max_count = 10, max_bytes = 1KiB, max_age = 1h, when_full = reject }
    """
    assert flow(written) == FlowPolicy(
        max_inflight=2, max_messages=3, max_bytes=4 * 1024 * 1024, max_hops=5, overflow_factor=6, drain_timeout=7.0,
        stop_timeout=8.0, dlq=DlqPolicy(10, 1024, 3600.0, "reject", 9),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "age"),
    [
        ("", 604_800.0),
        ("dlq = { dead_letter_ttl = 60 }", 60.0),
        ("dead_letter_ttl = 60", 60.0),
        ("message_bus = memory { dead_letter_ttl = 60 }", 60.0),
        ("dead_letter_ttl = 70, message_bus = memory { dead_letter_ttl = 60 }", 70.0),
        ("dead_letter_ttl = 70, dlq = { max_age = 60 }", 60.0),
        ("dead_letter_ttl = 70, dlq = { max_age = none }", None),
    ],
)
def test_the_age_of_dead_letters_has_another_name_and_its_own_goes_first(written: str, age: float | None) -> None:
    assert flow(written).dlq.max_age == age


def test_component_wins_over_defaults_over_bus_over_built_in() -> None:
    bus = "deployment = local { message_bus = memory { timeout = 3, quantum = 3, concurrency = 3 } }\n"
    defaults = "defaults { timeout = 2, quantum = 2 }\n"
    found = policy("timeout = 1", bus + defaults)
    assert (found.timeout, found.quantum, found.concurrency, found.max_queue) == (1.0, 2, 3, 10_000)


def test_each_setting_of_retries_wins_by_itself() -> None:
    bus = "deployment = local { message_bus = memory { max_retries = 9, retry = { cap = 9 } } }\n"
    defaults = "defaults { retry = { base = 8s, factor = 8 } }\n"
    assert policy("retry = { base = 7s }", bus + defaults).retry == RetryPolicy(9, 7.0, 8.0, 9.0, "full")


def test_each_setting_of_dedupe_wins_by_itself() -> None:
    found = policy("dedupe = { window = 1m }, delivery = effectively_once", "defaults { dedupe = { max_ids = 7 } }")
    assert (found.delivery, found.dedupe) == ("effectively_once", DedupePolicy(60.0, 7))


def test_a_breaker_is_there_where_it_is_written_and_each_setting_wins_by_itself() -> None:
    assert policy("breaker = {}").breaker == BreakerPolicy(0.5, 30.0, 20)
    assert policy("breaker = { min = 3 }", "defaults { breaker = { rate = 0.9 } }").breaker == BreakerPolicy(
        0.9, 30.0, 3
    )
    assert policy("breaker = none", "defaults { breaker = { rate = 0.9 } }").breaker is None
    assert said("a = echo { to = [], breaker = { rat = 0.5 } }", "WW306").help == "did you mean 'rate'?"


def test_rules_about_errors_stand_layer_by_layer_the_components_first() -> None:
    bus = "deployment = local { message_bus = memory { retry = { on = { OSError = reject } } } }\n"
    defaults = "defaults { retry = { on = { KeyError = reject, Exception = pause } } }\n"
    own = """retry = { max_retry_after = 1m, on = {
        ConnectionError = retry { max_retries = 9, base = 5s, factor = 3, cap = 1m, jitter = none }
        "httpx.ReadTimeout" = { base = 1s }
    } }"""
    found = policy(own, bus + defaults).retry
    assert found.max_retry_after == 60.0
    assert found.on == (
        (
            ErrorRule("ConnectionError", "retry", max_retries=9, base=5.0, factor=3.0, cap=60.0, jitter="none"),
            ErrorRule("httpx.ReadTimeout", "retry", base=1.0),
        ),
        (ErrorRule("KeyError", "reject"), ErrorRule("Exception", "pause")),
        (ErrorRule("OSError", "reject"),),
    )


def test_what_is_wrong_in_a_rule_about_errors_is_told_at_its_place() -> None:
    text = "a = echo { to = [], retry = { on = { KeyError = never, ValueError = { cap = x } } } }"
    found = [problem for problem in checked(text).diagnostics if problem.code == "WW304"]
    assert [(text[one.span.column - 1 :].split()[0].strip(","), one.summary) for one in found] == [
        ("never", "'retry.on.KeyError.action' must be 'retry', 'reject' or 'pause'"),
        ("x", "'retry.on.ValueError.cap': a duration is a number with ms, s, m, h or d, as in 30s"),
    ]
    assert (
        "no name of an exception" in said("a = echo { to = [], retry = { on = { 'a b' = reject } } }", "WW304").summary
    )
    unknown = said("a = echo { to = [], retry = { on = { KeyError = { bsae = 1s } } } }", "WW306")
    assert (unknown.summary, unknown.help) == (
        "there is no setting 'retry.on.KeyError.bsae' here", "did you mean 'base'?",
    )  # fmt: skip
    assert said("a = echo { to = [], retry = { on = { KeyError = $V } } }", "WW304").blocks is False


def test_the_published_names_of_the_bus_settings_are_understood() -> None:
    found = policy("", "deployment = local { message_bus = memory { max_retries = 5, max_queue_size = 500 } }")
    assert (found.retry.max_retries, found.max_queue) == (5, 500)
    nearer = policy("", "deployment = local { message_bus = memory { max_retries = 5, retry = { max_retries = 6 } } }")
    assert nearer.retry.max_retries == 6


@pytest.mark.parametrize("bus", ["memory", '"memory"', "memory {}", "{ max_retries = 3 }"])
def test_the_memory_bus_may_be_asked_for(bus: str) -> None:
    assert checked(f"deployment = local {{ message_bus = {bus} }}").plan is not None


def test_a_ttl_of_none_means_no_end_and_only_a_components_own_is_its_own() -> None:
    assert policy("ttl = none").ttl is None
    assert policy("ttl = none").ttl_is_own
    shared = policy("", "defaults { ttl = 1m }")
    assert (shared.ttl, shared.ttl_is_own) == (60.0, False)
    assert policy("timeout = none", "defaults { timeout = 5 }").timeout is None


@pytest.mark.parametrize(
    "setting",
    [
        "message_bus = redis", "message_bus = nats {}", 'message_bus = "redis://host:6379"', 'message_bus = "nats://h"',
    ],
)  # fmt: skip
def test_what_a_flow_wants_that_is_not_built_blocks_it(setting: str) -> None:
    assert said(f"deployment = local {{ {setting} }}", "WW305").blocks


def test_a_bus_of_another_version_is_refused_in_one_sentence() -> None:
    lines = "\n" * 11 + "deployment = local {  message_bus = redis { redis_url = $REDIS_URL } }"
    problem = said(lines, "WW305")
    assert str(problem) == "main.ww:12:37 redis is not in this version; remove message_bus to run in memory"


@pytest.mark.parametrize("kind", ["cloud", "docker", "server"])
def test_a_deployment_elsewhere_is_refused(kind: str) -> None:
    assert said(f"deployment = {kind} {{ port = 8080 }}", "WW305").blocks


@pytest.mark.parametrize(
    ("variables", "bus"),
    [
        ({"WOODWORK_ENV": "production", "REDIS_URL": "redis://h"}, "redis"),
        ({"WOODWORK_ENV": "Staging", "REDIS_URL": "redis://h"}, "redis"),
        ({"WOODWORK_ENV": "cloud", "NATS_URL": "nats://h", "REDIS_URL": "redis://h"}, "nats"),
        ({"WOODWORK_ENV": "cloud", "REDIS_URL": "redis://h"}, "redis"),
        ({"WOODWORK_ENV": "production", "NATS_URL": "nats://h"}, None),
        ({"WOODWORK_ENV": "production"}, None),
        ({"WOODWORK_ENV": "development", "REDIS_URL": "redis://h"}, None),
        ({"REDIS_URL": "redis://h", "NATS_URL": "nats://h"}, None),
    ],
)
def test_a_bus_that_the_environment_asks_for_is_refused_too(
    variables: dict[str, str], bus: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for text in ("a = echo {}", "deployment = local {}"):
        found = [problem for problem in checked(text).diagnostics if problem.code == "WW305"]
        assert [problem.summary.split()[0] for problem in found] == ([bus] if bus else [])
    assert checked("deployment = local { message_bus = memory }").plan is not None, "the file wins"


@pytest.mark.parametrize(
    "setting",
    [
        "concurrency = 0", "concurrency = 1.5", "concurrency = many", "timeout = 0", "timeout = -1s", "ttl = soon",
        "ttl = true", "delivery = twice", "on_remove = keep", "max_queue = 0", "overflow = burst", "quantum = 0",
        "block_timeout = []", "accepts = 5", "retry = 3", "retry = { max_retries = -1 }", "retry = { factor = 0.5 }",
        "retry = { base = x }", "dedupe = { max_ids = 0 }", "breaker = { rate = 50 }", "breaker = { min = 0 }",
        "breaker = yes", "dedupe = { window = none }",
        "retry = { jitter = some }", "max_queue = $N", "retry = { cap = $N }", 'ttl = "${N}s"',
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_at_its_place(setting: str) -> None:
    text = f"a = echo {{ to = [], {setting} }}"
    problem = said(text, "WW304")
    assert problem.component == "a"
    assert text[problem.span.column - 1 :].startswith(setting.rpartition("= ")[2].split(" }")[0])


def test_a_wrong_value_leaves_the_others_in_force() -> None:
    found = plan_of("a = echo { to = [], concurrency = 0, quantum = 3, retry = { base = 1s, cap = x } }").nodes[0]
    assert (found.policy.concurrency, found.policy.quantum, found.policy.retry) == (64, 3, RetryPolicy())
    assert found.problem is not None


def test_a_setting_in_the_wrong_place_is_told_where_it_belongs() -> None:
    assert "retry = {" in (said("a = echo { to = [], max_retries = 3 }", "WW311").help or "")
    assert "deployment" in (said("a = echo { to = [], max_inflight = 3 }", "WW311").help or "")
    assert "deployment" in (said("defaults { message_bus = memory }", "WW311").help or "")
    assert "a component" in (said("defaults { to = a }\na = echo {}", "WW311").help or "")
    assert "message_bus" in (said("deployment = local { ttl = 5 }", "WW311").help or "")
    assert "defaults" in (said("deployment = local { hooks = [] }", "WW311").help or "")


def test_unknown_settings_are_warned_of_with_the_nearest_one() -> None:
    assert said("defaults { concurency = 3 }", "WW306").help == "did you mean 'concurrency'?"
    assert said("deployment = local { max_hop = 3 }", "WW306").help == "did you mean 'max_hops'?"
    assert said("a = echo { to = [], timout = 3 }", "WW306").help == "did you mean 'timeout'?"
    assert said("a = echo { to = [], retry = { bsae = 3 } }", "WW306").help == "did you mean 'base'?"


def test_defaults_in_two_blocks_are_one_and_may_not_contradict() -> None:
    found = policy("", "defaults { timeout = 1 }\ndefaults { quantum = 2 }\n")
    assert (found.timeout, found.quantum) == (1.0, 2)
    assert codes("defaults { ttl = 1 }\ndefaults { ttl = 2 }\n") == ["WW203"]


def test_a_component_knows_which_settings_it_made_itself() -> None:
    around = "defaults { ttl = 9s, retry = { max_retries = 1 } }"
    node = plan_of(f"a = echo {{ to = [], max_queue = 5, retry = {{ base = 1s }} }}\n{around}").node("a")
    assert node is not None
    assert node.own_policy == {"max_queue", "base"}


def test_a_plan_knows_where_each_setting_of_a_policy_was_written_the_nearest_place_counts() -> None:
    text = """deployment = local {
    durable: true
    message_bus = memory { max_queue_size: 7, max_retries: 2, ttl: 5s }
}
defaults { ttl: 9s, retry = { max_retries: 1 } }
a = echo { to: [], retry = { base: 1s } }
"""
    node = plan_of(text).node("a")
    assert node is not None
    assert {name: (place.layer.value, place.span.line) for name, place in node.policy_places.items()} == {
        "base": ("component", 6),
        "ttl": ("defaults", 5),
        "max_retries": ("defaults", 5),
        "durable": ("deployment", 2),
        "max_queue": ("deployment", 3),
    }
    assert node.own_policy == {"base"}


def test_a_setting_of_a_policy_that_cannot_be_used_has_no_place() -> None:
    found = checked("a = echo { to: [], timeout: -1, ttl: 3s }").plan
    node = found.node("a") if found is not None else None
    assert node is not None
    assert set(node.policy_places) == {"ttl"}


def test_a_plan_knows_where_a_components_own_settings_were_written_and_what_its_kind_takes_for_others() -> None:
    node = plan_of("n = memory short_term {\n    limit: 12\n}").node("n")
    assert node is not None
    assert {name: span.line for name, span in node.places.items()} == {"limit": 2}
    assert dict(node.built_in) == {"max_sessions": 10_000}
