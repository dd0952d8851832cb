"""What comes in from the plain forms of the pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from ..models import InvalidRequest, Submission
from ..models.conversation import TITLE_LIMIT

RECORDINGS_LIMIT = 500

_INCOMPLETE = "This form was not complete. Please send it again."


class RecordingsField(forms.MultipleChoiceField):
    """The ids of the recordings in a filter; whether they exist is for ``submit`` to find out."""

    def clean(self, value: Any) -> list[UUID]:
        """The ids, each once. Raises ``ValidationError`` for more than 500, or for one that is no UUID."""
        names = self.to_python(value)
        if len(names) > RECORDINGS_LIMIT:
            raise ValidationError(f"At most {RECORDINGS_LIMIT} recordings can be chosen; choose none to search all.")
        try:
            return [UUID(name) for name in dict.fromkeys(names)]
        except ValueError:
            raise ValidationError("A recording in the filter is not known. Please choose again.") from None


class AskForm(forms.Form):
    """A question from the composer. Whether it is empty or too long is said by ``submit``, as on the socket."""

    question = forms.CharField(required=False, strip=False)
    request_id = forms.UUIDField(error_messages=dict.fromkeys(("required", "invalid"), _INCOMPLETE))
    recordings = RecordingsField(required=False)

    def submission(self, *, conversation: UUID | None) -> Submission:
        """What to submit. Raises ``InvalidRequest`` that says what is wrong with the form."""
        if not self.is_valid():
            raise InvalidRequest(" ".join(error for errors in self.errors.values() for error in map(str, errors)))
        return Submission(
            request_id=self.cleaned_data["request_id"],
            # A browser sends its line ends as CRLF; they count, and are kept, as the one character that was typed.
            question=self.cleaned_data["question"].replace("\r\n", "\n"),
            conversation=conversation,
            recordings=tuple(self.cleaned_data["recordings"]),
        )


class RenameForm(forms.Form):
    """A new title of a conversation."""

    title = forms.CharField(max_length=TITLE_LIMIT)
