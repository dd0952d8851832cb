import { findAll } from "./elements.js";
import { absolute, dayGroup, exact, relative } from "./moments.js";

/**
 * @import { Clock } from "./clock.js"
 * @import { Languages, Zone } from "./moments.js"
 */

const MINUTE = 60_000;
const MOMENT = /^\d{4}-\d\d-\d\d(?:T|$)/u; // a question that was just asked has no time yet

/**
 * Shows the times of the page as its reader writes them, which the server cannot know. Those in the list of
 * conversations say how long ago they are, and stay right while the page is open.
 */
export class Times {
  /** @type {HTMLElement} */ #root;
  /** @type {Clock} */ #clock;
  /** @type {Languages} */ #languages;
  /** @type {Zone} */ #zone;
  /** @type {WeakSet<Element>} the times that do not change any more */ #shown = new WeakSet();

  /** @param {{root: HTMLElement, clock: Clock, zone?: string, languages?: Languages}} parts */
  constructor({ root, clock, zone = "", languages = navigator.languages }) {
    this.#root = root;
    this.#clock = clock;
    this.#languages = languages;
    this.#zone = isKnown(zone) ? zone : undefined;
  }

  start() {
    this.refresh();
    const observer = new MutationObserver(() => this.refresh());
    for (const part of findAll(this.#root, "with-times")) observer.observe(part, { childList: true });
    this.#clock.every(MINUTE, () => this.refresh());
    document.addEventListener("visibilitychange", () => this.refresh());
  }

  /** Show the times that have come to the page, and those that have changed. */
  refresh() {
    for (const time of this.#root.querySelectorAll("time")) {
      if (!MOMENT.test(time.dateTime)) continue;
      if (time.dateTime.includes("T") && "relative" in time.dataset) this.#showRelative(time);
      else if (!this.#shown.has(time)) this.#show(time);
    }
    for (const list of this.#root.querySelectorAll("[data-days] > ul")) regroup(list, this.#clock.timeOfDay(), this.#zone);
  }

  /** @param {HTMLTimeElement} time */
  #show(time) {
    this.#shown.add(time);
    time.textContent = absolute(time.dateTime, this.#languages, this.#zone);
    if (time.dateTime.includes("T")) time.title = exact(time.dateTime, this.#languages, this.#zone);
  }

  /** @param {HTMLTimeElement} time */
  #showRelative(time) {
    const text = relative(time.dateTime, this.#languages, this.#clock.timeOfDay(), this.#zone);
    if (time.textContent !== text) time.textContent = text;
    time.title = exact(time.dateTime, this.#languages, this.#zone);
  }
}

/**
 * Put the headings of a list by day where the days of the reader begin.
 * @param {Element} list
 * @param {number} now in milliseconds
 * @param {Zone} zone
 */
function regroup(list, now, zone) {
  const headings = findAll(list, "day");
  const [model] = headings;
  const items = [...list.children].filter((item) => item.querySelector("time") !== null);
  const wanted = items.map((item) => dayGroup(item.querySelector("time")?.dateTime ?? "", now, zone));
  const firsts = items.filter((_, at) => wanted[at] !== wanted[at - 1]);
  if (!model || isGrouped(firsts, items, wanted)) return;
  for (const heading of headings) heading.remove();
  for (const item of firsts) {
    const heading = model.cloneNode();
    heading.textContent = wanted[items.indexOf(item)];
    item.before(heading);
  }
}

/** @param {Element[]} firsts @param {Element[]} items @param {string[]} wanted @returns {boolean} */
function isGrouped(firsts, items, wanted) {
  return items.every((item, at) => {
    const heading = item.previousElementSibling?.matches("[data-day]") ? item.previousElementSibling : null;
    return firsts.includes(item) ? heading?.textContent?.trim() === wanted[at] : heading === null;
  });
}

/** @param {string} zone @returns {boolean} whether the browser knows a time zone: the server may be newer */
function isKnown(zone) {
  try {
    return zone !== "" && Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false;
  }
}
