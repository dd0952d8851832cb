import assert from "node:assert/strict";
import { test } from "node:test";

import { Markdown } from "../../chat/static/chat/js/markdown/markdown.js";
import { MarkdownView } from "../../chat/static/chat/js/markdown/markdown_view.js";
import { Markers } from "../../chat/static/chat/js/markdown/markers.js";
import { ATTACKS } from "./attacks.mjs";
import { Document, elements, html, outline } from "./dom.mjs";
import { randomPieces, randomText, seeded } from "./fuzz.mjs";

const PARTS = [
  "a", "b c", "word ", " ", "  ", "    ", "\n", "\n\n", "\t", "\r\n", "\r", "*", "**", "***", "_", "__", "~~", "~",
  "`", "``", "```", "\n```\n", "[", "]", "(", ")", "](", "[1]", "[12]", "[1234]", "](https://e.org)",
  "](javascript:x)", "![", "!", "\\", "\n- ", "\n* ", "\n1. ", "\n2) ", "\n> ", "\n# ", "\n---\n",
  "\n| a | b |\n|---|---|\n| ", "|", "\n  - ", "\n    ", "🙂", "é", "\u{E0041}", "\ud83d", "\ude42", "\0", "x_y_z",
  "2*3", "<b>", "&amp;", "\"", "'",
];
const ANSWER = `The team chose **a *small* remote** with \`two\` buttons [1][2], see [the minutes](https://e.org/a_(b) "Minutes").

## Costs & parts

1. The case: ~~25~~ 12.50 euro [3]
   - **rubber**, not wood
   - [laughter] ___really___
2. The chip

> Anna: we *cannot* afford
> the LCD [10]

\`\`\`python
price = 12 * 2

    # **not** [1]
\`\`\`

| Part | Price |
|:-----|------:|
| Case | **12** |
| Chip \\| board | 3 |

---
Done.  
Next meeting: 2024-05-01 \\*tbc\\*.`;

function reader() {
  const document = new Document();
  const root = document.createElement("div");
  return { document, root, markdown: new Markdown(new MarkdownView(root)) };
}

function read(pieces) {
  const { document, root, markdown } = reader();
  for (const piece of pieces) markdown.write(piece);
  const shown = outline(root);
  markdown.end();
  return { document, root, shown, final: outline(root) };
}

function rendered(text) {
  return read([text]).root.childNodes.map(html).join("");
}

const EXAMPLES = {
  "a *b* **c** ***d*** ~~e~~ `f`":
    "<p>a <em>b</em> <strong>c</strong> <em><strong>d</strong></em> <s>e</s> <code>f</code></p>",
  "a\nb  \nc\\\nd": "<p>a<br></br>\nb<br></br>\nc<br></br>\nd</p>",
  "# A\n### B\nc": "<h1>A</h1><h3>B</h3><p>c</p>",
  "###### A\n####### B\n#C": "<h6>A</h6><p>####### B<br></br>\n#C</p>",
  "- a\n- b\n  1. c\n  2. d\n- e": "<ul><li>a</li><li>b<ol><li>c</li><li>d</li></ol></li><li>e</li></ul>",
  "3. a\n4. b": '<ol start="3"><li>a</li><li>b</li></ol>',
  "- a\n\n  b\n\nc": "<ul><li>a<p>b</p></li></ul><p>c</p>",
  "> a\nb\n> > c\n\nd": "<blockquote><p>a<br></br>\nb</p><blockquote><p>c</p></blockquote></blockquote><p>d</p>",
  "```js\na\n\n  <b>\n```\nc": "<pre><code>a\n\n  &lt;b&gt;\n</code></pre><p>c</p>",
  "- ```\n  a\n  ```\n- b": "<ul><li><pre><code>a\n</code></pre></li><li>b</li></ul>",
  "a\n\n---\n\nb": "<p>a</p><hr></hr><p>b</p>",
  "| a | b |\n|---|---|\n| *c* | d \\| e |\n\nf":
    "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td><em>c</em></td><td>d | e</td></tr></tbody></table><p>f</p>",
  "| a\nb": "<p>| a<br></br>\nb</p>",
  "so [1][23], [x](http://e.org) [y]":
    '<p>so <sup class="marker">1</sup><sup class="marker">23</sup>, <a href="http://e.org" target="_blank" rel="noopener noreferrer nofollow">x</a> [y]</p>',
  "[0] [1234] `[1]`": "<p>[0] [1234] <code>[1]</code></p>",
  "[x](javascript:a) [y](/z) [w](ftp://e.org)": "<p>[x](javascript:a) [y](/z) [w](ftp://e.org)</p>",
  "![a *b*](http://e.org/i.png) <img src=x>": "<p>a b (http://e.org/i.png) &lt;img src=x&gt;</p>",
  "**a [b `c": "<p>**a [b `c</p>",
  "2 * 3 * 4, snake_case_name, 5 ** 6": "<p>2 * 3 * 4, snake_case_name, 5 ** 6</p>",
  "*a **b* c**": "<p><em>a <em><em>b</em> c</em></em></p>",
  "\\*a\\* \\q": "<p>*a* \\q</p>",
};

