import { closest, findAll } from "../page/elements.js";
import { numberOf } from "./places.js";

/**
 * @import { Pieces } from "./pieces.js"
 * @import { Transcript } from "./transcript.js"
 */

const STEPS = new Map([["ArrowDown", 1], ["ArrowUp", -1], ["Home", -Infinity], ["End", Infinity]]);

/**
 * Makes the segments one stop of the Tab key. Arrows, Home and End move between them, also to those that the page does
 * not have yet, and Enter plays from there; where nothing can be played, it goes to the place. The stop is the segment that plays or was focused last.
 */
export class SegmentKeys {
  /** @type {HTMLElement} */ #root;
  /** @type {Transcript} */ #transcript;
  /** @type {Pieces} */ #pieces;
  /** @type {HTMLElement[]} */ #segments = [];
  /** @type {HTMLElement | null} */ #stop = null;

  /** @param {{root: HTMLElement, transcript: Transcript, pieces: Pieces}} parts */
  constructor({ root, transcript, pieces }) {
    this.#root = root;
    this.#transcript = transcript;
    this.#pieces = pieces;
  }

  start() {
    this.refresh();
    this.#root.addEventListener("keydown", (event) => this.#pressed(event));
    this.#root.addEventListener("focusin", (event) => this.#stopAt(closest(event, "[data-segment]")));
    this.#root.addEventListener("click", (event) => this.#stopAt(closest(event, "[data-segment]")));
    this.#transcript.onMove((segment) => this.#played(segment));
    addEventListener("hashchange", () => this.arrive());
  }

  /** Stop at the segment that the address of the page names. */
  arrive() {
    this.#stopAt(this.#linked);
  }

  /** Take over the segments of the page, which may be other ones now. */
  refresh() {
    this.#segments = findAll(this.#root, "segment");
    for (const segment of this.#segments) {
      segment.tabIndex = -1;
      for (const control of segment.querySelectorAll("a, button")) control.setAttribute("tabindex", "-1");
    }
    const [first = null] = this.#segments;
    const kept = this.#stop?.isConnected ? this.#stop : null;
    this.#stop = null;
    this.#stopAt(kept ?? this.#transcript.current ?? this.#linked ?? first);
  }

  /** @returns {HTMLElement | null} the segment that the address of the page names */
  get #linked() {
    return this.#segments.find(({ id }) => location.hash === `#${id}`) ?? null;
  }

  /** @param {HTMLElement | null} segment */
  #stopAt(segment) {
    if (segment === null || segment === this.#stop) return;
    if (this.#stop) this.#stop.tabIndex = -1;
    this.#stop = segment;
    segment.tabIndex = 0;
  }

  /** @param {HTMLElement | null} segment */
  #played(segment) {
    if (!this.#segments.some((one) => one.contains(document.activeElement))) this.#stopAt(segment);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const segment = closest(event, "[data-segment]");
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
    const step = STEPS.get(event.key);
    const isEnter = event.key === "Enter" && event.target === segment; // a link or button in it has an Enter of its own
    if (segment === null || !isPlain || (step === undefined && !isEnter)) return;
    event.preventDefault();
    if (step === undefined) open(segment);
    else this.#move(segment, step);
  }

  /** @param {HTMLElement} segment @param {number} step beyond the ends it leads to the first or the last one */
  #move(segment, step) {
    const index = this.#segments.indexOf(segment) + step;
    const isMissing = index < 0 ? this.#pieces.lacksFirst : index >= this.#segments.length && this.#pieces.lacksLast;
    if (isMissing) this.#fetch(segment, Math.max(1, Math.min(numberOf(segment) + step, this.#pieces.total)));
    else this.#segments[Math.max(0, Math.min(index, this.#segments.length - 1))]?.focus();
  }

  /** @param {HTMLElement} segment that has the focus @param {number} number */
  async #fetch(segment, number) {
    const fetched = await this.#pieces.show(number);
    const { activeElement } = document;
    if (activeElement === segment || activeElement === document.body) fetched?.focus();
  }
}

/** @param {HTMLElement} segment */
function open(segment) {
  const control = segment.querySelector("[data-play]") ?? segment.querySelector("a");
  if (control instanceof HTMLElement) control.click();
}
