import { findRequired } from "../page/elements.js";

/** @import { Details } from "./routes.js" */

const NO_FILES = "Choose files first.";
const HALF_CONSENT = "Say who was told that they are recorded, and on which day; or leave the consent note empty.";

/** What is asked once for all recordings that are sent together. */
export class DetailsForm {
  /** @type {HTMLFormElement} */ #form;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.#form = form;
  }

  /**
   * Show what is wrong, and return it.
   * @param {number} count of the recordings
   * @returns {string} empty if nothing is
   */
  refuse(count) {
    const [told, day, link] = [this.#value("told"), this.#value("told_on"), this.#value("link")];
    const isHalf = (told === "") !== (day === "") || (link !== "" && told === "");
    const refusal = count === 0 ? NO_FILES : isHalf ? HALF_CONSENT : "";
    const element = findRequired(this.#form, "upload-refusal", HTMLElement);
    element.hidden = refusal === "";
    element.textContent = refusal;
    return refusal;
  }

  /** @param {number} count of the recordings: a title is for one alone @returns {Details} */
  details(count) {
    const told = this.#value("told");
    return {
      collection: this.#value("collection") || null,
      title: count === 1 ? this.#value("title") : "",
      recorded_on: this.#value("recorded_on") || null,
      consent: told === "" ? null : { told, told_on: this.#value("told_on"), link: this.#value("link") },
    };
  }

  /** Forget the title, which was for what has been sent; the rest may be the same for the next. */
  next() {
    const title = this.#form.elements.namedItem("title");
    if (title instanceof HTMLInputElement) title.value = "";
  }

  /** @param {string} name @returns {string} */
  #value(name) {
    return String(new FormData(this.#form).get(name) ?? "").trim();
  }
}
