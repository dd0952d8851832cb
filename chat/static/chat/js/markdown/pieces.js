const INVISIBLE = /[\u{E0000}-\u{E007F}]/gu;
const HALF_CHARACTER = /[\uD800-\uDBFF]$/;

/** Joins characters and line breaks that were split between two pieces of a text. */
export class Pieces {
  #half = "";
  #afterReturn = false;

  /**
   * Return the whole characters so far, with "\n" for every line break, without invisible tag characters or U+0000.
   * @param {string} piece the next part of the text, which may end anywhere
   * @returns {string}
   */
  join(piece) {
    let text = this.#half + piece;
    this.#half = HALF_CHARACTER.test(text) ? text.slice(-1) : "";
    if (this.#half !== "") text = text.slice(0, -1);
    text = text.replace(INVISIBLE, "");
    const begins = this.#afterReturn && text.startsWith("\n") ? 1 : 0;
    if (text !== "") this.#afterReturn = text.endsWith("\r");
    return text.slice(begins).replace(/\r\n?/gu, "\n").replaceAll("\0", "\ufffd");
  }

  /** Return the half character that is left at the end of the text, if any. */
  rest() {
    const half = this.#half;
    this.#half = "";
    return half;
  }
}
