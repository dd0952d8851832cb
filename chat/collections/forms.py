"""The forms of collections."""

from __future__ import annotations

from django import forms

from ..models import Collection, Retention, Role
from ..models.retention import MOST_DAYS

NAME_OF_MEMBER_LIMIT = 254


class CollectionForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """The name and the description of a collection."""

    class Meta:
        model = Collection
        fields = ("name", "description")
        labels = {"name": "Name", "description": "What it is for"}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "description": forms.TextInput(attrs={"autocomplete": "off"}),
        }
        error_messages = {
            "name": {
                "required": "Please give the collection a name.",
                "unique": "There is a collection of this name already.",
            }
        }


class MemberForm(forms.Form):
    """A new member. ``Members.add`` finds the user or the group."""

    member = forms.CharField(
        label="Name, e-mail address or group",
        max_length=NAME_OF_MEMBER_LIMIT,
        error_messages={"required": "Please type a name, an e-mail address or the name of a group."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "people", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.LISTEN)


class MoveForm(forms.Form):
    """The collection that a recording shall be in."""

    collection = forms.UUIDField(
        error_messages=dict.fromkeys(("required", "invalid"), "Please choose the collection to move it to.")
    )


def _days(label: str, help_text: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=help_text,
    )


class RetentionForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """The days for which a collection keeps things."""

    class Meta:
        model = Retention
        fields = ("recording_days", "conversation_days")

    recording_days = _days(
        "Days to keep a recording", "After it came in. Its transcript and its sound are removed then. Empty: for ever."
    )
    conversation_days = _days(
        "Days to keep a conversation that quotes it",
        "After its last question, with all its answers. Empty: as long as all others.",
    )
