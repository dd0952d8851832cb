/**
 * @typedef {FileSystemFileHandle & {queryPermission: (rights: {mode: "read"}) => Promise<PermissionState>,
 *   requestPermission: (rights: {mode: "read"}) => Promise<PermissionState>}} Handle as Chromium has it
 */

const DATABASE = "uploads";
const STORE = "files";

/**
 * Keeps, over a reload, which file an upload sends: browsers that have handles of files store them in IndexedDB. In all
 * others nothing is kept, and somebody has to choose the file again.
 */
export class KeptFiles {
  /** @type {IDBFactory | undefined} */ #factory;

  /** @param {IDBFactory | undefined} factory */
  constructor(factory) {
    this.#factory = factory;
  }

  /** @param {string} upload @param {FileSystemFileHandle} handle */
  async keep(upload, handle) {
    await this.#run("readwrite", (store) => store.put(handle, upload));
  }

  /** @param {string} upload */
  async forget(upload) {
    await this.#run("readwrite", (store) => store.delete(upload));
  }

  /**
   * Return the file of an upload; null if it was not kept, is gone, or the reader has not permitted to read it again.
   * @param {string} upload
   * @param {{mayAsk: boolean}} options ``mayAsk`` the reader, who has just pressed a button
   * @returns {Promise<File | null>}
   */
  async find(upload, { mayAsk }) {
    /** @type {Handle | undefined} */
    const handle = await this.#run("readonly", (store) => store.get(upload));
    if (!handle) return null;
    try {
      const ask = mayAsk ? handle.requestPermission : handle.queryPermission;
      const permitted = await ask.call(handle, { mode: "read" });
      return permitted === "granted" ? await handle.getFile() : null;
    } catch {
      return null;
    }
  }

  /**
   * Return what a request gives; undefined where the browser stores nothing, as in a private window.
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest<T>} request
   * @returns {Promise<T | undefined>}
   */
  async #run(mode, request) {
    try {
      const database = await this.#open();
      const result = await settled(request(database.transaction(STORE, mode).objectStore(STORE)));
      database.close();
      return result;
    } catch {
      return undefined;
    }
  }

  /** @returns {Promise<IDBDatabase>} */
  #open() {
    if (!this.#factory) throw new Error("This browser has no IndexedDB.");
    const opening = this.#factory.open(DATABASE, 1);
    opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore(STORE));
    return settled(opening);
  }
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}
