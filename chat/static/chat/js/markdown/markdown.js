import { Blocks } from "./blocks.js";
import { direct, hasRightToLeft } from "./direction.js";
import { Kind } from "./leaf.js";
import { Pieces } from "./pieces.js";

/**
 * @import { MarkdownView } from "./markdown_view.js"
 * @import { Child, Node } from "./node.js"
 */

const LONG = 200;
const READ_AGAIN = 2_000;
const GROWTH = 1.25;
/** @type {ReadonlySet<string>} */
const GROWING = new Set([Kind.PARAGRAPH, Kind.HEADING, Kind.FENCE, Kind.INDENTED]);

/**
 * Parses Markdown as it arrives and shows it in a view.
 *
 * What is complete is read once. The last line and the end of the last block are read again with each piece, because
 * what they are depends on what follows. Of a line of more than 200 characters only what is new is read until it ends,
 * and a row of a table of more than 2,000 whenever it has grown by a quarter.
 */
export class Markdown {
  /** @type {MarkdownView} */ #view;
  #blocks = new Blocks();
  #pieces = new Pieces();
  #last = "";
  #isFirst = true;
  #read = 0;
  #complete = 0;
  #hasRightToLeft = false;
  /** @type {() => void} */ #restore = () => {};
  /** @type {[Node, number][]} */ #settled = [];

  /** @param {MarkdownView} view */
  constructor(view) {
    this.#view = view;
  }

  /**
   * Show the next part of the text.
   * @param {string} piece may end anywhere, even inside a character
   */
  write(piece) {
    const text = this.#pieces.join(piece);
    this.#hasRightToLeft ||= hasRightToLeft(text);
    if (text === "" || this.#growsLongLine(text)) return;
    this.#restore();
    this.#readLines(text);
    this.#snapshot();
    this.#blocks.readHalf(this.#last, this.#isFirst);
    this.#blocks.show();
    this.#show();
  }

  /** Complete the text. */
  end() {
    this.#finish();
    this.#blocks.read(this.#last);
    this.#blocks.end(false);
    this.#showComplete();
  }

  /** End a text that breaks off: what is open is completed, what has only begun, such as half a marker, is dropped. */
  breakOff() {
    this.#finish();
    this.#blocks.readHalf(this.#last, this.#isFirst);
    this.#blocks.end(true);
    this.#showComplete();
  }

  /**
   * Add to a long last line without reading it again.
   * @param {string} text
   * @returns {boolean} false if it is not long, has ended, or has grown so much that it must be read again
   */
  #growsLongLine(text) {
    if (this.#read <= LONG || text.includes("\n")) return false;
    const leaf = this.#blocks.leaf;
    const isGrowing = leaf !== null && GROWING.has(leaf.kind);
    const mustRead = this.#read <= READ_AGAIN || this.#last.length + text.length >= this.#read * GROWTH;
    if (mustRead && !isGrowing) return false;
    this.#last += text;
    if (!isGrowing) return true;
    leaf.grow(text);
    leaf.show(true);
    this.#show();
    for (const [node, stable] of leaf.settled()) node.stable = Math.max(0, stable);
    return true;
  }

  /** @param {string} text */
  #readLines(text) {
    const lines = (this.#last + text).split("\n");
    this.#last = lines.pop() ?? "";
    this.#read = this.#last.length;
    for (const line of lines) this.#blocks.read(line);
    this.#isFirst &&= lines.length === 0;
  }

  #snapshot() {
    this.#settle();
    this.#settled = this.#blocks.settled();
    this.#restore = this.#blocks.snapshot();
  }

  /** Let the blocks be shown once more that have become complete: only now their directions are known. */
  #settle() {
    const { root, isComplete } = this.#blocks;
    const complete = root.children.length - (isComplete ? 0 : 1);
    for (const block of root.children.slice(this.#complete, complete)) unsettle(block);
    this.#complete = Math.max(0, complete);
  }

  #show() {
    if (this.#hasRightToLeft) direct(this.#blocks.root);
    this.#view.show(this.#blocks.root);
    for (const [node, stable] of this.#settled) node.stable = Math.max(0, stable);
  }

  #showComplete() {
    this.#settled = [];
    this.#settle();
    this.#show();
  }

  #finish() {
    this.#restore();
    this.#restore = () => {};
    this.#last += this.#pieces.rest();
  }
}

/** @param {Child} block */
function unsettle(block) {
  if (typeof block === "string") return;
  block.unsettle(0);
  for (const child of block.children) unsettle(child);
}
