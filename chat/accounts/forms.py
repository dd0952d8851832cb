"""The forms of accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import (
    AdminUserCreationForm,
    AuthenticationForm,
    PasswordChangeForm,
    SetPasswordForm,
    UserChangeForm,
)
from django.core.exceptions import ValidationError
from django.db import transaction
from typing_extensions import override

from ..models import ApiToken, Refused, SignInAttempt
from ..models.administrators import keep_an_administrator
from .attempts import try_again
from .password_fields import TypedTwice


class SignInForm(AuthenticationForm):
    """User name and password. After too many failures within 15 minutes it refuses to check them, right or wrong."""

    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": "The user name or the password is wrong. Capital letters matter in both."
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "User name"

    @override
    def clean(self) -> dict[str, Any]:
        """Count the attempt before checking the password, so that simultaneous guesses cannot evade the limit."""
        name, address = self.cleaned_data.get("username") or "", self._address()
        until = SignInAttempt.begin(name, address)
        if until:
            raise ValidationError(try_again(until), code="throttled")
        cleaned = super().clean()
        SignInAttempt.record_success(name, address)
        return cleaned

    def _address(self) -> str:
        return self.request.META.get("REMOTE_ADDR", "") if self.request else ""


class NewPasswordForm(TypedTwice, SetPasswordForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """A new password, typed twice."""

    first = "new_password1"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_again(self)


class OtherPasswordForm(TypedTwice, PasswordChangeForm):
    """The old password, and a new one, typed twice."""

    first = "new_password1"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_again(self)


def say_again(form: forms.BaseForm) -> None:
    """Name the second field of a new password as the page for a first one does, without a sentence below it."""
    form.fields["new_password2"].label, form.fields["new_password2"].help_text = "New password again", ""


class ForgottenForm(forms.Form):
    """The address to which a link for a new password goes, if it is that of an account."""

    email = forms.EmailField(
        label="E-mail address",
        error_messages={"required": "Please type the address of your account."},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class AccountCreationForm(AdminUserCreationForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """A new user in the admin: without a password, unless the administrator chooses one."""

    usable_password = forms.ChoiceField(
        label="Password",
        required=False,
        initial="false",
        choices=[("false", "None yet: the user comes by a sign-in link"), ("true", "I set one")],
        widget=forms.RadioSelect(attrs={"class": "radiolist"}),
        help_text="After you have saved the user, “Make a sign-in link” is on the page of the user.",
    )


class AccountForm(UserChangeForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """A user in the admin. The last administrator stays one, and active."""

    @override
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not (cleaned.get("is_active", True) and cleaned.get("is_superuser", True)):
            try:
                with transaction.atomic():
                    keep_an_administrator(self.instance)
            except Refused as refused:
                raise ValidationError(refused.message) from None
        return cleaned


class ApiTokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(
        max_length=ApiToken.NAME_LIMIT,
        label="Name of the new token",
        help_text="The program that will use it, so that you know later which token to revoke.",
        error_messages={"required": "Please give the token a name."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
