"""What each reason for a dead letter means, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping

from woodwork_engine.dead_letter import DeathReason

MEANING: Mapping[DeathReason, str] = {
    DeathReason.EXHAUSTED: "every attempt that its policy allows has failed",
    DeathReason.REJECTED: "its error says that another attempt would fail too, so none was made",
    DeathReason.EXPIRED: "its time to live was over before it was handled",
    DeathReason.EXPIRED_BEFORE_RETRY: "its time to live would have been over before the next attempt",
    DeathReason.OVERFLOW: "the queue of a loop had grown to many times its limit",
    DeathReason.HOP_LIMIT: "it had passed through more components than max_hops allows",
    DeathReason.COMPONENT_REMOVED: "its component was removed from the flow",
    DeathReason.UNDECODABLE: "its payload cannot be read",
    DeathReason.POISON_CRASH: "the process died too often while it was being handled",
    DeathReason.DROPPED_OLDEST: "it was the oldest one when its full queue dropped one (overflow = drop_oldest)",
    DeathReason.SHUTDOWN: "it was left when the flow was shut down",
    DeathReason.KILLED: "somebody gave its retry up",
}
