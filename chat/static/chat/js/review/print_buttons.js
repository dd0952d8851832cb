/** The button of the print view. Without JavaScript it stays hidden, and the browser prints the view as it does any. */
export class PrintButtons {
  /** @type {Window} */ #window;

  /** @param {Window} window */
  constructor(window) {
    this.#window = window;
  }

  start() {
    for (const button of this.#window.document.querySelectorAll("[data-print]")) {
      button.addEventListener("click", () => this.#window.print());
      button.removeAttribute("hidden");
    }
  }
}
