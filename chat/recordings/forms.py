"""The forms of recordings."""

from __future__ import annotations

from typing import Any

from django import forms
from typing_extensions import override

from ..models import Consent, InvalidRequest
from ..terms import LANGUAGES


class ConsentForm(forms.Form):
    """What the consent note of a recording says; ``consent`` has it when the form is valid."""

    told = forms.CharField(
        label="Who was told",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Everybody in the call"}),
    )
    told_on = forms.DateField(
        label="When",
        required=False,
        error_messages={"invalid": "Please write the day like 2026-03-04."},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    link = forms.CharField(
        label="Link to the form or the policy (optional)",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url", "placeholder": "https://"}),
    )

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
