"""The figures of bin/bench-pages."""

from __future__ import annotations

from importlib import import_module

import pytest

growth = import_module("bin._bench_pages.growth")
Times, exponent, row = growth.Times, growth.exponent, growth.row


@pytest.mark.parametrize(
    ("least", "slope"),
    [([5, 5, 5], "0.00"), ([1, 10, 100], "1.00"), ([1, 100, 10_000], "2.00"), ([10, 20, 40], "0.30")],
)
def test_the_exponent_is_the_slope_of_the_logarithms(least: list[float], slope: str) -> None:
    times = {size: Times([value * 3, value]) for size, value in zip([1, 10, 100], least, strict=True)}

    assert exponent(times) == slope


def test_one_size_has_no_exponent() -> None:
    assert exponent({1: Times([1])}) == "–"


def test_a_row_has_medians_and_minima() -> None:
    assert row("a page", {1: Times([3, 1, 2]), 1000: Times([30, 10, 20])}) == "| a page | 2 (1) | 20 (10) | 0.33 |"
