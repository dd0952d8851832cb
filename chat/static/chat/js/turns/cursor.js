/** What to do with the text of a token. */
export const Offer = Object.freeze({ APPLY: "apply", SKIP: "skip", GAP: "gap" });

/** @typedef {(typeof Offer)[keyof typeof Offer]} Offer */

/** A position in a turn's log: the last chunk that was read. */
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
   * Move on if the chunks ``after + 1 .. seq`` come next. Chunks that were read before are skipped. Anything else, also
   * text that overlaps what was read, is a gap: the caller has to follow the log again from here.
   * @param {{after: number, seq: number}} token
   * @returns {Offer}
   */
  offer({ after, seq }) {
    if (seq <= this.#seq) return Offer.SKIP;
    if (after !== this.#seq) return Offer.GAP;
    this.#seq = seq;
    return Offer.APPLY;
  }
}
