import { closest, find, findRequired } from "../page/elements.js";

/**
 * @import { Fragments } from "../connection/fragments.js"
 * @import { Announcer } from "../page/announcer.js"
 * @import { Clock } from "../page/clock.js"
 */

const PAUSE = 300;

/**
 * The speaker and the words that a reader looks for in a recording. The server finds the segments, and they replace
 * those of the page, so that the sound goes on. Where the site refuses that, the page is loaded as without a script.
 */
export class TranscriptFilter {
  /** @type {HTMLElement} */ #root;
  /** @type {HTMLFormElement} */ #form;
  /** @type {Fragments} */ #fragments;
  /** @type {Announcer} */ #announcer;
  /** @type {Clock} */ #clock;
  /** @type {() => void} */ #onChange;
  /** @type {AbortController | null} of the request that is under way */ #request = null;
  #shown = location.search;
  #cancelTimer = () => {};

  /**
   * @param {{root: HTMLElement, form: HTMLFormElement, fragments: Fragments, announcer: Announcer, clock: Clock,
   *   onChange: () => void}} parts ``onChange`` is called when the page has other segments
   */
  constructor({ root, form, fragments, announcer, clock, onChange }) {
    this.#root = root;
    this.#form = form;
    this.#fragments = fragments;
    this.#announcer = announcer;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  start() {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#find();
    });
    this.#form.addEventListener("change", () => this.#find());
    this.#form.addEventListener("input", () => this.#typed());
    this.#root.addEventListener("click", (event) => this.#clicked(event));
  }

  #typed() {
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(PAUSE, () => this.#find());
  }

  #find() {
    this.#cancelTimer();
    const fields = [...new FormData(this.#form)].filter(([, value]) => typeof value === "string" && value.trim());
    const query = new URLSearchParams(fields.map(([name, value]) => [name, String(value)])).toString();
    this.#show(query && `?${query}`, "");
  }

  /**
   * Follow a link to another page of what was found, or to a place in the whole transcript, without leaving the page.
   * @param {MouseEvent} event
   */
  #clicked(event) {
    const link = closest(event, "[data-segments] a[href]");
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const isHere = link.pathname === location.pathname;
    if (!isHere || link.search === location.search) return;
    event.preventDefault();
    if (!isFiltered(link.search)) this.#clear();
    this.#show(link.search, link.hash);
  }

  #clear() {
    for (const element of this.#form.elements) {
      if (element instanceof HTMLInputElement || element instanceof HTMLSelectElement) element.value = "";
    }
  }

  /**
   * @param {string} query the part of an address from ``?`` on
   * @param {string} hash of the segment to go to
   */
  async #show(query, hash) {
    if (query === this.#shown && hash === "") return;
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.#shown = query;
    const address = `${this.#root.dataset.segmentsAddress}${query}`;
    const { status, fragment } = await this.#fragments.get(address, request.signal);
    if (this.#request !== request) return;
    const segments = fragment && find(fragment, "segments", HTMLElement);
    findRequired(this.#form, "filter-failure", HTMLElement).hidden = status !== 0;
    if (segments) this.#replace(segments, query, hash);
    else if (status === 0) this.#shown = location.search;
    else location.assign(location.pathname + query + hash);
  }

  /** @param {HTMLElement} segments @param {string} query @param {string} hash */
  #replace(segments, query, hash) {
    const before = find(this.#root, "segments", HTMLElement);
    const hadFocus = before?.contains(document.activeElement) ?? false;
    before?.replaceWith(segments);
    history.replaceState(history.state, "", location.pathname + query);
    this.#onChange();
    const summary = find(segments, "found", HTMLElement) ?? find(segments, "part", HTMLElement);
    this.#announcer.say(summary?.textContent?.replace(/\s+/gu, " ").trim() ?? "");
    if (hash) location.replace(hash);
    else if (before && before.getBoundingClientRect().top < 0) this.#form.scrollIntoView({ block: "center" });
    if (hadFocus) find(segments, "segment", HTMLElement)?.focus({ preventScroll: hash !== "" });
  }
}

/** @param {string} query of an address @returns {boolean} whether it shows only what was found */
function isFiltered(query) {
  const fields = new URLSearchParams(query);
  return fields.has("q") || fields.has("speaker");
}
