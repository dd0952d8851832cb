import { closest, findAll, findRequired } from "../page/elements.js";
import { Limits, limitChips } from "./limits.js";

/**
 * @import { Fragments } from "../connection/fragments.js"
 * @import { Clock } from "../page/clock.js"
 * @import { ChosenLimits, LimitChip } from "./limits.js"
 * @typedef {{id: string, title: string}} ChosenRecording
 * @typedef {(recordings: ChosenRecording[], limits: ChosenLimits) => void} FilterChange
 */

const PAUSE = 200;
const LIMITED = "Search is limited";
const NONE = "Choose what to search";

/** The recordings that a question searches, and other limits. If nothing is chosen, it searches all. */
export class RecordingFilter {
  /** @type {HTMLDetailsElement} */ #element;
  /** @type {HTMLElement} */ #summary;
  /** @type {HTMLElement} */ #chips;
  /** @type {HTMLElement} in the head of the page */ #shown;
  /** @type {HTMLElement} */ #all;
  /** @type {HTMLInputElement} */ #search;
  /** @type {HTMLElement} */ #options;
  /** @type {Fragments} */ #fragments;
  /** @type {Clock} */ #clock;
  /** @type {Limits} */ #limits;
  /** @type {FilterChange} */ #onChange;
  #cancelTimer = () => {};
  #fetching = new AbortController();

