/** What to do with a stretch of text. */
export const Offer = Object.freeze({ APPLY: "apply", SKIP: "skip", GAP: "gap" });

/** @typedef {(typeof Offer)[keyof typeof Offer]} Offer */

/** How far a turn's text was read: a place in its log. */
export class Cursor {
  /** @type {number} */ #seq;

  /** @param {number} seq */
  constructor(seq) {
    this.#seq = seq;
  }

  get seq() {
    return this.#seq;
  }

  /**
   * Moves on if the chunks ``after + 1 .. seq`` are what comes next. What was read before is skipped; anything else,
   * text that begins in the middle of what was read included, is a gap, and the log has to be read again from here.
   * @param {{after: number, seq: number}} stretch
   * @returns {Offer}
   */
  offer({ after, seq }) {
    if (seq <= this.#seq) return Offer.SKIP;
    if (after !== this.#seq) return Offer.GAP;
    this.#seq = seq;
    return Offer.APPLY;
  }
}
