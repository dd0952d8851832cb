import { Blocks, Leaf } from "./blocks.js";
import { Fence } from "./fence.js";
import { Begins, LineMarker } from "./line_marker.js";
import { LinePrefix, TAB } from "./line_prefix.js";
import { Pieces } from "./pieces.js";
import { HeaderReading, TableHeader } from "./table_header.js";
import { TableRow } from "./table_row.js";

/**
 * @import { MarkdownView } from "./markdown_view.js"
 * @typedef {(text: string) => void} State reads one character; a state for text may read the rest of a line at once
 */

const DEEPEST = 12;

/**
 * Parses Markdown as it arrives and shows it in a view: the part of CommonMark that answers use, and tables.
 *
 * The result depends on the text alone, not on how it was split into pieces, and a piece costs its own length however
 * long the text before it is. The beginning of a line is held until it determines the block that begins.
 */
export class Markdown {
  /** @type {MarkdownView} */ #view;
  /** @type {Blocks} */ #blocks;
  /** @type {LinePrefix} */ #line;
  /** @type {State} */ #state = this.#lineStart;
  #pieces = new Pieces();
  /** @type {Fence | null} parses the last code block */ #fence = null;

  /** @param {MarkdownView} view */
  constructor(view) {
    this.#view = view;
    this.#blocks = new Blocks(view);
    this.#line = new LinePrefix(this.#blocks);
  }

  /**
   * Show the next part of the text.
   * @param {string} piece may end anywhere, even inside a character
   */
  write(piece) {
    const text = this.#pieces.join(piece);
    for (let at = 0; at < text.length; ) at = this.#step(text, at);
    this.#view.flush();
  }

  /** Complete the text. */
  end() {
    const rest = this.#pieces.rest();
    if (rest !== "") this.#step(rest, 0);
    this.#state("\n");
    this.#state("\n"); // a possible table header waits for a second line
    this.#blocks.closeLeaf();
    this.#blocks.closeTo(0);
    this.#view.flush();
  }

  /**
   * End a text that breaks off: what is open stays as it is shown, and what is held, such as half a marker, is dropped.
   * ``half_open.py`` does the same on the server.
   */
  breakOff() {
    this.#blocks.inline.breakOff();
    this.#view.flush();
  }

