"""HTML of many small values: escaped exactly as Django escapes them."""

from __future__ import annotations

import pytest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from hypothesis import given
from hypothesis import strategies as st

from chat.html import formatted, joined

TEMPLATE = '<a href="{}">{}</a>'


@pytest.mark.parametrize("value", ["<b>&\"'`</b>", 1.5, 0, None, mark_safe("<b>1</b>")])
def test_a_value_is_escaped_unless_it_is_html(value: object) -> None:
    html = formatted(TEMPLATE, value, value)

    assert html == format_html(TEMPLATE, value, value)
    assert type(html) is SafeString


@given(st.text(), st.text())
def test_no_text_becomes_a_tag_or_leaves_its_attribute(address: str, text: str) -> None:
    assert formatted(TEMPLATE, address, text) == format_html(TEMPLATE, address, text)


def test_html_in_html_is_not_escaped_again() -> None:
    assert formatted("<p>{}</p>", formatted("<b>{}</b>", "<")) == "<p><b>&lt;</b></p>"


@given(st.lists(st.text() | st.text().map(mark_safe)))
def test_pieces_are_joined_as_django_joins_them(pieces: list[str]) -> None:
    html = joined(pieces)

    assert html == format_html_join("", "{}", ((piece,) for piece in pieces))
    assert type(html) is SafeString
