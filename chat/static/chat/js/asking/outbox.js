import { wireLimits } from "./limits.js";

/**
 * @import { Ask } from "../connection/wire.js"
 * @import { ChosenLimits } from "./limits.js"
 * @import { Store } from "./store.js"
 */

const NAME = "outbox";

/**
 * Questions that the server has not accepted yet. They survive a reload, and are sent again with the same request id,
 * for which the server makes one turn however often it arrives.
 *
 * Several questions may wait for a conversation that does not exist yet. They share a ``thread``, and only the first is
 * ready to be sent.
 *
 * @typedef {{request_id: string, conversation: string | null, question: string, recordings: string[],
 *   limits?: ChosenLimits, retry_of: string | null, thread: string | null, filter_note: string,
 *   was_sent: boolean}} Entry ``limits`` is missing in one that an earlier release has stored
 */
export class Outbox {
  /** @type {Store} */ #store;
  /** @type {Entry[]} */ #entries;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    this.#entries = store.get(NAME) ?? [];
  }

  /** All entries, the oldest first. */
  get entries() {
    return [...this.#entries];
  }

  /** The entries that can be sent, the oldest first. */
  get ready() {
    const threads = new Set();
    return this.#entries.filter(({ conversation, thread }) => {
      if (conversation !== null) return true;
      const isFirst = !threads.has(thread);
      threads.add(thread);
      return isFirst;
    });
  }

  /** The thread of the newest question that waits for a new conversation; null if there is none. */
  get thread() {
    return this.#entries.findLast((entry) => entry.conversation === null)?.thread ?? null;
  }

  /** @param {string} requestId @returns {Entry | null} */
  find(requestId) {
    return this.#entries.find((entry) => entry.request_id === requestId) ?? null;
  }

  /** @param {Entry} entry */
  add(entry) {
    this.#entries.push(entry);
    this.#save();
  }

  /**
   * Note that an entry was sent: from now on the server may have it.
   * @param {string} requestId
   */
  markSent(requestId) {
    const entry = this.find(requestId);
    if (entry === null || entry.was_sent) return;
    entry.was_sent = true;
    this.#save();
  }

  /**
   * Remove an entry.
   * @param {string} requestId
   * @returns {Entry | null} the entry; null if there is none
   */
  take(requestId) {
    const entry = this.find(requestId);
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#save();
    return entry;
  }

  /**
   * Direct the entries of a thread to the conversation that now exists.
   * @param {string} thread
   * @param {string} conversation
   */
  resolve(thread, conversation) {
    for (const entry of this.#entries) if (entry.thread === thread) entry.conversation ??= conversation;
    this.#save();
  }

  #save() {
    if (this.#entries.length > 0) this.#store.set(NAME, this.#entries);
    else this.#store.delete(NAME);
  }
}

/**
 * Return the command that asks the question of an entry.
 * @param {Entry} entry
 * @returns {Ask}
 */
export function askCommand({ request_id, conversation, question, recordings, limits: chosen = {}, retry_of }) {
  const limits = wireLimits(chosen);
  /** @type {Ask} */
  const ask = { type: "ask", request_id, conversation, question, recordings };
  const command = Object.keys(limits).length === 0 ? ask : { ...ask, limits };
  return retry_of === null ? command : { ...command, retry_of };
}
