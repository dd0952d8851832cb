import { Blocks, Leaf } from "./blocks.js";
import { Fence } from "./fence.js";
import { Begins, LineMarker } from "./line_marker.js";
import { Pieces } from "./pieces.js";
import { HeaderReading, TableHeader } from "./table_header.js";
import { TableRow } from "./table_row.js";

const DEEPEST = 12;
const TAB = 4;

/**
 * Reads Markdown as it arrives and shows it in a view: what an answer needs of CommonMark, and tables.
 *
 * What is shown depends on the text alone, not on how it was cut into pieces, and a piece costs its own length however
 * much came before. What stands at the beginning of a line is held until it is known what it begins.
 */
export class Markdown {
  #view;
  #blocks;
  #state = this.#lineStart;
  #pieces = new Pieces();
  #indent = 0;
  #kept = 0;
  #skipsSpace = false;
  #held = "";
  /** @type {LineMarker | null} */
  #marker = null;
  /** @type {Fence | null} */
  #fence = null;
  /** @type {TableHeader | null} */
  #table = null;
  /** @type {TableRow | null} */
  #row = null;

  /** @param {object} view where it is shown: see ``MarkdownView`` */
  constructor(view) {
    this.#view = view;
    this.#blocks = new Blocks(view);
  }

  /** @param {string} piece the next part of the text, cut anywhere */
  write(piece) {
    const text = this.#pieces.join(piece);
    for (let at = 0; at < text.length; ) at = this.#step(text, at);
    this.#view.flush();
  }

  /** The text is complete. */
  end() {
    const rest = this.#pieces.rest();
    if (rest !== "") this.#step(rest, 0);
    this.#state("\n");
    this.#state("\n"); // a line that might have been the header of a table waits for a second one
    this.#blocks.closeLeaf();
    this.#blocks.closeTo(0);
    this.#view.flush();
  }

  /** Reads one character, or the rest of a line of text at once. Returns where to go on. */
  #step(text, at) {
    if (text[at] === "\n" || (this.#state !== this.#text && this.#state !== this.#code)) {
      this.#state(text[at]);
      return at + 1;
    }
    const found = text.indexOf("\n", at);
    const end = found < 0 ? text.length : found;
    this.#state(text.slice(at, end));
    return end;
  }

  // The beginning of a line

