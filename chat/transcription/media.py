"""Audio and video files, read and written by ffmpeg and ffprobe, which are programs of the machine.

A file may be hostile: it is read by known demuxers from the disk alone, never as a playlist that names other files or
addresses, within limits of time, memory and length, and what is wrong with it ends in a sentence.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .interface import Report
from .programs import Ended, Overdue, run
from .silences import NORMAL, QUIET, Silence, finder, loudest_in, silences_in

LONGEST = 24 * 3600
"""Seconds of the longest recording that is converted; the rest of a longer one is refused, not dropped."""
RATE = 16_000
"""Samples in a second of what recognisers are sent: one channel, as they all work with."""
PROBE_SECONDS = 30
CONVERT_SECONDS = 2 * 3600
HOW_TO_INSTALL = "ffmpeg is not installed on this server"

_DEMUXERS = "3gp,aac,ac3,aiff,amr,asf,avi,caf,flac,flv,m4a,matroska,mov,mp3,mp4,mpeg,mpegts,ogg,w64,wav,webm"
_SAFELY = ("-protocol_whitelist", "file,pipe", "-format_whitelist", _DEMUXERS)
_QUIETLY = ("ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-threads", "1")
_WRITING = (*_QUIETLY, "-y", "-progress", "pipe:1", *_SAFELY)
_NOWHERE = ("-f", "null", "-")
_PLAYED = {
    ("mp3", "mp3"),
    ("mov", "aac"),
    ("mov", "mp3"),
    ("ogg", "opus"),
    ("ogg", "vorbis"),
    ("matroska", "opus"),
    ("matroska", "vorbis"),
}
"""Demuxers and codecs of audio that every browser of today plays, and that are not much larger than they need be."""
_CODECS = {
    ".m4a": ("-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart"),
    ".opus": ("-c:a", "libopus", "-b:a", "48k"),
    ".mp3": ("-c:a", "libmp3lame", "-b:a", "64k"),
    ".wav": ("-c:a", "pcm_s16le"),
}
_DONE = re.compile(r"out_time_us=(\d+)")

logger = logging.getLogger(__name__)


class Unplayable(Exception):
    """The file cannot be used; the message is a sentence for people. ``again`` is whether it may be used later."""

    again = False


class NotInstalled(Unplayable):
    """The file was not looked at, because ffmpeg is not installed."""


class NoSpace(Unplayable):
    """There is no room for what would be made of the file."""

    again = True


@dataclass(frozen=True)
class Media:
    """What is in a file. ``duration`` is in seconds, None if the file does not say."""

    duration: float | None
    has_audio: bool
    has_video: bool
    container: str = ""
    codec: str = ""

    @property
    def plays(self) -> bool:
        """Whether browsers play it as it is, and without sending pictures; else ``convert`` it."""
        return (self.container, self.codec) in _PLAYED and not self.has_video


@dataclass(frozen=True)
class Sound:
    """The audio of a file as samples, at ``path``, with where it is silent."""

    path: Path
    duration: float
    silences: tuple[Silence, ...]


def is_installed() -> bool:
    """Return whether the programs are there."""
    return bool(shutil.which("ffmpeg") and shutil.which("ffprobe"))


def probe(path: Path) -> Media:
    """Return what is in a file. Raise ``Unplayable``."""
    asked = ("-show_entries", "format=format_name,duration:stream=codec_type,codec_name,duration:stream_disposition")
    command = ("ffprobe", "-v", "error", *_SAFELY, *asked, "-of", "json", f"file:{path}")
    ended = _ran(command, seconds=PROBE_SECONDS)
    try:
        found = json.loads(ended.output)
        streams, form = found["streams"], found["format"]
    except (ValueError, LookupError, TypeError):
        raise _unreadable(path, ended) from None
    return _media(streams, form)


def convert(path: Path, target: Path, report: Report = lambda _: None) -> None:
    """Write the audio of a file for browsers, in the form of the suffix of ``target``: .m4a, .opus, .mp3 or .wav.

    Names of people and places that the file has beside its sound are left out. Raise ``Unplayable``; then there is no
    ``target``.
    """
    media = _with_audio(path)
    coding = ("-map", "0:a:0", "-af", "aresample=async=1:first_pts=0", "-ac", "2", *_CODECS[target.suffix.lower()])
    _write(path, target, coding, media.duration, report)


def sound_of(path: Path, folder: Path, report: Report = lambda _: None) -> Sound:
    """Write the audio of a file as samples into a folder, with every gap in its times filled. Raise ``Unplayable``."""
    media = _with_audio(path)
    _refuse_full_disk(folder, media.duration)
    target = folder / "sound.wav"
    filters = f"aresample={RATE}:async=1:first_pts=0,{finder(NORMAL)},volumedetect"
    coding = ("-map", "0:a:0", "-af", filters, "-ac", "1", *_CODECS[".wav"])
    ended = _write(path, target, coding, media.duration, report)
    duration = max(0, target.stat().st_size - 100) / (2 * RATE)
    if duration >= LONGEST:
        target.unlink()
        raise Unplayable(f"It is longer than {LONGEST // 3600} hours, which is the longest that can be transcribed.")
    loudest = loudest_in(ended.errors)
    if loudest < QUIET:  # or all of it would count as silence
        listening = (*_QUIETLY, "-i", f"file:{target}", "-af", finder(loudest), *_NOWHERE)
        ended = _ran(listening, seconds=CONVERT_SECONDS, tick=lambda _: report(1.0))
    return Sound(target, duration, silences_in(ended.errors, duration))


def excerpt(sound: Path, target: Path, *, start: float, end: float) -> None:
    """Write a part of samples as a small file, in the form of the suffix of ``target``. Raise ``Unplayable``."""
    times = ("-ss", f"{start:.3f}", "-t", f"{end - start:.3f}")
    _write(sound, target, _CODECS[target.suffix], end - start, lambda _: None, before=times)


def _media(streams: list[dict[str, Any]], form: dict[str, Any]) -> Media:  # of JSON
    audio = [stream for stream in streams if stream.get("codec_type") == "audio"]
    pictures = [stream for stream in streams if stream.get("codec_type") == "video" and not _is_cover(stream)]
    times = [form.get("duration"), *(stream.get("duration") for stream in audio)]
    return Media(
        duration=next((seconds for time in times if (seconds := _seconds(time)) is not None), None),
        has_audio=bool(audio),
        has_video=bool(pictures),
        container=str(form.get("format_name", "")).partition(",")[0],
        codec=str(audio[0].get("codec_name", "")) if audio else "",
    )


def _is_cover(stream: dict[str, Any]) -> bool:
    return bool(stream.get("disposition", {}).get("attached_pic"))


def _seconds(value: object) -> float | None:
    try:
        seconds = float(str(value))
    except ValueError:
        return None
    return seconds if 0 < seconds < 10**7 else None


def _with_audio(path: Path) -> Media:
    media = probe(path)
    if not media.has_audio:
        raise Unplayable("There is no sound in this file.")
    if media.duration and media.duration > LONGEST:
        raise Unplayable(f"It is longer than {LONGEST // 3600} hours, which is the longest that can be converted.")
    return media


def _write(
    path: Path,
    target: Path,
    coding: tuple[str, ...],
    duration: float | None,
    report: Report,
    *,
    before: tuple[str, ...] = (),
) -> Ended:
    without = ("-vn", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1", "-threads", "1", "-t", str(LONGEST))
    command = (*_WRITING, *before, "-i", f"file:{path}", *coding, *without, f"file:{target}")
    try:
        ended = _ran(command, seconds=CONVERT_SECONDS, tick=lambda output: report(_share(output, duration)))
        _refuse_nothing(path, target, ended)
    except BaseException:  # also of whoever cancels: half a file is worse than none
        target.unlink(missing_ok=True)
        raise
    return ended


def _refuse_nothing(path: Path, target: Path, ended: Ended) -> None:
    if ended.status or not target.exists() or not target.stat().st_size:
        raise _unreadable(path, ended)


def _ran(command: tuple[str, ...], *, seconds: float, tick: Callable[[str], None] = lambda _: None) -> Ended:
    try:
        return run(command, seconds=seconds, written=LONGEST * RATE * 2 + 2**20, tick=tick)
    except Overdue:
        raise Unplayable("Reading this file took too long; it may be damaged.") from None
    except FileNotFoundError:
        raise NotInstalled(f"Nothing can be done with audio here: {HOW_TO_INSTALL}.") from None


def _unreadable(path: Path, ended: Ended) -> Unplayable:
    lines = ended.errors.strip().splitlines()
    logger.info("%s of %s bytes: %s", path.suffix, path.stat().st_size, lines[-1][-200:] if lines else ended.status)
    return Unplayable("This is no audio or video file that can be read, or it is damaged.")


def _refuse_full_disk(folder: Path, duration: float | None) -> None:
    if shutil.disk_usage(folder).free < (duration or 0) * RATE * 2 + 2**26:
        raise NoSpace("There is not enough free space on this server to convert it.")


def _share(output: str, duration: float | None) -> float:
    found = _DONE.findall(output)
    return min(1.0, int(found[-1]) / 1e6 / duration) if found and duration else 0.0
