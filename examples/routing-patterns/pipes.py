"""A pipe of `stamp`."""


def stamped(data):
    """Return *data* with a mark."""
    return {**data, "text": f"{data['text']} (stamped)"}
