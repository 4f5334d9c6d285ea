"""A draft and its review, which go round until the review is content."""

from woodwork_engine import component


def write(data):
    """Return the next version of the draft."""
    version = data.get("version", 0) + 1
    return {"text": data["text"], "version": version}


class Review(component):
    """Sends a draft back until it has been written *rounds* times."""

    def __init__(self, name, rounds=1, **settings):
        super().__init__(name, **settings)
        self.rounds = rounds

    async def process(self, data):
        """Emit `review.again` or `review.done`; the routes of the flow say where each goes."""
        event = "review.done" if data["version"] >= self.rounds else "review.again"
        await self.emit(event, data)
