const LINES = 8;

/** The box in which questions are typed. */
export class Composer {
  #form;
  #input;
  #send;
  #refusal;
  #delegate = null;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.#form = form;
    this.#input = form.querySelector("[data-question-input]");
    this.#send = form.querySelector("[data-send]");
    this.#refusal = form.querySelector("[data-refusal]");
  }

  get text() {
    return this.#input.value;
  }

  /** What the server has put into the box. */
  get givenText() {
    return this.#input.defaultValue;
  }

  /**
   * The delegate hears ``composerChanged(text)`` and ``composerSubmitted(question)``, which returns whether it has
   * taken the question; otherwise the form is sent as it would be without a script.
   */
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

  /** Puts text into the box, in place of what was there. */
  fill(text) {
    this.#input.value = text;
    this.#changed();
  }

  /** Puts a question back that was not accepted; what was typed meanwhile stays before it. */
  giveBack(question) {
    const typed = this.text.trimEnd();
    this.fill(typed === "" ? question : `${typed}\n\n${question}`);
  }

  /** Says why a question was not accepted, until something else is typed. */
  refuse(message) {
    this.#refusal.textContent = message;
    this.#refusal.hidden = false;
  }

  #changed() {
    this.#fit();
    this.#refusal.hidden = true;
    this.#delegate.composerChanged(this.text);
  }

  /** Enter sends; where it ends the choice of a character (IME), or is held down, it does not. */
  #pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!event.repeat && this.text.trim() !== "") this.#form.requestSubmit();
  }

  #submitted(event) {
    const question = this.text;
    if (question.trim() === "") {
      event.preventDefault();
    } else if (this.#delegate.composerSubmitted(question)) {
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
