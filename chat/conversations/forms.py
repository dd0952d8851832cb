"""The plain HTML forms of the pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from typing_extensions import override

from ..models import CheckRequest, Feedback, InvalidRequest, Limits, Submission, Turn
from ..models.conversation import TITLE_LIMIT
from ..models.limits import COLLECTIONS_LIMIT, SPEAKER_LIMIT, SPEAKERS_LIMIT

RECORDINGS_LIMIT = 500

_NO_DAY = "The first and the last day of a filter must be dates like 2026-06-30."
_INCOMPLETE = "This form was incomplete. Please send it again."


class RecordingsField(forms.MultipleChoiceField):
    """The ids of the recordings in a filter; ``submit`` checks whether they exist."""

    @override
    def clean(self, value: Any) -> list[UUID]:
        """Return the ids without duplicates. Raise ``ValidationError`` for more than 500, or one that is no UUID."""
        names = self.to_python(value)
        if len(names) > RECORDINGS_LIMIT:
            raise ValidationError(f"You can choose at most {RECORDINGS_LIMIT} recordings; choose none to search all.")
        try:
            return [UUID(name) for name in dict.fromkeys(names)]
        except ValueError:
            raise ValidationError("The filter contains an unknown recording. Please choose again.") from None


class CollectionsField(forms.MultipleChoiceField):
    """The ids of the collections in a filter; ``submit`` checks whether they exist."""

    @override
    def clean(self, value: Any) -> tuple[UUID, ...]:
        """Return the ids without duplicates. Raise ``ValidationError`` for too many, or one that is no UUID."""
        names = self.to_python(value)
        if len(names) > COLLECTIONS_LIMIT:
            raise ValidationError(f"You can choose at most {COLLECTIONS_LIMIT} collections; choose none to search all.")
        try:
            return tuple(UUID(name) for name in dict.fromkeys(names))
        except ValueError:
            raise ValidationError("The filter contains an unknown collection. Please choose again.") from None


class SpeakersField(forms.MultipleChoiceField):
    """The names of the speakers in a filter, whether they exist or not."""

    @override
    def clean(self, value: Any) -> tuple[str, ...]:
        """Return the names without duplicates. Raise ``ValidationError`` for too many, or one that is too long."""
        names = tuple(dict.fromkeys(filter(None, map(str.strip, self.to_python(value)))))
        if len(names) > SPEAKERS_LIMIT or any(len(name) > SPEAKER_LIMIT for name in names):
            message = f"You can choose at most {SPEAKERS_LIMIT} speakers, with names of {SPEAKER_LIMIT} characters."
            raise ValidationError(message)
        return names


class AskForm(forms.Form):
    """A question from the composer. ``submit`` checks whether it is empty or too long, as on the socket."""

    question = forms.CharField(required=False, strip=False)
    request_id = forms.UUIDField(error_messages=dict.fromkeys(("required", "invalid"), _INCOMPLETE))
    recordings = RecordingsField(required=False)
    collections = CollectionsField(required=False)
    speakers = SpeakersField(required=False)
    since = forms.DateField(required=False, error_messages={"invalid": _NO_DAY})
    until = forms.DateField(required=False, error_messages={"invalid": _NO_DAY})
    undated = forms.BooleanField(required=False)

    def submission(self, *, conversation: UUID | None) -> Submission:
        """Return what to submit. Raise ``InvalidRequest``, which says what is wrong with the form."""
        if not self.is_valid():
            raise InvalidRequest(" ".join(error for errors in self.errors.values() for error in map(str, errors)))
        return Submission(
            request_id=self.cleaned_data["request_id"],
            # Browsers send a line break as CRLF; count and store it as the one character that the user typed.
            question=self.cleaned_data["question"].replace("\r\n", "\n"),
            conversation=conversation,
            recordings=tuple(self.cleaned_data["recordings"]),
            limits=self.limits,
        )

    @property
    def limits(self) -> Limits:
        """What to search only, as far as it is valid."""
        self.is_valid()
        valid = self.cleaned_data
        return Limits(**{name: valid[name] for name in Limits.__struct_fields__ if valid.get(name)})


class RenameForm(forms.Form):
    """A new title of a conversation."""

    title = forms.CharField(max_length=TITLE_LIMIT)


class FeedbackForm(forms.Form):
    """A thumb for an answer, or with an empty one its withdrawal. ``Feedback.give`` checks whether it is allowed."""

    thumb = forms.CharField(required=False)
    reason = forms.CharField(required=False)
    text = forms.CharField(required=False)

    def give(self, turn: Turn) -> Feedback | None:
        """Store the thumb, or withdraw it. Raise ``InvalidRequest``."""
        if not self.is_valid():
            raise InvalidRequest("This text contains characters that cannot be saved.")
        thumb, reason, text = (self.cleaned_data[name] for name in ("thumb", "reason", "text"))
        if thumb:
            return Feedback.give(turn, thumb, reason, text.replace("\r\n", "\n"))
        Feedback.withdraw(turn)
        return None


class CheckForm(forms.Form):
    """A request for a check. ``CheckRequestQuerySet.ask`` checks whether it is allowed."""

    note = forms.CharField(required=False)

    def ask(self, turn: Turn) -> CheckRequest:
        """Ask for the check. Raise ``InvalidRequest``."""
        if not self.is_valid():
            raise InvalidRequest("This note contains characters that cannot be saved.")
        return CheckRequest.objects.ask(turn, self.cleaned_data["note"].replace("\r\n", "\n"))
