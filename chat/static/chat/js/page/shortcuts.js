/** Keys that work on the whole page: Escape stops the answer, "/" leads to the box. */
export class Shortcuts {
  #conversation;
  #composer;

  /** @param {{conversation: object, composer: object}} parts */
  constructor({ conversation, composer }) {
    this.#conversation = conversation;
    this.#composer = composer;
  }

  /** @param {Document} document */
  start(document) {
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  #pressed(event) {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && !closesSomething(event.target)) this.#conversation.stopStreaming();
    if (event.key !== "/" || isTyping(event.target)) return;
    event.preventDefault();
    this.#composer.focus();
  }
}

/** Whether Escape has a meaning of its own here. */
function closesSomething(target) {
  return target.matches("input[type=search]") || document.querySelector(":popover-open, dialog[open]") !== null;
}

function isTyping(target) {
  return target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select");
}
