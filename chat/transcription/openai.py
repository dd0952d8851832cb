"""``openai:<model>``: OpenAI, or a compatible server at ``TRANSCRIBER_BASE_URL`` or ``OPENAI_BASE_URL``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .answers import heard_in
from .document import spoken
from .failures import UNREADABLE
from .heard import Heard
from .interface import Report, Spoken, TranscriptionFailed
from .joining import joined
from .kinds import diarizes
from .preparing import PREPARED, Limits, Prepared, prepared
from .silences import Part
from .speakers import APART, Speakers
from .wire import Wire

OPENAI_URL = "https://api.openai.com/v1"
LARGEST = 25 * 10**6
"""Bytes of a file that OpenAI takes."""
LONGEST_DIARIZED = 1380.0
"""Seconds that OpenAI's models of this kind take: 1400, and a little less."""
SURE = 20
"""Words of a part from which its language is taken to be that of the recording."""
_TYPES = {".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".mp4": "video/mp4", ".wav": "audio/wav", ".webm": "audio/webm"}


def provide(name: str) -> OpenAITranscriber:
    """Return the transcriber of this model. Raise ``ImproperlyConfigured`` without a key or the address of a server."""
    return OpenAITranscriber(name, _wire())


class OpenAITranscriber:
    """A server with ``/audio/transcriptions``. Long recordings are sent in parts, one after the other."""

    def __init__(self, model: str, wire: Wire) -> None:
        self.name = f"openai:{model}"
        self._model = model
        self._wire = wire

    def transcribe(self, audio: Path, report: Report) -> Spoken:
        """Return what is said in a file. Raise ``TranscriptionFailed``."""
        seconds = settings.TRANSCRIBER_PART_MINUTES * 60.0
        limits = Limits(min(seconds, LONGEST_DIARIZED) if diarizes(self._model) else seconds, LARGEST)
        with prepared(audio, limits, report) as recording:
            return _Listening(recording, self._ask, report, diarizes=diarizes(self._model)).spoken()

    def _ask(self, file: Path, fields: Mapping[str, Any], tick: Callable[[], None]) -> bytes:
        content = file.read_bytes()
        files = {"file": (f"recording{file.suffix}", content, _TYPES.get(file.suffix, "application/octet-stream"))}
        return self._wire.post("/audio/transcriptions", tick, data={"model": self._model, **fields}, files=files)


class _Listening:
    """One recording on its way through the parts that it is sent in: what is known of it so far."""

    def __init__(self, recording: Prepared, ask: Callable[..., bytes], report: Report, *, diarizes: bool) -> None:
        self._recording = recording
        self._ask = ask
        self._report = report
        self._diarizes = diarizes
        self._speakers = Speakers()
        self._languages: Counter[str] = Counter()

    def spoken(self) -> Spoken:
        """Return the document of the whole recording."""
        parts = [(part, self._part(at, part)) for at, part in enumerate(self._recording.parts)]
        notes = [APART] if self._speakers.apart else []
        language = next((code for code, _ in self._languages.most_common(1)), "")
        return spoken(joined(parts), duration=self._recording.duration, language=language, notes=notes)

    def _part(self, at: int, part: Part) -> Heard:
        done = PREPARED + (1 - PREPARED) * at / len(self._recording.parts)
        self._report(done)
        file = self._recording.send(at)
        fields = {**self._form(), **self._language()}
        known = self._speakers.known() if self._diarizes else {}
        heard, compared = self._heard(file, fields, known, lambda: self._report(done))
        self._languages[heard.language] += heard.words if heard.language else 0
        if not self._diarizes:
            return heard
        named = self._speakers.named(heard, at + 1, compared=compared)
        if self._recording.sound and at + 1 < len(self._recording.parts):
            self._speakers.remember(named, part, self._recording.sound, self._recording.folder)
        return named

    def _heard(
        self, file: Path, fields: Mapping[str, Any], known: Mapping[str, Any], tick: Callable[[], None]
    ) -> tuple[Heard, bool]:
        """Return what was heard in a part, and whether its voices were compared with those of the parts before."""
        if known:
            try:
                return heard_in(self._ask(file, {**fields, **known}, tick)), True
            except TranscriptionFailed as failed:
                if str(failed) != UNREADABLE:
                    raise  # else the server may not know the fields of known speakers
        return heard_in(self._ask(file, fields, tick)), False

    def _form(self) -> dict[str, Any]:
        if self._diarizes:
            return {"response_format": "diarized_json", "chunking_strategy": "auto"}
        return {"response_format": "verbose_json", "timestamp_granularities[]": ["word", "segment"]}

    def _language(self) -> dict[str, str]:
        """Return the language for the next part, once it is known: no service changes it in the middle by mistake."""
        code, words = next(iter(self._languages.most_common(1)), ("", 0))
        return {"language": code} if words >= SURE else {}


def _wire() -> Wire:
    if settings.TRANSCRIBER_BASE_URL:
        url, key = settings.TRANSCRIBER_BASE_URL, settings.TRANSCRIBER_API_KEY
    else:
        url, key = settings.OPENAI_BASE_URL, settings.TRANSCRIBER_API_KEY or settings.OPENAI_API_KEY
    if url == "databricks":
        from .workspace import workspace_wire

        return workspace_wire("/serving-endpoints")
    if not url and not key:
        raise ImproperlyConfigured("TRANSCRIBER=openai:… needs OPENAI_API_KEY, or a server in TRANSCRIBER_BASE_URL")
    return Wire(url or OPENAI_URL, lambda: key or "none")
