"""A mail server that refuses some orders at first, and every tenth for good; what is raised here is tried again."""


async def send(data, context):
    """Send a confirmation; *context* knows the number of the attempt, from 1. Nobody waits for an answer."""
    order = int(data["order"])
    if order % 10 == 0 or (order % 3 == 0 and context.attempt < 3):
        raise ConnectionError("mail:25 refused the connection")
