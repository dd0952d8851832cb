/** @import { Clock } from "./clock.js" */

const HIDDEN_DELAY = 250;

/**
 * Runs work once per animation frame, however often it is requested. A timer replaces the frame where none is drawn, as
 * on a page in the background.
 */
export class Frames {
  /** @type {Clock} */ #clock;
  /** @type {(action: () => void) => void} */ #requestFrame;
  /** @type {Set<() => void>} */ #waiting = new Set();
  #cancelTimer = () => {};

  /** @param {{clock: Clock, requestFrame?: (action: () => void) => void}} parts */
  constructor({ clock, requestFrame = (action) => requestAnimationFrame(action) }) {
    this.#clock = clock;
    this.#requestFrame = requestFrame;
  }

  /** @param {() => void} work runs once, even if it is requested several times before the frame */
  request(work) {
    const isPlanned = this.#waiting.size > 0;
    this.#waiting.add(work);
    if (isPlanned) return;
    this.#requestFrame(() => this.#run());
    this.#cancelTimer = this.#clock.after(HIDDEN_DELAY, () => this.#run());
  }

  #run() {
    this.#cancelTimer();
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const work of waiting) attempt(work);
  }
}

/**
 * Run one piece of work, and log its error so that the others still run.
 * @param {() => void} work
 */
function attempt(work) {
  try {
    work();
  } catch (error) {
    console.error(error);
  }
}
