"""What the flows of these cases call."""


def work(data: object) -> object:
    return data


def seen(data: object) -> None:
    raise AssertionError("a check runs no script")


raise AssertionError("a check imports no script")
