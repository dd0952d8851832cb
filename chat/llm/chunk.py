"""One event of an OpenAI-compatible stream, read for what an answer needs; no other field can fail it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from ..errors import GenerationFailed
from ..upstream.failures import redacted

_decode = msgspec.json.Decoder().decode

THOUGHT = "\x1d"
"""The character that stands for a thought in a cleaned stream; no answer has it."""
_THOUGHTS = ("reasoning_content", "reasoning", "reasoning_details", "reasoning_text", "thinking", "thinking_blocks")
_THOUGHT_TYPES = ("thinking", "reasoning", "redacted_thinking", "reasoning_content", "thought")
_MOST_TOKENS = 2**31
_COUNTS = {"input_tokens": "prompt_tokens", "output_tokens": "completion_tokens"}
"""Our names of the counts, which some servers use too, and those of OpenAI."""

Fields = Mapping[str, Any]  # what JSON may hold


class _PlainDelta(msgspec.Struct, forbid_unknown_fields=True):
    content: str
    role: str | None = None
    refusal: None = None
    tool_calls: None = None
    function_call: None = None


class _PlainChoice(msgspec.Struct, forbid_unknown_fields=True):
    delta: _PlainDelta
    index: Literal[0] = 0
    finish_reason: None = None
    logprobs: None = None


class _PlainChunk(msgspec.Struct, forbid_unknown_fields=True):
    """A chunk that has text and nothing else, as almost all have."""

    choices: tuple[_PlainChoice]
    object: Literal["chat.completion.chunk"]
    id: msgspec.Raw = msgspec.Raw()
    created: msgspec.Raw = msgspec.Raw()
    model: msgspec.Raw = msgspec.Raw()
    system_fingerprint: msgspec.Raw = msgspec.Raw()
    service_tier: msgspec.Raw = msgspec.Raw()
    obfuscation: msgspec.Raw = msgspec.Raw()
    usage: None = None


_decode_plain = msgspec.json.Decoder(_PlainChunk).decode


def plain_text_of(event: bytes) -> str | None:
    """Return the text of an event that has text and nothing else; None for all others, which take longer to read."""
    try:
        return _decode_plain(event).choices[0].delta.content
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def chunk_of(event: bytes) -> Fields | None:
    """Return the fields of an event; None if it holds nothing.

    Raise ``GenerationFailed`` if it is no JSON object, or reports an error.
    """
    if not event.strip():
        return None
    chunk = _json_of(event)
    if chunk is None:
        return None
    if not isinstance(chunk, dict):
        raise GenerationFailed("the model sent an invalid chunk: it is no JSON object")
    if _reports_error(chunk):
        reported = redacted(event.decode(errors="replace"))
        raise GenerationFailed(f"the model reported an error inside its stream: {reported}")
    return chunk


def choices_of(chunk: Fields) -> Sequence[Fields]:
    """Return the choices of a chunk; the chunk itself if it has none, as those of Databricks' agents."""
    choices = chunk.get("choices")
    if not choices:
        return (chunk,)
    if not isinstance(choices, list):
        raise GenerationFailed("the model sent an invalid chunk: its choices are no list")
    return [_fields(choice, "a choice") for choice in choices]


def index_of(choice: Fields) -> str:
    """Return the index of a choice, the same for 0, 0.0, "0" and none."""
    index = choice.get("index") or 0
    return str(int(index) if isinstance(index, float) and index.is_integer() else index)


def delta_of(choice: Fields) -> Fields:
    """Return the delta of a choice."""
    return _fields(choice.get("delta"), "a delta")


def text_of(content: Any) -> str:
    """Return the text of a content, or of its blocks of text; leave out reasoning and other blocks.

    Raise ``GenerationFailed`` if it is neither.
    """
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        raise GenerationFailed(f"the model sent an invalid chunk: its content is a {type(content).__name__}")
    return "".join(map(_text_of_block, content))


def thinks_in(fields: Fields) -> bool:
    """Return whether a delta, or the additional fields of a library's message, has a thought."""
    content = fields.get("content")
    blocks = content if isinstance(content, list) else [content]
    return any(fields.get(name) for name in _THOUGHTS) or any(map(is_thought, blocks))


def is_thought(block: Any) -> bool:
    """Return whether a block of a content is a thought."""
    return isinstance(block, dict) and bool(block.get("type") in _THOUGHT_TYPES or block.get("thought"))


def usage_of(usage: Any) -> dict[str, int] | None:
    """Return the usage so far; None if it is absent, or counts in no way that we know."""
    if not isinstance(usage, dict):
        return None
    counts = {key: _count(usage.get(key, usage.get(other))) for key, other in _COUNTS.items()}
    known = {key: count for key, count in counts.items() if count is not None}
    return known if len(known) == len(_COUNTS) else None


def _json_of(event: bytes) -> Any:
    """Return what an event holds; also read what is no JSON but often sent as such: NaN, and halves of characters."""
    try:
        return _decode(event)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return json.loads(event.decode(errors="replace"), strict=False, parse_int=_number)
    except (ValueError, RecursionError) as error:
        raise GenerationFailed(f"the model sent an invalid chunk: {error}") from None


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) < 20 else float(digits)  # int() refuses thousands of digits


def _reports_error(chunk: Fields) -> bool:
    named = (chunk.get("error"), chunk.get("error_code"))
    return any(map(_says_something, named)) or "error" in (chunk.get("object"), chunk.get("type"))


def _says_something(error: Any) -> bool:
    """Return whether an error is one: some servers send an empty one with every chunk."""
    if isinstance(error, dict):
        return any(error.values())
    return bool(error)


def _fields(value: Any, name: str) -> Fields:
    """Return an object; an empty one also for null, and for the empty list that PHP makes of it."""
    if isinstance(value, dict):
        return value
    if value is None or value == []:
        return {}
    raise GenerationFailed(f"the model sent an invalid chunk: {name} is a {type(value).__name__}")


def _text_of_block(block: Any) -> str:
    if isinstance(block, str):
        return block
    is_text = isinstance(block, dict) and block.get("type", "text") in ("text", "output_text")
    text = block.get("text") if is_text and not block.get("thought") else None
    return text if isinstance(text, str) else ""


def _count(value: Any) -> int | None:
    """Return a number of tokens, also one that is sent as a fraction or a string."""
    try:
        count = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else -1.0
    except (ValueError, OverflowError):
        return None
    return int(count) if 0 <= count < _MOST_TOKENS else None
