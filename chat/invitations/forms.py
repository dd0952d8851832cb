"""The forms of coming in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from typing_extensions import override

from ..accounts.password_fields import TypedTwice
from ..models import Collection, Invitation


class NewAccountForm(TypedTwice, UserCreationForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """The user name and the password that somebody chooses, under the rules of the site."""

    first = "password1"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["username"]
        name.label, name.help_text = "User name", "With it you sign in. Letters, digits and @ . + - _"
        self.fields["password2"].label, self.fields["password2"].help_text = "Password again", ""
        if not settings.PASSWORD_SIGN_IN:
            del self.fields["password1"], self.fields["password2"]

    @override
    def save(self, commit: bool = True) -> Any:
        """Return the new account, with the chosen password; where there are no passwords, without one."""
        if settings.PASSWORD_SIGN_IN:
            return super().save(commit)
        self.instance.set_unusable_password()
        return forms.ModelForm.save(self, commit)


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


class InvitationForm(forms.Form):
    """Whom an administrator invites, and what they may hear then."""

    name = forms.CharField(
        label="Name",
        max_length=Invitation.NAME_LIMIT,
        error_messages={"required": "Please type the name of the person."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label="E-mail address",
        error_messages={"required": "Please type the e-mail address of the person."},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), label="Groups", required=False, widget=forms.CheckboxSelectMultiple
    )
    collections = forms.ModelMultipleChoiceField(
        Collection.objects.none(), label="Collections", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        self._offer("groups", Group.objects.order_by("name"))
        self._offer("collections", Collection.objects.changeable_by(user).filter(everyone=False).order_by("name"))

    def _offer(self, name: str, choices: QuerySet[Any]) -> None:
        """Offer these choices; without any, leave the field out."""
        if choices.exists():
            self.fields[name].queryset = choices  # type: ignore[attr-defined]  # of a field with choices
        else:
            del self.fields[name]

    def clean_name(self) -> str:
        """Return the name in one line: it is part of mails."""
        return " ".join(self.cleaned_data["name"].split())
