/**
 * @import { Clock } from "../page/clock.js"
 * @import { Command } from "./wire.js"
 */

const INTERVAL = 1000;
const BYTES = 16 * 1024;

/** Acknowledges the text of each turn: every second or 16 KiB, not for every frame. */
export class Acks {
  /** @type {Clock} */ #clock;
  /** @type {(command: Command) => void} */ #send;
  /** @type {Map<string, number>} the last seq of each turn */ #read = new Map();
  #bytes = 0;
  #sentAt = -Infinity;
  /** @type {(() => void) | null} */ #cancelTimer = null;

  /** @param {{clock: Clock, send: (command: Command) => void}} parts */
  constructor({ clock, send }) {
    this.#clock = clock;
    this.#send = send;
  }

  /** @param {string} turn @param {number} seq of the last chunk @param {number} bytes the size of the text */
  note(turn, seq, bytes) {
    this.#read.set(turn, Math.max(seq, this.#read.get(turn) ?? 0));
    this.#bytes += bytes;
    const wait = this.#sentAt + INTERVAL - this.#clock.now();
    if (wait <= 0 || this.#bytes >= BYTES) this.flush();
    else this.#cancelTimer ??= this.#clock.after(wait, () => this.flush());
  }

  /** Send all acknowledgements now. */
  flush() {
    const read = [...this.#read];
    this.forget();
    if (read.length > 0) this.#sentAt = this.#clock.now();
    for (const [turn, seq] of read) this.#send({ type: "ack", turn, seq });
  }

  /** Drop what was not sent: acknowledgements count for one connection only. */
  forget() {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#read.clear();
    this.#bytes = 0;
  }
}
