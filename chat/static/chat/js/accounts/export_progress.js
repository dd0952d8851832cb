/**
 * @import { Fragments } from "../connection/fragments.js"
 * @import { Clock } from "../page/clock.js"
 */

import { find } from "../page/elements.js";

const INTERVAL = 1_000;

/** Shows how far an export is, until it has ended. */
export class ExportProgress {
  /** @type {HTMLElement} */ #element;
  /** @type {Fragments} */ #fragments;
  /** @type {Clock} */ #clock;

  /** @param {{element: HTMLElement, fragments: Fragments, clock: Clock}} parts */
  constructor({ element, fragments, clock }) {
    this.#element = element;
    this.#fragments = fragments;
    this.#clock = clock;
  }

  start() {
    if (find(this.#element, "export-running", HTMLElement)) this.#clock.after(INTERVAL, () => this.#refresh());
  }

  async #refresh() {
    const { fragment } = await this.#fragments.get(this.#element.dataset.href ?? "");
    if (fragment) this.#show(fragment);
    this.start();
  }

  /** Keep the bar while it moves: a new one would be announced each second. @param {DocumentFragment} fragment */
  #show(fragment) {
    const [old, next] = [this.#element.querySelector("progress"), fragment.querySelector("progress")];
    if (old && next) {
      old.value = next.value;
      const [label, text] = [this.#element.querySelector("label"), fragment.querySelector("label")];
      if (label && text) label.textContent = text.textContent;
    } else this.#element.replaceChildren(fragment);
  }
}
