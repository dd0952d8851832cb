const INVISIBLE = /[\u{E0000}-\u{E007F}]/gu;
const HALF_CHARACTER = /[\uD800-\uDBFF]$/;

/** Puts together what was torn apart when a text was cut into pieces. */
export class Pieces {
  #half = "";
  #afterReturn = false;

  /**
   * Whole characters, with "\n" for every line break, without the characters that nobody sees.
   * @param {string} piece the next part of the text, cut anywhere
   * @returns {string}
   */
  join(piece) {
    let text = this.#half + piece;
    this.#half = HALF_CHARACTER.test(text) ? text.slice(-1) : "";
    if (this.#half !== "") text = text.slice(0, -1);
    text = text.replace(INVISIBLE, "");
    const begins = this.#afterReturn && text.startsWith("\n") ? 1 : 0;
    if (text !== "") this.#afterReturn = text.endsWith("\r");
    return text.slice(begins).replace(/\r\n?/gu, "\n");
  }

  /** Half a character that nothing came after. */
  rest() {
    const half = this.#half;
    this.#half = "";
    return half;
  }
}
