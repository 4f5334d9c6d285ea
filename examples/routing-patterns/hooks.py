"""A hook of `gather`."""

SEEN = []


def seen(data, context):
    """Remember who said something; *data* is the hook's own copy, whatever it does to it reaches nobody."""
    SEEN.append((context.session_id, context.event_type, data))
