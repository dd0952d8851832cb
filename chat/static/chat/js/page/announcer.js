/** @import { Clock } from "./clock.js" */

const PAUSE = 100;

/** Tells people who listen to the page what happens: when an answer begins and ends, never each word of it. */
export class Announcer {
  /** @type {HTMLElement} */ #element;
  /** @type {Clock} */ #clock;

  /** @param {{element: HTMLElement, clock: Clock}} parts ``element`` is a polite live region */
  constructor({ element, clock }) {
    this.#element = element;
    this.#clock = clock;
  }

  /**
   * Says it, also if the same was said just before.
   * @param {string} text
   */
  say(text) {
    this.#element.textContent = "";
    this.#clock.after(PAUSE, () => {
      this.#element.textContent = text;
    });
  }
}
