"""Runs of segments as HTML. A page has thousands of segments, for which a template takes several times as long."""

from __future__ import annotations

from functools import lru_cache

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from ..display import clock, shown
from ..models import Recording
from .runs import Run, ShownSegment
from .speakers import initials, tint

_REMEMBERED = 1_024
"""Speakers whose names and signs are kept in memory."""
_HERE = escape("")
"""The address of the page that is shown."""
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
        _segments(run, recording, is_whole=is_whole),
    )


def _segments(run: Run, recording: Recording, *, is_whole: bool) -> SafeString:
    """Return the segments, in one call of ``format_html``: one for each of them takes half of the page's time."""
    forms: list[str] = []
    values: list[SafeString] = []
    for segment in run.segments:
        is_aside = segment.speaker != run.speaker
        form = _form(segment.start is not None, segment.end is not None, bool(recording.audio), is_aside)
        times = {"start": segment.start, "end": segment.end, "place": clock(segment.start)}
        forms.append(form.format(number=segment.number, **times))
        values.append(_HERE if is_whole else _page_of(segment, recording))
        values += (_speaker(segment.speaker), segment.text) if is_aside else (segment.text,)
    return format_html("\n".join(forms), *values)


def _page_of(segment: ShownSegment, recording: Recording) -> SafeString:
    return escape(recording.address_of(segment.number).partition("#")[0])


@lru_cache
def _form(has_start: bool, has_end: bool, has_audio: bool, is_aside: bool) -> str:  # keys of a cache
    """Return the HTML of a segment, with the names of its numbers in braces, and double braces for the other values."""
    return (
        f'<p class="segment{" segment--aside" if is_aside else ""}" id="segment-{{number}}" data-segment'
        + (' data-start="{start}"' if has_start else "")
        + (' data-end="{end}"' if has_end else "")
        + '><a class="segment__place" href="{{}}#segment-{number}">'
        + ("{place}" if has_start else '¶<span class="visually-hidden"> {number}</span>')
        + "</a>"
        + (_PLAY if has_audio and has_start else "")
        + ("{{}}" if is_aside else "")
        + '<span class="segment__text" dir="auto">{{}}</span></p>'
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
