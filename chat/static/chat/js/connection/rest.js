/**
 * @import { Clock } from "../page/clock.js"
 * @import { Connection } from "./connection.js"
 */

const LOOK = 30_000;
const HIDDEN_FOR = 5 * 60_000;

/** Closes the connection of a tab that nobody looks at and that waits for nothing, until it is shown again. */
export class Rest {
  /** @type {Connection} */ #connection;
  /** @type {Clock} */ #clock;
  /** @type {() => boolean} */ #isWaiting;
  /** @type {Document} */ #document;
  /** @type {number | null} the time of day: the other clock may stop while a tab is hidden */ #hiddenSince = null;

  /**
   * @param {{connection: Connection, clock: Clock, isWaiting: () => boolean, document: Document}} parts ``isWaiting``
   *   returns whether an answer is running, or a question on its way
   */
  constructor({ connection, clock, isWaiting, document }) {
    this.#connection = connection;
    this.#clock = clock;
    this.#isWaiting = isWaiting;
    this.#document = document;
  }

  start() {
    this.#document.addEventListener("visibilitychange", () => this.#changed());
    this.#clock.every(LOOK, () => this.#look());
    this.#changed();
  }

  #changed() {
    if (this.#document.hidden) {
      this.#hiddenSince ??= this.#clock.timeOfDay();
    } else {
      this.#hiddenSince = null;
      this.#connection.resume();
    }
  }

  #look() {
    if (this.#hiddenSince === null || this.#clock.timeOfDay() - this.#hiddenSince < HIDDEN_FOR) return;
    if (!this.#isWaiting()) this.#connection.rest();
  }
}
