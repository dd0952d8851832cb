import { findRequired } from "../page/elements.js";
import { Counter } from "./counter.js";

/**
 * @import { Clock } from "../page/clock.js"
 *
 * @typedef {{composerChanged: (text: string) => void, composerSubmitted: (question: string) => boolean,
 *   stopStreaming: () => boolean}} ComposerDelegate ``composerSubmitted`` returns whether it has taken the question;
 *   otherwise the browser submits the form, as without a script
 */

const LINES = 8;

/** The form in which the user types a question. */
export class Composer {
  /** @type {HTMLFormElement} */ #form;
  /** @type {HTMLTextAreaElement} */ #input;
  /** @type {HTMLButtonElement} */ #send;
  /** @type {HTMLButtonElement} */ #stop;
  /** @type {HTMLElement} */ #refusal;
  /** @type {Counter} */ #counter;
  /** @type {ComposerDelegate | null} */ #delegate = null;

  /** @param {{form: HTMLFormElement, clock: Clock}} parts */
  constructor({ form, clock }) {
    this.#form = form;
    this.#input = findRequired(form, "question-input", HTMLTextAreaElement);
    this.#send = findRequired(form, "send", HTMLButtonElement);
    this.#stop = findRequired(form, "stop-streaming", HTMLButtonElement);
    this.#refusal = findRequired(form, "refusal", HTMLElement);
    const limit = Number(this.#input.dataset.limit);
    this.#counter = new Counter({ element: findRequired(form, "counter", HTMLElement), limit, clock });
  }

  get text() {
    return this.#input.value;
  }

  /** The text that the server has rendered into the form. */
  get givenText() {
    return this.#input.defaultValue;
  }

  /** @param {ComposerDelegate} delegate */
  start(delegate) {
    this.#delegate = delegate;
    this.#input.addEventListener("input", () => this.#changed());
    this.#input.addEventListener("keydown", (event) => this.#pressed(event));
    this.#form.addEventListener("submit", (event) => this.#submitted(event));
    this.#stop.addEventListener("click", () => delegate.stopStreaming());
    this.#counter.show(this.text);
    this.#fit();
  }

  focus() {
    this.#input.focus({ preventScroll: true });
  }

  /**
   * Offer Stop, in the place of Ask while no text is typed.
   * @param {boolean} isStreaming
   */
  offerStop(isStreaming) {
    if (this.#stop.hidden === !isStreaming) return;
    if (this.#stop === document.activeElement) this.takeFocus();
    this.#stop.hidden = !isStreaming;
    this.#form.toggleAttribute("data-streaming", isStreaming);
  }

  /** Take the focus from an element that is about to disappear, unless that would open an on-screen keyboard. */
  takeFocus() {
    if (!isTouched()) this.focus();
  }

  /**
   * Replace the text.
   * @param {string} text
   */
  fill(text) {
    this.#input.value = text;
    this.#changed();
  }

  /**
   * Put back a question that was not accepted or is to be changed, after anything that the user has typed since.
   * @param {string} question
   */
  giveBack(question) {
    const typed = this.text.trimEnd();
    this.fill(typed === "" ? question : `${typed}\n\n${question}`);
  }

  /**
   * Show why a question was refused, until the text changes.
   * @param {string} message
   */
  refuse(message) {
    this.#refusal.textContent = message;
    this.#refusal.hidden = false;
  }

  #changed() {
    this.#fit();
    this.#refusal.hidden = true;
    this.#counter.show(this.text);
    this.#delegate?.composerChanged(this.text);
  }

  /**
   * Submit on Enter, but not while an input method composes a character, or when the key repeats. On-screen keyboards
   * have no Shift with Enter: there Enter breaks the line.
   * @param {KeyboardEvent} event
   */
  #pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    if (isTouched() && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    if (!event.repeat && this.text.trim() !== "") this.#form.requestSubmit();
  }

  /** @param {Event} event */
  #submitted(event) {
    const question = this.text;
    const refusal = this.#counter.refusal(question);
    if (question.trim() === "") {
      event.preventDefault();
    } else if (refusal) {
      event.preventDefault();
      this.refuse(refusal);
    } else if (this.#delegate?.composerSubmitted(question)) {
      event.preventDefault();
      this.fill("");
      this.focus();
    }
  }

  /** Disable the button while there is no text, and fit the height of the box to its text, up to some lines. */
  #fit() {
    this.#send.disabled = this.text.trim() === "";
    if (CSS.supports("field-sizing", "content")) return;
    const { style } = this.#input;
    style.height = "auto";
    const lineHeight = parseFloat(getComputedStyle(this.#input).lineHeight) || 24;
    style.height = `${Math.min(this.#input.scrollHeight, LINES * lineHeight + lineHeight / 2)}px`;
  }
}

/** @returns {boolean} whether the device is mainly used by touch */
function isTouched() {
  return matchMedia("(pointer: coarse)").matches;
}
