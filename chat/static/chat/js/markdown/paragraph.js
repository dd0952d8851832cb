import { trimmedEnd } from "./blanks.js";
import { GrownEnd } from "./grown_end.js";
import { readInline } from "./inline.js";
import { Kind } from "./leaf.js";
import { joined } from "./node.js";
import { sized } from "./sizes.js";
import { LONGEST_HEAD } from "./tables.js";

/** @import { Child, Node } from "./node.js" */

const TASK = /^\[([ xX])\][ \t]+(?=[^ \t\n])/u;
const SETTLED_FROM = 300;
const OPEN_FOR = 1_000;
const GROWTH = 1.25;

/**
 * A paragraph or a heading.
 *
 * While it grows, only its end is read again: from the last place at which nothing was open. Where something stays open
 * for long, it is read again whenever it has grown by a tenth. What stays open for more than 1,000 characters is
 * shown as text. All of it is read once more when it is complete. So each character is read a bounded number of times.
 */
export class Paragraph {
  kind;
  node;
  /** What closes the formula that the last line leaves open. */
  formula = "";

  /** @type {string[]} */ #lines = [];
  /** The blanks at the end of the last line, which belong to it only if it grows. */
  #blanks = "";
  /** @type {Child | undefined} the last settled child, with which the end may continue */ #seam;
  /** How long the end was when it was last searched for a place to settle, without success. */
  #searched = 0;
  #grown = new GrownEnd();
  /** What stands behind the settled children. */
  #end = "";

  /** @param {typeof Kind.PARAGRAPH | typeof Kind.HEADING} kind @param {Node} node */
  constructor(kind, node) {
    this.kind = kind;
    this.node = node;
  }

  get lastLine() {
    return this.#lines.at(-1) ?? "";
  }

  get lineBefore() {
    return this.#lines.at(-2) ?? "";
  }

  get isEmpty() {
    return this.#lines.length === 0;
  }

  /** @param {string} content */
  add(content) {
    const line = trimmedEnd(content);
    this.#blanks = content.slice(line.length);
    this.#end += this.isEmpty ? line : `\n${line}`;
    this.#lines.push(line);
    if (this.kind === Kind.PARAGRAPH) this.formula = openFormula(line, this.formula);
  }

  /** @param {string} text */
  grow(text) {
    this.#lines[this.#lines.length - 1] += this.#blanks + text;
    this.#end += this.#blanks + text;
    this.#blanks = "";
  }

  /** Take the last line away, which may be the head of a table. @returns {string} */
  takeLastLine() {
    const line = this.#lines.pop() ?? "";
    this.#end = this.#end.slice(0, Math.max(0, this.#end.length - line.length - 1));
    return line;
  }

  /** @returns {() => void} */
  snapshot() {
    const last = this.lastLine;
    this.#settle(last.includes("|") && last.length <= LONGEST_HEAD ? last.length + 1 : 0);
    const { length } = this.#lines;
    const { tag } = this.node;
    const { settled } = this.node;
    const [end, formula, searched, seam] = [this.#end, this.formula, this.#searched, this.#seam];
    return () => {
      this.#lines.length = length;
      if (length > 0) this.#lines[length - 1] = last;
      [this.#end, this.formula, this.#searched, this.#seam] = [end, formula, searched, seam];
      this.node.tag = tag;
      this.node.unsettle(settled);
    };
  }

  /** @returns {[Node, number][]} */
  settled() {
    return [[this.node, this.node.settled - 1]];
  }

  /** @param {boolean} isHalf */
  show(isHalf) {
    this.#settle(0);
    this.#replaceEnd(this.#childrenOfEnd(isHalf));
  }

  /** @param {boolean} isHalf @returns {Child[]} */
  #childrenOfEnd(isHalf) {
    if (isHalf && this.#searched > 0) return this.#grown.children(this.#withTask(this.#end));
    return readInline(this.#withTask(this.#end), isHalf, isHalf).children;
  }

  /** @param {boolean} isHalf */
  finish(isHalf) {
    [this.#end, this.#seam] = [this.#lines.join("\n"), undefined];
    this.node.unsettle(0);
    this.node.children = sized(readInline(this.#withTask(this.#end), isHalf).children);
  }

  /** Settle what has become long, but not so many characters at its end. @param {number} kept */
  #settle(kept) {
    const length = this.#end.length - kept;
    if (length <= Math.max(SETTLED_FROM, this.#searched * GROWTH)) return;
    this.#searched = length;
    const text = this.#end.slice(0, this.#end.length - kept);
    const open = readInline(text).open;
    const place = open > 0 ? blankBefore(text, open - 1) : 0;
    const read = readInline(this.#withTask(text.slice(0, place)));
    if (place > 0 && read.open >= place) this.#settleAt(place, read.children);
    else if (text.length > OPEN_FOR) this.#settleAt(text.length, readInline(this.#withTask(text)).children);
  }

  /** @param {number} place @param {Child[]} children */
  #settleAt(place, children) {
    this.#replaceEnd(children);
    this.#seam = this.node.children.at(-1);
    this.node.settled = this.node.children.length;
    this.#end = this.#end.slice(place);
    this.#searched = 0;
    this.#grown = new GrownEnd();
  }

  /** @param {Child[]} children what stands behind the settled children */
  #replaceEnd(children) {
    const all = this.node.children;
    all.length = Math.max(0, this.node.settled - 1);
    if (this.#seam !== undefined) all.push(...sized(joined([this.#seam, ...children])));
    else all.push(...sized(children));
  }

  /** @param {string} text @returns {string} the text with the box of a task, if it begins with one */
  #withTask(text) {
    if (this.node.tag !== "" || this.node.settled > 0) return text;
    return text.replace(TASK, (_box, mark) => (mark === " " ? "☐ " : "☑ "));
  }
}

/** @param {string} text @param {number} at @returns {number} the place after the last blank in front of ``at`` */
function blankBefore(text, at) {
  return Math.max(text.lastIndexOf(" ", at), text.lastIndexOf("\n", at)) + 1;
}

/** @param {string} line @param {string} open @returns {string} what closes the formula that is open after a line */
function openFormula(line, open) {
  if (open !== "") return line.includes(open) ? "" : open;
  if (line.startsWith("$$")) return line.includes("$$", 2) ? "" : "$$";
  const isOpened = line.startsWith("\\[") || line.endsWith("\\[");
  return isOpened && line.lastIndexOf("\\]") < line.lastIndexOf("\\[") ? "\\]" : "";
}
