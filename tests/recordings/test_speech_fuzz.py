"""Any talk in the form of any service, whole and damaged: each word once and in order, or a refusal with its reason."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import PurePath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.models.word_times import pack, unpack
from chat.recordings.transcripts import Transcript, Unreadable, read
from chat.recordings.transcripts.source import Source

from .spoken_forms import FORMS, WORDS_TIMED
from .spoken_forms.models import crispasr
from .spoken_forms.talk import Said, Talk, Turn

Form = Callable[[Talk], Any]
_WORDS = (
    "a",
    "The",
    "pump",
    "isn't",
    "e-mail",
    "3.5",
    "2024",
    "größer",
    "насос",
    "水",
    "水泵",
    "ポンプ",
    "पानी",
    "مضخة",
    "Ǆ",
    "ﬁt",
)
_DAMAGE: tuple[Any, ...] = (None, True, 7, -1.5, math.nan, 1e300, 10**30, [], {}, [[]], {"a": 1}, [1, 2])


def named(form: Form) -> str:
    return form.__name__


def talk_of(turns: list[tuple[int, list[tuple[str, str, int, int]]]]) -> Talk:
    """Return the talk of speakers and their words, each with a mark, the pause before it, and its length."""
    talk, clock = [], 0
    for speaker, words in turns:
        said = []
        for word, mark, pause, length in words:
            said.append(Said(word, mark, clock + pause, clock + pause + length))
            clock += pause + length
        talk.append(Turn(speaker, said))
    return talk


_SAID = st.tuples(
    st.sampled_from(_WORDS) | st.text("abcé0ß水", min_size=1, max_size=5),
    st.sampled_from(["", ",", ".", "?"]),
    st.integers(0, 4000),
    st.integers(10, 900),
)
_TALKS = st.lists(st.tuples(st.integers(0, 3), st.lists(_SAID, min_size=1, max_size=8)), min_size=1, max_size=4).map(
    talk_of
)


def transcript(content: str) -> Transcript:
    return read(Source(PurePath("talk.json"), content))


def outcome(content: str) -> Transcript | Unreadable:
    try:
        return transcript(content)
    except Unreadable as error:
        return error


def letters(texts: list[str]) -> str:
    """Return the texts without blanks, which do not stand between the words of every script."""
    return "".join("".join(texts).split())


@pytest.mark.parametrize("form", FORMS, ids=named)
@settings(max_examples=10, deadline=None)
@given(talk=_TALKS)
def test_every_word_is_imported_once_and_in_order(form: Form, talk: Talk) -> None:
    found = transcript(json.dumps(form(talk)))

    assert letters([u.text for u in found.utterances]) == letters([turn.text for turn in talk])
    assert found.skipped == {}
    for u in found.utterances:
        assert unpack(pack(u.words)) == list(u.words)


@pytest.mark.parametrize("form", WORDS_TIMED, ids=named)
@settings(max_examples=10, deadline=None)
@given(talk=_TALKS)
def test_every_word_has_its_times(form: Form, talk: Talk) -> None:
    found = transcript(json.dumps(form(talk)))

    said = [word for turn in talk for word in turn.words]
    timed = [
        (u.text[word.at : word.at + word.length].rstrip(",.?"), word) for u in found.utterances for word in u.words
    ]
    exact = 0.0 if form is not crispasr else 0.01  # it counts hundredths of a second
    assert [text for text, _ in timed] == [word.word for word in said]
    assert [word.start for _, word in timed] == pytest.approx([word.start / 1000 for word in said], abs=exact)
    assert [word.end for _, word in timed] == pytest.approx([word.end / 1000 for word in said], abs=exact)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(form=st.sampled_from(FORMS), talk=_TALKS, data=st.data())
def test_a_damaged_file_is_read_without_gaps_that_are_not_counted_or_refused(
    form: Form, talk: Talk, data: st.DataObject
) -> None:
    value = form(talk)
    for _ in range(data.draw(st.integers(1, 3))):
        value = damaged(value, data)
    found = outcome(json.dumps(value))

    if isinstance(found, Unreadable):
        assert found.reason
        return
    said, imported = bare([turn.text for turn in talk]), bare([u.text for u in found.utterances])
    assert is_within(imported, said)
    assert imported == said or found.skipped


@settings(max_examples=60, deadline=None)
@given(form=st.sampled_from(FORMS), talk=_TALKS, data=st.data())
def test_a_cut_file_is_refused_with_its_line(form: Form, talk: Talk, data: st.DataObject) -> None:
    content = json.dumps(form(talk), indent=1)
    cut = data.draw(st.integers(1, len(content) - 1))

    with pytest.raises(Unreadable, match="not JSON") as caught:
        transcript(content[:cut])

    assert caught.value.line is not None
    assert 1 <= caught.value.line <= content.count("\n") + 1


def bare(texts: list[str]) -> str:
    """Return letters and digits alone: a damaged file may fall back on words without capitals and marks."""
    return "".join(letter for letter in "".join(texts).casefold() if letter.isalnum())


def damaged(value: Any, data: st.DataObject) -> Any:
    """Return the JSON with one of its values deleted, or replaced by something that is no text."""
    copy = deepcopy(value)
    places = list(_places(copy))
    if not places:
        return copy
    container, key = data.draw(st.sampled_from(places))
    if isinstance(container, dict) and data.draw(st.booleans()):
        del container[key]
    else:
        container[key] = data.draw(st.sampled_from(_DAMAGE))
    return copy


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every object and list inside the JSON, with each of its keys and indexes."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(inside):
        yield value, key
        yield from _places(inner)


def is_within(part: str, whole: str) -> bool:
    """Return whether the letters of the part stand in the whole in their order."""
    rest = iter(whole)
    return all(letter in rest for letter in part)
