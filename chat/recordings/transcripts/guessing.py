"""Which encoding bytes have that are not Unicode: the one that makes likely text of them, by a clear margin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

from .alphabets import Encoding, alphabet, ideographs, latin
from .transcript import Unreadable

_RUSSIAN = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґў"
_GREEK = "αοιετσνηυρπκμλόςάίωγδήέχθύφώβξζψϊ"
_WESTERN = ("äöüß", "éèêëàâçùûîïôœæ", "áéíóúñü", "ãõáéíóúâêôçà", "åäöæøé", "àèéìòù", "ëéïèöü", "áðéíóúýþæö")
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž")

ENCODINGS = (
    Encoding("cp1252", "Windows-1252", latin(*_WESTERN)),
    Encoding("latin-1", "ISO 8859-1", latin(*_WESTERN)),
    Encoding("cp1250", "Windows-1250", latin(*_CENTRAL)),
    Encoding("iso8859-2", "ISO 8859-2", latin(*_CENTRAL)),
    Encoding("cp1254", "Windows-1254", latin("çğıöşüâîû")),
    Encoding("cp1251", "Windows-1251", alphabet(_RUSSIAN)),
    Encoding("koi8-r", "KOI8-R", alphabet(_RUSSIAN)),
    Encoding("koi8-u", "KOI8-U", alphabet(_RUSSIAN)),
    Encoding("cp866", "DOS 866", alphabet(_RUSSIAN)),
    Encoding("iso8859-5", "ISO 8859-5", alphabet(_RUSSIAN)),
    Encoding("mac-cyrillic", "Mac Cyrillic", alphabet(_RUSSIAN)),
    Encoding("cp1253", "Windows-1253", alphabet(_GREEK)),
    Encoding("iso8859-7", "ISO 8859-7", alphabet(_GREEK)),
    Encoding("cp1255", "Windows-1255", alphabet("יוהלאתרבמשנדחכםעקפטגצסזןךףץ")),
    Encoding("cp1256", "Windows-1256", alphabet("اليمنوتربعدهسكفقحجأشطصخضىذإزئثءآؤغظة")),
    Encoding("cp874", "Windows-874", alphabet("านรอกเงมยลวดทสตะปบคหแจพช่้ัิีึืุูำไใโ็ขผ์ณธซศถญภฟษฐ")),
    Encoding("cp932", "Shift_JIS", ideographs("euc_jp", range(0xB0, 0xD0), kana=0.2)),
    Encoding("euc_jp", "EUC-JP", ideographs("euc_jp", range(0xB0, 0xD0), kana=0.2)),
    Encoding("gb18030", "GB 18030", ideographs("gb2312", range(0xB0, 0xD8), late=0.2)),
    Encoding("big5", "Big5", ideographs("big5", range(0xA4, 0xC7), low=0.15)),
    Encoding("cp949", "EUC-KR", ideographs("euc_kr", range(0xB0, 0xC9), hangul=0.8)),
)
"""In the order of preference where several make the same of the bytes."""

_LATIN = {"cp1252", "latin-1", "cp1250", "iso8859-2", "cp1254"}
_FAMILIES = (
    _LATIN,
    {"cp1253", "iso8859-7"},
    {"koi8-r", "koi8-u"},
    {"cp1251", "mac-cyrillic"},
)
_HIGH_RUNS = re.compile(rb"[\x80-\xff]+")
_LETTERS = re.compile(rb"[A-Za-z]")
_LONGEST_RUNS = 1.3
_SAMPLE = 1 << 16
_FEWEST = 4
"""Characters; of fewer nobody can say what they are."""
_LEAST_SCORE = 0.55
_LEAST_MARGIN = 0.05
_MARGIN_OF_ONE = 0.4
"""The margin that a single character would need; it shrinks with the root of their number."""


@dataclass(frozen=True)
class Guess:
    """What an encoding makes of a sample, and how likely that is (0 to 1)."""

    encoding: Encoding
    text: str
    score: float


def guessed(data: bytes) -> Encoding:
    """Return the encoding of bytes that are no Unicode. Raise ``Unreadable`` if two are equally likely."""
    sample = _sample(data)
    guesses = sorted(_guesses(sample), key=lambda guess: -guess.score)
    if _is_latin(sample):
        return next(guess.encoding for guess in guesses if guess.encoding.codec in _LATIN)
    if not guesses or guesses[0].score < _LEAST_SCORE:
        raise Unreadable("in an encoding that is not recognised; save it as UTF-8", line=1)
    best = guesses[0]
    other = next((guess for guess in guesses if guess.text != best.text and not _are_alike(guess, best)), None)
    count = sum(mark >= "\u0080" for mark in best.text)
    margin = best.score - other.score if other else 1.0
    if count >= _FEWEST and (
        margin >= max(_LEAST_MARGIN, _MARGIN_OF_ONE / sqrt(count)) or _second_opinion(sample) == best.text
    ):
        return best.encoding
    names = " or ".join(guess.encoding.name for guess in (best, other) if guess)
    raise Unreadable(f"too short to tell whether its encoding is {names}; save it as UTF-8", line=1)


def _is_latin(sample: bytes) -> bool:
    """Return whether a few bytes that are not ASCII stand alone among many letters that are: accents and quotes."""
    runs = _HIGH_RUNS.findall(sample)
    high = sum(map(len, runs))
    return high <= _LONGEST_RUNS * len(runs) and high * 2 <= len(_LETTERS.findall(sample))


def _are_alike(guess: Guess, other: Guess) -> bool:
    """Return whether two encodings differ in a few letters only, so that the better one is good enough."""
    return any({guess.encoding.codec, other.encoding.codec} <= family for family in _FAMILIES)


def _sample(data: bytes) -> bytes:
    """Return the lines that are not ASCII, or the first of many."""
    lines = b"\n".join(line for line in data.split(b"\n") if not line.isascii())
    return lines if len(lines) <= _SAMPLE else lines[: lines.rfind(b"\n", 0, _SAMPLE) if b"\n" in lines else _SAMPLE]


def _guesses(sample: bytes) -> Iterator[Guess]:
    for encoding in ENCODINGS:
        try:
            text = sample.decode(encoding.codec)
        except UnicodeDecodeError:
            continue
        yield Guess(encoding, text, encoding.score(text))


def _second_opinion(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes  # it takes long to import, and most files are Unicode

    match = from_bytes(sample, cp_isolation=[encoding.codec for encoding in ENCODINGS]).best()
    return str(match) if match else None
