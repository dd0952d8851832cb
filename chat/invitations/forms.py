"""The forms of coming in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User


class NewAccountForm(UserCreationForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """The user name and the password that somebody chooses, under the rules of the site."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = "With it you sign in. Letters, digits and @ . + - _"
        self.fields["password2"].label, self.fields["password2"].help_text = "Password again", ""


class FirstAdministratorForm(NewAccountForm):
    """The same with an e-mail address, which the site needs to send a link if the password is forgotten."""

    email = forms.EmailField(
        label="E-mail address",
        required=False,
        help_text="May stay empty.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username", "email")
