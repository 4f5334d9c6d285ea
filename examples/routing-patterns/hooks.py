"""A hook of `gather`."""

SEEN = []


def seen(data, context):
    """Remember who said something; what a hook does never reaches the message."""
    SEEN.append((context.session_id, context.event_type))
    data = "changed, but only in the hook's own copy"  # noqa: F841
