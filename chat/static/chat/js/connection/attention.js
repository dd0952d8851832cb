/** Notices that the reader or the network is back, which is when a page must not be out of date. */
export class Attention {
  /** @type {() => void} */ #onReturn;

  /** @param {() => void} onReturn */
  constructor(onReturn) {
    this.#onReturn = onReturn;
  }

  /** @param {Window} window */
  start(window) {
    for (const name of ["online", "offline", "focus"]) window.addEventListener(name, () => this.#onReturn());
    window.document.addEventListener("visibilitychange", () => {
      if (!window.document.hidden) this.#onReturn();
    });
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) this.#onReturn();
    });
  }
}
