"""From one revision to the next while messages flow (bus.md G)."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from pathlib import Path

import pytest

from support.engines import LONG, running

TO_A = """
in = input cli { to = "step" }
step = echo { to = "a" }
a = output console {}
b = output console {}
"""
TO_B = TO_A.replace('to = "a"', 'to = "b"')


def in_place(path: Path, text: str) -> None:
    path.write_text(text)


def rename_over(path: Path, text: str) -> None:
    fresh = path.with_name("new.tmp")
    fresh.write_text(text)
    fresh.replace(path)


def like_vim(path: Path, text: str) -> None:
    path.rename(path.with_name("main.ww~"))
    path.write_text(text)
    os.unlink(path.with_name("main.ww~"))


@pytest.mark.parametrize("save", [in_place, rename_over, like_vim])
def test_a_save_is_seen_however_the_editor_does_it_and_again(tmp_path, save):
    with running(tmp_path, TO_A) as flow:
        flow.until_rev(1)
        save(flow.path, TO_B)
        flow.until_rev(2)
        save(flow.path, TO_A)
        snapshot = flow.until_rev(3)
        assert [(edge.source, edge.target) for edge in snapshot.plan.edges] == [("in", "step"), ("step", "a")]


def test_a_changed_route_under_load_loses_duplicates_and_reorders_nothing(tmp_path):
    """G1, G2, G3: outputs of attempts started later take the new route; what was queued stays where it is."""
    with running(tmp_path, TO_A) as flow:
        flow.until_rev(1)
        stop, sent = threading.Event(), 0

        def save() -> None:
            rev = 1
            while not stop.is_set():
                rev += 1
                flow.save(TO_B if rev % 2 == 0 else TO_A)
                flow.engine.reload().result(LONG)

        saver = threading.Thread(target=save)
        saver.start()
        for sent in range(1, 1501):
            flow.send("in", sent, f"s-{sent % 5}")
        stop.set()
        saver.join()
        flow.until_empty()
        assert flow.engine.take_snapshot().result(LONG).rev > 2
        arrived = defaultdict(list)
        payloads = {record.message_id: record.details()["payload"] for record in flow.records("emitted")}
        for record in flow.records("ok"):
            if record.target in ("a", "b"):
                arrived[record.session_id, record.target].append(payloads[record.message_id])
        everything = sorted(number for numbers in arrived.values() for number in numbers)
        assert everything == list(range(1, sent + 1))
        assert all(numbers == sorted(numbers) for numbers in arrived.values())
        assert {target for _, target in arrived} == {"a", "b"}


def test_unchanged_components_keep_their_state(tmp_path):
    """G3: only what changed is made anew."""
    text = """
    in = input cli { to = [count, out] }
    count = analytics {}
    out = output console {}
    """
    with running(tmp_path, text) as flow:
        flow.send("in", "one", "s-1")
        flow.until_record("ok", 2)
        flow.save(text + "\nextra = echo { to = out }\n")
        flow.until_rev(2)
        flow.send("in", "two", "s-1")
        flow.until_record("ok", 4)
        snapshot = flow.until(lambda now: (now.node("count").detail or "").startswith("2 messages"))
        assert snapshot.node("count").ok == 2
        assert [record.target for record in flow.records("node_up")] == ["in", "count", "out", "extra"]


def test_a_bad_file_changes_nothing_and_a_mended_one_recovers_by_itself(tmp_path):
    """G2: an invalid file changes nothing and says why."""
    with running(tmp_path, TO_A) as flow:
        flow.until_rev(1)
        flow.save(TO_A.replace('to = "a"', 'to = "aa"'))
        snapshot = flow.until(lambda now: now.revisions[-1].result == "rejected")
        assert (snapshot.rev, snapshot.revisions[-1].number) == (1, 0)
        assert [found.code for found in snapshot.revisions[-1].diagnostics if found.blocks] == ["WW201"]
        flow.send("in", "still here", "s-1")
        flow.until(lambda _: flow.said() == ["still here"])
        flow.save(TO_B)
        snapshot = flow.until_rev(2)
        assert [revision.result for revision in snapshot.revisions] == ["ok", "rejected", "live"]
        assert [record.type for record in flow.records() if record.type.startswith("reload")] == [
            "reload_applied", "reload_rejected", "reload_planned", "reload_applied",
        ]  # fmt: skip


def test_an_invalid_first_file_starts_by_itself_when_it_is_mended(tmp_path):
    with running(tmp_path, "in = input cli {") as flow:
        flow.until(lambda now: bool(now.revisions))
        with pytest.raises(Exception, match="nothing is running"):
            flow.send("in", "x")
        flow.save(TO_A)
        flow.until_rev(1)
        flow.send("in", "x", "s-1")
        flow.until(lambda _: flow.said() == ["x"])


def test_a_save_without_effect_gets_no_number(tmp_path):
    """G3: comments, layout and the order of keys mean nothing; places are brought up to date."""
    with running(tmp_path, TO_A) as flow:
        flow.until_rev(1)
        flow.save("# a remark\n\n" + TO_A)
        snapshot = flow.until(lambda now: len(now.revisions) == 2)
        assert (snapshot.rev, snapshot.revisions[-1].result) == (1, "no effective change")
        assert snapshot.plan.node("step").span.line == 5
        assert len(flow.records("reload_applied")) == 1


def script(text: str) -> str:
    return TO_A.replace("step = echo {", 'step = function python { path = "step.py", function = work,') + text


def test_the_next_message_is_served_by_saved_code(tmp_path):
    """G3: a script is watched like the flow file."""
    tmp_path.joinpath("step.py").write_text("def work(data):\n    return 'old'\n")
    with running(tmp_path, script("")) as flow:
        flow.send("in", 1, "s")
        flow.until(lambda _: flow.said() == ["old"])
        tmp_path.joinpath("step.py").write_text("async def work(data):\n    return 'new'\n")
        snapshot = flow.until_rev(2)
        assert snapshot.revisions[-1].change == "~step code"
        flow.send("in", 2, "s")
        flow.until(lambda _: flow.said() == ["old", "new"])


def test_a_script_that_does_not_import_leaves_the_old_code_running(tmp_path):
    """G3: new instances start before the swap; if one fails the revision is rejected and the old one goes on."""
    tmp_path.joinpath("step.py").write_text("def work(data):\n    return 'old'\n")
    with running(tmp_path, script("")) as flow:
        flow.until_rev(1)
        tmp_path.joinpath("step.py").write_text("def work(data:\n")
        snapshot = flow.until(lambda now: now.revisions[-1].result == "rejected")
        said = [found.summary for found in snapshot.revisions[-1].diagnostics if found.component == "step"]
        assert said == ["step.py is no valid Python: line 1: '(' was never closed"]
        flow.send("in", 1, "s")
        flow.until(lambda _: flow.said() == ["old"])
        tmp_path.joinpath("step.py").write_text("def work(data):\n    return 'mended'\n")
        flow.until_rev(2)


def test_code_that_fails_while_it_starts_leaves_the_old_code_running(tmp_path):
    """G3: what cannot be seen without running it is found by starting it, before anything is exchanged."""
    tmp_path.joinpath("step.py").write_text("def work(data):\n    return 'old'\n")
    with running(tmp_path, script("")) as flow:
        flow.until_rev(1)
        tmp_path.joinpath("step.py").write_text("1 / 0\n\ndef work(data):\n    return 'new'\n")
        snapshot = flow.until(lambda now: now.revisions[-1].result == "rejected")
        said = [found.summary for found in snapshot.revisions[-1].diagnostics if found.code == "WW410"]
        assert len(said) == 1
        assert "step.py:1 ZeroDivisionError: division by zero; mend the file and save it" in said[0]
        flow.send("in", 1, "s")
        flow.until(lambda _: flow.said() == ["old"])


def test_waiting_retries_survive_a_reload_and_take_the_new_code(tmp_path):
    """G4: attempts already made count; the next one uses the new instance and the new policy."""
    tmp_path.joinpath("step.py").write_text("def work(data):\n    raise ValueError('old')\n")
    slow = script("").replace(
        "function = work,", "function = work, ttl = none, retry = { base = 1h, cap = 1h, jitter = none },"
    )
    with running(tmp_path, slow) as flow:
        message = flow.send("in", 1, "s")
        flow.until_record("retry_scheduled")
        tmp_path.joinpath("step.py").write_text("def work(data):\n    return 'new'\n")
        flow.until_rev(2)
        assert flow.engine.retry_now(message, "step").result(LONG)
        flow.until(lambda _: flow.said() == ["new"])
        assert [record.attempt for record in flow.records("started") if record.target == "step"] == [1, 2]


@pytest.mark.parametrize(
    ("on_remove", "ends"), [("park", {}), ("dead_letter", {"dead": 3}), ("discard", {"discarded": 3})]
)
def test_what_a_removed_component_leaves_is_parked_dead_lettered_or_discarded(tmp_path, on_remove, ends):
    """G3: a removed component drains; the rest goes by `on_remove`, and parked messages come back with the name."""
    tmp_path.joinpath("step.py").write_text("def work(data):\n    raise ValueError('no')\n")
    with_step = f"""
    deployment = local {{ drain_timeout = 100ms }}
    in = input cli {{ to = "step" }}
    step = function python {{
        path = "step.py", function = work, to = out, on_remove = {on_remove}
        ttl = none, retry = {{ base = 1h, cap = 1h, jitter = none }}
    }}
    out = output console {{}}
    """
    without = """
    deployment = local { drain_timeout = 100ms }
    in = input cli { to = "out" }
    out = output console {}
    """
    with running(tmp_path, with_step) as flow:
        head, *_ = [flow.send("in", number, "s") for number in range(3)]
        flow.until_record("retry_scheduled")
        flow.save(without)
        flow.until_rev(2)
        if on_remove != "park":
            flow.until_empty()
            assert flow.ended() == ends
            return
        flow.until_record("parked")
        assert flow.until(lambda now: now.node("step") is not None).node("step").state == "parked"
        tmp_path.joinpath("step.py").write_text("def work(data):\n    return data\n")
        flow.save(with_step)
        flow.until_rev(3)
        flow.until_record("unparked")
        assert flow.engine.retry_now(head, "step").result(LONG), "it still waits for its retry (G4)"
        flow.until(lambda _: flow.said() == ["0", "1", "2"])


def test_an_included_file_is_watched_too(tmp_path):
    tmp_path.joinpath("outs.ww").write_text("a = output console {}\nb = output console {}\n")
    main = 'include "outs.ww"\nin = input cli { to = "a" }\n'
    with running(tmp_path, main) as flow:
        flow.until_rev(1)
        tmp_path.joinpath("outs.ww").write_text("a = output console {}\nb = output console {}\nc = echo { to = a }\n")
        assert flow.until_rev(2).plan.node("c") is not None


def test_a_variable_that_changes_in_env_makes_its_component_anew(tmp_path):
    tmp_path.joinpath(".env").write_text("GREETING=hello\n")
    text = """
    in = input cli { to = m }
    m = llm scripted { answers = ["${GREETING}!"], to = out }
    out = output console {}
    """
    with running(tmp_path, text) as flow:
        flow.send("in", "x", "s")
        flow.until(lambda _: flow.said() == ["hello!"])
        tmp_path.joinpath(".env").write_text("GREETING=bye\n")
        assert flow.until_rev(2).revisions[-1].change == "~m environment"
        flow.send("in", "x", "s")
        flow.until(lambda _: flow.said() == ["hello!", "bye!"])


def test_a_file_that_is_gone_leaves_the_flow_running_and_says_so(tmp_path):
    with running(tmp_path, TO_A) as flow:
        flow.until_rev(1)
        flow.path.unlink()
        snapshot = flow.until(lambda now: now.revisions[-1].result == "rejected")
        assert snapshot.rev == 1
        flow.send("in", "x", "s")
        flow.until(lambda _: flow.said() == ["x"])
        flow.save(TO_B)
        flow.until_rev(2)
