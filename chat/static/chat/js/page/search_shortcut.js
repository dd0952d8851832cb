import { isTyping } from "./shortcuts.js";

/** The shortcuts of the search: Ctrl+K (⌘K) focuses its field, and "/" does so on pages without a composer. */
export class SearchShortcut {
  /** @type {HTMLInputElement[]} */ #inputs;

  /** @param {HTMLInputElement[]} inputs of which one is visible, or the first one in a sidebar that is closed */
  constructor(inputs) {
    this.#inputs = inputs;
  }

  /** @param {Document} document */
  start(document) {
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.defaultPrevented || event.isComposing || event.altKey || event.shiftKey) return;
    const isChord = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
    const hasComposer = document.querySelector("[data-composer]") !== null;
    const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !hasComposer && !isTyping(event);
    if (!isChord && !isSlash) return;
    event.preventDefault();
    this.#focus();
  }

  /** Focus the field; on narrow screens the sidebar, which may hold it, has to open first. */
  #focus() {
    const input = this.#inputs.find((field) => field.checkVisibility()) ?? this.#inputs[0];
    const sidebar = input.closest("[popover]");
    if (sidebar instanceof HTMLElement && getComputedStyle(sidebar).display === "none") sidebar.showPopover();
    input.focus();
    input.select();
  }
}
