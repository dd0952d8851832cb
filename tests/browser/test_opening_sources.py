"""The panel of a source: where it stands, what it leaves in place, and its keys."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from .fake_pages import opened_html, turn_html
from .fake_site import FakeSite
from .live import OTHER, TURN, answer, open_page, turn_element
from .test_sources import TEXT, marker, panel, source

pytestmark = pytest.mark.browser


async def test_a_folded_list_of_sources_stays_folded(fake: FakeSite, page: Page) -> None:
    await open_page(fake, page, turn_html(TURN, "complete", text=TEXT, seq=1, sources=9))
    await turn_element(page).locator("[data-sources] summary").click()

    await marker(page, 9).first.click()

    await expect(panel(page, 9)).to_be_focused()
    await expect(source(page, 9)).to_be_hidden()


async def test_an_address_with_a_source_opens_it(fake: FakeSite, page: Page) -> None:
    fake.show(turn_html(TURN, "complete", text=TEXT, seq=1, sources=9))

    await page.goto(f"{fake.url}/c/{fake.conversation}/#source-{TURN}-9")

    await expect(panel(page, 9)).to_be_focused()
    await expect(source(page, 9)).to_be_in_viewport()
    await page.keyboard.press("Escape")
    await expect(page.locator("[data-panel]")).to_be_hidden()
    assert page.url == f"{fake.url}/c/{fake.conversation}/"


async def test_beside_the_answer_the_panel_covers_the_sources_and_moves_nothing(fake: FakeSite, page: Page) -> None:
    await page.set_viewport_size({"width": 1280, "height": 800})
    await open_page(fake, page, turn_html(TURN, "complete", text=TEXT, seq=1, sources=9))
    places = [await each.bounding_box() for each in (answer(page), source(page, 1))]

    await marker(page, 1).first.click()

    await expect(panel(page, 1)).to_be_focused()
    assert [await each.bounding_box() for each in (answer(page), source(page, 1))] == places
    above, beside = places[0], await page.locator("[data-panel]").bounding_box()
    assert above
    assert beside
    assert beside["x"] >= above["x"] + above["width"]


async def test_where_the_answer_has_to_make_room_the_sentence_stays_in_its_place(fake: FakeSite, page: Page) -> None:
    await page.set_viewport_size({"width": 1100, "height": 800})
    text = TEXT.replace(
        "Sentence", "Sentence of many words, which have to be broken in other places when there is less room"
    )
    await open_page(fake, page, turn_html(TURN, "complete", text=text, seq=1, sources=9))
    await marker(page, 5).nth(3).scroll_into_view_if_needed()
    place, width = await marker(page, 5).nth(3).bounding_box(), await answer(page).bounding_box()

    await marker(page, 5).nth(3).click()
    await expect(panel(page, 5)).to_be_focused()
    opened, narrow = await marker(page, 5).nth(3).bounding_box(), await answer(page).bounding_box()
    await page.keyboard.press("Escape")
    await expect(marker(page, 5).nth(3)).to_be_focused()
    closed = await marker(page, 5).nth(3).bounding_box()

    assert place
    assert opened
    assert closed
    assert width
    assert narrow
    assert narrow["width"] < width["width"]
    assert abs(opened["y"] - place["y"]) <= 1
    assert abs(closed["y"] - place["y"]) <= 1


async def test_the_keys_of_the_panel_lead_to_other_sources_and_escape_back_to_the_sentence(
    fake: FakeSite, page: Page
) -> None:
    socket = await open_page(
        fake,
        page,
        turn_html(OTHER, "complete", text="One [1]. Two [2].", seq=1, sources=2),
        turn_html(TURN, "streaming", text="So far", seq=1),
    )
    await marker(page, 1, OTHER).click()
    await expect(panel(page, 1, 2)).to_be_focused()

    await page.keyboard.press("j")
    await expect(panel(page, 2, 2)).to_be_focused()
    await expect(page).to_have_url(re.compile(f"#source-{OTHER}-2$"))
    await expect(panel(page, 2, 2).get_by_role("button", name="Next source")).to_be_disabled()
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await expect(panel(page, 1, 2)).to_be_focused()
    await page.keyboard.press("Escape")

    await expect(page.locator("[data-panel]")).to_be_hidden()
    await expect(marker(page, 1, OTHER)).to_be_focused()
    await expect(page.get_by_role("tooltip")).to_be_hidden()
    await expect(page).to_have_url(f"{fake.url}/c/{fake.conversation}/")
    assert socket.waiting("stop") == []


async def test_what_cannot_be_loaded_is_said_and_tried_again(fake: FakeSite, page: Page) -> None:
    await open_page(fake, page, turn_html(TURN, "complete", text="One [1].", seq=1, sources=1))
    await marker(page, 1).click()
    again = panel(page, 1, 1).get_by_role("button", name="Try again")
    await expect(again).to_be_visible()
    await expect(panel(page, 1, 1)).to_contain_text("We take the green one, part 1.")

    fake.pages[f"/turns/{TURN}/sources/1/"] = (200, opened_html(1))
    await again.click()

    await expect(panel(page, 1, 1)).to_contain_text("Ben Before.")
    await expect(again).to_be_hidden()


async def test_the_panel_names_the_recording_and_the_time_above_what_scrolls(fake: FakeSite, page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    fake.pages[f"/turns/{TURN}/sources/1/"] = (200, opened_html(1, note="Many words before the quoted ones. " * 60))
    await open_page(fake, page, turn_html(TURN, "complete", text="One [1].", seq=1, sources=1))

    await marker(page, 1).click()

    heading = panel(page, 1, 1).locator("header")
    await expect(heading).to_contain_text("Kick-off")
    await expect(heading).to_contain_text("1:01–1:05")
    await expect(heading.get_by_text("Kick-off")).to_be_in_viewport(ratio=1)
    await expect(panel(page, 1, 1).locator("mark")).to_be_in_viewport(ratio=1)


async def test_the_panel_offers_to_hear_the_answer_only_if_a_source_has_audio(fake: FakeSite, page: Page) -> None:
    silent = turn_html(OTHER, "complete", text="One [1].", seq=1, sources=1, has_audio=False)
    await open_page(fake, page, silent, turn_html(TURN, "complete", text="Two [1].", seq=1, sources=1))
    offer = panel(page, 1, 1).get_by_role("button", name="Hear the whole answer")

    await marker(page, 1).click()
    await expect(offer).to_be_visible()
    await marker(page, 1, OTHER).click()

    await expect(page).to_have_url(re.compile(f"#source-{OTHER}-1$"))
    await expect(offer).to_be_hidden()


async def test_a_source_says_what_cannot_be_heard_and_why(fake: FakeSite, page: Page) -> None:
    fake.pages[f"/turns/{TURN}/sources/1/"] = (200, opened_html(1, note="This recording has no audio."))
    fake.pages[f"/turns/{TURN}/sources/2/"] = (200, opened_html(2, audio="/recordings/lost/audio/"))
    await open_page(fake, page, turn_html(TURN, "complete", text="One [1]. Two [2].", seq=1, sources=2))

    await marker(page, 1).click()
    await expect(panel(page, 1, 2)).to_contain_text("This recording has no audio.")
    await expect(panel(page, 1, 2).get_by_role("button", name="Play")).to_be_hidden()
    await page.keyboard.press("j")

    failure = panel(page, 2, 2).get_by_role("alert").filter(visible=True)
    await expect(failure).to_have_text("The audio could not be played. Its file may be missing.")
    await page.emulate_media(media="print")
    await expect(page.locator("[data-panel]")).to_be_hidden()