for (const [text, expected] of Object.entries(EXAMPLES)) {
  test(`${JSON.stringify(text)} is rendered`, () => assert.equal(rendered(text), expected));
}

test("the result does not depend on how a text is split, before its end and after", () => {
  const random = seeded(1);
  for (let round = 0; round < 6_000; round += 1) {
    const text = randomText(random, PARTS, 40);

    const whole = read([text]);
    const cut = read(randomPieces(random, text));

    assert.equal(cut.shown, whole.shown, JSON.stringify(text));
    assert.equal(cut.final, whole.final, JSON.stringify(text));
  }
});

test("long texts without spaces are split into nodes at the same places", () => {
  const text = "🙂é".repeat(5_000) + " " + "a".repeat(9_000) + " b".repeat(3_000);

  const whole = read([text]);
  const cut = read(randomPieces(seeded(2), text));

  assert.equal(cut.final, whole.final);
  assert.equal(cut.root.textContent, text);
  for (const { data } of cut.root.firstChild.childNodes) assert.ok(!/\p{Surrogate}/u.test(data) && data.length <= 4_097);
});

test("no letter is lost, doubled or moved", () => {
  const random = seeded(3);
  const parts = PARTS.filter((part) => !/https|javascript|&|`|~|[|]|\p{Cs}|\u{E0041}/u.test(part));
  const letters = (text) => text.replace(/[^a-zé🙂]/gu, "");
  for (let round = 0; round < 4_000; round += 1) {
    const text = randomText(random, parts, 40);

    const { root } = read([text]);

    assert.equal(letters(root.textContent), letters(text), JSON.stringify(text));
  }
});

test("no prefix of an ordinary answer shows raw syntax or less text than the prefix before", () => {
  const { root, markdown } = reader();
  let before = "";
  for (const character of ANSWER) {
    markdown.write(character);

    const codes = [...elements(root)].filter((element) => element.localName === "code");
    const shown = codes.reduce((text, code) => text.replace(code.textContent, ""), root.textContent);
    assert.doesNotMatch(shown, /\*\*|~~|```|\]\(|\[\d|:--|##|^\d\.|https/u);
    assert.ok(root.textContent.length >= before.length, `${before} → ${root.textContent}`);
    before = root.textContent;
  }
});

test("unfinished syntax already looks like the finished", () => {
  const shown = (text) => {
    const { root, markdown } = reader();
    markdown.write(text);
    return root.childNodes.map(html).join("");
  };

  assert.equal(shown("a **bo"), "<p>a <strong>bo</strong></p>");
  assert.equal(shown("a **bold*"), "<p>a <strong>bold</strong></p>");
  assert.equal(shown("a [li"), "<p>a li</p>");
  assert.equal(shown("a [link](https://e."), "<p>a link</p>");
  assert.equal(shown("a [1"), "<p>a</p>");
  assert.equal(shown("a `co"), "<p>a <code>co</code></p>");
  assert.equal(shown("a\n\n``"), "<p>a</p>");
  assert.equal(shown("a\n\n```py\nx\n``"), "<p>a</p><pre><code>x</code></pre>");
  assert.equal(shown("a\n- "), "<p>a</p>");
  assert.equal(shown("| a | b |\n|--"), "");
  assert.equal(shown("\\(x_1 * y"), "<p>\\(x_1 * y</p>");
});

test("a long line shows all of its words while it grows", () => {
  const { root, markdown } = reader();
  let text = "";
  for (let number = 0; number < 400; number += 1) {
    for (const piece of [`word${number}`, " "]) {
      markdown.write(piece);
      text += piece;
      assert.equal(root.textContent.trimEnd(), text.trimEnd());
    }
  }
});

test("of a long paragraph that is bold, the new words are bold, too", () => {
  const { root, markdown } = reader();
  markdown.write("**");
  for (let number = 0; number < 100; number += 1) {
    markdown.write(`word${number} `);
    assert.equal(root.childNodes[0].childNodes.length, 1);
    assert.equal(root.childNodes[0].childNodes[0].localName, "strong");
  }
});

const TAGS = new Set(
  "a blockquote br code em h1 h2 h3 h4 h5 h6 hr li ol p pre s span strong sup table tbody td th thead tr ul".split(" "),
);
const ATTRIBUTES = {
  href: /^(https?:\/\/|mailto:)/u,
  rel: /^noopener noreferrer nofollow$/u,
  target: /^_blank$/u,
  class: /^marker$/u,
  start: /^\d{1,9}$/u,
  dir: /^(ltr|rtl)$/u,
  align: /^(left|center|right)$/u,
};

function assertHarmless(root, text) {
  for (const element of elements(root)) {
    assert.ok(TAGS.has(element.localName), `<${element.localName}> from ${JSON.stringify(text)}`);
    for (const [name, value] of Object.entries(element.attributes)) {
      assert.match(value, ATTRIBUTES[name] ?? /^\b$/u, `${name} from ${JSON.stringify(text)}`);
    }
  }
}

test("no prefix of an attack creates anything but allowed elements and attributes", () => {
  assert.ok(ATTACKS.length > 300);
  for (const attack of ATTACKS) {
    const { root, markdown } = reader();
    for (const character of attack) {
      markdown.write(character);
      assertHarmless(root, attack);
    }
    markdown.end();
    assertHarmless(root, attack);
  }
});

test("random texts create nothing but allowed elements and attributes", () => {
  const random = seeded(4);
  for (let round = 0; round < 2_000; round += 1) {
    const text = randomText(random, [...PARTS, ...ATTACKS], 12);
    assertHarmless(read([text]).root, text);
  }
});

const LONG = {
  "an ordinary answer": `${ANSWER}\n\n`,
  "one paragraph": "several words in a row, ",
  "one word": "x",
  "unclosed emphasis": "**a *b _c ~~d ",
  "emphasis opened and closed": "*a **b* c** ",
  "open brackets": "[",
  "half links": "[a](b ",
  "refused links": "[a](javascript:b) ",
  "images": "![a](",
  backticks: "`` ` ",
  "growing backticks": "`a``b```c````d",
  quotes: "> ",
  "nested lists": "- a\n  - b\n    - c\n",
  "open code": "    code\n",
  "rows of a table": "| a | b |\n|---|---|\n",
  "almost tables": "| a |\n| - | - |\n",
  marks: "-",
  spaces: " ",
  numbers: "1",
  rules: "- - ",
  "empty lines in code": "```\n\n\n",
  "a fence that does not close": "````",
  "code and its fences": "```\n``````",
  "the name of a language": "```a b ",
  escapes: "\\*",
};

for (const [name, part] of Object.entries(LONG)) {
  test(`the cost of a long text is proportional to its length: ${name}`, { timeout: 20_000 }, () => {
    const small = operations(part, 20_000);
    const large = operations(part, 40_000);

    assert.ok(large / small <= 2.5, `${small} → ${large}`);
    assert.ok(large <= 40_000 * 1_200, `${large} operations`);
  });
}

test("200 kB in pieces of 5 characters costs twice as much as half of it", () => {
  const half = operations(LONG["an ordinary answer"], 100_000);
  const whole = operations(LONG["an ordinary answer"], 200_000);

  assert.ok(whole / half <= 2.5, `${half} → ${whole}`);
});

function operations(part, length) {
  const text = part.repeat(Math.ceil(length / part.length)).slice(0, length);
  const { document } = read(text.match(/[^]{1,5}/gu));
  return document.operations;
}

test("an index that is greater than the next marker is text, however the answer arrives", () => {
  const text = "Read arr[12] and [404] as said [1][2], not limits[7], but [2] and [3].";
  for (const size of [1, 7, text.length]) {
    const root = new Document().createElement("div");
    const markdown = new Markdown(new MarkdownView(root, new Markers()));
    for (let at = 0; at < text.length; at += size) markdown.write(text.slice(at, at + size));
    markdown.end();

    const markers = [1, 2, 2, 3].map((number) => `<sup class="marker">${number}</sup>`);
    assert.equal(
      root.childNodes.map(html).join(""),
      `<p>Read arr[12] and [404] as said ${markers[0]}${markers[1]}, not limits[7], but ${markers[2]} and ${markers[3]}.</p>`,
    );
  }
});
