"""A source as HTML: an answer has several, for which a template takes several times as long as all else of its end."""

from __future__ import annotations

from uuid import UUID

from django.utils.safestring import SafeString

from ..display import clock, icon, shown
from ..html import formatted
from ..models import UNHEARD_SOURCE, Citation
from .sources import Source, Timeline

_CARD = """<li class="source" id="source-{}-{}" tabindex="-1" data-source>
  <div class="source__head">
    <span class="source__number"><span class="visually-hidden">Source </span>{}</span>
    {}{}{}
  </div>
  <blockquote class="source__excerpt" dir="auto">{}</blockquote>
  {}
  <p class="source__recording">{}</p>
  {}
</li>
"""
_UNHEARD = """<li class="source source--unheard" id="source-{}-{}" tabindex="-1" data-source>
  <div class="source__head">
    <span class="source__number"><span class="visually-hidden">Source </span>{}</span>
    <span>{}</span>
  </div>
</li>
"""
_SPEAKER = '<bdi class="source__speaker">{}</bdi>'
_TIME = '<span class="source__time">{}{}</span>'
_QUOTED = '<span class="source__quoted">Quoted</span>'
_MOMENT = '<div class="source__moment">{}{}</div>'
_PLAY = '<button class="play" type="button" data-play="{}"{} data-play-audio="{}" aria-label="Play {}">{}</button>'
_DURATION = '{}<span class="source__duration"><span class="visually-hidden">of </span>{}</span>'
_TIMELINE = """<svg class="timeline" viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true">
  <path class="timeline__line" d="M0 13H1000{}"/>
  <rect class="timeline__moment" x="{}" y="2" width="{}" height="12" rx="2"/>
  <line class="timeline__head" y1="0" y2="16" data-play-head data-duration="{}"/>
</svg>
"""
_TITLE = '<a class="source__title" href="{}"><bdi>{}</bdi></a>{}'
_DATE = ' <time datetime="{}">{}</time>'
_DELETED = '<span class="source__title"><bdi>{}</bdi> (deleted)</span>'
_FAILURE = '<p class="{}" role="alert" data-play-failure hidden></p>'


def source_html(source: Source, turn_uuid: UUID) -> SafeString:
    """Return a source of the answer of a turn, with the words marked that the answer uses."""
    citation = source.citation
    if not citation.is_heard:
        return formatted(_UNHEARD, turn_uuid, citation.number, citation.number, UNHEARD_SOURCE)
    return formatted(
        _CARD,
        turn_uuid,
        citation.number,
        citation.number,
        formatted(_SPEAKER, shown(citation.speaker)) if citation.speaker else "",
        _time(citation),
        formatted(_QUOTED) if source.is_quoted else "",
        source.excerpt,
        _moment(source),
        _recording(source),
        formatted(_FAILURE, "source__failure") if source.audio else "",
    )


def timeline_html(timeline: Timeline) -> SafeString:
    """Return the line of a recording with the place of a moment on it."""
    ticks = "".join(f"M{tick} 13V9" for tick in timeline.ticks)
    return formatted(_TIMELINE, ticks, timeline.at, timeline.length, timeline.duration)


def _time(citation: Citation) -> str:
    if citation.start is None:
        return ""
    return formatted(_TIME, clock(citation.start), "" if citation.end is None else f"–{clock(citation.end)}")


def _moment(source: Source) -> str:
    """Return the button that plays the source, and where in the recording it lies."""
    timeline = source.timeline
    if not (timeline or source.audio):
        return ""
    line = formatted(_DURATION, timeline_html(timeline), clock(timeline.duration)) if timeline else ""
    return formatted(_MOMENT, _play(source) if source.audio else "", line)


def _play(source: Source) -> SafeString:
    citation = source.citation
    end = "" if citation.end is None else formatted(' data-play-end="{}"', citation.end)
    return formatted(_PLAY, citation.start, end, source.audio, source.moment, icon("play"))


def _recording(source: Source) -> SafeString:
    citation, address = source.citation, source.address
    if not address or citation.recording is None:
        return formatted(_DELETED, shown(citation.recording_title))
    day = citation.recording.recorded_on
    date = formatted(_DATE, day.isoformat(), f"{day.day} {day:%b %Y}") if day else ""
    return formatted(_TITLE, address, shown(citation.recording_title), date)
