"""TTML and its ancestor DFXP (``.ttml``, ``.dfxp``), and YouTube's XML: paragraphs with times."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ..captions import Cue, unescaped
from ..clock import CLOCK, clock_seconds
from ..cues import Part, add_labelled, add_parts
from ..draft import Draft
from ..rolling import said_once
from ..source import TTML_SUFFIXES, Source
from ..transcript import Transcript, Unreadable
from ..xml import attribute, local, parsed_xml

_FRAMES = re.compile(r"(?P<clock>\d+:\d\d:\d\d):(?P<frames>\d+(?:\.\d+)?)")
_OFFSET = re.compile(r"(?P<count>\d+(?:\.\d+)?)(?P<unit>h|m|s|ms|f|t)")
_LINE_BREAK = "\u2028"
_XML = re.compile(r"<(?:\?xml|tt|tt:tt|transcript|timedtext)[\s>]")
_YOUTUBE = frozenset({"transcript", "timedtext"})


@dataclass(frozen=True)
class _Units:
    """The seconds of each unit of time of a document."""

    seconds: Mapping[str, float]

    @classmethod
    def of(cls, root: Element) -> _Units:
        frame_rate = _number(attribute(root, "frameRate"), 30.0)
        numerator, _, denominator = attribute(root, "frameRateMultiplier").partition(" ")
        frame_rate *= _number(numerator, 1.0) / _number(denominator, 1.0)
        tick_rate = _number(attribute(root, "tickRate"), frame_rate if attribute(root, "frameRate") else 1.0)
        return cls({"h": 3600, "m": 60, "s": 1, "ms": 0.001, "f": 1 / frame_rate, "t": 1 / tick_rate})

    def time(self, text: str) -> float | None:
        """Return the seconds of a time expression; None if there is none, NaN for one that cannot be read."""
        frames, offset = _FRAMES.fullmatch(text), _OFFSET.fullmatch(text)
        if frames:
            return clock_seconds(frames["clock"]) + float(frames["frames"]) * self.seconds["f"]
        if offset:
            return float(offset["count"]) * self.seconds[offset["unit"]]
        if re.fullmatch(CLOCK, text):
            return clock_seconds(text)
        return float("nan") if text else None


def recognises(source: Source) -> bool:
    """Return whether the text is XML; no other kind of transcript is."""
    return source.suffix in TTML_SUFFIXES or (_XML.match(source.text) is not None)


def read(source: Source) -> Transcript:
    """Read each paragraph as a cue; agents name the speakers."""
    root = parsed_xml(source.text)
    kind, draft = local(root.tag), Draft()
    if kind in _YOUTUBE:
        add_labelled(draft, said_once(list(_youtube(root))))
        return draft.finish(source.title, source.recorded_on)
    if kind != "tt":
        raise Unreadable(f"XML, but not subtitles: its root is {kind}, not tt", line=1)
    agents = _agents(root)
    cues = [(attribute(element, "agent"), cue) for element, cue in _paragraphs(root, _Units.of(root))]
    if any(agent for agent, _ in cues):
        add_parts(
            draft, [Part(agents.get(agent, agent) or None, "\n".join(c.lines), c.start, c.end) for agent, c in cues]
        )
    else:
        add_labelled(draft, said_once([cue for _, cue in cues]))
    return draft.finish(_title(root) or source.title, source.recorded_on)


def _number(text: str, otherwise: float) -> float:
    try:
        return float(text) or otherwise
    except ValueError:
        return otherwise


def _title(root: Element) -> str:
    head = next((element for element in root if local(element.tag) == "head"), None)
    return next((element.text or "" for element in head.iter() if local(element.tag) == "title"), "") if head else ""


def _agents(root: Element) -> dict[str, str]:
    """Return the names of the agents by their identifiers."""
    agents = [element for element in root.iter() if local(element.tag) == "agent"]
    return {attribute(agent, "id"): " ".join("".join(agent.itertext()).split()) for agent in agents}


def _paragraphs(root: Element, units: _Units) -> Iterator[tuple[Element, Cue]]:
    """Yield the paragraphs; times count from the beginning of what contains them."""
    stack: list[tuple[Element, float]] = [(root, 0.0)]
    while stack:
        element, origin = stack.pop()
        begin = units.time(attribute(element, "begin"))
        if local(element.tag) == "p":
            yield element, _cue(element, origin, units)
            continue
        inner = origin + begin if begin is not None and begin == begin else origin
        stack.extend((child, inner) for child in reversed(element))


def _cue(paragraph: Element, origin: float, units: _Units) -> Cue:
    timed = paragraph
    spans = [span for span in paragraph.iter() if attribute(span, "begin")]
    if not attribute(paragraph, "begin") and spans:
        timed = spans[0]
    begin, end = units.time(attribute(timed, "begin")), units.time(attribute(timed, "end"))
    duration = units.time(attribute(timed, "dur"))
    if end is None and begin is not None and duration is not None:
        end = begin + duration
    start, end = (time + origin if time is not None else None for time in (begin, end))
    return Cue(_lines(paragraph), start, end)


def _lines(element: Element) -> list[str]:
    for part in element.iter():
        if local(part.tag) == "br":
            part.tail = _LINE_BREAK + (part.tail or "")
    lines = unescaped("".join(element.itertext())).split(_LINE_BREAK)
    return [line for line in (" ".join(line.split()) for line in lines) if line]


def _youtube(root: Element) -> Iterator[Cue]:
    """Yield the cues of YouTube's formats: ``start`` and ``dur`` are seconds, ``t`` and ``d`` milliseconds."""
    for element in root.iter():
        names, unit = (("start", "dur"), 1.0) if attribute(element, "start") else (("t", "d"), 0.001)
        if local(element.tag) in ("text", "p"):
            start, duration = (_number(attribute(element, name), 0.0) * unit for name in names)
            yield Cue(_lines(element), start, start + duration)
