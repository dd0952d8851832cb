/**
 * @typedef {{id: number, read?: number, sha256?: string, isLost?: boolean}} Report what the worker says of a file
 * @typedef {{postMessage: (message: {id: number, file: Blob}) => void, terminate: () => void,
 *   addEventListener: (name: "message" | "error", listener: (event: {data?: Report}) => void) => void}} HashWorker
 * @typedef {{onProgress: (read: number) => void, settle: (sha256: string | null) => void,
 *   fail: (error: Error) => void}} Waiting
 */

/** A file was moved, changed or deleted after somebody chose it. */
export class FileLost extends Error {}

/** Computes digests of files in a worker. */
export class Hasher {
  /** @type {() => HashWorker} */ #makeWorker;
  /** @type {HashWorker | null} */ #worker = null;
  /** @type {Map<number, Waiting>} */ #waiting = new Map();
  #last = 0;

  /** @param {() => HashWorker} makeWorker */
  constructor(makeWorker) {
    this.#makeWorker = makeWorker;
  }

  /**
   * Return the SHA-256 of a file; null if there is no worker here, as in a browser that forbids them.
   * @param {Blob} file
   * @param {{onProgress: (read: number) => void, signal: AbortSignal}} options
   * @returns {Promise<string | null>}
   * @throws {FileLost}
   * @throws {DOMException} if it was cancelled
   */
  hash(file, { onProgress, signal }) {
    signal.throwIfAborted();
    const id = (this.#last += 1);
    const result = new Promise((resolve, reject) => {
      this.#waiting.set(id, { onProgress, settle: resolve, fail: reject });
    });
    signal.addEventListener("abort", () => this.#cancel(id, signal), { once: true });
    this.#post({ id, file });
    return result;
  }

  /** @param {{id: number, file: Blob}} message */
  #post(message) {
    try {
      this.#worker ??= this.#start();
      this.#worker.postMessage(message);
    } catch {
      this.#giveUp();
    }
  }

  /** @returns {HashWorker} */
  #start() {
    const worker = this.#makeWorker();
    worker.addEventListener("message", ({ data }) => data && this.#receive(data));
    worker.addEventListener("error", () => this.#giveUp());
    return worker;
  }

  /** @param {Report} report */
  #receive({ id, read, sha256, isLost }) {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    if (read !== undefined) return waiting.onProgress(read);
    this.#waiting.delete(id);
    if (isLost || sha256 === undefined) waiting.fail(new FileLost());
    else waiting.settle(sha256);
  }

  /**
   * Stop the worker when it has nothing else to do: it cannot be interrupted.
   * @param {number} id
   * @param {AbortSignal} signal
   */
  #cancel(id, signal) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.fail(signal.reason);
    if (waiting && this.#waiting.size === 0) this.#stop();
  }

  #giveUp() {
    for (const { settle } of this.#waiting.values()) settle(null);
    this.#waiting.clear();
    this.#stop();
  }

  #stop() {
    this.#worker?.terminate();
    this.#worker = null;
  }
}
