/** The line under the question box that says what is left of the budget of the day, once that is little. */
export class BudgetLine {
  /** @type {HTMLElement} */ #element;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
  }

  /** @param {string} left in words; empty while that is much */
  show(left) {
    if (this.#element.textContent !== left) this.#element.textContent = left;
  }
}
