"""The form of a label."""

from __future__ import annotations

from django import forms
from django.contrib.auth.models import User

from ..models import InvalidRequest, ReviewLabel, Turn


class LabelForm(forms.Form):
    """A reviewer's label of an answer. ``ReviewLabel.give`` checks whether it is allowed."""

    verdict = forms.CharField(required=False)
    comment = forms.CharField(required=False)

    def give(self, turn: Turn, reviewer: User) -> ReviewLabel:
        """Save the label. Raise ``InvalidRequest``."""
        if not self.is_valid():
            raise InvalidRequest("This label contains characters that cannot be saved.")
        # Browsers send a line break as CRLF; count and store it as the one character that the user typed.
        comment = self.cleaned_data["comment"].replace("\r\n", "\n")
        return ReviewLabel.give(turn, reviewer, self.cleaned_data["verdict"], comment)
