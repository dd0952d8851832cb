"""The only conversion of a model's text to HTML: for pages, finished answers on the socket, and the review.

A model's text is hostile until proven otherwise. Raw HTML stays text, images are never loaded, links lead to http,
https or mailto only, and the resulting HTML must pass an allow-list as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe

from ..answers.masking import NOTICES
from ..display import shown
from .markup.blocks import Blocks
from .markup.direction import direct, has_right_to_left
from .markup.inline import Inline
from .markup.masks import MASK, tell_apart
from .markup.misquotes import MISQUOTE, NOTE, Misquote, mark_misquotes
from .markup.nodes import markup

SCHEMES = {"http", "https", "mailto"}
_TAGS_ALLOWED = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s",
    "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_DIRECTED = {"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "span", "table", "ul"}
_DIRECTIONS = {"dir": {"ltr", "rtl"}}
_ALIGNMENTS = {"align": {"left", "center", "right"}}


def render(
    text: str,
    cited: Mapping[int, str] | None = None,
    *,
    prefix: str = "source-",
    is_broken: bool = False,
    misquotes: Sequence[Misquote] = (),
) -> SafeString:
    """Return the HTML of an answer. Outside of code, ``[n]`` links to ``#<prefix>n`` for each n in ``cited``.

    ``cited`` has what screen readers call each link. Of an answer that ``is_broken`` off, complete or drop what its end
    leaves half-open, in the way in which the page has shown it while it streamed. Its ``misquotes`` are marked.
    """
    return _render(text, tuple(sorted((cited or {}).items())), prefix, is_broken, tuple(misquotes))


@lru_cache(maxsize=512)
def _render(
    text: str, cited: tuple[tuple[int, str], ...], prefix: str, is_broken: bool, misquotes: tuple[Misquote, ...]
) -> SafeString:
    visible = shown(text).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    tree = Blocks(Inline(dict(cited), prefix)).read(visible, is_half=is_broken)
    if any(notice in visible for notice in NOTICES):
        tell_apart(tree, NOTICES)
    html = markup(tree.children)
    if has_right_to_left(html):
        direct(tree)
        html = markup(tree.children)
    if misquotes:
        mark_misquotes(tree, misquotes)
        html = markup(tree.children)
    return mark_safe(_cleaner().clean(html))  # noqa: S308  # the allow-list has just been applied


@cache
def _cleaner() -> nh3.Cleaner:
    from pygments.token import STANDARD_TYPES

    colours = {name for name in STANDARD_TYPES.values() if name}
    directed = dict.fromkeys(_DIRECTED, _DIRECTIONS)
    return nh3.Cleaner(
        tags=_TAGS_ALLOWED,
        attributes={"a": {"href", "aria-label"}, "ol": {"start"}},
        tag_attribute_values={"a": {"target": {"_blank"}}, "td": _ALIGNMENTS, "th": _ALIGNMENTS, **directed},
        allowed_classes={"a": {"citation"}, "span": {*colours, MASK, MISQUOTE, NOTE}, "code": {"highlight"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
