/** @import { Clock } from "./clock.js" */

const PAUSE = 100;

/** Announces to screen readers when an answer begins and ends, but not its text. */
export class Announcer {
  /** @type {HTMLElement} */ #element;
  /** @type {Clock} */ #clock;

  /** @param {{element: HTMLElement, clock: Clock}} parts ``element`` is a polite live region */
  constructor({ element, clock }) {
    this.#element = element;
    this.#clock = clock;
  }

  /**
   * Announce a text, even if it is the same as the last one.
   * @param {string} text
   */
  say(text) {
    this.#element.textContent = "";
    this.#clock.after(PAUSE, () => {
      this.#element.textContent = text;
    });
  }
}