  /**
   * Read one character, or the rest of a line of text at once.
   * @param {string} text
   * @param {number} at
   * @returns {number} the position after it
   */
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
    this.#line.reset();
    this.#state = this.#lineStart;
  }

  /** @param {string} character */
  #lineStart(character) {
    if (character === "\n") this.#blankLine();
    else if (character === " " || character === "\t") this.#line.indentBy(character);
    else if (this.#line.enters(character)) this.#state = this.#lineStart;
    else this.#lineContent(character);
  }

  #blankLine() {
    const kept = this.#blocks.quoteFrom(this.#line.kept);
    if (this.#blocks.leaf !== Leaf.CODE || kept < this.#blocks.depth) this.#blocks.closeLeaf();
    else this.#fence?.lineBreak();
    this.#blocks.closeTo(kept);
    this.#newLine();
  }

  /**
   * Read the first character after the markers of the containers.
   * @param {string} character
   */
  #lineContent(character) {
    const leaf = this.#line.kept === this.#blocks.depth ? this.#blocks.leaf : null;
    if (leaf === Leaf.CODE) this.#codeLine(character);
    else if (leaf === Leaf.TABLE && character === "|") this.#startRow("tbody", "td");
    else if (this.#line.indent >= TAB) this.#paragraph("", character);
    else this.#blockStart(character);
  }

  /** @param {string} character */
  #blockStart(character) {
    if (character === ">" && this.#blocks.depth < DEEPEST) {
      this.#blocks.openQuote(this.#line.kept);
      this.#line.enterQuote();
      this.#state = this.#lineStart;
    } else if (character === "|") {
      const table = new TableHeader();
      this.#state = (next) => this.#tableHeader(table, next);
    } else if (LineMarker.mayBegin(character)) {
      const marker = new LineMarker(character);
      this.#state = (next) => this.#mark(marker, next);
    } else {
      this.#paragraph("", character);
    }
  }

  /** @param {LineMarker} marker @param {string} character */
  #mark(marker, character) {
    switch (marker.take(character)) {
      case Begins.UNKNOWN: break;
      case Begins.HEADING:
        this.#blocks.openHeading(this.#line.kept, marker.length);
        this.#goOn(character);
        break;
      case Begins.RULE: this.#addRule(); break;
      case Begins.ITEM: this.#item(marker, character); break;
      case Begins.FENCE: this.#openFence(marker); break;
      default: this.#paragraph(marker.held, character);
    }
  }

  #addRule() {
    this.#blocks.addRule(this.#line.kept);
    this.#newLine();
  }

  /** @param {LineMarker} marker */
  #openFence({ held, length }) {
    this.#blocks.openCode(this.#line.kept);
    this.#fence = new Fence(this.#view, held.slice(0, length), this.#line.indent);
    this.#newLine();
  }

  /**
   * Open an item, unless the line continues a paragraph: an item without text, or with another number than 1, does not
   * interrupt one.
   * @param {LineMarker} marker
   * @param {string} character
   */
  #item(marker, character) {
    const interrupts = this.#blocks.leaf === Leaf.PARAGRAPH && this.#line.kept === this.#blocks.depth;
    const isText = interrupts && (character === "\n" || (marker.start ?? 1) !== 1);
    if (isText || this.#blocks.depth >= DEEPEST) this.#paragraph(marker.held, character);
    else this.#openItem(marker, character);
  }

  /** @param {LineMarker} marker @param {string} character */
  #openItem({ mark, start, held }, character) {
    this.#blocks.openItem(this.#line.kept, { mark, start, width: this.#line.indent + held.length + 1 });
    this.#line.enterItem();
    this.#state = this.#itemPadding;
    this.#itemPadding(character);
  }

  /**
   * Count the spaces after a marker: they determine the indentation of the item's content.
   * @param {string} character
   */
  #itemPadding(character) {
    if (character === " " || character === "\t") return this.#line.indentBy(character);
    if (character === "\n") return this.#newLine();
    const isText = this.#line.indent <= TAB;
    if (isText) this.#blocks.widen(this.#line.indent - 1);
    this.#line.indent = isText ? 0 : this.#line.indent - 1;
    return this.#lineStart(character);
  }

  // Text

  /**
   * Continue the open paragraph with this line, or begin one.
   * @param {string} held
   * @param {string} character
   */
  #paragraph(held, character) {
    if (this.#blocks.leaf === Leaf.PARAGRAPH) this.#blocks.inline.lineBreak();
    else this.#blocks.openParagraph(this.#line.kept);
    this.#blocks.inline.feed(held);
    this.#goOn(character);
  }

  /** @param {string} character */
  #goOn(character) {
    this.#state = this.#text;
    this.#text(character);
  }

  /** @param {string} text */
  #text(text) {
    if (text !== "\n") {
      this.#blocks.inline.feed(text);
      return;
    }
    if (this.#blocks.leaf === Leaf.HEADING) this.#blocks.closeLeaf();
    this.#newLine();
  }

  // Code

  /** @param {string} character */
  #codeLine(character) {
    this.#fence?.startLine(this.#line.indent);
    this.#state = this.#code;
    this.#code(character);
  }

  /** @param {string} text */
  #code(text) {
    if (text !== "\n") {
      this.#fence?.text(text);
      return;
    }
    if (this.#fence?.endLine()) this.#blocks.closeLeaf();
    this.#newLine();
  }

  // Tables

  /**
   * Hold a line that may be the header of a table until the next line decides.
   * @param {TableHeader} table
   * @param {string} character
   */
  #tableHeader(table, character) {
    const { header, rest } = table;
    const reading = table.take(character);
    if (reading === HeaderReading.TABLE) this.#openTable(header);
    else if (reading === HeaderReading.TEXT) this.#notTable(table, rest + character);
  }

  /** @param {string} header */
  #openTable(header) {
    this.#blocks.openTable(this.#line.kept);
    const row = this.#startRow("thead", "th");
    row.feed(header.slice(1));
    this.#tableRow(row, "\n");
  }

  /** @param {TableHeader} table @param {string} rest */
  #notTable({ header, hasEnded }, rest) {
    this.#paragraph(header, hasEnded ? "\n" : "");
    for (const held of rest) this.#state(held);
  }

  /** @param {"thead" | "tbody"} part @param {"th" | "td"} cell @returns {TableRow} */
  #startRow(part, cell) {
    this.#blocks.openRows(part);
    const row = new TableRow(this.#view, this.#blocks.inline, cell);
    this.#state = (text) => this.#tableRow(row, text);
    return row;
  }

  /** @param {TableRow} row @param {string} text */
  #tableRow(row, text) {
    if (text !== "\n") {
      row.feed(text);
      return;
    }
    row.end();
    this.#newLine();
  }
}
