import { findRequired } from "../page/elements.js";

/**
 * @typedef {{composerChanged: (text: string) => void, composerSubmitted: (question: string) => boolean}}
 *   ComposerDelegate ``composerSubmitted`` returns whether it has taken the question; otherwise the form is sent as it
 *   would be without a script
 */

const LINES = 8;

/** The box in which questions are typed. */
export class Composer {
  /** @type {HTMLFormElement} */ #form;
  /** @type {HTMLTextAreaElement} */ #input;
  /** @type {HTMLButtonElement} */ #send;
  /** @type {HTMLElement} */ #refusal;
  /** @type {ComposerDelegate | null} */ #delegate = null;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.#form = form;
    this.#input = findRequired(form, "question-input", HTMLTextAreaElement);
    this.#send = findRequired(form, "send", HTMLButtonElement);
    this.#refusal = findRequired(form, "refusal", HTMLElement);
  }

  get text() {
    return this.#input.value;
  }

  /** What the server has put into the box. */
  get givenText() {
    return this.#input.defaultValue;
  }

  /** @param {ComposerDelegate} delegate */
  start(delegate) {
    this.#delegate = delegate;
    this.#input.addEventListener("input", () => this.#changed());
    this.#input.addEventListener("keydown", (event) => this.#pressed(event));
    this.#form.addEventListener("submit", (event) => this.#submitted(event));
    this.#fit();
  }

  focus() {
    this.#input.focus({ preventScroll: true });
  }

  /** Takes the focus from what is going away; not where that would bring up a keyboard on the screen. */
  takeFocus() {
    if (!matchMedia("(pointer: coarse)").matches) this.focus();
  }

  /**
   * Puts text into the box, in place of what was there.
   * @param {string} text
   */
  fill(text) {
    this.#input.value = text;
    this.#changed();
  }

  /**
   * Puts a question back that was not accepted; what was typed meanwhile stays before it.
   * @param {string} question
   */
  giveBack(question) {
    const typed = this.text.trimEnd();
    this.fill(typed === "" ? question : `${typed}\n\n${question}`);
  }

  /**
   * Says why a question was not accepted, until something else is typed.
   * @param {string} message
   */
  refuse(message) {
    this.#refusal.textContent = message;
    this.#refusal.hidden = false;
  }

  #changed() {
    this.#fit();
    this.#refusal.hidden = true;
    this.#delegate?.composerChanged(this.text);
  }

  /**
   * Enter sends; where it ends the choice of a character (IME), or is held down, it does not.
   * @param {KeyboardEvent} event
   */
  #pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!event.repeat && this.text.trim() !== "") this.#form.requestSubmit();
  }

  /** @param {Event} event */
  #submitted(event) {
    const question = this.text;
    if (question.trim() === "") {
      event.preventDefault();
    } else if (this.#delegate?.composerSubmitted(question)) {
      event.preventDefault();
      this.fill("");
      this.focus();
    }
  }

  /** Nothing can be sent while there is nothing; and the box is as high as its text, up to some lines. */
  #fit() {
    this.#send.disabled = this.text.trim() === "";
    if (CSS.supports("field-sizing", "content")) return;
    const { style } = this.#input;
    style.height = "auto";
    const lineHeight = parseFloat(getComputedStyle(this.#input).lineHeight) || 24;
    style.height = `${Math.min(this.#input.scrollHeight, LINES * lineHeight + lineHeight / 2)}px`;
  }
}
