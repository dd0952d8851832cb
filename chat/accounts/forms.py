"""What comes in from the forms of accounts."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from ..models import ApiToken, SignInAttempt


class SignInForm(AuthenticationForm):
    """User name and password; after 5 failures within 15 minutes it refuses to look at them, right or wrong."""

    def clean(self) -> dict[str, Any]:
        """The signed-in user's data. The attempt is counted before the password is looked at, so that many guesses
        at once are no way around the limit."""
        name, address = self.cleaned_data.get("username") or "", self._address()
        with transaction.atomic():
            until = SignInAttempt.blocked_until(name, address)
            if not until:
                SignInAttempt.failed(name, address)
        if until:
            raise ValidationError(_try_again(until), code="throttled")
        cleaned = super().clean()
        SignInAttempt.succeeded(name, address)
        return cleaned

    def _address(self) -> str:
        return self.request.META.get("REMOTE_ADDR", "") if self.request else ""


def _try_again(until: datetime) -> str:
    minutes = max(1, math.ceil((until - timezone.now()).total_seconds() / 60))
    unit = "minute" if minutes == 1 else "minutes"
    return f"Too many failed attempts. Please try again in {minutes} {unit}, at {timezone.localtime(until):%H:%M}."


class ApiTokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(
        max_length=ApiToken.NAME_LIMIT,
        label="Name of the new token",
        help_text="What will use it, so that you know later which one to revoke.",
        error_messages={"required": "Please give the token a name."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
