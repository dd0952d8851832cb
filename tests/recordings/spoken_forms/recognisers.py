"""A talk in the forms of services that recognise speech."""

from __future__ import annotations

from typing import Any

from .talk import Said, Talk, by_word, seconds, segment, text_of, timed


def _in_milliseconds(word: Said, speaker: int | None) -> Any:
    return {
        "text": word.text,
        "start": word.start,
        "end": word.end,
        "speaker": None if speaker is None else f"S{speaker}",
    }


def assemblyai(talk: Talk) -> Any:
    utterances = [
        {"text": turn.text, "start": turn.start, "end": turn.end, "speaker": f"S{turn.speaker}",
         "words": [_in_milliseconds(word, turn.speaker) for word in turn.words]}
        for turn in talk
    ]  # fmt: skip
    words = [_in_milliseconds(word, speaker) for speaker, word in by_word(talk)]
    return {"audio_url": "https://a/b.mp3", "text": text_of(talk), "words": words, "utterances": utterances}


def assemblyai_words(talk: Talk) -> Any:
    words = [_in_milliseconds(word, None) for _, word in by_word(talk)]
    return {"audio_url": "https://a/b.mp3", "text": text_of(talk), "words": words, "utterances": None}


def _deepgram_word(speaker: int, word: Said) -> Any:
    times = {"start": seconds(word.start), "end": seconds(word.end)}
    return {"word": word.word.lower(), "punctuated_word": word.text, "speaker": speaker, **times}


def deepgram(talk: Talk) -> Any:
    best = {"transcript": text_of(talk), "words": [_deepgram_word(speaker, word) for speaker, word in by_word(talk)]}
    return {"metadata": {"channels": 1}, "results": {"channels": [{"alternatives": [best]}]}}


def deepgram_utterances(talk: Talk) -> Any:
    value = deepgram(talk)
    value["results"]["utterances"] = [
        {"transcript": turn.text, "start": seconds(turn.start), "end": seconds(turn.end), "speaker": turn.speaker,
         "words": [_deepgram_word(turn.speaker, word) for word in turn.words]}
        for turn in talk
    ]  # fmt: skip
    return value


def elevenlabs(talk: Talk) -> Any:
    words: list[Any] = []
    for speaker, word in by_word(talk):
        times = {"start": seconds(word.start), "end": seconds(word.end)}
        words.append({"text": word.text, "type": "word", "speaker_id": f"speaker_{speaker}", **times})
        words.append({"text": " ", "type": "spacing", "speaker_id": f"speaker_{speaker}", "start": times["end"]})
    return {"language_code": "eng", "text": text_of(talk), "words": words}


def gladia(talk: Talk) -> Any:
    utterances = [
        segment(turn, speaker=turn.speaker, channel=0, words=[timed(word) for word in turn.words]) for turn in talk
    ]
    return {"status": "done", "result": {"transcription": {"full_transcript": text_of(talk), "utterances": utterances}}}


def mistral(talk: Talk) -> Any:
    return [
        {"type": "transcription.text.delta", "text": text_of(talk)},
        {"type": "transcription.done", "segments": [segment(turn, speaker_id=f"S{turn.speaker}") for turn in talk]},
    ]


def pyannote(talk: Talk) -> Any:
    turns = [{**segment(turn), "text": turn.text, "speaker": f"SPEAKER_{turn.speaker}"} for turn in talk]
    words = [timed(word, "text", speaker=f"SPEAKER_{speaker}") for speaker, word in by_word(talk)]
    return {"jobId": "j", "output": {"turnLevelTranscription": turns, "wordLevelTranscription": words}}


def rev(talk: Talk) -> Any:
    monologues = []
    for turn in talk:
        elements: list[Any] = []
        for word in turn.words:
            times = {"ts": seconds(word.start), "end_ts": seconds(word.end)}
            elements.append({"type": "text", "value": word.word, **times})
            elements.append({"type": "punct", "value": f"{word.mark} "})
        monologues.append({"speaker": turn.speaker, "elements": elements})
    return {"monologues": monologues}


def soniox(talk: Talk) -> Any:
    tokens: list[Any] = []
    for speaker, word in by_word(talk):
        cut = 2 if max(word.word) < "\u0e00" else len(word.word)  # scripts without blanks have a token for each word
        texts = filter(None, (f" {word.word[:cut]}", word.word[cut:], word.mark))
        times = {"start_ms": word.start, "end_ms": word.end}
        tokens += [{"text": text, "speaker": f"S{speaker}", **times} for text in texts]
    return {"text": text_of(talk), "tokens": tokens}


def speechmatics(talk: Talk) -> Any:
    results: list[Any] = []
    for speaker, word in by_word(talk):
        times = {"start_time": seconds(word.start), "end_time": seconds(word.end)}
        results.append({"type": "word", "alternatives": [{"content": word.word, "speaker": f"S{speaker}"}], **times})
        if word.mark:
            mark = {"type": "punctuation", "attaches_to": "previous", **times}
            results.append({**mark, "alternatives": [{"content": word.mark, "speaker": f"S{speaker}"}]})
    return {"format": "2.9", "metadata": {"language_pack_info": {"word_delimiter": " "}}, "results": results}


def word_list(talk: Talk) -> Any:
    return {"words": [timed(word, speaker=f"Speaker {speaker}") for speaker, word in by_word(talk)]}


def vosk(talk: Talk) -> Any:
    return [{"result": [timed(word, conf=1.0) for word in turn.words], "text": turn.text} for turn in talk]
