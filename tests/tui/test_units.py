"""Numbers as people read them."""

from __future__ import annotations

import pytest

from woodwork_tui.units import (
    age,
    count,
    duration,
    forecast,
    gauge,
    milliseconds,
    rate,
    short_rate,
    size,
    sparkline,
)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0/s"),
        (9.14, "9.1/s"),
        (12.4, "12.4/s"),
        (99.96, "100/s"),
        (1_234, "1.2k/s"),
        (12_345, "12k/s"),
        (2e6, "2.0M/s"),
    ],
)
def test_a_rate_takes_at_most_six_cells(number, shown):
    assert rate(number) == shown
    assert len(shown) <= 6


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-1, "0.0s"), (0.34, "0.3s"), (9.97, "10s"), (59.6, "1m00s"), (192, "3m12s"), (7500, "2h05m"), (273_600, "3d04h")],
)
def test_a_duration_shows_its_two_largest_units(seconds, shown):
    assert duration(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(-3, "0s"), (0.2, "0s"), (9.6, "10s"), (41, "41s"), (362, "6m02s"), (90_000, "1d01h")]
)
def test_an_age_has_no_tenths(seconds, shown):
    assert age(seconds) == shown


def test_other_numbers_are_short_too():
    assert [milliseconds(each) for each in (None, 0.0, 0.4, 61.2, 2100)] == ["–", "<1ms", "<1ms", "61ms", "2100ms"]
    assert [size(each) for each in (None, 312, 4200, 3 * 1024**2, 5 * 1024**4)] == [
        "–",
        "312 B",
        "4.1 KiB",
        "3.0 MiB",
        "5120.0 GiB",
    ]
    assert [count(each) for each in (7, 1284, 50_000)] == ["7", "1,284", "50.0k"]


def test_a_sparkline_is_scaled_to_its_largest_and_blank_where_nothing_is_known():
    assert sparkline((0, 1, 2), 5) == "  ▁▅█"
    assert sparkline((), 3) == "   "
    assert sparkline((0, 0), 2) == "▁▁"
    assert sparkline((0, 4), 2, ascii_only=True) == "_#"
    assert sparkline((0, 0, 4, 4), 2) == "▁█"


def test_a_gauge_never_hides_a_little_nor_overflows():
    assert gauge(0, 10, 4) == "····"
    assert gauge(1, 10_000, 4) == "▏···"
    assert gauge(20, 10, 4) == "████"
    assert gauge(5, 10, 4, ascii_only=True) == "##.."


def test_a_queue_is_idle_draining_steady_or_growing():
    assert forecast(0, 5, 0) == "idle"
    assert forecast(10, 1, 2) == "draining 10s"
    assert forecast(10, 2, 2) == "steady"
    assert forecast(10, 2.5, 2) == "growing +0.5/s"


def test_what_is_handled_within_a_second_is_steady_however_it_comes():
    assert forecast(1, 3, 2) == forecast(1, 0.2, 0) == forecast(9, 12, 10) == forecast(9, 5, 10) == "steady"
    assert forecast(11, 12, 10) == "growing +2.0/s"
    assert forecast(2, 0.2, 0) == "growing +0.2/s"


def test_a_rate_gives_up_decimals_and_then_its_unit_to_fit():
    assert [short_rate(number, 5) for number in (9.1, 12.4, 412, 1_234, 250_000)] == [
        "9.1/s",
        "12/s",
        "412/s",
        "1k/s",
        "250k",
    ]
    assert short_rate(12.4, 6) == "12.4/s"
