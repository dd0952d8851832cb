import { CloseCode } from "../connection/backoff.js";

/** @import { Clock } from "./clock.js" */

const PATIENCE = 1_500;
const BLOCKED =
  "Live connections are blocked here. Your questions are sent all the same; answers appear every few seconds.";
const OFFLINE = "You are offline. Your questions will be sent when you are back online.";

/** Shows problems of the whole page, such as a connection that has been lost for a while. */
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

  /**
   * Report a lost connection, after a delay unless the server has given a reason.
   * @param {number} code the close code
   * @param {string} reason that the server has given
   */
  lost(code, reason = "") {
    if (this.#isLasting) return;
    this.#cancelTimer();
    if (reason) this.#show(reason);
    else this.#cancelTimer = this.#clock.after(PATIENCE, () => this.#show(this.#explain(code)));
  }

  /** Report that the server has not answered for a while, before the page reconnects. */
  silent() {
    if (!this.#isLasting) this.#show(this.#isOnline() ? "The site is not responding. Checking…" : OFFLINE);
  }

  /** Report that no WebSocket gets through, though the site answers. */
  blocked() {
    if (this.#isLasting) return;
    this.#cancelTimer();
    this.#show(BLOCKED);
  }

  /** Hide the banner: the connection works. */
  found() {
    if (this.#isLasting) return;
    this.#cancelTimer();
    this.#element.hidden = true;
    this.#element.textContent = "";
  }

  /**
   * Show a message that stays, whatever happens to the connection.
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
