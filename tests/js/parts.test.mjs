import assert from "node:assert/strict";
import { test } from "node:test";

import { Acks } from "../../chat/static/chat/js/connection/acks.js";
import { Fragments } from "../../chat/static/chat/js/connection/fragments.js";
import { destination, safe } from "../../chat/static/chat/js/markdown/links.js";
import { Banner } from "../../chat/static/chat/js/page/banner.js";
import { Frames } from "../../chat/static/chat/js/page/frames.js";
import { segmentAt } from "../../chat/static/chat/js/recordings/transcript.js";
import { TrustedHtml } from "../../chat/static/chat/js/page/trusted_html.js";
import { FakeClock } from "./fake_clock.mjs";

test("acknowledgements are collected for a second", () => {
  const [clock, sent] = [new FakeClock(), []];
  const acks = new Acks({ clock, send: (command) => sent.push(command.seq) });

  for (let seq = 1; seq <= 30; seq += 1) {
    acks.note("t", seq, 10);
    clock.advance(100);
  }

  assert.deepEqual(sent, [1, 10, 20, 30]);
});

test("16 KiB are acknowledged at once, each turn with its last seq", () => {
  const [clock, sent] = [new FakeClock(), []];
  const acks = new Acks({ clock, send: ({ turn, seq }) => sent.push(turn + seq) });
  acks.note("a", 1, 1);

  acks.note("a", 5, 1);
  acks.note("a", 4, 1);
  acks.note("b", 2, 16_384);

  assert.deepEqual(sent, ["a1", "a5", "b2"]);
});

test("nothing is acknowledged over a new connection", () => {
  const [clock, sent] = [new FakeClock(), []];
  const acks = new Acks({ clock, send: (command) => sent.push(command.seq) });
  acks.note("t", 1, 1);
  acks.note("t", 2, 1);

  acks.forget();
  clock.advance(1_000);

  assert.deepEqual(sent, [1]);
});

test("work runs once per frame, and without frames by a timer", () => {
  const [clock, drawn, planned] = [new FakeClock(), [], []];
  const frames = new Frames({ clock, requestFrame: (action) => planned.push(action) });
  const work = () => drawn.push(clock.now());

  frames.request(work);
  frames.request(work);
  planned[0]();
  frames.request(work);
  clock.advance(1_000);
  planned[1]();

  assert.deepEqual([drawn, planned.length], [[0, 250], 2]);
});

test("an error in one piece of work does not stop the others", (context) => {
  context.mock.method(console, "error", () => {});
  const done = [];
  const frames = new Frames({ clock: new FakeClock(), requestFrame: (action) => queueMicrotask(action) });
  frames.request(() => {
    throw new Error("broken");
  });
  frames.request(() => done.push(1));

  return Promise.resolve().then(() => assert.deepEqual(done, [1]));
});

test("a lost connection is reported only if it stays lost", () => {
  const [clock, element] = [new FakeClock(), { hidden: true, textContent: "" }];
  const banner = new Banner({ element, clock, isOnline: () => true });
  banner.lost(1006);
  clock.advance(1_000);
  banner.found();
  clock.advance(5_000);
  assert.equal(element.hidden, true);

  banner.lost(1006);
  clock.advance(1_500);

  assert.deepEqual([element.hidden, element.textContent], [false, "Connection lost. Reconnecting…"]);
});

test("a silent server is reported at once, until it answers", () => {
  const [clock, element] = [new FakeClock(), { hidden: true, textContent: "" }];
  const banner = new Banner({ element, clock, isOnline: () => true });

  banner.silent();
  assert.deepEqual([element.hidden, element.textContent], [false, "The site is not responding. Checking…"]);
  banner.found();

  assert.equal(element.hidden, true);
});

test("a connection does not hide a lasting message", () => {
  const [clock, element] = [new FakeClock(), { hidden: true, textContent: "" }];
  const banner = new Banner({ element, clock, isOnline: () => false });

  banner.tell("Gone.");
  banner.lost(1006);
  clock.advance(5_000);
  banner.found();

  assert.deepEqual([element.hidden, element.textContent], [false, "Gone."]);
});

