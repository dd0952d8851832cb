const WINDOW = 10_000;
const LEAST = 1_000;

/** @import { Clock } from "../page/clock.js" */

/** The speed of what is sent, over the last seconds: it follows the network, and does not jump with each report. */
export class Pace {
  /** @type {Clock} */ #clock;
  /** @type {{at: number, total: number}[]} */ #samples = [];
  #total = 0;

  /** @param {Clock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /** @param {number} bytes that have been sent since the last call */
  add(bytes) {
    const at = this.#clock.now();
    if (this.#samples.length === 0) this.#samples.push({ at, total: this.#total });
    this.#total += bytes;
    this.#samples.push({ at, total: this.#total });
    while (this.#samples.length > 2 && this.#samples[1].at <= at - WINDOW) this.#samples.shift();
  }

  /** Begin again, as after a pause. */
  forget() {
    this.#samples = [];
  }

  /** @returns {number | null} bytes a second; null until it is known */
  get speed() {
    const [first] = this.#samples;
    if (!first) return null;
    const elapsed = this.#clock.now() - first.at;
    return elapsed < LEAST ? null : ((this.#total - first.total) / elapsed) * 1_000;
  }
}
