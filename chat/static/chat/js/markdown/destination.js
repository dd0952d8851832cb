/** The part of ``[text](…)`` in parentheses. */

export const Reading = Object.freeze({ MORE: "more", DONE: "done", BAD: "bad" });

/**
 * @typedef {(typeof Reading)[keyof typeof Reading]} Reading
 * @typedef {(character: string) => Reading} Part
 */

const LONGEST = 2_000;
const ESCAPABLE = /[!-/:-@[-`{-~]/u;
/** @type {Readonly<Record<string, string>>} */
const CLOSING = Object.freeze({ '"': '"', "'": "'", "(": ")" });

/** Parses the address and title of a link, one character at a time. */
export class Destination {
  /** The characters read so far. */
  source = "";
  /** The address, without its escapes. */
  address = "";

  /** @type {Part} */ #part = this.#lead;
  #depth = 0;
  #escaped = false;
  #titleEnd = "";

  /**
   * Read one more character.
   * @param {string} character
   * @returns {Reading} DONE for the closing parenthesis; a BAD character is not added to ``source``
   */
  take(character) {
    const reading = this.source.length < LONGEST ? this.#part(character) : Reading.BAD;
    if (reading === Reading.MORE) this.source += character;
    return reading;
  }

  /** @type {Part} */
  #lead(character) {
    if (character === " ") return Reading.MORE;
    if (character === "<") return this.#goOn(this.#pointed);
    this.#part = this.#plain;
    return this.#plain(character);
  }

  /** @type {Part} */
  #pointed(character) {
    if (character === "" || character === "\n" || (character === "<" && !this.#escaped)) return Reading.BAD;
    if (character === ">" && !this.#escaped) return this.#goOn(this.#gap);
    return this.#addressed(character);
  }

  /** @type {Part} */
  #plain(character) {
    if (!this.#escaped) {
      if (character === ")" && this.#depth === 0) return Reading.DONE;
      if (character === " ") return this.#depth === 0 ? this.#goOn(this.#gap) : Reading.BAD;
      this.#depth += character === "(" ? 1 : character === ")" ? -1 : 0;
    }
    return character <= " " ? Reading.BAD : this.#addressed(character);
  }

  /** @type {Part} */
  #addressed(character) {
    if (this.#escaped && !ESCAPABLE.test(character)) this.address += "\\";
    this.#escaped = !this.#escaped && character === "\\";
    if (!this.#escaped) this.address += character;
    return Reading.MORE;
  }

  /** @type {Part} */
  #gap(character) {
    if (character === " ") return Reading.MORE;
    if (character === ")") return Reading.DONE;
    this.#titleEnd = CLOSING[character] ?? "";
    return this.#titleEnd ? this.#goOn(this.#title) : Reading.BAD;
  }

  /** @type {Part} */
  #title(character) {
    if (character === "" || character === "\n") return Reading.BAD;
    if (character === this.#titleEnd && !this.#escaped) return this.#goOn(this.#tail);
    this.#escaped = !this.#escaped && character === "\\";
    return Reading.MORE;
  }

  /** @type {Part} */
  #tail(character) {
    if (character === " ") return Reading.MORE;
    return character === ")" ? Reading.DONE : Reading.BAD;
  }

  /** @param {Part} part @returns {Reading} */
  #goOn(part) {
    this.#part = part;
    return Reading.MORE;
  }
}
