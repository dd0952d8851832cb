import { find, findRequired } from "../page/elements.js";
import { joinAfter, joinBefore } from "./joined_runs.js";
import { keepPlace } from "./kept_place.js";
import { numberIn, segmentOf } from "./places.js";

/**
 * @import { Fragments } from "../connection/fragments.js"
 * @import { Announcer } from "../page/announcer.js"
 * @typedef {"after" | "before" | "around" | "at"} Side what ``segments/?…=`` asks for
 */

const NEAR = 1_500;
const LENGTH = 500;

/**
 * The part of a long transcript that the page has. More of it is fetched when the reader comes near an end of it, and
 * another part for a place that it does not have.
 */
export class Pieces {
  /** @type {HTMLElement} */ #root;
  /** @type {Fragments} */ #fragments;
  /** @type {Announcer} */ #announcer;
  /** @type {() => void} */ #onChange;
  /** @type {() => void} */ #onArrival;
  /** @type {HTMLElement} */ #failure;
  /** @type {HTMLElement} */ #busy;
  /** @type {AbortController | null} of the request that is under way */ #request = null;
  #again = () => {};
  #top = 0;
  /** Whether the reader has scrolled up, so that what was said before may be wanted. */
  #goesBack = false;

  /**
   * @param {{root: HTMLElement, fragments: Fragments, announcer: Announcer, onChange: () => void,
   *   onArrival: () => void}} parts ``onChange`` is called when the page has other segments, and ``onArrival`` when one
   *   that the address names has come
   */
  constructor({ root, fragments, announcer, onChange, onArrival }) {
    this.#root = root;
    this.#fragments = fragments;
    this.#announcer = announcer;
    this.#onChange = onChange;
    this.#onArrival = onArrival;
    this.#failure = findRequired(root, "piece-failure", HTMLElement);
    this.#busy = findRequired(root, "piece-busy", HTMLElement);
  }

  start() {
    this.#top = scrollY;
    findRequired(this.#failure, "try-again", HTMLElement).addEventListener("click", () => this.#again());
    addEventListener("scroll", () => this.#scrolled(), { passive: true });
    addEventListener("resize", () => this.#fill(), { passive: true });
    addEventListener("hashchange", () => this.arrive());
    this.#fill();
  }

  /** Take over the segments of the page, which may be other ones now. */
  refresh() {
    this.#request?.abort();
    this.#settle(null);
    this.#failure.hidden = true;
    this.#goesBack = false;
    this.#top = scrollY;
  }

  /** The number of the last segment of the transcript; 0 where the page shows only what was found. */
  get total() {
    return Number(this.#segments.dataset.total ?? 0);
  }

  /** Whether segments before those of the page are not on it. */
  get lacksFirst() {
    return this.total > 0 && this.#first > 1;
  }

  /** Whether segments after those of the page are not on it. */
  get lacksLast() {
    return this.#last < this.total;
  }

  /**
   * Return a segment, and fetch it if the page does not have it; null if that fails, or there is none.
   * @param {number} number
   * @returns {Promise<HTMLElement | null>}
   */
  async show(number) {
    if (number >= 1 && number <= this.total) {
      if (number < this.#first - LENGTH || number > this.#last + LENGTH) await this.#jump("around", number);
      else if (number < this.#first) await this.#extend("before");
      else if (number > this.#last) await this.#extend("after");
    }
    return segmentOf(number);
  }

  /**
   * Fetch what is said at a time, in seconds.
   * @param {number} time
   */
  async showTime(time) {
    await this.#jump("at", Math.max(0, time));
  }

  /** Go to the segment that the address of the page names, if it has to be fetched. */
  async arrive() {
    const { hash } = location;
    const number = numberIn(hash);
    if (number === null || number > this.total || segmentOf(number)) return;
    const segment = await this.show(number);
    if (segment === null) this.#again = () => this.arrive();
    if (segment === null || location.hash !== hash) return;
    location.replace(hash); // the browser marks a target only on its way to it
    this.#onArrival();
  }

  /** @returns {HTMLElement} */
  get #segments() {
    return findRequired(this.#root, "segments", HTMLElement);
  }

  get #first() {
    return Number(this.#segments.dataset.first ?? 0);
  }

  get #last() {
    return Number(this.#segments.dataset.last ?? 0);
  }

  #scrolled() {
    if (scrollY < this.#top) this.#goesBack = true;
    this.#top = scrollY;
    this.#fill();
  }

  /** Fetch what is missing near the view. */
  #fill() {
    if (this.#request !== null || !this.#failure.hidden) return;
    const { top, bottom } = this.#segments.getBoundingClientRect();
    if (this.lacksLast && bottom < innerHeight + NEAR) this.#extend("after");
    else if (this.lacksFirst && this.#goesBack && top > -NEAR) this.#extend("before");
  }

  /** @param {"after" | "before"} side */
  async #extend(side) {
    const before = side === "before";
    const piece = await this.#fetch(side, before ? this.#first : this.#last, () => this.#extend(side));
    if (piece === null) return;
    if (before) keepPlace(this.#segments, () => joinBefore(this.#segments, piece));
    else joinAfter(this.#segments, piece);
    this.#changed();
  }

  /** Replace the segments of the page by others. @param {Side} side @param {number} value */
  async #jump(side, value) {
    const piece = await this.#fetch(side, value, () => this.#jumpAgain(side, value));
    if (piece === null) return;
    this.#segments.replaceWith(piece);
    this.#goesBack = false;
    this.#changed();
    this.#announcer.say(this.#part?.textContent?.trim() ?? "");
  }

  /** @param {Side} side @param {number} value */
  async #jumpAgain(side, value) {
    await this.#jump(side, value);
    if (side === "around") segmentOf(value)?.scrollIntoView({ block: "center" });
  }

  /**
   * @param {Side} side
   * @param {number} value
   * @param {() => void} again repeats it
   * @returns {Promise<HTMLElement | null>} the segments; null if that fails, or others are wanted by now
   */
  async #fetch(side, value, again) {
    this.#request?.abort();
    const request = new AbortController();
    this.#settle(request);
    const query = new URLSearchParams({ [side]: String(value) });
    const words = new URLSearchParams(location.search).get("words");
    if (words !== null) query.set("words", words);
    const { fragment } = await this.#fragments.get(`${this.#root.dataset.segmentsAddress}?${query}`, request.signal);
    if (this.#request !== request) return null;
    this.#settle(null);
    const piece = fragment && find(fragment, "segments", HTMLElement);
    this.#failure.hidden = piece !== null;
    this.#again = again;
    return piece;
  }

  /** @param {AbortController | null} request that is under way now */
  #settle(request) {
    this.#request = request;
    this.#busy.hidden = request === null;
    this.#segments.toggleAttribute("aria-busy", false);
    if (request) this.#segments.setAttribute("aria-busy", "true");
  }

  #changed() {
    const part = `Segments ${count(this.#first)}–${count(this.#last)} of ${count(this.total)}`;
    if (this.#part) this.#part.textContent = part;
    this.#top = scrollY;
    this.#onChange();
    this.#fill();
  }

  get #part() {
    return find(this.#segments, "part", HTMLElement);
  }
}

/** @param {number} number @returns {string} */
function count(number) {
  return number.toLocaleString("en");
}
