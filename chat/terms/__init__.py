"""The words of a text, normalized for comparison, and the terms that say what a question is about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from .spelling import is_compound, one_form, unified, with_names

__all__ = [
    "ASKING_WORDS",
    "STOP_WORDS",
    "VERSION",
    "informative",
    "is_compound",
    "names_a_subject",
    "root",
    "terms",
    "words",
]

VERSION = 2
"""Increase it when ``words`` makes other words of a text: passages indexed by an older one are indexed again."""
WORD_LIMIT = 64
"""The length in characters to which words are cut; PostgreSQL indexes no word of more than 2 KB."""

_REMEMBERED = 65_536
"""Words whose roots are kept in memory."""

# English words that occur in any text, including every stop word of PostgreSQL's configuration "english".
STOP_WORDS = frozenset(
    """
    a again all also am an and any are as at be because been being both but by can cannot could did do does doing done
    each either else ever every far few for from further had has have having he her here hers herself him himself his
    how i if in into is it its itself just let many may me might more most much must my myself neither no nor not now of
    off on nothing anything something everything nobody anybody somebody everybody anyone someone everyone once only or
    other our ours ourselves out own per please same shall she should since so some such than that the their theirs them
    themselves then there these they this those though to too under until up upon us very was we were what whatever when
    where whether which while who whom whose why will with within without would yes yet you your yours yourself
    yourselves against between during through before after above below down over
    s t d m o y ll re ve ain aren couldn didn doesn don hadn hasn haven isn mightn mustn needn shan shouldn wasn weren
    won wouldn
    """.split()  # noqa: SIM905  # a list of literals has a line for each
)

# Words that ask, or that describe any recording: they say which kind of answer is wanted, not what it is about.
ASKING_WORDS = frozenset(
    """
    about answer answers ask asked asking asks call calls comment commented comments conversation conversations
    describe described discuss discussed discusses discussing discussion discussions explain explained find gist give
    happen happened happens highlight highlights key know main meeting meetings mention mentioned mentions opinion
    opinions outline overview point points question questions recap recording recordings said say saying says show
    speak speaker speakers spoke spoken summaries summarise summarised summarize summarized summary takeaways talk
    talked talking talks tell telling think thinking thinks thought thoughts told topic topics transcript transcripts
    """.split()  # noqa: SIM905  # a list of literals has a line for each
)

# Scripts without spaces between words: every two adjacent characters count as a word.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_ACCENT = re.compile("[\u0300-\u036f]+")
_WORD = re.compile("(?:[^\\W_]|[\u0900-\u0dff])+")  # with Indic vowel signs, which are not letters

_ENDINGS = (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("e", ""))


def words(text: str) -> list[str]:
    """Return the words of a text in order, normalized: without case, accents or ligatures, in one spelling.

    >>> words("Zoë’s naïve L_C_D_ colours")
    ['zoe', 'naive', 'lcd', 'colors']
    """
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _ACCENT.sub("", unicodedata.normalize("NFKD", text))).casefold()
        text = _UNSPACED.sub(lambda run: f" {' '.join(_pairs(run[0]))} ", text)
    return with_names([one_form(word[:WORD_LIMIT]) for word in _WORD.findall(unified(text))])


def terms(text: str) -> list[str]:
    """Return the words that a text is about, in order, without English endings; meant for comparing short texts.

    Stop words and asking words are left out, so "What was the meeting about?" has none.
    """
    return [root(word) for word in informative(words(text))]


def informative(all_words: Iterable[str]) -> list[str]:
    """Return the words that are neither stop words nor asking words."""
    return [word for word in all_words if word not in STOP_WORDS and word not in ASKING_WORDS]


def names_a_subject(text: str) -> bool:
    """Return whether a question has a word to search for."""
    return bool(informative(words(text)))


@lru_cache(maxsize=_REMEMBERED)
def root(word: str) -> str:
    """Return a word without plural and verb endings: planned, planning, plans → plan. Other forms may differ."""
    if len(word) < 4 or not word.isascii() or word.endswith(("ss", "us", "is")):
        return word
    for ending, replacement in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3:
            return _undoubled(stem) if ending in ("ing", "ed") else stem + replacement
    return word


def _pairs(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(len(run) - 1)] or [run]


def _undoubled(stem: str) -> str:
    return stem[:-1] if stem[-1] == stem[-2] and stem[-1] not in "aeiouls" else stem
