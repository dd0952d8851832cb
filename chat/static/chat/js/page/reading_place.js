import { findAll } from "./elements.js";

/**
 * @import { Store } from "../asking/store.js"
 * @import { Place } from "./place.js"
 * @import { Scroller } from "./scroller.js"
 * @typedef {{top: number, folded: string[], focused: string}} Reading the scroll position, the ids of the turns with
 *   folded sources, and the id of the source with the focus
 */

/** Where the reader is in a conversation: kept when the page is left, and restored when the reader comes back. */
export class ReadingPlace {
  /** @type {Store} */ #store;
  /** @type {Place} */ #place;
  /** @type {Scroller} */ #scroller;
  /** @type {HTMLElement} */ #list;

  /** @param {{store: Store, place: Place, scroller: Scroller, list: HTMLElement}} parts */
  constructor({ store, place, scroller, list }) {
    this.#store = store;
    this.#place = place;
    this.#scroller = scroller;
    this.#list = list;
  }

  /** @param {boolean} isReturn whether to restore the place */
  start(isReturn) {
    addEventListener("pagehide", () => this.#keep());
    if (isReturn) this.#restore();
  }

  /** @returns {`reading:${string}` | null} */
  get #name() {
    const { conversation } = this.#place;
    return conversation === null ? null : `reading:${conversation}`;
  }

  #keep() {
    if (this.#name === null) return;
    const folded = findAll(this.#list, "sources").filter((sources) => !sources.hasAttribute("open")).map(turnAround);
    const focused = document.activeElement?.closest("[data-source]")?.id ?? "";
    this.#store.set(this.#name, { top: this.#scroller.top, folded, focused });
  }

  #restore() {
    const reading = this.#name && this.#store.get(this.#name);
    if (!reading) return;
    for (const sources of findAll(this.#list, "sources")) {
      sources.toggleAttribute("open", !reading.folded.includes(turnAround(sources)));
    }
    this.#scroller.toTop(reading.top);
    const source = document.getElementById(reading.focused);
    (source?.querySelector("a") ?? source)?.focus({ preventScroll: true });
  }
}

/** @param {Element} element @returns {string} the id of its turn */
function turnAround(element) {
  return element.closest("[data-turn]")?.id ?? "";
}
