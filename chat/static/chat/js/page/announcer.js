const PAUSE = 100;

/** Tells people who listen to the page what happens: when an answer begins and ends, never each word of it. */
export class Announcer {
  #element;
  #clock;

  /** @param {{element: HTMLElement, clock: object}} parts ``element`` is a polite live region */
  constructor({ element, clock }) {
    this.#element = element;
    this.#clock = clock;
  }

  /** Says it, also if the same was said just before. */
  say(text) {
    this.#element.textContent = "";
    this.#clock.after(PAUSE, () => {
      this.#element.textContent = text;
    });
  }
}
