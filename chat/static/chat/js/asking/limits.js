import { findRequired } from "../page/elements.js";

/**
 * @import { Fragments } from "../connection/fragments.js"
 * @import { Clock } from "../page/clock.js"
 *
 * What a question searches only, besides recordings that were chosen one by one; what is missing limits nothing.
 *
 * @typedef {{collections?: {id: string, name: string}[], speakers?: string[], since?: string, until?: string,
 *   undated?: boolean}} ChosenLimits days as ``2026-06-30``, both included
 * @typedef {{collections?: string[], speakers?: string[], since?: string, until?: string, undated?: boolean}} WireLimits
 * @typedef {{key: string, text: string}} LimitChip
 */

const PAUSE = 200;

/** The fields of the filter for collections, speakers and days. */
export class Limits {
  /** @type {HTMLElement} */ #element;
  /** @type {HTMLInputElement} */ #speaker;
  /** @type {HTMLInputElement} */ #since;
  /** @type {HTMLInputElement} */ #until;
  /** @type {HTMLInputElement} */ #undated;
  /** @type {HTMLElement} */ #names;
  /** @type {Fragments} */ #fragments;
  /** @type {Clock} */ #clock;
  #cancelTimer = () => {};
  /** @type {string[]} speakers beside the one in the field */ #speakers = [];

  /** @param {{element: HTMLElement, fragments: Fragments, clock: Clock}} parts */
  constructor({ element, fragments, clock }) {
    this.#element = element;
    this.#fragments = fragments;
    this.#clock = clock;
    this.#names = findRequired(element, "limit-names", HTMLElement);
    this.#speaker = findRequired(element, "limit-speaker", HTMLInputElement);
    this.#since = findRequired(element, "limit-since", HTMLInputElement);
    this.#until = findRequired(element, "limit-until", HTMLInputElement);
    this.#undated = findRequired(element, "limit-undated", HTMLInputElement);
  }

  /** @param {() => void} onChange */
  start(onChange) {
    this.#speakers = JSON.parse(this.#element.dataset.speakers || "[]");
    this.#takeSpeaker();
    this.#element.addEventListener("change", () => {
      this.#takeSpeaker();
      onChange();
    });
    this.#speaker.addEventListener("input", () => {
      this.#cancelTimer();
      this.#cancelTimer = this.#clock.after(PAUSE, () => this.#suggest());
    });
    this.#element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== this.#speaker) return;
      event.preventDefault(); // or the form would be submitted
      this.#takeSpeaker();
      onChange();
    });
  }

  /** @returns {ChosenLimits} */
  get chosen() {
    const boxes = this.#boxes.filter((box) => box.checked);
    const collections = boxes.map((box) => ({ id: box.value, name: box.dataset.name ?? "" }));
    return present({
      collections,
      speakers: [...this.#speakers],
      since: this.#since.value,
      until: this.#until.value,
      undated: this.#undated.checked,
    });
  }

  /**
   * Choose exactly these. A collection that is not offered any more is left out.
   * @param {ChosenLimits} limits
   */
  choose({ collections = [], speakers = [], since = "", until = "", undated = false }) {
    const ids = new Set(collections.map(({ id }) => id));
    for (const box of this.#boxes) box.checked = ids.has(box.value);
    this.#speakers = [...speakers];
    this.#speaker.value = "";
    this.#since.value = since;
    this.#until.value = until;
    this.#undated.checked = undated;
  }

  /**
   * Take out what a chip stands for.
   * @param {string} key
   */
  remove(key) {
    const { collections = [], speakers = [], ...days } = this.chosen;
    if (key === "days") return this.choose({ collections, speakers });
    this.choose({
      ...days,
      collections: collections.filter(({ id }) => key !== `collection:${id}`),
      speakers: speakers.filter((name) => key !== `speaker:${name}`),
    });
  }

  get #boxes() {
    return [...this.#element.querySelectorAll("input")].filter(({ name }) => name === "collections");
  }

  /** Suggest the speakers whose names contain the text in the field. */
  async #suggest() {
    const text = this.#speaker.value.trim();
    const { fragment } = await this.#fragments.get(`${this.#speaker.dataset.href}?q=${encodeURIComponent(text)}`);
    if (fragment && text === this.#speaker.value.trim()) this.#names.replaceChildren(fragment);
  }

  /** The field is for one speaker: a name that is complete becomes a chip, and the field empty for the next. */
  #takeSpeaker() {
    const name = this.#speaker.value.trim();
    if (name !== "" && !this.#speakers.includes(name)) this.#speakers.push(name);
    this.#speaker.value = "";
  }
}

/** @param {ChosenLimits} limits @returns {LimitChip[]} a chip for each of them */
export function limitChips({ collections = [], speakers = [], ...days }) {
  const period = dayWords(days);
  return [
    ...collections.map(({ id, name }) => ({ key: `collection:${id}`, text: name })),
    ...(period === "" ? [] : [{ key: "days", text: period }]),
    ...speakers.map((name) => ({ key: `speaker:${name}`, text: `what ${name} said` })),
  ];
}

/** @param {ChosenLimits} limits @returns {WireLimits} what an ask sends */
export function wireLimits({ collections = [], ...others }) {
  return present({ collections: collections.map(({ id }) => id), ...others });
}

/** @param {ChosenLimits} days @returns {string} */
function dayWords({ since = "", until = "", undated = false }) {
  const days = since === "" || until === "" ? open(since, until) : `${day(since)} – ${day(until)}`;
  if (!undated) return days;
  return days === "" ? "without a date" : `${days} or without a date`;
}

/** @param {string} since @param {string} until @returns {string} */
function open(since, until) {
  if (since !== "") return `since ${day(since)}`;
  return until === "" ? "" : `until ${day(until)}`;
}

/** @param {string} date @returns {string} */
function day(date) {
  const options = /** @type {const} */ ({ day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  return new Intl.DateTimeFormat(undefined, options).format(new Date(`${date}T00:00:00Z`));
}

/**
 * @template {Record<string, unknown>} T
 * @param {T} values
 * @returns {Partial<T>} the values that are not empty
 */
function present(values) {
  const entries = Object.entries(values).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value));
  return /** @type {Partial<T>} */ (Object.fromEntries(entries));
}
