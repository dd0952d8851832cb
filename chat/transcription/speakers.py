"""The names of speakers over several parts of a recording, each of which a service has named by itself."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from pathlib import Path

from .heard import Heard, Said
from .media import Unplayable, excerpt
from .silences import Part

MOST_REFERENCES = 4
"""How many known speakers OpenAI takes."""
SHORTEST, LONGEST = 2.0, 9.5
"""Seconds of a reference, which must have between 2 and 10."""
APART = "The speakers are named in each part by itself: “Speaker A (part 2)” may be anybody of part 1."


@dataclass
class Speakers:
    """Who was heard so far. A service gets a sample of each voice, and so uses our name where it hears it again."""

    references: dict[str, str] = field(default_factory=dict)
    """By name: a sample of the voice, as a data URL."""
    names: list[str] = field(default_factory=list)
    apart: bool = False
    """Whether some speakers could not be compared with those of earlier parts."""

    def known(self) -> dict[str, list[str]]:
        """Return the fields of a request that describe the speakers so far; empty for the first part."""
        if not self.references:
            return {}
        names = list(self.references)
        return {
            "known_speaker_names[]": names,
            "known_speaker_references[]": [self.references[name] for name in names],
        }

    def named(self, heard: Heard, number: int, *, compared: bool) -> Heard:
        """Return what was heard in a part with the names of this recording.

        ``compared`` is whether the service got the references. A voice that it did not recognise is a new speaker if
        it had one of everybody; else it may be anybody, and is called “Speaker A (part 2)”.
        """
        sure = number == 1 or (compared and set(self.names) <= set(self.references))
        labels = dict.fromkeys(each.speaker for each in heard.said if each.speaker)
        known = self.references if compared else {}
        ours = {label: label if label in known else self._new(label, number, sure=sure) for label in labels}
        return replace(heard, said=tuple(replace(each, speaker=ours.get(each.speaker, "")) for each in heard.said))

    def remember(self, heard: Heard, part: Part, sound: Path, folder: Path) -> None:
        """Keep a sample of each voice that is new in a part, in which it is named as in this recording."""
        for name in dict.fromkeys(each.speaker for each in heard.said if each.speaker):
            if name not in self.references and len(self.references) < MOST_REFERENCES:
                longest = max((each for each in heard.said if each.speaker == name), key=_length)
                if _length(longest) >= SHORTEST:
                    self._keep(name, longest.later(part.start), sound, folder)

    def _new(self, label: str, number: int, *, sure: bool) -> str:
        if sure:
            name = f"Speaker {len(self.names) + 1}"
        else:
            name, self.apart = in_part(label, number), True
        self.names.append(name)
        return name

    def _keep(self, name: str, said: Said, sound: Path, folder: Path) -> None:
        target = folder / "voice.wav"
        try:
            excerpt(sound, target, start=said.start, end=said.start + min(LONGEST, _length(said)))
        except Unplayable:
            return
        content = base64.b64encode(target.read_bytes()).decode()
        self.references[name] = f"data:audio/wav;base64,{content}"


def in_part(label: str, number: int) -> str:
    """Return the name of a speaker who is only known within a part."""
    return f"{f'Speaker {label}' if len(label) == 1 else label} (part {number})"


def _length(said: Said) -> float:
    return said.end - said.start
