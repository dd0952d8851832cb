"""The stream of an OpenAI-compatible endpoint for the library's own reader, without what that reader stumbles over.

With ``CHAT_LANGSMITH`` the library reads the response itself. It fails at fields that no answer needs (a fraction in
the usage, NaN), and loses the first event after a byte order mark. So it gets the stream as ``Completion`` reads it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import msgspec

from . import Delta
from .chunk import THOUGHT
from .completions import Completion

_DONE = b"data: [DONE]\n\n"


async def clean(response: httpx.Response) -> None:
    """Replace the body of a response that streams events; a hook for responses of ``httpx``."""
    is_plain = "content-encoding" not in response.headers
    is_stream = response.headers.get("content-type", "").startswith("text/event-stream")
    if is_plain and is_stream and response.is_success and isinstance(response.stream, httpx.AsyncByteStream):
        response.stream = _CleanStream(response.stream)


class _CleanStream(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream
        self._has_finished = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        completion = Completion()
        async for received in self._stream:
            for delta in completion.feed(received):
                yield self._event(delta)
            if completion.is_over:
                yield _DONE
                return

    async def aclose(self) -> None:
        await self._stream.aclose()

    def _event(self, delta: Delta) -> bytes:
        reason = None if self._has_finished else delta.finish_reason or None  # the library joins several
        self._has_finished = self._has_finished or reason is not None
        content = (THOUGHT if delta.thinks else "") + delta.text  # the library would drop any other field for it
        choice = {"index": 0, "delta": {"role": "assistant", "content": content}, "finish_reason": reason}
        chunk = {"id": "", "object": "chat.completion.chunk", "created": 0, "model": "", "choices": [choice]}
        return (
            b"data: " + msgspec.json.encode(chunk | ({"usage": _usage(delta.usage)} if delta.usage else {})) + b"\n\n"
        )


def _usage(usage: dict[str, int]) -> dict[str, int]:
    read, written = usage["input_tokens"], usage["output_tokens"]
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
