import { CloseCode } from "../connection/backoff.js";

/** @import { Clock } from "./clock.js" */

const PATIENCE = 1_500;
const OFFLINE = "You are offline. What you ask is sent as soon as you are back.";

/** Says that the connection is lost, once that lasts, and what else concerns the whole page. */
export class Banner {
  /** @type {HTMLElement} */ #element;
  /** @type {Clock} */ #clock;
  /** @type {() => boolean} */ #isOnline;
  #cancelTimer = () => {};
  #isLasting = false;

  /** @param {{element: HTMLElement, clock: Clock, isOnline?: () => boolean}} parts */
  constructor({ element, clock, isOnline = () => navigator.onLine }) {
    this.#element = element;
    this.#clock = clock;
    this.#isOnline = isOnline;
  }

  /** @param {number} code why the connection was closed @param {string} [reason] what the server said about it */
  lost(code, reason = "") {
    if (this.#isLasting) return;
    this.#cancelTimer();
    if (reason) this.#show(reason);
    else this.#cancelTimer = this.#clock.after(PATIENCE, () => this.#show(this.#explain(code)));
  }

  /** Nothing has been heard for a while, and the connection is about to be made anew. */
  silent() {
    if (!this.#isLasting) this.#show(this.#isOnline() ? "The site does not answer. Checking…" : OFFLINE);
  }

  /** The connection is back. */
  found() {
    if (this.#isLasting) return;
    this.#cancelTimer();
    this.#element.hidden = true;
    this.#element.textContent = "";
  }

  /**
   * Says something that stays.
   * @param {string} text
   */
  tell(text) {
    this.#cancelTimer();
    this.#isLasting = true;
    this.#show(text);
  }

  /** @param {number} code @returns {string} */
  #explain(code) {
    if (!this.#isOnline()) return OFFLINE;
    if (code === CloseCode.RESTART) return "The site is restarting. Reconnecting…";
    return "Connection lost. Reconnecting…";
  }

  /** @param {string} text */
  #show(text) {
    this.#element.textContent = text;
    this.#element.hidden = false;
  }
}
