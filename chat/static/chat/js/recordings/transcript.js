import { findAll } from "../page/elements.js";
import { numberIn, segmentOf, timeIn } from "./places.js";

/**
 * @import { Player } from "../player/player.js"
 * @import { Pieces } from "./pieces.js"
 * @typedef {{start: number, end: number, element: HTMLElement}} Segment times in seconds
 */

/** Seconds by which quoted words may be played before and after a segment. */
const NEAR = 1;

/** The page of a recording with audio: starts at the linked segment, and marks the one that is playing. */
export class Transcript {
  /** @type {HTMLElement} */ #root;
  /** @type {Player} */ #player;
  /** @type {Pieces} */ #pieces;
  /** @type {Segment[]} sorted by start */ #segments = [];
  /** @type {HTMLElement | null} */ #current = null;
  #isElsewhere = false;
  /** @type {((segment: HTMLElement | null) => void)[]} */ #listeners = [];

  /** @param {{root: HTMLElement, player: Player, pieces: Pieces}} parts */
  constructor({ root, player, pieces }) {
    this.#root = root;
    this.#player = player;
    this.#pieces = pieces;
  }

  start() {
    this.refresh();
    this.#player.onChange(() => this.#mark());
    addEventListener("hashchange", () => this.cue());
    this.cue();
  }

  /** The segment that is playing; null if it is not on the page. */
  get current() {
    return this.#current;
  }

  /** Whether what plays is in a part of the transcript that the page does not have. */
  get isElsewhere() {
    return this.#isElsewhere;
  }

  /** The segment that plays, or has played last before a pause; null if none has begun. */
  get latest() {
    const index = countBegun(this.#segments, this.#player.time);
    return this.#current ?? this.#segments[index - 1]?.element ?? null;
  }

  /**
   * Call a listener when another segment plays, or when it is no longer on the page or not yet.
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

  /** Return the segment at a time in seconds: the last one that has begun; null if the page has none. @param {number} time */
  segmentAt(time) {
    return this.#segments[Math.max(0, countBegun(this.#segments, time) - 1)]?.element ?? null;
  }

  /** Start at the segment that the address of the page names, or at the time in it. */
  cue() {
    const segment = segmentOf(numberIn(location.hash) ?? 0);
    if (segment?.dataset.start === undefined || this.#player.isOn) return;
    const { start, end } = asSegment(segment);
    const time = timeIn(location.search);
    const isInside = time !== null && time > start - NEAR && time < end + NEAR;
    this.#player.cue(isInside ? time : start);
  }

  #mark() {
    const { isOn, time } = this.#player;
    const element = (isOn && segmentAt(this.#segments, time)?.element) || null;
    const isElsewhere = isOn && element === null && this.#lacks(time);
    if (element === this.#current && isElsewhere === this.#isElsewhere) return;
    this.#current?.removeAttribute("aria-current");
    element?.setAttribute("aria-current", "true");
    this.#current = element;
    this.#isElsewhere = isElsewhere;
    for (const listener of this.#listeners) listener(element);
  }

  /** @param {number} time @returns {boolean} whether it lies beyond an end of what the page has */
  #lacks(time) {
    const begun = countBegun(this.#segments, time);
    return begun === 0 ? this.#pieces.lacksFirst : begun === this.#segments.length && this.#pieces.lacksLast;
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
  const segment = segments[countBegun(segments, time) - 1];
  return segment && time < segment.end ? segment : null;
}

/**
 * @param {{start: number}[]} segments sorted by start
 * @param {number} time
 * @returns {number} how many have begun
 */
function countBegun(segments, time) {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (segments[middle].start <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @param {HTMLElement} element @returns {Segment} */
function asSegment(element) {
  const { start, end } = element.dataset;
  return { start: Number(start), end: end === undefined ? Infinity : Number(end), element };
}
