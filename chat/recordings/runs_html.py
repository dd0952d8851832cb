"""Runs of segments as HTML. A page has thousands of segments, for which a template takes several times as long."""

from __future__ import annotations

from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ..display import clock, shown
from ..models import Recording
from .runs import Run, ShownSegment
from .speakers import initials, tint

_REMEMBERED = 1_024
"""Speakers whose names and signs are kept in memory."""
# The button's margin is the gap before the text: no white space in between.
_PLAY = (
    '<button class="segment__play" type="button" data-play="{start}" hidden aria-label="Play from {place}">▶</button>'
)


def run_html(run: Run, recording: Recording, *, is_whole: bool) -> SafeString:
    """Return a run under the name of its speaker; times lead to the places of the segments in the whole transcript."""
    return format_html(
        '<section class="run" data-run="{}"{}><h2 class="run__speaker">{}{}</h2>\n{}</section>\n',
        run.speaker,
        " data-continues" if run.continues else "",
        _sign(run.speaker),
        _name(run.speaker),
        format_html_join("\n", "{}", ((_segment(each, run, recording, is_whole=is_whole),) for each in run.segments)),
    )


def _segment(segment: ShownSegment, run: Run, recording: Recording, *, is_whole: bool) -> SafeString:
    form = _form(segment.start is not None, segment.end is not None, bool(recording.audio))
    is_aside = segment.speaker != run.speaker
    return format_html(
        form,
        number=str(segment.number),
        start=str(segment.start),
        end=str(segment.end),
        place=clock(segment.start),
        address="" if is_whole else Recording.address_of(recording, segment.number).partition("#")[0],
        aside=" segment--aside" if is_aside else "",
        speaker=_speaker(segment.speaker) if is_aside else "",
        text=segment.text,
    )


@lru_cache
def _form(has_start: bool, has_end: bool, has_audio: bool) -> str:  # keys of a cache
    """Return the HTML of a segment, with the names of its values in braces."""
    return (
        '<p class="segment{aside}" id="segment-{number}" data-segment'
        + (' data-start="{start}"' if has_start else "")
        + (' data-end="{end}"' if has_end else "")
        + '><a class="segment__place" href="{address}#segment-{number}">'
        + ("{place}" if has_start else '¶<span class="visually-hidden"> {number}</span>')
        + "</a>"
        + (_PLAY if has_audio and has_start else "")
        + '{speaker}<span class="segment__text" dir="auto">{text}</span></p>'
    )


@lru_cache(maxsize=_REMEMBERED)
def _speaker(name: str) -> SafeString:
    """Return the name of somebody who speaks within the run of another."""
    return format_html('<span class="segment__speaker">{} {}: </span>', _sign(name), _name(name))


@lru_cache(maxsize=_REMEMBERED)
def _sign(name: str) -> SafeString:
    html = '<span class="speaker speaker--{}" aria-hidden="true">{}</span>'
    return format_html(html, str(tint(name)), initials(name))


@lru_cache(maxsize=_REMEMBERED)
def _name(name: str) -> str:
    return format_html("<bdi>{}</bdi>", shown(name)) if name else "Unknown speaker"
