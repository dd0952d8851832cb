import { FileLost } from "./hasher.js";
import { Refusal, WrongFile } from "./refusal.js";

/**
 * @import { Retries, Waiting } from "./retries.js"
 * @import { Routes } from "./routes.js"
 * @typedef {{uuid: string, received: number, piece: number}} Begin where the site expects the next piece, and its size
 * @typedef {Waiting & {onProgress: (sent: number) => void}} Options ``onProgress`` gets the bytes of the file that the
 *   site has, or that are on their way
 */

/** Sends a file in pieces. What the site has of it counts, not what was sent: so it goes on where it was broken off. */
export class Transfer {
  /** @type {Routes} */ #routes;
  /** @type {Retries} */ #retries;

  /** @param {{routes: Routes, retries: Retries}} parts */
  constructor({ routes, retries }) {
    this.#routes = routes;
    this.#retries = retries;
  }

  /**
   * @param {Blob} file
   * @param {Begin} begin
   * @param {Options} options
   * @throws {Refusal}
   * @throws {FileLost}
   * @throws {DOMException} if it was cancelled
   */
  async send(file, { uuid, received, piece }, options) {
    let at = received;
    options.onProgress(at);
    while (at < file.size) {
      const { status, body, error } = await this.#retries.run(() => this.#put(file, uuid, at, piece, options), options);
      if (!body) throw new Refusal({ status, error });
      if (body.error) throw new WrongFile(body.error);
      const before = at;
      at = body.received;
      options.onProgress(at);
      if (body.state !== "open") return;
      if (at === before) throw new Refusal({ status, error });
    }
  }

  /** @param {Blob} file @param {string} uuid @param {number} at @param {number} size @param {Options} options */
  async #put(file, uuid, at, size, { onProgress, signal }) {
    const piece = file.slice(at, at + size);
    const onPart = (/** @type {number} */ sent) => onProgress(at + Math.min(sent, piece.size));
    const reply = await this.#routes.put(uuid, at, piece, { onProgress: onPart, signal });
    if (reply.status === 0 && !signal.aborted) await assertReadable(piece);
    return reply;
  }
}

/** Tell a file that has changed from a network that is away: a request fails in the same way. @param {Blob} piece */
async function assertReadable(piece) {
  try {
    await piece.slice(0, 1).arrayBuffer();
  } catch {
    throw new FileLost();
  }
}