  #newLine() {
    this.#indent = 0;
    this.#kept = 0;
    this.#skipsSpace = false;
    this.#state = this.#lineStart;
  }

  #lineStart(character) {
    if (character === "\n") {
      this.#blankLine();
    } else if (character === " " || character === "\t") {
      this.#indentBy(character);
    } else {
      this.#skipsSpace = false;
      if (!this.#entersBoxes(character)) this.#lineContent(character);
    }
  }

  #indentBy(character) {
    if (!this.#skipsSpace) this.#indent += character === " " ? 1 : TAB - (this.#indent % TAB);
    this.#skipsSpace = false;
  }

  /** Finds the open boxes that go on in this line. Returns whether the character was the mark of one. */
  #entersBoxes(character) {
    while (this.#kept < this.#blocks.depth) {
      const box = this.#blocks.box(this.#kept);
      if (box.isItem && this.#indent >= box.width) {
        this.#indent -= box.width;
      } else if (!box.isItem && character === ">" && this.#indent < TAB) {
        this.#enterQuote();
        return true;
      } else {
        return false;
      }
      this.#kept += 1;
    }
    return false;
  }

  #enterQuote() {
    this.#kept += 1;
    this.#indent = 0;
    this.#skipsSpace = true;
    this.#state = this.#lineStart;
  }

  #blankLine() {
    const kept = this.#blocks.quoteFrom(this.#kept);
    if (this.#blocks.leaf !== Leaf.CODE || kept < this.#blocks.depth) this.#blocks.closeLeaf();
    else this.#fence.lineBreak();
    this.#blocks.closeTo(kept);
    this.#newLine();
  }

  /** What begins behind the marks of the boxes. */
  #lineContent(character) {
    const leaf = this.#kept === this.#blocks.depth ? this.#blocks.leaf : null;
    if (leaf === Leaf.CODE) this.#codeStart(character);
    else if (leaf === Leaf.TABLE && character === "|") this.#startRow("tbody", "td");
    else if (this.#indent >= TAB) this.#paragraph("", character);
    else this.#blockStart(character);
  }

  #blockStart(character) {
    if (character === ">" && this.#blocks.depth < DEEPEST) {
      this.#blocks.openQuote(this.#kept);
      this.#enterQuote();
    } else if (character === "|") {
      this.#table = new TableHeader();
      this.#state = this.#tableHeader;
    } else if (LineMarker.mayBegin(character)) {
      this.#marker = new LineMarker(character);
      this.#state = this.#mark;
    } else {
      this.#paragraph("", character);
    }
  }

  #mark(character) {
    switch (this.#marker.take(character)) {
      case Begins.UNKNOWN: break;
      case Begins.HEADING:
        this.#blocks.openHeading(this.#kept, this.#marker.length);
        this.#goOn(character);
        break;
      case Begins.RULE: this.#addRule(); break;
      case Begins.ITEM: this.#item(character); break;
      case Begins.FENCE: this.#openFence(); break;
      default: this.#paragraph(this.#marker.held, character);
    }
  }

  #addRule() {
    this.#blocks.addRule(this.#kept);
    this.#newLine();
  }

  #openFence() {
    this.#blocks.openCode(this.#kept);
    this.#fence = new Fence(this.#view, this.#marker.held.slice(0, this.#marker.length), this.#indent);
    this.#newLine();
  }

  /** An item without text, or with another number than 1, does not end a paragraph that could as well go on. */
  #item(character) {
    const interrupts = this.#blocks.leaf === Leaf.PARAGRAPH && this.#kept === this.#blocks.depth;
    const isText = interrupts && (character === "\n" || (this.#marker.start ?? 1) !== 1);
    if (isText || this.#blocks.depth >= DEEPEST) this.#paragraph(this.#marker.held, character);
    else this.#openItem(character);
  }

  #openItem(character) {
    const { mark, start, held } = this.#marker;
    this.#blocks.openItem(this.#kept, { mark, start, width: this.#indent + held.length + 1 });
    this.#kept = this.#blocks.depth;
    this.#indent = 0;
    this.#state = this.#itemPadding;
    this.#itemPadding(character);
  }

  /** The spaces behind a marker say how far the content of the item is indented. */
  #itemPadding(character) {
    if (character === " " || character === "\t") return this.#indentBy(character);
    if (character === "\n") return this.#newLine();
    const isText = this.#indent <= TAB;
    this.#blocks.widen(this.#blocks.box(this.#kept - 1).width + (isText ? this.#indent - 1 : 0));
    this.#indent = isText ? 0 : this.#indent - 1;
    return this.#lineStart(character);
  }

  // Text

  /** The line is text: it goes on with the open paragraph, or begins one. */
  #paragraph(held, character) {
    if (this.#blocks.leaf === Leaf.PARAGRAPH) this.#blocks.inline.lineBreak();
    else this.#blocks.openParagraph(this.#kept);
    this.#blocks.inline.feed(held);
    this.#goOn(character);
  }

  #goOn(character) {
    this.#state = this.#text;
    this.#text(character);
  }

  #text(text) {
    if (text !== "\n") {
      this.#blocks.inline.feed(text);
      return;
    }
    if (this.#blocks.leaf === Leaf.HEADING) this.#blocks.closeLeaf();
    this.#newLine();
  }

  // Code

  #codeStart(character) {
    this.#held = character;
    if (this.#fence.mayClose(character, this.#indent)) this.#state = this.#fenceEnd;
    else this.#codeLine(character);
  }

  #fenceEnd(character) {
    if (this.#fence.mayGoOn(character)) {
      this.#held += character;
    } else if (character === "\n" && this.#fence.isClosed()) {
      this.#blocks.closeLeaf();
      this.#newLine();
    } else {
      this.#codeLine(this.#held);
      this.#code(character);
    }
  }

  #codeLine(text) {
    this.#fence.startLine(this.#indent);
    this.#state = this.#code;
    this.#code(text);
  }

  #code(text) {
    if (text === "\n") {
      this.#fence.lineBreak();
      this.#newLine();
    } else {
      this.#fence.text(text);
    }
  }

  // Tables

  /** A line that may be the header of a table is held until the next one says so. */
  #tableHeader(character) {
    const { header, rest } = this.#table;
    const reading = this.#table.take(character);
    if (reading === HeaderReading.TABLE) this.#openTable(header);
    else if (reading === HeaderReading.TEXT) this.#notTable(header, rest, character);
  }

  #openTable(header) {
    this.#blocks.openTable(this.#kept);
    this.#startRow("thead", "th");
    this.#row.feed(header.slice(1));
    this.#tableRow("\n");
  }

  #notTable(header, rest, character) {
    this.#paragraph(header, this.#table.hasEnded ? "\n" : "");
    for (const held of rest + character) this.#state(held);
  }

  #startRow(part, cell) {
    this.#blocks.openRows(part);
    this.#row = new TableRow(this.#view, this.#blocks.inline, cell);
    this.#state = this.#tableRow;
  }

  #tableRow(character) {
    if (character !== "\n") {
      this.#row.feed(character);
      return;
    }
    this.#row.end();
    this.#newLine();
  }
}
