"""Which columns of a table fit into a width, and how wide each one is then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from rich.text import Text

from woodwork_tui.text import fit

Row = TypeVar("Row")

_SMALLEST = 3


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column. *width* in cells; None takes a share of the rest, at least *minimum* and at most *most*.

    *drop* orders what goes first when room is short: the highest goes, 0 (or *never_dropped*) stays. Without any the
    columns go from the right. *render* returns visible text (see `text.safe`), its style a tone; *cut* fits it into the
    column's width.
    """

    key: str
    title: str
    render: Callable[[Row], str | Text]
    width: int | None = None
    never_dropped: bool = False
    align: Literal["left", "right"] = "left"
    minimum: int = 10
    most: int | None = None
    weight: int = 1
    drop: int | None = None
    cut: Callable[[str, int], str] = fit

    @property
    def least(self) -> int:
        """The cells it needs."""
        return self.minimum if self.width is None else self.width


def fitting(columns: Sequence[Column[Row]], width: int, gap: int) -> list[tuple[Column[Row], int]]:
    """Return the columns shown in *width* cells, in order, each with its width; *gap* cells lie between two."""
    order = sorted(range(len(columns)), key=lambda n: (not _stays(columns[n]), _drop(columns[n], n)))
    chosen: list[int] = []
    used = -gap
    for number in order:
        need = columns[number].least + gap
        if _stays(columns[number]) or used + need <= width:
            chosen.append(number)
            used += need
        else:
            break  # what matters less does not jump ahead of what matters more
    shown = [columns[number] for number in sorted(chosen)]
    widths = [column.least for column in shown]
    _spread(shown, widths, width - used)
    return list(zip(shown, widths, strict=True))


def _stays(column: Column[Row]) -> bool:
    return column.never_dropped or column.drop == 0


def _drop(column: Column[Row], number: int) -> int:
    return number if column.drop is None else column.drop


def _spread(shown: Sequence[Column[Row]], widths: list[int], room: int) -> None:
    while room < 0 and (widest := max(range(len(widths)), key=widths.__getitem__)) is not None:
        if widths[widest] <= _SMALLEST:
            return
        widths[widest] -= 1
        room += 1
    growing = [n for n, column in enumerate(shown) if column.width is None]
    while room > 0 and growing:
        weights = sum(shown[n].weight for n in growing)
        given = 0
        for n in tuple(growing):
            share = max(1, room * shown[n].weight // weights)
            most = shown[n].most
            take = min(share, room - given, most - widths[n] if most is not None else share)
            widths[n] += take
            given += take
            if most is not None and widths[n] >= most:
                growing.remove(n)
        room -= given
