"""Why an answer has ended, in the words of OpenAI's wire, whatever the provider says."""

from __future__ import annotations

from ..errors import GenerationFailed

_MEANINGS = {
    "length": ("max_tokens", "model_length", "max_output_tokens", "token_limit", "model_context_window_exceeded"),
    "content_filter": (
        "content_filtered", "refusal", "safety", "recitation", "prohibited_content", "blocklist", "spii",
        "guardrail_intervened", "error_toxic",
    ),
}  # fmt: skip
"""What other providers say for them: Anthropic, Bedrock, Cohere, Google, Mistral, watsonx."""
_WORDS = {word: meaning for meaning, words in _MEANINGS.items() for word in words}
_BROKEN = {"error", "error_limit", "abort", "aborted", "cancelled", "insufficient_system_resource", "language", "other"}
"""The provider gave up: what was said is no whole answer."""


def finish_reason(said: str | None) -> str:
    """``length`` or ``content_filter`` where that is meant, else what was said; empty for nothing.

    Raises ``GenerationFailed`` where the provider says that the answer broke off.
    """
    word = (said or "").lower()
    if word in _BROKEN:
        raise GenerationFailed(f"the model broke off, with the reason {said!r}")
    return _WORDS.get(word, said or "")
