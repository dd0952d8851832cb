"""The forms of the review: a label, a reason, and a search in texts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from typing_extensions import override

from ..models import REASON_LENGTHS, InvalidRequest, ReviewLabel, Turn
from ..query import SEARCH_LIMIT, cleaned_search
from ..search.query import parsed

_SHORT = f"Please say why, in at least {REASON_LENGTHS[0]} characters."
_LONG = f"A reason may have at most {REASON_LENGTHS[-1]} characters."


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


class ReasonForm(forms.Form):
    """Why a reviewer does something that only shows them more with a reason."""

    reason = forms.CharField(
        label="Reason",
        min_length=REASON_LENGTHS[0],
        max_length=REASON_LENGTHS[-1],
        error_messages={"required": _SHORT, "min_length": _SHORT, "max_length": _LONG},
        widget=forms.TextInput(attrs={"list": "reasons", "autocomplete": "off", "dir": "auto", "autofocus": True}),
    )

    def clean_reason(self) -> str:
        """Write the reason on one line; what has too few characters then is none."""
        reason = " ".join(self.cleaned_data["reason"].split())
        if len(reason) < REASON_LENGTHS[0]:
            raise forms.ValidationError(_SHORT)
        return reason


class SearchForm(ReasonForm):
    """Words to search for in what users have asked and were answered, and why."""

    words = forms.CharField(
        label="Words in titles, questions, answers and sources",
        max_length=SEARCH_LIMIT,
        error_messages={"required": "Please type what to search for."},
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "dir": "auto", "autofocus": True}),
    )
    field_order = ("words", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["reason"].widget.attrs["autofocus"]

    @override
    def clean(self) -> dict[str, Any]:
        """Refuse words that occur nearly everywhere, or nowhere."""
        words = cleaned_search(self.cleaned_data.get("words", ""))
        if refusal := parsed(words).refusal:
            self.add_error("words", refusal)
        return {**self.cleaned_data, "words": words}
