"""The fields of a consent note, on its own page and where recordings are brought."""

from __future__ import annotations

from django import forms


class DayField(forms.DateField):
    """A day, which browsers choose from a calendar."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    default_error_messages = {"invalid": "Please write the day like 2026-03-04."}


class ConsentFields(forms.Form):
    """Who was told that they are recorded, when, and where that is written."""

    told = forms.CharField(
        label="Who was told",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Everybody in the call"}),
    )
    told_on = DayField(label="When they were told", required=False)
    link = forms.CharField(
        label="Link to the form or the policy (optional)",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url", "placeholder": "https://"}),
    )
