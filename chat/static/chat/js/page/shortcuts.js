/**
 * @import { Composer } from "../asking/composer.js"
 * @import { Conversation } from "../conversation.js"
 */

/** Keyboard shortcuts of the whole page: Escape stops the answer, "/" focuses the composer. */
export class Shortcuts {
  /** @type {Conversation} */ #conversation;
  /** @type {Composer} */ #composer;

  /** @param {{conversation: Conversation, composer: Composer}} parts */
  constructor({ conversation, composer }) {
    this.#conversation = conversation;
    this.#composer = composer;
  }

  /** @param {Document} document */
  start(document) {
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && !closesSomething(event)) this.#conversation.stopStreaming();
    if (event.key !== "/" || isTyping(event)) return;
    event.preventDefault();
    this.#composer.focus();
  }
}

/**
 * Return whether Escape already closes or clears something here.
 * @param {Event} event
 * @returns {boolean}
 */
function closesSomething({ target }) {
  if (target instanceof Element && target.matches("input[type=search]")) return true;
  return document.querySelector(":popover-open, dialog[open]") !== null;
}

/** @param {Event} event @returns {boolean} whether a key types a character here */
export function isTyping({ target }) {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select");
}
