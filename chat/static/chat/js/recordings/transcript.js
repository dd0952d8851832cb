import { findAll } from "../page/elements.js";

/**
 * @import { Player } from "../player/player.js"
 * @typedef {{start: number, end: number, element: HTMLElement}} Segment times in seconds
 */

const PLACE = /^#segment-(\d+)$/u;

/** The page of a recording with audio: starts at the linked segment, and marks the one that is playing. */
export class Transcript {
  /** @type {HTMLElement} */ #root;
  /** @type {Player} */ #player;
  /** @type {Segment[]} sorted by start */ #segments = [];
  /** @type {HTMLElement | null} */ #current = null;
  /** @type {((segment: HTMLElement | null) => void)[]} */ #listeners = [];

  /** @param {{root: HTMLElement, player: Player}} parts */
  constructor({ root, player }) {
    this.#root = root;
    this.#player = player;
  }

  start() {
    this.refresh();
    this.#player.onChange(() => this.#mark());
    addEventListener("hashchange", () => this.#cue());
    this.#cue();
  }

  /** The segment that is playing; null if it is not on the page. */
  get current() {
    return this.#current;
  }

  /**
   * Call a listener when another segment plays.
   * @param {(segment: HTMLElement | null) => void} listener
   */
  onMove(listener) {
    this.#listeners.push(listener);
  }

  /** Read the segments of the page, which may be other ones now. */
  refresh() {
    this.#segments = findAll(this.#root, "start").map(asSegment).sort((a, b) => a.start - b.start);
    this.#mark();
  }

  /** Start at the segment that the address of the page names. */
  #cue() {
    const id = PLACE.test(location.hash) ? location.hash.slice(1) : "";
    const segment = this.#segments.find(({ element }) => element.id === id);
    if (segment && !this.#player.isOn) this.#player.cue(segment.start);
  }

  #mark() {
    const segment = this.#player.isOn ? segmentAt(this.#segments, this.#player.time) : null;
    const element = segment?.element ?? null;
    if (element === this.#current) return;
    this.#current?.removeAttribute("aria-current");
    element?.setAttribute("aria-current", "true");
    this.#current = element;
    for (const listener of this.#listeners) listener(element);
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
