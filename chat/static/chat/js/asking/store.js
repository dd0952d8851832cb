/**
 * @import { Draft } from "./drafts.js"
 * @import { Entry } from "./outbox.js"
 * @import { Reading } from "../page/reading_place.js"
 * @import { Kept } from "../recordings/kept_place.js"
 *
 * @typedef {{outbox: Entry[], speed: number} & Record<`draft:${string}`, Draft> & Record<`reading:${string}`, Reading>
 *   & Record<`segment:${string}`, Kept>} Stored the type of each value by its name
 */

const PREFIX = "chatsite:";

/**
 * Stores values of one user for this browser tab, or for the browser, as JSON. They survive a reload, even if the user
 * has to sign in again, and are deleted for the next user. Without storage they last as long as the page.
 */
export class Store {
  /** @type {Storage | null} */ #storage;
  /** @type {string} */ #prefix;
  /** @type {Map<string, string>} */ #kept = new Map();

  /** @param {Storage | null} storage @param {string} user the signed-in user's id */
  constructor(storage, user) {
    this.#storage = storage;
    this.#prefix = `${PREFIX}${user}:`;
    this.#forgetOthers();
  }

  /**
   * Return the value under a name; null if there is none.
   * @template {keyof Stored} Name
   * @param {Name} name
   * @returns {Stored[Name] | null}
   */
  get(name) {
    const text = this.#read(this.#prefix + name);
    try {
      return text === null ? null : JSON.parse(text);
    } catch {
      return null;
    }
  }

  /**
   * @template {keyof Stored} Name
   * @param {Name} name
   * @param {Stored[Name]} value
   */
  set(name, value) {
    this.#kept.set(this.#prefix + name, JSON.stringify(value));
    this.#try((storage) => storage.setItem(this.#prefix + name, JSON.stringify(value)));
  }

  /** @param {keyof Stored} name */
  delete(name) {
    this.#kept.delete(this.#prefix + name);
    this.#try((storage) => storage.removeItem(this.#prefix + name));
  }

  /** Delete everything: the user signs out. */
  clear() {
    this.#kept.clear();
    this.#deleteWhere((key) => key.startsWith(PREFIX));
  }

  #forgetOthers() {
    this.#deleteWhere((key) => key.startsWith(PREFIX) && !key.startsWith(this.#prefix));
  }

  /** @param {string} key @returns {string | null} */
  #read(key) {
    return this.#kept.get(key) ?? this.#try((storage) => storage.getItem(key)) ?? null;
  }

  /** @param {(key: string) => boolean} matches */
  #deleteWhere(matches) {
    this.#try((storage) => {
      const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
      for (const key of keys.filter(matches)) storage.removeItem(key);
    });
  }

  /**
   * Use the storage, and ignore its errors: it may be full or denied.
   * @template T
   * @param {(storage: Storage) => T} action
   * @returns {T | null}
   */
  #try(action) {
    try {
      return this.#storage === null ? null : action(this.#storage);
    } catch {
      return null;
    }
  }
}
