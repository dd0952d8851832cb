"""Codes of languages: services name a language in English or by a code, recordings have ISO 639-1."""

from __future__ import annotations

_NAMES = """
af afrikaans, am amharic, ar arabic, as assamese, az azerbaijani, ba bashkir, be belarusian, bg bulgarian, bn bengali,
bo tibetan, br breton, bs bosnian, ca catalan, cs czech, cy welsh, da danish, de german, el greek, en english,
es spanish, et estonian, eu basque, fa persian, fi finnish, fo faroese, fr french, gl galician, gu gujarati, ha hausa,
he hebrew, hi hindi, hr croatian, ht haitian creole, hu hungarian, hy armenian, id indonesian, is icelandic, it italian,
ja japanese, jw javanese, ka georgian, kk kazakh, km khmer, kn kannada, ko korean, la latin, lb luxembourgish,
ln lingala, lo lao, lt lithuanian, lv latvian, mg malagasy, mi maori, mk macedonian, ml malayalam, mn mongolian,
mr marathi, ms malay, mt maltese, my myanmar, ne nepali, nl dutch, nn nynorsk, no norwegian, oc occitan, pa punjabi,
pl polish, ps pashto, pt portuguese, ro romanian, ru russian, sa sanskrit, sd sindhi, si sinhala, sk slovak,
sl slovenian, sn shona, so somali, sq albanian, sr serbian, su sundanese, sv swedish, sw swahili, ta tamil, te telugu,
tg tajik, th thai, tk turkmen, tl tagalog, tr turkish, tt tatar, uk ukrainian, ur urdu, uz uzbek, vi vietnamese,
yi yiddish, yo yoruba, zh chinese, zh mandarin, es castilian, nl flemish, ro moldavian, ca valencian, my burmese
"""
_CODES = {name: code for entry in _NAMES.replace("\n", " ").split(",") for code, name in [entry.strip().split(" ", 1)]}
_OLDER = {"jw": "jv", "iw": "he", "in": "id"}


def language_code(value: object) -> str:
    """Return the code of a language that is given as a name, or as a code with or without a region; or empty."""
    if not isinstance(value, str):
        return ""
    name = value.strip().lower()
    code = _CODES.get(name) or name.replace("_", "-").partition("-")[0]
    return _OLDER.get(code, code) if len(code) == 2 and code.isascii() and code.isalpha() else ""
