import { askAddress, conversationAddress } from "./addresses.js";

/** @import { ConversationMenu } from "./conversation_menu.js" */

/** The conversation that the page shows. A new one has no id until its first question is accepted. */
export class Place {
  /** @type {HTMLElement} */ #main;
  /** @type {HTMLFormElement} */ #form;
  /** @type {ConversationMenu} */ #menu;
  /** @type {string | null} as the list of conversations had it last */ #title = null;

  /** @param {{main: HTMLElement, form: HTMLFormElement, menu: ConversationMenu}} parts */
  constructor({ main, form, menu }) {
    this.#main = main;
    this.#form = form;
    this.#menu = menu;
  }

  /** @returns {string | null} */
  get conversation() {
    return this.#main.dataset.conversation || null;
  }

  /**
   * Make this the page of a conversation that was just created, also after a reload.
   * @param {string} conversation
   */
  settle(conversation) {
    this.#main.dataset.conversation = conversation;
    this.#form.action = askAddress(conversation);
    this.#menu.settle(conversation);
    history.replaceState(history.state, "", conversationAddress(conversation));
  }

  /**
   * Show the title of the conversation, which the model or another tab may have changed.
   * @param {string | null | undefined} title
   */
  entitle(title) {
    if (!title || title === this.#title || this.conversation === null) return;
    this.#title = title;
    document.title = document.title.replace(/^.*(?= · )/u, () => title);
    for (const heading of document.querySelectorAll("[data-page-title]")) heading.textContent = title;
    this.#menu.entitle(title);
  }
}
