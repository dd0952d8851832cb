import { findAll } from "../page/elements.js";
import { numberOf } from "./places.js";

/**
 * @import { Store } from "../asking/store.js"
 * @import { Pieces } from "./pieces.js"
 * @typedef {{number: number, top: number}} Kept the first segment in view, and where it was
 */

/**
 * Where the reader is in a long transcript: kept when the page is left, and restored when the reader comes back. The
 * browser alone could not, since the page opens with another part.
 */
export class KeptPlace {
  /** @type {Store} */ #store;
  /** @type {Pieces} */ #pieces;
  /** @type {HTMLElement} */ #root;

  /** @param {{store: Store, pieces: Pieces, root: HTMLElement}} parts ``store`` lasts as long as the tab */
  constructor({ store, pieces, root }) {
    this.#store = store;
    this.#pieces = pieces;
    this.#root = root;
  }

  start() {
    if (this.#isPart) history.scrollRestoration = "manual";
    addEventListener("pagehide", () => this.#keep());
  }

  /** @returns {Promise<boolean>} whether there was a place */
  async restore() {
    const place = this.#isPart ? this.#store.get(this.#name) : null;
    if (place === null) return false;
    const segment = await this.#pieces.show(place.number);
    if (segment) scrollBy({ top: segment.getBoundingClientRect().top - place.top, behavior: "instant" });
    return segment !== null;
  }

  get #isPart() {
    return this.#pieces.lacksFirst || this.#pieces.lacksLast;
  }

  /** @returns {`segment:${string}`} */
  get #name() {
    return `segment:${location.pathname}`;
  }

  #keep() {
    const segment = this.#isPart && scrollY > 0 ? firstInView(this.#root) : null;
    if (segment === null) this.#store.delete(this.#name);
    else this.#store.set(this.#name, { number: numberOf(segment), top: segment.getBoundingClientRect().top });
  }
}

/**
 * Change what is above the view without moving what is in it.
 * @param {HTMLElement} segments
 * @param {() => void} change
 */
export function keepPlace(segments, change) {
  const segment = firstInView(segments);
  const top = segment?.getBoundingClientRect().top ?? 0;
  change();
  if (segment) scrollBy({ top: segment.getBoundingClientRect().top - top, behavior: "instant" });
}

/** @param {ParentNode} segments @returns {HTMLElement | null} the first one that is in view */
function firstInView(segments) {
  return findAll(segments, "segment").find((segment) => segment.getBoundingClientRect().bottom > 0) ?? null;
}
