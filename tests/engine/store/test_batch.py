"""Rule I2: changes that could not be written are written later with what has happened since, as one."""

from __future__ import annotations

from woodwork_engine.message import MessageEnvelope
from woodwork_engine.payload import encode
from woodwork_engine.store.records import Batch, Kept, Progress


def kept(seq: int, *, attempt: int = 0) -> Kept:
    """Return a delivery after *attempt* attempts."""
    envelope = MessageEnvelope({"n": seq}, session_id="s", target_component="a")
    return Kept(seq, "a", envelope, encode({"n": seq}), progress(attempt))


def progress(attempt: int) -> Progress:
    """Return what a delivery has come to after *attempt* attempts."""
    return Progress(1.0, None, attempt=attempt)


def test_what_is_accepted_and_then_settled_is_in_neither() -> None:
    """I2: it was never kept."""
    batch, later = Batch(), Batch()
    batch.accept(kept(1))
    later.settle(1)
    batch.add(later)
    assert not batch


def test_what_is_rewritten_and_then_settled_is_settled() -> None:
    """I2: it was kept before."""
    batch, later = Batch(), Batch()
    batch.rewrite(kept(1))
    later.settle(1)
    batch.add(later)
    assert (batch.accepted, batch.settled) == ({}, [1])


def test_what_is_accepted_rewritten_and_settled_is_in_neither() -> None:
    """I2: though the later batch took it for one that is kept."""
    batch, later = Batch(), Batch()
    batch.accept(kept(1))
    later.rewrite(kept(1))
    later.settle(1)
    batch.add(later)
    assert not batch


def test_progress_becomes_part_of_what_is_accepted_with_it() -> None:
    """I2: and stands alone where the delivery was kept before."""
    batch, later = Batch(), Batch()
    batch.accept(kept(1))
    later.proceed(1, progress(2))
    later.proceed(7, progress(3))
    batch.add(later)
    assert batch.accepted[1].progress.attempt == 2
    assert batch.progress == {7: progress(3)}


def test_what_is_rewritten_later_is_not_set_back_by_what_it_had_come_to_before() -> None:
    """I2: a batch is written without order, so only the newest of a delivery may be in it."""
    batch, later = Batch(), Batch()
    batch.proceed(1, progress(1))
    later.rewrite(kept(1, attempt=2))
    batch.add(later)
    assert batch.accepted[1].progress.attempt == 2
    assert batch.progress == {}
    assert batch.rewritten == {1}
