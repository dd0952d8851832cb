/**
 * The work of the page's Markdown is proportional to the length of the text: counted in steps of its code, not in time.
 * So is the work of the browser with its nodes: a text of a hundred thousand brackets must not become as many nodes.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Session } from "node:inspector";
import { test } from "node:test";
import { promisify } from "node:util";

import { Markdown } from "../../chat/static/chat/js/markdown/markdown.js";
import { MarkdownView } from "../../chat/static/chat/js/markdown/markdown_view.js";
import { Document } from "./dom.mjs";

const PATTERNS = JSON.parse(readFileSync(new URL("../conversations/patterns.json", import.meta.url), "utf-8"));
const session = new Session();
session.connect();
const post = promisify(session.post).bind(session);
await post("Profiler.enable", {});
await post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });

/** Return how often the blocks of the modules run for a text that streams in pieces. */
async function steps(text, size) {
  await post("Profiler.takePreciseCoverage", {}); // counts from zero
  const markdown = new Markdown(new MarkdownView(new Document().createElement("div")));
  for (let at = 0; at < text.length; at += size) markdown.write(text.slice(at, at + size));
  markdown.end();
  const { result } = await post("Profiler.takePreciseCoverage", {});
  const functions = result.filter(({ url }) => url.includes("/js/markdown/")).flatMap((module) => module.functions);
  return functions.flatMap(({ ranges }) => ranges).reduce((sum, { count }) => sum + count, 0);
}

for (const pattern of PATTERNS) {
  test(`eight times the text takes about eight times the steps: ${JSON.stringify(pattern)}`, async () => {
    for (const size of [25, 100_000]) {
      const small = await steps(pattern.repeat(Math.ceil(2_500 / pattern.length)), size);
      const large = await steps(pattern.repeat(Math.ceil(20_000 / pattern.length)), size);

      assert.ok(large <= 10 * small + 20_000, `in pieces of ${size}: ${small} → ${large}`);
      assert.ok(large <= 20_000 * 500, `${large} steps in pieces of ${size}`);
    }
  });
}

/** Return how many texts stand directly behind another one below a node: a browser lays out each by itself. */
function split(node) {
  const children = node.childNodes ?? [];
  const behind = children.filter((child, at) => child.nodeType === 3 && children[at - 1]?.nodeType === 3);
  return children.reduce((sum, child) => sum + split(child), behind.length);
}

for (const pattern of PATTERNS) {
  test(`a long text has few nodes: ${JSON.stringify(pattern)}`, () => {
    const root = new Document().createElement("div");
    const markdown = new Markdown(new MarkdownView(root));
    const text = pattern.repeat(Math.ceil(20_000 / pattern.length));
    for (let at = 0; at < text.length; at += 25) markdown.write(text.slice(at, at + 25));

    const live = split(root);
    markdown.end();

    assert.ok(live <= text.length / 500, `${live} while it streams`);
    assert.ok(split(root) <= text.length / 500, `${split(root)} at the end`);
  });
}
