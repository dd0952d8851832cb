"""Where a form with a new password, typed twice, says what is wrong."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.contrib.auth.models import User
from typing_extensions import override


class TypedTwice(forms.BaseForm):
    """A form that says at the ``first`` of its two fields why a password cannot be; Django does at the second."""

    first: ClassVar[str]

    def validate_password_for_user(self, user: User, password_field_name: str = "") -> None:
        """Check the password of the first field, whichever field is named."""
        super().validate_password_for_user(user, self.first)  # type: ignore[misc]  # not in the stubs

    @override
    def full_clean(self) -> None:
        """Give the focus to the first field that is wrong, too."""
        super().full_clean()
        if wrong := [name for name in self.fields if name in self.errors]:
            for name, field in self.fields.items():
                field.widget.attrs["autofocus"] = name == wrong[0]
