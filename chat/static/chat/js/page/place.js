import { askAddress, conversationAddress } from "./addresses.js";

/** The conversation that the page shows. A new one has no id until its first question is accepted. */
export class Place {
  /** @type {HTMLElement} */ #main;
  /** @type {HTMLFormElement} */ #form;
  /** @type {boolean} */ #wantsTitle;

  /** @param {{main: HTMLElement, form: HTMLFormElement}} parts */
  constructor({ main, form }) {
    this.#main = main;
    this.#form = form;
    this.#wantsTitle = !main.dataset.conversation;
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
    history.replaceState(history.state, "", conversationAddress(conversation));
  }

  /**
   * Set the title of a page that was opened for a new conversation, as soon as the conversation has one.
   * @param {string | null | undefined} title
   */
  entitle(title) {
    if (!title || !this.#wantsTitle || this.conversation === null) return;
    this.#wantsTitle = false;
    document.title = document.title.replace(/^.*(?= · )/u, () => title);
    for (const heading of document.querySelectorAll("[data-page-title]")) heading.textContent = title;
  }
}
