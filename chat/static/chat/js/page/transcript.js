import { closest, findAll } from "./elements.js";

/** @typedef {{start: number, end: number, element: HTMLElement}} Segment times in seconds */

const PLACE = /^#segment-(\d+)$/u;

/** The page of a recording with audio: plays from a segment, and marks the one that is playing. */
export class Transcript {
  /** @type {HTMLElement} */ #root;
  /** @type {HTMLAudioElement} */ #audio;
  /** @type {Segment[]} sorted by start */ #segments;
  /** @type {HTMLElement | null} */ #current = null;

  /** @param {{root: HTMLElement, audio: HTMLAudioElement}} parts */
  constructor({ root, audio }) {
    this.#root = root;
    this.#audio = audio;
    this.#segments = findAll(root, "start").map(asSegment).sort((a, b) => a.start - b.start);
  }

  start() {
    for (const button of findAll(this.#root, "play")) button.hidden = false;
    this.#root.addEventListener("click", (event) => this.#clicked(event));
    this.#audio.addEventListener("timeupdate", () => this.#mark());
    this.#audio.addEventListener("seeked", () => this.#mark());
    addEventListener("hashchange", () => this.#cue());
    this.#cue();
  }

  /** @param {Event} event */
  #clicked(event) {
    const button = closest(event, "[data-play]");
    if (!button) return;
    this.#audio.currentTime = Number(button.dataset.play);
    this.#audio.play().catch(() => {}); // the browser may block it until another click; the player shows that
  }

  /** Start at the segment that the address of the page names. */
  #cue() {
    const id = PLACE.test(location.hash) ? location.hash.slice(1) : "";
    const segment = this.#segments.find(({ element }) => element.id === id);
    if (segment && this.#audio.paused) this.#audio.currentTime = segment.start;
  }

  #mark() {
    const segment = this.#audio.paused ? null : segmentAt(this.#segments, this.#audio.currentTime);
    const element = segment?.element ?? null;
    if (element === this.#current) return;
    this.#current?.removeAttribute("aria-current");
    element?.setAttribute("aria-current", "true");
    this.#current = element;
  }
}

/**
 * Return the segment at a time in seconds: the last one that has begun, unless it has ended; null between segments.
 * @template {{start: number, end: number}} T
 * @param {T[]} segments sorted by start
 * @param {number} time
 * @returns {T | null}
 */
export function segmentAt(segments, time) {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (segments[middle].start <= time) low = middle + 1;
    else high = middle;
  }
  const segment = segments[low - 1];
  return segment && time < segment.end ? segment : null;
}

/** @param {HTMLElement} element @returns {Segment} */
function asSegment(element) {
  const { start, end } = element.dataset;
  return { start: Number(start), end: end === undefined ? Infinity : Number(end), element };
}
