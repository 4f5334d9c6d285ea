"""Charges an order, if its amount is a number."""


def charge(order):
    """Return the invoice of *order*; raises ValueError for an amount that the books do not take."""
    try:
        amount = float(order["amount"])
    except ValueError:
        raise ValueError(
            f"order {order['order']}: amount {order['amount']!r} is not a number; write it as 12.50"
        ) from None
    return {"text": f"Charged {amount:.2f} for order {order['order']} ({order['item']}).", "amount": amount}
