"""The forms of the account page and of the list of people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from ..models import Preference, SignInAttempt
from .zones import zones


class ProfileForm(forms.Form):
    """The name, time zone and theme of a user. Where a proxy signs users in, the proxy decides their names."""

    NAME_LIMIT = 150

    name = forms.CharField(
        max_length=NAME_LIMIT,
        required=False,
        help_text="As others see it. Without one they see your user name.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    zone = forms.ChoiceField(label="Time zone", required=False)
    theme = forms.ChoiceField(required=False)

    def __init__(self, user: User, preference: Preference, browser_zone: str, data: Any = None) -> None:
        initial = {"name": user.get_full_name(), "zone": preference.zone, "theme": preference.theme}
        super().__init__(data, initial=initial)
        self._user = user
        kept = [] if any(preference.zone in dict(names) for _, names in zones()) else [preference.zone]
        here = f"As in the browser{f' (here {browser_zone})' if browser_zone else ''}"
        offered = [("", here), *((name, name) for name in kept if name), *zones()]
        self.fields["zone"].choices = offered  # type: ignore[attr-defined]
        self.fields["theme"].choices = [("", "As the system is set"), *Preference.Theme.choices]  # type: ignore[attr-defined]
        if settings.TRUSTED_PROXY:
            del self.fields["name"]

    @transaction.atomic
    def save(self) -> None:
        """Store what was chosen."""
        chosen = self.cleaned_data
        Preference.objects.update_or_create(user=self._user, defaults={key: chosen[key] for key in ("zone", "theme")})
        if "name" in chosen and chosen["name"] != self._user.get_full_name():
            self._user.first_name, self._user.last_name = chosen["name"], ""
            self._user.save(update_fields=["first_name", "last_name"])


class LeavingForm(forms.Form):
    """The proof that it is the user who wants to leave: the password or, where there is none, the user name."""

    proof = forms.CharField(error_messages={"required": "Please fill this in to delete your account."})

    def __init__(self, user: User, address: str, data: Any = None) -> None:
        super().__init__(data)
        self._user, self._address = user, address
        self.has_password = user.has_usable_password() and settings.PASSWORD_SIGN_IN and not settings.TRUSTED_PROXY
        proof = self.fields["proof"]
        proof.label = "Your password" if self.has_password else f"Your user name, {user.get_username()}"
        kind = forms.PasswordInput if self.has_password else forms.TextInput
        proof.widget = kind(attrs={"autocomplete": "current-password" if self.has_password else "off"})
        proof.widget.is_required = True

    def clean_proof(self) -> str:
        """Check the password or the name. Wrong passwords count as failed sign-ins do."""
        proof: str = self.cleaned_data["proof"]
        name = self._user.get_username()
        if not self.has_password:
            if proof.strip() != name:
                raise ValidationError("This is not your user name.")
            return proof
        if SignInAttempt.begin(name, self._address):
            raise ValidationError("Too many wrong passwords. Please try again in some minutes.")
        if not self._user.check_password(proof):
            raise ValidationError("This is not your password.")
        SignInAttempt.record_success(name, self._address)
        return proof
