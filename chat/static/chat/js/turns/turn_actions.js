import { closest } from "../page/elements.js";

/**
 * @import { Conversation } from "../conversation.js"
 * @import { Clipboard } from "./clipboard.js"
 * @import { Turns } from "./turns.js"
 */

/** The buttons of a turn (stop, retry, copy), and the markers that link to its sources. */
export class TurnActions {
  /** @type {HTMLElement} */ #list;
  /** @type {Turns} */ #turns;
  /** @type {Conversation} */ #conversation;
  /** @type {Clipboard} */ #clipboard;

  /** @param {{list: HTMLElement, turns: Turns, conversation: Conversation, clipboard: Clipboard}} parts */
  constructor({ list, turns, conversation, clipboard }) {
    this.#list = list;
    this.#turns = turns;
    this.#conversation = conversation;
    this.#clipboard = clipboard;
  }

  start() {
    this.#list.addEventListener("submit", (event) => this.#submitted(event));
    this.#list.addEventListener("click", (event) => this.#clicked(event));
  }

  /**
   * Stop or retry a turn; if the conversation does not take it, the browser submits the form.
   * @param {Event} event
   */
  #submitted(event) {
    const form = closest(event, "form");
    const turn = form === null ? null : this.#turns.around(form);
    if (form === null || turn === null) return;
    if (form.matches("[data-stop-form]") && this.#conversation.stop(turn)) event.preventDefault();
    if (form.matches("[data-retry-form]") && this.#conversation.retry(turn)) event.preventDefault();
  }

  /** @param {Event} event */
  #clicked(event) {
    const copy = closest(event, "[data-copy]");
    const turn = copy === null ? null : this.#turns.around(copy);
    const marker = closest(event, 'a[href^="#source-"]');
    if (copy && turn) this.#clipboard.copy(turn.view.element, copy);
    if (marker) openSources(marker);
  }
}

/**
 * Open the sources of a marker: a browser does not scroll into a closed element.
 * @param {HTMLElement} marker
 */
function openSources(marker) {
  const source = document.getElementById((marker.getAttribute("href") ?? "").slice(1));
  const sources = source?.closest("details");
  if (sources) sources.open = true;
}
