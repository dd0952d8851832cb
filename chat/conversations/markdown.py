"""The only conversion of a model's text to HTML: for pages, finished answers on the socket, and the review.

A model's text is hostile until proven otherwise. Raw HTML stays text, images are never loaded, links lead to http,
https or mailto only, and the resulting HTML must pass an allow-list as well.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from ..display import shown
from .half_open import closed, without_half_block

if TYPE_CHECKING:
    from markdown_it.renderer import RendererHTML
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

SCHEMES = {"http", "https", "mailto"}
SYNTAX_LIMIT = 20_000
"""Most characters that could be Markdown. A text with more is shown as plain text, so that none takes more than 1 s."""
HIGHLIGHT_LIMIT = 20_000
"""Most characters of code to colour. Longer code is shown plain, so that no lexer takes more than about 0.1 s."""
LANGUAGES = {
    "bash", "c", "cpp", "csharp", "css", "diff", "go", "html", "ini", "java", "javascript", "js", "json", "kotlin",
    "php", "python", "py", "r", "ruby", "rust", "sh", "sql", "swift", "toml", "ts", "typescript", "xml", "yaml",
}  # fmt: skip

_SYNTAX = re.compile(r"[][!*_`<>&~|\\#\n/-]")
_MARKER = re.compile(r"\[([1-9]\d{0,3})\]")
_TAGS_ALLOWED = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s",
    "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


def render(
    text: str, cited: Mapping[int, str] | None = None, *, prefix: str = "source-", is_broken: bool = False
) -> SafeString:
    """Return the HTML of an answer. Outside of code, ``[n]`` links to ``#<prefix>n`` for each n in ``cited``.

    ``cited`` has what screen readers call each link. Of an answer that ``is_broken`` off, complete or drop what its end
    leaves half-open.
    """
    return _render(text, tuple(sorted((cited or {}).items())), prefix, is_broken)


@lru_cache(maxsize=512)
def _render(text: str, cited: tuple[tuple[int, str], ...], prefix: str, is_broken: bool) -> SafeString:
    visible = shown(text)
    if is_broken:
        visible, has_block_ended = without_half_block(visible)
        is_broken = not has_block_ended
    if len(_SYNTAX.findall(visible)) > SYNTAX_LIMIT:
        markup = f"<p>{html.escape(visible)}</p>"
    else:
        markup = _parser().render(visible, {"cited": dict(cited), "prefix": prefix, "is_broken": is_broken})
    return mark_safe(_cleaner().clean(markup))  # noqa: S308  # the allow-list has just been applied


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "highlight": _highlight, "maxNesting": 12})
    parser.enable(["table", "strikethrough", "linkify"])
    parser.disable(["reference", "html_block", "html_inline"])
    parser.inline.ruler.before("link", "citation", _citation)
    parser.core.ruler.before("inline", "half_open", _close_the_end)
    parser.add_render_rule("image", _image_as_text)
    parser.add_render_rule("link_open", _link_open)
    parser.validateLink = _leads_outside  # type: ignore[method-assign]  # the library is configured so
    if parser.linkify is not None:
        parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    return parser


@cache
def _cleaner() -> nh3.Cleaner:
    from pygments.token import STANDARD_TYPES

    colours = {name for name in STANDARD_TYPES.values() if name}
    return nh3.Cleaner(
        tags=_TAGS_ALLOWED,
        attributes={"a": {"href", "aria-label"}, "ol": {"start"}},
        tag_attribute_values={"a": {"target": {"_blank"}}},
        allowed_classes={"a": {"citation"}, "span": colours, "code": {"highlight"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )


def _leads_outside(url: str) -> bool:
    try:
        return urlsplit(url.strip()).scheme.lower() in SCHEMES
    except ValueError:
        return False


def _citation(state: StateInline, silent: bool) -> bool:
    """Make a citation of ``[n]`` for a cited n (an inline rule), before the link rule reads it as a link text."""
    match = _MARKER.match(state.src, state.pos)
    if not match or int(match[1]) not in state.env["cited"]:
        return False
    if not silent:
        address, name = f"#{state.env['prefix']}{match[1]}", state.env["cited"][int(match[1])]
        state.push("link_open", "a", 1).attrs = {"href": address, "class": "citation", "aria-label": name}
        state.push("text", "", 0).content = match[1]
        state.push("link_close", "a", -1)
    state.pos = match.end()
    return True


def _close_the_end(state: StateCore) -> None:
    """Close what the last block of a broken answer leaves open (a core rule), unless it is code."""
    if not state.env["is_broken"]:
        return
    for token in reversed(state.tokens):
        if token.content and token.type == "inline":
            token.content = closed(token.content)
        if token.content or token.type == "hr":
            return


def _link_open(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
    if tokens[at].attrGet("class") != "citation":
        tokens[at].attrs = {"href": tokens[at].attrGet("href") or "", "target": "_blank"}
    return renderer.renderToken(tokens, at, options, env)


def _image_as_text(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
    image = tokens[at]
    alternative = renderer.renderInlineAsText(image.children, options, env)
    return html.escape(f"{alternative} ({image.attrGet('src')})".strip())


def _highlight(code: str, language: str, _attributes: Any) -> str:
    """Return a code block, with spans of pygments' short class names if it knows the language."""
    if language.lower() not in LANGUAGES or len(code) > HIGHLIGHT_LIMIT:
        return f"<pre><code>{html.escape(code, quote=False)}</code></pre>"
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import get_lexer_by_name

    coloured = highlight(code, get_lexer_by_name(language.lower()), HtmlFormatter(nowrap=True))
    return f'<pre><code class="highlight">{coloured}</code></pre>'
