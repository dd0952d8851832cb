import { addressed, bareAt, coded, entityAt, pointedAt, withoutLinks } from "./atoms.js";
import { trimmed, trimmedEnd } from "./blanks.js";
import { Closings, isFormula } from "./closings.js";
import { nested } from "./emphasis.js";
import { Reading, destination, safe } from "./links.js";
import { Node, joined, textOf } from "./node.js";
import { Run, characterAt, characterBefore } from "./runs.js";

/**
 * @import { Atom } from "./atoms.js"
 * @import { Item } from "./emphasis.js"
 * @import { Child } from "./node.js"
 * @typedef {{mark: string, at: number, place: number, isActive: boolean, isDropped: boolean}} Bracket
 *   what may begin the text of a link or an image: ``at`` in the text, at a ``place`` of the items
 * @typedef {{children: Child[], open: number, innermost: Node | null}} Read
 *   ``open``: where something begins that may go on after the end; ``innermost``: the element that is open there
 */

const SPECIAL = /[\\`*_~[\]$\n]|!(?=\[)|<(?=[A-Za-z0-9.%+-])|&(?=[#A-Za-z])|https?:\/\//gu;
const MARKER = /\[([1-9][0-9]{0,2})\]/uy;
const BREAK = /<br[ \t]*\/?>[ \t]*\n?/iuy;
const HALF_BREAK = /<br?[ \t]*\/?$/iuy;
const HALF_MARKER = /!?\[[0-9]{0,3}$/uy;
const TICKS = /`+/gu;
const PUNCTUATION = /^[!-/:-@[-`{-~]$/u;
const LETTER_OR_DIGIT = /^[A-Za-z0-9]$/u;
const LINK_TEXT_LIMIT = 200;
const DEEPEST = 8;

/**
 * Return the elements and texts of a block. ``markup/inline.py`` does the same for the final answer.
 * @param {string} text
 * @param {boolean} [isHalf] whether the text goes on, or has broken off: what is open at its end is completed, and what
 *   has only begun, such as half a marker, is dropped
 * @param {boolean} [isGrowing] whether it goes on: then ``[text]`` at its end may become a link
 * @returns {Read}
 */
export function readInline(text, isHalf = false, isGrowing = false) {
  SPECIAL.lastIndex = 0;
  if (!SPECIAL.test(text)) {
    return { children: text === "" ? [] : [text], open: text.length, innermost: null };
  }
  return new Scan(text, isHalf, isGrowing).read();
}

/** A scan of the text of a block, from its beginning to its end. */
class Scan {
  #text;
  #isHalf;
  #isGrowing;
  /** @type {Item[]} */ #items = [];
  /** @type {Bracket[]} */ #brackets = [];
  #closings;
  #open;
  /** @type {Node | null} */ #openCode = null;

  /** @param {string} text @param {boolean} isHalf @param {boolean} isGrowing */
  constructor(text, isHalf, isGrowing) {
    this.#text = text;
    this.#isHalf = isHalf;
    this.#isGrowing = isGrowing;
    this.#closings = new Closings(text);
    this.#open = text.length;
  }

  /** @returns {Read} */
  read() {
    let at = 0;
    for (;;) {
      SPECIAL.lastIndex = at;
      const special = SPECIAL.exec(this.#text);
      if (special === null) break;
      this.#add(this.#text.slice(at, special.index));
      at = this.#special(special[0][0], special.index);
    }
    this.#add(this.#text.slice(at));
    if (this.#isHalf) this.#dropBracket();
    const { children, open, innermost } = nested(this.#items, this.#isHalf);
    for (const begun of [...open, ...this.#brackets]) this.#open = Math.min(this.#open, begun.at);
    return { children, open: this.#open, innermost: this.#openCode ?? innermost };
  }

  /** @param {Item} item */
  #add(item) {
    if (item !== "") this.#items.push(item);
  }

  /** @param {number} at @param {number} end @returns {number} */
  #asText(at, end) {
    this.#add(this.#text.slice(at, end));
    return end;
  }

  /** @param {number} at where something begins that may go on after the end */
  #mayGoOn(at) {
    this.#open = Math.min(this.#open, at);
  }

  /** @param {RegExp} expression a sticky one @param {number} at @returns {RegExpExecArray | null} */
  #match(expression, at) {
    expression.lastIndex = at;
    return expression.exec(this.#text);
  }

  /**
   * Read what a special character begins.
   * @param {string} special
   * @param {number} at
   * @returns {number} the place after it
   */
  #special(special, at) {
    switch (special) {
      case "\\": return this.#escape(at);
      case "`": return this.#code(at);
      case "!": return this.#openBracket(at, "![");
      case "[": return this.#bracket(at);
      case "]": return this.#closeBracket(at);
      case "<": return this.#pointed(at);
      case "&": return this.#entity(at);
      case "$": return this.#dollar(at);
      case "\n": return this.#lineBreak() ?? at + 1;
      case "h": return this.#bare(at);
      default: return this.#run(at);
    }
  }

  /** @param {number} at @returns {number} */
  #escape(at) {
    const following = this.#text[at + 1] ?? "";
    if (following === "") this.#mayGoOn(at);
    if (following === "" && this.#isHalf) return this.#text.length;
    if (following === "(" || following === "[") {
      return this.#formula(at, following === "(" ? "\\)" : "\\]") || this.#asText(at + 1, at + 2);
    }
    if (following === "\n") return at + 1;
    return PUNCTUATION.test(following) ? this.#asText(at + 1, at + 2) : this.#asText(at, at + 1);
  }

  /** @param {number} at @returns {number} */
  #code(at) {
    TICKS.lastIndex = at;
    const size = TICKS.exec(this.#text)?.[0].length ?? 1;
    const end = this.#closings.ticks(at + size, size);
    if (end >= 0) {
      this.#add(coded(this.#text.slice(at + size, end)));
      return end + size;
    }
    this.#mayGoOn(at);
    if (!this.#isHalf) return this.#asText(at, at + size);
    const code = trimmedEnd(this.#text.slice(at + size), "` \n");
    this.#openCode = code === "" ? null : coded(code);
    this.#add(this.#openCode ?? "");
    return this.#text.length;
  }

  /** @param {number} at @returns {number} */
  #run(at) {
    const mark = this.#text[at];
    let end = at + 1;
    while (this.#text[end] === mark) end += 1;
    this.#add(new Run(mark, end - at, characterBefore(this.#text, at), characterAt(this.#text, end), at));
    return end;
  }

  /** @param {number} at @returns {number} */
  #bracket(at) {
    const marker = this.#match(MARKER, at);
    if (marker === null) return this.#openBracket(at, "[");
    this.#deactivate();
    this.#add(new Node("sup", [marker[1]], { class: "marker" }));
    return at + marker[0].length;
  }

  /** @param {number} at @param {"[" | "!["} mark @returns {number} */
  #openBracket(at, mark) {
    if (this.#match(HALF_MARKER, at)) {
      this.#mayGoOn(at);
      if (this.#isHalf) return this.#text.length;
    }
    const bracket = { mark, at, place: this.#items.length, isActive: true, isDropped: false };
    if (this.#brackets.length >= DEEPEST) this.#brackets.shift();
    this.#brackets.push(bracket);
    this.#add(bracket);
    return at + mark.length;
  }

  /** @param {number} at @returns {number} */
  #closeBracket(at) {
    const bracket = this.#brackets.pop();
    if (bracket?.isActive && this.#text[at + 1] === "(") {
      const found = destination(this.#text, at + 1);
      const href = safe(found.address);
      if (found.reading === Reading.DONE && href !== null) {
        this.#link(bracket, href);
        return found.end;
      }
      if (found.reading === Reading.MORE) this.#mayGoOn(bracket.at);
      if (found.reading === Reading.MORE && this.#isHalf) {
        bracket.isDropped = true;
        return this.#text.length;
      }
    }
    if (bracket?.isActive && at + 1 === this.#text.length) {
      this.#mayGoOn(bracket.at);
      bracket.isDropped = this.#isGrowing;
      if (this.#isGrowing) return this.#text.length;
    }
    return this.#asText(at, at + 1);
  }

  /** @param {Bracket} bracket @param {string} href */
  #link({ mark, place }, href) {
    const { children } = nested(this.#items.slice(place + 1));
    this.#items.length = place;
    if (mark === "![") {
      this.#add(trimmed(`${textOf(children)} (${href})`));
      return;
    }
    this.#deactivate();
    this.#add(addressed(joined(withoutLinks(children)), href));
  }

  /** Take from the open brackets what a link must not contain: another one. */
  #deactivate() {
    for (const bracket of this.#brackets) bracket.isActive &&= bracket.mark === "![";
  }

  /** Drop the last open bracket: the text of a link whose address has not come yet. */
  #dropBracket() {
    const bracket = this.#brackets.at(-1);
    if (bracket && this.#text.length - bracket.at - bracket.mark.length <= LINK_TEXT_LIMIT) bracket.isDropped = true;
  }

  /** @param {number} at @returns {number} */
  #pointed(at) {
    const lineBreak = this.#match(BREAK, at);
    if (lineBreak) {
      this.#lineBreak();
      return at + lineBreak[0].length;
    }
    if (this.#match(HALF_BREAK, at)) {
      this.#mayGoOn(at);
      if (this.#isHalf) return this.#text.length;
    }
    return this.#atom(pointedAt(this.#text, at)) || this.#asText(at, at + 1);
  }

  /** @param {number} at @returns {number} */
  #entity(at) {
    return this.#atom(entityAt(this.#text, at)) || this.#asText(at, at + 1);
  }

  /** @param {Atom | null} atom @returns {number} */
  #atom(atom) {
    if (atom === null) return 0;
    this.#add(atom.child);
    return atom.end;
  }

  /** @param {number} at @returns {number} */
  #dollar(at) {
    if (this.#text[at + 1] === "$") return this.#formula(at, "$$") || this.#asText(at, at + 2);
    const end = this.#closings.find("$", at + 1);
    if (end < 0) this.#mayGoOn(at);
    const content = this.#text.slice(at + 1, Math.max(at + 1, end));
    return isFormula(content, this.#text[end + 1] ?? "") ? this.#lines(at, end + 1) : this.#asText(at, at + 1);
  }

  /** Add a formula as it is. @param {number} at @param {string} closing @returns {number} 0 if it does not end */
  #formula(at, closing) {
    const end = this.#closings.find(closing, at + 2);
    if (end < 0) this.#mayGoOn(at);
    if (end < 0 && !this.#isHalf) return 0;
    return this.#lines(at, end >= 0 ? end + 2 : this.#text.length);
  }

  /** @param {number} at @param {number} end @returns {number} */
  #lines(at, end) {
    const [first, ...others] = this.#text.slice(at, end).split("\n");
    this.#add(first);
    for (const line of others) {
      this.#lineBreak();
      this.#add(line);
    }
    return end;
  }

  #lineBreak() {
    this.#add(new Node("br"));
    this.#add("\n");
  }

  /** @param {number} at @returns {number} */
  #bare(at) {
    if (LETTER_OR_DIGIT.test(characterBefore(this.#text, at))) return this.#asText(at, at + 4);
    return this.#atom(bareAt(this.#text, at));
  }
}
