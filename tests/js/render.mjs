/** Render a JSON list of texts from standard input, and print the JSON list of their HTML. With ``broken`` they break off. */

import { readFileSync } from "node:fs";

import { Markdown } from "../../chat/static/chat/js/markdown/markdown.js";
import { MarkdownView } from "../../chat/static/chat/js/markdown/markdown_view.js";
import { Document, html } from "./dom.mjs";

function render(text) {
  const root = new Document().createElement("div");
  const markdown = new Markdown(new MarkdownView(root));
  markdown.write(text);
  if (process.argv[2] === "broken") markdown.breakOff();
  else markdown.end();
  return root.childNodes.map(html).join("");
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf-8")).map(render)));
