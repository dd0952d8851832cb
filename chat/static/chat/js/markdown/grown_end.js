import { trimmedEnd } from "./blanks.js";
import { readInline } from "./inline.js";
import { sized } from "./sizes.js";

/** @import { Child, Node } from "./node.js" */

const SHARE = 10;

/** The end of a paragraph in which something has been open for long: read again when it has grown by a tenth. */
export class GrownEnd {
  #read = "";
  /** @type {Child[]} */ #children = [];
  /** @type {Child[]} what the text after the read part is added to */ #innermost = [];
  #length = 0;

  /**
   * Return what the end shows: what was not read yet as text, in the innermost element that is open.
   * @param {string} end
   * @returns {Child[]}
   */
  children(end) {
    const isRead = end.startsWith(this.#read) && end.length < this.#read.length * (1 + 1 / SHARE);
    if (!isRead) this.#readAll(end);
    this.#innermost.length = this.#length;
    const rest = end.slice(trimmedEnd(this.#read, " \n").length);
    if (isRead && rest !== "") this.#innermost.push(rest);
    return this.#children;
  }

  /** @param {string} end */
  #readAll(end) {
    const { children, innermost } = readInline(end, true, true);
    this.#read = end;
    this.#children = sized(children);
    this.#innermost = innermost?.children ?? this.#children;
    this.#length = this.#innermost.length;
  }
}
