import { closest, find } from "../page/elements.js";

/**
 * @import { Conversation } from "../conversation.js"
 * @import { Clipboard } from "./clipboard.js"
 * @import { Turns } from "./turns.js"
 */

/** The buttons of a turn: stop, retry, search everywhere, edit, copy. */
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
   * Stop a turn, or ask its question again; if the conversation does not take it, the browser submits the form.
   * @param {Event} event
   */
  #submitted(event) {
    const form = closest(event, "form");
    const turn = form === null ? null : this.#turns.around(form);
    if (form === null || turn === null) return;
    if (form.matches("[data-stop-form]") && this.#conversation.stop(turn)) event.preventDefault();
    if (form.matches("[data-retry-form]") && this.#conversation.retry(turn)) event.preventDefault();
    if (form.matches("[data-everywhere-form]") && this.#conversation.searchEverywhere(turn)) event.preventDefault();
    if (form.matches("[data-only-form]") && this.#conversation.retry(turn, only(form))) event.preventDefault();
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const copy = closest(event, "[data-copy]");
    const turn = copy === null ? null : this.#turns.around(copy);
    const edit = closest(event, "[data-edit]");
    if (copy && turn) this.#clipboard.copy(turn.view.element, copy);
    if (edit && !opensElsewhere(event)) this.#edit(edit, event);
    const code = closest(event, ".code-copy");
    const block = code?.parentElement?.querySelector("pre");
    if (code && block) this.#clipboard.copyCode(block, code);
  }

  /**
   * Edit the question in this page; without a script the link loads the page with the question in the box.
   * @param {HTMLElement} link
   * @param {Event} event
   */
  #edit(link, event) {
    const turn = this.#turns.around(link);
    if (turn === null) return;
    event.preventDefault();
    this.#conversation.edit(turn, JSON.parse(link.dataset.chosen ?? "[]"));
  }
}

/**
 * Return the filter that a form names.
 * @param {HTMLElement} form
 * @returns {{recordings: string[], limits: {}, filterNote: string}}
 */
function only(form) {
  const recording = form.querySelector('[name="recording"]');
  const title = find(form, "title", HTMLElement)?.textContent ?? "";
  return {
    recordings: recording instanceof HTMLInputElement ? [recording.value] : [],
    limits: {},
    filterNote: `Searched: ${title}`,
  };
}

/**
 * Return whether a click on a link opens another tab or window.
 * @param {MouseEvent} event
 */
function opensElsewhere(event) {
  return event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
}
