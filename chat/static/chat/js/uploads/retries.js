import { reconnectDelay } from "../connection/backoff.js";

/**
 * @import { Clock } from "../page/clock.js"
 * @typedef {{signal: AbortSignal, onWait: (waitsFor: string | null) => void}} Waiting ``onWait`` hears what is waited
 *   for: what the site has said, or nothing of a network that is away; null when the wait is over
 */

const PATIENCE = 8;

/** Sends a request again until the site answers, however long the network is away. */
export class Retries {
  /** @type {Clock} */ #clock;
  /** @type {EventTarget} */ #network;
  /** @type {() => number} */ #random;

  /** @param {{clock: Clock, network: EventTarget, random?: () => number}} parts ``network`` tells when it is back */
  constructor({ clock, network, random = Math.random }) {
    this.#clock = clock;
    this.#network = network;
    this.#random = random;
  }

  /**
   * Return the answer of the site. A site that fails itself is asked a few times.
   * @template {{status: number, error: string}} T
   * @param {() => Promise<T>} request
   * @param {Waiting} options
   * @returns {Promise<T>}
   * @throws {DOMException} if it was cancelled
   */
  async run(request, { signal, onWait }) {
    for (let attempt = 0, failures = 0; ; attempt += 1) {
      const reply = await request();
      signal.throwIfAborted();
      if (reply.status >= 500) failures += 1;
      if (!mayPass(reply.status) || failures > PATIENCE) {
        onWait(null);
        return reply;
      }
      onWait(reply.error);
      await this.#pause(attempt, signal);
    }
  }

  /** Wait a while, or until the network is back. @param {number} attempt @param {AbortSignal} signal */
  #pause(attempt, signal) {
    const ends = new AbortController();
    return new Promise((resolve, reject) => {
      const delay = reconnectDelay({ code: 0, attempt, random: this.#random });
      const cancel = this.#clock.after(delay, () => resolve(undefined));
      ends.signal.addEventListener("abort", cancel);
      this.#network.addEventListener("online", () => resolve(undefined), { signal: ends.signal });
      signal.addEventListener("abort", () => reject(signal.reason), { signal: ends.signal });
    }).finally(() => ends.abort());
  }
}

/** @param {number} status @returns {boolean} whether the same request may succeed later */
function mayPass(status) {
  return status === 0 || status === 429 || [500, 502, 503, 504].includes(status);
}
