"""The style sheets: three steps of type, two weights, and colours that are defined in one place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STYLES = ROOT / "chat/static/chat/css"
SHEETS = sorted(STYLES.glob("*.css"))
PAGES = sorted((STYLES / "pages").glob("*.css"))

each_sheet = pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)


def declarations(sheet: Path, name: str) -> list[str]:
    """Return the values that a sheet gives to a property."""
    return re.findall(rf"(?<![\w-]){name}:\s*([^;]+);", without_comments(sheet))


def without_comments(sheet: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)


@each_sheet
def test_type_has_three_steps(sheet: Path) -> None:
    steps = re.compile(r"var\(--(small|text|title)\)|inherit|0|0\.9em")  # code is a little smaller than its text

    assert [size for size in declarations(sheet, "font-size") if not steps.fullmatch(size)] == []


@each_sheet
def test_type_has_two_weights(sheet: Path) -> None:
    weights = re.compile(r"var\(--(regular|strong)\)|inherit")

    assert [weight for weight in declarations(sheet, "font-weight") if not weights.fullmatch(weight)] == []


@each_sheet
def test_a_font_is_a_token_or_inherited(sheet: Path) -> None:
    fonts = re.compile(r"inherit|.*var\(--(sans|mono|font-family-monospace)\)")

    families = [*declarations(sheet, "font"), *declarations(sheet, "font-family")]
    assert [family for family in families if not fonts.fullmatch(family)] == []


def test_colors_are_defined_in_one_sheet() -> None:
    literal = re.compile(r"#[0-9a-f]{3,8}\b(?!\s*[,{.:>])|\b(?:rgb|hsl|oklch)\(", re.IGNORECASE)
    others = [sheet for sheet in SHEETS if sheet.name not in {"colors.css", "print.css"}]

    assert [(sheet.name, found) for sheet in others for found in literal.findall(without_comments(sheet))] == []


def test_a_template_links_to_the_sheet_of_its_page_which_imports_the_others() -> None:
    imported = {sheet.name for page in PAGES for sheet in _imported(page)}

    assert set(_linked()) == {f"pages/{page.name}" for page in PAGES} | {"noscript.css"}
    assert {sheet.name for sheet in SHEETS} == imported | {"noscript.css"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_sheet_of_a_page_has_nothing_but_imports_each_once(page: Path) -> None:
    imported = list(_imported(page))

    assert re.sub(r'@import "[^"]+"(?: print)?;', "", without_comments(page)).strip() == ""
    assert len(imported) == len(set(imported))
    assert set(imported) <= set(SHEETS)


def _imported(page: Path) -> Iterator[Path]:
    for address in re.findall(r'@import "([^"]+)"', page.read_text()):
        yield (page.parent / address).resolve()


def _linked() -> Iterator[str]:
    for template in (ROOT / "templates").rglob("*.html"):
        yield from re.findall(r"chat/css/([\w/-]+\.css)", template.read_text())
