/**
 * Render a JSON list of texts from standard input as the page does, and print the JSON list of their HTML: of each when it
 * has ended, or with ``broken`` when it has broken off. The texts stream in pieces of one to seven characters.
 */

import { readFileSync } from "node:fs";

import { Markdown } from "../../chat/static/chat/js/markdown/markdown.js";
import { MarkdownView } from "../../chat/static/chat/js/markdown/markdown_view.js";
import { Document, html } from "./dom.mjs";

const SIZES = [3, 1, 7, 2, 5, 4, 6, 1];

function render(text) {
  const root = new Document().createElement("div");
  const markdown = new Markdown(new MarkdownView(root));
  for (let at = 0, round = text.length; at < text.length; round += 1) {
    const size = SIZES[round % SIZES.length];
    markdown.write(text.slice(at, at + size));
    at += size;
  }
  if (process.argv[2] === "broken") markdown.breakOff();
  else markdown.end();
  return root.childNodes.map(html).join("");
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf-8")).map(render)));
