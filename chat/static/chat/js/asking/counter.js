/** @import { Clock } from "../page/clock.js" */

const NEAR = 0.9;
const PAUSE = 400;
const PAIR = /[\ud800-\udbff][\udc00-\udfff]/g; // two units of a string are one character

/** Counts the characters of a question near its limit. It waits for a pause, because screen readers read it out. */
export class Counter {
  /** @type {HTMLElement} */ #element;
  /** @type {number} */ #limit;
  /** @type {Clock} */ #clock;
  #cancelTimer = () => {};

  /** @param {{element: HTMLElement, limit: number, clock: Clock}} parts ``element`` is a polite live region */
  constructor({ element, limit, clock }) {
    this.#element = element;
    this.#limit = limit;
    this.#clock = clock;
  }

  /** @param {string} text */
  show(text) {
    this.#cancelTimer();
    const length = lengthOf(text);
    if (length < this.#limit * NEAR) this.#write("", false);
    else this.#cancelTimer = this.#clock.after(PAUSE, () => this.#count(length));
  }

  /**
   * Return why a text is too long; empty if it is not.
   * @param {string} text
   * @returns {string}
   */
  refusal(text) {
    const length = lengthOf(text);
    if (length <= this.#limit) return "";
    return `The question is too long: ${shown(length)} characters, at most ${shown(this.#limit)}.`;
  }

  /** @param {number} length */
  #count(length) {
    const excess = length - this.#limit;
    const note = excess > 0 ? `: ${shown(excess)} too many` : "";
    this.#write(`${shown(length)} of ${shown(this.#limit)} characters${note}`, excess > 0);
  }

  /** @param {string} text @param {boolean} isOver */
  #write(text, isOver) {
    if (this.#element.textContent !== text) this.#element.textContent = text;
    this.#element.toggleAttribute("data-over", isOver);
  }
}

/**
 * Return the characters of a text as the server counts them: whole ones, without the space around.
 * @param {string} text
 * @returns {number}
 */
function lengthOf(text) {
  const visible = text.trim();
  return visible.length - (visible.match(PAIR)?.length ?? 0);
}

/** @param {number} number @returns {string} */
function shown(number) {
  return number.toLocaleString("en");
}
