"""What somebody notes about the consent to a recording: who was told, when, and where that is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils import timezone

from .access.event import AccessEvent
from .access.kinds import How, Kind
from .hold import refuse_if_held
from .recording import Recording
from .refusal import InvalidRequest

TOLD_LIMIT = 500
LINK_LIMIT = 500


@dataclass(frozen=True)
class Consent:
    """What a note says. ``link`` is the address of the form or the policy, or empty."""

    told: str
    told_on: date
    link: str = ""

    @classmethod
    def checked(cls, told: str, told_on: date | None, link: str = "") -> Consent:
        """Return what a note shall say. Raise ``InvalidRequest``, which says what is wrong with it."""
        told, link = " ".join(told.replace("\0", "").split()), link.strip()
        if not told:
            raise InvalidRequest("Please say who was told, such as “everybody in the call”.")
        if len(told) > TOLD_LIMIT:
            raise InvalidRequest(f"Who was told may have at most {TOLD_LIMIT} characters; this has {len(told)}.")
        if told_on is None:
            raise InvalidRequest("Please say on which day they were told.")
        if told_on > timezone.localdate() + timedelta(days=1):  # it may be tomorrow elsewhere
            raise InvalidRequest("The day on which they were told has not come yet.")
        _check_link(link)
        return cls(told, told_on, link)


class ConsentNote(models.Model):
    """The note of one recording. Whoever hears the recording reads it; who may change its collection writes it."""

    recording = models.OneToOneField(Recording, on_delete=models.CASCADE, primary_key=True, related_name="consent_note")
    told = models.CharField(max_length=TOLD_LIMIT)
    told_on = models.DateField()
    link = models.CharField(max_length=LINK_LIMIT, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~models.Q(told=""), name="consent_note_says_who_was_told"),
            models.CheckConstraint(
                condition=models.Q(link="")
                | models.Q(link__startswith="https://")
                | models.Q(link__startswith="http://"),
                name="consent_note_links_to_the_web",
            ),
        ]

    def __str__(self) -> str:
        return f"consent note of recording {self.recording_id}"

    @classmethod
    @transaction.atomic
    def write(cls, recording: Recording, consent: Consent, *, actor: User | None, how: How = How.PAGE) -> None:
        """Store what the note of a recording says; the caller checks whether the actor may. It is an event.

        ``actor`` is None for a command. Raise ``Held`` if a legal hold keeps what a note says already.
        """
        says = {"told": consent.told, "told_on": consent.told_on, "link": consent.link}
        notes = cls.objects.filter(recording=recording)
        if notes.filter(**says).exists():
            return
        _refuse_if_held(notes)
        _, is_new = cls.objects.update_or_create(
            recording=recording, defaults=says | {"written_by": actor, "written_at": Now()}
        )
        _record("written" if is_new else "changed", recording, actor, how)

    @classmethod
    @transaction.atomic
    def remove(cls, recording: Recording, *, actor: User) -> None:
        """Remove the note of a recording, if there is one. Raise ``Held`` if a legal hold keeps it."""
        _refuse_if_held(cls.objects.filter(recording=recording))
        if cls.objects.filter(recording=recording).delete()[0]:
            _record("removed", recording, actor, How.PAGE)


def _refuse_if_held(notes: models.QuerySet[ConsentNote]) -> None:
    refuse_if_held(Recording.objects.filter(pk__in=notes.values("recording")))


def _check_link(link: str) -> None:
    if len(link) > LINK_LIMIT:
        raise InvalidRequest(f"The link may have at most {LINK_LIMIT} characters; this one has {len(link)}.")
    if link and not _leads_to_a_page(link):
        raise InvalidRequest("The link must be the address of a page that begins with https:// or http://.")


def _leads_to_a_page(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:  # such as an open bracket
        return False
    return link.startswith(("https://", "http://")) and bool(parts.hostname) and link.isprintable() and " " not in link


def _record(did: str, recording: Recording, actor: User | None, how: How) -> None:
    """Record a change, without what the note says: the log is kept for ever, and it may name people."""
    AccessEvent.objects.record_member(
        Kind.CONSENT_NOTE,
        actor=actor,
        how=how,
        collection=recording.collection.uuid,
        details={"did": did, "recording": str(recording.uuid)},
    )
