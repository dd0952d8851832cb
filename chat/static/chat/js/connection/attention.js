/** Detects that the reader returns to the page or the network is back: the page must then catch up. */
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
