"""What is said after something was done on the bus."""

from __future__ import annotations

import pytest

from support.fake_engine import Replayed
from woodwork_engine.bus.dead_letter_queue import Imported
from woodwork_engine.snapshot import JobState, ReplayJob, Revision
from woodwork_engine.source import Diagnostic, Severity, Span
from woodwork_tui.state.letter_said import Exported
from woodwork_tui.state.said import Said, command_form, outcome

REJECTED = Said("not applied: 1 error; see 7 File", "error")
STARTED = Said("job-3 replays 11 messages; 6 DLQ shows how it goes")
BROKEN = Said("0 dead letters imported; line 2: no (1 more)", "warning")
ERROR = Diagnostic(Severity.ERROR, "WW201", "no", Span("main.ww", 1, 1, 1, 2))


@pytest.mark.parametrize(
    ("action", "arguments", "command"),
    [
        ("inject", {"component": "in", "payload": {"text": "hi"}}, 'inject in {"text":"hi"}'),
        ("inject", {"component": "in", "payload": "hi there"}, "inject in hi there"),
        ("inject", {"component": "in", "payload": "[1]"}, 'inject in "[1]"'),
        ("inject", {"component": "in", "payload": 1, "session": "s"}, "inject in/s 1"),
        ("inject", {"component": "in", "payload": 1, "session": "two words"}, "inject in 1  (session two words)"),
        ("replay", {"dlq_ids": ("a", "b", "c", "d", "e")}, "replay a b c … 2 more"),
        ("replay", {"dlq_ids": ("a",), "encoded": b"x", "reroute": True}, "replay a  (edited, along today's routes)"),
        ("discard", {"dlq_ids": ("a",)}, "discard a"),
        (
            "replay_many",
            {"dlq_ids": ("a", "b"), "where": "node:x", "rate": 5.0, "canary": 1, "stop_after": 2},
            "replay dlq where node:x rate 5/s canary 1 stop 2",
        ),
        (
            "replay_many",
            {"dlq_ids": ("a", "b", "c", "d"), "where": "", "rate": 0.5, "canary": 0, "stop_after": None, "once": True},
            "replay a b c … 1 more rate 30/m canary 0  (one try)",
        ),
        ("preview_replay", {"dlq_ids": ("a",), "rate": 5.0}, "replay a rate 5/s canary 0  (dry run)"),
        ("note_letters", {"dlq_ids": ("a",), "text": "seen"}, "note a seen"),
        ("purge_letters", {"dlq_ids": ("a", "b")}, "purge-letters a b"),
        ("export_letters", {"dlq_ids": ("a", "b"), "file": "x.jsonl"}, "export x.jsonl"),
        ("import_letters", {"file": "x.jsonl"}, "import x.jsonl"),
        ("pause_job", {"job_id": "job-1"}, "job pause job-1"),
        ("edit_retry", {"message_id": "m", "target": "a", "encoded": b"x"}, "edit-retry m a"),
        ("new_session", {"component": "in"}, "new-session"),
        ("reload", {}, "reload"),
        ("rollback", {"number": 6}, "rollback 6"),
        ("resolve_removed", {"component": "audit", "how": "dead_letter"}, "resolve audit dead_letter"),
    ],
)
def test_an_action_has_the_form_in_which_it_can_be_typed(action, arguments, command):
    assert command_form(action, arguments) == command


@pytest.mark.parametrize(
    ("action", "result", "said"),
    [
        ("inject", "msg-1", Said("accepted as msg-1")),
        ("retry_now", False, Said("not tried: it no longer waits, or its component takes nothing now", "warning")),
        ("kill_retry", True, Said("moved to the dead letters")),
        ("discard", 2, Said("2 dead letters discarded; u in DLQ brings back")),
        ("discard", 0, Said("0 dead letters discarded; u in DLQ brings back", "warning")),
        ("restore", 1, Said("1 dead letter brought back")),
        ("replay", Replayed(("m",)), Said("1 message replayed")),
        ("replay", Replayed((), (("d", "no"), ("e", "no"))), Said("2 refused: d: no (1 more)", "error")),
        ("replay_many", ReplayJob("job-3", JobState.RUNNING, 11), STARTED),
        ("note_letters", 2, Said("noted on 2 dead letters")),
        ("purge_letters", 0, Said("0 dead letters forgotten for good", "warning")),
        ("export_letters", Exported(3, "x.jsonl"), Said("3 dead letters written to x.jsonl")),
        ("import_letters", Imported(("a",)), Said("1 dead letter imported")),
        ("import_letters", Imported((), ((2, "no"), (4, "no"))), BROKEN),
        ("pause_job", True, Said("done")),
        ("cancel_job", False, Said("nothing changed: see how the job stands in 6 DLQ", "warning")),
        ("edit_retry", True, Said("edited; its next attempt gets the new payload")),
        ("edit_retry", False, Said("it no longer waits for a retry, so nothing was changed", "warning")),
        ("reload", Revision(3, 0.0, "live", "~audit path"), Said("rev 3 is live: ~audit path")),
        ("reload", Revision(0, 0.0, "no effective change", ""), Said("no effective change")),
        ("rollback", Revision(9, 0.0, "live", "back to rev 6: -b"), Said("rev 9 is live: back to rev 6: -b")),
        ("resolve_removed", 10, Said("10 messages went that way at once")),
        ("resolve_removed", 0, Said("what it has left goes that way")),
        ("reload", Revision(0, 0.0, "rejected", "", diagnostics=(ERROR,)), REJECTED),
    ],
)  # fmt: skip
def test_what_came_of_it_is_one_sentence(action, result, said):
    assert outcome(action, result) == said
