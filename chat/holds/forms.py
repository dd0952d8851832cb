"""The form of a legal hold."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import Q

from ..models import Collection, Hold

_EITHER = "Choose a collection, or type the name of a user: one of the two."


class HoldForm(forms.Form):
    """What is kept, a collection or a user, and why."""

    name = forms.CharField(
        max_length=Hold.NAME_LIMIT,
        help_text="Whoever tries to delete something reads this name, for example “Case 12”.",
        error_messages={"required": "Please give the hold a name."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        max_length=Hold.REASON_LIMIT,
        help_text="Only administrators read it.",
        error_messages={"required": "Please say why."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    # Any: generic in the stubs alone.
    collection: Any = forms.ModelChoiceField(None, to_field_name="uuid", required=False, empty_label="No collection")
    user = forms.CharField(
        label="Or a user",
        required=False,
        max_length=254,
        help_text="The user name or the e-mail address.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, administrator: User, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        visible = Collection.objects.visible_to(administrator).order_by("name")
        self.fields["collection"].queryset = visible  # type: ignore[attr-defined]

    def clean_user(self) -> User | None:
        """Return the user of this name or address."""
        if not (named := self.cleaned_data["user"].strip()):
            return None
        found = list(User.objects.filter(username=named)) or list(
            User.objects.filter(Q(username__iexact=named) | Q(email__iexact=named))[:2]
        )
        if len(found) != 1:
            raise forms.ValidationError("No user has this name." if not found else "More than one user has this name.")
        return found[0]

    def clean(self) -> dict[str, Any]:
        """Check that it is on exactly one."""
        given = self.cleaned_data
        if "user" in given and "collection" in given and bool(given["user"]) == bool(given["collection"]):
            self.add_error("collection", _EITHER)
        return given

    def subject(self) -> Collection | User:
        """Return what the hold is on."""
        subject: Collection | User = self.cleaned_data["collection"] or self.cleaned_data["user"]
        return subject
