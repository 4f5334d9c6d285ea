"""Messages for `run --input` (interfaces: `--input` lines)."""

from __future__ import annotations

import io
import json
import threading
from concurrent.futures import Future

import pytest

from woodwork_engine.errors import ClosingError, QueueFullError, UnknownComponentError
from woodwork_tui.cli.input_lines import IN_FLIGHT, BrokenLineError, InputFeeder, InputMessage, read_message


class FakeEngine:
    """Takes messages; answers at once, with *errors* by component, or when told."""

    def __init__(self, *, answer: bool = True) -> None:
        self.taken: list[tuple[str, object, str | None]] = []
        self.futures: list[Future[str]] = []
        self.errors: dict[str, Exception] = {}
        self.changed = threading.Condition()
        self._answer = answer

    def inject(self, component: str, payload: object, *, session: str | None = None) -> Future[str]:
        future: Future[str] = Future()
        with self.changed:
            self.taken.append((component, payload, session))
            self.futures.append(future)
            self.changed.notify_all()
        if component in self.errors:
            future.set_exception(self.errors[component])
        elif self._answer:
            future.set_result("m")
        return future

    def wait_for(self, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.taken) >= count, timeout=10)


def feed(data: bytes, engine: FakeEngine, inputs: tuple[str, ...] = ("in",)) -> list[str]:
    said: list[str] = []
    feeder = InputFeeder(io.BytesIO(data), engine, inputs, said.append)
    feeder.run()
    assert feeder.broken == len(said)
    return said


def test_a_line_names_component_session_and_payload() -> None:
    line = b'{"component": "in", "session_id": "s-1", "payload": {"text": "hi"}}\n'
    assert read_message(line, ("in", "other")) == InputMessage("in", "s-1", {"text": "hi"})


def test_component_and_session_may_be_left_out_where_there_is_one_input() -> None:
    assert read_message(b'{"payload": null}', ("in",)) == InputMessage("in", None, None)


@pytest.mark.parametrize("text", ["hello there", "[1, 2]", '"quoted"', "42", "  indented"])
def test_a_line_that_is_no_json_object_is_a_text_payload(text: str) -> None:
    assert read_message(text.encode() + b"\r\n", ("in",)) == InputMessage("in", None, text)


def test_a_blank_line_is_nothing() -> None:
    assert read_message(b"   \n", ("in",)) is None


def test_lone_surrogates_in_a_payload_are_kept() -> None:
    assert read_message(b'{"payload": "\\ud800"}', ("in",)) == InputMessage("in", None, "\ud800")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b'{"payload": 1', "no JSON object"),
        (b'{"component": "in"}', "no payload"),
        (b'{"payload": 1, "sesion_id": "s"}', "unknown key 'sesion_id'"),
        (b'{"payload": 1, "component": 3}', "component is not a name"),
        (b'{"payload": 1, "session_id": ""}', "session_id is not text"),
        (b'{"payload": 1, "session_id": "' + b"s" * 257 + b'"}', "session_id is not text"),
        (b"caf\xe9", "not UTF-8 (byte 4)"),
        (b'{"payload": ' + b"[" * 100_000 + b"}", ""),
    ],
)
def test_a_broken_line_says_why(line: bytes, why: str) -> None:
    with pytest.raises(BrokenLineError) as broken:
        read_message(line, ("in",))
    assert why in str(broken.value)


def test_with_several_inputs_a_line_has_to_name_one() -> None:
    with pytest.raises(BrokenLineError, match=r"several inputs \(a, b\)"):
        read_message(b"hello", ("a", "b"))
    with pytest.raises(BrokenLineError, match="no input"):
        read_message(b"hello", ())


def test_lines_are_injected_in_order_and_broken_ones_reported_with_their_number() -> None:
    engine = FakeEngine()
    said = feed(b'one\n{"payload":\n\n{"payload": 3, "session_id": "s"}', engine)
    assert engine.taken == [("in", "one", None), ("in", 3, "s")]
    assert len(said) == 1
    assert said[0].startswith("input line 2 skipped: no JSON object")


def test_a_byte_order_mark_belongs_to_no_message() -> None:
    engine = FakeEngine()
    feed(b"\xef\xbb\xbfone\n", engine)
    assert engine.taken == [("in", "one", None)]


def test_a_message_the_flow_refuses_is_reported_and_the_rest_goes_on() -> None:
    engine = FakeEngine()
    engine.errors = {"gone": UnknownComponentError("gone", ("in",)), "full": QueueFullError("full", 1, 1)}
    lines = [{"component": name, "payload": 1} for name in ("gone", "full", "in")]
    said = feed(b"\n".join(json.dumps(line).encode() for line in lines), engine)
    assert [sentence.split(":")[0] for sentence in said] == ["input line 1 skipped", "input line 2 skipped"]
    assert len(engine.taken) == 3


def test_a_flow_that_is_stopping_ends_the_feeding_without_a_complaint() -> None:
    engine = FakeEngine()
    engine.errors = {"in": ClosingError()}
    assert feed(b"one\ntwo\nthree\n", engine) == []
    assert len(engine.taken) == 1


def test_no_more_than_a_few_messages_wait_for_room() -> None:
    engine = FakeEngine(answer=False)
    lines = b"".join(b'{"payload": 1, "session_id": "s-%d"}\n' % number for number in range(IN_FLIGHT + 1))
    feeder = InputFeeder(io.BytesIO(lines), engine, ("in",), lambda _: None)
    thread = threading.Thread(target=feeder.run)
    thread.start()
    engine.wait_for(IN_FLIGHT)
    assert len(engine.taken) == IN_FLIGHT
    engine.futures[0].set_result("m")
    engine.wait_for(IN_FLIGHT + 1)
    for future in engine.futures[1:]:
        future.set_result("m")
    thread.join(10)
    assert not thread.is_alive()


def test_a_message_waits_until_the_earlier_one_of_its_session_is_accepted() -> None:
    engine = FakeEngine(answer=False)
    lines = b'{"payload": 1, "session_id": "a"}\n{"payload": 2, "session_id": "b"}\n{"payload": 3, "session_id": "a"}\n'
    thread = threading.Thread(target=InputFeeder(io.BytesIO(lines), engine, ("in",), lambda _: None).run)
    thread.start()
    engine.wait_for(2)
    assert [payload for _, payload, _ in engine.taken] == [1, 2]
    engine.futures[0].set_result("m")
    engine.wait_for(3)
    for future in engine.futures[1:]:
        future.set_result("m")
    thread.join(10)


def test_reading_stops_when_told() -> None:
    engine = FakeEngine()
    feeder = InputFeeder(io.BytesIO(b"one\ntwo\n"), engine, ("in",), lambda _: None)
    feeder.stop()
    feeder.run()
    assert engine.taken == []


def test_a_line_beyond_every_measure_is_skipped_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("woodwork_tui.cli.input_lines.LONGEST_LINE", 8)
    engine = FakeEngine()
    said = feed(b"short\n" + b"x" * 50 + b"\nafter\n", engine)
    assert [payload for _, payload, _ in engine.taken] == ["short", "after"]
    assert said[0].startswith("input line 2 skipped: longer than")
