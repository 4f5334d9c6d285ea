"""The target of a fan-in."""


def collect(data, context):
    """Return *data* with the session it came from."""
    return {"text": data, "from": context.session_id}
