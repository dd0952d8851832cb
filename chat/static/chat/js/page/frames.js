/** @import { Clock } from "./clock.js" */

const HIDDEN_DELAY = 250;

/**
 * Does work once per frame of the screen, however often it is asked for; by a timer where no frames are drawn, as in a
 * page in the background.
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

  /** @param {() => void} work the same function is called once */
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
 * One part that fails leaves the others alone.
 * @param {() => void} work
 */
function attempt(work) {
  try {
    work();
  } catch (error) {
    console.error(error);
  }
}
