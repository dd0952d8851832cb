"""Transcripts: a file in any of the known dialects is read into a ``Transcript``."""

from .file import UNKNOWN_KIND, open_sources, read
from .folder import AUDIO_SUFFIXES, FolderContents, audio_beside, find_transcripts, transcript_beside
from .source import SUFFIXES, Source
from .transcript import Transcript, Unreadable, Utterance

__all__ = [
    "AUDIO_SUFFIXES",
    "SUFFIXES",
    "UNKNOWN_KIND",
    "FolderContents",
    "Source",
    "Transcript",
    "Unreadable",
    "Utterance",
    "audio_beside",
    "find_transcripts",
    "open_sources",
    "read",
    "transcript_beside",
]
