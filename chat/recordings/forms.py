"""The forms of recordings."""

from __future__ import annotations

from typing import Any

from django import forms
from typing_extensions import override

from ..models import Consent, InvalidRequest
from ..terms import LANGUAGES
from .consent_fields import ConsentFields


class ConsentForm(ConsentFields):
    """What the consent note of a recording says; ``consent`` has it when the form is valid."""

    @override
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                self.consent = Consent.checked(cleaned["told"], cleaned["told_on"], cleaned["link"])
            except InvalidRequest as refused:
                raise forms.ValidationError(refused.message) from None
        return cleaned


class LanguageForm(forms.Form):
    """The language of a recording; an empty one is told from the words of the recording."""

    language = forms.ChoiceField(
        label="Language",
        required=False,
        choices=[("", "Tell it from the words"), *((code, name) for code, (name, _) in LANGUAGES.items())],
        error_messages={"invalid_choice": "Please choose a language of the list."},
    )
