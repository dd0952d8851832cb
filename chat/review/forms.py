"""The form of a label."""

from __future__ import annotations

from django import forms
from django.contrib.auth.models import User

from ..models import InvalidRequest, ReviewLabel, Turn


class LabelForm(forms.Form):
    """What a reviewer says of an answer. Whether it may be said is for ``ReviewLabel.give`` to find out."""

    verdict = forms.CharField(required=False)
    comment = forms.CharField(required=False)

    def give(self, turn: Turn, reviewer: User) -> ReviewLabel:
        """Keep it. Raises ``InvalidRequest``."""
        if not self.is_valid():
            raise InvalidRequest("This label has characters that cannot be kept.")
        # A browser sends its line ends as CRLF; they count, and are kept, as the one character that was typed.
        comment = self.cleaned_data["comment"].replace("\r\n", "\n")
        return ReviewLabel.give(turn, reviewer, self.cleaned_data["verdict"], comment)
