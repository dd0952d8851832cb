import { askAddress, conversationAddress } from "./addresses.js";

/** Which conversation the page shows: a new one has no name until its first question is accepted. */
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
   * The new conversation is there: from now on this is its page, also after a reload.
   * @param {string} conversation
   */
  settle(conversation) {
    this.#main.dataset.conversation = conversation;
    this.#form.action = askAddress(conversation);
    history.replaceState(history.state, "", conversationAddress(conversation));
  }

  /**
   * Gives the page of a new conversation the title that the conversation has got.
   * @param {string | null | undefined} title
   */
  entitle(title) {
    if (!title || !this.#wantsTitle || this.conversation === null) return;
    this.#wantsTitle = false;
    document.title = document.title.replace(/^.*(?= · )/u, () => title);
    for (const heading of document.querySelectorAll("[data-page-title]")) heading.textContent = title;
  }
}
