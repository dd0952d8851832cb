"""The team's recordings: a transcript is imported once, by its content, with its audio, and indexed for the search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from chat.models import (
    REMOVED,
    Collection,
    Consent,
    ConsentNote,
    ErasedSpeaker,
    How,
    Recording,
    Segment,
    WithdrawnAudio,
)
from chat.models.many_rows import insert_rows
from chat.models.word_times import pack

from ..retrieval import Spoken, index_new
from ..storage import StorageFailed, exists, storage
from ..upstream.credentials import SignInFailed
from .stored_audio import AUDIO_FOLDER, delete_audio
from .transcripts import Transcript, Unreadable, audio_beside, open_sources, read


@dataclass(frozen=True)
class Addition:
    """The recording of a transcript, which is ``new`` or was in the library before.

    ``skipped`` counts, by reason, what was left out of a new one; ``characters`` is the length of its text in the file,
    and ``encoding`` is named if it is not Unicode.
    """

    recording: Recording
    new: bool
    characters: int
    skipped: Mapping[str, int] = field(default_factory=dict)
    encoding: str = ""
    erased: int = 0
    """Its segments whose words were left out, because their speakers were erased from this transcript before."""


@dataclass(frozen=True)
class Into:
    """Where new recordings go, instead of the default collection, and the consent note of those that have none.

    ``by`` is who adds them; None for a command.
    """

    collection: Collection | None = None
    consent: Consent | None = None
    by: User | None = None


def add(path: Path, *, title: str = "", into: Into = Into()) -> Iterator[Addition]:
    """Add the recordings of a transcript file that are not in the library yet, with the audio file beside it.

    ``title`` replaces the title that a new recording would get. One that was in the library before stays where it is,
    and keeps its consent note if it has one. Raise ``Unreadable`` before storing anything.

    Each recording is stored with its segments and index in one transaction, so a crash leaves none incomplete. The file
    is not one transaction: SQLite has a single writer, and answers being streamed must not wait for a file of many
    meetings. After a crash, adding the file again imports what is missing.
    """
    sources = open_sources(path)
    if title and len(sources) > 1:
        raise Unreadable(f"contains {len(sources)} recordings; one title cannot name them all")
    audio = audio_beside(path) if len(sources) == 1 else None
    existing = _existing({source.digest for source in sources}, into)
    drafts = [(source, None if source.digest in existing else read(source)) for source in sources]
    for source, transcript in drafts:
        recording = existing.get(source.digest)
        if transcript and not recording:
            named = replace(transcript, title=title or transcript.title)
            recording, new = _store(named, source.digest, audio, into)
            existing[source.digest] = recording
            erased = recording.segments.filter(text=REMOVED).count() if new else 0
            yield Addition(recording, new, len(source.text), transcript.skipped, source.encoding, erased)
        elif recording:
            _add_missing_audio(recording, audio)
            _add_missing_note(recording, into)
            yield Addition(recording, False, len(source.text))


@transaction.atomic
def take_in(transcript: Transcript, digest: str, *, audio: str, into: Into) -> tuple[Recording, bool]:
    """Return the recording of what somebody brings, and whether it is new; ``audio`` names a file of the storage.

    The same transcript counts as that recording in its collection, and in those that ``into.by`` hears; nobody learns
    what is in others. One that was there before gets what it lacks, if they may change its collection: the audio,
    unless it was withdrawn, and the consent note.
    """
    found = _heard(digest, into)
    if not found:
        return _create(transcript, digest, audio, into), True
    may_change = found.collection == into.collection or _may_change(found, into)
    if may_change:
        _add_missing_note(found, into)
    if audio and audio != found.audio and (found.audio or not may_change or not WithdrawnAudio.give(found, audio)):
        delete_audio([audio])
    return found, False


def _heard(digest: str, into: Into) -> Recording | None:
    """Return the recording of a transcript in its collection, or else in one that whoever brings it hears."""
    same = Recording.objects.filter(digest=digest).select_related("collection").order_by("pk")
    heard = Recording.objects.heard_by(into.by.pk).filter(digest=digest) if into.by else Recording.objects.none()
    return same.filter(collection=into.collection).first() or same.filter(pk__in=heard.values("pk")).first()


def _may_change(recording: Recording, into: Into) -> bool:
    return into.by is not None and Collection.objects.changeable_by(into.by).filter(pk=recording.collection_id).exists()


def _existing(digests: Set[str], into: Into) -> dict[str, Recording]:
    """Return the recordings of these transcripts: that in the collection, or else the first one."""
    found = Recording.objects.filter(digest__in=digests).order_by("-pk")
    existing = {recording.digest: recording for recording in found}
    return existing | {
        each.digest: each for each in found if into.collection and each.collection_id == into.collection.pk
    }


def _store(transcript: Transcript, digest: str, audio: Path | None, into: Into) -> tuple[Recording, bool]:
    """Return the recording of the transcript, and whether it is new: another process may have stored it first."""
    audio_name = _copy_audio(audio, digest) if audio else ""  # before the transaction: copying takes time
    try:
        with transaction.atomic():
            return _create(transcript, digest, audio_name, into), True
    except IntegrityError:
        return Recording.objects.get(digest=digest, collection=into.collection or Collection.objects.default()), False


def _create(transcript: Transcript, digest: str, audio: str, into: Into) -> Recording:
    recording = Recording.objects.create(
        collection=into.collection or Collection.objects.default(),
        title=transcript.title,
        digest=digest,
        audio=audio,
        duration=transcript.duration,
        recorded_on=transcript.recorded_on,
    )
    erased = ErasedSpeaker.of(recording, {u.speaker for u in transcript.utterances})
    spoken = [
        Spoken(number, erased.get(u.speaker, u.speaker), REMOVED if u.speaker in erased else u.text)
        for number, u in enumerate(transcript.utterances, 1)
    ]
    rows = [
        (recording.pk, *each, u.start, u.end, pack(u.words) if u.words and u.speaker not in erased else None)
        for each, u in zip(spoken, transcript.utterances, strict=True)
    ]
    insert_rows(Segment, ("recording", "number", "speaker", "text", "start", "end", "words"), rows)
    index_new(recording, spoken, hint=transcript.language)
    _add_missing_note(recording, into)
    return recording


def _add_missing_note(recording: Recording, into: Into) -> None:
    if into.consent and not ConsentNote.objects.filter(recording=recording).exists():
        ConsentNote.write(recording, into.consent, actor=into.by, how=How.PAGE if into.by else How.PROGRAM)


def _add_missing_audio(recording: Recording, audio: Path | None) -> None:
    """Store audio that came after the transcript, or whose file is lost; never audio that was withdrawn."""
    if not audio or WithdrawnAudio.objects.filter(recording=recording).exists():
        return
    if not (recording.audio and _is_stored(recording.audio)):
        twins = Recording.objects.filter(digest=recording.digest).exclude(pk=recording.pk)
        name = _copy_audio(audio, sha256(recording.uuid.bytes).hexdigest() if twins.exists() else recording.digest)
        if not WithdrawnAudio.give(recording, name):  # meanwhile
            delete_audio([name])


def _is_stored(name: str) -> bool:
    try:
        return exists(storage(), name)
    except (StorageFailed, SignInFailed) as error:
        raise Unreadable(f"cannot look for its audio: {error}") from None


def _copy_audio(audio: Path, key: str) -> str:
    """Store audio and return its name in the storage, which is always the same. Raise ``Unreadable``."""
    name = f"{AUDIO_FOLDER}/{key}{audio.suffix.lower()}"
    try:
        storage().put(name, audio)
    except (StorageFailed, SignInFailed) as error:
        raise Unreadable(f"cannot store its audio {audio.name}: {error}") from None
    return name
