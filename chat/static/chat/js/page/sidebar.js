/**
 * @import { Fragments } from "../connection/fragments.js"
 * @import { Clock } from "./clock.js"
 * @import { Place } from "./place.js"
 */

const PAUSE = 300;
const NAMING = 4_000;

/** The list of conversations. */
export class Sidebar {
  /** @type {HTMLElement} */ #element;
  /** @type {Fragments} */ #fragments;
  /** @type {Clock} */ #clock;
  /** @type {Place} */ #place;
  #isPlanned = false;

  /** @param {{element: HTMLElement, fragments: Fragments, clock: Clock, place: Place}} parts */
  constructor({ element, fragments, clock, place }) {
    this.#element = element;
    this.#fragments = fragments;
    this.#clock = clock;
    this.#place = place;
  }

  /** Fetch the list again after a pause, once for all calls during that pause. */
  refresh() {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#clock.after(PAUSE, () => this.#fetch());
  }

  /** Fetch the list now, and once more when the model may have named a conversation that was just begun. */
  expectTitle() {
    this.refresh();
    this.#clock.after(NAMING, () => this.refresh());
  }

  async #fetch() {
    this.#isPlanned = false;
    const current = this.#place.conversation ? `?conversation=${this.#place.conversation}` : "";
    const { fragment } = await this.#fragments.get(`${this.#element.dataset.href}${current}`);
    const list = fragment?.querySelector("ul");
    if (list) this.#show(list);
  }

  /**
   * Replace the list, but keep the focus and the scroll position.
   * @param {HTMLElement} list
   */
  #show(list) {
    const focused = this.#focusedAddress();
    const top = this.#element.scrollTop;
    this.#element.querySelector("ul")?.replaceWith(list);
    this.#element.scrollTop = top;
    const links = [...list.querySelectorAll("a")];
    if (focused) links.find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
    this.#place.entitle(list.querySelector("[aria-current] bdi")?.textContent);
  }

  /** @returns {string | null} */
  #focusedAddress() {
    const focused = document.activeElement;
    return this.#element.contains(focused) ? (focused?.getAttribute("href") ?? null) : null;
  }
}
