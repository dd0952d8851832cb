"""What a broken answer leaves half-open at its end is completed or dropped."""

from __future__ import annotations

import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.conversations.markdown import render

ANSWER = """Ana said **we ship in *March* at last** [1], not `in_may` [12], see [the minutes](https://e.org/a_(b)).

## What it costs

- ~~25~~ 12.50 euros, **less than
  before** [2]
- ``two `ticks` `` and ***three*** marks

> Mara: __never__ on a Friday

| Part | Price |
|------|-------|
| Case | **12** |

```python
price = 12 * 2  # `not` **bold**
```

1. Done [3]"""


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("We ship **in", "<p>We ship <strong>in</strong></p>"),
        ("We ship **", "<p>We ship</p>"),
        ("We ship **in March*", "<p>We ship <strong>in March</strong></p>"),
        ("We ship **in March**", "<p>We ship <strong>in March</strong></p>"),
        ("We *ship **in", "<p>We <em>ship <strong>in</strong></em></p>"),
        ("We ship ***in", "<p>We ship <em><strong>in</strong></em></p>"),
        ("We ~~ship", "<p>We <s>ship</s></p>"),
        ("Run `make te", "<p>Run <code>make te</code></p>"),
        ("Run ``a `b", "<p>Run <code>a `b</code></p>"),
        ("Run `", "<p>Run</p>"),
        ("In March [1", "<p>In March</p>"),
        ("In March [", "<p>In March</p>"),
        ("See [the min", "<p>See the min</p>"),
        ("See [the minutes](https://e.o", "<p>See the minutes</p>"),
        ('See [the minutes](https://e.org "The min', "<p>See the minutes</p>"),
        ("He [laughs](and then he said more", "<p>He [laughs](and then he said more</p>"),
        ("See **[the minutes](https://e.o", "<p>See <strong>the minutes</strong></p>"),
        ("See ![a pic", "<p>See a pic</p>"),
        ("He [laughs] and", "<p>He [laughs] and</p>"),
        ("He [laughs]", "<p>He [laughs]</p>"),
        ("It takes 2 * 3 hours", "<p>It takes 2 * 3 hours</p>"),
        ("The snake_case of it", "<p>The snake_case of it</p>"),
        ("It costs \\*about\\", "<p>It costs *about</p>"),
        ("Reasons:\n-", "<p>Reasons:</p>"),
        ("Reasons:\n\n12.", "<p>Reasons:</p>"),
        ("Costs:\n\n##", "<p>Costs:</p>"),
        ("Code:\n\n``", "<p>Code:</p>"),
        ("An **old\n\nWe ship **in", "<p>An **old</p>\n<p>We ship <strong>in</strong></p>"),
        ("Costs:\n\n| Part | Pr", "<p>Costs:</p>"),
        ("Costs:\n\n| Part |\n|--", "<p>Costs:</p>"),
        ("```\na ** b\n``", "<pre><code>a ** b</code></pre>"),
        ("```\nif a ** b", "<pre><code>if a ** b</code></pre>"),
        ("", ""),
    ],
)  # fmt: skip
def test_the_end_is_completed_as_the_page_has_shown_it(text: str, html: str) -> None:
    assert render(text, is_broken=True).strip() == html


@pytest.mark.parametrize("end", range(1, len(ANSWER) + 1))
def test_wherever_an_answer_breaks_off_nothing_is_half_open(end: int) -> None:
    html = render(ANSWER[:end], dict.fromkeys((1, 2, 3, 12), ""), is_broken=True)

    prose = re.sub(r"<(pre|code)\b.*?</\1>", "", html, flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", "", prose)
    assert not re.search(r"[*`_~\[\]#|]|\(http", text.replace("[the minutes]", "")), text


@given(st.lists(st.sampled_from(["", "*", "**", "_", "`", "[", "](", "\\", "~~", "(", ")"])))
def test_every_word_stays(marks: list[str]) -> None:
    html = render("".join(f"{mark}word " for mark in marks) + "end.", is_broken=True)

    assert re.sub(r"<[^>]+>", "", html).count("word") == len(marks)


@pytest.mark.parametrize("pieces", [("*a ", "b_ "), ("`", "a"), ("[", "]("), ("**", "a "), ("\\", "*"), ("_a ", "**")])
def test_no_text_takes_long(pieces: tuple[str, str]) -> None:
    text = "".join(piece * 9_000 for piece in pieces)
    begun = process_time()

    render(text, is_broken=True)

    assert process_time() - begun < 5


def test_a_complete_answer_is_shown_as_it_is() -> None:
    assert render("We ship **in [1") == "<p>We ship **in [1</p>\n"
