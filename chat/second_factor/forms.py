"""The forms of second factors."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from typing_extensions import override

from ..accounts.attempts import try_again
from ..models import SignInAttempt
from .passkeys import NAME_LIMIT, REFUSED


class CodeForm(forms.Form):
    """A code that an authenticator app shows."""

    code = forms.CharField(
        label="Code from the app",
        max_length=40,
        error_messages={"required": "Please type the code that the app shows."},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class PasskeyForm(forms.Form):
    """A new passkey: its name, and what the browser says of it."""

    name = forms.CharField(
        max_length=NAME_LIMIT,
        label="Name of the passkey",
        help_text="Where it is, so that you know later which one to remove: “phone”, “blue key”.",
        error_messages={"required": "Please give the passkey a name."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    credential = forms.JSONField(error_messages={"required": REFUSED, "invalid": REFUSED}, widget=forms.HiddenInput)


class ConfirmForm(forms.Form):
    """The password of the user who is signed in. Wrong ones count as at sign-in."""

    password = forms.CharField(
        label="Password",
        strip=False,
        error_messages={"required": "Please type your password."},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: User, client: str, *args: Any, **kwargs: Any) -> None:
        self.user, self.client = user, client
        super().__init__(*args, **kwargs)

    @override
    def clean(self) -> dict[str, Any]:
        """Count the attempt before checking the password."""
        name = self.user.get_username()
        if until := SignInAttempt.begin(name, self.client):
            raise ValidationError(try_again(until), code="throttled")
        if not self.user.check_password(self.cleaned_data.get("password", "")):
            raise ValidationError("This is not your password.")
        SignInAttempt.record_success(name, self.client)
        return self.cleaned_data
