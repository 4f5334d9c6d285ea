"""What a flow keeps to itself (bus.md D6)."""

from __future__ import annotations

from support.engines import running

FLOW = """
in = input cli { to = step }
step = function python { path = "step.py", function = work, retry = { max_retries = 0 }, to = model }
model = llm scripted { answers = [$ANSWER], to = out }
out = console {}
"""


def test_the_value_of_a_variable_does_not_get_into_a_dead_letter(tmp_path):
    """D6: whichever component it belongs to, and whichever fails."""
    tmp_path.joinpath(".env").write_text("ANSWER=sk-hush-hush\n")
    tmp_path.joinpath("step.py").write_text("def work(data):\n    raise ConnectionError('401 for sk-hush-hush')\n")
    with running(tmp_path, FLOW) as flow:
        flow.send("in", "x", "s-1")
        record = flow.until_record("dead")[0]
        flow.until_empty()
        letter = flow.engine.dead_letters()[0]
    assert letter.dlq_id == record.details()["dlq_id"]
    assert letter.error == "ConnectionError: 401 for •••"
    assert "hush" not in letter.attempts[0].traceback
    assert "hush" not in str(flow.records("failed")[0].details())
