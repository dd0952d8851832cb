import { closest, findAll } from "../page/elements.js";

/** @import { Transcript } from "./transcript.js" */

const STEPS = new Map([["ArrowDown", 1], ["ArrowUp", -1], ["Home", -Infinity], ["End", Infinity]]);

/**
 * Makes the segments one stop of the Tab key. Arrows, Home and End move between them, and Enter plays from there; where
 * nothing can be played, it goes to the place. The stop is the segment that plays or was focused last.
 */
export class SegmentKeys {
  /** @type {HTMLElement} */ #root;
  /** @type {Transcript} */ #transcript;
  /** @type {HTMLElement[]} */ #segments = [];
  /** @type {HTMLElement | null} */ #stop = null;

  /** @param {{root: HTMLElement, transcript: Transcript}} parts */
  constructor({ root, transcript }) {
    this.#root = root;
    this.#transcript = transcript;
  }

  start() {
    this.refresh();
    this.#root.addEventListener("keydown", (event) => this.#pressed(event));
    this.#root.addEventListener("focusin", (event) => this.#stopAt(closest(event, "[data-segment]")));
    this.#root.addEventListener("click", (event) => this.#stopAt(closest(event, "[data-segment]")));
    this.#transcript.onMove((segment) => this.#played(segment));
    addEventListener("hashchange", () => this.#stopAt(this.#linked));
  }

  /** Take over the segments of the page, which may be other ones now. */
  refresh() {
    this.#segments = findAll(this.#root, "segment");
    for (const segment of this.#segments) {
      segment.tabIndex = -1;
      for (const control of segment.querySelectorAll("a, button")) control.setAttribute("tabindex", "-1");
    }
    const [first = null] = this.#segments;
    this.#stop = null;
    this.#stopAt(this.#transcript.current ?? this.#linked ?? first);
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
    else this.#focus(this.#segments.indexOf(segment) + step);
  }

  /** @param {number} index of the segment; beyond the ends it is the first or the last one */
  #focus(index) {
    this.#segments[Math.max(0, Math.min(index, this.#segments.length - 1))]?.focus();
  }
}

/** @param {HTMLElement} segment */
function open(segment) {
  const control = segment.querySelector("[data-play]") ?? segment.querySelector("a");
  if (control instanceof HTMLElement) control.click();
}
