/** What a line that begins with ``|`` turns out to be. */
export const HeaderReading = Object.freeze({ UNKNOWN: "unknown", TABLE: "table", TEXT: "text" });

/**
 * @typedef {(typeof HeaderReading)[keyof typeof HeaderReading]} HeaderReading
 * @typedef {(character: string) => HeaderReading} Part
 */

const LONGEST = 2_000;

/** Reads a line that may be the header of a table, and the one below it that says so. */
export class TableHeader {
  /** The first line. */
  header = "|";
  /** Whether the first line has ended. */
  hasEnded = false;
  /** What was read of the second. */
  rest = "";

  /** @type {Part} */ #part = this.#header;

  /**
   * @param {string} character
   * @returns {HeaderReading} it has become part of ``header`` or ``rest`` if that is UNKNOWN
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
   * Whether the second line is like ``|---|:-:|``, with a cell for each of the header's.
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
