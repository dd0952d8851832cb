import { find } from "./elements.js";

const BLANK = "00000000-0000-0000-0000-000000000000";

/** The menu of a conversation. On the page for a new question it is hidden, and names no conversation yet. */
export class ConversationMenu {
  /** @type {HTMLElement} */ #element;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
  }

  /**
   * Show the menu for a conversation that was just begun.
   * @param {string} conversation
   */
  settle(conversation) {
    for (const name of ["action", "href"]) {
      for (const element of this.#element.querySelectorAll(`[${name}*="${BLANK}"]`)) {
        element.setAttribute(name, element.getAttribute(name)?.replace(BLANK, conversation) ?? "");
      }
    }
    this.#element.hidden = false;
  }

  /**
   * Offer a title for renaming, unless the reader is typing one.
   * @param {string} title
   */
  entitle(title) {
    const input = find(this.#element, "menu-title", HTMLInputElement);
    if (input && input !== document.activeElement) input.value = title;
  }
}
