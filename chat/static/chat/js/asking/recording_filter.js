import { closest, findAll, findRequired } from "../page/elements.js";

/**
 * @import { Fragments } from "../connection/fragments.js"
 * @import { Clock } from "../page/clock.js"
 * @typedef {{id: string, title: string}} ChosenRecording
 */

const PAUSE = 200;
const NONE = "Choose recordings";

/** The recordings that a question searches. If none is chosen, it searches all. */
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
  /** @type {(recordings: ChosenRecording[]) => void} */ #onChange;
  #cancelTimer = () => {};
  #fetching = new AbortController();

  /**
   * @param {{element: HTMLDetailsElement, chips: HTMLElement, shown: HTMLElement, fragments: Fragments, clock: Clock,
   *   onChange: (recordings: ChosenRecording[]) => void}} parts
   */
  constructor({ element, chips, shown, fragments, clock, onChange }) {
    this.#element = element;
    this.#chips = chips;
    this.#shown = shown;
    this.#all = findRequired(element, "filter-all", HTMLElement);
    this.#summary = findRequired(element, "filter-summary", HTMLElement);
    this.#search = findRequired(element, "filter-search", HTMLInputElement);
    this.#options = findRequired(element, "filter-options", HTMLElement);
    this.#fragments = fragments;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** @returns {ChosenRecording[]} */
  get chosen() {
    return this.#boxes.filter((box) => box.checked).map((box) => ({ id: box.value, title: box.dataset.title ?? "" }));
  }

  /** The note about the chosen recordings that a turn shows; empty if it searches all. */
  get note() {
    const titles = this.chosen.map(({ title }) => title);
    return titles.length === 0 ? "" : `Searched only: ${titles.join(", ")}`;
  }

  start() {
    this.#options.addEventListener("change", () => this.#changed());
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
   * Choose exactly these recordings, whether they are listed or not.
   * @param {ChosenRecording[]} recordings
   */
  choose(recordings) {
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
    this.#onChange(this.chosen);
  }

  #summarise() {
    const { chosen } = this;
    const only = `Only in ${chosen.length} recording${chosen.length === 1 ? "" : "s"}`;
    this.#summary.textContent = chosen.length === 0 ? NONE : only;
    this.#shown.textContent = chosen.length === 1 ? `Only in “${chosen[0].title}”` : only;
    this.#chips.replaceChildren(...chosen.map((recording) => this.#chip(recording)));
    for (const element of [this.#chips, this.#shown, this.#all]) element.hidden = chosen.length === 0;
  }

  /** The button hides itself: the focus goes to what has opened the panel. */
  #chooseAll() {
    this.choose([]);
    this.#focus();
  }

  /**
   * Take a recording out of the filter whose chip was pressed, and move the focus to the next chip.
   * @param {Event} event
   */
  #removed(event) {
    const chip = closest(event, "[data-filter-chip]");
    if (chip === null) return;
    const at = findAll(this.#chips, "filter-chip").indexOf(chip);
    this.choose(this.chosen.filter(({ id }) => id !== chip.dataset.filterChip));
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

  /** @param {ChosenRecording} recording @returns {HTMLElement} a button that takes it out of the filter */
  #chip({ id, title }) {
    const { ownerDocument } = this.#chips;
    const item = ownerDocument.createElement("li");
    const button = item.appendChild(ownerDocument.createElement("button"));
    button.type = "button";
    button.className = "filter-chip";
    button.dataset.filterChip = id;
    const verb = button.appendChild(ownerDocument.createElement("span"));
    verb.className = "visually-hidden";
    verb.textContent = "Remove ";
    button.appendChild(ownerDocument.createElement("bdi")).textContent = title;
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

/** @param {ParentNode} root @returns {HTMLInputElement[]} */
function checkboxes(root) {
  return [...root.querySelectorAll("input")].filter(({ type }) => type === "checkbox");
}
