"""The form of those whose browser runs no script: some files at once, as a whole."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from typing_extensions import override

from ..models import Collection, UploadBatch
from ..recordings.consent_fields import ConsentFields, DayField
from .wire import FILES_LIMIT, SaidBatch, SaidConsent, SaidFile

FORM_LIMIT = 60 * 1024 * 1024
"""Bytes of all files of a form; the site takes no longer body of a request."""


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """Several files; Django's own field takes one."""

    widget = _Files

    @override
    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(_FilesField, self).clean(file, initial) for file in files]


class UploadForm(ConsentFields):
    """What is asked once for all files; ``said`` has it as the API does when the form is valid."""

    chosen = _FilesField(
        label="Files",
        allow_empty_file=True,
        error_messages={"required": "Please choose transcripts, audio or video."},
    )
    collection = forms.ModelChoiceField(
        label="Collection",
        queryset=Collection.objects.none(),
        to_field_name="uuid",
        empty_label=None,
        error_messages={"required": "Please choose a collection.", "invalid_choice": "Please choose a collection."},
    )
    title = forms.CharField(label="Title (optional)", max_length=UploadBatch.TITLE_LIMIT, required=False)
    recorded_on = DayField(label="Day of the recording (optional)", required=False)

    def __init__(self, *args: Any, user: User, collection: UUID | None = None, **kwargs: Any) -> None:
        """Propose this collection, if the user manages it, or else that which everyone hears."""
        super().__init__(*args, **kwargs)
        choice = cast("forms.ModelChoiceField[Collection]", self.fields["collection"])
        choice.queryset = Collection.objects.changeable_by(user)
        managed = choice.queryset.values_list("uuid", flat=True)
        proposed = managed.filter(uuid=collection).first() if collection else None
        choice.initial = proposed or managed.filter(is_default=True).first()

    def files_of(self) -> list[UploadedFile[Any]]:
        """Return the files, which are valid."""
        return list(self.cleaned_data["chosen"])

    @property
    def said(self) -> SaidBatch:
        """What the form says, as a program says it."""
        told, day, link = (self.cleaned_data[name] for name in ("told", "told_on", "link"))
        return SaidBatch(
            files=tuple(SaidFile(name=file.name or "-", size=file.size or 0) for file in self.files_of()),
            collection=self.cleaned_data["collection"].uuid,
            title=self.cleaned_data["title"],
            recorded_on=self.cleaned_data["recorded_on"],
            consent=SaidConsent(told=told, told_on=day, link=link) if told and day else None,
        )

    @override
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        files = cleaned.get("chosen", [])
        if len(files) > FILES_LIMIT:
            raise forms.ValidationError(f"Please choose at most {FILES_LIMIT} files at once.")
        if sum(file.size for file in files) > FORM_LIMIT:
            raise forms.ValidationError(f"Without a script, files may have {FORM_LIMIT // 2**20} MB in all.")
        if bool(cleaned.get("told")) != bool(cleaned.get("told_on")) or (cleaned.get("link") and not cleaned["told"]):
            raise forms.ValidationError("Please say who was told and when, or neither.")
        return cleaned
