import { trimmed, trimmedEnd, trimmedStart } from "./blanks.js";

/** A line of a text, and the blocks that its beginning can begin. ``markup/line.py`` has the same. */

export const TAB = 4;
export const HEADING = /^(#{1,6})(?:[ \t]+|$)/u;
export const FENCE = /^(?:(`{3,})([^`]{0,200})|(~{3,})(.{0,200}))$/su;
export const RULE = /^([-*_])(?:[ \t]*\1){2,}[ \t]*$/u;
export const ITEM = /^([-+*•‣◦▪●○∙]|([0-9]{1,9})[.)])(?:[ \t\u00a0]|$)/u;
export const UNDERLINE = /^={3,}[ \t]*$/u;
/** A line that is text, whatever stands before it, unless it is indented. */
export const PLAIN = /^[^-+*•‣◦▪●○∙#>`~_=|:0-9\s][^|]*$/u;
/** Lines that have only begun: what they are depends on what follows. */
const HALF = [
  /^(?:[-+*•‣◦▪●○∙]|-+|=+|#{1,6}|[0-9]{1,9}[.)]?|>)[ \t]*$/u,
  /^(?::?-+:?[ \t]*)?\|[|:\- \t]*$/u,
  /^(?:`{1,2}|`{3,}[^ \t`]*|~{3,}[^ \t]*)[ \t]*$/u,
];
const LONGEST_HALF = 300;

/** What is left of a line, which begins at a column. */
export class Line {
  text;
  #column = 0;

  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }

  /** The columns in front of the content. */
  get indent() {
    let column = this.#column;
    for (const character of this.text) {
      if (character === " ") column += 1;
      else if (character === "\t") column += TAB - (column % TAB);
      else break;
    }
    return column - this.#column;
  }

  /** The line without its indentation. */
  get content() {
    return trimmedStart(this.text);
  }

  /**
   * Go on after some columns of the indentation; what is left of a tab becomes spaces.
   * @param {number} columns
   */
  indentBy(columns) {
    const end = this.#column + columns;
    let at = 0;
    let column = this.#column;
    while (column < end && (this.text[at] === " " || this.text[at] === "\t")) {
      column += this.text[at] === " " ? 1 : TAB - (column % TAB);
      at += 1;
    }
    this.text = " ".repeat(Math.max(0, column - end)) + this.text.slice(at);
    this.#column = Math.min(column, end);
  }

  /**
   * Go on after the indentation and so many characters.
   * @param {number} size
   */
  skip(size) {
    this.indentBy(this.indent);
    this.text = this.text.slice(size);
    this.#column += size;
  }

  /** Go on after the mark of a quote, and a space. */
  enterQuote() {
    this.skip(1);
    if (this.indent > 0) this.indentBy(1);
  }

  /** @param {number} columns @returns {string} the line without so many columns of its indentation */
  without(columns) {
    this.indentBy(Math.min(columns, this.indent));
    return this.text;
  }
}

/**
 * Return whether a line begins an item of a list.
 * @param {string} content
 * @returns {boolean}
 */
export function isItem(content) {
  return ITEM.test(content) && !RULE.test(content);
}

/**
 * Return whether it depends on what follows which block a line begins.
 * @param {string} line
 * @param {boolean} isFirst whether it is the first line of the text: then a number is one
 * @returns {boolean}
 */
export function hasOnlyBegun(line, isFirst) {
  if (line.length > LONGEST_HALF) return false;
  const bare = trimmedStart(line, " \t>");
  if (isFirst && /^[0-9]+$/u.test(trimmedEnd(bare, " \t>"))) return false;
  return HALF.some((half) => half.test(bare === "" ? ">" : bare));
}

/**
 * Return the text of a heading, without the marks at its end.
 * @param {string} content
 * @returns {string}
 */
export function headingText(content) {
  const text = trimmed(content);
  const bare = trimmedEnd(text, "#");
  return bare === "" || bare.endsWith(" ") || bare.endsWith("\t") ? trimmedEnd(bare) : text;
}
