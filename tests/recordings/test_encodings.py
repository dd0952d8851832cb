"""Texts in encodings other than Unicode, which their content shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.recordings.transcripts import Source, Unreadable, open_sources, read

FIXTURES = Path(__file__).parent / "transcripts"

RUSSIAN = "Анна: Насос привезли в понедельник.\nБорис: Кто подписал документы?"
UKRAINIAN = "Анна: Насос привезли у понеділок, це добре.\nІван: Хто підписав ці документи?"
GREEK = "Μαρία: Η αντλία έφτασε τη Δευτέρα.\nΝίκος: Ποιος υπέγραψε για αυτή;"
JAPANESE = "田中: ポンプは月曜日に届きました。\n鈴木: 誰がサインしましたか。"
SIMPLIFIED = "张伟：水泵星期一到了。\n王芳：谁签的字？没有人知道。"
TRADITIONAL = "張偉：水泵星期一到了。\n王芳：誰簽的字？沒有人知道。"
KOREAN = "김민수: 펌프가 월요일에 도착했습니다.\n이영희: 누가 서명했나요?"
HEBREW = "שרה: המשאבה הגיעה ביום שני.\nדוד: מי חתם על זה? בואו נתחיל עם התקציב."
ARABIC = "أحمد: وصلت المضخة يوم الاثنين.\nليلى: من وقع على ذلك؟ لا أحد يعرف."
POLISH = "Łukasz: Pompa przyszła w poniedziałek.\nMałgosia: Kto się za nią podpisał?"
CZECH = "Jiří: Čerpadlo přišlo v pondělí.\nRůžena: Kdo to podepsal? Začněme."
TURKISH = "Ayşe: Pompa pazartesi günü geldi.\nIşıl: Kim imzaladı? Bence iyi değil."
GERMAN = "Jürgen: Die Pumpe kam früh für uns.\nZoë: Schöne Grüße – „natürlich“."


def source_of(folder: Path, data: bytes, name: str = "talk.txt") -> Source:
    file = folder / name
    file.write_bytes(data)
    (source,) = open_sources(file)
    return source


def subtitles(text: str) -> str:
    """Return the text as SubRip: most of its characters are digits then."""
    lines = text.split("\n")
    return "\n".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{line}\n" for n, line in enumerate(lines, 1)).strip()


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (RUSSIAN, "cp1251", "Windows-1251"),
        (RUSSIAN, "koi8-r", "KOI8-R"),
        (RUSSIAN, "cp866", "DOS 866"),
        (RUSSIAN, "iso8859-5", "ISO 8859-5"),
        (UKRAINIAN, "cp1251", "Windows-1251"),
        (UKRAINIAN, "koi8-u", "KOI8-U"),
        (GREEK, "cp1253", "Windows-1253"),
        (GREEK, "iso8859-7", "Windows-1253"),  # the same bytes
        (JAPANESE, "shift_jis", "Shift_JIS"),
        (JAPANESE, "euc_jp", "EUC-JP"),
        (JAPANESE, "iso2022_jp", "ISO-2022-JP"),
        (SIMPLIFIED, "gb18030", "GB 18030"),
        (TRADITIONAL, "big5", "Big5"),
        (KOREAN, "euc_kr", "EUC-KR"),
        (HEBREW, "cp1255", "Windows-1255"),
        (ARABIC, "cp1256", "Windows-1256"),
        (POLISH, "cp1250", "Windows-1250"),
        (POLISH, "iso8859-2", "ISO 8859-2"),
        (CZECH, "cp1250", "Windows-1250"),
        (TURKISH, "cp1254", "Windows-1254"),
        (GERMAN, "cp1252", "Windows-1252"),
    ],
)
def test_an_encoding_shows_in_two_lines(tmp_path: Path, text: str, codec: str, name: str) -> None:
    for form in (text, subtitles(text)):
        source = source_of(tmp_path, form.encode(codec))

        assert (source.text, source.encoding) == (form, name)


@pytest.mark.parametrize("text", [RUSSIAN, GREEK, JAPANESE, SIMPLIFIED, KOREAN, HEBREW, GERMAN])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_unicode_is_read_with_and_without_a_mark_and_not_named(tmp_path: Path, text: str, codec: str) -> None:
    source = source_of(tmp_path, text.encode(codec))

    assert (source.text, source.encoding) == (text, "")


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Ana: café noir", "cp1252"),
        ("Ana: 100€", "cp1252"),
        ("Ana: it’s “fine” – £12", "cp1252"),
        ("Zoé: ok", "cp1252"),
    ],
)
def test_a_few_accents_and_quotes_are_western(tmp_path: Path, text: str, codec: str) -> None:
    source = source_of(tmp_path, text.encode(codec))

    assert (source.text, source.encoding) == (text, "Windows-1252")


@pytest.mark.parametrize(
    ("text", "codec"),
    [("Да.", "koi8-r"), ("はい。", "euc_jp"), ("好的", "gb18030"), ("네", "euc_kr"), ("Ναι.", "cp1253")],
)
def test_a_file_too_short_to_tell_is_refused_with_what_to_do(tmp_path: Path, text: str, codec: str) -> None:
    with pytest.raises(Unreadable, match="save it as UTF-8") as caught:
        source_of(tmp_path, text.encode(codec))

    assert caught.value.line == 1


def test_a_few_broken_bytes_do_not_make_utf_8_another_encoding(tmp_path: Path) -> None:
    source = source_of(tmp_path, RUSSIAN.encode() + b" \xd0")

    assert source.text == RUSSIAN + " \ufffd"
    assert source.encoding == "UTF-8 with broken characters"


def test_subtitles_in_windows_1251_are_read() -> None:
    (source,) = open_sources(FIXTURES / "cyrillic.srt")

    assert [(u.speaker, u.text) for u in read(source).utterances] == [
        ("Анна", "Насос привезли в понедельник, это хорошо."),
        ("Борис", "Кто подписал документы на него?"),
    ]
    assert source.encoding == "Windows-1251"
