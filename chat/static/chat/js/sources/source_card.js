import { closest } from "../page/elements.js";
import { MARKER, copyOf, sourceOf } from "./source.js";

/** @import { Clock } from "../page/clock.js" */

const SHOW_DELAY = 150;
const HIDE_DELAY = 250;
const GAP = 8;
const ID = "source-card";

/**
 * Shows the source of the marker that is pointed at or has the focus. It stays while the pointer is on it, and Escape
 * closes it.
 */
export class SourceCard {
  /** @type {HTMLElement} */ #list;
  /** @type {Clock} */ #clock;
  /** @type {() => boolean} */ #isQuiet;
  /** @type {HTMLElement} */ #card;
  /** @type {HTMLElement | null} */ #marker = null;
  #cancelTimer = () => {};

  /**
   * @param {{list: HTMLElement, clock: Clock, isQuiet: () => boolean}} parts ``isQuiet`` tells whether a focus shows
   *   nothing, as that of a reader who has just read the source
   */
  constructor({ list, clock, isQuiet }) {
    this.#list = list;
    this.#clock = clock;
    this.#isQuiet = isQuiet;
    this.#card = document.createElement("div");
    this.#card.id = ID;
    this.#card.className = "source-card";
    this.#card.setAttribute("role", "tooltip");
    this.#card.popover = "manual";
  }

  start() {
    document.body.append(this.#card);
    this.#list.addEventListener("pointerover", (event) => this.#pointed(event));
    this.#list.addEventListener("pointerout", () => this.#hideSoon());
    this.#card.addEventListener("pointerenter", () => this.#cancelTimer());
    this.#card.addEventListener("pointerleave", () => this.#hideSoon());
    this.#list.addEventListener("focusin", (event) => this.#focused(event));
    this.#list.addEventListener("focusout", () => this.#hideSoon());
    this.#list.addEventListener("click", () => this.#hide());
    document.addEventListener("scroll", (event) => this.#scrolled(event), { capture: true, passive: true });
    document.addEventListener("keydown", (event) => this.#pressed(event), { capture: true });
  }

  /** @param {PointerEvent} event */
  #pointed(event) {
    const marker = closest(event, MARKER);
    if (marker === null || event.pointerType === "touch") return;
    this.#cancelTimer();
    if (marker !== this.#marker) this.#cancelTimer = this.#clock.after(SHOW_DELAY, () => this.#show(marker));
  }

  /** @param {FocusEvent} event */
  #focused(event) {
    const marker = closest(event, MARKER);
    if (marker?.matches(":focus-visible") && !this.#isQuiet()) this.#show(marker);
  }

  /** Close the card, but nothing else: Escape also stops an answer. @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key !== "Escape" || this.#marker === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.#hide();
  }

  /** Follow the marker. @param {Event} event */
  #scrolled({ target }) {
    if (this.#marker === null || !(target instanceof Node) || this.#card.contains(target)) return;
    const place = this.#marker.getBoundingClientRect();
    if (place.bottom < 0 || place.top > innerHeight) this.#hide();
    else this.#place(place);
  }

  #hideSoon() {
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(HIDE_DELAY, () => this.#hide());
  }

  #hide() {
    this.#cancelTimer();
    this.#marker?.removeAttribute("aria-describedby");
    this.#marker = null;
    if (this.#card.matches(":popover-open")) this.#card.hidePopover();
  }

  /** @param {HTMLElement} marker */
  #show(marker) {
    const source = sourceOf(marker);
    if (source === null || !marker.isConnected) return;
    this.#hide();
    this.#marker = marker;
    this.#card.replaceChildren(copyOf(source));
    this.#card.showPopover();
    marker.setAttribute("aria-describedby", ID);
    this.#place(marker.getBoundingClientRect());
  }

  /** Place the card above the marker, or below it where there is more room. @param {DOMRect} marker */
  #place(marker) {
    const { offsetWidth, offsetHeight, style } = this.#card;
    const left = Math.min(marker.left + marker.width / 2 - offsetWidth / 2, innerWidth - offsetWidth - GAP);
    const above = marker.top - offsetHeight - GAP;
    style.left = `${Math.max(GAP, left)}px`;
    style.top = `${above >= GAP ? above : Math.min(marker.bottom + GAP, innerHeight - offsetHeight - GAP)}px`;
  }
}
