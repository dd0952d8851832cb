/** What a line that begins with ``|`` can be. */
export const HeaderReading = Object.freeze({ UNKNOWN: "unknown", TABLE: "table", TEXT: "text" });

/**
 * @typedef {(typeof HeaderReading)[keyof typeof HeaderReading]} HeaderReading
 * @typedef {(character: string) => HeaderReading} Part
 */

const LONGEST = 2_000;

/** Parses a line that may be the header of a table, and the delimiter row below it. */
export class TableHeader {
  /** The first line. */
  header = "|";
  /** Whether the first line has ended. */
  hasEnded = false;
  /** The characters of the second line read so far. */
  rest = "";

  /** @type {Part} */ #part = this.#header;

  /**
   * Read one more character.
   * @param {string} character
   * @returns {HeaderReading} UNKNOWN if the character was added to ``header`` or ``rest``
   */
  take(character) {
    return this.#part(character);
  }

  /** @type {Part} */
  #header(character) {
    if (character === "\n") this.#end();
    else if (this.header.length > LONGEST) return HeaderReading.TEXT;
    else this.header += character;
    return HeaderReading.UNKNOWN;
  }

  #end() {
    this.hasEnded = true;
    this.#part = this.#delimiters;
  }

  /** @type {Part} */
  #delimiters(character) {
    if (character === "\n") return this.#isTable() ? HeaderReading.TABLE : HeaderReading.TEXT;
    if (!/[|:\- \t]/u.test(character) || this.rest.length > LONGEST) return HeaderReading.TEXT;
    this.rest += character;
    return HeaderReading.UNKNOWN;
  }

  /**
   * Return whether the second line is like ``|---|:-:|``, with as many cells as the header.
   * @returns {boolean}
   */
  #isTable() {
    const cells = cellsOf(this.rest);
    return cells.every((cell) => /^\s*:?-+:?\s*$/u.test(cell)) && cells.length === cellsOf(this.header).length;
  }
}

/** @param {string} line @returns {string[]} */
function cellsOf(line) {
  return line.trim().replace(/^\||(?<!\\)\|$/gu, "").split(/(?<!\\)\|/u);
}
