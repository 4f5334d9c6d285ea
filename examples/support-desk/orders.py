"""The agent's tool: looks an order up."""

import re

ORDERS = {
    "1041": "left our warehouse yesterday and arrives on Friday",
    "1042": "is being packed",
    "1057": "was delivered to your neighbour at number 12",
    "1063": "waits for the kettle, which is out of stock until Monday",
}


def look_up(question):
    """Return what is known about the order that *question* names."""
    text = question if isinstance(question, str) else question.get("text", "")
    number = re.search(r"\d+", text)
    if number is None:
        return "I need the number of your order, it stands on the receipt."
    state = ORDERS.get(number[0])
    return f"Your order {number[0]} {state}." if state else f"I have no order {number[0]}."
