"""A talk in the form of each service: what is said, written as the service writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple


class Said(NamedTuple):
    """A word with its mark, if it has one, and its times in milliseconds."""

    word: str
    mark: str
    start: int
    end: int

    @property
    def text(self) -> str:
        """The word as it is written."""
        return self.word + self.mark


class Turn(NamedTuple):
    """What a speaker, who has a number, says in one go."""

    speaker: int
    words: Sequence[Said]

    @property
    def text(self) -> str:
        """The words, with blanks between them."""
        return " ".join(word.text for word in self.words)

    @property
    def start(self) -> int:
        """The start of the first word."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """The end of the last word."""
        return self.words[-1].end


Talk = Sequence[Turn]
_BEGAN = datetime(2026, 3, 4, 15, 38, tzinfo=UTC)


def _words(talk: Talk) -> Iterable[tuple[int, Said]]:
    return ((turn.speaker, word) for turn in talk for word in turn.words)


def _text(talk: Talk) -> str:
    return " ".join(turn.text for turn in talk)


def _seconds(milliseconds: int) -> float:
    return milliseconds / 1000


def _date(milliseconds: int) -> str:
    return (_BEGAN + timedelta(milliseconds=milliseconds)).isoformat().replace("+00:00", "Z")


def _items(words: Iterable[Said], **more: str) -> list[Any]:
    items: list[Any] = []
    for word in words:
        times = {"start_time": str(_seconds(word.start)), "end_time": str(_seconds(word.end))}
        items.append({"type": "pronunciation", "alternatives": [{"content": word.word}], **times, **more})
        if word.mark:
            items.append({"type": "punctuation", "alternatives": [{"content": word.mark}], **more})
    return items


def amazon(talk: Talk) -> Any:
    items = [item for turn in talk for item in _items(turn.words, speaker_label=f"spk_{turn.speaker}")]
    return {"jobName": "j", "results": {"transcripts": [{"transcript": _text(talk)}], "items": items}}


def amazon_old(talk: Talk) -> Any:
    segments = [{"start_time": str(_seconds(turn.start)), "speaker_label": f"spk_{turn.speaker}"} for turn in talk]
    items = [item for turn in talk for item in _items(turn.words)]
    results = {"transcripts": [{"transcript": _text(talk)}], "speaker_labels": {"segments": segments}, "items": items}
    return {"results": results}


def amazon_segments(talk: Talk) -> Any:
    items: list[Any] = []
    segments = []
    for turn in talk:
        first = len(items)
        items += _items(turn.words)
        numbers = list(range(first, len(items)))
        times = {"start_time": str(_seconds(turn.start)), "end_time": str(_seconds(turn.end))}
        segments.append({"transcript": turn.text, "speaker_label": f"spk_{turn.speaker}", "items": numbers, **times})
    numbered = [{"id": number, **item} for number, item in enumerate(items)]
    whole = [{"transcript": _text(talk)}]
    return {"results": {"transcripts": whole, "items": numbered, "audio_segments": segments}}


def _milliseconds(word: Said, speaker: int | None) -> Any:
    return {
        "text": word.text,
        "start": word.start,
        "end": word.end,
        "speaker": None if speaker is None else f"S{speaker}",
    }


def assemblyai(talk: Talk) -> Any:
    utterances = [
        {"text": turn.text, "start": turn.start, "end": turn.end, "speaker": f"S{turn.speaker}",
         "words": [_milliseconds(word, turn.speaker) for word in turn.words]}
        for turn in talk
    ]  # fmt: skip
    words = [_milliseconds(word, speaker) for speaker, word in _words(talk)]
    return {"audio_url": "https://a/b.mp3", "text": _text(talk), "words": words, "utterances": utterances}


def assemblyai_words(talk: Talk) -> Any:
    words = [_milliseconds(word, None) for _, word in _words(talk)]
    return {"audio_url": "https://a/b.mp3", "text": _text(talk), "words": words, "utterances": None}


def _azure_word(word: Said) -> Any:
    ticks = {"offsetInTicks": word.start * 10_000, "durationInTicks": (word.end - word.start) * 10_000}
    return {"word": word.word.lower(), **ticks}


def azure(talk: Talk) -> Any:
    phrases = [
        {"recognitionStatus": "Success", "speaker": turn.speaker, "offsetInTicks": turn.start * 10_000,
         "durationInTicks": (turn.end - turn.start) * 10_000,
         "nBest": [{"display": turn.text, "words": [_azure_word(word) for word in turn.words]}]}
        for turn in talk
    ]  # fmt: skip
    return {"combinedRecognizedPhrases": [{"channel": 0, "display": _text(talk)}], "recognizedPhrases": phrases}


def crispasr(talk: Talk) -> Any:
    return {
        "segments": [
            {"text": turn.text, "t0": turn.start // 10, "t1": turn.end // 10,
             "words": [{"text": word.text, "t0": word.start // 10, "t1": word.end // 10} for word in turn.words]}
            for turn in talk
        ]
    }  # fmt: skip


def _deepgram_word(speaker: int, word: Said) -> Any:
    times = {"start": _seconds(word.start), "end": _seconds(word.end)}
    return {"word": word.word.lower(), "punctuated_word": word.text, "speaker": speaker, **times}


def deepgram(talk: Talk) -> Any:
    best = {"transcript": _text(talk), "words": [_deepgram_word(speaker, word) for speaker, word in _words(talk)]}
    return {"metadata": {"channels": 1}, "results": {"channels": [{"alternatives": [best]}]}}


def deepgram_utterances(talk: Talk) -> Any:
    value = deepgram(talk)
    value["results"]["utterances"] = [
        {"transcript": turn.text, "start": _seconds(turn.start), "end": _seconds(turn.end), "speaker": turn.speaker,
         "words": [_deepgram_word(turn.speaker, word) for word in turn.words]}
        for turn in talk
    ]  # fmt: skip
    return value


def elevenlabs(talk: Talk) -> Any:
    words: list[Any] = []
    for speaker, word in _words(talk):
        times = {"start": _seconds(word.start), "end": _seconds(word.end)}
        words.append({"text": word.text, "type": "word", "speaker_id": f"speaker_{speaker}", **times})
        words.append({"text": " ", "type": "spacing", "speaker_id": f"speaker_{speaker}", "start": times["end"]})
    return {"language_code": "eng", "text": _text(talk), "words": words}


def fireflies(talk: Talk) -> Any:
    sentences = [
        {"index": number, "speaker_name": f"Speaker {turn.speaker}", "text": turn.text, "raw_text": turn.text.lower(),
         "start_time": _seconds(turn.start), "end_time": _seconds(turn.end)}
        for number, turn in enumerate(talk)
    ]  # fmt: skip
    return {"data": {"transcript": {"title": "Pumps", "sentences": sentences}}}


def _google_word(word: Said, **more: Any) -> Any:
    return {"word": word.text, "startTime": f"{word.start / 1000:.3f}s", "endTime": f"{word.end / 1000:.3f}s", **more}


def google(talk: Talk) -> Any:
    results: list[Any] = [
        {"alternatives": [{"transcript": turn.text, "words": [_google_word(word) for word in turn.words]}]}
        for turn in talk
    ]
    tagged = [_google_word(word, speakerTag=speaker + 1) for speaker, word in _words(talk)]
    return {"results": [*results, {"alternatives": [{"words": tagged}]}]}


def google_plain(talk: Talk) -> Any:
    return {"results": google(talk)["results"][:-1]}


def granola(talk: Talk) -> Any:
    return [
        {"start_timestamp": _date(turn.start), "end_timestamp": _date(turn.end), "source": "system", "is_final": True,
         "text": turn.text, "detected_speaker_name": f"Speaker {turn.speaker}"}
        for turn in talk
    ]  # fmt: skip


def _chunk(text: str, start: int, end: int, **more: str) -> Any:
    return {"text": f" {text}", "timestamp": [_seconds(start), _seconds(end)], **more}


def hugging_face(talk: Talk) -> Any:
    return {"text": _text(talk), "chunks": [_chunk(turn.text, turn.start, turn.end) for turn in talk]}


def hugging_face_words(talk: Talk) -> Any:
    return {"text": _text(talk), "chunks": [_chunk(word.text, word.start, word.end) for _, word in _words(talk)]}


def insanely_fast_whisper(talk: Talk) -> Any:
    speakers = [_chunk(turn.text, turn.start, turn.end, speaker=f"SPEAKER_{turn.speaker}") for turn in talk]
    return {**hugging_face_words(talk), "speakers": speakers}


def meet(talk: Talk) -> Any:
    return {
        "transcriptEntries": [
            {"participant": f"conferenceRecords/c/participants/{turn.speaker}", "text": turn.text,
             "startTime": _date(turn.start), "endTime": _date(turn.end)}
            for turn in talk
        ]
    }  # fmt: skip


def _timed(word: Said, key: str = "word", **more: Any) -> Any:
    return {key: word.text, "start": _seconds(word.start), "end": _seconds(word.end), **more}


def nemo(talk: Talk) -> Any:
    segments = [{"segment": turn.text, "start": _seconds(turn.start), "end": _seconds(turn.end)} for turn in talk]
    return {"text": _text(talk), "timestamp": {"word": [_timed(word) for _, word in _words(talk)], "segment": segments}}


def podcast(talk: Talk) -> Any:
    segments = [
        {"speaker": f"Speaker {turn.speaker}", "startTime": _seconds(turn.start), "body": turn.text} for turn in talk
    ]
    return {"version": "1.0.0", "segments": segments}


def pyannote(talk: Talk) -> Any:
    turns = [{**_segment(turn), "text": turn.text, "speaker": f"SPEAKER_{turn.speaker}"} for turn in talk]
    words = [_timed(word, "text", speaker=f"SPEAKER_{speaker}") for speaker, word in _words(talk)]
    return {"jobId": "j", "output": {"turnLevelTranscription": turns, "wordLevelTranscription": words}}


def recall(talk: Talk) -> Any:
    return [
        {"participant": {"id": turn.speaker, "name": f"Speaker {turn.speaker}"}, "words": [
            {"text": word.text, "start_timestamp": {"relative": _seconds(word.start)},
             "end_timestamp": {"relative": _seconds(word.end)}} for word in turn.words]}
        for turn in talk
    ]  # fmt: skip


def rev(talk: Talk) -> Any:
    monologues = []
    for turn in talk:
        elements: list[Any] = []
        for word in turn.words:
            times = {"ts": _seconds(word.start), "end_ts": _seconds(word.end)}
            elements.append({"type": "text", "value": word.word, **times})
            elements.append({"type": "punct", "value": f"{word.mark} "})
        monologues.append({"speaker": turn.speaker, "elements": elements})
    return {"monologues": monologues}


def soniox(talk: Talk) -> Any:
    tokens: list[Any] = []
    for speaker, word in _words(talk):
        texts = filter(None, (f" {word.word[:2]}", word.word[2:], word.mark))
        times = {"start_ms": word.start, "end_ms": word.end}
        tokens += [{"text": text, "speaker": f"S{speaker}", **times} for text in texts]
    return {"text": _text(talk), "tokens": tokens}


def speechmatics(talk: Talk) -> Any:
    results: list[Any] = []
    for speaker, word in _words(talk):
        times = {"start_time": _seconds(word.start), "end_time": _seconds(word.end)}
        results.append({"type": "word", "alternatives": [{"content": word.word, "speaker": f"S{speaker}"}], **times})
        if word.mark:
            mark = {"type": "punctuation", "attaches_to": "previous", **times}
            results.append({**mark, "alternatives": [{"content": word.mark, "speaker": f"S{speaker}"}]})
    return {"format": "2.9", "metadata": {"language_pack_info": {"word_delimiter": " "}}, "results": results}


def watson(talk: Talk) -> Any:
    results = [
        {"final": True, "alternatives": [{"transcript": turn.text, "timestamps": [
            [word.text, _seconds(word.start), _seconds(word.end)] for word in turn.words]}]}
        for turn in talk
    ]  # fmt: skip
    labels = [
        {"from": _seconds(word.start), "to": _seconds(word.end), "speaker": speaker} for speaker, word in _words(talk)
    ]
    return {"result_index": 0, "results": results, "speaker_labels": labels}


def _segment(turn: Turn, **more: Any) -> Any:
    return {"text": f" {turn.text}", "start": _seconds(turn.start), "end": _seconds(turn.end), **more}


def whisper(talk: Talk) -> Any:
    segments = [_segment(turn, words=[_timed(word) for word in turn.words]) for turn in talk]
    return {"text": _text(talk), "segments": segments, "language": "en"}


def openai(talk: Talk) -> Any:
    words = [{**_timed(word), "word": word.word} for _, word in _words(talk)]
    return {"task": "transcribe", "text": _text(talk), "words": words, "segments": [_segment(turn) for turn in talk]}


def openai_words(talk: Talk) -> Any:
    return {key: value for key, value in openai(talk).items() if key != "segments"}


def whisper_cpp(talk: Talk) -> Any:
    segments = [
        {"text": f" {turn.text}", "offsets": {"from": turn.start, "to": turn.end}, "tokens": [
            {"text": f" {word.text}", "offsets": {"from": word.start, "to": word.end}} for word in turn.words]}
        for turn in talk
    ]  # fmt: skip
    return {"result": {"language": "en"}, "transcription": segments}


def word_list(talk: Talk) -> Any:
    return {"words": [_timed(word, speaker=f"Speaker {speaker}") for speaker, word in _words(talk)]}


def turns(talk: Talk) -> Any:
    return [
        {"speaker": f"Speaker {turn.speaker}", "content": turn.text, "start": _seconds(turn.start)} for turn in talk
    ]


WORDS_TIMED: tuple[Callable[[Talk], Any], ...] = (
    amazon, amazon_old, amazon_segments, assemblyai, assemblyai_words, azure, crispasr, deepgram, deepgram_utterances,
    elevenlabs, google, google_plain, hugging_face_words, insanely_fast_whisper, nemo, openai, openai_words, pyannote,
    recall, rev, soniox, speechmatics, watson, whisper, whisper_cpp, word_list,
)  # fmt: skip
"""Forms that have the times of words."""
_TURNS_TIMED = (fireflies, granola, hugging_face, meet, podcast, turns)
FORMS = (*WORDS_TIMED, *_TURNS_TIMED)
