/** The blocks that the first characters of a line can begin. */
export const Begins = Object.freeze({
  UNKNOWN: "unknown",
  TEXT: "text",
  HEADING: "heading",
  RULE: "rule",
  ITEM: "item",
  FENCE: "fence",
});

/**
 * @typedef {(typeof Begins)[keyof typeof Begins]} Begins
 * @typedef {(character: string) => Begins} Part
 */

const DIGIT = /[0-9]/u;
const BLANK = /[ \t\n]/u;
const LONGEST_NUMBER = 9;

/** Reads the first characters of a line, one at a time, until they determine the block that begins. */
export class LineMarker {
  /** The characters read so far, without the deciding one. */
  held;
  /** The number of characters of ``held`` that are the mark itself. */
  length = 1;

  /** @type {string} */ #first;
  /** @type {Part} */ #part;

  /**
   * Return whether a line that begins with this character may be more than text.
   * @param {string} character
   * @returns {boolean}
   */
  static mayBegin(character) {
    return /[0-9#\-+*_`~]/u.test(character);
  }

  /** @param {string} character the first one of the line */
  constructor(character) {
    this.held = character;
    this.#first = character; // reading a character of a growing string costs its length
    if (DIGIT.test(character)) this.#part = this.#number;
    else if (character === "#") this.#part = this.#heading;
    else if (character === "`" || character === "~") this.#part = this.#fence;
    else this.#part = this.#run;
  }

  /** The bullet, or the character after the number; items with different marks belong to different lists. */
  get mark() {
    return this.held.slice(-1);
  }

  /** The number of the item; null for a bullet. */
  get start() {
    return DIGIT.test(this.held) ? parseInt(this.held, 10) : null;
  }

  /**
   * Read one more character.
   * @param {string} character
   * @returns {Begins} UNKNOWN if the character was added to ``held``
   */
  take(character) {
    const begins = this.#part(character);
    if (begins === Begins.UNKNOWN) this.held += character;
    return begins;
  }

  /** @type {Part} */
  #heading(character) {
    if (BLANK.test(character)) return Begins.HEADING;
    return this.#goOnIf(character === "#" && this.length < 6);
  }

  /**
   * Read a run of one mark: a bullet, a rule, or text.
   * @type {Part}
   */
  #run(character) {
    const isRule = this.length >= 3 && this.#first !== "+";
    if (isRule && character === "\n") return Begins.RULE;
    if (isRule && character === " ") return this.#then(this.#ruleEnd);
    if (this.length === 1 && this.#first !== "_" && BLANK.test(character)) return Begins.ITEM;
    return this.#goOnIf(character === this.#first);
  }

  /** @type {Part} */
  #ruleEnd(character) {
    if (character === "\n") return Begins.RULE;
    return character === " " ? Begins.UNKNOWN : Begins.TEXT;
  }

  /** @type {Part} */
  #number(character) {
    if (character === "." || character === ")") return this.#then(this.#numberEnd);
    return this.#goOnIf(DIGIT.test(character) && this.length < LONGEST_NUMBER);
  }

  /** @type {Part} */
  #numberEnd(character) {
    return BLANK.test(character) ? Begins.ITEM : Begins.TEXT;
  }

  /** @type {Part} */
  #fence(character) {
    if (character === this.#first) return this.#goOnIf(true);
    if (this.length < 3) return Begins.TEXT;
    this.#part = this.#fenceInfo;
    return this.#fenceInfo(character);
  }

  /**
   * Read the name of a language after the fence. With a backtick in it, the line was not a fence.
   * @type {Part}
   */
  #fenceInfo(character) {
    if (character === "\n") return Begins.FENCE;
    return character === "`" && this.#first === "`" ? Begins.TEXT : Begins.UNKNOWN;
  }

  /** @param {boolean} isMark @returns {Begins} */
  #goOnIf(isMark) {
    this.length += isMark ? 1 : 0;
    return isMark ? Begins.UNKNOWN : Begins.TEXT;
  }

  /** @param {Part} part @returns {Begins} */
  #then(part) {
    this.#part = part;
    return Begins.UNKNOWN;
  }
}
