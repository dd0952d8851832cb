"""One form for the spellings of a word, so that a question finds it however it was typed or transcribed.

The forms are made for comparison only: nobody reads them. Each function changes what it has made no further.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

LONGEST = 24
"""Letters of the longest word that has a British and an American form; longer ones are left as they are."""

# These begin with the character that they look for, and then look behind them: the other way round, each letter of a
# text would be tried.
_APART = re.compile(r"['’ʼ](?<=\s.)")
_DOTTED = re.compile(r"[._][a-z\d]")
_ACRONYM = re.compile(r"(?<![^\W_])[a-z](?:[._][a-z\d])+(?=[._]?(?:s(?![^\W_])|(?![^\W_])))")
_CLITIC = re.compile(r"['’ʼ](?<=[^\W_].)(?:s|t|d|m|ll|re|ve)(?![^\W_])")
_CLITIC_APART = re.compile(r"(?<=[^\W_])\s?['’ʼ](?:s|t|d|m|ll|re|ve)(?![^\W_])")
_COMPOUND = re.compile(r"(?<![\w‐‑-])([a-z]+)[‐‑-]([a-z]+)(?![\w‐‑-])")
_IRISH = re.compile(r"o['’ʼ](?<![^\W_]..)(?=[^\W_])")
_PERCENT = re.compile(r"(?<![^\W_])per[\W_]+cent(?![^\W_])")
_PREFIXES = frozenset("e t x re co de bi wi hi".split())  # noqa: SIM905  # a list of literals has a line for each

_PEOPLE = frozenset(
    """
    professor prof doctor dr phd postdoc grad student speaker participant person agent caller customer client
    interviewer interviewee moderator
    """.split()  # noqa: SIM905
)
_THINGS = frozenset(
    "plan option group team version phase room class section building appendix vitamin model".split()  # noqa: SIM905
)
_TITLES = _PEOPLE | _THINGS

_DOUBLED = {"enrol": "enroll", "fulfil": "fulfill", "instal": "install", "skilful": "skillful", "wilful": "willful"}
_OTHERS = {
    "ageing": "aging", "aluminium": "aluminum", "artefact": "artifact", "cosy": "cozy", "disc": "disk", "grey": "gray",
    "jewellery": "jewelry", "learnt": "learned", "mould": "mold", "mum": "mom", "plough": "plow", "pyjamas": "pajamas",
    "sceptic": "skeptic", "storey": "story", "sulphur": "sulfur", "tyre": "tire", "amongst": "among",
    "towards": "toward", "whilst": "while",
}  # fmt: skip

# British and American forms become one of the two, whichever the shorter rule leads to.
_RULES: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"^([b-df-hj-np-tv-xz]{2,4})(?<!s)s$", r"\1"),  # LCDs: one of the two databases stems no word without a vowel
    (r"(?<=\w{3})iz(?=(?:e|es|ed|ing|er|ers|ation|ations|ational|able)$)", "is"),  # organise, but not size
    (r"yz(?=(?:e|es|ed|ing|er|ers)$)", "ys"),  # analyse
    (
        r"(arm|behavi|cand|clam|col|endeav|fav|ferv|flav|harb|hon|hum|lab|neighb|od|parl|ranc|rig|rum|sav|splend"
        r"|tum|val|vap|vig)our",
        r"\1or",
    ),
    (r"(calib|cent|fib|lit|lust|manoeuv|maneuv|meag|met|sab|somb|spect|theat)re(?=[sd]?$)", r"\1er"),
    (r"(anal|catal|dial|epil|monol|prol)ogue(?=s?$)", r"\1og"),
    (r"programme(?=s?$)", "program"),
    (
        r"(cancel|channel|counsel|dial|equal|fuel|funnel|initial|label|level|marvel|model|panel|pencil|quarrel"
        r"|rival|signal|spiral|total|travel|tunnel)l(?=(?:ed|ing|ings|er|ers|or|ors|ous|able|ation|ations)$)",
        r"\1",
    ),
    (r"(def|lic|off|pret)enc(?=(?:e|es|ed|ing|eless)$)", r"\1ens"),
    (r"practis(?=(?:e|es|ed|ing)$)", "practic"),
    (r"(enrol|fulfil|instal|skilful|wilful)(?=$|s$|ment|ly$)", lambda match: _DOUBLED[match[1]]),
    (r"^(acknowledg|judg)ement", r"\1ment"),
    (r"(aesthe|anaesthe)(?=t)", lambda match: match[1].replace("ae", "e")),
    (r"^(anae|encyclopae|gynae|haemo|leukae|orthopae|paedi)", lambda match: match[1].replace("ae", "e")),
    (r"^(diarrhoe|foet|manoeuv|oestr)", lambda match: match[1].replace("oe", "e")),
    (r"^(ageing|aluminium|artefact|cosy|disc|grey|jewellery|learnt|mould|mum|plough|pyjamas|sceptic|storey|sulphur"
     r"|tyre|amongst|towards|whilst)(?=s?$|al$|ism$)", lambda match: _OTHERS[match[1]]),
)  # fmt: skip
_FORMS = [(re.compile(pattern), replacement) for pattern, replacement in _RULES]


def unified(text: str) -> str:
    """Return a text in lower case with one spelling for acronyms, possessives and hyphens.

    L_C_D_ and L.C.D. become lcd, and e-mail becomes email. A compound like touch-screen is kept in both spellings,
    "touch screen touchscreen". Possessives and contractions lose their ending: Mara's, don't. O'Neil becomes oneil.
    """
    if "'" in text or "’" in text or "ʼ" in text:
        text = _IRISH.sub("o", (_CLITIC_APART if _APART.search(text) else _CLITIC).sub("", text))
    if _DOTTED.search(text):
        text = _ACRONYM.sub(lambda match: re.sub("[._]", "", match[0]), text)
    if "-" in text or "‐" in text or "‑" in text:
        text = _COMPOUND.sub(_both_spellings, text)
    return _PERCENT.sub("percent", text) if "cent" in text and "per" in text else text


def one_form(word: str) -> str:
    """Return a word in one of its British and American forms: colour → color, organize → organise."""
    if not 3 <= len(word) <= LONGEST or not word.isascii() or word.isdecimal() or not _any_rule().search(word):
        return word
    for pattern, replacement in _FORMS:
        word = pattern.sub(replacement, word)
    return word


def with_names(all_words: Sequence[str]) -> list[str]:
    """Return words in which a letter after a title is one with it, as in Professor D, Speaker A or Plan B.

    Alone a letter says nothing, and the full text of PostgreSQL leaves some letters out.
    """
    named = list(all_words)
    if _TITLES.isdisjoint(named):
        return named
    for at, title in enumerate(all_words[:-1], 1):
        if title in _TITLES and _is_name(title, all_words[at]):
            named[at] += title
    return named


def is_compound(word: str, before: Sequence[str]) -> bool:
    """Return whether a word is the second spelling of the two words before it: touch, screen, touchscreen."""
    return len(before) > 1 and word == before[-2] + before[-1]


@cache
def _any_rule() -> re.Pattern[str]:
    """Return what finds something to change by any of the rules: most words have nothing."""
    return re.compile("|".join(f"(?:{pattern})" for pattern, _ in _RULES))


def _both_spellings(match: re.Match[str]) -> str:
    first, second = match.groups()
    return first + second if first in _PREFIXES else f"{first} {second} {first}{second}"


def _is_name(title: str, letter: str) -> bool:
    if len(letter) != 1 or not "a" <= letter <= "z":
        return False
    return letter != "i" if title in _PEOPLE else letter not in "ai" and title in _THINGS
