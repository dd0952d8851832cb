"""Code, with colours if its language is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .nodes import Child, Node

if TYPE_CHECKING:
    from pygments.token import _TokenType

HIGHLIGHT_LIMIT = 20_000
"""Most characters of code to colour. Longer code is shown plain, so that no lexer takes more than about 0.1 s."""
LANGUAGES = {
    "bash", "c", "cpp", "csharp", "css", "diff", "go", "html", "ini", "java", "javascript", "js", "json", "kotlin",
    "php", "python", "py", "r", "ruby", "rust", "sh", "sql", "swift", "toml", "ts", "typescript", "xml", "yaml",
}  # fmt: skip


def shown(code: str, language: str) -> Node:
    """Return the element of some code, with spans of pygments' short class names if it knows the language."""
    if language.lower() not in LANGUAGES or len(code) > HIGHLIGHT_LIMIT or not code:
        return Node("code", [code] if code else [])
    return Node("code", _coloured(code, language.lower()), {"class": "highlight"})


def _coloured(code: str, language: str) -> list[Child]:
    from pygments.lexers import get_lexer_by_name

    tokens = get_lexer_by_name(language, stripnl=False, ensurenl=False).get_tokens(code)
    return [Node("span", [text], {"class": name}) if (name := _class_of(kind)) else text for kind, text in tokens]


def _class_of(kind: _TokenType) -> str:
    """Return the short name of a kind of token, or of the kind that it is a part of."""
    from pygments.token import STANDARD_TYPES

    while kind not in STANDARD_TYPES and kind.parent:
        kind = kind.parent
    return STANDARD_TYPES.get(kind, "")