  /**
   * @param {{element: HTMLDetailsElement, chips: HTMLElement, shown: HTMLElement, fragments: Fragments, clock: Clock,
   *   onChange: FilterChange}} parts
   */
  constructor({ element, chips, shown, fragments, clock, onChange }) {
    this.#element = element;
    this.#chips = chips;
    this.#shown = shown;
    this.#all = findRequired(element, "filter-all", HTMLElement);
    this.#summary = findRequired(element, "filter-summary", HTMLElement);
    this.#search = findRequired(element, "filter-search", HTMLInputElement);
    this.#options = findRequired(element, "filter-options", HTMLElement);
    this.#limits = new Limits({ element: findRequired(element, "limits", HTMLElement), fragments, clock });
    this.#fragments = fragments;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** @returns {ChosenRecording[]} */
  get chosen() {
    return this.#boxes.filter((box) => box.checked).map((box) => ({ id: box.value, title: box.dataset.title ?? "" }));
  }

  /** @returns {ChosenLimits} */
  get limits() {
    return this.#limits.chosen;
  }

  /** The note about what was chosen that a turn shows; empty if it searches all. */
  get note() {
    const titles = this.chosen.map(({ title }) => title).join(", ");
    const words = limitChips(this.limits).map(({ text }) => text);
    const parts = titles === "" ? words : [titles, ...words];
    return parts.length === 0 ? "" : `Searched only: ${parts.join(" · ")}`;
  }

  start() {
    this.#options.addEventListener("change", () => this.#changed());
    this.#limits.start(() => this.#changed());
    this.#search.addEventListener("input", () => this.#plan());
    this.#search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault(); // or the form would be submitted
    });
    this.#all.addEventListener("click", () => this.#chooseAll());
    this.#chips.addEventListener("click", (event) => this.#removed(event));
    this.#element.addEventListener("keydown", (event) => this.#pressed(event));
    this.#element.ownerDocument.addEventListener("pointerdown", (event) => this.#pointed(event));
    this.#summarise();
  }

  /**
   * Choose exactly these recordings, whether they are listed or not, and these limits.
   * @param {ChosenRecording[]} recordings
   * @param {ChosenLimits} limits
   */
  choose(recordings, limits = {}) {
    this.#limits.choose(limits);
    for (const box of this.#boxes) box.checked = false;
    for (const recording of recordings) {
      const box = this.#boxes.find(({ value }) => value === recording.id) ?? this.#add(recording);
      box.checked = true;
    }
    this.#changed();
  }

  get #boxes() {
    return checkboxes(this.#options);
  }

  #changed() {
    this.#summarise();
    this.#onChange(this.chosen, this.limits);
  }

  #summarise() {
    const { chosen } = this;
    const limits = limitChips(this.limits);
    const chips = [...chosen.map(({ id, title }) => ({ key: id, text: title })), ...limits];
    const words = limits.map(({ text }) => text);
    const count = chosen.length === 0 ? [] : [`${chosen.length} recording${chosen.length === 1 ? "" : "s"}`];
    const title = chosen.length === 1 ? [`“${chosen[0].title}”`] : count;
    this.#summary.textContent = limits.length > 0 ? LIMITED : count.length > 0 ? only(count, true) : NONE;
    this.#shown.textContent = only([...title, ...words], chosen.length > 0);
    this.#chips.replaceChildren(...chips.map((chip) => this.#chip(chip)));
    for (const element of [this.#chips, this.#shown, this.#all]) element.hidden = chips.length === 0;
  }

  /** The button hides itself: the focus goes to what has opened the panel. */
  #chooseAll() {
    this.choose([]);
    this.#focus();
  }

  /**
   * Take out of the filter what has the chip that was pressed, and move the focus to the next chip.
   * @param {Event} event
   */
  #removed(event) {
    const chip = closest(event, "[data-filter-chip]");
    if (chip === null) return;
    const at = findAll(this.#chips, "filter-chip").indexOf(chip);
    this.#limits.remove(chip.dataset.filterChip ?? "");
    this.choose(
      this.chosen.filter(({ id }) => id !== chip.dataset.filterChip),
      this.limits,
    );
    const left = findAll(this.#chips, "filter-chip");
    const next = left[Math.min(at, left.length - 1)];
    if (next) next.focus();
    else this.#focus();
  }

  #focus() {
    this.#element.querySelector("summary")?.focus();
  }

  /**
   * Close the filter on Escape, which then does nothing else.
   * @param {KeyboardEvent} event
   */
  #pressed(event) {
    if (event.key !== "Escape" || !this.#element.open) return;
    event.preventDefault();
    this.#element.open = false;
    this.#focus();
  }

  /** @param {Event} event */
  #pointed({ target }) {
    if (!(target instanceof Node && this.#element.closest("form")?.contains(target))) this.#element.open = false;
  }

  #plan() {
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(PAUSE, () => this.#fetch());
  }

  /** Search, and ignore the results of earlier searches. */
  async #fetch() {
    this.#fetching.abort();
    this.#fetching = new AbortController();
    const { signal } = this.#fetching;
    const address = `${this.#search.dataset.href}?q=${encodeURIComponent(this.#search.value)}`;
    const { fragment } = await this.#fragments.get(address, signal);
    if (fragment && !signal.aborted) this.#show(fragment);
  }

  /**
   * List the found recordings below the chosen ones.
   * @param {DocumentFragment} found
   */
  #show(found) {
    const kept = this.#boxes.filter((box) => box.checked);
    const ids = new Set(kept.map(({ value }) => value));
    for (const box of checkboxes(found)) {
      box.checked = false;
      if (ids.has(box.value)) box.closest("label")?.remove();
    }
    this.#options.replaceChildren(...kept.map((box) => box.closest("label") ?? box), found);
  }

  /** @param {LimitChip} chip @returns {HTMLElement} a button that takes it out of the filter */
  #chip({ key, text }) {
    const { ownerDocument } = this.#chips;
    const item = ownerDocument.createElement("li");
    const button = item.appendChild(ownerDocument.createElement("button"));
    button.type = "button";
    button.className = "filter-chip";
    button.dataset.filterChip = key;
    const verb = button.appendChild(ownerDocument.createElement("span"));
    verb.className = "visually-hidden";
    verb.textContent = "Remove ";
    button.appendChild(ownerDocument.createElement("bdi")).textContent = text;
    return item;
  }

  /** @param {ChosenRecording} recording @returns {HTMLInputElement} */
  #add({ id, title }) {
    const { ownerDocument } = this.#options;
    const label = ownerDocument.createElement("label");
    label.className = "filter__option";
    const box = label.appendChild(ownerDocument.createElement("input"));
    box.type = "checkbox";
    box.name = "recordings";
    box.value = id;
    box.dataset.title = title;
    label.append(" ", title);
    this.#options.prepend(label);
    return box;
  }
}

/** @param {string[]} parts @param {boolean} isIn whether they begin with recordings @returns {string} */
function only(parts, isIn) {
  return `Only ${isIn ? "in " : ""}${parts.join(" · ")}`;
}

/** @param {ParentNode} root @returns {HTMLInputElement[]} */
function checkboxes(root) {
  return [...root.querySelectorAll("input")].filter(({ type }) => type === "checkbox");
}
