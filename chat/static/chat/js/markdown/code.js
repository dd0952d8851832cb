import { trimmedEnd, trimmedStart } from "./blanks.js";
import { Kind } from "./leaf.js";
import { TAB } from "./line.js";
import { pieceEnd } from "./sizes.js";

/**
 * @import { Leaf } from "./leaf.js"
 * @import { Line } from "./line.js"
 * @import { Node } from "./node.js"
 */

/** Code between fences, or indented. */
export class Code {
  kind;
  node;
  /** The opening fence. */
  mark = "";
  /** The columns in front of the fence, which are removed from each line. */
  indent = 0;
  isClosed = false;

  #code;
  #hasLines = false;
  #end = "";
  #settled = 0;
  /** The line breaks behind the last line that is not blank, of code without fences. */
  #breaks = "";

  /** @param {typeof Kind.FENCE | typeof Kind.INDENTED} kind @param {Node} node */
  constructor(kind, node) {
    this.kind = kind;
    this.node = node;
    this.#code = node.open("code");
  }

  /** @param {string} line */
  add(line) {
    const isBlank = this.kind === Kind.INDENTED && trimmedEnd(line) === "";
    if (isBlank) {
      this.#breaks += `\n${line}`;
      return;
    }
    this.#end += `${this.#breaks}${this.#hasLines ? "\n" : ""}${line}`;
    this.#breaks = "";
    this.#hasLines = true;
  }

  /** Add a line after a fence, which may be the fence that closes. @param {Line} line */
  addFenced(line) {
    const content = trimmedEnd(line.content);
    const isFence = line.indent < TAB && content.length >= this.mark.length && isRunOf(content, this.mark[0]);
    if (isFence) this.isClosed = true;
    else this.add(line.without(this.indent));
  }

  /** @param {string} last @returns {boolean} whether a last line is the beginning of the fence that closes */
  isHalfFence(last) {
    const bare = trimmedStart(trimmedEnd(last, " \t>"), " \t>");
    return bare.length < this.mark.length && isRunOf(bare, this.mark[0]);
  }

  /** @param {string} text */
  grow(text) {
    this.#end += text;
  }

  /** @returns {() => void} */
  snapshot() {
    this.#settle();
    const [hasLines, end, settled, breaks, isClosed] = [
      this.#hasLines, this.#end, this.#settled, this.#breaks, this.isClosed,
    ];
    return () => {
      [this.#hasLines, this.#end, this.#settled, this.#breaks, this.isClosed] = [
        hasLines, end, settled, breaks, isClosed,
      ];
      this.#code.unsettle(settled);
    };
  }

  /** @returns {[Node, number][]} */
  settled() {
    return [[this.#code, this.#settled]];
  }

  show() {
    this.#settle();
    this.#code.children.length = this.#settled;
    const rest = this.isClosed && this.#hasLines ? `${this.#end}\n` : this.#end;
    if (rest !== "") this.#code.children.push(rest);
  }

  finish() {
    this.show();
  }

  #settle() {
    this.#code.children.length = this.#settled;
    let at = 0;
    for (let end = pieceEnd(this.#end, at); end > 0; end = pieceEnd(this.#end, at)) {
      this.#code.children.push(this.#end.slice(at, end));
      at = end;
    }
    this.#end = this.#end.slice(at);
    this.#settled = this.#code.children.length;
  }
}

/**
 * Return whether a block is code after a fence that is not closed.
 * @param {Leaf | null} leaf
 * @returns {leaf is Code}
 */
export function isOpenFence(leaf) {
  return leaf instanceof Code && leaf.kind === Kind.FENCE && !leaf.isClosed;
}

/** @param {string} text @param {string} character @returns {boolean} */
function isRunOf(text, character) {
  return text !== "" && trimmedStart(text, character) === "";
}
