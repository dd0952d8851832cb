/** Lets a few tasks run at once; the others wait for their turn. */
export class Lanes {
  /** @type {(() => void)[]} */ #waiting = [];
  #free;

  /** @param {number} count */
  constructor(count) {
    this.#free = count;
  }

  /**
   * Run a task when there is a free lane, and return what it returns.
   * @template T
   * @param {() => Promise<T>} task
   * @param {AbortSignal} signal ends the wait; the task itself looks at it, too
   * @returns {Promise<T>}
   */
  async run(task, signal) {
    await this.#take(signal);
    try {
      return await task();
    } finally {
      this.#leave();
    }
  }

  /** @param {AbortSignal} signal @returns {Promise<void>} */
  #take(signal) {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      signal.addEventListener("abort", () => {
        if (!this.#waiting.includes(resolve)) return;
        this.#waiting = this.#waiting.filter((each) => each !== resolve);
        reject(signal.reason);
      });
    });
  }

  #leave() {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
