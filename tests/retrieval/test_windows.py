from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chat.retrieval.windows import SIZE, windows


def test_no_segments_make_no_windows() -> None:
    assert list(windows([])) == []


def test_a_short_recording_is_one_window() -> None:
    assert list(windows([200, 300, 400])) == [(0, 3)]


def test_windows_overlap_by_about_half() -> None:
    assert list(windows([249] * 16)) == [(0, 8), (4, 12), (8, 16)]


def test_a_segment_longer_than_a_window_is_a_window_of_its_own() -> None:
    assert list(windows([100, SIZE * 5, 100])) == [(0, 1), (1, 2), (2, 3)]


@given(st.lists(st.integers(0, 3 * SIZE)))
def test_every_segment_is_in_a_window_and_no_window_in_another(lengths: list[int]) -> None:
    cut = list(windows(lengths))

    assert {place for start, stop in cut for place in range(start, stop)} == set(range(len(lengths)))
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(cut))


@given(st.lists(st.integers(0, 3 * SIZE)))
def test_windows_keep_their_size(lengths: list[int]) -> None:
    assert all(stop - start == 1 or sum(lengths[start:stop]) <= SIZE for start, stop in windows(lengths))
