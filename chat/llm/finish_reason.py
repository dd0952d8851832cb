"""Finish reasons of all providers, translated to those of OpenAI's API."""

from __future__ import annotations

from ..errors import GenerationFailed

_PROVIDER_REASONS = {
    "length": ("max_tokens", "model_length", "max_output_tokens", "token_limit", "model_context_window_exceeded"),
    "content_filter": (
        "content_filtered", "refusal", "safety", "recitation", "prohibited_content", "blocklist", "spii",
        "guardrail_intervened", "error_toxic",
    ),
}  # fmt: skip
"""What other providers send instead: Anthropic, Bedrock, Cohere, Google, Mistral, watsonx."""
_OPENAI_REASONS = {name: reason for reason, names in _PROVIDER_REASONS.items() for name in names}
_ABORTED = {
    "error", "error_limit", "abort", "aborted", "cancelled", "insufficient_system_resource", "language", "other",
}  # fmt: skip
"""The provider gave up: the answer is incomplete."""
_NONE = {"null", "none"}
"""What some servers write before the end, instead of null."""


def finish_reason(reason: str | None) -> str:
    """Return ``length`` or ``content_filter`` for a provider's name of it, any other reason as it is, "" for none.

    Raise ``GenerationFailed`` if the reason says that the provider aborted the answer.
    """
    lower_case = (reason or "").lower()
    if lower_case in _ABORTED:
        raise GenerationFailed(f"the model broke off with the finish reason {reason!r}")
    if lower_case in _NONE:
        return ""
    return _OPENAI_REASONS.get(lower_case, reason or "")
