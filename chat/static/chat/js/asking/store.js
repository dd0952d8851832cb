/**
 * @import { Draft } from "./drafts.js"
 * @import { Entry } from "./outbox.js"
 *
 * @typedef {{outbox: Entry[]} & Record<`draft:${string}`, Draft>} Stored what is stored, by its name
 */

const PREFIX = "chatsite:";

/**
 * What this browser tab remembers, as JSON, for one user: it survives a reload and a sign-out in between, and is gone
 * for the next user. Where the browser stores nothing it lasts as long as the page.
 */
export class Store {
  /** @type {Storage | null} */ #storage;
  /** @type {string} */ #prefix;
  /** @type {Map<string, string>} */ #kept = new Map();

  /** @param {Storage | null} storage @param {string} user whoever is signed in */
  constructor(storage, user) {
    this.#storage = storage;
    this.#prefix = `${PREFIX}${user}:`;
    this.#forgetOthers();
  }

  /**
   * The value under a name; null if there is none.
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

  /** Forgets everything: the user signs out. */
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
   * Storage may be full, or refuse everything.
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