test("only http, https and mailto addresses are allowed in links", () => {
  for (const address of ["http://e.org/a?b#c", "HTTPS://e.org/", "mailto:a@e.org", "https://e.org:8/ä"]) {
    assert.match(safe(address), /^(https?:\/\/|mailto:)/u);
  }
  const schemes = "javascript:a JAVASCRIPT:a java\tscript:a \u0001javascript:a data:a,b vbscript:a file:///a blob:a ftp://a x:y";
  const others = ["//e.org", "/a", "a", "#a", "", " https://e.org", "https://e.org/ a", "https:// ", "http://[", "https://e\n"];
  for (const address of [...schemes.split(" "), ...others]) {
    assert.equal(safe(address), null, JSON.stringify(address));
  }
});

test("the destination of a link may have parentheses, escapes and a title", () => {
  const read = (text) => [destination(`(${text}`, 0).reading, destination(`(${text}`, 0).address];

  assert.deepEqual(read("http://a/b)"), ["done", "http://a/b"]);
  assert.deepEqual(read("a(b(c)d)e)"), ["done", "a(b(c)d)e"]);
  assert.deepEqual(read('<a b> "t" )'), ["done", "a b"]);
  assert.deepEqual(read("a\\)\\b 'it\\'s')"), ["done", "a)\\b"]);
  assert.deepEqual(read("a b)"), ["bad", ""]);
  assert.deepEqual(read("a\n"), ["bad", ""]);
  assert.deepEqual(read("a(b(c(d(e(f)))))"), ["bad", ""]);
  assert.deepEqual(read("a (t"), ["more", ""]);
});

test("the current segment is the last that has begun and not ended", () => {
  const segments = [{ start: 0, end: 2 }, { start: 2, end: 5 }, { start: 7, end: Infinity }];
  const starts = [-1, 0, 1.9, 2, 6, 7, 1e6].map((time) => segmentAt(segments, time)?.start ?? null);

  assert.deepEqual(starts, [null, 0, 0, 2, null, 7, 7]);
  assert.equal(segmentAt([], 1), null);
});

test("a failed request returns no fragment instead of an error", async () => {
  const html = { parse: (text) => `parsed ${text}` };
  const answers = {
    "/ok": new Response("x"),
    "/none": new Response(null, { status: 204 }),
    "/bad": new Response("", { status: 500 }),
  };
  const fetch = async (address) => answers[address] ?? Promise.reject(new TypeError("no network"));
  const fragments = new Fragments({ html, fetch });

  assert.deepEqual(await fragments.get("/ok"), { status: 200, fragment: "parsed x" });
  assert.deepEqual(await fragments.get("/none"), { status: 204, fragment: null });
  assert.deepEqual(await fragments.get("/bad"), { status: 500, fragment: null });
  assert.deepEqual(await fragments.get("/away"), { status: 0, fragment: null });
});

test("HTML is parsed through the site's Trusted Types policy, or directly where browsers have none", () => {
  const template = { content: "fragment" };
  const document = { createElement: (tag) => (tag === "template" ? template : null) };
  const made = [];
  const trustedTypes = {
    createPolicy: (name, rules) => {
      made.push(name);
      return { createHTML: (text) => `trusted ${rules.createHTML(text)}` };
    },
  };

  assert.equal(new TrustedHtml(document, trustedTypes).parse("<b>"), "fragment");
  assert.deepEqual([made, template.innerHTML], [["chatsite"], "trusted <b>"]);
  new TrustedHtml(document, undefined).parse("<i>");
  assert.equal(template.innerHTML, "<i>");
});

test("a worker runs a script of the site itself alone", () => {
  const document = { baseURI: "https://chat.example/recordings/upload/" };
  const trustedTypes = { createPolicy: (_, rules) => rules };

  for (const html of [new TrustedHtml(document, trustedTypes), new TrustedHtml(document, undefined)]) {
    assert.equal(html.scriptAddress("/static/worker.js"), "https://chat.example/static/worker.js");
    assert.throws(() => html.scriptAddress("https://elsewhere.example/worker.js"), TypeError);
    assert.throws(() => html.scriptAddress("data:text/javascript,1"), TypeError);
    assert.throws(() => html.scriptAddress("blob:https://chat.example/1"), TypeError);
  }
});
