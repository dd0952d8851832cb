const OFF = "chatsite-review-keys-off";

/**
 * Keys on the page of a conversation in the review: J opens the next one of the list, K the previous one. They can be
 * switched off, because whoever speaks to the computer instead of typing would press them by accident.
 */
export class NextKeys {
  /** @type {Document} */ #document;
  /** @type {Storage} */ #storage;

  /** @param {Document} document @param {Storage} storage where the browser remembers that they are off */
  constructor(document, storage) {
    this.#document = document;
    this.#storage = storage;
  }

  start() {
    this.#document.addEventListener("keydown", (event) => this.#pressed(event));
    const box = this.#box();
    if (!box) return;
    box.checked = this.#storage.getItem(OFF) === null;
    box.addEventListener("change", () => {
      if (box.checked) this.#storage.removeItem(OFF);
      else this.#storage.setItem(OFF, "yes");
    });
    /** @type {HTMLElement | null} */ (this.#document.querySelector("[data-keys-label]"))?.removeAttribute("hidden");
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (!["j", "k"].includes(key) || isTyping(event) || !this.#box()?.checked) return;
    const unsaved = unsavedField(this.#document);
    if (unsaved) unsaved.focus();
    else
      /** @type {HTMLAnchorElement | null} */ (
        this.#document.querySelector(key === "j" ? "a[data-next]" : "a[data-previous]")
      )?.click();
  }

  /** @returns {HTMLInputElement | null} */
  #box() {
    return this.#document.querySelector("[data-keys]");
  }
}

/** @param {Event} event @returns {boolean} */
function isTyping({ target }) {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
}

/**
 * Return a field of a label that was changed and not saved: the next page would lose it.
 * @param {Document} document
 * @returns {HTMLElement | undefined}
 */
function unsavedField(document) {
  const comments = /** @type {NodeListOf<HTMLTextAreaElement>} */ (document.querySelectorAll("textarea"));
  const verdicts = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[type=radio]"));
  return (
    [...comments].find((comment) => comment.value !== comment.defaultValue) ??
    [...verdicts].find((verdict) => verdict.checked && !verdict.defaultChecked)
  );
}
