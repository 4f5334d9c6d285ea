"""The agent's tool: what it is asked comes in, what it returns is the answer."""

SKIES = ("sunny", "cloudy", "rain from the west", "fog until noon")


def forecast(data):
    """Return a forecast; the same question has the same one."""
    question = data if isinstance(data, str) else str(data)
    return f"The forecast says: {SKIES[sum(map(ord, question)) % len(SKIES)]}."
